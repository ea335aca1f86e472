"""The families of emphasis: the paper's, and its four losses as weightings.

Source: arXiv 1905.11233, equations 1 to 4 and 9 to 12; AnchoredDM is ours.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from dmnb.emphasis.base import Emphasis, check, number
from dmnb.emphasis.losses import LossEmphasis, probability


@dataclass(frozen=True)
class DM(Emphasis):
    """w = exp(beta p^lam (1-p)): the paper's choice (1905.11233, equation 12).

    lam >= 0 sets the mode lam/(lam+1); beta > 0 sets the contrast exp(beta mode^lam (1-mode)).
    beta = 0 weighs all examples alike, beta < 0 those at the ends most. ValueError for another lam,
    a beta that is not finite, or a contrast above exp(700).
    """

    lam: float
    beta: float
    name = "dm"
    formula = r"\exp(\beta p^\lambda (1-p))"
    source = "Wang et al., arXiv 1905.11233, equation 12"

    def _validate(self) -> None:
        check("lam", self.lam, 0 <= self.lam < math.inf, "finite and >= 0")
        check("beta", self.beta, math.isfinite(self.beta), "finite")
        _check_exponent(self.beta, self.beta * _bump(self.lam))

    @classmethod
    def from_mode(cls, mode: float, contrast: float) -> DM:
        """The member whose mode is psi in [0, 1) and whose contrast is R = max w / w(1) >= 1."""
        mode, contrast = number("mode", mode), number("contrast", contrast)
        check("mode", mode, 0 <= mode < 1, "in [0, 1)")
        check("contrast", contrast, 1 <= contrast < math.inf, "finite and >= 1")
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
    formula = r"\exp(\beta p^\lambda (1-p)) - 1"
    source = "this book"

    def _validate(self) -> None:
        check("lam", self.lam, 0 <= self.lam < math.inf, "finite and >= 0")
        check("beta", self.beta, 0 < self.beta < math.inf, "finite and > 0")
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
    check("beta", beta, exponent <= 700, "small enough that the largest weight is below exp(700)")


@dataclass(frozen=True, init=False)
class Normal(Emphasis):
    """w = exp(-beta p (p - 2 mode)): a normal density cut to [0, 1] (equation 9).

    mode and beta finite, else ValueError; for beta > 0 the argmax is the mode clipped to [0, 1].
    psi is the field's name for the mode, by which dataclasses.replace passes it on.
    """

    psi: float
    beta: float
    name = "normal"
    formula = r"\exp(-\beta p (p - 2\psi))"
    source = "Wang et al., arXiv 1905.11233, equation 9"

    def __init__(
        self, mode: float | None = None, beta: float | None = None, *, psi: float | None = None
    ) -> None:
        object.__setattr__(self, "psi", psi if mode is None else mode)
        object.__setattr__(self, "beta", beta)
        self.__post_init__()

    def _validate(self) -> None:
        psi, beta = self.psi, self.beta
        check("mode", psi, math.isfinite(psi), "finite")
        check("beta", beta, math.isfinite(beta), "finite")
        _check_exponent(beta, max(-beta * p * (p - 2 * psi) for p in (0, 1, min(max(psi, 0), 1))))

    def _weight(self, p: Tensor, c: Tensor) -> Tensor:
        return torch.exp(-self.beta * p * (p - 2 * self.psi))

    def __repr__(self) -> str:
        return f"Normal(mode={self.psi}, beta={self.beta})"

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
    """w = exp(beta (1-p)), beta finite, else ValueError (equation 10): DM with lam = 0."""

    beta: float
    name = "exponential"
    formula = r"\exp(\beta (1-p))"
    source = "Wang et al., arXiv 1905.11233, equation 10"

    def _validate(self) -> None:
        check("beta", self.beta, math.isfinite(self.beta), "finite")
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
    formula = r"p^{\alpha-1} (1-p)^{\eta-1}"
    source = "Wang et al., arXiv 1905.11233, equation 11"

    def _validate(self) -> None:
        check("alpha", self.alpha, 1 <= self.alpha < math.inf, "finite and >= 1")
        check("eta", self.eta, 1 <= self.eta < math.inf, "finite and >= 1")

    def _weight(self, p: Tensor, c: Tensor) -> Tensor:
        return p ** (self.alpha - 1) * c ** (self.eta - 1)

    @property
    def mode(self) -> float:
        a, b = self.alpha - 1, self.eta - 1
        return a / (a + b) if a + b > 0 else math.nan


@dataclass(frozen=True)
class CCE(LossEmphasis):
    """w = 2 (1-p): categorical cross-entropy, l = -log p (equation 1)."""

    name = "cce"
    formula = "2 (1-p)"
    loss_formula = r"-\log p"
    source = "Wang et al., arXiv 1905.11233, equation 1"

    def _weight(self, p: Tensor, c: Tensor) -> Tensor:
        return 2 * c

    def loss(self, logits: Tensor, target: Tensor) -> Tensor:
        return -probability(logits, target).log()


@dataclass(frozen=True)
class MAE(LossEmphasis):
    """w = 2 p (1-p): mean absolute error, l = 1 - p (equation 2)."""

    name = "mae"
    formula = "2 p (1-p)"
    loss_formula = "1-p"
    source = "Wang et al., arXiv 1905.11233, equation 2"

    def _weight(self, p: Tensor, c: Tensor) -> Tensor:
        return 2 * p * c

    def loss(self, logits: Tensor, target: Tensor) -> Tensor:
        return 1 - probability(logits, target)


@dataclass(frozen=True)
class MSE(LossEmphasis):
    """w = 4 p (1-p)^2: squared error of p alone, l = (1-p)^2 (equation 3)."""

    name = "mse"
    formula = "4 p (1-p)^2"
    loss_formula = "(1-p)^2"
    source = "Wang et al., arXiv 1905.11233, equation 3"

    def _weight(self, p: Tensor, c: Tensor) -> Tensor:
        return 4 * p * c * c

    @property
    def mode(self) -> float:
        return 1 / 3

    def loss(self, logits: Tensor, target: Tensor) -> Tensor:
        return (1 - probability(logits, target)) ** 2


@dataclass(frozen=True)
class GCE(LossEmphasis):
    """w = 2 p^q (1-p): generalised cross-entropy, l = (1 - p^q) / q (equation 4).

    q in [0, 1], else ValueError; q = 0 is CCE and q = 1 is MAE.
    """

    q: float
    name = "gce"
    formula = "2 p^q (1-p)"
    loss_formula = "(1-p^q) / q"
    source = "Zhang and Sabuncu, NeurIPS 2018, arXiv 1805.07836"

    def _validate(self) -> None:
        check("q", self.q, 0 <= self.q <= 1, "in [0, 1]")

    def _weight(self, p: Tensor, c: Tensor) -> Tensor:
        return 2 * p**self.q * c

    @property
    def mode(self) -> float:
        return self.q / (self.q + 1)

    def loss(self, logits: Tensor, target: Tensor) -> Tensor:
        p = probability(logits, target)
        return (1 - p**self.q) / self.q if self.q > 0 else -p.log()


@dataclass(frozen=True)
class Uniform(Emphasis):
    """w = 1: every example pulls alike, DM with beta = 0."""

    name = "uniform"
    formula = "1"
    loss_formula = "-m/2"
    source = "Wang et al., arXiv 1905.11233 (beta = 0)"

    def _weight(self, p: Tensor, c: Tensor) -> Tensor:
        return 1 + 0 * p  # nan stays nan
