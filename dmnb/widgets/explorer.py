"""The emphasis explorer: lambda and beta on sliders, the curve they make, the line to copy."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import anywidget
import traitlets

from dmnb import emphasis
from dmnb.widgets._traits import RANGES, require, require_known, require_positive_beta

_CHOICES = {"family": ("dm", "anchored"), "view": ("density", "weight")}
_OVERLAYS = ("cce", "gce", "mse", "mae")


class Explorer(anywidget.AnyWidget):
    """Move w = exp(beta p^lam (1-p)) and see it, against p and against the log-odds m.

    lam: 0 to 4; the mode is lam/(lam+1). beta: -4 to 24, above 0 for the anchored family.
    family: "dm", or "anchored" for w = expm1(beta p^lam (1-p)). view: "density", w divided by
    its integral over [0, 1] (arXiv 1905.11233, equation 8), or "weight", w itself. overlays: the
    losses drawn beside it, any of "cce", "gce" (q = 0.7), "mse", "mae".

    All of them are traits, in step with the page in a live notebook. A value out of range raises
    traitlets.TraitError, which names it and says what is allowed.
    """

    _esm = Path(__file__).with_name("explorer.js")

    lam = traitlets.Float(0.5).tag(sync=True)
    beta = traitlets.Float(12.0).tag(sync=True)
    family = traitlets.Unicode("dm").tag(sync=True)
    view = traitlets.Unicode("density").tag(sync=True)
    overlays = traitlets.List(traitlets.Unicode(), ["cce"]).tag(sync=True)

    def __init__(
        self,
        lam: float = 0.5,
        beta: float = 12.0,
        *,
        family: str = "dm",
        view: str = "density",
        overlays: Sequence[str] = ("cce",),
    ) -> None:
        super().__init__(lam=lam, beta=beta, family=family, view=view, overlays=list(overlays))

    @property
    def emphasis(self) -> emphasis.Emphasis:
        """What the curve shows, ready for DMLoss."""
        family = emphasis.AnchoredDM if self.family == "anchored" else emphasis.DM
        return family(lam=self.lam, beta=self.beta)

    @traitlets.validate("lam", "beta", "family", "view", "overlays")
    def _check(self, proposal: traitlets.Bunch) -> object:
        name, value = proposal["trait"].name, proposal["value"]
        if not require_known(name, value, RANGES, _CHOICES):
            require(set(value) <= set(_OVERLAYS), name, value, f"a list out of {_OVERLAYS}")
        if name in ("beta", "family"):
            beta, family = (value, self.family) if name == "beta" else (self.beta, value)
            require_positive_beta(family, beta)
        return value

    def __repr__(self) -> str:
        return (
            f"Explorer(lam={self.lam}, beta={self.beta}, family={self.family!r}, "
            f"view={self.view!r}, overlays={self.overlays!r})"
        )
