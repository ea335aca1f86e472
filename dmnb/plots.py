"""Arrays, emphases and records -> matplotlib figures, in one visual language.

    from dmnb import plots
    plots.use_style()
    plots.emphasis_curves({"dm": DM(0.5, 12), "cce": CCE()})

Every function returns a Figure that holds no title: the caption belongs to the page. A method
keeps one colour, dash and marker everywhere (STYLE), what is no method has no method's colour
(looks), and curves carry their name beside them.
Probabilities, shares and accuracies come in as fractions in [0, 1].
"""

from __future__ import annotations

import io
import itertools
import json
import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib.resources import files
from typing import Any, NamedTuple

import matplotlib.style
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, to_hex
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from dmnb._naming import name_curves, name_ends

PALETTE: dict[str, str] = json.loads((files("dmnb") / "palette.json").read_text())
INK = PALETTE["neutral"]


class Look(NamedTuple):
    """How a method appears: its label, and three signs, colour, dash and marker."""

    label: str
    colour: str
    dash: Any
    marker: str


STYLE = {
    "dm": Look("DM", PALETTE["dm"], "-", "o"),
    "anchored": Look("anchored DM", PALETTE["anchored"], (0, (5, 1.6)), "D"),
    "cce": Look("CCE", PALETTE["cce"], "-", "s"),
    "gce": Look("GCE", PALETTE["gce"], (0, (7, 1.8, 1, 1.8)), "^"),
    "mae": Look("MAE", PALETTE["mae"], (0, (1.2, 1.8)), "v"),
    "mse": Look("MSE", PALETTE["mse"], (0, (3, 1.5)), "P"),
    "dm-authors": Look(
        "DM, authors’ formula", PALETTE["dm-authors"], (0, (3, 1.5, 1, 1.5, 1, 1.5)), "X"
    ),
}
_FAMILIES = {name: key for key, look in STYLE.items() for name in (key, look.label)}
_DASHES = tuple(dict.fromkeys(look.dash for look in STYLE.values()))
# What belongs to no method: a ramp from dark to light, each of it readable on white and on dark.
_FREE_COLOURS = LinearSegmentedColormap.from_list("free", ["#616452", "#90924e"])
_FREE_MARKERS = "<>ph*d"
# A drawing depends on what is drawn: no date, no version.
_METADATA = {"Date": None, "Creator": None}


def use_style() -> None:
    """Draw in the book's style from here on; inside IPython show figures as SVG."""
    matplotlib.style.use(str(files("dmnb") / "dmnb.mplstyle"))
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    if shell is None:
        return
    from IPython.core.pylabtools import select_figure_formats
    from matplotlib_inline.config import InlineBackend

    # Figures keep their size instead of being cropped, so that text is equally large in all. The
    # inline backend's own record of this counts when pyplot is imported later.
    inline = InlineBackend.instance(parent=shell)
    inline.print_figure_kwargs.update(bbox_inches=None, metadata=_METADATA)
    inline.figure_formats.clear()
    inline.figure_formats.add("svg")
    select_figure_formats(shell, inline.figure_formats, **inline.print_figure_kwargs)


def svg(figure: Figure) -> str:
    """The figure as SVG text, the same for the same drawing."""
    buffer = io.StringIO()
    figure.savefig(buffer, format="svg", metadata=_METADATA)
    return buffer.getvalue()


def looks(names: Iterable[str]) -> dict[str, Look]:
    """names -> a Look each, no two alike.

    A key of STYLE: that method's look. A name that begins with a key or a label of STYLE, as
    "DM 1/8": that method's colour, and another dash and marker where its own are taken. Any other
    name: a colour that no method has, darker to lighter in the order of the names.
    """
    names = list(names)
    free = [name for name in names if _family(name) is None]
    ramp = dict(zip(free, map(to_hex, _FREE_COLOURS(np.linspace(0, 1, len(free)))), strict=True))
    signs = {key: _signs(key) for key in (None, *STYLE)}
    for name in STYLE.keys() & set(names):
        next(signs[name])
    found = {}
    for name in names:
        key = _family(name)
        colour = STYLE[key].colour if key else ramp[name]
        found[name] = STYLE.get(name) or Look(name, colour, *next(signs[key]))
    return found


def _family(name: str) -> str | None:
    """The method with whose key or label, as a whole word, a name begins."""
    begun = [word for word in _FAMILIES if re.match(rf"{re.escape(word)}\b", name)]
    return _FAMILIES[max(begun, key=len)] if begun else None


def _signs(key: str | None) -> Iterator[tuple[Any, str]]:
    """Dash and marker of one member of a family after another, the method's own first."""
    own = STYLE[key].dash if key else None
    if key:
        yield own, STYLE[key].marker
    dashes = itertools.cycle(dash for dash in _DASHES if dash != own)
    yield from zip(dashes, itertools.cycle(_FREE_MARKERS), strict=False)


# --- Emphasis curves ----------------------------------------------------------------------------


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
    _require(emphases, "emphases")
    if view not in _VIEWS:
        raise ValueError(f"view must be one of {', '.join(_VIEWS)}, got {view!r}")
    method, x, x_label, y_label = _VIEWS[view]
    ax = ax or _axes()
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
    _require(lines, "lines")
    if log not in ("", "x", "y", "xy"):
        raise ValueError(f"log must be '', 'x', 'y' or 'xy', got {log!r}")
    ax = _axes()
    drawn = _plot(ax, lines)
    for axis in log:
        ax.set(**{f"{axis}scale": "log"})
    ax.set(xlabel=x_label, ylabel=y_label, xlim=x_limits, ylim=y_limits)
    if "x" not in log:
        _whole_ticks(ax)
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
    as many bins in both. emphasis: its weight is drawn over the bars, on the right axis.
    ValueError without any example.
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
    ax = _axes()
    ax.stairs(right, edges, fill=True, color=INK, alpha=0.35, label="right label")
    ax.stairs(wrong, edges, color=INK, linewidth=1.4, linestyle=_DASHED, label="wrong label")
    ax.set(xlim=(0, 1), xlabel=_P, ylabel="share of the examples, %")
    _key(ax, *ax.get_legend_handles_labels())
    if emphasis is not None:
        over = ax.twinx()
        over.plot(_UNIT, np.asarray(emphasis.weight(_UNIT)), "-", color=PALETTE["dm"])
        over.set_ylim(bottom=0)
        over.set_ylabel("weight $w$", color=PALETTE["dm"])
        over.tick_params(colors=PALETTE["dm"], length=0)
    return ax.figure


# --- Records ------------------------------------------------------------------------------------


def by_method(records: Iterable[Any]) -> dict[str, list[Any]]:
    """Records -> method -> its records; the method is config["emphasis"]."""
    groups: dict[str, list[Any]] = defaultdict(list)
    for record in records:
        groups[record.config["emphasis"]].append(record)
    return dict(groups)


def accuracy_curves(records_by_method: Mapping[str, Sequence[Any]]) -> Figure:
    """Test accuracy over training (Figure 2b): the mean over seeds, each seed as a thin line.

    records_by_method: method -> Records, one a seed, with the same epochs; or the Records alone,
    then grouped by method. ValueError when empty or uneven.
    """
    groups = _groups(records_by_method)
    ax = _axes()
    for name, look in looks(groups).items():
        epochs, runs = _runs(groups[name], "test_accuracy", name)
        # A run that diverged is over: its last accuracy is what it has to show from there on.
        final = np.array([[record.final] for record in groups[name]])
        runs = 100 * np.where(np.isnan(runs), final, runs)
        if len(runs) > 1:
            ax.plot(epochs, runs.T, "-", color=look.colour, linewidth=0.8, alpha=0.45)
        ax.plot(epochs, runs.mean(0), color=look.colour, linestyle=look.dash, label=look.label)
    ax.set(xlabel="epoch", ylabel="test accuracy, %")
    ax.set_ylim(bottom=0)
    _whole_ticks(ax)
    name_ends(ax)
    return ax.figure


def p_curves(records_by_method: Mapping[str, Sequence[Any]]) -> Figure:
    """Mean p of training examples with right labels (solid) and wrong ones (dashed), Figure 2a.

    records_by_method: as for accuracy_curves. The mean over seeds ends where one diverged; without
    wrong labels there is no dashed line; without any p it is a ValueError.
    """
    groups = _groups(records_by_method)
    ax = _axes()
    for name, look in looks(groups).items():
        for field, dash in (("p_clean", "-"), ("p_noisy", _DASHED)):
            epochs, p = _runs(groups[name], field, name)
            p = p.mean(0)
            if np.isfinite(p).any():
                ax.plot(epochs, p, linestyle=dash, color=look.colour, label=look.label)
    if not ax.lines:
        raise ValueError("the records must hold p of clean or of noisy examples, got none")
    ax.set(xlabel="epoch", ylabel=f"mean {_P}", ylim=(0, 1))
    _whole_ticks(ax)
    _key(ax, [_ink("-"), _ink(_DASHED)], ["right label", "wrong label"])
    name_ends(ax)
    return ax.figure


def rate_sweep(records: Iterable[Any]) -> Figure:
    """Final test accuracy against learning rate: a marker a run, a line through the means.

    records: Records with config["lr"], or method -> Records. The mean over the best epochs, which
    no run may be judged by, is the faint line above. ValueError when empty.
    """
    ax = _axes()
    _rates(ax, records)
    ax.set(xlabel="learning rate", ylabel="test accuracy, %")
    _key(ax, [_ink("-", marker="o"), _ink("-", linewidth=1, alpha=0.5)], ["final", "best epoch"])
    name_ends(ax)
    return ax.figure


def rate_panels(panels: Mapping[str, Any], *, y_label: str = "test accuracy, %") -> Figure:
    """`rate_sweep` side by side, the same methods in the same order.

    The names stand beside the last panel. panels: title -> what rate_sweep takes. y_label: what
    ``final`` and ``best`` are, for things that have these and a config like a Record's. ValueError
    when empty.
    """
    _require(panels, "panels")
    width, height = matplotlib.rcParams["figure.figsize"]
    figure = Figure(figsize=(width, 0.85 * height))
    axes = figure.subplots(1, len(panels), sharey=True, squeeze=False)[0]
    for ax, (title, records) in zip(axes, panels.items(), strict=True):
        _rates(ax, records)
        ax.set_title(title, loc="left", fontsize=matplotlib.rcParams["axes.labelsize"])
    axes[0].set_ylabel(y_label)
    figure.supxlabel("learning rate", fontsize=matplotlib.rcParams["axes.labelsize"])
    name_ends(axes[-1])
    return figure


def _rates(ax: Axes, records: Any) -> None:
    groups = _groups(records)
    for name, look in looks(groups).items():
        lr = np.array([record.config["lr"] for record in groups[name]])
        for field, faint in (("best", {"linewidth": 1, "alpha": 0.5}), ("final", {})):
            accuracy = 100 * np.array([getattr(record, field) for record in groups[name]])
            means = [accuracy[lr == rate].mean() for rate in np.unique(lr)]
            label = "_best" if faint else look.label
            ax.plot(
                np.unique(lr), means, color=look.colour, linestyle=look.dash, label=label, **faint
            )
        ax.plot(lr, accuracy, look.marker, color=look.colour, markeredgewidth=0, alpha=0.75)
    ticks = sorted({record.config["lr"] for group in groups.values() for record in group})
    ax.set_xscale("log")
    ax.set_xticks(ticks, [f"{tick:g}".removeprefix("0") for tick in ticks])
    ax.minorticks_off()
    ax.margins(x=0.03)


# --- Shared pieces ------------------------------------------------------------------------------

_P = "probability of the label, $p$"
_M = "log-odds of the label, $m$"
_UNIT = np.linspace(0, 1, 401)
_LOG_ODDS = np.linspace(-8, 8, 401)
_DASHED = (0, (3, 1.5))
_FEW = 12
_WEIGHT, _DENSITY = "weight $w$", r"emphasis density $w\,/\int w\,dp$"
_VALUE, _SCALED = "objective $l$", r"objective $l\,/\int w\,dp$"
_VIEWS = {
    "weight": ("weight", _UNIT, _P, _WEIGHT),
    "density": ("density", _UNIT, _P, _DENSITY),
    "log-odds": ("weight_at", _LOG_ODDS, _M, _WEIGHT),
    "log-odds density": ("density_at", _LOG_ODDS, _M, _DENSITY),
    "objective": ("objective", _LOG_ODDS, _M, _VALUE),
    "normalized objective": ("normalized_objective", _LOG_ODDS, _M, _SCALED),
}


def _require(values: Any, name: str) -> None:
    if not values:
        raise ValueError(f"{name} must not be empty, got {values!r}")


def _axes() -> Axes:
    return Figure().subplots()


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


def _whole_ticks(ax: Axes) -> None:
    """Ticks at whole numbers where every x is one."""
    x = np.concatenate([np.asarray(line.get_xdata(), dtype=float) for line in ax.lines])
    ax.locator_params("x", integer=bool((x == np.round(x)).all()))


def _groups(records: Any) -> dict[str, Sequence[Any]]:
    groups = dict(records) if isinstance(records, Mapping) else by_method(records)
    _require(groups, "records")
    for name, group in groups.items():
        _require(group, f"the records of {name!r}")
    return groups


def _runs(records: Sequence[Any], field: str, name: str) -> tuple[list[int], np.ndarray]:
    """The epochs and one row a seed. What was lost to divergence is nan."""
    epochs = max(records, key=lambda record: (not record.diverged, len(record.epoch))).epoch
    rows = np.full((len(records), len(epochs)), np.nan)
    for row, record in zip(rows, records, strict=True):
        seen = record.epoch
        if record.diverged and seen != epochs[: len(seen)]:  # in between, and measured there
            seen = [epoch for epoch in seen if epoch < record.diverged]
        whole = len(seen) == len(epochs) or record.diverged
        if not epochs or not whole or seen != epochs[: len(seen)]:
            raise ValueError(
                f"the records of {name!r} must hold the same epochs, at least one, "
                f"got {record.epoch!r} and {epochs!r}"
            )
        row[: len(seen)] = getattr(record, field)[: len(seen)]
    return epochs, rows


def _ink(dash: Any, **options: Any) -> Line2D:
    return Line2D([], [], color=INK, linestyle=dash, **options)


def _key(ax: Axes, handles: Sequence[Any], labels: Sequence[str]) -> None:
    """What solid, dashed and faint stand for, in ink above the axes."""
    ax.legend(handles, labels, loc="lower left", bbox_to_anchor=(0, 1), ncols=len(labels))
