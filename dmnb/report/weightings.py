"""The table of weightings, in HTML."""

import math
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any


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
