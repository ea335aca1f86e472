"""A run between two steps, and what one step does to it."""

import time
from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Tensor, nn

from dmnb.train.measure import Curves, measure
from dmnb.train.parallel import Processes
from dmnb.train.sources import Batch

COUNTERS = ("epoch", "step", "seen")


class Run:
    """Everything that changes while ``model`` descends on ``loss``.

    epoch: the present one, from 1. step: how many of its steps are done. total: the sum over them
    of batch size times mean loss, and ``seen`` the sum of the batch sizes.
    """

    def __init__(self, model, loss, source, descent, processes: Processes):
        self.model, self.loss, self.source, self.descent = model, loss, source, descent
        self.processes = processes
        self.network: nn.Module = model  # what a step of training goes through
        self.measured: nn.Module = model
        self.epoch, self.step, self.seen = 1, 0, 0
        self.total = torch.zeros((), dtype=torch.float64, device=processes.device)
        self.curves = Curves()
        self._started = time.perf_counter()
        self._drawn = self._random = None

    @property
    def steps_done(self) -> int:
        """Steps of all epochs so far."""
        return (self.epoch - 1) * len(self.source) + self.step

    def train_epoch(
        self, rate: Callable[[int], float], after_step: Callable[[], None] | None = None
    ) -> float:
        """Take the steps that are left of this epoch; the mean loss of its examples.

        rate: from the number of steps done to the learning rate. after_step: called after each.
        """
        self.network.train()
        for batch in self._batches():
            set_rate(self.descent, rate(self.steps_done))
            self.update(*batch.tensors, size=batch.size, share=batch.share)
            self.step += 1
            self.seen += batch.size
            if after_step is not None:
                after_step()
        return self.processes.sum(self.total).item() / self.processes.size / self.seen

    def _batches(self) -> Iterator[Batch]:
        """The batches left of this epoch. One that was interrupted is drawn again, up to there."""
        if self.step == len(self.source):
            return
        self._drawn = self.source.generator.get_state()
        batches = self.source.batches(self.epoch)
        for _ in range(self.step):
            next(batches)
        self._restore_random()
        yield from batches

    def update(self, *tensors: Tensor, size: int, share: float = 1.0) -> None:
        """One step on one batch, given its parts; see `Batch`."""
        value = self.objective(*tensors, idle=share == 0)
        if share != 1 and not self._joined_loss:
            value = value * share
        self.descent.zero_grad()
        value.backward()
        self.descent.step()
        self.total += value.detach() * size

    def objective(self, *tensors: Tensor, idle: bool = False) -> Tensor:
        """The loss of a batch; an idle process has an example that does not count."""
        x, y = self.source.inputs(*tensors)
        if idle and self._joined_loss:
            y = torch.full_like(y, self.loss.ignore_index)
        return self.loss(self.network(x), y)

    @property
    def _joined_loss(self) -> bool:
        """Whether the loss itself sums over the processes."""
        return getattr(self.loss, "process_group", None) is not None

    def record(self, train_loss: float, truth: Tensor | None, *, histogram: bool) -> None:
        """Append to the curves what the network is at the end of this epoch."""
        self.processes.agree(self.model)
        measure(
            self.curves,
            self.epoch,
            train_loss,
            train=self.source.train_logits(self.measured),
            test=self.source.test_logits(self.measured),
            truth=truth,
            loss=self.loss,
            histogram=histogram,
        )

    def end_epoch(self) -> None:
        """Go to the beginning of the next epoch."""
        self.epoch, self.step, self.seen = self.epoch + 1, 0, 0
        self.total.zero_()

    def finished(self) -> Curves:
        """The curves, with the seconds that the run took."""
        self.curves.seconds = time.perf_counter() - self._started
        return self.curves

    def state_dict(self) -> dict[str, Any]:
        """Everything that changes, as tensors and plain values."""
        epoch_ended = self.step == len(self.source)
        return {
            "model": self.model.state_dict(),
            "loss": self.loss.state_dict() if isinstance(self.loss, nn.Module) else {},
            "descent": self.descent.state_dict()["state"],
            **{name: getattr(self, name) for name in COUNTERS},
            "total": self.processes.sum(self.total),
            "curves": vars(self.finished()),
            "drawn": self.source.generator.get_state() if epoch_ended else self._drawn,
            "random": _random_state(self.processes.device),
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Set this run, built as the one that gave the state was, to where that one stood."""
        self.model.load_state_dict(state["model"])
        if isinstance(self.loss, nn.Module):
            self.loss.load_state_dict(state["loss"])
        self.descent.load_state_dict(self.descent.state_dict() | {"state": state["descent"]})
        for name in COUNTERS:
            setattr(self, name, state[name])
        self.total.copy_(state["total"] if self.processes.rank == 0 else torch.zeros(()))
        self.curves = Curves(**state["curves"])
        self._started = time.perf_counter() - self.curves.seconds
        self.source.generator.set_state(state["drawn"])
        self._random = state["random"]
        if self.step == len(self.source):
            self._restore_random()

    def _restore_random(self) -> None:
        if self._random is not None:
            torch.set_rng_state(self._random["cpu"])
            if "cuda" in self._random:
                torch.cuda.set_rng_state(self._random["cuda"], self.processes.device)
        self._random = None


def set_rate(descent: torch.optim.Optimizer, rate: float) -> None:
    """Set the learning rate of every group, in place where it is a tensor."""
    for group in descent.param_groups:
        if isinstance(group["lr"], Tensor):
            group["lr"].fill_(rate)
        else:
            group["lr"] = rate


def _random_state(device: torch.device) -> dict[str, Tensor]:
    """The global generators, which dropout draws from."""
    states = {"cpu": torch.get_rng_state()}
    return states | ({"cuda": torch.cuda.get_rng_state(device)} if device.type == "cuda" else {})
