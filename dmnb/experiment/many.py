"""Configs -> run_many -> Records: what `dmnb.experiment.run` does, many small networks at once.

Runs that differ in these settings alone are trained together, by `dmnb.train.fit_many`:

    emphasis, lam, beta, q, normalization, lr, noise, rate, seed

With a fifth held out, noise, rate and seed decide on what is tested, and have to agree as well.
"""

import dataclasses
from collections.abc import Sequence

import torch

from dmnb import train
from dmnb.experiment.config import STREAMED, Config
from dmnb.experiment.examples import (
    corrupted_labels,
    dataset_of,
    generator_of,
    rows_of,
    tested_on,
)
from dmnb.experiment.run import descent_of, loss_of, network_of, record_of, run, runnable
from dmnb.record import Record

FREE = ("emphasis", "lam", "beta", "q", "normalization", "lr", "noise", "rate", "seed")


def run_many(configs: Sequence[Config]) -> list[Record]:
    """The Record of each config, in order; up to rounding (and ``seconds``) what `run` gives.

    Configs that augment, that have dropout, or that no other can be trained with, go to `run`.

    Raises:
        ValueError: as for `run`.
    """
    configs = [runnable(config) for config in configs]
    groups: dict[tuple, list[int]] = {}
    for index, config in enumerate(configs):
        groups.setdefault(_shared(config), []).append(index)
    records: dict[int, Record] = {}
    for indices in groups.values():
        group = [configs[index] for index in indices]
        first = group[0]
        alone = len(group) == 1 or first.augment or first.dropout or first.dataset in STREAMED
        found = [run(config, progress=False) for config in group] if alone else _together(group)
        records.update(zip(indices, found, strict=True))
    return [records[index] for index in range(len(configs))]


def _shared(config: Config) -> tuple:
    """The settings that configs trained together have in common."""
    free = [name for name in FREE if not (config.held_out and name in ("noise", "rate", "seed"))]
    default = Config()
    fixed = dataclasses.replace(config, **{name: getattr(default, name) for name in free})
    return dataclasses.astuple(fixed)


def _together(configs: list[Config]) -> list[Record]:
    first = configs[0]
    dataset = dataset_of(first)
    clean, classes = dataset.train_labels, dataset.num_classes
    given = [corrupted_labels(dataset, config) for config in configs]
    rows, held = zip(*(rows_of(config, clean, classes) for config in configs), strict=True)
    dataset = tested_on(held[0], dataset, given[0] if first.held_out == "given" else clean)
    devices = [] if first.device == "cpu" else [torch.device(first.device)]
    with torch.random.fork_rng(devices=devices):
        curves = train.fit_many(
            [network_of(config, dataset) for config in configs],
            [loss_of(config).to(config.device) for config in configs],
            dataset,
            labels=given,
            subsets=rows,
            generators=[generator_of(config.seed, "order") for config in configs],
            clean_labels=clean,
            lr=[config.lr for config in configs],
            **descent_of(first, len(rows[0])),
        )
    return [
        record_of(config, curve, clean[own], labels[own])
        for config, curve, own, labels in zip(configs, curves, rows, given, strict=True)
    ]
