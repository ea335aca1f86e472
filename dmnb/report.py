"""Tables: what the experiments found, as mean ± standard deviation over seeds, and weightings."""

import math
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from statistics import mean, stdev
from typing import Any

from dmnb.record import Record

METHODS = {
    "cce": "CCE", "mae": "MAE", "mse": "MSE", "gce": "GCE", "dm": "DM", "anchored": "anchored DM",
    "dm-authors": "DM, authors' code", "dm-authors-float64": "the same in float64",
}  # fmt: skip


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


def markdown(rows: Sequence[Mapping]) -> str:
    """Rows with the same keys as a Markdown table, methods by their names. No rows: ValueError."""
    if not rows:
        raise ValueError("rows must not be empty")
    head = [str(key) for key in rows[0]]
    lines = [head, ["---"] * len(head)]
    lines += [[METHODS.get(cell, str(cell)) for cell in row.values()] for row in rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


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
