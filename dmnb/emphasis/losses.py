r"""Losses: what an emphasis of a known loss offers, and those that no weight describes.

For a loss of p alone the gradient has the direction of cross-entropy's, -∂m/∂z. The functions here
use the other probabilities and turn it: `dmnb.emphasis.profile` shows their weight and by how many
degrees. Each is written as in its paper: logits (N, C) and target (N) to N losses.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable

import torch.nn.functional as F
from torch import Tensor

from dmnb.emphasis.base import Emphasis, check


def probability(logits: Tensor, target: Tensor) -> Tensor:
    """p = softmax(z)_y, (N). logits: (N, C); target: (N) in [0, C)."""
    return logits.softmax(1).gather(1, target[:, None]).squeeze(1)


class LossEmphasis(Emphasis):
    """An emphasis that is the weighting of a known loss, w = 2 p (1-p) |L'(p)|."""

    @abstractmethod
    def loss(self, logits: Tensor, target: Tensor) -> Tensor:
        """The loss as its paper writes it, unreduced; the objective is it up to a constant.

        logits: (N, C), floating; target: (N) in [0, C). Returns (N), in the dtype of logits. It
        has the rounding errors that its equation has: train with DMLoss, which has not.
        """


def normalized_cross_entropy(logits: Tensor, target: Tensor) -> Tensor:
    """NCE = log p_y / Σ_k log p_k, in (0, 1).

    Source: Ma et al., ICML 2020, arXiv 2006.13554.
    """
    log_p = logits.log_softmax(1)
    return log_p.gather(1, target[:, None]).squeeze(1) / log_p.sum(1)


def nce_and_rce(
    logits: Tensor, target: Tensor, *, alpha: float = 1.0, beta: float = 1.0, log_zero: float = -4.0
) -> Tensor:
    """alpha NCE + beta RCE, RCE = -log_zero (1-p), where log_zero stands for log 0.

    alpha, beta >= 0 and log_zero < 0, else ValueError. Source: Ma et al., ICML 2020, arXiv
    2006.13554 (an active and a passive loss).
    """
    check("alpha", alpha, alpha >= 0, ">= 0")
    check("beta", beta, beta >= 0, ">= 0")
    check("log_zero", log_zero, log_zero < 0, "< 0")
    reverse = -log_zero * (1 - probability(logits, target))
    return alpha * normalized_cross_entropy(logits, target) + beta * reverse


def label_smoothing(logits: Tensor, target: Tensor, *, epsilon: float = 0.1) -> Tensor:
    """-Σ_k q_k log p_k with q = (1 - epsilon) onehot + epsilon / C; epsilon in [0, 1).

    ValueError for another epsilon. Source: Szegedy et al., CVPR 2016, arXiv 1512.00567, section 7.
    """
    check("epsilon", epsilon, 0 <= epsilon < 1, "in [0, 1)")
    classes = logits.shape[1]
    q = (1 - epsilon) * F.one_hot(target, classes).to(logits.dtype) + epsilon / classes
    return -(q * logits.log_softmax(1)).sum(1)


def soft_bootstrapping(logits: Tensor, target: Tensor, *, beta: float = 0.95) -> Tensor:
    """-Σ_k (beta t_k + (1 - beta) p_k) log p_k, t the one-hot label; beta in [0, 1].

    The model's own p in the target is differentiated too: it is an entropy penalty. ValueError for
    another beta. Source: Reed et al., ICLR 2015 workshop, arXiv 1412.6596, section 3.2.
    """
    check("beta", beta, 0 <= beta <= 1, "in [0, 1]")
    log_p = logits.log_softmax(1)
    label = F.one_hot(target, logits.shape[1]).to(logits.dtype)
    return -((beta * label + (1 - beta) * log_p.exp()) * log_p).sum(1)


def hard_bootstrapping(logits: Tensor, target: Tensor, *, beta: float = 0.8) -> Tensor:
    """-Σ_k (beta t_k + (1 - beta) [k = argmax p]) log p_k, t the one-hot label; beta in [0, 1].

    ValueError for another beta. Source: Reed et al., ICLR 2015 workshop, arXiv 1412.6596, section
    3.2.
    """
    check("beta", beta, 0 <= beta <= 1, "in [0, 1]")
    given = F.cross_entropy(logits, target, reduction="none")
    guessed = F.cross_entropy(logits, logits.argmax(1), reduction="none")
    return beta * given + (1 - beta) * guessed


def brier(logits: Tensor, target: Tensor) -> Tensor:
    """Σ_k (p_k - t_k)^2, t the one-hot label: squared error over all classes.

    The paper's MSE, (1-p)^2, keeps the label's term alone. Source: Brier, Monthly Weather Review
    78, 1950.
    """
    label = F.one_hot(target, logits.shape[1]).to(logits.dtype)
    return ((logits.softmax(1) - label) ** 2).sum(1)


LOSSES: dict[str, Callable[..., Tensor]] = {
    "nce": normalized_cross_entropy,
    "nce+rce": nce_and_rce,
    "label smoothing": label_smoothing,
    "soft bootstrapping": soft_bootstrapping,
    "hard bootstrapping": hard_bootstrapping,
    "brier": brier,
}
