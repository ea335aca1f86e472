"""Every family by name, from_dict, and the table of them all."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from dmnb.emphasis.algebra import PerClass, Product, Sum
from dmnb.emphasis.base import Emphasis, check
from dmnb.emphasis.curves import Tabulated
from dmnb.emphasis.families import (
    CCE,
    DM,
    GCE,
    MAE,
    MSE,
    AnchoredDM,
    Beta,
    Exponential,
    Normal,
    Uniform,
)
from dmnb.emphasis.library import (
    AEL,
    AGCE,
    AUL,
    Focal,
    InverseFocal,
    PartiallyHuberised,
    Poly1,
    Power,
    SymmetricCE,
    TaylorCE,
    TruncatedGCE,
)
from dmnb.emphasis.margins import AdditiveMargin, Hinge, Huberised, ModifiedHuber, Ramp, Sigmoid
from dmnb.emphasis.robust import (
    IMAE,
    ForwardCorrection,
    JensenShannon,
    SelfPaced,
    Triangular,
)

PAPER = (DM, AnchoredDM, Normal, Exponential, Beta, CCE, MAE, MSE, GCE, Uniform, Tabulated)
LIBRARY = (
    Focal, InverseFocal, Poly1, Power, TaylorCE, TruncatedGCE, SymmetricCE, PartiallyHuberised,
    AGCE, AUL, AEL, JensenShannon, Triangular, ForwardCorrection, SelfPaced, IMAE,
    AdditiveMargin, Huberised, Hinge, Ramp, ModifiedHuber, Sigmoid,
)  # fmt: skip
FAMILIES: dict[str, type[Emphasis]] = {
    family.name: family for family in (*PAPER, *LIBRARY, Sum, Product, PerClass)
}


def from_dict(values: dict[str, Any]) -> Emphasis:
    """The emphasis whose to_dict() gave these values; ValueError for what no family takes."""
    parameters = {key: _revived(value) for key, value in values.items()}
    family = parameters.pop("family", None)
    check("family", family, family in FAMILIES, f"one of {', '.join(FAMILIES)}")
    try:
        return FAMILIES[family](**parameters)
    except TypeError as error:
        raise ValueError(f"{family} does not take {parameters}: {error}") from None


def _revived(value: Any) -> Any:
    if isinstance(value, dict):
        return from_dict(value)
    return tuple(map(_revived, value)) if isinstance(value, list) else value


def examples() -> list[Emphasis]:
    """One emphasis of each family of the paper and the library, with usual parameters."""
    of_paper = (
        DM(0.5, 12), AnchoredDM(0.5, 12), Normal(0.5, 8), Exponential(2), Beta(2, 3),
        CCE(), MAE(), MSE(), GCE(0.7), Uniform(),
    )  # fmt: skip
    return [*of_paper, *(family() for family in LIBRARY)]


def table(emphases: Iterable[Emphasis] | None = None) -> list[dict[str, Any]]:
    """What each emphasis is and does, computed from its weight; a row a dict.

    Args:
        emphases: any; None for `examples()`.

    Returns:
        Rows with name (the Python that makes it), family, formula and loss_formula (LaTeX in p and
        in the log-odds m; the second is "" where there is no known loss), parameters, mode,
        contrast, at_zero and at_one (a Tail each), bounded (below, above), source.
    """
    return [
        {
            "name": repr(e),
            "family": e.name,
            "formula": e.formula,
            "loss_formula": e.loss_formula,
            "parameters": _parameters(e),
            "mode": e.mode,
            "contrast": e.contrast,
            "at_zero": e.tails.at_zero,
            "at_one": e.tails.at_one,
            "bounded": e.bounded,
            "source": e.source,
        }
        for e in (examples() if emphases is None else emphases)
    ]


def _parameters(e: Emphasis) -> dict[str, Any]:
    """Empty for an emphasis that holds code, which has no dict."""
    try:
        return {key: value for key, value in e.to_dict().items() if key != "family"}
    except ValueError:
        return {}
