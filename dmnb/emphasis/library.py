r"""The weightings of losses of p alone, from the literature.

Each entry is one loss L(p): its weight is w = 2 p (1-p) |L'(p)|, written so that it is exact where
p or c = 1 - p vanishes. `loss(logits, target)` is the loss as its paper writes it, a plain function
of logits (N, C) and target (N) that returns (N); the tests take its gradient for the truth. A
default is the paper's value, or a usual one. A parameter outside its range is a ValueError.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from dmnb.emphasis.base import check
from dmnb.emphasis.losses import LossEmphasis, probability


def _p_log_p(p: Tensor, c: Tensor) -> Tensor:
    """p log p, exact near p = 1 and 0 at p = 0."""
    return torch.where(c < 0.5, p * torch.log1p(-c.clamp(max=0.5)), torch.xlogy(p, p))


def _check_positive(name: str, value: float) -> None:
    check(name, value, 0 < value < math.inf, "finite and > 0")


@dataclass(frozen=True)
class Focal(LossEmphasis):
    """L = -(1-p)^gamma log p, w = 2 (1-p)^gamma (1 - p - gamma p log p).

    gamma >= 0, finite; 0 is CCE. Source: Lin et al., ICCV 2017, arXiv 1708.02002, equation 4.
    """

    gamma: float = 2.0
    name = "focal"
    formula = r"2 (1-p)^\gamma (1 - p - \gamma p \log p)"
    loss_formula = r"-(1-p)^\gamma \log p"
    source = "Lin et al., ICCV 2017, arXiv 1708.02002, equation 4"

    def _validate(self) -> None:
        check("gamma", self.gamma, 0 <= self.gamma < math.inf, "finite and >= 0")

    def _weight(self, p: Tensor, c: Tensor) -> Tensor:
        return 2 * c**self.gamma * (c - self.gamma * _p_log_p(p, c))

    def loss(self, logits: Tensor, target: Tensor) -> Tensor:
        p = probability(logits, target)
        return -((1 - p) ** self.gamma) * p.log()


@dataclass(frozen=True)
class InverseFocal(LossEmphasis):
    """L = -(1+p)^gamma log p, w = 2 (1-p) (1+p)^(gamma-1) (1 + p + gamma p log p).

    gamma in [0, 3.591]: beyond 1/W(1/e), W being Lambert's function, the loss rises with p
    somewhere. 0 is CCE. Source: Wang, Feng and Zhang, NeurIPS 2021 (Rethinking calibration of deep
    neural networks: do not be afraid of overconfidence).
    """

    gamma: float = 2.0
    name = "inverse_focal"
    formula = r"2 (1-p) (1+p)^{\gamma-1} (1 + p + \gamma p \log p)"
    loss_formula = r"-(1+p)^\gamma \log p"
    source = "Wang, Feng and Zhang, NeurIPS 2021"

    def _validate(self) -> None:
        check("gamma", self.gamma, 0 <= self.gamma <= 3.591, "in [0, 3.591]")

    def _weight(self, p: Tensor, c: Tensor) -> Tensor:
        slope = 1 + p + self.gamma * _p_log_p(p, c)
        return 2 * c * (1 + p) ** (self.gamma - 1) * slope

    def loss(self, logits: Tensor, target: Tensor) -> Tensor:
        p = probability(logits, target)
        return -((1 + p) ** self.gamma) * p.log()


@dataclass(frozen=True)
class Poly1(LossEmphasis):
    """L = -log p + epsilon (1-p), w = 2 (1-p) (1 + epsilon p).

    epsilon >= -1, finite; 0 is CCE. Source: Leng et al., ICLR 2022, arXiv 2204.12511 (Poly-1).
    """

    epsilon: float = 1.0
    name = "poly1"
    formula = r"2 (1-p) (1 + \epsilon p)"
    loss_formula = r"-\log p + \epsilon (1-p)"
    source = "Leng et al., ICLR 2022, arXiv 2204.12511, Poly-1"

    def _validate(self) -> None:
        check("epsilon", self.epsilon, -1 <= self.epsilon < math.inf, "finite and >= -1")

    def _weight(self, p: Tensor, c: Tensor) -> Tensor:
        return 2 * c * (c + (1 + self.epsilon) * p)

    def loss(self, logits: Tensor, target: Tensor) -> Tensor:
        p = probability(logits, target)
        return -p.log() + self.epsilon * (1 - p)


@dataclass(frozen=True)
class Power(LossEmphasis):
    """L = (1-p)^k, w = 2 k p (1-p)^k, of mode 1/(k+1).

    k > 0, finite; 1 is MAE, 2 is MSE. -log p is the sum of (1-p)^k / k over k = 1, 2, ...
    Source: Leng et al., ICLR 2022, arXiv 2204.12511 (the polynomial bases).
    """

    k: float = 3.0
    name = "power"
    formula = r"2 k p (1-p)^k"
    loss_formula = r"(1-p)^k"
    source = "Leng et al., ICLR 2022, arXiv 2204.12511, polynomial bases"

    def _validate(self) -> None:
        _check_positive("k", self.k)

    def _weight(self, p: Tensor, c: Tensor) -> Tensor:
        return 2 * self.k * p * c**self.k

    @property
    def mode(self) -> float:
        return 1 / (self.k + 1)

    def loss(self, logits: Tensor, target: Tensor) -> Tensor:
        return (1 - probability(logits, target)) ** self.k


@dataclass(frozen=True)
class TaylorCE(LossEmphasis):
    """L = Σ_{n=1}^t (1-p)^n / n, w = 2 (1-p) (1 - (1-p)^t).

    t an integer in [1, 1000]; 1 is MAE, large t tends to CCE. Source: Feng et al., IJCAI 2020
    (Can cross entropy loss be robust to label noise?), the Taylor cross entropy of order t.
    """

    t: int = 2
    name = "taylor"
    formula = r"2 (1-p) (1 - (1-p)^t)"
    loss_formula = r"\sum_{n=1}^t (1-p)^n / n"
    source = "Feng et al., IJCAI 2020"

    def _validate(self) -> None:
        check("t", self.t, self.t in range(1, 1001), "an integer in [1, 1000]")

    def _weight(self, p: Tensor, c: Tensor) -> Tensor:
        powers = c  # c + c^2 + ... + c^t = c (1 - c^t) / p
        for _ in range(int(self.t) - 1):
            powers = c * (1 + powers)
        return 2 * p * powers

    def loss(self, logits: Tensor, target: Tensor) -> Tensor:
        p = probability(logits, target)
        return sum((1 - p) ** n / n for n in range(1, int(self.t) + 1))


@dataclass(frozen=True)
class TruncatedGCE(LossEmphasis):
    """L = (1 - max(p, k)^q) / q, w = 2 p^q (1-p) where p > k and 0 elsewhere.

    q in (0, 1], k in (0, 1). The loss is constant below k and its weight jumps there: an example
    that is too hard is left out. Source: Zhang and Sabuncu, NeurIPS 2018, arXiv 1805.07836, section
    3.3 (truncated L_q).
    """

    q: float = 0.7
    k: float = 0.5
    name = "truncated_gce"
    formula = r"2 p^q (1-p)\,[p > k]"
    loss_formula = r"(1 - \max(p, k)^q) / q"
    source = "Zhang and Sabuncu, NeurIPS 2018, arXiv 1805.07836, section 3.3"

    def _validate(self) -> None:
        check("q", self.q, 0 < self.q <= 1, "in (0, 1]")
        check("k", self.k, 0 < self.k < 1, "in (0, 1)")

    @property
    def _breaks(self) -> tuple[float, ...]:
        return (self.k,)

    def _weight(self, p: Tensor, c: Tensor) -> Tensor:
        return 2 * p**self.q * c * (p > self.k)

    @property
    def mode(self) -> float:
        """max(k, q/(q+1)); where that is k it is approached from above."""
        return max(self.k, self.q / (self.q + 1))

    def loss(self, logits: Tensor, target: Tensor) -> Tensor:
        p = probability(logits, target)
        return torch.where(p > self.k, (1 - p**self.q) / self.q, (1 - self.k**self.q) / self.q)


@dataclass(frozen=True)
class SymmetricCE(LossEmphasis):
    """L = alpha CE + beta RCE with log 0 = A, so RCE = -A (1-p); w = 2 (1-p) (alpha + beta |A| p).

    alpha >= 0, beta >= 0, not both 0; A < 0; all finite. This w is what autograd gives. The
    rebuttal of arXiv 1905.11233 prints |A|/2 in the place of |A|, which does not agree with that
    paper's own MAE = 1 - p: RCE is |A| MAE. Source: Wang et al., ICCV 2019, arXiv 1908.06112 (SL).
    """

    alpha: float = 0.1
    beta: float = 1.0
    A: float = -4.0
    name = "symmetric_ce"
    formula = r"2 (1-p) (\alpha + \beta |A| p)"
    loss_formula = r"-\alpha \log p - \beta A (1-p)"
    source = "Wang et al., ICCV 2019, arXiv 1908.06112"

    def _validate(self) -> None:
        check("alpha", self.alpha, 0 <= self.alpha < math.inf, "finite and >= 0")
        check("beta", self.beta, 0 <= self.beta < math.inf, "finite and >= 0")
        check("A", self.A, -math.inf < self.A < 0, "finite and < 0")

    def _weight(self, p: Tensor, c: Tensor) -> Tensor:
        return 2 * c * (self.alpha - self.beta * self.A * p)

    def loss(self, logits: Tensor, target: Tensor) -> Tensor:
        label = F.one_hot(target, logits.shape[1]).to(logits.dtype)
        log_label = torch.where(label > 0, label.log(), self.A)
        forward = -(label * logits.log_softmax(1)).sum(1)
        reverse = -(logits.softmax(1) * log_label).sum(1)
        return self.alpha * forward + self.beta * reverse


@dataclass(frozen=True)
class PartiallyHuberised(LossEmphasis):
    """L = -log p where p > 1/tau, else -tau p + log tau + 1; w = 2 (1-p) min(1, tau p).

    tau > 1, finite: |dL/dp| <= tau. Source: Menon et al., ICLR 2020 (Can gradient clipping mitigate
    label noise?), the partially Huberised cross-entropy.
    """

    tau: float = 10.0
    name = "partially_huberised"
    formula = r"2 (1-p) \min(1, \tau p)"
    loss_formula = r"-\log p\ \text{if}\ p > 1/\tau,\ \text{else}\ 1 + \log\tau - \tau p"
    source = "Menon et al., ICLR 2020, PHuber-CE"

    def _validate(self) -> None:
        check("tau", self.tau, 1 < self.tau < math.inf, "finite and > 1")

    @property
    def _breaks(self) -> tuple[float, ...]:
        return (1 / self.tau,)

    def _weight(self, p: Tensor, c: Tensor) -> Tensor:
        return 2 * c * (self.tau * p).clamp(max=1)

    @property
    def mode(self) -> float:
        return min(1 / self.tau, 0.5)

    def loss(self, logits: Tensor, target: Tensor) -> Tensor:
        p = probability(logits, target)
        return torch.where(p > 1 / self.tau, -p.log(), -self.tau * p + math.log(self.tau) + 1)


@dataclass(frozen=True)
class AGCE(LossEmphasis):
    """L = ((a+1)^q - (a+p)^q) / q, w = 2 p (1-p) (a+p)^(q-1).

    a > 0, q > 0, both finite: the asymmetric generalized cross-entropy. Source: Zhou et al., ICML
    2021, arXiv 2106.03110.
    """

    a: float = 0.6
    q: float = 0.6
    name = "agce"
    formula = r"2 p (1-p) (a+p)^{q-1}"
    loss_formula = r"((a+1)^q - (a+p)^q) / q"
    source = "Zhou et al., ICML 2021, arXiv 2106.03110"

    def _validate(self) -> None:
        _check_positive("a", self.a)
        _check_positive("q", self.q)

    def _weight(self, p: Tensor, c: Tensor) -> Tensor:
        return 2 * p * c * (self.a + p) ** (self.q - 1)

    def loss(self, logits: Tensor, target: Tensor) -> Tensor:
        p = probability(logits, target)
        return ((self.a + 1) ** self.q - (self.a + p) ** self.q) / self.q


@dataclass(frozen=True)
class AUL(LossEmphasis):
    """L = ((a-p)^q - (a-1)^q) / q, w = 2 p (1-p) (a-p)^(q-1).

    a > 1, q > 0, both finite: the asymmetric unhinged loss (its q is called p there). Source: Zhou
    et al., ICML 2021, arXiv 2106.03110.
    """

    a: float = 1.5
    q: float = 0.9
    name = "aul"
    formula = r"2 p (1-p) (a-p)^{q-1}"
    loss_formula = r"((a-p)^q - (a-1)^q) / q"
    source = "Zhou et al., ICML 2021, arXiv 2106.03110"

    def _validate(self) -> None:
        check("a", self.a, 1 < self.a < math.inf, "finite and > 1")
        _check_positive("q", self.q)

    def _weight(self, p: Tensor, c: Tensor) -> Tensor:
        return 2 * p * c * (self.a - 1 + c) ** (self.q - 1)

    def loss(self, logits: Tensor, target: Tensor) -> Tensor:
        p = probability(logits, target)
        return ((self.a - p) ** self.q - (self.a - 1) ** self.q) / self.q


@dataclass(frozen=True)
class AEL(LossEmphasis):
    """L = exp(-p/a), w = (2/a) p (1-p) exp(-p/a).

    a > 0, finite: the asymmetric exponential loss. Source: Zhou et al., ICML 2021, arXiv
    2106.03110.
    """

    a: float = 2.5
    name = "ael"
    formula = r"\tfrac{2}{a} p (1-p) e^{-p/a}"
    loss_formula = r"e^{-p/a}"
    source = "Zhou et al., ICML 2021, arXiv 2106.03110"

    def _validate(self) -> None:
        _check_positive("a", self.a)

    def _weight(self, p: Tensor, c: Tensor) -> Tensor:
        return 2 / self.a * p * c * torch.exp(-p / self.a)

    def loss(self, logits: Tensor, target: Tensor) -> Tensor:
        return torch.exp(-probability(logits, target) / self.a)
