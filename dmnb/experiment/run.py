"""From the settings of a run to its record."""

import dataclasses
import hashlib
import json
import math
import typing
from pathlib import Path

import torch
from torch import nn

from dmnb import data, models, noise, train
from dmnb.authors import AuthorsDMLoss
from dmnb.experiment.config import (
    AUTHORS,
    STREAMED,
    Config,
    emphasis_of,
    milestones_of,
    normalization_of,
)
from dmnb.experiment.examples import generator_of, prepared, seed_of
from dmnb.experiment.streams import Streams, streams_of
from dmnb.loss import DMLoss
from dmnb.record import Record, file_name, hardware, versions
from dmnb.train.options import device_of


def run(
    config: Config,
    *,
    progress: bool = True,
    checkpoint: str | Path | None = None,
    process_group: typing.Any = None,
) -> Record:
    """Load, corrupt, train, measure: the whole of one run.

    Labels, initial network and order come from three streams of random numbers that depend on the
    seed alone: runs that differ in the loss or the learning rate share all three. On the CPU the
    same config gives the same bits, ``seconds`` aside. The global generators are left as they were.

    Args:
        config: the settings.
        progress: show a bar on stderr where rich is installed.
        checkpoint: folder to keep the state of the run in while it lasts, made where missing. Where
            one of this config by this code is there, the run goes on from it. None: nowhere.
        process_group: None for this process alone, else each process of the group calls this
            function and trains on its share of every batch; all return the same record.

    Raises:
        ValueError: for settings that do not fit the data, such as human labels of digits, for
            a device that is not there, for a damaged checkpoint, and, with a process group, for
            the authors' formula and for data from disk, which are for one process.
    """
    config = runnable(config)
    streamed = config.dataset in STREAMED
    if streamed and process_group is not None:
        raise ValueError(f"{config.dataset} is read by one process, got a process_group")
    dataset, clean = (streams_of(config), None) if streamed else prepared(config)
    _, curves = trained(
        config,
        dataset,
        clean,
        progress=progress,
        checkpoint=checkpoint and Path(checkpoint) / checkpoint_name(config),
        process_group=process_group,
    )
    record = record_of(config, curves, clean, None if streamed else dataset.train_labels)
    if process_group is not None:
        record.hardware["processes"] = torch.distributed.get_world_size(process_group)
    return record


def trained(
    config: Config,
    dataset: data.Dataset | Streams,
    clean: torch.Tensor | None,
    *,
    progress: bool = False,
    checkpoint: Path | None = None,
    process_group: typing.Any = None,
) -> tuple[nn.Module, train.Curves]:
    """The config's network, trained on the dataset as it is, and what was measured meanwhile.

    clean: int64 (N,), the true labels of the N training images, or None. checkpoint: the file.
    progress and process_group are those of `run`. The global generators are left as they were.
    """
    streamed = isinstance(dataset, Streams)
    examples = len(dataset.train) * config.batch_size if streamed else len(dataset.train_labels)
    with torch.random.fork_rng(devices=_generators(config.device)):
        model = network_of(config, dataset)
        curves = train.fit(
            model,
            loss_of(config, process_group=process_group).to(config.device),
            dataset,
            clean_labels=clean,
            generator=generator_of(config.seed, "order"),
            progress=progress,
            lr=config.lr,
            augment=config.augment and not streamed,
            checkpoint=checkpoint,
            process_group=process_group,
            fast=config.fast,
            **descent_of(config, examples),
        )
    return model, curves


def checkpoint_name(config: Config) -> str:
    """The file in which a run of this config by this code keeps its state."""
    code = hashlib.sha256(json.dumps(versions(), sort_keys=True).encode()).hexdigest()[:8]
    settings = dataclasses.replace(config, normalization=normalization_of(config)).to_dict()
    return f"{Path(file_name(settings)).stem}-{code}.checkpoint"


def runnable(config: Config) -> Config:
    """The config with its normalization written out; ValueError where its device is not there."""
    device_of(config.device)
    return dataclasses.replace(config, normalization=normalization_of(config))


def network_of(config: Config, dataset: data.Dataset | Streams) -> nn.Module:
    """The config's network for images of the dataset's shape, its weights drawn by the seed.

    It seeds the global generator: call it inside torch.random.fork_rng.
    """
    torch.manual_seed(seed_of(config.seed, "network"))
    return models.build(
        config.model,
        in_shape=dataset.in_shape,
        num_classes=dataset.num_classes,
        width=config.width,
        dropout=config.dropout or 0.0,
        weights=config.weights,
    )


def loss_of(config: Config, *, process_group: typing.Any = None) -> nn.Module:
    """The loss of a config: logits (B, K) and targets (B,) to a scalar.

    process_group: see `DMLoss`; ValueError for one with the authors' formula.
    """
    if config.emphasis in AUTHORS:
        if process_group is not None:
            raise ValueError(f"emphasis {config.emphasis} runs in one process, got a process_group")
        return AuthorsDMLoss(config.lam, config.beta, dtype=AUTHORS[config.emphasis])
    return DMLoss(
        emphasis_of(config),
        normalization=normalization_of(config),
        process_group=process_group,
    )


def descent_of(config: Config, examples: int) -> dict:
    """The options that `fit` and `fit_many` of `dmnb.train` share, as this config sets them.

    examples: how many there are to train on, at least 1; iterations become epochs of so many.
    """
    names = (
        "batch_size", "optimizer", "momentum", "weight_decay", "schedule", "warmup", "device",
        "record_every",
    )  # fmt: skip
    return {name: getattr(config, name) for name in names} | _given(
        epochs=epochs_of(config, examples),
        eps=config.eps,
        milestones=milestones_of(config),
        drop=config.drop,
    )


def epochs_of(config: Config, examples: int) -> int:
    """How many epochs a run over so many examples takes, at least 1.

    Where the config counts iterations, the whole epochs nearest to them: 153 for the 30,000
    iterations of 256 that the paper gives CIFAR's 50,000 images, which are 29,988.
    """
    if config.iterations is None:
        return config.epochs
    return max(1, round(config.iterations / math.ceil(examples / config.batch_size)))


def record_of(
    config: Config, curves: train.Curves, clean: torch.Tensor | None, given: torch.Tensor | None
) -> Record:
    """A run's curves with the config, versions and hardware that made them.

    clean, given: int64 (N,), the true labels of its training examples and those it learned; clean
    is None where the true ones are not known, and so is the record's noise rate.
    """
    measured = dict(vars(curves))
    fast = measured.pop("fast")
    return Record(
        config=config.to_dict(),
        noise_rate=None if clean is None else noise.rate(clean, given),
        best=max(curves.test_accuracy),
        final=curves.test_accuracy[-1],
        versions=versions(),
        hardware=hardware(config.device) | ({"fast": fast} if fast else {}),
        **measured,
    )


def _generators(device: str) -> list[torch.device]:
    return [] if device == "cpu" else [torch.device(device)]


def _given(**options) -> dict:
    return {name: value for name, value in options.items() if value is not None}
