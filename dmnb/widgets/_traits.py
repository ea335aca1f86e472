"""What the traits of several widgets may be."""

from collections.abc import Collection, Mapping
from typing import Any

import traitlets

RANGES = {"lam": (0.0, 4.0), "beta": (-4.0, 24.0)}


def require(valid: bool, name: str, value: object, allowed: str) -> None:
    if not valid:
        raise traitlets.TraitError(f"{name} must be {allowed}, got {value!r}")


def require_known(
    name: str,
    value: Any,
    ranges: Mapping[str, tuple[float, float]],
    choices: Mapping[str, Collection[str]],
) -> bool:
    """Whether the trait has a range or choices; TraitError where its value is not among them."""
    if name in ranges:
        low, high = ranges[name]
        require(low <= value <= high, name, value, f"a number from {low:g} to {high:g}")
    elif name in choices:
        require(value in choices[name], name, value, f"one of {choices[name]}")
    return name in ranges or name in choices


def require_positive_beta(family: str, beta: float) -> None:
    """Of the anchored family."""
    require(family != "anchored" or beta > 0, "beta", beta, "above 0 for the anchored family")
