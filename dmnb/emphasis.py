r"""Emphasis: how hard an example pulls, as a function w(p) of p = softmax(z)_y.

The weight of an example is the L1 norm of its derivative with respect to the logits. In log-odds,
m = log p / (1 - p), a loss of p alone has the weight w = 2 |dl/dm|, so that w alone fixes it:

    l(m) = -1/2 ∫^m w(sigmoid(s)) ds,      dl/dm = -w/2.

Every family below writes w as a function of p and c = 1 - p. The two are handed over separately,
sigmoid(m) and sigmoid(-m), so that nothing is lost where p rounds to 1. All arithmetic is float64
(float32 on devices without it): an emphasis acts on one number per example.

Source of the families: arXiv 1905.11233, equations 1 to 4 and 9 to 12; AnchoredDM is ours.
"""

from __future__ import annotations

import dataclasses
import functools
import math
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

Values = float | np.ndarray | Tensor


def _wide(x: Tensor) -> Tensor:
    return x if x.device.type == "mps" else x.double()


def _answer_in_kind(method):
    """Let a method on wide tensors take floats, arrays and tensors, and return what came in."""

    @functools.wraps(method)
    def wrapped(self, x: Values) -> Values:
        if isinstance(x, Tensor):
            dtype = x.dtype if x.is_floating_point() else torch.get_default_dtype()
            return method(self, _wide(x)).to(dtype)
        result = method(self, torch.as_tensor(np.asarray(x, dtype=np.float64)))
        return result.numpy() if isinstance(x, np.ndarray) else result.item()

    return wrapped


def _check(name: str, value: float, valid: bool, allowed: str) -> None:
    if not valid:
        raise ValueError(f"{name} must be {allowed}, got {value!r}")


def _check_probability(p: Tensor) -> None:
    if not torch.compiler.is_compiling() and bool(((p < 0) | (p > 1)).any()):
        outside = p[(p < 0) | (p > 1)].flatten()[0].item()
        raise ValueError(f"p must lie in [0, 1], got {outside!r}")


# The integrals over m are taken cell by cell. Nodes are even in asinh(m): dense where p moves,
# wide in the tails, and far enough out (|m| = 4e6) that no tail is left.
_NODES = torch.sinh(torch.arange(-256, 257, dtype=torch.float64) / 16)
_FAR = _NODES[-1].item()
_T, _OMEGA = (torch.from_numpy(a) for a in np.polynomial.legendre.leggauss(10))


def _antiderivative_matrix() -> Tensor:
    """Values at the 10 Gauss nodes -> coefficients of the interpolant's integral from -1."""
    power = np.linalg.inv(np.vander(_T.numpy(), increasing=True))
    integral = np.zeros((11, 10))
    integral[1:] = power / np.arange(1, 11)[:, None]
    integral[0] = -((-1.0) ** np.arange(11)) @ integral
    return torch.from_numpy(integral.T.copy())


_ANTIDERIVATIVE = _antiderivative_matrix()


class _Table(NamedTuple):
    """l / Z as one polynomial a cell in t = (m - centre) / half, with linear tails."""

    inner: Tensor  # K - 1 nodes between the cells
    rows: Tensor  # K x 14: 11 coefficients, the constant first; centre; 1 / half; slope of a tail
    integral: float  # Z


class _Objective(torch.autograd.Function):
    """l(m) / Z from the table; its derivatives of every order are those of -w / (2 Z)."""

    generate_vmap_rule = True

    @staticmethod
    def forward(m: Tensor, emphasis: Emphasis) -> Tensor:
        return emphasis._value(m)

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Tensor, Emphasis], output: Tensor) -> None:
        m, ctx.emphasis = inputs
        ctx.save_for_backward(m)

    @staticmethod
    def backward(ctx: Any, grad_output: Tensor) -> tuple[Tensor, None]:
        return grad_output * ctx.emphasis._slope(ctx.saved_tensors[0]), None


class Emphasis(ABC):
    """A weighting of examples by p, the probability of the labelled class.

    Methods take a float, a NumPy array or a tensor of any shape and return the same kind, shape
    and floating dtype. An emphasis is immutable, hashable, picklable, and equal to any other of
    the same family and parameters.
    """

    name: str = ""

    def __post_init__(self) -> None:
        self._validate()
        object.__setattr__(self, "_tables", {torch.device("cpu"): self._tabulate()})

    def __reduce__(self) -> tuple:
        return type(self), tuple(getattr(self, f.name) for f in dataclasses.fields(self))

    def _validate(self) -> None:  # noqa: B027
        """Raise ValueError on a parameter outside its range; some families have none."""

    @abstractmethod
    def _weight(self, p: Tensor, c: Tensor) -> Tensor:
        """w from p and c = 1 - p, both wide."""

    @property
    def _breaks(self) -> tuple[float, ...]:
        """The p inside (0, 1) where w is not smooth."""
        return ()

    @_answer_in_kind
    def weight(self, p: Values) -> Values:
        """w(p) >= 0, the L1 norm of dL/dz. p in [0, 1], any shape; else ValueError."""
        _check_probability(p)
        return self._weight(p, 1 - p)

    @_answer_in_kind
    def weight_at(self, log_odds: Values) -> Values:
        """w at p = sigmoid(m). m in [-inf, inf], any shape; exact where p rounds to 0 or 1."""
        return self._weight(log_odds.sigmoid(), (-log_odds).sigmoid())

    @_answer_in_kind
    def density(self, p: Values) -> Values:
        """w(p) / ∫_0^1 w dp, the emphasis density function (1905.11233, equation 8).

        p in [0, 1], any shape; else ValueError. Its integral over [0, 1] is 1.
        """
        _check_probability(p)
        return self._weight(p, 1 - p) / self.integral

    @_answer_in_kind
    def density_at(self, log_odds: Values) -> Values:
        """The emphasis density at p = sigmoid(m). m in [-inf, inf], any shape."""
        return self._weight(log_odds.sigmoid(), (-log_odds).sigmoid()) / self.integral

    @_answer_in_kind
    def objective(self, log_odds: Values) -> Values:
        """l(m) = -1/2 ∫^m w(sigmoid(s)) ds, the loss this weighting descends.

        The constant is chosen so that l -> 0 as p -> 1 where that limit exists (w(1) = 0), else
        l(0) = 0. m in [-inf, inf], any shape. Differentiable: dl/dm = -w/2, and so on upwards.
        """
        return _Objective.apply(log_odds, self) * self.integral

    @_answer_in_kind
    def normalized_objective(self, log_odds: Values) -> Values:
        """l(m) / Z, the objective of the density; Z = ∫_0^1 w dp."""
        return _Objective.apply(log_odds, self)

    @property
    def integral(self) -> float:
        """Z = ∫_0^1 w dp > 0."""
        return self._tables[torch.device("cpu")].integral

    @property
    def mode(self) -> float:
        """argmax of w on [0, 1] (Definition 1); nan when w is constant."""
        p = torch.sigmoid(_NODES)
        p = torch.cat([p, torch.linspace(0, 1, 4097, dtype=torch.float64)]).unique()
        w = self._weight(p, 1 - p)
        if w.max() == w.min():
            return math.nan
        k = int(w.argmax())
        low, high = p[max(k - 1, 0)].item(), p[min(k + 1, len(p) - 1)].item()
        best = p[k].item()
        for _ in range(6):
            grid = torch.linspace(low, high, 65, dtype=torch.float64)
            w_grid = self._weight(grid, 1 - grid)
            k = int(w_grid.argmax())
            if w_grid[k] > self.weight(best):
                best = grid[k].item()
            low, high = grid[max(k - 1, 0)].item(), grid[min(k + 1, 64)].item()
        return best

    @property
    def contrast(self) -> float:
        """R = max w / w(1): how much harder the mode pulls than a fitted example; inf if w(1)=0."""
        top = 1.0 if math.isnan(self.mode) else self.mode
        at_one = self.weight(1.0)
        return self.weight(top) / at_one if at_one > 0 else math.inf

    def variance(self, p: Values | None = None) -> float:
        """sigma = E[(w - E w)^2], the population variance of weight(p) (Definition 2).

        p: probabilities of any shape, in [0, 1]; None for p uniform on [0, 1].
        """
        if p is not None:
            w = self.weight(_wide(torch.as_tensor(p)))
            _check("p", p, w.numel() > 0, "not empty")
            return w.var(correction=0).item()
        _, points, dp = self._quadrature()
        squares = (self._weight(points.sigmoid(), (-points).sigmoid()) - self.integral) ** 2
        return (squares * dp).sum().item()

    def to_dict(self) -> dict[str, Any]:
        """The family's name and parameters, ready for JSON; from_dict is the inverse."""
        return {"family": self.name} | dataclasses.asdict(self)

    def _slope(self, m: Tensor) -> Tensor:
        """d(l / Z)/dm = -w / (2 Z)."""
        return self._weight(m.sigmoid(), (-m).sigmoid()) * (-0.5 / self.integral)

    def _value(self, m: Tensor) -> Tensor:
        """l / Z from the table; no gradient."""
        inner, rows, _ = self._table(m.device)
        inside = m.clamp(-_FAR, _FAR)
        row = rows[torch.bucketize(inside, inner)]
        t = (inside - row[..., 11]) * row[..., 12]
        value = (row[..., :11] * torch.linalg.vander(t, N=11)).sum(-1)
        return value + (m - inside).clamp(-1e300, 1e300) * row[..., 13]

    def _quadrature(self) -> tuple[Tensor, Tensor, Tensor]:
        """K + 1 nodes in m; K x 10 Gauss points; the dp of each, so that ∫_0^1 f dp = Σ f dp."""
        nodes = _NODES
        if self._breaks:
            breaks = torch.tensor(self._breaks, dtype=torch.float64)
            nodes = torch.cat([nodes, breaks.logit()]).unique()
        half, centre = nodes.diff()[:, None] / 2, (nodes[1:] + nodes[:-1])[:, None] / 2
        points = centre + half * _T
        return nodes, points, points.sigmoid() * (-points).sigmoid() * half * _OMEGA

    def _table(self, device: torch.device) -> _Table:
        if device not in self._tables:
            dtype = torch.float32 if device.type == "mps" else torch.float64
            inner, rows, integral = self._tables[torch.device("cpu")]
            self._tables[device] = _Table(inner.to(device, dtype), rows.to(device, dtype), integral)
        return self._tables[device]

    def _tabulate(self) -> _Table:
        nodes, points, dp = self._quadrature()
        half, centre = nodes.diff() / 2, (nodes[1:] + nodes[:-1]) / 2
        w = self._weight(points.sigmoid(), (-points).sigmoid())
        _check(f"the weight of {self!r}", w.min().item(), bool((w >= 0).all()), ">= 0")
        integral = (w * dp).sum().item()
        _check(f"∫w dp of {self!r}", integral, 0 < integral < math.inf, "finite and positive")

        density = w / integral
        fall = half * (density @ _OMEGA) / 2  # of l / Z across each cell
        slope = -self._weight(*torch.tensor([[0.0, 1.0], [1.0, 0.0]]).double()) / (2 * integral)
        start = len(nodes) - 1 if slope[1] == 0 else int((nodes < 0).sum())  # where l = 0
        left = torch.cat([fall[:start].flip(0).cumsum(0).flip(0), fall.new_zeros(1)])
        left = torch.cat([left, -fall[start:].cumsum(0)])[:-1]
        coefficients = density @ _ANTIDERIVATIVE * (-half / 2)[:, None]
        coefficients[:, 0] += left
        tail = torch.zeros_like(half)
        tail[[0, -1]] = slope
        rows = torch.cat([coefficients, torch.stack([centre, 1 / half, tail], dim=1)], dim=1)
        return _Table(nodes[1:-1].contiguous(), rows, integral)


@dataclass(frozen=True)
class DM(Emphasis):
    """w = exp(beta p^lam (1-p)): the paper's choice (1905.11233, equation 12).

    lam >= 0 sets the mode lam/(lam+1); beta, any finite number, sets the contrast
    exp(beta mode^lam (1-mode)). beta = 0 weighs all examples alike. ValueError otherwise, or if
    the contrast exceeds exp(700).
    """

    lam: float
    beta: float
    name = "dm"

    def _validate(self) -> None:
        _check("lam", self.lam, 0 <= self.lam < math.inf, "finite and >= 0")
        _check("beta", self.beta, math.isfinite(self.beta), "finite")
        _check_exponent(self.beta, self.beta * _bump(self.lam))

    @classmethod
    def from_mode(cls, mode: float, contrast: float) -> DM:
        """The member whose mode is psi in [0, 1) and whose contrast is R = max w / w(1) >= 1."""
        _check("mode", mode, 0 <= mode < 1, "in [0, 1)")
        _check("contrast", contrast, 1 <= contrast < math.inf, "finite and >= 1")
        lam = mode / (1 - mode)
        return cls(lam, math.log(contrast) / _bump(lam))

    def _weight(self, p: Tensor, c: Tensor) -> Tensor:
        return torch.exp(self.beta * p**self.lam * c)

    @property
    def mode(self) -> float:
        if self.beta == 0:
            return math.nan
        if self.beta < 0:
            return 1.0 if self.lam == 0 else 0.0
        return self.lam / (self.lam + 1)

    @property
    def contrast(self) -> float:
        return math.exp(max(self.beta, 0.0) * _bump(self.lam))


@dataclass(frozen=True)
class AnchoredDM(Emphasis):
    """w = expm1(beta p^lam (1-p)): DM anchored at w(1) = 0. Ours, not the paper's.

    The mode is DM's, lam/(lam+1). lam >= 0, beta > 0, both finite; else ValueError. For lam > 0
    also w(0) = 0, so that the objective is bounded on both sides.
    """

    lam: float
    beta: float
    name = "anchored"

    def _validate(self) -> None:
        _check("lam", self.lam, 0 <= self.lam < math.inf, "finite and >= 0")
        _check("beta", self.beta, 0 < self.beta < math.inf, "finite and > 0")
        _check_exponent(self.beta, self.beta * _bump(self.lam))

    def _weight(self, p: Tensor, c: Tensor) -> Tensor:
        return torch.expm1(self.beta * p**self.lam * c)

    @property
    def mode(self) -> float:
        return self.lam / (self.lam + 1)


def _bump(lam: float) -> float:
    """max over p of p^lam (1-p)."""
    mode = lam / (lam + 1)
    return mode**lam * (1 - mode)


def _check_exponent(beta: float, exponent: float) -> None:
    _check("beta", beta, exponent <= 700, "small enough that the largest weight is below exp(700)")


@dataclass(frozen=True, init=False)
class Normal(Emphasis):
    """w = exp(-beta p (p - 2 mode)): a normal density cut to [0, 1] (equation 9).

    mode and beta finite, else ValueError; the argmax is the mode clipped to [0, 1].
    """

    psi: float
    beta: float
    name = "normal"

    def __init__(self, mode: float, beta: float) -> None:
        object.__setattr__(self, "psi", mode)
        object.__setattr__(self, "beta", beta)
        self.__post_init__()

    def _validate(self) -> None:
        psi, beta = self.psi, self.beta
        _check("mode", psi, math.isfinite(psi), "finite")
        _check("beta", beta, math.isfinite(beta), "finite")
        _check_exponent(beta, max(-beta * p * (p - 2 * psi) for p in (0, 1, min(max(psi, 0), 1))))

    def _weight(self, p: Tensor, c: Tensor) -> Tensor:
        return torch.exp(-self.beta * p * (p - 2 * self.psi))

    def to_dict(self) -> dict[str, Any]:
        return {"family": self.name, "mode": self.psi, "beta": self.beta}

    @property
    def mode(self) -> float:
        if self.beta == 0:
            return math.nan
        if self.beta < 0:
            return 1.0 if self.psi < 0.5 else 0.0
        return min(max(self.psi, 0.0), 1.0)


@dataclass(frozen=True)
class Exponential(Emphasis):
    """w = exp(beta (1-p)), beta finite (equation 10): DM with lam = 0."""

    beta: float
    name = "exponential"

    def _validate(self) -> None:
        _check("beta", self.beta, math.isfinite(self.beta), "finite")
        _check_exponent(self.beta, self.beta)

    def _weight(self, p: Tensor, c: Tensor) -> Tensor:
        return torch.exp(self.beta * c)

    @property
    def mode(self) -> float:
        return math.nan if self.beta == 0 else float(self.beta < 0)


@dataclass(frozen=True)
class Beta(Emphasis):
    """w = p^(alpha-1) (1-p)^(eta-1), alpha >= 1 and eta >= 1, else ValueError (equation 11)."""

    alpha: float
    eta: float
    name = "beta"

    def _validate(self) -> None:
        _check("alpha", self.alpha, 1 <= self.alpha < math.inf, "finite and >= 1")
        _check("eta", self.eta, 1 <= self.eta < math.inf, "finite and >= 1")

    def _weight(self, p: Tensor, c: Tensor) -> Tensor:
        return p ** (self.alpha - 1) * c ** (self.eta - 1)

    @property
    def mode(self) -> float:
        a, b = self.alpha - 1, self.eta - 1
        return a / (a + b) if a + b > 0 else math.nan


@dataclass(frozen=True)
class CCE(Emphasis):
    """w = 2 (1-p): categorical cross-entropy, l = -log p (equation 1)."""

    name = "cce"

    def _weight(self, p: Tensor, c: Tensor) -> Tensor:
        return 2 * c


@dataclass(frozen=True)
class MAE(Emphasis):
    """w = 2 p (1-p): mean absolute error, l = 1 - p (equation 2)."""

    name = "mae"

    def _weight(self, p: Tensor, c: Tensor) -> Tensor:
        return 2 * p * c


@dataclass(frozen=True)
class MSE(Emphasis):
    """w = 4 p (1-p)^2: squared error of p alone, l = (1-p)^2 (equation 3)."""

    name = "mse"

    def _weight(self, p: Tensor, c: Tensor) -> Tensor:
        return 4 * p * c * c

    @property
    def mode(self) -> float:
        return 1 / 3


@dataclass(frozen=True)
class GCE(Emphasis):
    """w = 2 p^q (1-p): generalised cross-entropy, l = (1 - p^q) / q (equation 4).

    q in [0, 1], else ValueError; q = 0 is CCE and q = 1 is MAE.
    """

    q: float
    name = "gce"

    def _validate(self) -> None:
        _check("q", self.q, 0 <= self.q <= 1, "in [0, 1]")

    def _weight(self, p: Tensor, c: Tensor) -> Tensor:
        return 2 * p**self.q * c

    @property
    def mode(self) -> float:
        return self.q / (self.q + 1)


@dataclass(frozen=True)
class Uniform(Emphasis):
    """w = 1: every example pulls alike, DM with beta = 0."""

    name = "uniform"

    def _weight(self, p: Tensor, c: Tensor) -> Tensor:
        return torch.ones_like(p)


@dataclass(frozen=True)
class Tabulated(Emphasis):
    """w through the points (p, w) by a shape-preserving cubic (PCHIP), constant beyond the ends.

    p: at least two numbers, strictly increasing in [0, 1]; w: as many, finite, >= 0 and not all
    zero; else ValueError. Between points w neither overshoots nor turns.
    """

    p: tuple[float, ...]
    w: tuple[float, ...]
    name = "tabulated"

    def _validate(self) -> None:
        for field in ("p", "w"):
            values = tuple(float(x) for x in getattr(self, field))
            object.__setattr__(self, field, values)
        p, w = np.array(self.p), np.array(self.w)
        _check("p", self.p, len(p) >= 2, "at least two points")
        _check("w", self.w, len(w) == len(p), f"as many numbers as p ({len(p)})")
        ordered = bool((np.diff(p) > 0).all() and p[0] >= 0 and p[-1] <= 1)
        _check("p", self.p, ordered, "strictly increasing in [0, 1]")
        valid = bool(np.isfinite(w).all() and (w >= 0).all() and w.max() > 0)
        _check("w", self.w, valid, "finite, >= 0 and not all zero")

        from scipy.interpolate import PchipInterpolator

        cubics = torch.from_numpy(PchipInterpolator(p, w).c.copy())  # 4 x K, the cubic first
        object.__setattr__(self, "_cubics", cubics)

    @property
    def _breaks(self) -> tuple[float, ...]:
        return tuple(p for p in self.p if 0 < p < 1)

    def _weight(self, p: Tensor, c: Tensor) -> Tensor:
        knots = torch.tensor(self.p, dtype=p.dtype, device=p.device)
        inside = p.clamp(knots[0], knots[-1])
        k = (torch.bucketize(inside, knots, right=True) - 1).clamp(0, len(self.p) - 2)
        cubic, square, line, constant = self._cubics.to(p)[:, k]
        s = inside - knots[k]
        return (((cubic * s + square) * s + line) * s + constant).clamp(min=0)


@dataclass(frozen=True)
class Custom(Emphasis):
    """Any plain callable w(p): a tensor in [0, 1] in, weights of the same shape out.

    ValueError when a weight is negative or not finite, or the shape changes. A kink or a jump of w
    makes the value of the objective approximate there; the gradient stays exact.
    """

    fn: Callable[[Tensor], Tensor]
    name = "custom"

    def _validate(self) -> None:
        p = torch.linspace(0, 1, 257, dtype=torch.float64)
        w = self._weight(p, 1 - p)
        same = isinstance(w, Tensor) and w.shape == p.shape
        _check("fn", self.fn, same, "a function that returns a tensor of the shape of p")
        bad = ~(w.isfinite() & (w >= 0))
        if bad.any():
            where, what = p[bad][0].item(), w[bad][0].item()
            raise ValueError(f"w must be finite and >= 0 on [0, 1], got w({where}) = {what}")

    def _weight(self, p: Tensor, c: Tensor) -> Tensor:
        return self.fn(p)

    def to_dict(self) -> dict[str, Any]:
        raise ValueError(f"a Custom emphasis holds code ({self.fn!r}) and has no dict; tabulate it")


FAMILIES: dict[str, type[Emphasis]] = {
    family.name: family
    for family in (
        DM, AnchoredDM, Normal, Exponential, Beta, CCE, MAE, MSE, GCE, Uniform, Tabulated
    )
}  # fmt: skip


def from_dict(values: dict[str, Any]) -> Emphasis:
    """The emphasis that to_dict described. ValueError on an unknown family or parameter."""
    parameters = dict(values)
    family = parameters.pop("family", None)
    _check("family", family, family in FAMILIES, f"one of {', '.join(FAMILIES)}")
    try:
        return FAMILIES[family](**parameters)
    except TypeError as error:
        raise ValueError(f"{family} does not take {parameters}: {error}") from None
