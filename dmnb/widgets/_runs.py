"""Records -> what a page needs of them, small enough to be stored in a notebook."""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from dmnb._methods import NAMES, READ, SYMBOLS

_SERIES = {"accuracy": "test_accuracy", "p_clean": "p_clean", "p_noisy": "p_noisy", "ess": "ess"}


def compact(records: Any, *, series: bool = True) -> list[dict[str, Any]]:
    """Each record as a dict that JSON can hold.

    records: a dmnb Record, the same as a dict, the path of its file, or several of them. series:
    with the curves over the epochs, not the histograms alone. Labels say what tells the runs apart.
    ValueError for anything else, and for a record without histograms.
    """
    if isinstance(records, str | Path | Mapping) or dataclasses.is_dataclass(records):
        records = [records]
    values = [_values(record) for record in records]
    labels = _labels([value["config"] for value in values])
    runs = []
    for value, label in zip(values, labels, strict=True):
        config = value["config"]
        run = {"label": label, "style": config["emphasis"], "histograms": value["histograms"]}
        if series:
            run["epoch"] = value["epoch"]
            run |= {name: _finite(value[field]) for name, field in _SERIES.items()}
        runs.append(run)
    return runs


def _values(record: Any) -> dict[str, Any]:
    if isinstance(record, str | Path):
        record = json.loads(Path(record).read_text(encoding="utf-8"))
    elif dataclasses.is_dataclass(record):
        record = dataclasses.asdict(record)
    needed = ("config", "epoch", "histograms", *_SERIES.values())
    if not isinstance(record, Mapping) or any(key not in record for key in needed):
        raise ValueError(f"a record must be a Record, its dict or its file, got {record!r:.80}")
    if not record["histograms"]:
        raise ValueError("a record must hold histograms of p, got none: it recorded no epoch")
    return dict(record)


def _labels(configs: list[Mapping[str, Any]]) -> list[str]:
    """The method and learning rate of each, and in what runs of one method differ besides."""
    told = ("dataset", "noise", "rate", "normalization", "optimizer", "batch_size", "seed")
    methods = [_method(config) for config in configs]
    differ = [
        key
        for key in told
        if any(
            len({str(c.get(key)) for c, m in zip(configs, methods, strict=True) if m == method}) > 1
            for method in methods
        )
    ]
    return [
        ", ".join([method, *(_setting(key, config.get(key)) for key in ["lr", *differ])])
        for method, config in zip(methods, configs, strict=True)
    ]


def _method(config: Mapping[str, Any]) -> str:
    family = config["emphasis"]
    name = NAMES.get(family, family)
    values = [f"{SYMBOLS.get(key, key)} = {config[key]:g}" for key in READ.get(family, ())]
    return f"{name} ({', '.join(values)})" if values else name


def _setting(key: str, value: Any) -> str:
    if key in ("dataset", "noise", "normalization", "optimizer"):
        return Path(str(value)).name
    return f"{key.replace('_', ' ')} {value:g}"


def _finite(values: Iterable[float | None]) -> list[float | None]:
    return [x if x is not None and math.isfinite(x) else None for x in values]
