"""What the paper prints, and our records beside it."""

import csv
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from statistics import mean
from typing import Any

from dmnb.record import Record
from dmnb.report.tables import apart, cell, markdown, percent, varying

MEASURES = ("final", "best", "corrupted", "intact")
# Columns of the paper's tables that are no settings, and settings that its method names.
PRINTED = {"method", *MEASURES, "map", "cmc1", "final_sd", "n", "quoted_from"}
NAMED = ("emphasis", "normalization")
# Settings that a record leaves out stand for these.
ABSENT = {"dropout": 0, "imbalance": 1}


def read_table(path: str | Path) -> list[dict[str, Any]]:
    """A table of the paper, its numbers as floats, blanks as None.

    path: such as book/results/paper/table_9.csv. Raises ValueError for a file whose rows are not as
    long as its head, OSError for none.
    """
    with open(path, encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    if len(rows) < 2:
        raise ValueError(f"{path}: a head and a row at least, got {len(rows)} lines")
    head, *lines = rows
    if uneven := [line for line in lines if len(line) != len(head)]:
        raise ValueError(f"{path}: {len(head)} columns, but {uneven[0]!r} has {len(uneven[0])}")
    return [dict(zip(head, map(_value, line), strict=True)) for line in lines]


def beside(
    table: Sequence[Mapping[str, Any]], records: Iterable[Record], *, measure: str = "final"
) -> list[dict[str, Any]]:
    """The paper's numbers and ours, a row for each pair; one row, "not run", where we have none.

    A record belongs to a row where its config has every setting that the row gives; runs of the
    authors' formula belong to the rows of DM. Records that differ in what `varying` names are
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
    pairs = [
        (row, apart(r for r in records if _belongs(r, row, settings)))
        for row in table
        if row[measure] is not None
    ]
    ours = varying(r for _, groups in pairs for runs in groups for r in runs)
    rows = []
    for row, groups in pairs:
        told = {"method": row["method"]} | {name: row[name] for name in shown}
        free = [name for name in ours if row.get(name) is None]
        rows += [
            told | _pair(row[measure], [getattr(r, measure) for r in _once(runs)])
            | {"our setting": _setting(runs[0], free) if runs else ""}
            for runs in groups or [[]]
        ]  # fmt: skip
    return rows


def ours(table: Sequence[Mapping[str, Any]], records: Iterable[Record], waiting: int) -> str:
    """In Markdown: the rows of `beside` that were run, or that none was.

    table: rows as `read_table` reads them. waiting: the number of runs that would fill it.
    """
    rows = [row for row in beside(table, records) if row["n"]]
    return markdown(rows) if rows else f"**Ours: not run.** The grid holds {waiting} runs."


def _once(runs: Iterable[Record]) -> list[Record]:
    """One run of each seed on each device: the same run may lie in several folders."""
    return list({(r.config["seed"], r.config["device"]): r for r in runs}.values())


def _belongs(record: Record, row: Mapping[str, Any], settings: Sequence[str]) -> bool:
    config = ABSENT | record.config
    quoted = row.get("emphasis") is None
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
    return ", ".join(f"{name}={cell(record.config.get(name))}" for name in names)


def _value(text: str) -> float | str | None:
    try:
        return float(text)
    except ValueError:
        return text or None
