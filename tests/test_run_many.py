import dataclasses

import numpy as np
import pytest
import torch

from dmnb import data, experiment, features
from dmnb.experiment import Config, many, run, run_many

QUICK = {"width": 8, "epochs": 2}
LOSSES = [
    {"emphasis": "cce"},
    {"emphasis": "gce", "normalization": "batch", "lr": 0.03},
    {"emphasis": "dm", "rate": 0.2},
    {"emphasis": "anchored", "beta": 6.0, "noise": "none"},
    {"emphasis": "dm-authors", "seed": 3, "noise": "pair"},
]


def assert_same(found, expected):
    for one, other in zip(found, expected, strict=True):
        one, other = dataclasses.asdict(one), dataclasses.asdict(other)
        assert one["config"] == other["config"] and one["noise_rate"] == other["noise_rate"]
        for name in ("epoch", "test_accuracy", "best", "final", "corrupted", "intact", "ess"):
            assert one[name] == pytest.approx(other[name], abs=1e-5), name
        for name in ("p_clean", "p_noisy", "train_loss"):
            values = ([np.nan if x is None else x for x in side[name]] for side in (one, other))
            assert next(values) == pytest.approx(next(values), abs=1e-5, nan_ok=True), name
        assert one.keys() == other.keys() and one["versions"] == other["versions"]


@pytest.mark.parametrize("more", [{}, {"imbalance": 5.0, "schedule": "cosine"}], ids=str)
def test_runs_together_are_the_runs_alone(more, monkeypatch):
    configs = [Config(**QUICK, **more, **loss) for loss in LOSSES]
    alone = [run(config, progress=False) for config in configs]
    monkeypatch.setattr(many, "run", lambda *args, **options: pytest.fail("ran alone"))
    assert_same(run_many(configs), alone)


@pytest.mark.parametrize("held_out", ["true", "given"])
def test_runs_with_examples_held_out_have_their_own_test_set(held_out):
    configs = [
        Config(**QUICK, held_out=held_out, seed=seed, rate=rate, **loss)
        for seed, rate in ((0, 0.2), (0, 0.4), (1, 0.2))
        for loss in LOSSES[:2]
    ]
    assert_same(run_many(configs), [run(config, progress=False) for config in configs])


def test_records_are_in_the_order_of_the_configs():
    configs = [Config(epochs=1, width=width, seed=k) for k, width in enumerate((4, 8, 4, 8, 6))]
    records = run_many(configs)
    assert [record.config["seed"] for record in records] == list(range(5))
    assert [record.config["width"] for record in records] == [4, 8, 4, 8, 6]
    assert run_many([]) == []


@pytest.mark.parametrize("more", [{"augment": True}, {"dropout": 0.2}], ids=str)
def test_what_draws_while_it_trains_runs_alone(more):
    configs = [Config(**QUICK, seed=seed, **more) for seed in (0, 1)]
    for found, expected in zip(
        run_many(configs), [run(c, progress=False) for c in configs], strict=True
    ):
        assert found.test_accuracy == expected.test_accuracy
        assert found.train_loss == expected.train_loss


def test_the_global_generator_is_left_as_it_was():
    before = torch.get_rng_state()
    run_many([Config(epochs=1, width=4, seed=seed) for seed in (0, 1)])
    assert torch.equal(torch.get_rng_state(), before)


def test_vectors_of_texts_are_a_data_set(monkeypatch):
    texts = data.Texts(
        ("good film", "bad film", "fine"), torch.tensor([1, 0, 1]),
        ("dull", "grand"), torch.tensor([0, 1]), ("neg", "pos"),
    )  # fmt: skip

    def vectors(given):
        assert given == ["good film", "bad film", "fine", "dull", "grand"]
        return torch.arange(20.0).view(5, 4)

    monkeypatch.setattr(data, "load_text", lambda name: texts)
    monkeypatch.setitem(experiment.VECTORS, "imdb-pv-dbow", ("imdb", vectors))
    found = experiment.dataset_of(Config(dataset="imdb-pv-dbow"))
    assert found.in_shape == (4, 1, 1) and found.num_classes == 2
    assert torch.equal(found.train_images.flatten(1), torch.arange(12.0).view(3, 4))
    assert torch.equal(found.test_images.flatten(1), torch.arange(12.0, 20).view(2, 4))
    config = Config(dataset="imdb-pv-dbow", model="shallow", epochs=2, batch_size=2, noise="none")
    assert_same(run_many([config] * 2), [run(config, progress=False)] * 2)


def test_both_kinds_of_vectors_have_a_name():
    assert set(experiment.VECTORS.values()) == {
        ("imdb", features.pv_dbow), ("imdb", features.tfidf_svd)
    }  # fmt: skip
