"""Several processes that train one network on shares of every batch, with torch.distributed."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import torch
import torch.distributed as dist
from torch import Tensor, nn


class Processes:
    """The processes of ``group`` on their ``device``; this one alone where group is None.

    All but `check` and `part` communicate: every process calls them, in the same order.
    """

    def __init__(self, group: Any = None, device: str | torch.device = "cpu"):
        self.group, self.device = group, torch.device(device)
        self.rank = 0 if group is None else dist.get_rank(group)
        self.size = 1 if group is None else dist.get_world_size(group)

    def check(self, loss: Any) -> None:
        """ValueError for a loss whose sums run over another group than these processes."""
        of_loss = getattr(loss, "process_group", self.group)
        if of_loss is not self.group:
            raise ValueError(
                f"process_group of the loss must be that of fit, {self.group}, got {of_loss}"
            )

    def wrap(self, model: nn.Module) -> nn.Module:
        """The model with gradients averaged over the processes, begun as the first one has it."""
        if self.group is None:
            return model
        return nn.parallel.DistributedDataParallel(model, process_group=self.group)

    def part(self, x: Tensor) -> Tensor:
        """This process's share of the rows of x; shares differ by one row at most."""
        return x.tensor_split(self.size)[self.rank]

    def joined(self, x: Tensor) -> Tensor:
        """The rows that the processes have, one process after another."""
        if self.group is None:
            return x
        lengths = [torch.zeros((), dtype=torch.int64, device=x.device) for _ in range(self.size)]
        dist.all_gather(lengths, torch.tensor(len(x), device=x.device), group=self.group)
        padded = x.new_zeros(max(int(n) for n in lengths), *x.shape[1:])
        padded[: len(x)] = x
        parts = [torch.empty_like(padded) for _ in range(self.size)]
        dist.all_gather(parts, padded, group=self.group)
        return torch.cat([part[: int(n)] for part, n in zip(parts, lengths, strict=True)])

    def sum(self, x: Tensor) -> Tensor:
        """The sum over the processes of x, which each has in the same shape."""
        if self.group is not None:
            x = x.clone()
            dist.all_reduce(x, group=self.group)
        return x

    def agree(self, model: nn.Module) -> None:
        """Set the model's buffers, such as running means, to those of the first process."""
        if self.group is not None:
            for buffer in model.buffers():
                buffer.copy_(self.first(buffer))

    def first(self, x: Tensor) -> Tensor:
        """x as the first process has it."""
        if self.group is None:
            return x
        copy = x.to(self.device, copy=True)
        dist.broadcast(copy, dist.get_global_rank(self.group, 0), group=self.group)
        return copy.to(x.device)

    def from_first(self, make: Callable[[], Any]) -> Any:
        """What make() returns or raises in the first process; it is called there alone."""
        if self.group is None:
            return make()
        outcome: list[Any] = [None, None]
        if self.rank == 0:
            try:
                outcome[0] = make()
            except (ValueError, OSError) as error:
                outcome[1] = error
        dist.broadcast_object_list(outcome, dist.get_global_rank(self.group, 0), group=self.group)
        if outcome[1] is not None:
            raise outcome[1]
        return outcome[0]


@contextmanager
def torchrun(device: str | torch.device = "cpu") -> Iterator[Processes]:
    """Yield the processes that torchrun launched, this one alone where it did not.

    device: where they train; on "cuda" each takes the GPU of its local rank. They speak by NCCL
    there and by gloo elsewhere. Their process group ends with the block.
    """
    if not (dist.is_available() and dist.is_torchelastic_launched()):
        yield Processes(None, device)
        return
    on_cuda = torch.device(device).type == "cuda"
    if on_cuda:
        torch.cuda.set_device(int(os.environ["LOCAL_RANK"]))
    dist.init_process_group("nccl" if on_cuda else "gloo")
    try:
        yield Processes(dist.group.WORLD, device)
    finally:
        dist.destroy_process_group()
