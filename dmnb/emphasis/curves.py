"""Free-hand curves: a weighting through points, or by any function of p."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from dmnb.emphasis.base import Emphasis, check


@dataclass(frozen=True)
class Tabulated(Emphasis):
    """w through the points (p, w) by a shape-preserving cubic (PCHIP), constant beyond the ends.

    p: at least two numbers, strictly increasing in [0, 1]; w: as many, finite, >= 0 and not all
    zero; else ValueError. Between points w neither overshoots nor turns.
    """

    p: tuple[float, ...]
    w: tuple[float, ...]
    name = "tabulated"
    formula = r"\text{cubics through points}"
    source = "Fritsch and Carlson, SIAM J. Numer. Anal. 17, 1980"

    def _validate(self) -> None:
        for field in ("p", "w"):
            values = tuple(float(x) for x in getattr(self, field))
            object.__setattr__(self, field, values)
        p, w = np.array(self.p), np.array(self.w)
        check("p", self.p, len(p) >= 2, "at least two points")
        check("w", self.w, len(w) == len(p), f"as many numbers as p ({len(p)})")
        ordered = bool((np.diff(p) > 0).all() and p[0] >= 0 and p[-1] <= 1)
        check("p", self.p, ordered, "strictly increasing in [0, 1]")
        valid = bool(np.isfinite(w).all() and (w >= 0).all() and w.max() > 0)
        check("w", self.w, valid, "finite, >= 0 and not all zero")

        from scipy.interpolate import PchipInterpolator

        cubics = torch.from_numpy(PchipInterpolator(p, w).c.copy())  # 4 x K, the cubic first
        object.__setattr__(self, "_cubics", cubics)

    @classmethod
    def of(cls, emphasis: Emphasis, points: int = 129) -> Tabulated:
        """A table of another emphasis, at `points` >= 2 of p that are denser near 0 and 1."""
        check("points", points, points >= 2, ">= 2")
        p = (1 - np.cos(np.linspace(0, np.pi, points))) / 2
        return cls(tuple(p.tolist()), tuple(emphasis.weight(p).tolist()))

    @property
    def _breaks(self) -> tuple[float, ...]:
        return tuple(p for p in self.p if 0 < p < 1)

    def _weight(self, p: Tensor, c: Tensor) -> Tensor:
        knots = torch.tensor(self.p, dtype=p.dtype, device=p.device)
        inside = p.clamp(knots[0], knots[-1])
        k = (torch.bucketize(inside, knots, right=True) - 1).clamp(0, len(self.p) - 2)
        cubic, square, line, constant = self._cubics.to(p)[:, k]
        s = inside - knots[k]
        w = (((cubic * s + square) * s + line) * s + constant).clamp(min=0)
        return torch.where(p >= knots[-1], self.w[-1], w)  # the last point exactly: it may be 0


@dataclass(frozen=True)
class Custom(Emphasis):
    """w = fn(p), any plain callable: a tensor in [0, 1] in, weights of the same shape out.

    fn must always be the same function, as it is tabulated once.

    ValueError when a weight is negative or not finite, or the shape changes. A kink or a jump of w
    makes the value of the objective approximate there; the gradient stays exact.
    """

    fn: Callable[[Tensor], Tensor]
    name = "custom"
    _reach = 24.0  # a function of p alone makes its own 1 - p, which then has five digits left
    formula = r"\text{a function}"

    def __repr__(self) -> str:
        return f"Custom({getattr(self.fn, '__name__', self.fn)})"

    def _validate(self) -> None:
        p = torch.linspace(0, 1, 257, dtype=torch.float64)
        w = self.fn(p)
        same = isinstance(w, Tensor) and w.shape == p.shape
        check("fn", self.fn, same, "a function that returns a tensor of the shape of p")
        bad = ~(w.isfinite() & (w >= 0))
        if bad.any():
            where, what = p[bad][0].item(), w[bad][0].item()
            raise ValueError(f"w must be finite and >= 0 on [0, 1], got w({where}) = {what}")

    def _weight(self, p: Tensor, c: Tensor) -> Tensor:
        return self.fn(p).to(p.dtype)

    def to_dict(self) -> dict[str, Any]:
        raise ValueError(
            f"a Custom emphasis holds code ({self.fn!r}) and has no dict; "
            "tabulate it: Tabulated.of(emphasis)"
        )
