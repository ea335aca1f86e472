"""The emphasis studio: any family, or a curve drawn by hand, over the p of a run."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from math import isfinite
from pathlib import Path
from typing import Any

import anywidget
import numpy as np
import traitlets

from dmnb import emphasis
from dmnb.emphasis import Emphasis
from dmnb.widgets._runs import compact
from dmnb.widgets._traits import require

_CHOICES = {"view": ("density", "weight"), "against": ("slope", "objective")}
_LOSSES = ("cce", "gce", "mse", "mae")
_FAMILIES = ("dm", "anchored", "normal", "exponential", "beta", "gce", "cce", "mae", "mse")
_FAMILIES += ("uniform", "tabulated")
_POINTS = 17  # of an emphasis that the page cannot compute: few enough to be dragged
_LOG_ODDS = np.linspace(-12, 12, 193)


class Studio(anywidget.AnyWidget):
    """Choose an emphasis or draw one; see its density, slope and objective, and whom it favours.

    `emphasis` is what the curve shows, ready for DMLoss; assign to it to move the curve. It follows
    the trait `curve`, its to_dict(). All arguments but record are traits, in step with the page in
    a live notebook.

    Args:
        emphasis: the curve to start from. A family of the paper stays what it is, any other is
            turned into points that can be moved (`Tabulated`, 17 points).
        record: recorded runs whose p lie under the curve: a Record, its dict, its file, or several.
        view: against p, "density", w over its integral (arXiv 1905.11233, equation 8), or "weight".
        against: against the log-odds m, "slope", dl/dm = -w/2, or "objective", l.
        overlays: losses drawn beside it, any of "cce", "gce" (q = 0.7), "mse", "mae", and at most
            three of the library, as "x-" and the class, such as "x-Focal".
        epoch: of the run, where it starts; None for its last.
        address: the name of the curve in the page's address, "#studio=...": letters, digits and
            underscores.

    Raises:
        traitlets.TraitError: for a trait out of range, naming it. ValueError: for something that is
            no emphasis or no record.
    """

    _esm = Path(__file__).with_name("studio.js")

    curve = traitlets.Dict().tag(sync=True)
    view = traitlets.Unicode("density").tag(sync=True)
    against = traitlets.Unicode("slope").tag(sync=True)
    overlays = traitlets.List(traitlets.Unicode(), ["cce"]).tag(sync=True)
    run = traitlets.Int(0).tag(sync=True)
    epoch = traitlets.Float(None, allow_none=True).tag(sync=True)
    address = traitlets.Unicode("studio").tag(sync=True)
    _library = traitlets.Dict().tag(sync=True)
    _runs = traitlets.List().tag(sync=True)

    def __init__(
        self,
        emphasis: Emphasis | None = None,
        *,
        record: Any = None,
        view: str = "density",
        against: str = "slope",
        overlays: Sequence[str] = ("cce",),
        epoch: float | None = None,
        address: str = "studio",
    ) -> None:
        super().__init__(
            _library=_library(),
            _runs=[] if record is None else compact(record, series=False),
            curve=_curve_of(_default() if emphasis is None else emphasis),
            view=view,
            against=against,
            overlays=list(overlays),
            epoch=epoch,
            address=address,
        )

    @property
    def emphasis(self) -> Emphasis:
        """What the curve shows, ready for DMLoss."""
        return emphasis.from_dict(self.curve)

    @emphasis.setter
    def emphasis(self, value: Emphasis) -> None:
        self.curve = _curve_of(value)

    @traitlets.validate("curve", "view", "against", "overlays", "run", "epoch", "address")
    def _check(self, proposal: traitlets.Bunch) -> Any:
        name, value = proposal["trait"].name, proposal["value"]
        if name == "curve":
            require(value.get("family") in _FAMILIES, name, value, f"of a family in {_FAMILIES}")
            try:
                emphasis.from_dict(value)
            except ValueError as error:
                raise traitlets.TraitError(f"curve: {error}") from error
        elif name in _CHOICES:
            require(value in _CHOICES[name], name, value, f"one of {_CHOICES[name]}")
        elif name == "overlays":
            extra = tuple(curve["id"] for curve in self._library.get("curves", ()))
            known = set(value) <= {*_LOSSES, *extra} and len(set(value) - {*_LOSSES}) <= 3
            require(known, name, value, f"out of {_LOSSES} and at most three of {extra}")
        elif name == "run":
            runs = max(1, len(self._runs))
            require(0 <= value < runs, name, value, f"in [0, {runs})")
        elif name == "epoch":
            require(value is None or isfinite(value), name, value, "a finite number, or None")
        else:
            require(value.isidentifier(), name, value, "letters, digits and underscores")
        return value

    def __repr__(self) -> str:
        return (
            f"Studio({self.emphasis!r}, view={self.view!r}, against={self.against!r}, "
            f"overlays={self.overlays!r})"
        )


def _default() -> Emphasis:
    return emphasis.DM(0.5, 12.0)


def _curve_of(e: Emphasis) -> dict[str, Any]:
    if not isinstance(e, Emphasis):
        raise ValueError(f"emphasis must be an Emphasis, got {e!r}")
    if e.name not in _FAMILIES:
        table = emphasis.Tabulated.of(e, _POINTS)
        w = np.array(table.w) / e.integral
        e = emphasis.Tabulated(_rounded(table.p), _rounded(w))
    values = e.to_dict()
    return {key: list(v) if isinstance(v, tuple) else v for key, v in values.items()}


@cache
def _library() -> dict[str, Any]:
    """The library's weights at common log-odds and at p = 0 and p = 1, over their integral."""
    curves = []
    for e in (family() for family in emphasis.LIBRARY):
        label, scale = type(e).__name__, 1 / e.integral
        parameters = ((k.replace("_", " "), v) for k, v in e.to_dict().items() if k != "family")
        curves.append(
            {
                "id": f"x-{label}",
                "label": label,
                "note": ", ".join(f"{k} = {v:g}" for k, v in parameters).replace("-", "−"),
                "scale": e.integral,
                "w": _rounded(scale * e.weight_at(_LOG_ODDS)),
                "ends": _rounded(scale * e.weight(np.array([0.0, 1.0]))),
            }
        )
    return {"m": _LOG_ODDS.tolist(), "curves": curves}


def _rounded(values: Sequence[float]) -> list[float]:
    return [float(f"{value:.5g}") for value in values]
