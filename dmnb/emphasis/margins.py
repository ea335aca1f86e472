r"""Losses of a margin, with the log-odds m = log p / (1-p) as the margin.

In two classes m = z_y - z_j, and they are the losses of the papers; in more, logsumexp stands for
the largest of the other logits. In log-odds the weight is w = 2 |dL/dm|. The conventions are those
of dmnb.emphasis.library.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from dmnb.emphasis.base import check
from dmnb.emphasis.losses import LossEmphasis


def _margin(logits: Tensor, target: Tensor) -> Tensor:
    index = target[:, None]
    others = logits.scatter(1, index, -torch.inf)
    return logits.gather(1, index).squeeze(1) - others.logsumexp(1)


def _sigmoid(m: float) -> float:
    return 1 / (1 + math.exp(-m)) if m > -700 else 0.0


@dataclass(frozen=True)
class AdditiveMargin(LossEmphasis):
    """L = log(1 + exp(delta - m)), w = 2 (1-p) / (1-p + p exp(-delta)).

    Cross-entropy with delta taken from the label's logit; delta in [0, 700], 0 is CCE. With
    `per_class` and delta_k = s n_k^(-1/4), n_k the size of class k, it is LDAM (Cao et al., NeurIPS
    2019, arXiv 1906.07413) on unscaled logits. Source: Wang et al., arXiv 1801.05599.
    """

    delta: float = 1.0
    name = "additive_margin"
    formula = r"2 (1-p) / (1 - p + p e^{-\delta})"
    loss_formula = r"\log(1 + e^{\delta - m})"
    source = "Wang et al., arXiv 1801.05599"

    def _validate(self) -> None:
        check("delta", self.delta, 0 <= self.delta <= 700, "in [0, 700]")

    def _weight(self, p: Tensor, c: Tensor) -> Tensor:
        return 2 * c / (c + p * math.exp(-self.delta))

    @property
    def mode(self) -> float:
        return 0.0

    def loss(self, logits: Tensor, target: Tensor) -> Tensor:
        label = F.one_hot(target, logits.shape[1]).to(logits.dtype)
        return F.cross_entropy(logits - self.delta * label, target, reduction="none")


@dataclass(frozen=True)
class Huberised(LossEmphasis):
    """L = -log p where 1-p < tau, else linear in m with slope -tau; w = 2 min(1-p, tau).

    Cross-entropy with the gradient of every example clipped to an L1 norm of 2 tau, tau in (0, 1).
    Source: Menon et al., ICLR 2020 (Can gradient clipping mitigate label noise?), the Huberised
    logistic loss, which they prove not to be robust.
    """

    tau: float = 0.5
    name = "huberised"
    formula = r"2 \min(1-p, \tau)"
    loss_formula = r"-\log p\ \text{if}\ 1-p < \tau,\ \text{else linear in}\ m"
    source = "Menon et al., ICLR 2020, Huberised logistic loss"

    def _validate(self) -> None:
        check("tau", self.tau, 0 < self.tau < 1, "in (0, 1)")

    @property
    def _breaks(self) -> tuple[float, ...]:
        return (1 - self.tau,)

    def _weight(self, p: Tensor, c: Tensor) -> Tensor:
        return 2 * c.clamp(max=self.tau)

    @property
    def mode(self) -> float:
        """0, one of the many p at which w is largest."""
        return 0.0

    def loss(self, logits: Tensor, target: Tensor) -> Tensor:
        m = _margin(logits, target)
        corner = math.log1p(-self.tau) - math.log(self.tau)
        line = -self.tau * (m - corner) - math.log1p(-self.tau)
        return torch.where(m > corner, F.softplus(-m), line)


@dataclass(frozen=True)
class Hinge(LossEmphasis):
    """L = max(0, margin - m), w = 2 where m < margin, else 0; margin in [-10, 10].

    Source: Cortes and Vapnik, Machine Learning 20, 1995 (margin 1).
    """

    margin: float = 1.0
    name = "hinge"
    formula = r"2\,[m < \delta]"
    loss_formula = r"\max(0, \delta - m)"
    source = "Cortes and Vapnik, Machine Learning 20, 1995"

    def _validate(self) -> None:
        check("margin", self.margin, -10 <= self.margin <= 10, "in [-10, 10]")

    @property
    def _breaks(self) -> tuple[float, ...]:
        return (_sigmoid(self.margin),)

    def _weight(self, p: Tensor, c: Tensor) -> Tensor:
        return torch.where(p.log() - c.log() < self.margin, 2.0, 0 * p)

    @property
    def mode(self) -> float:
        """0, one of the many p at which w is largest."""
        return 0.0

    def loss(self, logits: Tensor, target: Tensor) -> Tensor:
        return (self.margin - _margin(logits, target)).clamp(min=0)


@dataclass(frozen=True)
class Ramp(LossEmphasis):
    """L = max(0, 1 - m) - max(0, s - m), w = 2 where s < m < 1, else 0; s in [-10, 1).

    The hinge, flat below s: examples that are too hard are left out. Source: Collobert et al., ICML
    2006 (Trading convexity for scalability).
    """

    s: float = -1.0
    name = "ramp"
    formula = r"2\,[s < m < 1]"
    loss_formula = r"\max(0, 1 - m) - \max(0, s - m)"
    source = "Collobert et al., ICML 2006"

    def _validate(self) -> None:
        check("s", self.s, -10 <= self.s < 1, "in [-10, 1)")

    @property
    def _breaks(self) -> tuple[float, ...]:
        return (_sigmoid(self.s), _sigmoid(1))

    def _weight(self, p: Tensor, c: Tensor) -> Tensor:
        m = p.log() - c.log()
        return torch.where((m > self.s) & (m < 1), 2.0, 0 * p)

    @property
    def mode(self) -> float:
        """The middle of the p at which w is largest, in log-odds."""
        return _sigmoid((self.s + 1) / 2)

    def loss(self, logits: Tensor, target: Tensor) -> Tensor:
        m = _margin(logits, target)
        return (1 - m).clamp(min=0) - (self.s - m).clamp(min=0)


@dataclass(frozen=True)
class ModifiedHuber(LossEmphasis):
    """L = max(0, 1 - m)^2 where m >= -1, else -4 m; w = 4 (1-m) cut to [0, 8].

    Source: Zhang, ICML 2004 (Solving large scale linear prediction problems using stochastic
    gradient descent algorithms).
    """

    name = "modified_huber"
    formula = r"4 \min(\max(1 - m, 0), 2)"
    loss_formula = r"\max(0, 1 - m)^2\ \text{if}\ m \ge -1,\ \text{else}\ -4 m"
    source = "Zhang, ICML 2004"

    @property
    def _breaks(self) -> tuple[float, ...]:
        return (_sigmoid(-1), _sigmoid(1))

    def _weight(self, p: Tensor, c: Tensor) -> Tensor:
        return 4 * (1 - (p.log() - c.log())).clamp(0, 2)

    @property
    def mode(self) -> float:
        """0, one of the many p at which w is largest."""
        return 0.0

    def loss(self, logits: Tensor, target: Tensor) -> Tensor:
        m = _margin(logits, target)
        return torch.where(m >= -1, (1 - m).clamp(min=0) ** 2, -4 * m)


@dataclass(frozen=True)
class Sigmoid(LossEmphasis):
    """L = sigmoid(-k m), w = 2 k L (1 - L): a smooth 0-1 loss, the sharper the larger k.

    k in (0, 100]; 1 is MAE. The mode is p = 1/2 whatever k. Source: Nguyen and Sanner, ICML 2013
    (Algorithms for direct 0-1 loss optimization in binary classification).
    """

    k: float = 2.0
    name = "sigmoid"
    formula = r"2 k\,\sigma(k m)\,\sigma(-k m)"
    loss_formula = r"\sigma(-k m)"
    source = "Nguyen and Sanner, ICML 2013"

    def _validate(self) -> None:
        check("k", self.k, 0 < self.k <= 100, "in (0, 100]")

    def _weight(self, p: Tensor, c: Tensor) -> Tensor:
        m = p.log() - c.log()
        return 2 * self.k * (self.k * m).sigmoid() * (-self.k * m).sigmoid()

    @property
    def mode(self) -> float:
        return 0.5

    def loss(self, logits: Tensor, target: Tensor) -> Tensor:
        return 1 / (1 + torch.exp(self.k * _margin(logits, target)))
