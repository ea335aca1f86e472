"""Records of runs as figures: over epochs, and over learning rates."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from dmnb.plots.naming import name_ends
from dmnb.plots.style import P, add_key, ink, looks, new_axes, require, whole_ticks


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
    ax = new_axes()
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
    whole_ticks(ax)
    name_ends(ax)
    return ax.figure


def p_curves(records_by_method: Mapping[str, Sequence[Any]]) -> Figure:
    """Mean p of training examples with right labels and with wrong ones, side by side (Figure 2a).

    Each method is named once, beside the last panel that it is in. records_by_method: as for
    accuracy_curves. The mean over seeds ends where one diverged; labels of which there is no p,
    such as wrong ones where all are right, have no panel; without any p it is a ValueError.
    """
    groups = _groups(records_by_method)
    fields = {"right labels": "p_clean", "wrong labels": "p_noisy"}
    means = {title: _means(groups, field) for title, field in fields.items()}
    means = {title: curves for title, curves in means.items() if curves}
    if not means:
        raise ValueError("the records must hold p of clean or of noisy examples, got none")
    axes = _panels(means, x_label="epoch", y_label=f"mean {P}")
    named = {name: title for title, curves in means.items() for name in curves}
    for ax, (title, curves) in zip(axes, means.items(), strict=True):
        for name, look in looks(groups).items():
            if name in curves:
                label = look.label if named[name] == title else "_named"
                ax.plot(*curves[name], color=look.colour, linestyle=look.dash, label=label)
        ax.set_ylim(0, 1)
        whole_ticks(ax)
        if title in named.values():
            name_ends(ax)
    return axes[0].figure


def rate_sweep(records: Iterable[Any], *, floor: float | None = None) -> Figure:
    """Final test accuracy against learning rate: a marker a run, a line through the means.

    records: Records with config["lr"], or method -> Records. The mean over the best epochs, which
    no run may be judged by, is the faint line above. floor: the lowest y shown, in %; a run that
    ends below is a triangle there. None: whatever all runs need. ValueError when empty.
    """
    ax = new_axes()
    _rates(ax, records, floor)
    ax.set(xlabel="learning rate", ylabel="test accuracy, %")
    add_key(ax, [ink("-", marker="o"), ink("-", linewidth=1, alpha=0.5)], ["final", "best epoch"])
    name_ends(ax)
    return ax.figure


def rate_panels(
    panels: Mapping[str, Any], *, y_label: str = "test accuracy, %", floor: float | None = None
) -> Figure:
    """`rate_sweep` side by side, the same methods in the same order.

    The names stand beside the last panel. panels: title -> what rate_sweep takes. y_label: what
    ``final`` and ``best`` are, for things that have these and a config like a Record's. floor: as
    for rate_sweep. ValueError when empty.
    """
    require(panels, "panels")
    axes = _panels(panels, x_label="learning rate", y_label=y_label)
    for ax, records in zip(axes, panels.values(), strict=True):
        _rates(ax, records, floor)
    name_ends(axes[-1])
    return axes[0].figure


def _panels(titles: Iterable[str], *, x_label: str, y_label: str) -> Sequence[Axes]:
    """Empty axes side by side, with one axis of y and each label once."""
    titles = list(titles)
    width, height = matplotlib.rcParams["figure.figsize"]
    figure = Figure(figsize=(width, 0.85 * height))
    axes = figure.subplots(1, len(titles), sharey=True, squeeze=False)[0]
    for ax, title in zip(axes, titles, strict=True):
        ax.set_title(title, loc="left", fontsize=matplotlib.rcParams["axes.labelsize"])
    axes[0].set_ylabel(y_label)
    figure.supxlabel(x_label, fontsize=matplotlib.rcParams["axes.labelsize"])
    return axes


def _rates(ax: Axes, records: Any, floor: float | None = None) -> None:
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
        dots = {"color": look.colour, "markeredgewidth": 0, "alpha": 0.75}
        below = accuracy < (-np.inf if floor is None else floor)
        ax.plot(lr[~below], accuracy[~below], look.marker, **dots)
        ax.plot(lr[below], np.full(below.sum(), floor), "v", clip_on=False, in_layout=False, **dots)
    ticks = sorted({record.config["lr"] for group in groups.values() for record in group})
    ax.set_xscale("log")
    ax.set_xticks(ticks, [f"{tick:g}".removeprefix("0") for tick in ticks])
    ax.minorticks_off()
    ax.margins(x=0.03)
    ax.set_ylim(bottom=floor)


def _means(
    groups: Mapping[str, Sequence[Any]], field: str
) -> dict[str, tuple[list[int], np.ndarray]]:
    """Methods that have a field -> the epochs, and its mean over the seeds."""
    means = {}
    for name, group in groups.items():
        epochs, runs = _runs(group, field, name)
        if np.isfinite(mean := runs.mean(0)).any():
            means[name] = epochs, mean
    return means


def _groups(records: Any) -> dict[str, Sequence[Any]]:
    groups = dict(records) if isinstance(records, Mapping) else by_method(records)
    require(groups, "records")
    for name, group in groups.items():
        require(group, f"the records of {name!r}")
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
