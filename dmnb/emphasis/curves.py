"""Free-hand curves: a weighting through points, or by any function of p."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from numbers import Real
from typing import Any

import numpy as np
import torch
from torch import Tensor

from dmnb.emphasis.base import Emphasis, check


@dataclass(frozen=True)
class Tabulated(Emphasis):
    """w through the points (p, w) by a shape-preserving cubic (PCHIP), constant beyond the ends.

    p: at least two numbers, strictly increasing in [0, 1]; w: as many, finite, >= 0 and not all
    zero; else ValueError. Between points w neither overshoots nor turns. Needs scipy, else
    ModuleNotFoundError.
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

        try:
            from scipy.interpolate import PchipInterpolator
        except ModuleNotFoundError as error:
            raise ModuleNotFoundError(
                'Tabulated needs scipy: pip install scipy, or "dmnb[experiments]"'
            ) from error
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


class _Points(torch.autograd.Function):
    """fn of one number after another; its derivative is not known, and not taken for 0."""

    @staticmethod
    def forward(p: Tensor, fn: Callable[[float], float]) -> Tensor:
        return _one_by_one(fn, p)

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Tensor, Any], output: Tensor) -> None:
        pass

    @staticmethod
    def backward(ctx: Any, grad_output: Tensor) -> tuple[Tensor, None]:
        raise RuntimeError(
            "a Custom of plain numbers has no second derivatives: make it a function of tensors"
        )


def _one_by_one(fn: Callable[[float], float], p: Tensor) -> Tensor:
    return p.new_tensor([float(fn(x)) for x in p.flatten().tolist()]).view(p.shape)


@dataclass(frozen=True)
class Custom(Emphasis):
    """w = fn(p), any plain callable: a tensor in [0, 1] in, weights of the same shape out.

    A function may also return one number for all p, or be one of plain numbers, such as
    lambda p: math.exp(-p). That one is called for one p after another, for every row of every batch
    (but not by the fused kernels, which have a table): right, and many times slower than a
    function of tensors. It has no second derivatives: what asks for them, create_graph=True and
    torch.func.grad, is a RuntimeError.

    fn must always be the same function, as it is tabulated once.

    ValueError when fn is no such function, when a weight is negative or not finite, or the shape
    changes. A kink or a jump of w makes the value of the objective approximate there; the gradient
    stays exact.
    """

    fn: Callable[[Tensor], Tensor] | Callable[[float], float]
    name = "custom"
    _reach = 24.0  # a function of p alone makes its own 1 - p, which then has five digits left
    formula = r"\text{a function}"

    def __repr__(self) -> str:
        return f"Custom({getattr(self.fn, '__name__', self.fn)})"

    def _validate(self) -> None:
        check("fn", self.fn, callable(self.fn), "a function w(p)")
        p = torch.linspace(0, 1, 257, dtype=torch.float64)
        object.__setattr__(self, "_of_tensors", self._takes_tensors(p))
        w = self._weight(p, 1 - p)
        check("fn", self.fn, w.shape == p.shape, "a function whose result has the shape of p")
        bad = ~(w.isfinite() & (w >= 0))
        if bad.any():
            where, what = p[bad][0].item(), w[bad][0].item()
            raise ValueError(f"w must be finite and >= 0 on [0, 1], got w({where}) = {what}")

    def _takes_tensors(self, p: Tensor) -> bool:
        """Whether fn takes all p at once, and not one after another; ValueError if neither."""
        try:
            if isinstance(self.fn(p.clone()), Tensor | Real):
                return True
            reason: Any = "its result is none"
        except Exception as error:  # whatever a function of numbers raises when it gets a tensor
            reason = error
        try:
            _one_by_one(self.fn, p)
        except Exception as error:
            raise ValueError(
                f"fn must be a function of p in [0, 1], a tensor ({reason}) or a number ({error}), "
                f"got {self.fn!r}"
            ) from error
        return False

    def _weight(self, p: Tensor, c: Tensor) -> Tensor:
        if not self._of_tensors:
            return _Points.apply(p, self.fn)
        w = self.fn(p.clone())  # it may work in place
        return w.to(p.dtype) if isinstance(w, Tensor) else torch.full_like(p, w)

    def to_dict(self) -> dict[str, Any]:
        raise ValueError(
            f"a Custom emphasis holds code ({self.fn!r}) and has no dict; "
            "tabulate it: Tabulated.of(emphasis)"
        )
