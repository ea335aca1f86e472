import copy
import dataclasses
import logging
import math
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from torch import nn

from dmnb import DMLoss, models
from dmnb.authors import AuthorsDMLoss
from dmnb.emphasis import CCE, DM, GCE, MAE, AnchoredDM, per_class
from dmnb.train import fit, fit_many
from dmnb.train.stacked import JointLoss

N, TEST, CLASSES = 150, 40, 3


def stream(seed=0):
    return torch.Generator().manual_seed(seed)


def made(size=N, channels=5, seed=0):
    """Vectors in three overlapping clouds, as a data set."""
    draws = stream(seed)
    labels = torch.randint(CLASSES, (size + TEST,), generator=draws)
    centres = torch.randn(CLASSES, channels, generator=draws)
    x = centres[labels] + 0.7 * torch.randn(size + TEST, channels, generator=draws)
    x = x.view(-1, channels, 1, 1)
    return SimpleNamespace(
        train_images=x[:size], train_labels=labels[:size],
        test_images=x[size:], test_labels=labels[size:],
    )  # fmt: skip


def pictures():
    data = made(channels=16)
    both = torch.cat([data.train_images, data.test_images])
    both = ((both - both.min()) * 30).clamp(0, 255).byte().view(-1, 1, 4, 4)
    return SimpleNamespace(
        train_images=both[:N], train_labels=data.train_labels,
        test_images=both[N:], test_labels=data.test_labels,
    )  # fmt: skip


def networks(count, name="shallow", in_shape=(5, 1, 1), **options):
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(1)
        return [
            models.build(name, in_shape=in_shape, num_classes=CLASSES, **options)
            for _ in range(count)
        ]


def noisy(labels, seed):
    draws = stream(seed)
    wrong = torch.rand(len(labels), generator=draws) < 0.3
    return torch.where(wrong, torch.randint(CLASSES, labels.shape, generator=draws), labels)


LOSSES = [
    DMLoss(CCE(), normalization="none"),
    DMLoss(GCE(0.7), normalization="none"),
    DMLoss(GCE(0.7), normalization="batch"),
    DMLoss(MAE(), normalization="integral"),
    DMLoss(DM(0.5, 12)),
    DMLoss(DM(0.5, 12), normalization="batch"),
    DMLoss(AnchoredDM(0.5, 12)),
    DMLoss(CCE(), weight=torch.tensor([1.0, 2.0, 0.5])),
    DMLoss(CCE(), reduction="sum"),
    DMLoss(per_class([CCE(), DM(1, 4), MAE()]), normalization="batch"),
    AuthorsDMLoss(0.5, 12),
    nn.CrossEntropyLoss(),
]


def one_after_another(
    nets, losses, data, *, labels, lr, subsets=None, clean_labels=None, **options
):
    curves = []
    rates = np.broadcast_to(lr, len(nets)).tolist()
    for k, (net, loss) in enumerate(zip(nets, losses, strict=True)):
        rows = slice(None) if subsets is None else subsets[k]
        part = copy.copy(data)
        part.train_images, part.train_labels = data.train_images[rows], labels[k][rows]
        clean = None if clean_labels is None else clean_labels[rows]
        curves.append(
            fit(net, loss, part, generator=stream(k), lr=rates[k], clean_labels=clean, **options)
        )
    return curves


def assert_same(found, expected, tolerance=1e-5):
    for one, other in zip(found, expected, strict=True):
        one, other = dataclasses.asdict(one), dataclasses.asdict(other)
        del one["seconds"], other["seconds"]
        # A p on the border of a bin may fall to either side.
        for a, b in zip(one.pop("histograms"), other.pop("histograms"), strict=True):
            assert a["epoch"] == b["epoch"]
            for part in ("clean", "noisy"):
                assert sum(a[part]) == sum(b[part])
                assert sum(abs(i - j) for i, j in zip(a[part], b[part], strict=True)) <= 2
        assert one.keys() == other.keys()
        for name in one:
            a, b = (
                value if isinstance(value, list) else [value] for value in (one[name], other[name])
            )
            assert [x is None for x in a] == [x is None for x in b], name
            known = ([x for x in values if x is not None] for values in (a, b))
            assert next(known) == pytest.approx(next(known), abs=tolerance, rel=tolerance), name


def both_ways(losses, data=None, nets=None, **options):
    """Curves and networks of fit_many, and of one fit after another."""
    data = made() if data is None else data
    first = nets or networks(len(losses))
    second = copy.deepcopy(first)
    options = {
        "epochs": 4, "lr": 0.05, "batch_size": 32, "clean_labels": data.train_labels,
        "labels": [noisy(data.train_labels, k) for k in range(len(losses))],
    } | options  # fmt: skip
    generators = [stream(k) for k in range(len(losses))]
    many = fit_many(first, losses, data, generators=generators, **options)
    return many, one_after_another(second, losses, data, **options), first, second


def assert_same_networks(first, second):
    for a, b in zip(first, second, strict=True):
        for p, q in zip(a.parameters(), b.parameters(), strict=True):
            torch.testing.assert_close(p, q, atol=1e-5, rtol=1e-5)


def test_every_loss_has_the_curves_it_has_alone():
    many, alone, first, second = both_ways(LOSSES)
    assert_same(many, alone)
    assert_same_networks(first, second)
    assert len({curve.train_loss[-1] for curve in many}) == len(LOSSES)


@pytest.mark.parametrize(
    "options",
    [
        {"optimizer": "nesterov"},
        {"optimizer": "adam", "lr": 0.003, "weight_decay": 0.01},
        {"optimizer": "adam", "lr": 0.01, "eps": 0.1},
        {"momentum": 0.0},
        {"weight_decay": 0.01, "schedule": "cosine", "warmup": 1.5},
        {"schedule": "step", "milestones": [3, 7], "drop": 3},
        {"schedule": "inv"},
        {"lr": [0.01, 0.03, 0.1, 0.05]},
        {"lr": torch.tensor([0.01, 0.03, 0.1, 0.05])},
        {"lr": np.float32(0.03)},
        {"record_every": 3},
        {"clean_labels": None},
        {"batch_size": 1000},
    ],
    ids=str,
)
def test_options_do_what_they_do_in_fit(options):
    many, alone, first, second = both_ways(LOSSES[:4], **options)
    assert_same(many, alone)
    assert_same_networks(first, second)


def test_runs_with_rows_to_ignore_are_what_they_are_alone():
    data = made()
    labels = [noisy(data.train_labels, k) for k in range(3)]
    labels[1][::4] = -100
    many, alone, first, second = both_ways(LOSSES[3:6], labels=labels)
    assert_same(many, alone)
    assert_same_networks(first, second)


class Tempered(nn.Sequential):
    """One function while it trains, another when it is asked."""

    def forward(self, x):
        z = super().forward(x)
        return z if self.training else -z


def test_networks_are_measured_in_evaluation_mode():
    data = made()
    nets = [Tempered(nn.Flatten(), net) for net in networks(2)]
    twins = copy.deepcopy(nets)
    options = {"labels": [data.train_labels] * 2, "lr": 0.1, "epochs": 3}
    streams = [stream(k) for k in range(2)]
    many = fit_many(nets, LOSSES[:2], data, generators=streams, **options)
    assert_same(many, one_after_another(twins, LOSSES[:2], data, **options))
    assert_same_networks(nets, twins)


def test_subsets_are_centred_and_drawn_as_alone():
    draws = stream(5)
    subsets = [torch.randperm(N, generator=draws)[:70].sort().values for _ in range(4)]
    many, alone, first, second = both_ways(LOSSES[2:6], subsets=subsets)
    assert_same(many, alone)
    assert_same_networks(first, second)


@pytest.mark.parametrize("name", ["mlp", "small_cnn", "shallow_sigmoid"])
def test_images_and_other_networks(name):
    nets = networks(4, name, (1, 4, 4), width=6)
    many, alone, first, second = both_ways(LOSSES[3:7], pictures(), nets, epochs=2)
    assert_same(many, alone)
    assert_same_networks(first, second)


def test_labels_to_ignore_are_left_to_the_loss():
    data = made()
    labels = [noisy(data.train_labels, k) for k in range(3)]
    losses = [*LOSSES[:2], DMLoss(MAE(), ignore_index=1)]
    options = {"labels": labels, "clean_labels": data.train_labels}
    many, alone, *_ = both_ways(losses, data, **options)
    assert_same(many, alone)
    taught = many[2].train_loss
    assert taught != both_ways([*LOSSES[:2], DMLoss(MAE())], data, **options)[0][2].train_loss


def test_a_run_that_diverges_ends_alone():
    losses = [DMLoss(CCE(), normalization="none"), nn.CrossEntropyLoss(), LOSSES[5]]
    lr = [0.05, 1e30, 0.05]
    many, alone, *_ = both_ways(losses, lr=lr, epochs=3)
    assert_same(many, alone)
    assert [curve.diverged for curve in many] == [None, 1, None]
    assert [len(curve.epoch) for curve in many] == [3, 1, 3]


@pytest.mark.parametrize(
    "name, network, reason",
    [
        ("resnet20", {"width": 2}, "buffers"),
        ("mlp", {"width": 4, "dropout": 0.5}, "dropout"),
    ],
)
def test_what_cannot_be_stacked_goes_one_after_another(name, network, reason, caplog):
    def training(train):
        nets = networks(2, name, (1, 4, 4), **network)
        torch.manual_seed(0)
        return train(nets), nets

    data, losses = pictures(), LOSSES[4:6]
    options = {
        "labels": [data.train_labels] * 2, "lr": 0.01, "epochs": 2,
        "subsets": [torch.arange(0, N, 2), torch.arange(1, N, 2)],
    }  # fmt: skip
    generators = [stream(0), stream(1)]
    with caplog.at_level(logging.WARNING), torch.random.fork_rng(devices=[]):
        many, first = training(
            lambda nets: fit_many(nets, losses, data, generators=generators, **options)
        )
        alone, second = training(lambda nets: one_after_another(nets, losses, data, **options))
    assert_same(many, alone, tolerance=0)
    assert_same_networks(first, second)
    assert f"2 runs go one after another: their networks have {reason}" in caplog.text


def test_frozen_parameters_stay():
    nets = networks(2)
    for net in nets:
        net[1].requires_grad_(False)
    before = nets[0][1].weight.clone()
    both_ways(LOSSES[:2], nets=nets)
    assert torch.equal(nets[0][1].weight, before)


def test_without_generators_the_global_one_draws():
    data = made()
    curves = []
    for _ in range(2):
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(3)
            options = {"labels": [data.train_labels], "lr": 0.01, "epochs": 1}
            curves += fit_many(networks(1), LOSSES[:1], data, **options)
    assert curves[0].train_loss == curves[1].train_loss


@pytest.mark.parametrize("runs", [1, 4])
def test_the_joint_loss_is_each_loss_in_value_and_gradient(runs):
    """Rows of any difficulty, among them a run whose weights all but vanish."""
    losses = LOSSES * runs
    draws = stream(2)
    z = 30 * torch.randn(len(losses), 6, CLASSES, generator=draws)
    y = torch.randint(CLASSES, (len(losses), 6), generator=draws)
    z[2].scatter_(1, y[2, :, None], 90)
    z.requires_grad_()
    found = JointLoss(losses, y)(z, y)
    expected = torch.stack([loss(z[k], y[k]) for k, loss in enumerate(losses)])
    torch.testing.assert_close(found.float(), expected)
    cotangent = torch.linspace(1, 2, len(losses))
    gradients = [torch.autograd.grad((v * cotangent).sum(), z)[0] for v in (found, expected)]
    torch.testing.assert_close(*gradients)


def test_equal_emphases_are_evaluated_once():
    losses = [DMLoss(DM(0.5, 12), normalization=name) for name in ("none", "integral", "batch")]
    joint = JointLoss([*losses, *copy.deepcopy(losses), nn.CrossEntropyLoss()], torch.zeros(7, 9))
    assert [len(runs) for _, runs, _ in joint.groups] == [6] and len(joint.alone) == 1


@pytest.mark.parametrize(
    "changed, message",
    [
        ({"losses": LOSSES[:1]}, "losses must be one for each of 2 models, got 1"),
        ({"labels": []}, "labels must be one for each of 2 models, got 0"),
        ({"labels": [torch.zeros(N - 1).long()] * 2}, f"labels must be {N} each, got {N - 1}"),
        ({"lr": [0.1, 0.1, 0.1]}, "lr must be one for each of 2 models, got 3"),
        ({"generators": [None]}, "generators must be one for each"),
        ({"lr": [0.1, 0.0]}, "lr must be a finite number, above 0, got 0"),
        ({"epochs": 0}, "epochs must be a whole number, at least 1, got 0"),
        ({"batch_size": -1}, "batch_size must be a whole number, at least 1"),
        ({"optimizer": "sgdm"}, "optimizer must be one of sgd, nesterov, adam, got 'sgdm'"),
        ({"schedule": "up"}, "schedule must be one of"),
        ({"momentum": 1.5}, r"momentum must be a finite number, in \[0, 1\), got 1\.5"),
        ({"milestones": [60, 20]}, r"milestones must be rising.*got \[60, 20\]"),
        ({"warmup": math.inf}, "warmup must be a finite number, at least 0, got inf"),
        ({"device": "gpu"}, "device must be cpu, cuda or cuda:N, got 'gpu'"),
        ({"subsets": [torch.arange(3), torch.arange(4)]}, r"one size, got \[3, 4\]"),
        ({"models": networks(1) * 2}, "different networks, got one of them twice"),
        ({"clean_labels": torch.ones(N).bool()}, "clean_labels must be the true classes"),
        ({"models": []}, "must be one for each of 0 models"),
        ({"models": [*networks(1), *networks(1, width=9)]}, "one architecture"),
        ({"models": [*networks(1), *networks(1, "shallow_sigmoid")]}, "one architecture"),
    ],
)
def test_bad_arguments_are_named(changed, message):
    data = made()
    arguments = {
        "models": networks(2), "losses": LOSSES[:2], "labels": [data.train_labels] * 2,
        "lr": 0.1, "epochs": 1,
    } | changed  # fmt: skip
    nets, losses = arguments.pop("models"), arguments.pop("losses")
    with pytest.raises(ValueError, match=message):
        fit_many(nets, losses, data, **arguments)


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_on_a_gpu_too_it_is_one_fit_after_another():
    losses = [copy.deepcopy(loss).to("cuda") for loss in LOSSES]
    subsets = [torch.arange(k % 3, N, 3) for k in range(len(losses))]
    many, alone, *_ = both_ways(losses, subsets=subsets, device="cuda", clean_labels=None)
    assert_same(many, alone, tolerance=1e-3)
