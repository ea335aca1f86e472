"""Weightings and other functions as curves, and where the examples are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from dmnb.plots.naming import name_curves
from dmnb.plots.style import DASHED, INK, PALETTE, P, add_key, looks, new_axes, require, whole_ticks

_M = "log-odds of the label, $m$"
_UNIT = np.linspace(0, 1, 401)
_LOG_ODDS = np.linspace(-8, 8, 401)
_FEW = 12
_WEIGHT, _DENSITY = "weight $w$", r"emphasis density $w\,/\int w\,dp$"
_VALUE, _SCALED = "objective $l$", r"objective $l\,/\int w\,dp$"
_VIEWS = {
    "weight": ("weight", _UNIT, P, _WEIGHT),
    "density": ("density", _UNIT, P, _DENSITY),
    "log-odds": ("weight_at", _LOG_ODDS, _M, _WEIGHT),
    "log-odds density": ("density_at", _LOG_ODDS, _M, _DENSITY),
    "objective": ("objective", _LOG_ODDS, _M, _VALUE),
    "normalized objective": ("normalized_objective", _LOG_ODDS, _M, _SCALED),
}


def emphasis_curves(
    emphases: Mapping[str, Any], *, view: str = "weight", ax: Axes | None = None
) -> Figure:
    """Each emphasis as a curve, labelled where there is room.

    emphases: name -> dmnb.emphasis.Emphasis; a key of STYLE is drawn as that method, any other
    name is printed as it is. view: "weight", w(p); "density", w(p) / ∫w dp (1905.11233,
    equation 8); "log-odds" and "log-odds density", the same two against m = log p/(1-p);
    "objective" and "normalized objective", l(m) and l(m) / ∫w dp. Drawn on ax where it is given.
    ValueError when there is nothing to draw or the view is another.
    """
    require(emphases, "emphases")
    if view not in _VIEWS:
        raise ValueError(f"view must be one of {', '.join(_VIEWS)}, got {view!r}")
    method, x, x_label, y_label = _VIEWS[view]
    ax = ax or new_axes()
    lines = _plot(ax, {name: (x, getattr(e, method)(x)) for name, e in emphases.items()})
    ax.locator_params("y", nbins=5)
    ax.set(xlim=(x[0], x[-1]), xticks=np.linspace(x[0], x[-1], 5), xlabel=x_label, ylabel=y_label)
    ends = [f(line.get_ydata()) for line in ax.lines for f in (np.min, np.max)]
    ax.set_ylim(1.08 * min(0, *ends), 1.08 * max(ends))
    name_curves(ax, lines)
    return ax.figure


def curves(
    lines: Mapping[str, tuple[Any, Any]],
    *,
    x_label: str,
    y_label: str,
    log: str = "",
    x_limits: tuple[float, float] | None = None,
    y_limits: tuple[float, float] | None = None,
) -> Figure:
    """Any lines, each with its name where there is room.

    lines: name -> (x, y), two arrays of one shape (K,); names as for emphasis_curves. log: the
    axes with a logarithmic scale, "", "x", "y" or "xy". limits: what is shown; None for all of it.
    ValueError when there is nothing to draw or log is another.
    """
    require(lines, "lines")
    if log not in ("", "x", "y", "xy"):
        raise ValueError(f"log must be '', 'x', 'y' or 'xy', got {log!r}")
    ax = new_axes()
    drawn = _plot(ax, lines)
    for axis in log:
        ax.set(**{f"{axis}scale": "log"})
    ax.set(xlabel=x_label, ylabel=y_label, xlim=x_limits, ylim=y_limits)
    if "x" not in log:
        whole_ticks(ax)
    name_curves(ax, drawn)
    return ax.figure


def sparkline(emphasis: Any) -> str:
    """The weight of an emphasis over p in [0, 1], to its own height: SVG for a table's cell."""
    p = np.linspace(0, 1, 101)
    w = np.asarray(emphasis.weight(p))
    path = np.column_stack([1 + 78 * p, 29 - 27 * w / w.max()])
    points = " ".join(f"{x:.1f},{y:.1f}" for x, y in path)
    return (
        '<svg class="sparkline" viewBox="0 0 80 30" width="80" height="30" role="img" '
        f'aria-label="weight against p, highest near p = {p[w.argmax()]:.2g}">'
        f'<path d="M1 29H79" style="stroke: {INK}; stroke-width: 0.75"/>'
        f'<polyline points="{points}" '
        f'style="fill: none; stroke: var(--dmnb-dm, {PALETTE["dm"]}); stroke-width: 1.75"/></svg>'
    )


def figure_1b(losses: Mapping[str, Any], members: Mapping[str, Any]) -> Figure:
    """Figure 1b of 1905.11233: the weights of common losses beside members of DM.

    losses and members: name -> Emphasis, as for emphasis_curves.
    """
    figure = Figure(figsize=(7, 3.1))
    left, right = figure.subplots(1, 2, width_ratios=(1, 1.2))
    emphasis_curves(losses, ax=left)
    emphasis_curves(members, ax=right)
    right.set_ylabel("")
    return figure


def p_histograms(clean: Any, noisy: Any, emphasis: Any = None, *, counts: bool = False) -> Figure:
    """Where the examples are: p of those with right labels (filled) and wrong ones (dashed).

    clean, noisy: p in [0, 1], of any shape; with counts=True how many fall in equal bins of [0, 1],
    as many bins in both. emphasis: its weight is drawn over the bars, on the right axis, in its
    method's colour. ValueError without any example.
    """
    if not counts:
        clean, noisy = (np.histogram(np.asarray(p), 40, (0, 1))[0] for p in (clean, noisy))
    right, wrong = np.asarray(clean, dtype=float), np.asarray(noisy, dtype=float)
    total = right.sum() + wrong.sum()
    if right.shape != wrong.shape or not total > 0:
        raise ValueError(
            "clean and noisy must hold at least one p, or counts in equally many bins, "
            f"got {clean!r} and {noisy!r}"
        )
    right, wrong = 100 * right / total, 100 * wrong / total
    edges = np.linspace(0, 1, len(right) + 1)
    ax = new_axes()
    ax.stairs(right, edges, fill=True, color=INK, alpha=0.6, label="right label")
    ax.stairs(wrong, edges, color=INK, linewidth=1.4, linestyle=DASHED, label="wrong label")
    ax.set(xlim=(0, 1), xlabel=P, ylabel="share of the examples, %")
    add_key(ax, *ax.get_legend_handles_labels())
    if emphasis is not None:
        over, colour = ax.twinx(), PALETTE.get(emphasis.name, PALETTE["dm"])
        over.plot(_UNIT, np.asarray(emphasis.weight(_UNIT)), "-", color=colour)
        over.set_ylim(bottom=0)
        over.locator_params("y", nbins=5)
        over.set_ylabel("weight $w$", color=colour)
        over.tick_params(colors=colour, length=0)
    return ax.figure


def _plot(ax: Axes, lines: Mapping[str, tuple[Any, Any]]) -> list[Line2D]:
    """The lines, with a marker at each point where these are few."""
    drawn = []
    for name, look in looks(lines).items():
        x, y = lines[name]
        marker = look.marker if len(x) <= _FEW else None
        drawn += ax.plot(
            x, y, color=look.colour, linestyle=look.dash, marker=marker, label=look.label
        )
        if marker:
            ax.margins(x=0.03)
    return drawn
