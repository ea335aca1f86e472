"""How a figure of the book looks: a colour, dash and marker for each method, and shared pieces."""

from __future__ import annotations

import io
import itertools
import json
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from importlib.resources import files
from typing import Any, NamedTuple

import matplotlib.style
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, to_hex
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from dmnb._methods import NAMES

P = "probability of the label, $p$"
DASHED = (0, (3, 1.5))

PALETTE: dict[str, str] = json.loads((files("dmnb") / "palette.json").read_text())
INK = PALETTE["neutral"]


class Look(NamedTuple):
    """How a method appears: its label, and three signs, colour, dash and marker."""

    label: str
    colour: str
    dash: Any
    marker: str


_SIGNS = {
    "dm": ("-", "o"),
    "anchored": ((0, (5, 1.6)), "D"),
    "cce": ("-", "s"),
    "gce": ((0, (7, 1.8, 1, 1.8)), "^"),
    "mae": ((0, (1.2, 1.8)), "v"),
    "mse": ((0, (3, 1.5)), "P"),
    "dm-authors": ((0, (3, 1.5, 1, 1.5, 1, 1.5)), "X"),
}
STYLE = {key: Look(NAMES[key], PALETTE[key], *signs) for key, signs in _SIGNS.items()}
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
    dashes, markers = list(_DASHES), list(_FREE_MARKERS)
    if key:
        own = STYLE[key]
        yield own.dash, own.marker
        k = 2 * list(STYLE).index(key) % len(_FREE_MARKERS)  # two blues begin at unlike signs
        dashes = [dash for dash in reversed(_DASHES) if dash != own.dash]
        dashes, markers = dashes[k:] + dashes[:k], markers[k:] + markers[:k]
    yield from zip(itertools.cycle(dashes), itertools.cycle(markers), strict=False)


def require(values: Any, name: str) -> None:
    if not values:
        raise ValueError(f"{name} must not be empty, got {values!r}")


def new_axes() -> Axes:
    return Figure().subplots()


def whole_ticks(ax: Axes) -> None:
    """Ticks at whole numbers where every x is one."""
    x = np.concatenate([np.asarray(line.get_xdata(), dtype=float) for line in ax.lines])
    ax.locator_params("x", integer=bool((x == np.round(x)).all()))


def ink(dash: Any, **options: Any) -> Line2D:
    return Line2D([], [], color=INK, linestyle=dash, **options)


def add_key(ax: Axes, handles: Sequence[Any], labels: Sequence[str]) -> None:
    """What solid, dashed and faint stand for, in ink above the axes."""
    ax.legend(handles, labels, loc="lower left", bbox_to_anchor=(0, 1), ncols=len(labels))
