"""A run that is killed and goes on gives the bits of one that was left alone."""

import copy
import errno
import functools
import importlib
import io
import itertools
import json
import logging
import multiprocessing
import os
import signal
import subprocess
import sys
import textwrap
import time

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn

from dmnb import DMLoss, cli, data, dm_loss, emphasis, experiment, models
from dmnb.train import Loaders, checkpoint, fit
from dmnb.train.identity import identity

STEPS = 6  # of an epoch: 5 batches of 20 and one of 15
KINDS = {
    "plain": {},
    "augmented": {"augment": True, "schedule": "cosine", "warmup": 1},
    "adam, dropout": {"optimizer": "adam", "lr": 0.01},
    "nothing measured in between": {"momentum": 0.0, "record_every": 2},
    "batch norm": {"optimizer": "nesterov", "schedule": "step", "milestones": (7,)},
}


class Stopping(DMLoss):
    """Calls `stop` in place of step number `at`."""

    def __init__(self, at, stop):
        super().__init__(emphasis.DM(0.5, 6.0))
        self.left, self.stop = at, stop

    def forward(self, logits, target):
        if self.training and self.left == 0:
            self.stop()
        self.left -= 1
        return super().forward(logits, target)


class Power(Exception):
    pass


def fail():
    raise Power


def kill():
    os.kill(os.getpid(), signal.SIGKILL)


whole_digits = functools.cache(data.load)


def digits(count=115):
    whole = whole_digits("digits")
    return data.Dataset(
        whole.train_images[:count],
        (whole.train_labels[:count] + (torch.arange(count) % 3 == 0)) % 10,
        whole.test_images[:50],
        whole.test_labels[:50],
        whole.class_names,
    )


def train(kind="plain", *, at=-1, stop=fail, seed=0, count=115, **options):
    """Train from the beginning or from the checkpoint: everything that a run leaves, as tensors."""
    with torch.random.fork_rng():
        torch.manual_seed(0)
        model = models.build(
            "mlp",
            in_shape=(1, 8, 8),
            num_classes=10,
            width=8,
            dropout=0.3 if "dropout" in kind else 0.0,
        )
        if "norm" in kind:
            model.insert(2, nn.BatchNorm1d(8))
        options = {"epochs": 3, "lr": 0.05, "batch_size": 20} | KINDS[kind] | options
        curves = fit(
            model,
            Stopping(at, stop),
            options.pop("data", None) or digits(count),
            generator=torch.Generator().manual_seed(seed),
            **{"clean_labels": whole_digits("digits").train_labels[:115]} | options,
        )
    measured = {name: value for name, value in vars(curves).items() if name != "seconds"}
    return model.state_dict(), measured


def same(one, two):
    return one[1] == two[1] and all(torch.equal(one[0][name], two[0][name]) for name in one[0])


@pytest.fixture(scope="module")
def undisturbed():
    return {kind: train(kind) for kind in KINDS}


@pytest.mark.parametrize(
    ("kind", "every"), [*zip(KINDS, (4, 1, 1, 4, 5), strict=True), ("plain", 1000)]
)
def test_stopped_at_any_step_it_goes_on_to_the_same_bits(kind, every, tmp_path, undisturbed):
    for at in range(3 * STEPS):
        options = {"checkpoint": tmp_path / f"{at}.checkpoint", "checkpoint_every": every}
        with pytest.raises(Power):
            train(kind, at=at, **options)
        resumed = train(kind, **options)
        assert same(resumed, undisturbed[kind]), at
    assert list(tmp_path.iterdir()) == []


def test_steps_that_are_done_are_not_done_again(tmp_path):
    options = {"checkpoint": tmp_path / "run", "checkpoint_every": 4}
    with pytest.raises(Power):
        train(at=10, **options)  # the checkpoint is of step 8
    with pytest.raises(Power):
        train(at=9, **options)
    train(at=18 - 16, **options)  # from 16 on two are left


def killed(kind, at, options):
    """Whether a process of its own, killed at a step, died of that."""
    arguments = {"args": (kind,), "kwargs": {"at": at, "stop": kill, **options}}
    process = multiprocessing.get_context("fork").Process(target=train, **arguments)
    process.start()
    process.join()
    return process.exitcode == -signal.SIGKILL


@pytest.mark.parametrize("kind", ["augmented", "adam, dropout"])
def test_killed_again_and_again(kind, tmp_path, undisturbed):
    options = {"checkpoint": tmp_path / "run", "checkpoint_every": 1}
    for at in (2, 3, 1, 5, 4):  # steps 2, 5, 6 (a new epoch), 11 and 15
        assert killed(kind, at, options)
    assert same(train(kind, **options), undisturbed[kind])


@pytest.mark.parametrize("number", [1, 2, 3, 6, 7])
def test_killed_while_it_writes(number, tmp_path, undisturbed, monkeypatch):
    """At every call of os.replace the files are a checkpoint and the one before, or will be."""
    calls, replace = itertools.count(1), os.replace

    def dangerous(*arguments):
        if next(calls) == number:
            kill()
        replace(*arguments)

    options = {"checkpoint": tmp_path / "run", "checkpoint_every": 1}
    with monkeypatch.context() as patched:
        patched.setattr(os, "replace", dangerous)
        assert killed("plain", -1, options)
    assert same(train(**options), undisturbed["plain"])


def two_checkpoints(folder):
    options = {"checkpoint": folder / "run", "checkpoint_every": 4}
    with pytest.raises(Power):
        train(at=10, **options)
    return options, folder / "run", folder / "run.previous"


def shorter(path):
    path.write_bytes(path.read_bytes()[:-100])


def empty(path):
    path.write_bytes(b"")


def one_bit_off(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


@pytest.mark.parametrize("damage", [shorter, empty, one_bit_off])
def test_the_last_good_checkpoint_is_used(damage, tmp_path, undisturbed, caplog):
    options, newest, before = two_checkpoints(tmp_path)
    good = before.read_bytes()
    damage(newest)
    with pytest.raises(Power):
        train(at=3, **options)  # before the next is written
    assert "run is damaged; the run goes on from run.previous" in caplog.text
    assert newest.read_bytes() == good and not before.exists()
    assert same(train(**options), undisturbed["plain"])


def test_without_a_good_checkpoint_there_is_an_error(tmp_path):
    options, newest, before = two_checkpoints(tmp_path)
    shorter(newest)
    one_bit_off(before)
    with pytest.raises(ValueError, match=r"run is damaged.*run\.previous is damaged.*delete"):
        train(**options)
    before.unlink()
    with pytest.raises(ValueError, match="run is damaged: delete"):
        train(**options)


class FullDisk(io.FileIO):
    def write(self, content):
        super().write(content[:50])
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_a_full_disk_costs_neither_the_run_nor_what_is_there(
    tmp_path, undisturbed, monkeypatch, caplog
):
    options, newest, before = two_checkpoints(tmp_path)
    content = newest.read_bytes(), before.read_bytes()
    monkeypatch.setattr(os, "fdopen", FullDisk)
    with pytest.raises(Power):
        train(at=9, **options)
    assert "no checkpoint of step 12" in caplog.text and "No space left" in caplog.text
    assert (newest.read_bytes(), before.read_bytes()) == content
    assert sorted(path.name for path in tmp_path.iterdir()) == ["run", "run.previous"]
    assert same(train(**options), undisturbed["plain"])


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"lr": 0.1}, r"lr \(there 0.05\)"),
        ({"epochs": 4}, r"epochs \(there 3\)"),
        ({"seed": 1}, "generator"),
        ({"count": 110, "clean_labels": None}, "clean labels.*data"),
        ({"kind": "augmented"}, "augment.*schedule.*warmup"),
    ],
)
def test_the_checkpoint_of_another_run_is_refused(changes, words, tmp_path):
    options, newest, _ = two_checkpoints(tmp_path)
    content = newest.read_bytes()
    with pytest.raises(ValueError, match=f"run is of a run with another.*{words}"):
        train(**options | changes)
    assert newest.read_bytes() == content


def test_another_network_or_loss_is_another_run(tmp_path):
    path, linear = tmp_path / "run", nn.Sequential(nn.Flatten(), nn.Linear(64, 10))
    options = {"epochs": 2, "lr": 0.1, "checkpoint": path, "checkpoint_every": 1}
    with pytest.raises(Power):
        fit(linear, Stopping(1, fail), digits(), **options)
    with pytest.raises(ValueError, match="another loss"):
        fit(linear, DMLoss(emphasis.CCE()), digits(), **options)
    wide = nn.Sequential(nn.Flatten(), nn.Linear(64, 11))
    with pytest.raises(ValueError, match="another network"):
        fit(wide, Stopping(-1, fail), digits(), **options)


def scaled(factor):
    return lambda logits, target: factor * F.cross_entropy(logits, target)


class Scaled:
    def __init__(self, factor):
        self.factor = factor

    def __call__(self, logits, target):
        return self.factor * F.cross_entropy(logits, target)


def hidden(activation):
    """A network that shows nothing of what it computes, in its repr or its parameters."""

    class Hidden(nn.Module):
        def forward(self, x):
            return activation(x)

    return nn.Sequential(Hidden())


APART = [
    [functools.partial(dm_loss, emphasis=emphasis.DM(0.5, beta)) for beta in (6, 8)],
    (lambda z, y: F.cross_entropy(z, y), lambda z, y: 2 * F.cross_entropy(z, y)),
    (lambda z, y: F.cross_entropy(z, y), lambda z, y: F.multi_margin_loss(z, y)),
    (lambda z, y, a=1: a * F.cross_entropy(z, y), lambda z, y, a=2: a * F.cross_entropy(z, y)),
    (scaled(1), scaled(2)),
    (scaled(torch.ones(2000)), scaled(torch.ones(2000).cumsum(0))),
    (Scaled(1), Scaled(2)),
    (Scaled(1).__call__, Scaled(2).__call__),
    (DMLoss(emphasis.Custom(lambda p: 1 - p)), DMLoss(emphasis.Custom(lambda p: 1 - p * p))),
    [DMLoss(emphasis.CCE(), ignore_index=k) for k in (-100, 0)],
    [DMLoss(emphasis.CCE(), reduction=name) for name in ("mean", "sum")],
    [DMLoss(emphasis.CCE(), normalization=name) for name in ("none", "batch")],
    (nn.ReLU(), nn.Tanh()),
    (hidden(torch.relu), hidden(torch.tanh)),
    (nn.Linear(2, 3), nn.Linear(2, 3).double()),
]


@pytest.mark.parametrize(("one", "other"), APART)
def test_what_computes_something_else_is_told_apart(one, other):
    assert identity(one) != identity(other)
    assert identity(one) == identity(copy.deepcopy(one))


def test_compiling_changes_nothing():
    assert identity(torch.compile(scaled(2))) == identity(scaled(2)) != identity(scaled(3))


def test_a_checkpoint_is_known_in_another_process():
    """Neither addresses nor the order of hashes, which differ there, may count."""
    program = """
        import functools, torch
        from dmnb import dm_loss, emphasis
        from dmnb.train.identity import identity
        def loss(z, y, names=frozenset("abcdef")):
            return loss(z, y) if "a" in {"a", "b", "c"} else print(torch.relu)
        def within():
            return lambda z, y: within()
        of = functools.partial(dm_loss, emphasis=emphasis.Custom(lambda p: 1 - p))
        for value in (loss, within(), of, torch.nn.Linear(2, 2), [object()]):
            print(identity(value))
    """
    told = {
        subprocess.run(
            [sys.executable, "-c", textwrap.dedent(program)], capture_output=True, text=True,
            check=True, env=os.environ | {"PYTHONHASHSEED": seed},
        ).stdout
        for seed in "12"
    }  # fmt: skip
    assert len(told) == 1 and len(told.pop().splitlines()) >= 5


def test_the_network_itself_counts(tmp_path):
    options = {"epochs": 2, "lr": 0.1, "checkpoint": tmp_path / "run", "checkpoint_every": 1}
    with pytest.raises(Power):
        fit(nn.Sequential(nn.Flatten(), nn.Linear(64, 10)), Stopping(1, fail), digits(), **options)
    curved = nn.Sequential(nn.Flatten(), nn.Linear(64, 10), nn.Tanh())
    with pytest.raises(ValueError, match="another network"):
        fit(curved, Stopping(-1, fail), digits(), **options)


def test_where_no_checkpoint_can_be_the_run_does_not_begin(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(OSError, match="file"):
        train(checkpoint=tmp_path / "file" / "run")
    with pytest.raises(ValueError, match=r"checkpoint_every.*0"):
        train(checkpoint=tmp_path / "run", checkpoint_every=0)


def test_a_checkpoint_is_a_file_that_torch_loads(tmp_path):
    _, newest, _ = two_checkpoints(tmp_path)
    state = torch.load(newest, weights_only=True)
    assert state["run"]["epoch"] == 2 and state["run"]["step"] == 2
    assert checkpoint.load(newest)["about"] == state["about"]


def test_settings_may_be_numbers_of_numpy(tmp_path, undisturbed):
    options = {"lr": np.float64(0.05), "momentum": np.float64(0.9), "epochs": np.int64(3)}
    options |= {"checkpoint": tmp_path / "run", "checkpoint_every": 4}
    with pytest.raises(Power):
        train(at=10, **options)
    assert same(train(**options), undisturbed["plain"])


def test_resuming_is_told(tmp_path, caplog):
    options, *_ = two_checkpoints(tmp_path)
    with caplog.at_level(logging.INFO):
        train(**options)
    assert "on from epoch 2, step 2" in caplog.text


def test_loaders_of_your_own_resume(tmp_path):
    images = digits()
    x, y = images.train_images.float() / 255, images.train_labels

    def loaders():
        examples = torch.utils.data.TensorDataset(x, y)
        train = torch.utils.data.DataLoader(examples, batch_size=20, shuffle=True)
        return Loaders(train, [(x[:30], y[:30]), (x[30:50], y[30:50])], [(x, y)])

    whole = train(data=loaders())
    for at in range(0, 3 * STEPS, 4):
        options = {"checkpoint": tmp_path / "run", "checkpoint_every": 1}
        with pytest.raises(Power):
            train(at=at, data=loaders(), **options)
        assert same(train(data=loaders(), **options), whole), at


CONFIG = experiment.Config(epochs=120, record_every=10, width=16)


def test_a_killed_command_goes_on(tmp_path):
    """`dmnb run --checkpoint` killed from outside and run again writes the same record."""
    command = ["run", "--epochs", "120", "--width", "16", "--record-every", "10", "--quiet"]
    command += ["--checkpoint", str(tmp_path / "kept"), "--out", str(tmp_path / "runs")]
    process = multiprocessing.get_context("fork").Process(target=cli.main, args=(command,))
    process.start()
    kept = tmp_path / "kept" / experiment.checkpoint_name(CONFIG)
    while not kept.exists() and process.is_alive():
        time.sleep(0.01)
    process.kill()
    process.join()
    assert process.exitcode == -signal.SIGKILL
    assert checkpoint.load(kept)["run"]["epoch"] > 1
    assert cli.main(command) == 0
    (path,) = (tmp_path / "runs").iterdir()
    alone = json.loads(experiment.run(CONFIG, progress=False).to_json())
    assert json.loads(path.read_text()) | {"seconds": 0} == alone | {"seconds": 0}
    assert list((tmp_path / "kept").iterdir()) == []


def test_a_run_of_other_code_begins_again(monkeypatch):
    name = experiment.checkpoint_name(CONFIG)
    assert name == experiment.checkpoint_name(
        experiment.Config(epochs=120, record_every=10, width=16)
    )
    assert name != experiment.checkpoint_name(
        experiment.Config(epochs=120, record_every=10, width=17)
    )
    module = importlib.import_module("dmnb.experiment.run")
    monkeypatch.setattr(module, "versions", lambda: {"code": {"loss": "12345678"}})
    assert name != experiment.checkpoint_name(CONFIG)
