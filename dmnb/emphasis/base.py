r"""Emphasis: how hard an example pulls, as a function w(p) of p = softmax(z)_y.

The weight of an example is the L1 norm of its derivative with respect to the logits. In log-odds,
m = log p / (1 - p), a loss of p alone has the weight w = 2 |dl/dm|, so that w alone fixes it:

    l(m) = -1/2 ∫^m w(sigmoid(s)) ds,      dl/dm = -w/2.

Every family writes w as a function of p and c = 1 - p. The two are handed over separately,
sigmoid(m) and sigmoid(-m), so that nothing is lost where p rounds to 1. All arithmetic is float64
(float32 on devices without it): an emphasis acts on one number per example.

Source: arXiv 1905.11233, definitions 1 and 2 and equation 8; the log-odds form is ours.
"""

from __future__ import annotations

import dataclasses
import functools
import math
from abc import ABC, abstractmethod
from numbers import Real
from typing import Any

import numpy as np
import torch
from torch import Tensor

from dmnb.emphasis.objective import NODES, Table, quadrature, tabulate
from dmnb.emphasis.tails import Bounded, Tails, measure

Values = float | np.ndarray | Tensor


def wide(x: Tensor) -> Tensor:
    return x if x.is_mps else x.double()


def is_traced() -> bool:
    """Whether inside torch.compile or a transform of torch.func, whatever it transforms."""
    return torch.compiler.is_compiling() or torch._C._are_functorch_transforms_active()


def on_cpu(function):
    """Let a function make its tensors on the CPU, whatever torch's default device is."""

    @functools.wraps(function)
    def wrapped(*args, **options):
        with torch.device("cpu"):
            return function(*args, **options)

    return wrapped


def _answer_in_kind(method):
    """Let a method on wide tensors take floats, arrays and tensors, and return what came in."""

    @functools.wraps(method)
    def wrapped(self, x: Values) -> Values:
        if isinstance(x, Tensor):
            dtype = x.dtype if x.is_floating_point() else torch.get_default_dtype()
            return method(self, wide(x)).to(dtype)
        result = method(self, _doubles(x))
        return result.numpy() if isinstance(x, np.ndarray) else result.item()

    return wrapped


def _doubles(x: Any) -> Tensor:
    """A copy of numbers or an array, whose strides or flags a tensor cannot have."""
    return torch.from_numpy(np.array(x, dtype=np.float64, order="C"))


def check(name: str, value: float, valid: bool, allowed: str) -> None:
    if not valid:
        raise ValueError(f"{name} must be {allowed}, got {value!r}")


def number(name: str, value: Any) -> float:
    """A parameter as a number: a tensor could change, and would leave the table of l behind."""
    if type(value) in (int, float):
        return value
    scalar = isinstance(value, Real) or getattr(value, "ndim", None) == 0
    scalar = scalar and "bool" not in str(getattr(value, "dtype", type(value)))
    learnt = getattr(value, "requires_grad", False)
    check(name, value, scalar and not learnt, "a number, and not one to be learnt")
    return float(value)


def _check_probability(p: Tensor) -> None:
    if not torch.compiler.is_compiling() and bool(((p < 0) | (p > 1)).any()):
        outside = p[(p < 0) | (p > 1)].flatten()[0].item()
        raise ValueError(f"p must lie in [0, 1], got {outside!r}")


_ENDS = torch.from_numpy(np.array([[0.0, 1.0], [1.0, 0.0]]))  # p and c at p = 0 and p = 1


class _Falling(torch.autograd.Function):
    """value, whose derivative in m is -pull: to every order, as pull is a function of m."""

    generate_vmap_rule = True

    @staticmethod
    def forward(m: Tensor, value: Tensor, pull: Tensor) -> Tensor:
        return value.clone()

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Tensor, Tensor, Tensor], output: Tensor) -> None:
        ctx.save_for_backward(inputs[2])

    @staticmethod
    def backward(ctx: Any, grad_output: Tensor) -> tuple[Tensor, None, None]:
        return grad_output * -ctx.saved_tensors[0], None, None


class Emphasis(ABC):
    """A weighting of examples by p, the probability of the labelled class.

    Methods take a float, a NumPy array or a tensor of any shape and return the same kind and shape,
    a tensor in its floating dtype, an array in float64. An emphasis is immutable, hashable,
    picklable (a Custom if its function is), and equal to any other of the same family and
    parameters, which are plain numbers: to change them, make another emphasis. Emphases add up and
    multiply: 2 * MAE() + CCE() * CCE().

    For a weighting of your own use `Custom` or `Tabulated`. A new family is a frozen dataclass with
    the method _weight(p, c).

    name is the family's name in JSON; formula and loss_formula are w and, where the family is the
    weighting of a known loss, that loss, in LaTeX, of p or of the log-odds m; source says where
    from.
    """

    name: str = ""
    formula: str = ""
    loss_formula: str = ""
    source: str = ""

    _reach = 700.0  # the |m| up to which w is accurate
    __array_ufunc__ = None  # a NumPy scalar times an emphasis is an emphasis, not an array

    @on_cpu
    def __post_init__(self) -> None:
        for field in dataclasses.fields(self):
            if field.type in ("float", float):
                value = number(field.name, getattr(self, field.name))
                object.__setattr__(self, field.name, value)
        with torch._C._DisableFuncTorch():  # the table is a constant, also inside vmap and grad
            self._validate()
            object.__setattr__(self, "_tables", {torch.device("cpu"): self._tabulate()})

    def __reduce__(self) -> tuple:
        return type(self), tuple(getattr(self, f.name) for f in dataclasses.fields(self))

    def _validate(self) -> None:  # noqa: B027
        """Raise ValueError on a parameter outside its range; some families have none."""

    @abstractmethod
    def _weight(self, p: Tensor, c: Tensor) -> Tensor:
        """w from p and c = 1 - p, both wide."""

    def _at(self, m: Tensor) -> Tensor:
        """w at p = sigmoid(m), wide."""
        return self._weight(m.sigmoid(), (-m).sigmoid())

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
        return self._at(log_odds)

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
        return self._at(log_odds) / self.integral

    @_answer_in_kind
    def objective(self, log_odds: Values) -> Values:
        """l(m) = -1/2 ∫^m w(sigmoid(s)) ds, the loss this weighting descends.

        The constant is chosen so that l -> 0 as p -> 1 if w(1) = 0 (and w falls like a power
        there), else l(0) = 0. m in [-inf, inf], any shape. Differentiable: dl/dm = -w/2, and so on
        upwards.
        """
        return self.normalized_objective(log_odds) * self.integral

    @_answer_in_kind
    def normalized_objective(self, log_odds: Values) -> Values:
        """l(m) / Z, the objective of the density; Z = ∫_0^1 w dp."""
        value, pull = self._value(log_odds.detach()), self._pull(log_odds)
        endless = log_odds.isinf() & (pull != 0)
        return _Falling.apply(log_odds, torch.where(endless, -pull * log_odds, value), pull)

    @property
    def integral(self) -> float:
        """Z = ∫_0^1 w dp > 0."""
        return self._tables[torch.device("cpu")].integral

    @property
    @on_cpu
    def mode(self) -> float:
        """argmax of w on [0, 1] (Definition 1); nan when w is constant."""
        p = torch.sigmoid(NODES)
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

    @property
    @on_cpu
    def tails(self) -> Tails:
        """at_zero and at_one: the limit of w there, and a of w ~ K p^a or K (1-p)^a."""
        return measure(self.weight_at, reach=self._reach)

    @property
    def bounded(self) -> Bounded:
        """Whether the objective is bounded below (at p -> 1) and above (at p -> 0)."""
        at_zero, at_one = self.tails
        return Bounded(below=at_one.integrable, above=at_zero.integrable)

    def variance(self, p: Values | None = None) -> float:
        """sigma = E[(w - E w)^2], the population variance of weight(p) (Definition 2).

        p: probabilities of any shape, in [0, 1]; None for p uniform on [0, 1].
        """
        if p is not None:
            p = p if isinstance(p, Tensor) else _doubles(p)
            w = self.weight(wide(p))
            check("p", p, w.numel() > 0, "not empty")
            return w.var(correction=0).item()
        _, points, dp = quadrature(self._breaks)
        squares = (self._at(points) - self.integral) ** 2
        return (squares * dp).sum().item()

    def to_dict(self) -> dict[str, Any]:
        """The family's name and parameters, ready for JSON; from_dict is the inverse."""
        return {"family": self.name} | dataclasses.asdict(self)

    def __add__(self, other: Emphasis) -> Emphasis:
        """The emphasis with w = w_1 + w_2."""
        from dmnb.emphasis.algebra import add  # the algebra is built on this module

        return add(self, other)

    def __mul__(self, other: Emphasis | float) -> Emphasis:
        """The emphasis with w = w_1 w_2, or w = a w for a number a > 0."""
        from dmnb.emphasis.algebra import multiply

        return multiply(self, other)

    __rmul__ = __mul__

    def _for_labels(self, y: Tensor, num_classes: int) -> Emphasis:
        """The emphasis of rows with labels y, of any shape: the same for all, but for PerClass."""
        return self

    def _pull(self, m: Tensor) -> Tensor:
        """w / (2 Z) = -d(l / Z)/dm."""
        return self._at(m) * (0.5 / self.integral)

    def _value(self, m: Tensor) -> Tensor:
        """l / Z from the table; no gradient."""
        return self._table(m.device).value(m)

    def _table(self, device: torch.device) -> Table:
        if device not in self._tables:
            self._tables[device] = self._tables[torch.device("cpu")].to(device)
        return self._tables[device]

    def _tabulate(self) -> Table:
        nodes, points, dp = quadrature(self._breaks)
        w = self._at(points)
        check(f"the weight of {self!r}", w.min().item(), bool((w >= 0).all()), ">= 0")
        integral = (w * dp).sum().item()
        check(f"∫w dp of {self!r}", integral, 0 < integral < math.inf, "finite and positive")
        return tabulate(nodes, w / integral, self._weight(*_ENDS) / integral, integral)
