r"""More weightings from the literature: divergences, noise models, and hand-made weights.

The conventions are those of dmnb.emphasis.library: c = 1 - p, and `loss(logits, target)` is the
loss as its paper writes it, (N, C) logits and (N) labels to (N) losses.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from dmnb.emphasis.base import check
from dmnb.emphasis.losses import LossEmphasis, probability


@dataclass(frozen=True)
class JensenShannon(LossEmphasis):
    r"""The Jensen-Shannon divergence between the one-hot label e and f = softmax(z), scaled.

    L = (pi KL(e, h) + (1-pi) KL(f, h)) / Z with h = pi e + (1-pi) f and Z = -(1-pi) log(1-pi);
    w = 2 p (1-p) log(1 + pi / ((1-pi) p)) / -log(1-pi). pi in (0, 1), its first weight: it tends to
    CCE as pi -> 0 and to MAE as pi -> 1. Source: Englesson and Azizpour, NeurIPS 2021, arXiv
    2105.04522 (the JS loss; GJS with more than one prediction needs all the probabilities).
    """

    pi: float = 0.5
    name = "jensen_shannon"
    formula = r"2 p (1-p) \log\left(1 + \frac{\pi}{(1-\pi) p}\right) / -\log(1-\pi)"
    loss_formula = r"D_{JS}^{\pi}(e_y, f) / -(1-\pi)\log(1-\pi)"
    source = "Englesson and Azizpour, NeurIPS 2021, arXiv 2105.04522"

    def _validate(self) -> None:
        check("pi", self.pi, 0 < self.pi < 1, "in (0, 1)")

    def _weight(self, p: Tensor, c: Tensor) -> Tensor:
        total = self.pi + (1 - self.pi) * p
        first, second = self.pi / total, (1 - self.pi) * p / total  # of h_y; they sum to 1
        p_log = torch.where(
            first < 0.5, p * torch.log1p(-first.clamp(max=0.5)), torch.xlogy(p, second)
        )
        return 2 * c * p_log / math.log1p(-self.pi)

    def loss(self, logits: Tensor, target: Tensor) -> Tensor:
        label = F.one_hot(target, logits.shape[1]).to(logits.dtype)
        f = logits.softmax(1)
        h = self.pi * label + (1 - self.pi) * f
        of_label = (torch.xlogy(label, label) - torch.xlogy(label, h)).sum(1)
        of_f = (torch.xlogy(f, f) - torch.xlogy(f, h)).sum(1)
        scale = -(1 - self.pi) * math.log(1 - self.pi)
        return (self.pi * of_label + (1 - self.pi) * of_f) / scale


@dataclass(frozen=True)
class Triangular(LossEmphasis):
    """The triangular discrimination Σ_k (e_k - f_k)^2 / (e_k + f_k) of label e and f = softmax(z).

    L = 2 (1-p) / (1+p), w = 8 p (1-p) / (1+p)^2; also called the Vincze-Le Cam divergence. Source:
    Topsøe, IEEE Transactions on Information Theory 46, 2000.
    """

    name = "triangular"
    formula = r"8 p (1-p) / (1+p)^2"
    loss_formula = r"2 (1-p) / (1+p)"
    source = "Topsøe, IEEE Trans. Inf. Theory 46, 2000"

    def _weight(self, p: Tensor, c: Tensor) -> Tensor:
        return 8 * p * c / (1 + p) ** 2

    @property
    def mode(self) -> float:
        return 1 / 3

    def loss(self, logits: Tensor, target: Tensor) -> Tensor:
        label = F.one_hot(target, logits.shape[1]).to(logits.dtype)
        f = logits.softmax(1)
        return ((label - f) ** 2 / (label + f)).sum(1)


@dataclass(frozen=True)
class ForwardCorrection(LossEmphasis):
    """Cross-entropy of the noisy label's probability, under symmetric noise of a known rate.

    L = -log(b + d p), w = 2 d p (1-p) / (b + d p), with b = rate / (C-1) and d = 1 - rate - b.
    num_classes C >= 2, rate in (0, (C-1)/C). Another transition matrix uses the other probabilities
    too and has no w. Source: Patrini et al., CVPR 2017, arXiv 1609.03683, theorem 2.
    """

    rate: float = 0.4
    num_classes: int = 10
    name = "forward_correction"
    formula = r"2 d p (1-p) / (b + d p),\ b = \tfrac{r}{C-1},\ d = 1 - r - b"
    loss_formula = r"-\log(b + d p)"
    source = "Patrini et al., CVPR 2017, arXiv 1609.03683, theorem 2"

    def _validate(self) -> None:
        classes = self.num_classes
        check("num_classes", classes, classes >= 2 and classes == int(classes), "an integer >= 2")
        top = (classes - 1) / classes
        check("rate", self.rate, 0 < self.rate < top, f"in (0, {top:.6g})")

    def _weight(self, p: Tensor, c: Tensor) -> Tensor:
        b = self.rate / (self.num_classes - 1)
        d = 1 - self.rate - b
        return 2 * d * p * c / (b + d * p)

    def loss(self, logits: Tensor, target: Tensor) -> Tensor:
        classes = logits.shape[1]
        check("num_classes", self.num_classes, self.num_classes == classes, f"{classes} here")
        noise = torch.full((classes, classes), self.rate / (classes - 1), dtype=logits.dtype)
        noise.fill_diagonal_(1 - self.rate)
        noisy = logits.softmax(1) @ noise.to(logits.device)
        return -noisy.gather(1, target[:, None]).squeeze(1).log()


@dataclass(frozen=True)
class SelfPaced(LossEmphasis):
    """min over v in {0, 1} of v (-log p - threshold): cross-entropy of the easy examples alone.

    w = 2 (1-p) where -log p < threshold, else 0; threshold in (0, 700]. Its weight jumps. Source:
    Kumar, Packer and Koller, NeurIPS 2010 (threshold = 1/K there), with K held fixed.
    """

    threshold: float = 1.0
    name = "self_paced"
    formula = r"2 (1-p)\,[-\log p < t]"
    loss_formula = r"\min(-\log p, t) - t"
    source = "Kumar, Packer and Koller, NeurIPS 2010"

    def _validate(self) -> None:
        valid = 0 < self.threshold <= 700
        check("threshold", self.threshold, valid, "in (0, 700]")

    @property
    def _breaks(self) -> tuple[float, ...]:
        return (math.exp(-self.threshold),)

    def _weight(self, p: Tensor, c: Tensor) -> Tensor:
        return 2 * c * (p > math.exp(-self.threshold))

    @property
    def mode(self) -> float:
        """exp(-threshold), approached from above."""
        return math.exp(-self.threshold)

    def loss(self, logits: Tensor, target: Tensor) -> Tensor:
        cost = F.cross_entropy(logits, target, reduction="none")
        v = (cost < self.threshold).to(cost.dtype)
        return v * (cost - self.threshold)


@dataclass(frozen=True)
class IMAE(LossEmphasis):
    """w = exp(T p (1-p)): MAE's weight, its variance raised by an exponential.

    T finite and at most 2800; it is DM with lambda = 1, beta = T. The paper changes the derivative
    and writes no loss: `loss` is a value whose derivative is the paper's. Source: Wang et al.,
    arXiv 1903.12141.
    """

    T: float = 8.0
    name = "imae"
    formula = r"\exp(T p (1-p))"
    source = "Wang et al., arXiv 1903.12141"

    def _validate(self) -> None:
        check("T", self.T, -math.inf < self.T <= 2800, "finite and at most 2800")

    def _weight(self, p: Tensor, c: Tensor) -> Tensor:
        return torch.exp(self.T * p * c)

    @property
    def mode(self) -> float:
        return math.nan if self.T == 0 else 0.5 if self.T > 0 else 0.0

    def loss(self, logits: Tensor, target: Tensor) -> Tensor:
        p = probability(logits, target)
        share = torch.exp(self.T * p * (1 - p)) / (2 * (1 - p))
        return -share.detach() * p.log()
