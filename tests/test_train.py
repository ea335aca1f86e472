import itertools
import math
import re
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from torch import nn
from torch.utils.data import DataLoader

from dmnb import emphasis
from dmnb.loss import DMLoss, log_odds
from dmnb.train import (
    SCHEDULES,
    accuracy,
    centring,
    effective_share,
    fit,
    fit_many,
    learning_rate,
    optimizer_of,
    predict,
)
from dmnb.train.images import crop, draw_crops


def stream(seed=0):
    return torch.Generator().manual_seed(seed)


def blobs(n=150, classes=3, size=6, noise=0.3):
    """Images whose bright column tells the class, labels partly wrong: data, clean labels."""
    generator = stream(7)
    clean = torch.randint(classes, (n + 60,), generator=generator)
    images = torch.randint(0, 60, (n + 60, 2, size, size), generator=generator)
    images[torch.arange(n + 60), 0, :, clean] += 150
    wrong = torch.rand(n + 60, generator=generator) < noise
    given = torch.where(wrong, (clean + 1) % classes, clean)
    images = images.byte()
    data = SimpleNamespace(
        train_images=images[:n],
        train_labels=given[:n],
        test_images=images[n:],
        test_labels=clean[n:],
    )
    return data, clean[:n]


def network(size=6, classes=3):
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return nn.Sequential(
            nn.Flatten(), nn.Linear(2 * size * size, 32), nn.ReLU(), nn.Linear(32, classes)
        )


def trained(loss=None, *, data=None, **options):
    data, clean = data or blobs()
    options = {"epochs": 4, "lr": 0.05, "batch_size": 16, "clean_labels": clean} | options
    model = network()
    curves = fit(model, loss or nn.CrossEntropyLoss(), data, generator=stream(), **options)
    return model, curves


def measured(curves):
    return {name: value for name, value in vars(curves).items() if name != "seconds"}


@pytest.mark.parametrize("options", [{}, {"augment": True}, {"optimizer": "adam", "lr": 0.01}])
def test_the_same_seed_gives_the_same_bits(options):
    loss = DMLoss(emphasis.DM(0.5, 4.0))
    first, one = trained(loss, **options)
    torch.rand(5)  # the global generator plays no part
    second, two = trained(loss, **options)
    assert measured(one) == measured(two)
    for a, b in zip(first.parameters(), second.parameters(), strict=True):
        assert torch.equal(a, b)


def test_another_seed_gives_another_run():
    data, _ = blobs()
    runs = [
        fit(network(), nn.CrossEntropyLoss(), data, epochs=1, lr=0.05, generator=stream(seed))
        for seed in (0, 1)
    ]
    assert runs[0].train_loss != runs[1].train_loss


def test_one_plain_sgd_step_is_the_gradient_step():
    data, _ = blobs(n=40)
    model, reference = network(), network()
    fit(model, nn.CrossEntropyLoss(), data, epochs=1, lr=0.1, momentum=0.0, batch_size=40)
    x = data.train_images.float()
    x = (x - x.mean((0, 2, 3), keepdim=True)) / 255
    nn.functional.cross_entropy(reference(x), data.train_labels).backward()
    for a, b in zip(model.parameters(), reference.parameters(), strict=True):
        torch.testing.assert_close(a, b - 0.1 * b.grad, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("optimizer", ["sgd", "nesterov", "adam"])
@pytest.mark.parametrize("schedule", SCHEDULES)
def test_it_learns(optimizer, schedule):
    lr = 0.005 if optimizer == "adam" else 0.05
    _, curves = trained(
        data=blobs(noise=0.0), optimizer=optimizer, schedule=schedule, lr=lr, warmup=1, epochs=6
    )
    assert curves.test_accuracy[-1] > 0.95
    assert curves.train_loss[-1] < curves.train_loss[0]
    assert curves.corrupted == curves.intact > 0.95


def test_milestones_reach_the_steps():
    """Plain SGD on a linear loss moves by the rate times the slope: 6 at 1, 2 at .5, 2 at .25."""
    data = blobs(n=32)[0]
    model = network()
    before = model[3].bias.detach().clone()
    options = {"schedule": "step", "milestones": [6, 8], "drop": 2, "momentum": 0.0}
    fit(model, lambda z, y: z.mean(), data, epochs=5, lr=1.0, batch_size=16, **options)
    moved = (before - model[3].bias.detach()) * 3
    torch.testing.assert_close(moved, torch.full((3,), 6 + 2 * 0.5 + 2 * 0.25))


def test_eps_is_adams():
    """With a large eps Adam's first step is lr g / eps, not lr."""
    data = blobs(n=32)[0]
    model = network()
    before = model[3].bias.detach().clone()
    options = {"optimizer": "adam", "eps": 1e3, "batch_size": 32}
    fit(model, lambda z, y: z.mean(), data, epochs=1, lr=1.0, **options)
    moved = (before - model[3].bias.detach()) * 3
    torch.testing.assert_close(moved, torch.full((3,), 1e-3), rtol=1e-2, atol=0)


def test_weight_decay_shrinks_the_weights():
    free, _ = trained(epochs=6)
    bound, _ = trained(epochs=6, weight_decay=0.1)
    assert sum(p.norm() for p in bound.parameters()) < sum(p.norm() for p in free.parameters())


def test_what_is_measured_is_what_the_network_says():
    data, clean = blobs()
    w = emphasis.AnchoredDM(0.5, 4.0)
    model, curves = trained(DMLoss(w))
    logits = predict(model, data.train_images, centre=centring(data.train_images))
    p = logits.double().softmax(1).gather(1, data.train_labels[:, None])[:, 0]
    right = data.train_labels == clean
    assert curves.p_clean[-1] == pytest.approx(p[right].mean().item(), abs=1e-9)
    assert curves.p_noisy[-1] == pytest.approx(p[~right].mean().item(), abs=1e-9)
    weights = w.weight(p)
    expected = weights.sum() ** 2 / (len(p) * weights.square().sum())
    assert curves.ess[-1] == pytest.approx(expected.item(), abs=1e-6)
    assert curves.corrupted == (logits.argmax(1) == data.train_labels).double().mean().item()
    assert curves.intact == (logits.argmax(1) == clean).double().mean().item()
    last = curves.histograms[-1]
    assert last["epoch"] == 4
    bins = torch.histogram(p[right], 20, range=(0.0, 1.0)).hist.int().tolist()
    assert last["clean"] == bins
    assert sum(last["noisy"]) == (~right).sum().item()


def test_the_effective_sample_of_an_emphasis_per_class_is_that_of_its_rows():
    data, _ = blobs()
    parts = emphasis.AnchoredDM(0.5, 4.0), emphasis.CCE(), emphasis.MAE()
    model, curves = trained(DMLoss(emphasis.per_class(parts)))
    logits = predict(model, data.train_images, centre=centring(data.train_images)).double()
    p = logits.softmax(1).gather(1, data.train_labels[:, None])[:, 0]
    w = torch.stack([part.weight(p) for part in parts])[data.train_labels, torch.arange(len(p))]
    expected = w.sum() ** 2 / (len(p) * w.square().sum())
    assert curves.ess[-1] == pytest.approx(expected.item(), abs=1e-6)


def test_without_clean_labels_nothing_is_told_apart():
    _, curves = trained(clean_labels=None)
    assert curves.p_clean == curves.p_noisy == [None] * 4
    assert curves.intact is None and curves.histograms == []
    assert 0 <= curves.corrupted <= 1


def test_without_noise_there_is_no_p_of_noisy_examples():
    _, curves = trained(data=blobs(noise=0.0))
    assert curves.p_noisy == [None] * 4
    assert all(0 < p < 1 for p in curves.p_clean)


def test_a_loss_without_an_emphasis_has_no_effective_sample():
    assert trained()[1].ess == [None] * 4


def test_sparse_records_agree_with_dense_ones():
    _, dense = trained(epochs=7)
    _, sparse = trained(epochs=7, record_every=3)
    assert sparse.epoch == [3, 6, 7]
    assert sparse.test_accuracy == [dense.test_accuracy[k - 1] for k in sparse.epoch]
    assert sparse.corrupted == dense.corrupted


def test_histograms_are_few_and_evenly_spread():
    _, curves = trained(data=blobs(n=32), epochs=60)
    epochs = [histogram["epoch"] for histogram in curves.histograms]
    assert len(epochs) == 25 and epochs[0] == 1 and epochs[-1] == 60
    gaps = {b - a for a, b in itertools.pairwise(epochs)}
    assert gaps <= {2, 3}


def test_a_diverged_run_is_recorded_and_ends():
    _, curves = trained(lambda z, y: z.square().sum() * 1e30, lr=1e9, epochs=9)
    assert curves.diverged == curves.epoch[-1] < 9
    assert curves.train_loss[-1] is None or math.isfinite(curves.train_loss[-1])
    assert curves.p_clean[-1] is None and curves.ess[-1] is None
    lengths = {len(getattr(curves, name)) for name in ("epoch", "test_accuracy", "p_noisy", "ess")}
    assert lengths == {len(curves.epoch)}
    assert 0 <= curves.test_accuracy[-1] <= 1


def test_divergence_between_records_is_noticed():
    _, curves = trained(lambda z, y: z.sum() * math.nan, epochs=9, record_every=5)
    assert curves.diverged == 1 and curves.epoch == [1]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"optimizer": "lion"}, "optimizer.*sgd.*'lion'"),
        ({"schedule": "linear"}, "schedule.*cosine.*'linear'"),
        ({"epochs": 0}, "epochs.*0"),
        ({"lr": -1.0}, "lr.*-1.0"),
        ({"batch_size": 0}, "batch_size.*0"),
        ({"record_every": 0}, "record_every.*0"),
        ({"clean_labels": torch.zeros(7).long()}, "clean_labels.*150.*7"),
        ({"clean_labels": torch.ones(150).bool()}, "clean_labels.*true classes.*torch.bool"),
        ({"clean_labels": [0] * 150}, "clean_labels.*int64 tensor.*list"),
    ],
)
def test_bad_options_are_named(options, words):
    with pytest.raises(ValueError, match=words):
        trained(**options)


OPTIONS = {
    "a whole number, at least 1": {
        name: [0, -1, 1.5, math.nan, True, "3", None]
        for name in ("epochs", "batch_size", "record_every", "checkpoint_every")
    },
    "a finite number, above 0": {name: [0, -1, math.inf, math.nan, "1"] for name in ("lr", "eps")},
    "a finite number, at least 0": {
        name: [-1e-9, math.inf, math.nan, None] for name in ("weight_decay", "warmup")
    },
    "a finite number, in [0, 1)": {"momentum": [-0.1, 1, 1.5, math.nan]},
    "a finite number, above 1": {"drop": [0, 0.1, 1, math.inf]},
    "rising whole numbers above 0": {"milestones": [[60, 20], [-5], [1, 1], [0.5], 7, "7"]},
    "True or False": {"augment": ["yes", None]},
    "cpu, cuda or cuda:N": {"device": ["foo", "mps", "", 0, None]},
}


@pytest.mark.parametrize(
    ("allowed", "name", "value"),
    [
        (allowed, name, value)
        for allowed, options in OPTIONS.items()
        for name, values in options.items()
        for value in values
    ],
)
@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_what_an_option_may_be_is_said(optimizer, allowed, name, value):
    words = re.escape(f"{name} must be {allowed}") + ".*" + re.escape(f"got {value!r}")
    with pytest.raises(ValueError, match=words):
        trained(**{"optimizer": optimizer, name: value})


def test_options_may_be_numpys():
    options = {"batch_size": np.int64(50), "momentum": np.float32(0.5), "warmup": np.float64(1)}
    milestones = {"schedule": "step", "milestones": np.array([2, 4])}
    _, curves = trained(epochs=np.int64(2), **options, **milestones)
    assert curves.epoch == [1, 2]


def test_a_device_that_is_not_there_is_refused():
    name = f"cuda:{torch.cuda.device_count()}"
    with pytest.raises(ValueError, match=f"device {name} is not available here"):
        trained(device=name)
    with pytest.raises(ValueError, match=f"device {name} is not available here"):
        fit_many(
            [network()],
            [nn.CrossEntropyLoss()],
            *blobs()[:1],
            labels=[blobs()[1]],
            epochs=1,
            lr=1,
            device=name,
        )


@pytest.mark.parametrize("option", [{"momentum": 1.0}, {"lr": 0.0}, {"weight_decay": -1.0}])
def test_an_optimizer_says_what_its_options_may_be(option):
    with pytest.raises(ValueError, match=f"{next(iter(option))} must be a finite number"):
        optimizer_of("sgd", network().parameters(), **{"lr": 0.1} | option)


def flat():
    data, _ = blobs()
    data.test_images = data.test_images.flatten(1)
    return data


def arrays():
    data, _ = blobs()
    data.train_images = data.train_images.numpy()
    return data


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (DataLoader([]), "DataLoader, its train_images: NoneType"),
        ((torch.zeros(3, 1, 8, 8), torch.zeros(3)), "tuple, its train_images: NoneType"),
        (arrays(), r"train_images: ndarray \(150, 2, 6, 6\)"),
        (flat(), r"test_images: Tensor \(60, 72\)"),
    ],
    ids=["loader", "tuple", "arrays", "vectors"],
)
def test_what_data_may_be_is_said(data, words):
    with pytest.raises(ValueError, match=rf"\(N, D, 1, 1\).*train\.Loaders.*{words}"):
        fit(network(), nn.CrossEntropyLoss(), data, epochs=1, lr=0.1)
    with pytest.raises(ValueError, match=words):
        fit_many([network()], [nn.CrossEntropyLoss()], data, labels=[None], epochs=1, lr=0.1)


def test_there_are_as_many_labels_as_images():
    for part in ("train", "test"):
        data, _ = blobs()
        setattr(data, f"{part}_labels", getattr(data, f"{part}_labels")[:-1])
        with pytest.raises(ValueError, match=rf"{part}_labels must be \d+, as the images, got"):
            fit(network(), nn.CrossEntropyLoss(), data, epochs=1, lr=0.1)


@pytest.mark.parametrize("part", ["train_images", "test_images"])
def test_there_are_data(part):
    data, _ = blobs()
    setattr(data, part, getattr(data, part)[:0])
    setattr(data, part.replace("images", "labels"), torch.zeros(0, dtype=torch.long))
    with pytest.raises(ValueError, match=f"{part} must not be empty"):
        fit(network(), nn.CrossEntropyLoss(), data, epochs=1, lr=0.1)


def test_vectors_are_not_cropped():
    data, _ = blobs()
    for name in ("train_images", "test_images"):
        setattr(data, name, getattr(data, name).flatten(1)[..., None, None])
    with pytest.raises(ValueError, match="augment must be False with images of one pixel"):
        fit(network(), nn.CrossEntropyLoss(), data, epochs=1, lr=0.1, augment=True)


def test_examples_to_ignore_are_not_measured():
    data, clean = blobs()
    counts = torch.arange(150) % 5 > 0
    data.train_labels = data.train_labels.where(counts, -100)
    loss = DMLoss(emphasis.DM(0.5, 12))
    model, curves = trained(loss, data=(data, clean))
    logits = predict(model, data.train_images[counts], centre=centring(data.train_images))
    given, true = data.train_labels[counts], clean[counts]
    m = log_odds(logits.double(), given)
    for part, curve in ((given == true, curves.p_clean), (given != true, curves.p_noisy)):
        assert curve[-1] == pytest.approx(m[part].sigmoid().mean().item())
    assert curves.ess[-1] == pytest.approx(effective_share(loss.emphasis.weight_at(m)))
    assert curves.corrupted == accuracy(logits, given)


def test_schedules():
    def rates(schedule, **options):
        return [learning_rate(k, 8, lr=1.0, schedule=schedule, **options) for k in range(8)]

    assert rates("constant") == [1.0] * 8
    assert rates("step") == pytest.approx([1, 1, 1, 1, 0.1, 0.1, 0.01, 0.01])
    cosine = rates("cosine")
    assert cosine[0] == 1.0 and cosine[4] == pytest.approx(0.5)
    assert cosine == pytest.approx([(1 + math.cos(math.pi * k / 8)) / 2 for k in range(8)])
    assert rates("constant", warmup_steps=4) == pytest.approx([0.25, 0.5, 0.75, 1, 1, 1, 1, 1])
    halved = rates("step", milestones=[2, 3, 7], drop=2)
    assert halved == [1, 1, 0.5, 0.25, 0.25, 0.25, 0.25, 0.125]
    assert rates("inv") == pytest.approx([(1 + 1e-5 * k) ** -0.75 for k in range(8)], rel=1e-12)
    late = rates("cosine", warmup_steps=4)
    assert late[4] == 1.0 and late[6] == pytest.approx(0.5)


def test_a_warm_up_longer_than_the_run_only_rises():
    rates = [learning_rate(k, 4, lr=1.0, schedule="cosine", warmup_steps=8) for k in range(4)]
    assert rates == pytest.approx([1 / 8, 2 / 8, 3 / 8, 4 / 8])


def test_centred_images_have_mean_zero_and_keep_their_scale():
    images = torch.randint(0, 256, (2500, 3, 4, 5), generator=stream()).byte()
    images[:, 2] = 9
    x = centring(images)(images)
    assert x.dtype == torch.float32
    torch.testing.assert_close(x.mean((0, 2, 3)), torch.zeros(3), atol=1e-5, rtol=0)
    torch.testing.assert_close(x.std((0, 2, 3)), images.double().std((0, 2, 3)).float() / 255)


def test_centred_vectors_keep_their_scale():
    vectors = torch.randn(2500, 7, 1, 1, generator=stream()) * 40 + 3
    torch.testing.assert_close(centring(vectors)(vectors[:9]), vectors[:9] - vectors.mean(0))


def test_crops_and_flips_are_shifted_mirror_images():
    images = torch.randint(1, 256, (40, 3, 8, 6), generator=stream()).byte()
    crops = draw_crops(len(images), generator=stream(3))
    made = crop(images, torch.arange(len(images)), crops)
    assert made.shape == images.shape and made.dtype == torch.uint8
    padded = nn.functional.pad(images, (4, 4, 4, 4))
    found = []
    for k, image in enumerate(made):
        candidates = {
            (top, left, mirrored): cut.flip(2) if mirrored else cut
            for top in range(9)
            for left in range(9)
            for mirrored in (False, True)
            for cut in [padded[k, :, top : top + 8, left : left + 6]]
        }
        matches = [name for name, cut in candidates.items() if torch.equal(cut, image)]
        assert len(matches) == 1
        found += matches
    assert len(set(found)) > 20
    assert 10 < sum(mirrored for *_, mirrored in found) < 30


def test_effective_share():
    assert effective_share(torch.ones(8)) == pytest.approx(1.0)
    assert effective_share(torch.tensor([0.0, 0.0, 0.0, 5.0])) == pytest.approx(0.25)
    assert effective_share(torch.full((4,), 1e300, dtype=torch.float64)) == pytest.approx(1.0)


def test_prediction_in_pieces_is_prediction():
    data, _ = blobs()
    model, centre = network(), centring(data.train_images)
    whole = predict(model, data.train_images, centre=centre)
    pieces = predict(model, data.train_images, centre=centre, batch_size=7)
    torch.testing.assert_close(whole, pieces)
    assert accuracy(torch.eye(3), torch.tensor([0, 1, 0])) == pytest.approx(2 / 3)


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_it_trains_on_a_gpu():
    _, curves = trained(DMLoss(emphasis.CCE(), normalization="none"), device="cuda", augment=True)
    assert len(curves.test_accuracy) == 4
    assert curves.ess[-1] > 0
