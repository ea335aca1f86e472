"""Tables: what the experiments found, beside what the paper prints, and weightings."""

import csv
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from pathlib import Path
from statistics import mean, stdev
from typing import Any

from dmnb.record import Record

METHODS = {
    "cce": "CCE", "mae": "MAE", "mse": "MSE", "gce": "GCE", "dm": "DM", "anchored": "anchored DM",
    "dm-authors": "DM, authors' code", "dm-authors-float64": "the same in float64",
}  # fmt: skip

MEASURES = ("final", "best", "corrupted", "intact")
# Columns of the paper's tables that are no settings, and settings that its method names.
PRINTED = {"method", *MEASURES, "map", "cmc1", "final_sd", "n", "quoted_from"}
NAMED = ("emphasis", "normalization")
# Settings whose change makes a run of the same experiment, not another experiment.
REPEATED = ("seed", "device")
# Settings that a record leaves out stand for these.
ABSENT = {"dropout": 0, "imbalance": 1}


def percent(values: Sequence[float]) -> str:
    """Fractions in [0, 1] -> 'mean ± standard deviation' in %, the deviation from two values on."""
    if not values:
        return "–"
    spread = f" ± {100 * stdev(values):.1f}" if len(values) > 1 else ""
    return f"{100 * mean(values):.1f}{spread}"


def final_accuracies(records: Iterable[Record], by: Sequence[str] = ("emphasis",)) -> list[dict]:
    """One row for each setting of the config fields `by`, in order of appearance.

    Columns: the fields, n (runs), best and final (test accuracy, %), p clean and p noisy (mean
    final probability of right and of wrong training labels). ValueError without records.
    """
    groups: dict[tuple, list[Record]] = {}
    for record in records:
        groups.setdefault(tuple(record.config[field] for field in by), []).append(record)
    if not groups:
        raise ValueError("records must not be empty")
    return [
        dict(zip(by, key, strict=True))
        | {
            "n": len(runs),
            "best %": percent([r.best for r in runs]),
            "final %": percent([r.final for r in runs]),
            "p clean": _mean_of_last(r.p_clean for r in runs),
            "p noisy": _mean_of_last(r.p_noisy for r in runs),
        }
        for key, runs in groups.items()
    ]


def read_table(path: str | Path) -> list[dict[str, Any]]:
    """A table of the paper, such as book/results/paper/table_9.csv: numbers as floats, blanks None.

    Raises ValueError for a file whose rows are not as long as its head, OSError for none.
    """
    with open(path, encoding="utf-8", newline="") as file:
        head, *lines = csv.reader(file)
    if uneven := [line for line in lines if len(line) != len(head)]:
        raise ValueError(f"{path}: {len(head)} columns, but {uneven[0]!r} has {len(uneven[0])}")
    return [dict(zip(head, map(_value, line), strict=True)) for line in lines]


def beside(
    table: Sequence[Mapping[str, Any]], records: Iterable[Record], *, measure: str = "final"
) -> list[dict[str, Any]]:
    """The paper's numbers and ours, a row for each pair; one row, "not run", where we have none.

    A record belongs to a row where its config has every setting that the row gives; runs of the
    authors' formula belong to the rows of DM. Records that differ in more than seed and device are
    rows of their own, and `our setting` says in what ours differ.

    table: rows as `read_table` reads them. measure: "final", "best", "corrupted" or "intact", the
    accuracy to compare, in %. Columns: method and the settings that vary in the table, paper %,
    ours % (mean ± standard deviation), n (our runs), ours - paper, our setting.

    Raises:
        ValueError: the table has no such measure.
    """
    if measure not in MEASURES or any(measure not in row for row in table):
        told = ", ".join(name for name in MEASURES if table and name in table[0])
        raise ValueError(f"measure must be one of the table's, {told or 'none'}; got {measure!r}")
    settings = [name for name in table[0] if name not in PRINTED]
    shown = [s for s in settings if s not in NAMED and len({row[s] for row in table}) > 1]
    pairs = [(row, _apart(r for r in records if _belongs(r, row, settings))) for row in table]
    ours = varying(r for _, groups in pairs for runs in groups for r in runs)
    rows = []
    for row, groups in pairs:
        told = {"method": row["method"]} | {name: row[name] for name in shown}
        free = [name for name in ours if row.get(name) is None]
        rows += [
            told | _pair(row[measure], [getattr(r, measure) for r in runs])
            | {"our setting": _setting(runs[0], free) if runs else ""}
            for runs in groups or [[]]
        ]  # fmt: skip
    return rows


def varying(records: Iterable[Record]) -> list[str]:
    """The config fields in which records differ, seed and device aside."""
    configs = [record.config for record in records]
    fields = dict.fromkeys(name for config in configs for name in config)
    return [
        name
        for name in fields
        if name not in REPEATED and len({str(config.get(name)) for config in configs}) > 1
    ]


def _apart(records: Iterable[Record]) -> list[list[Record]]:
    """Records in groups that differ in nothing but seed and device."""
    groups: dict[str, list[Record]] = {}
    for record in records:
        key = sorted((k, v) for k, v in record.config.items() if k not in REPEATED)
        groups.setdefault(repr(key), []).append(record)
    return list(groups.values())


def _belongs(record: Record, row: Mapping[str, Any], settings: Sequence[str]) -> bool:
    config = ABSENT | record.config
    quoted = row["emphasis"] is None
    if quoted or config.get("held_out"):  # a run for tuning is no result
        return False
    if config["noise"] == "none" or config["rate"] == 0:
        config |= {"noise": "none", "rate": 0}
    config["emphasis"] = re.sub(r"^dm-authors.*", "dm", config["emphasis"])
    if (config["emphasis"], config["beta"]) == ("dm", 0):
        config["emphasis"] = "uniform"
    return all(row[name] is None or config.get(name) == row[name] for name in settings)


def _pair(paper: float, ours: Sequence[float]) -> dict[str, Any]:
    return {
        "paper %": f"{paper:.1f}",
        "ours %": percent(ours) if ours else "not run",
        "n": len(ours),
        "ours - paper": f"{100 * mean(ours) - paper:+.1f}" if ours else "–",
    }


def _setting(record: Record, names: Iterable[str]) -> str:
    return ", ".join(f"{name}={_cell(record.config.get(name))}" for name in names)


def _value(text: str) -> float | str | None:
    try:
        return float(text)
    except ValueError:
        return text or None


def markdown(rows: Sequence[Mapping]) -> str:
    """Rows with the same keys as a Markdown table, methods by their names. No rows: ValueError."""
    if not rows:
        raise ValueError("rows must not be empty")
    head = [str(key) for key in rows[0]]
    lines = [head, ["---"] * len(head)]
    lines += [[_cell(cell) for cell in row.values()] for row in rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _cell(value: Any) -> str:
    if value is None:
        return ""
    return f"{value:g}" if isinstance(value, float) else METHODS.get(value, str(value))


def weightings(rows: Sequence[Mapping], pictures: Sequence[str]) -> str:
    """Rows of `dmnb.emphasis.table` as an HTML table, its formulas in LaTeX for MathJax.

    pictures: for each row the HTML of a small plot, such as `dmnb.plots.sparkline` makes. The ends
    of a weight are written as the law it follows there, in p or 1-p, to two digits. ValueError
    without rows, or without a picture for each.
    """
    if not rows or len(rows) != len(pictures):
        counts = f"{len(rows)} rows and {len(pictures)} pictures"
        raise ValueError(f"rows must not be empty, and have a picture each; got {counts}")
    ends = (_formula(rf"p \to {end}") for end in (0, 1))
    head = (_formula("w(p)"), "weighting", "mode", "contrast", *ends, "bounded")
    cells = "".join(f'<th scope="col">{cell}</th>' for cell in head)
    entries = "".join(map(_entry, rows, pictures))
    return (
        '<div class="weightings tex2jax_process" tabindex="0"><table class="table">'
        f"<thead><tr>{cells}</tr></thead>{entries}</table></div>"
    )


def _entry(row: Mapping, picture: str) -> str:
    """Two lines: what was measured, and below it the formulas and where they are from."""
    facts = "".join(f"<td>{fact}</td>" for fact in _facts(row))
    formulas = [f"w = {row['formula']}"]
    formulas += [f"L = {row['loss_formula']}"] if row["loss_formula"] else []
    about = "".join(f"<span>{_formula(formula)}</span>" for formula in formulas)
    return (
        f'<tbody><tr><td rowspan="2">{picture}</td>{facts}</tr>'
        f'<tr><td colspan="6">{about}<small>{escape(row["source"])}</small></td></tr></tbody>'
    )


def _facts(row: Mapping) -> tuple[str, ...]:
    return (
        f"<code>{escape(row['name'])}</code>",
        "any" if math.isnan(row["mode"]) else f"{row['mode']:.2g}",
        f"{row['contrast']:.3g}" if math.isfinite(row["contrast"]) else "∞",
        _formula(_law(row["at_zero"], "p")),
        _formula(_law(row["at_one"], "(1-p)")),
        {(True, True): "both", (True, False): "below", (False, True): "above"}.get(
            tuple(row["bounded"]), "no"
        ),
    )


def _law(tail: Any, x: str) -> str:
    """K x^a (log 1/x)^b of a dmnb.emphasis.Tail, without the factors that are 1."""
    if math.isinf(tail.exponent):
        return "0"
    coefficient = f"{tail.coefficient:.2g}"
    bases = (x, rf"\log\tfrac{{1}}{{{x.strip('()')}}}")
    powers = (f"{tail.exponent:.2g}", f"{tail.logarithm:.2g}")
    factors = [
        base if power == "1" else rf"{{{base}}}^{{{power}}}"
        for base, power in zip(bases, powers, strict=True)
        if power != "0"
    ]
    return r"\,".join([coefficient] * (coefficient != "1" or not factors) + factors)


def _formula(latex: str) -> str:
    return rf"\({escape(latex)}\)"


def _mean_of_last(curves: Iterable[list]) -> str:
    last = [curve[-1] for curve in curves if curve and curve[-1] is not None]
    return f"{mean(last):.2f}" if last else "–"
