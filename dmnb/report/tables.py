"""Records as tables: one row for each setting, over its seeds."""

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from statistics import mean, stdev
from typing import Any

from dmnb._methods import NAMES, READ, SYMBOLS
from dmnb.record import Record

# Settings whose change makes a run of the same experiment, not another experiment.
REPEATED = ("seed", "device", "record_every")
# The settings of a weighting; a method reads some of them.
WEIGHTING = ("lam", "beta", "q")
_FIGURES = re.compile(r"([^A-Za-z]|\b(to|none|overflow)\b)*")  # a cell without other words
_TENTHS = re.compile(r"-?\d+(\.\d)?")


def percent(values: Sequence[float]) -> str:
    """Fractions in [0, 1] -> 'mean ± standard deviation' in %, the deviation from two values on."""
    if not values:
        return "–"
    spread = f" ± {100 * stdev(values):.1f}" if len(values) > 1 else ""
    return f"{100 * mean(values):.1f}{spread}"


def final_accuracies(records: Iterable[Record], by: Sequence[str] = ("emphasis",)) -> list[dict]:
    """One row for each setting of the config fields `by`, in order of appearance, to be read.

    Columns: the fields, n (runs), best and final (test accuracy, %), and, where a run has them, p
    clean and p noisy (mean final probability of right and of wrong training labels). ValueError
    without records.
    """
    rows = [
        told
        | {
            "n": len(runs),
            "best %": percent([r.best for r in runs]),
            "final %": percent([r.final for r in runs]),
            "p clean": _number(_last(r.p_clean for r in runs)),
            "p noisy": _number(_last(r.p_noisy for r in runs)),
        }
        for told, runs in _grouped(records, by)
    ]
    empty = {name for name in ("p clean", "p noisy") if all(row[name] == "–" for row in rows)}
    return [{name: row[name] for name in row if name not in empty} for row in rows]


def statistics(records: Iterable[Record], by: Sequence[str] = ("emphasis",)) -> list[dict]:
    """Rows as for `final_accuracies`, to compute with: numbers, None where there is none.

    Columns: the fields, n, then means over the runs, of accuracies (final, best, corrupted, intact)
    in % with their standard deviation (final_sd ...; None for one run), p_clean, p_noisy and ess at
    the end of training as fractions, and seconds.
    """
    rows = []
    for told, runs in _grouped(records, by):
        row = told | {"n": len(runs)}
        for measure in ("final", "best", "corrupted", "intact"):
            values = [100 * v for r in runs if (v := getattr(r, measure)) is not None]
            row[measure] = mean(values) if values else None
            row[f"{measure}_sd"] = stdev(values) if len(values) > 1 else None
        row |= {
            name: _last(getattr(r, name) for r in runs) for name in ("p_clean", "p_noisy", "ess")
        }
        rows.append(row | {"seconds": mean(r.seconds for r in runs)})
    return rows


def settings_read(record: Record) -> dict[str, Any]:
    """The record's config, None for settings of a weighting that its emphasis does not read."""
    read = READ.get(record.config["emphasis"], ())
    return record.config | {name: None for name in WEIGHTING if name not in read}


def varying(records: Iterable[Record]) -> list[str]:
    """The config fields in which records differ, but not seed, device and record_every."""
    configs = [record.config for record in records]
    fields = dict.fromkeys(name for config in configs for name in config)
    return [
        name
        for name in fields
        if name not in REPEATED and len({str(config.get(name)) for config in configs}) > 1
    ]


def apart(records: Iterable[Record]) -> list[list[Record]]:
    """The records in groups within which no field differs that `varying` would name."""
    groups: dict[str, list[Record]] = {}
    for record in records:
        key = sorted((k, v) for k, v in record.config.items() if k not in REPEATED)
        groups.setdefault(repr(key), []).append(record)
    return list(groups.values())


def by_setting(records: Iterable[Record], besides: Sequence[str] = ()) -> dict[str, list[Record]]:
    """The records in groups for a figure of `dmnb.plots`, each named by its method.

    Where a method has several settings the name tells them, but never the fields `besides`.
    """
    methods: dict[str, list[Record]] = {}
    for record in records:
        methods.setdefault(record.config["emphasis"], []).append(record)
    groups: dict[str, list[Record]] = {}
    for method, runs in methods.items():
        fields = [name for name in varying(runs) if name not in besides]
        for record in runs:
            words = [f"{SYMBOLS.get(n, n)} {cell(record.config.get(n))}" for n in fields]
            name = " ".join([cell(method), *words]) if words else method
            groups.setdefault(name, []).append(record)
    return groups


def crossed(
    rows: Iterable[Mapping[str, Any]], down: Sequence[str], across: str, value: str
) -> list[dict[str, Any]]:
    """Long rows made wide: a row for each setting of the columns `down`, in order of appearance,
    a column for each value of the column `across`, the column `value` inside; None where no row is.

    Raises ValueError where two rows have the same place.
    """
    rows = list(rows)
    heads = list(dict.fromkeys(row[across] for row in rows))
    wide: dict[tuple, dict[str, Any]] = {}
    for row in rows:
        told = {name: row[name] for name in down}
        line = wide.setdefault(tuple(told.values()), told | {cell(head): None for head in heads})
        if line[cell(row[across])] is not None:
            raise ValueError(f"two rows for {told} and {across} {row[across]!r}")
        line[cell(row[across])] = row[value]
    return list(wide.values())


def markdown(rows: Sequence[Mapping]) -> str:
    """Rows with the same keys as a Markdown table, methods by their names. No rows: ValueError.

    Columns of figures are set flush right, tenths below tenths. No line breaks between a mean and
    its deviation: the spaces about ± are no-break spaces.
    """
    if not rows:
        raise ValueError("rows must not be empty")
    columns = [_column(values) for values in zip(*(row.values() for row in rows), strict=True)]
    rule = ["---:" if all(map(_FIGURES.fullmatch, column)) else "---" for column in columns]
    lines = [[str(key) for key in rows[0]], rule, *zip(*columns, strict=True)]
    text = "\n".join("| " + " | ".join(line) + " |" for line in lines)
    return text.replace(" ± ", "\xa0±\xa0")


def to_csv(rows: Sequence[Mapping]) -> str:
    """Rows with the same keys as CSV, floats with 6 digits, None blank. No rows: ValueError."""
    if not rows:
        raise ValueError("rows must not be empty")
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(rows[0])
    for row in rows:
        writer.writerow(f"{v:.6g}" if isinstance(v, float) else v for v in row.values())
    return text.getvalue()


def cell(value: Any) -> str:
    """A value as a table shows it: methods by their names, None as nothing."""
    if value is None:
        return ""
    return f"{value:g}" if isinstance(value, float) else NAMES.get(value, str(value))


def _column(values: Sequence[Any]) -> list[str]:
    """The cells of a column: numbers all with a decimal where one has it and none has more."""
    cells = [cell(value) for value in values]
    numbers = [text for text in cells if text not in ("", "–")]
    if any("." in text for text in numbers) and all(map(_TENTHS.fullmatch, numbers)):
        cells = [f"{float(text):.1f}" if text in numbers else text for text in cells]
    return cells


def _grouped(records: Iterable[Record], by: Sequence[str]) -> list[tuple[dict, list[Record]]]:
    groups: dict[tuple, list[Record]] = {}
    for record in records:
        config = settings_read(record)
        groups.setdefault(tuple(config.get(field) for field in by), []).append(record)
    if not groups:
        raise ValueError("records must not be empty")
    return [(dict(zip(by, key, strict=True)), runs) for key, runs in groups.items()]


def _last(curves: Iterable[list]) -> float | None:
    last = [curve[-1] for curve in curves if curve and curve[-1] is not None]
    return mean(last) if last else None


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"
