r"""Tails: how a weight ends at p -> 0 and at p -> 1, measured from its values in log-odds.

With x = p or 1 - p and s = -log x, a weight that ends as w ~ K x^a s^b has

    f(s) = log w = log K - a s + b log s,    D(s) = f(s) - f(rs) = a (r-1) s - b log r,

so that three points s, rs and r^2 s give b (r-1) log r = D(rs) - r D(s), and then a and K.
The objective falls by 1/2 ∫ w dm, so that it is bounded at an end exactly if w is integrable there.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor

_TINY = 1e-290  # below it a weight has lost its digits
_RATIO = 1.5  # r


class Tail(NamedTuple):
    """w ~ coefficient · x^exponent · (log 1/x)^logarithm, as x = p or x = 1 - p goes to 0.

    limit is w at x = 0. A weight that vanishes sooner than about x^90 has exponent inf and
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
        return self.exponent > 0 or (self.exponent == 0 and self.logarithm < -1)


class Tails(NamedTuple):
    """The two ends of a weight: at_zero, p -> 0, and at_one, p -> 1."""

    at_zero: Tail
    at_one: Tail


class Bounded(NamedTuple):
    """Whether the objective stays above a number (p -> 1) and below one (p -> 0)."""

    below: bool
    above: bool


def measure(weight_at: Callable[[Tensor], Tensor], *, reach: float) -> Tails:
    """The tails of a weight, a function of log-odds (float64) that is accurate for |m| <= reach."""
    return Tails(_tail(lambda s: weight_at(-s), reach), _tail(weight_at, reach))


def _tail(weight_at: Callable[[Tensor], Tensor], reach: float) -> Tail:
    limit = abs(weight_at(torch.tensor(math.inf, dtype=torch.float64)).item())
    steps = torch.tensor([1, _RATIO, _RATIO**2], dtype=torch.float64)
    s = reach / _RATIO**2
    while not bool(((w := weight_at(s * steps)) > _TINY).all()):
        s /= 1.25
        if s < 3:
            return Tail(limit, math.inf, 0.0, 0.0)
    f = w.log()
    near, far = (f[:2] - f[1:]).tolist()
    b = (far - _RATIO * near) / ((_RATIO - 1) * math.log(_RATIO))
    b = b if abs(b) > 0.02 else 0.0
    a = (far + b * math.log(_RATIO)) / ((_RATIO - 1) * _RATIO * s)
    a = a if abs(far) > 1e-4 else 0.0
    s = s * _RATIO**2
    stops = 1.25 * s < reach and f[2] - a * s / 4 > math.log(_TINY) + 50  # 0 where the law is not
    if stops or (limit == 0 and a == b == 0):
        return Tail(limit, math.inf, 0.0, 0.0)
    return Tail(limit, a, b, math.exp(f[2] + a * s - b * math.log(s)))
