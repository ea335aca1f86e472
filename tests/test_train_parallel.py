"""Processes that share every batch train the network that one process trains on whole batches."""

import os
import subprocess
import sys

import pytest
import torch
import torch.distributed as dist
import torch.multiprocessing as multiprocessing
from torch import nn

from dmnb import DMLoss, data, emphasis, experiment, models
from dmnb.record import Record
from dmnb.train import Loaders, fit

pytestmark = pytest.mark.skipif(not dist.is_available(), reason="torch without distributed")

COUNT = 161  # 5 batches of 32 and one of a single example, which leaves a process with nothing
LOSSES = {
    "integral": lambda group: DMLoss(emphasis.DM(0.5, 6), process_group=group),
    "batch": lambda group: DMLoss(emphasis.DM(0.5, 6), normalization="batch", process_group=group),
    "class weights": lambda group: DMLoss(
        emphasis.CCE(), normalization="none", weight=torch.arange(1.0, 11), process_group=group
    ),
    "a plain mean": lambda group: nn.CrossEntropyLoss(),
}
KINDS = {
    **{name: {"loss": name} for name in LOSSES},
    "augmented": {"loss": "batch", "augment": True, "optimizer": "adam", "lr": 0.01},
    "even": {"loss": "integral", "batch_size": 23},
}


def digits():
    whole = data.load("digits")
    labels = (whole.train_labels[:COUNT] + (torch.arange(COUNT) % 4 == 0)) % 10
    return data.Dataset(
        whole.train_images[:COUNT],
        labels,
        whole.test_images[:75],
        whole.test_labels[:75],
        whole.class_names,
    )


def train(loss="integral", group=None, *, rank=0, **options):
    """Parameters and curves of three epochs. Only the first process begins as it should."""
    with torch.random.fork_rng():
        torch.manual_seed(rank)
        model = models.build("mlp", in_shape=(1, 8, 8), num_classes=10, width=16)
    clean = data.load("digits").train_labels[:COUNT]
    options = {
        "data": digits(),
        "clean_labels": clean,
        "epochs": 3,
        "lr": 0.05,
        "batch_size": 32,
    } | options
    curves = fit(
        model,
        LOSSES[loss](group),
        options.pop("data"),
        generator=torch.Generator().manual_seed(rank),
        process_group=group,
        **options,
    )
    measured = {name: value for name, value in vars(curves).items() if name != "seconds"}
    return {"parameters": model.state_dict(), "curves": measured}


class Stopping(DMLoss):
    """Fails in place of the step after so many."""

    left = 0

    def forward(self, logits, target):
        if self.training and self.left == 0:
            raise InterruptedError
        self.left -= 1
        return super().forward(logits, target)


LOSSES["stopping"] = lambda group: Stopping(emphasis.DM(0.5, 6), process_group=group)


def interrupted(rank, folder):
    """A run that fails at step 10 and goes on from the checkpoint of step 8."""
    options = {"loss": "stopping", "rank": rank, "group": dist.group.WORLD}
    options |= {"checkpoint": f"{folder}/run", "checkpoint_every": 4}
    Stopping.left = 10
    with pytest.raises(InterruptedError):
        train(**options)
    dist.barrier()
    Stopping.left = 18 - 8
    return train(**options)


def loaded(rank):
    """The joined batches of the kind "even", each process with loaders of its rows."""
    x, y = digits().train_images[:160].float() / 255, digits().train_labels[:160]
    mine = slice(80 * rank, 80 * rank + 80)
    train_rows = [(x[k + 5 * rank :][:5], y[k + 5 * rank :][:5]) for k in range(0, 160, 10)]
    loaders = Loaders(train_rows, [(x[mine], y[mine])], [(x[mine], y[mine])])
    return loaders, data.load("digits").train_labels[:160][mine]


def one_process(rank, folder):
    dist.init_process_group(
        "gloo", init_method=f"file://{folder}/rendezvous", rank=rank, world_size=2
    )
    torch.set_num_threads(1)
    group = dist.group.WORLD
    results = {name: train(group=group, rank=rank, **kind) for name, kind in KINDS.items()}
    results["interrupted"] = interrupted(rank, folder)
    loaders, clean = loaded(rank)
    results["loaders"] = train(group=group, rank=rank, data=loaders, clean_labels=clean)
    with pytest.raises(ValueError, match="process_group of the loss"):
        fit(nn.Linear(2, 2), DMLoss(emphasis.CCE()), digits(), epochs=1, lr=1, process_group=group)
    torch.save(results, f"{folder}/{rank}.pt")
    dist.destroy_process_group()


@pytest.fixture(scope="module")
def both(tmp_path_factory):
    folder = tmp_path_factory.mktemp("processes")
    multiprocessing.spawn(one_process, args=(str(folder),), nprocs=2)
    return [torch.load(folder / f"{rank}.pt", weights_only=True) for rank in (0, 1)]


def assert_same_run(result, expected):
    for name, value in expected["parameters"].items():
        torch.testing.assert_close(result["parameters"][name], value, rtol=0, atol=1e-6)
    for name, value in expected["curves"].items():
        if isinstance(value, list) and value and isinstance(value[0], float):
            value = pytest.approx(value, rel=1e-4, abs=1e-5)
        if name != "histograms":
            assert result["curves"][name] == value, name


@pytest.mark.parametrize("kind", KINDS)
def test_two_processes_train_the_network_of_one(kind, both):
    alone = train(**KINDS[kind])
    for result in both:
        assert_same_run(result[kind], alone)


def test_two_processes_go_on_from_a_checkpoint(both):
    for result in both:
        assert_same_run(result["interrupted"], result["integral"])


def test_two_processes_with_loaders_of_their_own_rows(both):
    shares = [loaded(rank) for rank in (0, 1)]
    rows = zip(*(loaders.train for loaders, _ in shares), strict=True)
    joined = [(torch.cat([a[0], b[0]]), torch.cat([a[1], b[1]])) for a, b in rows]
    measured = [part for loaders, _ in shares for part in loaders.measured]
    alone = train(
        data=Loaders(joined, measured, measured),
        clean_labels=torch.cat([clean for _, clean in shares]),
    )
    for result in both:
        assert_same_run(result["loaders"], alone)


def test_the_processes_agree_to_the_bit(both):
    for kind in KINDS:
        one, other = (result[kind] for result in both)
        assert one["curves"] == other["curves"]
        for name, value in one["parameters"].items():
            assert torch.equal(value, other["parameters"][name])


def test_torchrun_runs_the_command(tmp_path):
    """Two processes, one record: that of one process, and the number of processes beside it."""
    settings = ["--epochs", "2", "--width", "16", "--normalization", "batch", "--batch-size", "100"]
    command = [sys.executable, "-m", "torch.distributed.run", "--nproc-per-node", "2"]
    command += ["--standalone", "-m", "dmnb", "run", *settings, "--out", str(tmp_path)]
    done = subprocess.run(
        command,
        env=os.environ | {"OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("record: ") == 1
    (path,) = tmp_path.iterdir()
    record = Record.load(path)
    assert record.hardware["processes"] == 2
    alone = experiment.run(experiment.Config.from_dict(record.config), progress=False)
    assert record.train_loss == pytest.approx(alone.train_loss, rel=1e-4)
    assert record.final == pytest.approx(alone.final, abs=1e-5)


def test_the_authors_formula_takes_one_process():
    with pytest.raises(ValueError, match=r"dm-authors.*one process"):
        experiment.loss_of(experiment.Config(emphasis="dm-authors"), process_group=object())
