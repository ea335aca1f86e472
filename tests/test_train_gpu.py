"""Training on a GPU: the same bits twice, the plain loop's curves, no waiting, every way back."""

import logging
import subprocess
import sys

import pytest
import torch
from torch import nn

from dmnb import DMLoss, data, emphasis, experiment, models
from dmnb.authors import AuthorsDMLoss
from dmnb.record import Record
from dmnb.train import cuda, fit, optimizer_of
from dmnb.train.images import crop, draw_crops
from dmnb.train.parallel import Processes
from dmnb.train.run import Run
from dmnb.train.sources import source_of

pytestmark = pytest.mark.gpu

CUDA = torch.device("cuda")
NOTHING = dict.fromkeys(cuda.FEATURES, "left out")


def only(*features):
    return {name: reason for name, reason in NOTHING.items() if name not in features}


def noisy_digits():
    whole = data.load("digits")
    wrong = torch.arange(len(whole.train_labels)) % 3 == 0
    labels = (whole.train_labels + wrong) % 10
    parts = (whole.train_images, labels, whole.test_images, whole.test_labels)
    return data.Dataset(*parts, whole.class_names)


def network(name="resnet20", **options):
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return models.build(name, in_shape=(1, 8, 8), num_classes=10, width=8, **options)


def train(model=None, loss=None, **options):
    """Parameters, on the CPU, and what was measured."""
    options = {"epochs": 3, "lr": 0.02, "batch_size": 100, "augment": True} | options
    model = model or network()
    torch.cuda.manual_seed(0)
    curves = fit(
        model,
        loss or DMLoss(emphasis.DM(0.5, 6)),
        noisy_digits(),
        clean_labels=data.load("digits").train_labels,
        generator=torch.Generator().manual_seed(0),
        device="cuda",
        **options,
    )
    state = {name: value.cpu() for name, value in model.state_dict().items()}
    return state, vars(curves) | {"seconds": 0}


def run_of(model=None, loss=None, *, optimizer="sgd", dropout=0.0):
    model = (model or network(dropout=dropout)).to(CUDA)
    processes = Processes(None, CUDA)
    source = source_of(
        noisy_digits(),
        batch_size=100,
        augment=True,
        generator=torch.Generator().manual_seed(1),
        processes=processes,
    )
    descent = optimizer_of(optimizer, model.parameters(), lr=0.02, weight_decay=1e-3, device=CUDA)
    return Run(model, loss or DMLoss(emphasis.DM(0.5, 6)), source, descent, processes)


def epochs_of(run, count=2):
    losses = []
    for _ in range(count):
        losses.append(run.train_epoch(lambda step: 0.02 / (1 + step)))
        run.end_epoch()
    return losses


def warnings(caplog):
    return [r.getMessage() for r in caplog.records if r.levelno >= logging.WARNING]


@pytest.mark.parametrize("fast", [None, True, False])
def test_the_same_seed_gives_the_same_bits(fast):
    (first, one), (second, two) = train(fast=fast), train(fast=fast)
    if fast is False:  # cuDNN is then the user's: only the batches are promised
        assert one["train_loss"] == pytest.approx(two["train_loss"], rel=0.02)
        return
    assert one == two
    for name, value in first.items():
        assert torch.equal(value, second[name]), name


def test_the_fast_path_has_the_plain_loops_curves():
    options = {"epochs": 12, "lr": 0.05}
    _, fast = train(fast=True, **options)
    _, plain = train(fast=False, **options)
    assert fast["train_loss"][0] == pytest.approx(plain["train_loss"][0], rel=0.02)
    assert fast["test_accuracy"][-1] == pytest.approx(plain["test_accuracy"][-1], abs=0.05)
    assert fast["p_noisy"][-1] == pytest.approx(plain["p_noisy"][-1], abs=0.05)
    assert fast["ess"][-1] == pytest.approx(plain["ess"][-1], abs=0.05)


@pytest.mark.parametrize("optimizer", ["sgd", "nesterov", "adam"])
def test_a_graph_takes_the_steps_that_it_captured(optimizer):
    plain, run = run_of(optimizer=optimizer), run_of(optimizer=optimizer)
    with cuda.fast_path(plain, steps=1, wanted=False):
        expected = epochs_of(plain)
    assert cuda.speed_up(run, only("graph"), insist=False) == ("graph",)
    assert epochs_of(run) == pytest.approx(expected, rel=2e-3)


@pytest.mark.parametrize("features", [("graph",), ("bf16", "graph"), cuda.FEATURES], ids=str)
def test_no_step_waits_for_the_gpu(features):
    run = run_of()
    assert cuda.speed_up(run, only(*features)) == features
    batches = list(run.source.batches(1))
    rate = run.descent.param_groups[0]["lr"]
    run.network.train()
    torch.cuda.set_sync_debug_mode("error")
    try:
        for batch in batches:
            rate.fill_(0.01)
            run.update(*batch.tensors, size=batch.size, share=batch.share)
    finally:
        torch.cuda.set_sync_debug_mode("default")
    assert run.total.isfinite()


LOSSES = {
    **{
        f"{family} {normalization}": lambda f=family, n=normalization: DMLoss(f, normalization=n)
        for family in (
            emphasis.DM(0.5, 12), emphasis.AnchoredDM(0.5, 12), emphasis.CCE(), emphasis.MAE(),
            emphasis.MSE(), emphasis.GCE(0.7), emphasis.Normal(0.3, 4.0), emphasis.Beta(2.0, 3.0),
            emphasis.Exponential(2.0), emphasis.Uniform(),
            emphasis.Tabulated([0.0, 0.3, 1.0], [0.5, 2.0, 0.1]),
        )
        for normalization in ("none", "integral", "batch")
    },
    "authors": lambda: AuthorsDMLoss(0.5, 12),
    "authors, float64": lambda: AuthorsDMLoss(0.5, 12, dtype=torch.float64),
    "cross_entropy": nn.CrossEntropyLoss,
    "class weights": lambda: DMLoss(emphasis.CCE(), weight=torch.arange(1.0, 11, device=CUDA)),
}  # fmt: skip


@pytest.mark.parametrize("name", LOSSES)
def test_every_loss_can_be_captured(name):
    plain, run = (run_of(network("mlp"), LOSSES[name]()) for _ in range(2))
    assert cuda.speed_up(run, only("graph")) == ("graph",)
    assert epochs_of(run, 1) == pytest.approx(epochs_of(plain, 1), rel=1e-3, abs=1e-5)


@pytest.mark.parametrize("name", ["DM(lam=0.5, beta=12) batch", "authors"])
def test_all_features_work_with_the_loss(name):
    run = run_of(loss=LOSSES[name]())
    assert cuda.speed_up(run, {}, insist=True) == cuda.FEATURES
    assert all(torch.tensor(epochs_of(run)).isfinite())


def test_every_replay_draws_a_new_dropout():
    run = run_of(dropout=0.5)
    cuda.speed_up(run, only("graph"))
    (batch, *_), values = list(run.source.batches(1)), []
    run.descent.param_groups[0]["lr"].zero_()
    for _ in range(4):
        before = run.total.item()
        run.update(*batch.tensors, size=batch.size, share=batch.share)
        values.append(run.total.item() - before)
    assert len(set(values)) == 4


class Curious(nn.Module):
    """A network that looks at its activations on the host, which no graph can hold."""

    def __init__(self):
        super().__init__()
        self.network = network(dropout=0.3)

    def forward(self, x):
        z = self.network(x)
        return z * 0.5 if z.abs().max().item() > 1e9 else z


def test_a_network_that_cannot_be_captured_trains_all_the_same(caplog):
    _, curves = train(Curious())
    assert curves["epoch"] == [1, 2, 3] and curves["diverged"] is None
    assert any(text.startswith("training without graph: ") for text in warnings(caplog))
    with pytest.raises(RuntimeError, match="fast=True, but no graph"):
        train(Curious(), fast=True)
    assert torch.randn(3, device=CUDA).isfinite().all()  # the generator has left the capture
    _, curves = train(fast=None)
    assert curves["diverged"] is None


def test_crops_are_the_cpus():
    images = torch.randint(256, (50, 3, 32, 32), dtype=torch.uint8)
    index, crops = torch.randperm(50)[:40], draw_crops(40)
    made = crop(images.to(CUDA), index.to(CUDA), crops.to(CUDA))
    assert torch.equal(made.cpu(), crop(images, index, crops))


class Stopping(DMLoss):
    def __init__(self, at):
        super().__init__(emphasis.DM(0.5, 6))
        self.left = at

    def forward(self, logits, target):
        if self.training and self.left == 0:
            raise InterruptedError
        self.left -= 1
        return super().forward(logits, target)


def test_a_run_goes_on_from_its_checkpoint(tmp_path):
    """Eagerly, where Python sees every step: to the same bits."""
    options = {"checkpoint": tmp_path / "run", "checkpoint_every": 7}
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(cuda, "obstacles", lambda *_, **__: only("bf16"))
        whole, expected = train(loss=Stopping(-1))
        with pytest.raises(InterruptedError):
            train(loss=Stopping(25), **options)
        resumed, curves = train(loss=Stopping(-1), **options)
    assert curves == expected
    for name, value in whole.items():
        assert torch.equal(value, resumed[name]), name


def test_a_graph_goes_on_from_a_checkpoint(tmp_path, monkeypatch):
    whole, expected = train()
    options = {"checkpoint": tmp_path / "run", "checkpoint_every": 7}
    end_epoch = Run.end_epoch

    def stop(run):
        end_epoch(run)
        if run.epoch == 3:
            raise InterruptedError

    with monkeypatch.context() as patched:
        patched.setattr(Run, "end_epoch", stop)
        with pytest.raises(InterruptedError):
            train(**options)
    resumed, curves = train(**options)
    assert curves["train_loss"] == pytest.approx(expected["train_loss"], rel=1e-4)
    for name, value in whole.items():
        torch.testing.assert_close(resumed[name], value, rtol=1e-3, atol=1e-4)


def test_an_experiment_trains_and_tells_what_made_it_fast():
    config = experiment.Config(device="cuda", epochs=2, model="small_cnn", width=8, augment=True)
    record = experiment.run(config, progress=False)
    assert record.hardware["device"] == "cuda" and record.diverged is None
    assert set(record.hardware["fast"]) >= {"bf16", "graph"}


def test_torchrun_on_a_gpu(tmp_path):
    command = [sys.executable, "-m", "torch.distributed.run", "--nproc-per-node", "1"]
    command += ["--standalone", "-m", "dmnb", "run", "--device", "cuda", "--epochs", "2"]
    command += ["--model", "small_cnn", "--width", "8", "--out", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (path,) = tmp_path.iterdir()
    assert Record.load(path).hardware["processes"] == 1
