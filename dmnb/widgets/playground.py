"""The playground: two small networks learn noisy points in the page, by CCE and by an emphasis."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from dmnb import emphasis as families
from dmnb.emphasis import Emphasis
from dmnb.widgets._traits import RANGES, require, require_known, require_positive_beta

_CHOICES = {
    "family": ("dm", "anchored", "gce", "mae", "mse", "cce", "uniform", "drawn"),
    "dataset": ("moons", "circles", "spirals", "blobs"),
    "noise": ("symmetric", "asymmetric"),
    "activation": ("tanh", "relu"),
    "speed": ("slow", "normal", "fast"),
}
_RANGES = RANGES | {
    "q": (0.0, 1.0),
    "classes": (2, 5),
    "rate": (0.0, 0.8),
    "imbalance": (1.0, 50.0),
    "size": (40, 1000),
    "seed": (0, 9999),
    "lr": (1e-4, 1.0),
}
_LAYERS, _UNITS = 3, 32
_LINE = [[0.0, 2.0], [0.25, 1.5], [0.5, 1.0], [0.75, 0.5], [1.0, 0.0]]
_POINTS = 9  # of an emphasis that is none of the families: few enough to be dragged


class Playground(anywidget.AnyWidget):
    """Train two networks side by side in the page, by cross-entropy and by an emphasis.

    Both start from the same weights and see the same batches (40 points, momentum 0.9, the emphasis
    divided by its integral), so that the emphasis is the only difference. All arguments but
    `emphasis` are traits, in step with the page in a live notebook; the networks live in the page.
    A value out of range raises traitlets.TraitError, which names it and says what is allowed.

    Args:
        emphasis: of the second network, in place of family and what belongs to it; DM and anchored
            DM within the ranges below, GCE, MAE, MSE, CCE and Uniform stay what they are, any other
            is turned into 9 points that can be dragged.
        family: "dm" and "anchored", with lam (0 to 4) and beta (-4 to 24, above 0 for anchored);
            "gce", with q in [0, 1]; "mae", "mse", "cce", "uniform"; or "drawn": through the pairs
            (p, w) in `drawn`.
        dataset: "blobs", "spirals", "circles" or "moons", of 2 to 5 `classes` and 40 to 1000 points
            (`size`), the first class `imbalance` (1 to 50) times as large as the last.
        noise: "symmetric": a wrong label is any other class; "asymmetric": the next one. `rate` (0
            to 0.8) of the labels are wrong, to the nearest one.
        seed: 0 to 9999, of the points, the first weights and the batches.
        hidden: units of one to three hidden layers, 1 to 32 each; activation: "tanh" or "relu".
        lr: the learning rate, 0.0001 to 1. speed: "slow", "normal" or "fast".
    """

    _esm = Path(__file__).with_name("playground.js")

    family = traitlets.Unicode("dm").tag(sync=True)
    lam = traitlets.Float(1.0).tag(sync=True)
    beta = traitlets.Float(16.0).tag(sync=True)
    q = traitlets.Float(0.7).tag(sync=True)
    drawn = traitlets.List(_LINE).tag(sync=True)
    dataset = traitlets.Unicode("blobs").tag(sync=True)
    classes = traitlets.Int(3).tag(sync=True)
    noise = traitlets.Unicode("symmetric").tag(sync=True)
    rate = traitlets.Float(0.4).tag(sync=True)
    imbalance = traitlets.Float(1.0).tag(sync=True)
    size = traitlets.Int(160).tag(sync=True)
    seed = traitlets.Int(0).tag(sync=True)
    hidden = traitlets.List(traitlets.Int(), [24, 24]).tag(sync=True)
    activation = traitlets.Unicode("tanh").tag(sync=True)
    lr = traitlets.Float(0.1).tag(sync=True)
    speed = traitlets.Unicode("normal").tag(sync=True)

    def __init__(self, emphasis: Emphasis | None = None, **traits: Any) -> None:
        unknown = sorted(set(traits) - set(self.class_trait_names(sync=True)))
        if unknown:
            raise TypeError(f"Playground has no {', '.join(unknown)}")
        shape = {} if emphasis is None else _traits_of(emphasis)
        super().__init__(**shape | traits)

    @property
    def emphasis(self) -> Emphasis:
        """What the second network learns by, ready for DMLoss; assign to it to change it."""
        p, w = zip(*self.drawn, strict=True)
        return {
            "dm": lambda: families.DM(self.lam, self.beta),
            "anchored": lambda: families.AnchoredDM(self.lam, self.beta),
            "gce": lambda: families.GCE(self.q),
            "mae": families.MAE,
            "mse": families.MSE,
            "cce": families.CCE,
            "uniform": families.Uniform,
            "drawn": lambda: families.Tabulated(p, w),
        }[self.family]()

    @emphasis.setter
    def emphasis(self, value: Emphasis) -> None:
        with self.hold_sync(), self.hold_trait_notifications():
            for name, trait in _traits_of(value).items():
                setattr(self, name, trait)

    @traitlets.validate(*_CHOICES, *_RANGES, "drawn", "hidden")
    def _check(self, proposal: traitlets.Bunch) -> Any:
        name, value = proposal["trait"].name, proposal["value"]
        if name == "hidden":
            sound = 1 <= len(value) <= _LAYERS and all(1 <= units <= _UNITS for units in value)
            require(sound, name, value, f"1 to {_LAYERS} layers of 1 to {_UNITS} units")
        elif name == "drawn":
            _check_drawn(value)
        else:
            require_known(name, value, _RANGES, _CHOICES)
        if name in ("beta", "family"):
            beta, family = (value, self.family) if name == "beta" else (self.beta, value)
            require_positive_beta(family, beta)
        return value

    def __repr__(self) -> str:
        shown = ("dataset", "classes", "noise", "rate", "imbalance", "size", "seed", "hidden", "lr")
        values = ", ".join(f"{name}={getattr(self, name)!r}" for name in shown)
        return f"Playground({self.emphasis!r}, {values})"


def _traits_of(e: Emphasis) -> dict[str, Any]:
    if not isinstance(e, Emphasis):
        raise ValueError(f"emphasis must be an Emphasis, got {e!r}")
    values = e.to_dict() if e.name in _CHOICES["family"] else {}
    ranges = ((values[name], *_RANGES[name]) for name in values if name in _RANGES)
    if values and all(low <= value <= high for value, low, high in ranges):
        return values
    table = e if e.name == "tabulated" else families.Tabulated.of(e, _POINTS)
    return {"family": "drawn", "drawn": [list(pair) for pair in zip(table.p, table.w, strict=True)]}


def _check_drawn(points: Sequence[Sequence[float]]) -> None:
    try:
        p, w = zip(*points, strict=True)
        families.Tabulated(p, w)
    except (TypeError, ValueError) as error:
        raise traitlets.TraitError(f"drawn must be pairs (p, w), got {points!r}: {error}") from None
