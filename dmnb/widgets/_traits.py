"""What the traits of several widgets may be."""

import traitlets

RANGES = {"lam": (0.0, 4.0), "beta": (-4.0, 24.0)}


def require(valid: bool, name: str, value: object, allowed: str) -> None:
    if not valid:
        raise traitlets.TraitError(f"{name} must be {allowed}, got {value!r}")


def require_positive_beta(family: str, beta: float) -> None:
    """Of the anchored family."""
    require(family != "anchored" or beta > 0, "beta", beta, "above 0 for the anchored family")
