"""A batch split unevenly over two processes has the gradient of the joined batch."""

import pytest
import torch
import torch.distributed as dist
import torch.multiprocessing as multiprocessing

from dmnb import dm_loss
from dmnb.emphasis import DM

SPLIT = (5, 3)  # rows of each process, the second with an ignored one


def batch():
    generator = torch.Generator().manual_seed(0)
    z = 4 * torch.randn(sum(SPLIT), 6, generator=generator, dtype=torch.float64)
    y = torch.randint(6, (sum(SPLIT),), generator=generator)
    y[-1] = -100
    return z, y, torch.rand(6, generator=generator, dtype=torch.float64)


def options(weight):
    for normalization in ("none", "integral", "batch"):
        for reduction in ("mean", "sum"):
            for class_weight in (None, weight):
                yield {
                    "normalization": normalization,
                    "reduction": reduction,
                    "weight": class_weight,
                }


def gradients(z, y, weight, process_group=None):
    for option in options(weight):
        leaf = z.clone().requires_grad_()
        dm_loss(leaf, y, DM(0.5, 12), process_group=process_group, **option).backward()
        yield leaf.grad


def one_process(rank, folder):
    dist.init_process_group(
        "gloo", init_method=f"file://{folder}/rendezvous", rank=rank, world_size=2
    )
    z, y, weight = batch()
    rows = slice(0, SPLIT[0]) if rank == 0 else slice(SPLIT[0], None)
    local = list(gradients(z[rows], y[rows], weight, dist.group.WORLD))
    torch.save(torch.stack(local), f"{folder}/{rank}.pt")
    single = z.float()[rows], y[rows], DM(0.5, 12)
    for option in options(weight):
        assert dm_loss(*single, process_group=dist.group.WORLD, **option).dtype == torch.float32
    dist.destroy_process_group()


@pytest.mark.skipif(not dist.is_available(), reason="torch is built without distributed")
def test_two_processes_descend_the_joined_batch(tmp_path):
    multiprocessing.spawn(one_process, args=(str(tmp_path),), nprocs=2)
    halves = [torch.load(tmp_path / f"{rank}.pt", weights_only=True) for rank in (0, 1)]
    averaged = torch.cat(halves, dim=1) / 2  # as DistributedDataParallel averages parameters
    joined = torch.stack(list(gradients(*batch())))
    torch.testing.assert_close(averaged, joined, rtol=1e-9, atol=1e-12)
