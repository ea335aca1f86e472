"""Every family by name, from_dict, and the table of them all."""

from __future__ import annotations

from collections.abc import Iterable
from types import ModuleType
from typing import Any

from dmnb.emphasis import families, library, margins, robust
from dmnb.emphasis.algebra import PerClass, Product, Sum
from dmnb.emphasis.base import Emphasis, check
from dmnb.emphasis.curves import Tabulated


def _families_of(module: ModuleType) -> tuple[type[Emphasis], ...]:
    """Those that a module defines, in its order."""
    classes = (x for x in vars(module).values() if isinstance(x, type))
    return tuple(x for x in classes if x.__module__ == module.__name__)


PAPER = (*_families_of(families), Tabulated)
LIBRARY = (*_families_of(library), *_families_of(robust), *_families_of(margins))
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
        families.DM(0.5, 12), families.AnchoredDM(0.5, 12), families.Normal(0.5, 8),
        families.Exponential(2), families.Beta(2, 3), families.CCE(), families.MAE(),
        families.MSE(), families.GCE(0.7), families.Uniform(),
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
