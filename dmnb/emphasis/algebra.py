r"""Emphases from emphases: sums, multiples, products, and one for each class.

    a * e_1 + b * e_2     w = a w_1 + b w_2         a, b > 0; the loss is that sum, up to a constant
    e_1 * e_2             w = w_1 w_2               reweighting: DM(1, 8) * CCE()
    per_class({...})      w = w_y                   y the label of the row

A sum takes the weights as they are: ∫ w dp is 1 for CCE and 44 for DM(0.5, 12). A share t of
densities is (1 - t) / e_1.integral * e_1 + t / e_2.integral * e_2, 0 < t < 1.

Per-class emphases join DM with weights for imbalanced classes: `per_class([n * DM(0.5, 12) for n in
weights])`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from numbers import Real
from typing import Any

import torch
from torch import Tensor

from dmnb.emphasis.base import Emphasis, check


@dataclass(frozen=True)
class Sum(Emphasis):
    """w = Σ_k a_k w_k, written a * e_1 + b * e_2.

    emphases: one or more; coefficients: as many, finite and > 0; else ValueError. An emphasis that
    is there twice counts twice: its coefficients are added up.
    """

    emphases: tuple[Emphasis, ...]
    coefficients: tuple[float, ...]
    name = "sum"

    def _validate(self) -> None:
        emphases = _checked(self.emphases, least=1)
        coefficients = tuple(float(a) for a in self.coefficients)
        count = len(emphases)
        check("coefficients", coefficients, len(coefficients) == count, f"{count} numbers")
        terms = {}
        for e, a in zip(emphases, coefficients, strict=True):
            _check_factor(a)
            terms[e] = terms.get(e, 0) + a
        object.__setattr__(self, "emphases", tuple(terms))
        object.__setattr__(self, "coefficients", tuple(terms.values()))

    @property
    def _breaks(self) -> tuple[float, ...]:
        return _breaks_of(self.emphases)

    def _weight(self, p: Tensor, c: Tensor) -> Tensor:
        return sum(
            a * e._weight(p, c) for a, e in zip(self.coefficients, self.emphases, strict=True)
        )

    @property
    def formula(self) -> str:
        terms = zip(self.coefficients, self.emphases, strict=True)
        return " + ".join(_factor(e) if a == 1 else f"{a:g} {_factor(e)}" for a, e in terms)

    @property
    def source(self) -> str:
        return _sources(self.emphases)

    def to_dict(self) -> dict[str, Any]:
        return _to_dict(self) | {"coefficients": list(self.coefficients)}


@dataclass(frozen=True)
class Product(Emphasis):
    """w = Π_k w_k, written e_1 * e_2; two emphases or more, else ValueError."""

    emphases: tuple[Emphasis, ...]
    name = "product"

    def _validate(self) -> None:
        object.__setattr__(self, "emphases", _checked(self.emphases, least=2))

    @property
    def _breaks(self) -> tuple[float, ...]:
        return _breaks_of(self.emphases)

    def _weight(self, p: Tensor, c: Tensor) -> Tensor:
        return math.prod(e._weight(p, c) for e in self.emphases)

    @property
    def formula(self) -> str:
        return r" \cdot ".join(map(_factor, self.emphases))

    @property
    def source(self) -> str:
        return _sources(self.emphases)

    def to_dict(self) -> dict[str, Any]:
        return _to_dict(self)


@dataclass(frozen=True)
class PerClass(Emphasis):
    """w = w_y: an emphasis for each of the C classes, in order; see `per_class`.

    In DMLoss every row has the weight of its label's emphasis. Normalization "integral" divides all
    by the one number Z = (1/C) Σ_k ∫ w_k dp, so that classes keep their relative weight. Without
    labels (weight, density, objective, mode, ...) it answers for the mean of the C weights, that
    is, for a label drawn uniformly. At least two emphases, none of them per class; else ValueError.
    """

    emphases: tuple[Emphasis, ...]
    name = "per_class"

    def _validate(self) -> None:
        object.__setattr__(self, "emphases", _checked(self.emphases, least=2))
        terms = [_terms(e) for e in self.emphases]
        bases = tuple(dict.fromkeys(base for term in terms for base in term))
        shares = [[term.get(base, 0.0) for term in terms] for base in bases]
        object.__setattr__(self, "_bases", bases)
        table = torch.tensor(shares, dtype=torch.float64)
        object.__setattr__(self, "_shares", {torch.device("cpu"): table})

    @property
    def _breaks(self) -> tuple[float, ...]:
        return _breaks_of(self._bases)

    def _weight(self, p: Tensor, c: Tensor) -> Tensor:
        shares = self._shares[torch.device("cpu")].mean(1).tolist()
        return sum(a * e._weight(p, c) for a, e in zip(shares, self._bases, strict=True))

    @property
    def formula(self) -> str:
        terms = " + ".join(map(_factor, self.emphases))
        return rf"\tfrac{{1}}{{{len(self.emphases)}}} \left({terms}\right)"

    @property
    def source(self) -> str:
        return _sources(self.emphases)

    def to_dict(self) -> dict[str, Any]:
        return _to_dict(self)

    def _for_labels(self, y: Tensor, num_classes: int) -> _Labelled:
        if num_classes != len(self.emphases):
            raise ValueError(
                f"the emphasis is per class and has {len(self.emphases)} classes, "
                f"the logits have {num_classes}"
            )
        return _Labelled(self, y)

    def _shares_of(self, y: Tensor, dtype: torch.dtype) -> Tensor:
        """a_{b,y}, of shape (B, ...) for y (...): how much of base b each row takes."""
        if y.device not in self._shares:
            table = self._shares[torch.device("cpu")].to(y.device, dtype)
            self._shares[y.device] = table
        return self._shares[y.device][:, y]


class _Labelled:
    """A PerClass at rows with labels y: what dm_loss asks of an emphasis.

    Each row's l / Z is the sum over bases b of (a_by Z_b / Z) l_b / Z_b, in plain differentiable
    operations, so that labels go through vmap and compilation as any tensor does.
    """

    def __init__(self, emphasis: PerClass, y: Tensor) -> None:
        self.emphasis, self.integral = emphasis, emphasis.integral
        self.y = y.clamp(0, len(emphasis.emphases) - 1)  # a row to ignore may have any label

    def _value(self, m: Tensor) -> Tensor:
        return self._mix(m, [base._value(m) for base in self.emphasis._bases])

    def _pull(self, m: Tensor) -> Tensor:
        return self._mix(m, [base._pull(m) for base in self.emphasis._bases])

    def normalized_objective(self, m: Tensor) -> Tensor:
        return self._mix(m, [base.normalized_objective(m) for base in self.emphasis._bases])

    def _mix(self, m: Tensor, values: Sequence[Tensor]) -> Tensor:
        shares = self.emphasis._shares_of(self.y, m.dtype)
        parts = zip(shares, self.emphasis._bases, values, strict=True)
        return sum(
            torch.where(a == 0, 0, a * (base.integral / self.integral) * value)
            for a, base, value in parts
        )


def per_class(
    emphases: Mapping[int, Emphasis] | Iterable[Emphasis],
    *,
    num_classes: int | None = None,
    default: Emphasis | None = None,
) -> PerClass:
    """The emphasis that depends on the label: one for each class.

    Args:
        emphases: C emphases in the order of the classes, or {class: emphasis}.
        num_classes: C; only a map needs it, and only where its largest class is not C - 1.
        default: the emphasis of classes that a map leaves out.

    Returns:
        A PerClass of C emphases, for logits with C classes.

    Raises:
        ValueError: a class outside [0, C) or with no emphasis, or fewer than two classes.
    """
    if not isinstance(emphases, Mapping):
        emphases = dict(enumerate(emphases))
    classes = num_classes or max(emphases, default=-1) + 1
    for k in emphases:
        check("class", k, k in range(classes), f"in [0, {classes})")
    chosen = [emphases.get(k, default) for k in range(classes)]
    if None in chosen:
        raise ValueError(f"class {chosen.index(None)} has no emphasis; give it one, or a default")
    return PerClass(tuple(chosen))


def add(one: Emphasis, other: Emphasis) -> Emphasis:
    """w_1 + w_2, class by class where either is per class."""
    if not isinstance(other, Emphasis):
        return NotImplemented
    if isinstance(one, PerClass) or isinstance(other, PerClass):
        return _by_class(add, one, other)
    terms = *_terms(one).items(), *_terms(other).items()
    return Sum(*zip(*terms, strict=True))


def multiply(one: Emphasis, other: Emphasis | float) -> Emphasis:
    """w_1 w_2, or a w for a number a > 0; class by class where either is per class."""
    if not isinstance(other, Emphasis | Real):
        return NotImplemented
    if isinstance(one, PerClass) or isinstance(other, PerClass):
        return _by_class(multiply, one, other)
    if isinstance(other, Emphasis):
        return Product((*_factors(one), *_factors(other)))
    _check_factor(other)
    terms = {e: a * float(other) for e, a in _terms(one).items()}
    (e, a), *more = terms.items()
    return e if a == 1 and not more else Sum(tuple(terms), tuple(terms.values()))


def _by_class(operation: Any, one: Emphasis, other: Emphasis | float) -> PerClass:
    count = len(one.emphases if isinstance(one, PerClass) else other.emphases)
    sides = [e.emphases if isinstance(e, PerClass) else (e,) * count for e in (one, other)]
    check("classes", len(sides[1]), len(sides[0]) == len(sides[1]), f"{len(sides[0])} in both")
    return PerClass(tuple(operation(*pair) for pair in zip(*sides, strict=True)))


def _terms(e: Emphasis) -> dict[Emphasis, float]:
    """e as {emphasis: coefficient}."""
    return dict(zip(e.emphases, e.coefficients, strict=True)) if isinstance(e, Sum) else {e: 1.0}


def _factors(e: Emphasis) -> tuple[Emphasis, ...]:
    return e.emphases if isinstance(e, Product) else (e,)


def _checked(emphases: Iterable[Emphasis], *, least: int) -> tuple[Emphasis, ...]:
    emphases = tuple(emphases)
    for e in emphases:
        plain = isinstance(e, Emphasis) and not isinstance(e, PerClass)
        check("emphasis", e, plain, "an Emphasis that is not per class")
    check("emphases", emphases, len(emphases) >= least, f"{least} or more")
    return emphases


def _check_factor(a: float) -> None:
    check("the factor of an emphasis", a, 0 < a < math.inf, "finite and > 0")


def _breaks_of(emphases: Iterable[Emphasis]) -> tuple[float, ...]:
    return tuple(sorted({p for e in emphases for p in e._breaks}))


def _factor(e: Emphasis) -> str:
    return rf"\left[{e.formula}\right]"


def _sources(emphases: Iterable[Emphasis]) -> str:
    return "; ".join(dict.fromkeys(e.source for e in emphases if e.source))


def _to_dict(e: Sum | Product | PerClass) -> dict[str, Any]:
    return {"family": e.name, "emphases": [part.to_dict() for part in e.emphases]}
