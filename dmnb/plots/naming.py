"""Names beside the curves they belong to, where they hide nothing."""

from __future__ import annotations

from collections.abc import Sequence

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.font_manager import FontProperties
from matplotlib.lines import Line2D
from matplotlib.textpath import text_to_path
from matplotlib.transforms import ScaledTranslation

# Where a name may stand: at these sides of a point of the curve, so many points away. Its box is
# measured at _BOX.
_SIDES = np.array([[0, 1], [0, -1], *[(x, y) for x in (1, -1) for y in (-1, -0.4, 0.4, 1)]])
_FAR = np.full((1, 2), np.inf)
_GAPS = np.array([[[5]], [[12]]])
_BOX = np.array([(x, y) for x in np.linspace(-1, 1, 9) for y in (-1, 0, 1)])


def name_ends(ax: Axes) -> None:
    """Each labelled line's name at its right end, moved apart where ends meet.

    Where names share a colour, a piece of the line stands before each.
    """
    lines = [line for line in ax.lines if not line.get_label().startswith("_")]
    ends = [np.asarray(line.get_ydata(), dtype=float) for line in lines]
    ends = ax.transLimits.transform([(0, y[np.isfinite(y)][-1]) for y in ends])[:, 1]
    order = np.argsort(ends, kind="stable")
    heights = apart(ends[order], gap=0.072)
    names = {(line.get_color(), line.get_label()) for line in lines}
    for k, height in zip(order, heights, strict=True):
        line = lines[k]
        shared = sum(colour == line.get_color() for colour, _ in names) > 1
        ax.annotate(
            line.get_label(), (1, height), xytext=(36 if shared else 7, 0), va="center",
            color=line.get_color(), xycoords="axes fraction", textcoords="offset points",
        )  # fmt: skip
        if shared:
            _piece(ax, line, height)


def _piece(ax: Axes, line: Line2D, height: float) -> None:
    piece = Line2D([7 / 72, 30 / 72], [0, 0])
    piece.update_from(line)
    at = ax.figure.dpi_scale_trans + ScaledTranslation(1, height, ax.transAxes)
    piece.set(transform=at, clip_on=False, label="_piece")
    ax.add_artist(piece)


def apart(y: np.ndarray, gap: float) -> np.ndarray:
    """Sorted y, moved as little as keeps neighbours a gap apart and all of them in [0, 1].

    Isotonic least squares on y less the gaps, by pooling adjacent violators.
    """
    steps = gap * np.arange(len(y))
    blocks: list[list[float]] = []
    for value in y - steps:
        blocks.append([value])
        while len(blocks) > 1 and np.mean(blocks[-2]) > np.mean(blocks[-1]):
            blocks[-2:] = [blocks[-2] + blocks[-1]]
    pooled = np.concatenate([np.full(len(block), np.mean(block)) for block in blocks])
    return np.clip(pooled, 0, 1 - steps[-1]) + steps


def name_curves(ax: Axes, lines: Sequence[Line2D]) -> None:
    """Each curve's name beside it, where it is farthest from the other curves and names."""
    # In points and before the layout, which the labels themselves do not change: about the panel
    # that constrained layout will leave.
    panel = 72 * ax.figure.get_size_inches() * ax.get_position().size * 1.08
    to_panel = ax.transScale + ax.transLimits
    curves = [to_panel.transform(line.get_xydata()) * panel for line in lines]
    curves = [_evenly(curve[~np.isnan(curve).any(1)].clip(-50, panel + 50)) for curve in curves]
    font = FontProperties(size=matplotlib.rcParams["font.size"])
    extents = [
        np.array(text_to_path.get_text_width_height_descent(line.get_label(), font, False)[:2])
        for line in lines
    ]
    names = [_FAR] * len(curves)
    # The first round knows only the names before it; in the next two each gives way to all.
    for k in [*range(len(curves))] * 3:
        half = extents[k] / 2
        centres = (curves[k][:, None, None] + _SIDES * (half + _GAPS)).reshape(-1, 2)
        inside = ((centres >= half) & (centres <= panel - half)).all(1)
        centres = centres[inside] if inside.any() else centres
        own = _clearance(centres, half, curves[k])
        others = [*curves[:k], *curves[k + 1 :], *names[:k], *names[k + 1 :]]
        rooms = np.array([_clearance(centres, half, other) for other in [*others, _FAR]])
        room = rooms.min(0)
        # Where curves are one, a name could be that of any.
        doubt = (rooms <= own + 1).sum(0)
        score = 2 * np.minimum(room, 12) + 4 * np.minimum(own, 4) - own + 0.01 * centres[:, 1]
        score -= 4 * doubt
        names[k] = centres[score.argmax()] + _BOX * half
    for line, box in zip(lines, names, strict=True):
        ax.text(
            *box.mean(0) / panel, line.get_label(), color=line.get_color(),
            transform=ax.transAxes, ha="center", va="center",
        )  # fmt: skip


def _evenly(curve: np.ndarray) -> np.ndarray:
    """100 points on a curve, K x 2, at equal steps along it."""
    length = np.append(0, np.hypot(*np.diff(curve, axis=0).T).cumsum())
    at = np.linspace(0, length[-1], 100)
    return np.column_stack([np.interp(at, length, coordinate) for coordinate in curve.T])


def _clearance(centres: np.ndarray, half: np.ndarray, points: np.ndarray) -> np.ndarray:
    """The distance of each box, its centre K x 2 and half its size, to the nearest point, K."""
    beyond = np.maximum(np.abs(centres[:, None] - points) - half, 0)
    return np.hypot(*np.moveaxis(beyond, -1, 0)).min(1)
