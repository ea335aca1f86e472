"""Batches from loaders of your own train as images in memory do."""

import pytest
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from dmnb import DMLoss, data, emphasis, models
from dmnb.train import Loaders, centring, fit

DIGITS = data.load("digits")
COUNT = 110


class Order(torch.utils.data.Sampler):
    """The order that fit draws for images in memory; counts the epochs it is told."""

    def __init__(self, generator):
        self.generator, self.told = generator, []

    def set_epoch(self, epoch):
        self.told.append(epoch)

    def __iter__(self):
        return iter(torch.randperm(COUNT, generator=self.generator).tolist())

    def __len__(self):
        return COUNT


def stream():
    return torch.Generator().manual_seed(3)


def loaders(measured=True):
    centre = centring(DIGITS.train_images[:COUNT])
    x, y = centre(DIGITS.train_images[:COUNT]), given()
    test_x = centre(DIGITS.test_images)
    sampler = Order(stream())
    return Loaders(
        DataLoader(TensorDataset(x, y), batch_size=32, sampler=sampler),
        DataLoader(TensorDataset(test_x, DIGITS.test_labels), batch_size=100),
        [(x[:50], y[:50]), (x[50:], y[50:])] if measured else None,
    )


def given():
    return (DIGITS.train_labels[:COUNT] + (torch.arange(COUNT) % 4 == 0)) % 10


def train(source, **options):
    with torch.random.fork_rng():
        torch.manual_seed(0)
        model = models.build("mlp", in_shape=(1, 8, 8), num_classes=10, width=8)
    options = {"clean_labels": DIGITS.train_labels[:COUNT], "generator": stream()} | options
    curves = fit(
        model,
        DMLoss(emphasis.DM(0.5, 6)),
        source,
        epochs=3,
        lr=0.05,
        schedule="cosine",
        batch_size=32,
        **options,
    )
    measured = {name: value for name, value in vars(curves).items() if name != "seconds"}
    return model, measured


def test_the_same_batches_give_the_same_bits():
    whole = data.Dataset(
        DIGITS.train_images[:COUNT],
        given(),
        DIGITS.test_images,
        DIGITS.test_labels,
        DIGITS.class_names,
    )
    in_memory, expected = train(whole)
    source = loaders()
    loaded, measured = train(source)
    for a, b in zip(in_memory.parameters(), loaded.parameters(), strict=True):
        assert torch.equal(a, b)
    for name, value in expected.items():
        flat = isinstance(value, list) and value and isinstance(value[0], float)
        assert measured[name] == (pytest.approx(value, abs=1e-6) if flat else value), name
    assert source.train.sampler.told == [1, 2, 3]


def test_without_a_pass_over_training_examples_test_accuracy_is_what_there_is():
    _, everything = train(loaders())
    _, curves = train(loaders(measured=False), clean_labels=None)
    assert curves["test_accuracy"] == everything["test_accuracy"]
    assert curves["train_loss"] == everything["train_loss"]
    assert curves["p_clean"] == curves["p_noisy"] == curves["ess"] == [None] * 3
    assert curves["histograms"] == [] and curves["intact"] is None


def test_a_network_that_diverges_is_noticed_without_that_pass():
    linear = nn.Sequential(nn.Flatten(), nn.Linear(64, 10))
    curves = fit(
        linear, lambda z, y: z.sum() * torch.nan, loaders(measured=False), epochs=5, lr=0.1
    )
    assert curves.diverged == 1


@pytest.mark.parametrize(
    ("source", "options", "words"),
    [
        (loaders(), {"augment": True}, "augment.*False"),
        (loaders(measured=False), {}, "clean_labels.*measured"),
        (loaders(), {"clean_labels": torch.zeros(7).long()}, "clean_labels.*110.*7"),
    ],
)
def test_what_loaders_do_not_allow_is_said(source, options, words):
    with pytest.raises(ValueError, match=words):
        train(source, **options)
