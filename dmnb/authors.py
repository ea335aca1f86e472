"""The DM gradient as its authors compute it, a baseline of the experiments."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable

from dmnb._rows import check_range, rows_of
from dmnb.emphasis import DM


class _Authors(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, z: Tensor, y: Tensor, lam: float, beta: float) -> Tensor:
        p = z.softmax(1)
        p_y = p.gather(1, y)
        w = torch.exp(beta * (1 - p_y) * (p_y + 1e-8) ** lam)
        w = w / w.sum()
        onehot = torch.zeros_like(p).scatter_(1, y, 1)
        ctx.save_for_backward((p - onehot) / (2 * (1 - p_y) + 1e-8) * w)
        return -(w * p_y.clamp(min=torch.finfo(p.dtype).tiny).log()).sum()

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad_output: Tensor) -> tuple[Tensor, None, None, None]:
        return grad_output * ctx.saved_tensors[0], None, None, None


class AuthorsDMLoss(nn.Module):
    """DM as its authors wrote it in PyTorch, a baseline of the experiments.

    The gradient is w (p - onehot) / (2 (1-p_y) + 1e-8) / Σ w, w = exp(beta (1-p_y) (p_y+1e-8)^lam).
    Not exact: in float32 the gradient of a fitted row doubles or more and then vanishes, as 1 - p_y
    rounds to 0, from a logit gap of about 17 on. The value is the weighted cross-entropy
    Σ w (-log p_y) / Σ w, which this gradient does not descend. First derivatives only.

    Without rounding, dtype=torch.float64, the 1e-8 alone is left: the weight is then
    w (1-p_y) / (1-p_y + 5e-9), 2% off at log-odds 15, half at 19 and below 1% from 24 on.

    logits: (N, C) floating, C >= 2; target: (N,) in [0, C), else ValueError (on the CPU). Returns a
    scalar in the dtype of logits.
    lam, beta: as for DM, and so are the errors.
    dtype: the precision to compute in, or None for that of the logits.
    Source: the PyTorch trainer in the authors' ProSelfLC repository, and 1905.11233, equation 7.
    """

    def __init__(self, lam: float, beta: float, *, dtype: torch.dtype | None = None) -> None:
        super().__init__()
        self.lam, self.beta, self.dtype = lam, beta, dtype
        self.emphasis = DM(lam, beta)

    def forward(self, logits: Tensor, target: Tensor) -> Tensor:
        z, y = rows_of(logits, target)
        if z.device.type == "cpu":
            check_range(y, z.shape[1])
        return _Authors.apply(z.to(self.dtype or z.dtype), y, self.lam, self.beta).to(z.dtype)

    def extra_repr(self) -> str:
        return f"{self.emphasis}, dtype={self.dtype}"
