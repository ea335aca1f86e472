"""The rows of a batch: logits and labels of any shape -> per row, l and w as functions of m.

The mathematics is that of `dmnb.loss`. The N rows' log-odds are carried in float64, because an
error of m is one of log w.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from dmnb.emphasis import Emphasis
from dmnb.emphasis.base import wide

INTEGERS = (torch.int64, torch.int32, torch.uint8, torch.int16, torch.int8)
_COLUMNS = torch.arange(1 << 16, dtype=torch.int32, device="cpu")


def rows_of(logits: Tensor, target: Tensor) -> tuple[Tensor, Tensor]:
    """Any of the accepted shapes as (N, C) logits and (N, 1) labels; C >= 2 checked."""
    for name, x in (("logits", logits), ("target", target)):
        if not isinstance(x, Tensor):
            raise ValueError(f"{name} must be a tensor, got {type(x).__name__}")
    shape = tuple(logits.shape)
    if not logits.is_floating_point() or not shape:
        raise ValueError(f"logits must be floating with a class axis, got {logits.dtype} {shape}")
    if target.dtype not in INTEGERS:
        raise ValueError(
            "target must hold class indices of an integer dtype, not probabilities; "
            f"got {target.dtype}"
        )
    axis = min(len(shape) - 1, 1)
    classes = shape[axis]
    if classes < 2:
        raise ValueError(f"logits must have at least 2 classes, got {classes}")
    expected = shape[:axis] + shape[axis + 1 :]
    if target.shape != expected:
        raise ValueError(
            f"target must have shape {expected} for logits of shape {shape}, "
            f"got {tuple(target.shape)}"
        )
    if len(shape) == 2:
        return logits, target.long().unsqueeze(1)
    return logits.movedim(axis, -1).reshape(-1, classes), target.long().reshape(-1, 1)


def check_range(y: Tensor, classes: int) -> None:
    outside = (y < 0) | (y >= classes)
    if outside.any():
        raise ValueError(f"target must lie in [0, {classes}), got {y[outside][0].item()}")


def is_batched(gradient: Tensor) -> bool:
    """Whether it stands for several, under is_grads_batched=True or inside vmap."""
    functorch = torch._C._functorch
    legacy = functorch.is_legacy_batchedtensor(gradient)
    return legacy or functorch.is_functorch_wrapped_tensor(gradient)


def result_dtype(logits: Tensor) -> torch.dtype:
    return torch.promote_types(logits.dtype, torch.float32)


def plain_rows(
    z: Tensor, y: Tensor, emphasis: Emphasis, ignored: Tensor | None = None
) -> tuple[Tensor, Tensor]:
    m = log_odds_of(z, y, ignored)
    return emphasis.normalized_objective(m).to(result_dtype(z)), emphasis._pull(m.detach())


def log_odds_of(z: Tensor, y: Tensor, ignored: Tensor | None = None) -> Tensor:
    """m (N, 1), wide; the largest other logit is taken out before the exponential.

    Ignored rows, (N, 1) bool, are as if all their logits were 0. Others are NaN where y lies
    outside [0, C), and where z_y is inf or all logits -inf: no overflow passes for a fit.
    """
    ignored = y.new_zeros((), dtype=torch.bool) if ignored is None else ignored
    exists = ignored | ((y >= 0) & (y < z.shape[1]))
    labelled = y.int().masked_fill(ignored, -1) == _columns(z)
    others = _at_least_float32(z)
    least = _least(others)
    hidden = others.new_full((), least).masked_fill(ignored, 0)
    others = torch.where(labelled | ignored, hidden, others)
    top = others.detach().amax(1, True)
    z_y = z.masked_fill(~labelled, 0).sum(1, True)  # a gather's derivative does not fuse
    held = exists & (torch.maximum(z_y.detach(), top).abs() < -least)
    m = wide(z_y) - top - wide((others - top).exp().sum(1, True)).log()
    return m + torch.where(held, 0.0, torch.nan)


def _columns(z: Tensor) -> Tensor:
    """0 to C - 1. Read, on the CPU: compiled code would count through them a lane at a time."""
    classes = z.shape[1]
    if z.is_cpu and classes <= len(_COLUMNS):
        return _COLUMNS[:classes]
    return torch.arange(classes, device=z.device, dtype=torch.int32)


class Rows(torch.autograd.Function):
    """(N, C) logits, (N, 1) labels in [0, C) -> l / aZ, (N, 1) or its sum, and w / 2Z, constant.

    a, a number or a scalar, is divisor(w / 2Z). The same as plain_rows with one exponential and one
    array the size of the logits: -s ∂m/∂z, which backward turns into the gradient in place. A
    second backward makes it anew.
    """

    @staticmethod
    def forward(
        ctx: Any, z: Tensor, y: Tensor, emphasis: Emphasis, divisor: Callable, summed: bool
    ) -> tuple[Tensor, Tensor]:
        m, s, ctx.direction = _log_odds_and_direction(z, y)
        pull = emphasis._pull(m)
        ctx.emphasis, ctx.a = emphasis, divisor(pull)
        ctx.save_for_backward(z, y, pull, s)
        ctx.mark_non_differentiable(pull)
        ctx.set_materialize_grads(False)
        l = emphasis._value(m)  # noqa: E741
        return ((l.sum() if summed else l) / ctx.a).to(ctx.direction.dtype), pull

    @staticmethod
    def backward(ctx: Any, grad_output: Tensor | None, _: None) -> tuple[Tensor | None, ...]:
        if grad_output is None:
            return (None,) * 5
        z, y, pull, s = ctx.saved_tensors
        if torch.is_grad_enabled():  # second derivatives: the plain rows have them
            l, _ = plain_rows(z, y, ctx.emphasis)  # noqa: E741
            grad_l = (grad_output / ctx.a).expand_as(l).to(l.dtype)
            return *torch.autograd.grad(l, z, grad_l, create_graph=True), *(None,) * 4
        direction, ctx.direction = ctx.direction, None
        if direction is None:
            direction = _log_odds_and_direction(z, y)[-1]
        g = (pull / s * (grad_output / ctx.a)).to(direction.dtype)
        g = direction * g if is_batched(g) else direction.mul_(g)
        return g.to(z.dtype), None, None, None, None


def _log_odds_and_direction(z: Tensor, y: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """m (N, 1), wide, s = Σ_{j≠y} exp(z_j - top) (N, 1), and -s ∂m/∂z (N, C): s q_j, and -s at y.

    NaN where `log_odds_of` has it.
    """
    e = _at_least_float32(z)
    e = e.scatter(1, y, _least(e), reduce="add")  # added: inf stays, and inf - top is NaN
    top = e.amax(1, True)
    s = e.sub_(top).exp_().sum(1, True)
    m = wide(z.gather(1, y)) - top - wide(s).log()
    return m, s, e.scatter_(1, y, -s)


def _least(z: Tensor) -> float:
    """In the label's place: exp is 0 there, yet a row whose other logits are all -inf has a top."""
    return torch.finfo(z.dtype).min


def _at_least_float32(z: Tensor) -> Tensor:
    return z.float() if z.dtype in (torch.float16, torch.bfloat16) else z
