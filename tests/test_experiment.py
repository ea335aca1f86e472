import dataclasses
import json
import math
import pickle
import typing
from pathlib import Path

import pytest
import torch

from dmnb import data, emphasis, experiment, noise
from dmnb.authors import AuthorsDMLoss
from dmnb.experiment import (
    Config,
    corrupted_labels,
    epochs_of,
    generator_of,
    loss_of,
    prepared,
    run,
)
from dmnb.loss import DMLoss
from dmnb.record import Record, file_name

SMALL = {"epochs": 2, "width": 16}


def comparable(record):
    values = dataclasses.asdict(record)
    del values["seconds"]
    return values


def test_promised_fields():
    promised = (
        "dataset noise rate emphasis lam beta q normalization model optimizer lr momentum "
        "weight_decay schedule epochs batch_size seed device"
    )
    assert set(promised.split()) <= set(experiment.settings())


def test_defaults_are_the_papers_dm_on_digits():
    config = Config()
    assert (config.dataset, config.noise, config.rate) == ("digits", "symmetric", 0.4)
    assert (config.emphasis, config.lam, config.beta) == ("dm", 0.5, 12.0)
    loss = loss_of(config)
    assert isinstance(loss, DMLoss)
    assert loss.normalization == "integral"


def test_a_config_is_immutable_hashable_and_picklable():
    config = Config(lr=0.1)
    with pytest.raises(dataclasses.FrozenInstanceError):
        config.lr = 0.2
    assert pickle.loads(pickle.dumps(config)) == config == Config.from_dict(config.to_dict())
    assert len({config, Config(lr=0.1), dataclasses.replace(config, lr=0.2)}) == 2


def test_settings_that_few_runs_have_are_told_only_where_set():
    """A record is named by the hash of its config: these names must outlive new settings."""
    told = Config().to_dict()
    assert told.keys() >= {"width", "normalization", "epochs"}
    assert not told.keys() & {"dropout", "eps", "milestones", "drop", "iterations", "imbalance"}
    assert file_name(told) == "digits-symmetric-dm-lr0.01-seed0-f2f53fa6.json"
    few = Config(dropout=0.2, iterations=300, milestones="100,200", schedule="step")
    assert few.to_dict() == {key: value for key, value in told.items() if key != "epochs"} | {
        "dropout": 0.2,
        "iterations": 300,
        "milestones": "100,200",
        "schedule": "step",
    }
    assert Config.from_dict(few.to_dict()) == few


def test_iterations_are_counted_in_whole_epochs():
    assert epochs_of(Config(iterations=30_000, batch_size=256), 50_000) == 153
    assert epochs_of(Config(iterations=1, batch_size=256), 50_000) == 1
    assert epochs_of(Config(epochs=7), 50_000) == 7
    record = run(Config(iterations=46, width=16), progress=False)  # 23 steps of 64 an epoch
    assert record.epoch == [1, 2]
    assert record.test_accuracy == run(Config(**SMALL), progress=False).test_accuracy


def test_milestones_drop_and_eps_reach_the_training():
    step = {"schedule": "step", "lr": 0.1, **SMALL}
    plain = run(Config(**step), progress=False)
    assert run(Config(milestones="23,35", drop=10, **step), progress=False).final == plain.final
    other = run(Config(milestones="10", drop=1e6, **step), progress=False)
    assert other.train_loss[0] != plain.train_loss[0]
    adam = {"optimizer": "adam", **SMALL}
    still = run(Config(eps=1e9, **adam), progress=False)
    assert still.train_loss[1] == pytest.approx(still.train_loss[0], rel=1e-3)
    moving = run(Config(**adam), progress=False)
    assert moving.train_loss[1] < 0.9 * moving.train_loss[0]


def test_dropout_reaches_the_network():
    plain, thinned = (run(Config(dropout=d, **SMALL), progress=False) for d in (None, 0.5))
    assert plain.train_loss != thinned.train_loss


def test_numbers_take_the_declared_type():
    config = Config(lr=1, epochs=3.0, rate=0)
    assert (type(config.lr), type(config.epochs), type(config.rate)) == (float, int, float)


@pytest.mark.parametrize("make", [lambda v: Config(**v), Config.from_dict])
@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"momentun": 0.9}, "momentun.*momentum"),
        ({"noise": "salt"}, "noise.*symmetric.*'salt'"),
        ({"rate": 1.5}, r"rate.*\[0, 1\].*1.5"),
        ({"rate": float("nan")}, "rate.*nan"),
        ({"emphasis": "focal"}, "emphasis.*anchored.*'focal'"),
        ({"lam": -1}, "lam.*-1"),
        ({"beta": float("inf")}, "beta.*inf"),
        ({"emphasis": "anchored", "beta": -2}, "beta.*-2"),
        ({"q": 2}, "q must.*2"),
        ({"normalization": "sum"}, "normalization.*batch.*'sum'"),
        ({"emphasis": "dm-authors", "normalization": "integral"}, "normalization.*batch.*integral"),
        ({"model": "vgg"}, "model.*mlp.*'vgg'"),
        ({"optimizer": "lion"}, "optimizer.*adam.*'lion'"),
        ({"schedule": "linear"}, "schedule.*cosine.*'linear'"),
        ({"lr": 0}, "lr.*above 0.*0"),
        ({"lr": "fast"}, "lr.*float.*'fast'"),
        ({"momentum": 1.0}, "momentum.*1.0"),
        ({"epochs": 0}, "epochs.*0"),
        ({"epochs": 2.5}, "epochs.*int.*2.5"),
        ({"epochs": math.inf}, "epochs.*int.*inf"),
        ({"epochs": True}, "epochs.*int.*True"),
        ({"batch_size": -4}, "batch_size.*-4"),
        ({"width": 0}, "width.*0"),
        ({"augment": 1}, "augment.*bool.*1"),
        ({"seed": -1}, "seed.*-1"),
        ({"imbalance": 0.5}, "imbalance.*at least 1.*0.5"),
        ({"held_out": "noisy"}, "held_out.*given, true.*'noisy'"),
        ({"dropout": 1}, r"dropout.*\[0, 1\).*1"),
        ({"eps": 0}, "eps.*above 0.*0"),
        ({"drop": 1}, "drop.*above 1.*1"),
        ({"milestones": "20,10"}, "milestones.*15000,22000.*'20,10'"),
        ({"milestones": "10,20"}, "milestones is for schedule step, got 'constant'"),
        ({"drop": 2, "schedule": "cosine"}, "drop is for schedule step, got 'cosine'"),
        ({"eps": 0.1}, "eps is for optimizer adam, got 'sgd'"),
        ({"milestones": "0,10"}, "milestones.*rising.*'0,10'"),
        ({"milestones": "10,ten"}, "milestones.*'10,ten'"),
        ({"iterations": 0}, "iterations.*0"),
        ({"iterations": 500, "epochs": 3}, "one of epochs and iterations.*3 and 500"),
        ({"device": "abacus"}, "device.*cuda.*'abacus'"),
        ({"device": "cpu:0"}, "device.*cpu, cuda.*'cpu:0'"),
        ({"dataset": 3}, "dataset.*str.*3"),
    ],
)
def test_bad_settings_are_named(make, values, words):
    with pytest.raises(ValueError, match=words):
        make(values)


FLOATS = [
    name
    for name, wanted in typing.get_type_hints(Config).items()
    if float in (wanted, *typing.get_args(wanted))
]


@pytest.mark.parametrize("name", FLOATS)
def test_numbers_are_finite(name):
    """A record is strict JSON: another could not be saved, after all the training."""
    for value in (math.inf, -math.inf, math.nan):
        with pytest.raises(ValueError, match=f"{name} must be finite, got {value}"):
            Config(emphasis="cce", schedule="step", **{name: value})


@pytest.mark.parametrize("name", experiment.EMPHASES)
def test_every_emphasis_trains(name):
    beta = 2.0 if name == "exponential" else 6.0
    record = run(Config(emphasis=name, beta=beta, **SMALL), progress=False)
    assert record.epoch == [1, 2]
    assert record.diverged is None
    assert all(value is not None for value in record.ess + record.train_loss)
    plain = name in ("cce", "mae", "mse", "gce")
    expected = "batch" if name.startswith("dm-authors") else "none" if plain else "integral"
    assert record.config["normalization"] == expected


PLAIN = [emphasis.CCE(), emphasis.MAE(), emphasis.MSE(), emphasis.GCE(0.7)]


@pytest.mark.parametrize("plain", PLAIN, ids=str)
def test_a_plain_loss_is_one_in_any_words(plain):
    for words in (plain.name, plain, json.dumps(plain.to_dict())):
        assert loss_of(Config(emphasis=words)).normalization == "none"
    assert loss_of(Config(emphasis=emphasis.DM(0.5, 12))).normalization == "integral"


def test_the_authors_formula_is_the_baseline():
    config = Config(emphasis="dm-authors", lam=1.0, beta=8.0)
    loss = loss_of(config)
    assert isinstance(loss, AuthorsDMLoss) and loss.dtype is None
    without_rounding = dataclasses.replace(config, emphasis="dm-authors-float64")
    assert loss_of(without_rounding).dtype is torch.float64


def test_a_run_gives_the_same_bits_twice_and_leaves_the_global_generator():
    config = Config(**SMALL)
    torch.manual_seed(3)
    before = torch.get_rng_state()
    first = run(config, progress=False)
    assert torch.equal(torch.get_rng_state(), before)
    torch.manual_seed(4)
    assert comparable(run(config, progress=False)) == comparable(first)
    other = run(dataclasses.replace(config, seed=1), progress=False)
    assert other.test_accuracy != first.test_accuracy
    assert other.noise_rate != first.noise_rate


def test_a_run_survives_json_and_its_config_reruns(tmp_path):
    record = run(Config(**SMALL), progress=False)
    loaded = Record.load(record.save(tmp_path))
    assert loaded.config == record.config
    assert Config.from_dict(loaded.config).to_dict() == record.config
    assert loaded.final == pytest.approx(record.final, rel=1e-4)
    assert loaded.name == record.name


def test_a_diverged_run_has_a_record(tmp_path):
    config = Config(emphasis="dm", lr=1e30, weight_decay=1e3, epochs=9, width=16)
    record = Record.load(run(config, progress=False).save(tmp_path))
    assert record.diverged == record.epoch[-1] < 9
    assert 0 <= record.final <= 1
    assert record.p_clean[-1] is None


def test_dm_resists_noise_that_cross_entropy_learns():
    options = {"epochs": 40, "width": 64, "lr": 0.1, "record_every": 40}
    cce = run(Config(emphasis="cce", **options), progress=False)
    dm = run(Config(emphasis="dm", **options), progress=False)
    assert cce.p_noisy[-1] > 0.25 > 0.15 > dm.p_noisy[-1]
    assert cce.corrupted > dm.corrupted + 0.05
    assert dm.intact > cce.intact + 0.1
    assert dm.final > cce.final + 0.1


@pytest.mark.parametrize("kind", ["symmetric", "symmetric_inclusive", "asymmetric", "pair"])
def test_noise_is_made_by_its_kind_and_measured(kind):
    dataset = data.load("digits")
    config = Config(noise=kind, rate=0.3)
    labels = corrupted_labels(dataset, config)
    moved = labels != dataset.train_labels
    if kind == "pair":
        assert torch.equal(labels[moved], (dataset.train_labels[moved] + 1) % 10)
    if kind == "asymmetric":
        expected = experiment.CLASS_MAPS["digits"]
        pairs = zip(dataset.train_labels[moved].tolist(), labels[moved].tolist(), strict=True)
        assert set(pairs) == set(expected.items())
    record = run(Config(noise=kind, rate=0.3, epochs=1, width=8), progress=False)
    assert record.noise_rate == noise.rate(dataset.train_labels, labels) == moved.double().mean()


def test_no_noise():
    record = run(Config(noise="none", **SMALL), progress=False)
    assert record.noise_rate == 0
    assert record.p_noisy == [None, None]
    assert record.corrupted == record.intact


def test_imbalance_thins_the_training_set_and_keeps_its_noise():
    digits = data.load("digits")
    noisy = corrupted_labels(digits, Config())
    thinned, clean = prepared(Config(imbalance=10))
    counts = digits.train_labels.bincount()
    assert clean.bincount()[5:].tolist() == counts[5:].tolist()
    assert clean.bincount()[:5].tolist() == (counts[:5] / 10).round().int().tolist()
    of_image = {x.numpy().tobytes(): y for x, y in zip(digits.train_images, noisy, strict=True)}
    for image, label in zip(thinned.train_images, thinned.train_labels, strict=True):
        assert of_image[image.numpy().tobytes()] == label
    assert torch.equal(thinned.test_images, digits.test_images)
    record = run(Config(imbalance=10, **SMALL), progress=False)
    assert record.noise_rate == noise.rate(clean, thinned.train_labels)


@pytest.mark.parametrize("labels", ["given", "true"])
def test_held_out_data_stand_in_for_the_test_data(labels):
    digits, config = data.load("digits"), Config(held_out=labels)
    dataset, clean = prepared(config)
    assert (len(clean), len(dataset.test_labels)) == (1150, 287)
    images = torch.cat([dataset.train_images, dataset.test_images])
    assert images.long().sum() == digits.train_images.long().sum()
    truth = {
        x.numpy().tobytes(): y
        for x, y in zip(digits.train_images, digits.train_labels, strict=True)
    }
    true = torch.stack([truth[image.numpy().tobytes()] for image in images])
    assert torch.equal(true[:1150], clean)
    wrong = noise.rate(true[1150:], dataset.test_labels)
    assert wrong == 0 if labels == "true" else 0.3 < wrong < 0.5
    assert 0.3 < noise.rate(clean, dataset.train_labels) < 0.5


def test_noise_is_shared_by_methods_and_rates_of_learning():
    dataset = data.load("digits")
    one = corrupted_labels(dataset, Config(emphasis="cce", lr=0.1))
    assert torch.equal(one, corrupted_labels(dataset, Config(emphasis="dm", epochs=3)))
    assert not torch.equal(one, corrupted_labels(dataset, Config(seed=1)))


def test_streams_are_independent_by_name():
    draws = {
        (seed, name): tuple(torch.rand(3, generator=generator_of(seed, name)).tolist())
        for seed in (0, 1)
        for name in ("noise", "order")
    }
    assert len(set(draws.values())) == 4


def test_human_labels_are_read_and_superclasses_flipped_within(monkeypatch):
    human = torch.arange(10)
    monkeypatch.setattr(data, "human_labels", lambda name: human)
    dataset = data.load("digits")
    config = Config(dataset="cifar10", noise="human_worse")
    assert corrupted_labels(dataset, config) is human

    superclass = torch.tensor([0, 0, 0, 0, 0, 1, 1, 1, 1, 1])
    monkeypatch.setattr(data, "superclass_of", lambda name: superclass)
    config = Config(dataset="cifar100", noise="asymmetric", rate=0.5)
    labels = corrupted_labels(dataset, config)
    moved = labels != dataset.train_labels
    assert torch.equal(superclass[labels], superclass[dataset.train_labels])
    assert len(dataset.train_labels[moved].unique()) == 4


def test_asymmetric_noise_needs_to_know_the_classes():
    with pytest.raises(ValueError, match=r"digits and cifar10 have.*'nowhere'.*symmetric and pair"):
        corrupted_labels(data.load("digits"), Config(dataset=Path("nowhere"), noise="asymmetric"))


def test_human_labels_belong_to_cifar10():
    with pytest.raises(ValueError, match=r"human_worse.*cifar10.*digits"):
        run(Config(noise="human_worse", **SMALL), progress=False)


@pytest.mark.skipif(torch.cuda.is_available(), reason="needs a machine without CUDA")
def test_a_missing_device_is_named():
    with pytest.raises(ValueError, match="cuda is not available"):
        run(Config(device="cuda", **SMALL), progress=False)


def test_an_unknown_data_set_is_named():
    with pytest.raises(ValueError, match="mnist9000"):
        run(Config(dataset="mnist9000", **SMALL), progress=False)


def test_any_emphasis_as_json(tmp_path):
    text = json.dumps((2 * emphasis.Focal(1.5)).to_dict())
    config = Config(emphasis=text, epochs=1)
    assert experiment.emphasis_of(config) == 2 * emphasis.Focal(1.5)
    path = experiment.run(config, progress=False).save(tmp_path)
    assert path.exists() and path.name.replace("-", "").replace("_", "").replace(".", "").isalnum()
    for given in (2 * emphasis.Focal(1.5), (2 * emphasis.Focal(1.5)).to_dict()):
        assert Config(emphasis=given, epochs=1) == config
    given = (emphasis.Focal(2), {"gamma": 2, "family": "focal"}, '{"family":"focal","gamma":2.0}')
    names = [file_name(Config(emphasis=value).to_dict()) for value in (emphasis.Focal(2.0), *given)]
    assert len(set(names)) == 1
    example = """'{"family": "focal", "gamma": 2}', got 'focal'"""
    for bad, words in (("{1}", "JSON"), ('{"family": "x"}', "'x'"), ("focal", example)):
        with pytest.raises(ValueError, match=words):
            Config(emphasis=bad)
