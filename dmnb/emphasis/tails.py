r"""Tails: how a weight ends at p -> 0 and at p -> 1, measured from its values in log-odds.

With x = p or 1 - p and s = -log x, a weight that ends as w ~ K x^a s^b has

    f(s) = log w = log K - a s + b log s,      D(s) = f(s) - f(2s) = a s - b log 2,

so that three points s, 2s and 4s give b = (D(2s) - 2 D(s)) / log 2 and a = (D(s) + b log 2) / s.
The objective falls by 1/2 ∫ w dm, so that it is bounded at an end exactly if w is integrable there.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor

_TINY = 1e-290  # below it a weight has lost its digits
_SCALES = [175 / 2**k for k in range(7)]


class Tail(NamedTuple):
    """w ~ coefficient · x^exponent · (log 1/x)^logarithm, as x = p or x = 1 - p goes to 0.

    limit is w at x = 0. A weight that vanishes sooner than about x^60 has exponent inf and
    coefficient 0. Where logarithm is not 0, the other two are approximate (to about 1%).
    """

    limit: float
    exponent: float
    logarithm: float
    coefficient: float

    @property
    def slope(self) -> float:
        """The slope dl/dm = -w/2 in which the objective ends."""
        return -self.limit / 2

    @property
    def integrable(self) -> bool:
        """Whether ∫ w dm converges: the objective then has a finite limit at this end."""
        return self.exponent > 1e-6 or (abs(self.exponent) <= 1e-6 and self.logarithm < -1)


class Tails(NamedTuple):
    """The two ends of a weight, p -> 0 and p -> 1."""

    at_zero: Tail
    at_one: Tail


class Bounded(NamedTuple):
    """Whether the objective stays above a number (p -> 1) and below one (p -> 0)."""

    below: bool
    above: bool


def measure(weight_at: Callable[[Tensor], Tensor]) -> Tails:
    """The tails of a weight given as a function of log-odds, a float64 tensor."""
    return Tails(_tail(lambda s: weight_at(-s)), _tail(weight_at))


def _tail(weight_at: Callable[[Tensor], Tensor]) -> Tail:
    limit = weight_at(torch.tensor(math.inf, dtype=torch.float64)).item()
    for s in _SCALES:
        w = weight_at(s * torch.tensor([1, 2, 4], dtype=torch.float64))
        if bool((w > _TINY).all()):
            break
    else:
        return Tail(limit, math.inf, 0.0, 0.0)
    f = w.log()
    d_1, d_2 = (f[:2] - f[1:]).tolist()
    b = (d_2 - 2 * d_1) / math.log(2)
    if abs(b) < 0.02:
        a, b = d_2 / (2 * s), 0.0
    else:
        a = (d_1 + b * math.log(2)) / s
    a = 0.0 if abs(a) < 1e-9 else a
    return Tail(limit, a, b, math.exp(f[2] + a * 4 * s - b * math.log(4 * s)))
