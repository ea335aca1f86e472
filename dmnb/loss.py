r"""The DM loss: logits -> log-odds -> objective, with the weight as its derivative.

For logits z and label y let m = z_y - logsumexp_{j≠y} z_j, the log-odds of p = softmax(z)_y. Then
∂m/∂z is 1 at y and -q_j elsewhere, q = softmax over the other classes; its L1 norm is 2. Hence

    l = l(m),  dl/dm = -w/2   =>   ∂l/∂z_y = -w/2,  ∂l/∂z_j = (w/2) q_j,  ||∂l/∂z||_1 = w.

Nothing is divided by 1 - p, so that the weight is exact however well or badly a row is fitted.
The N rows' log-odds are carried in float64, because an error of m is one of log w.

Source: arXiv 1905.11233, equations 7, 8 and 12. The log-odds form is ours.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from importlib.util import find_spec
from types import ModuleType
from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable

from dmnb.emphasis import DM, Emphasis
from dmnb.emphasis.base import check, wide

NORMALIZATIONS = ("none", "integral", "batch")
REDUCTIONS = ("mean", "sum", "none")
BACKENDS = ("auto", "reference", "fused")
HAS_TRITON = find_spec("triton") is not None
INTEGERS = (torch.int64, torch.int32, torch.uint8, torch.int16, torch.int8)


class _Rows(torch.autograd.Function):
    """(N, C) logits, (N, 1) labels in [0, C) -> a l / Z, (N, 1) or its sum, and w / 2Z, constant.

    a, a number or a scalar, is share(w / 2Z). The same as _plain_rows with one exponential and one
    array the size of the logits: -∂m/∂z, which backward turns into the gradient in place. A second
    backward makes it anew.
    """

    @staticmethod
    def forward(
        ctx: Any, z: Tensor, y: Tensor, emphasis: Emphasis, share: Callable, summed: bool
    ) -> tuple[Tensor, Tensor]:
        m, ctx.direction = _log_odds_and_direction(z, y)
        pull = emphasis._pull(m)
        ctx.emphasis, ctx.a = emphasis, share(pull)
        ctx.save_for_backward(z, y, pull)
        ctx.mark_non_differentiable(pull)
        ctx.set_materialize_grads(False)
        l = emphasis._value(m)  # noqa: E741
        return ((l.sum() if summed else l) * ctx.a).to(ctx.direction.dtype), pull

    @staticmethod
    def backward(ctx: Any, grad_output: Tensor | None, _: None) -> tuple[Tensor | None, ...]:
        if grad_output is None:
            return (None,) * 5
        z, y, pull = ctx.saved_tensors
        if torch.is_grad_enabled():  # second derivatives: the plain rows have them
            l, _ = _plain_rows(z, y, ctx.emphasis)  # noqa: E741
            grad_l = (grad_output * ctx.a).expand_as(l).to(l.dtype)
            return *torch.autograd.grad(l, z, grad_l, create_graph=True), *(None,) * 4
        direction, ctx.direction = ctx.direction, None
        if direction is None:
            _, direction = _log_odds_and_direction(z, y)
        g = (pull * (grad_output * ctx.a)).to(direction.dtype)
        return direction.mul_(g).to(z.dtype), None, None, None, None


def _log_odds_and_direction(z: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
    """m (N, 1), wide, and -∂m/∂z (N, C): q_j, and -1 at y."""
    q = _at_least_float32(z).scatter(1, y, -torch.inf)
    top = q.amax(1, True)
    torch.softmax(q, 1, out=q)
    m = wide(z.gather(1, y)) - top + q.amax(1, True).log_()  # logsumexp = top - log max q
    return m, q.scatter_(1, y, -1)


def _plain_rows(z: Tensor, y: Tensor, emphasis: Emphasis) -> tuple[Tensor, Tensor]:
    m = _log_odds(z, y)
    return emphasis.normalized_objective(m).to(_result_dtype(z)), emphasis._pull(m.detach())


def _log_odds(z: Tensor, y: Tensor) -> Tensor:
    """m (N, 1), wide; the largest other logit is taken out before the exponential."""
    labelled = y.int() == torch.arange(z.shape[1], device=z.device, dtype=torch.int32)
    others = _at_least_float32(z).masked_fill(labelled, -torch.inf)
    top = others.detach().amax(1, True)
    z_y = z.masked_fill(~labelled, 0).sum(1, True)  # a gather's derivative does not fuse
    return wide(z_y) - top - wide((others - top).exp().sum(1, True)).log()


def _at_least_float32(z: Tensor) -> Tensor:
    return z.float() if z.dtype in (torch.float16, torch.bfloat16) else z


def log_odds(logits: Tensor, target: Tensor) -> Tensor:
    """m = z_y - logsumexp_{j≠y} z_j, the log-odds of the labelled class; p = sigmoid(m).

    Args:
        logits: (N, C), (C,) or (N, C, d1, ...), floating, C >= 2.
        target: class indices in [0, C), shape (N,), () or (N, d1, ...).

    Returns:
        m in the shape of target, float32 for half-precision logits, else the dtype of logits.
        Differentiable to every order.

    Raises:
        ValueError: on shapes or dtypes that do not fit, C = 1, or (on the CPU) a target outside
            [0, C).
    """
    z, y = _rows(logits, target)
    if z.is_cpu and not _is_traced(z, y):
        _check_range(y, z.shape[1])
    m = _log_odds(z, y)
    return m.to(_result_dtype(logits)).reshape(target.shape)


def dm_loss(
    logits: Tensor,
    target: Tensor,
    emphasis: Emphasis,
    *,
    normalization: str = "integral",
    reduction: str = "mean",
    weight: Tensor | None = None,
    ignore_index: int = -100,
    process_group: Any = None,
    backend: str = "auto",
) -> Tensor:
    """The objective whose derivative weighs each example by the emphasis.

    With l_i the objective, w_i the weight and c_i the class weight (or 1) of row i, and ignored
    rows outside every sum:

    - normalization "none": mean = Σ c l / Σ c, sum = Σ c l, none = c_i l_i. With CCE() this is
      torch.nn.functional.cross_entropy.
    - "integral": the same with w and l divided by ∫_0^1 w dp (1905.11233, equation 8).
    - "batch": Σ c l / max(Σ c w, 1e-6 N), the divisor held constant (the authors' code); mean
      and sum are this scalar, none its summands.

    Args:
        logits: (N, C), (C,) or (N, C, d1, ...), floating, C >= 2.
        target: class indices in [0, C) or ignore_index, shape (N,), () or (N, d1, ...).
        emphasis: the weighting w(p).
        normalization: "none", "integral" or "batch".
        reduction: "mean", "sum" or "none".
        weight: (C,) class weights, or None for 1.
        ignore_index: rows with this target have no loss and no gradient.
        process_group: None for this process alone. Else sums run over the group and the result is
            world_size * (Σ local / Σ global): what DistributedDataParallel averages to the
            gradient of the joined batch.
        backend: "reference" for the code in this file; "fused" for Triton kernels, which compute
            in float32 and make a row with a target outside [0, C) NaN; "auto" for the kernels
            wherever a CUDA device can use them, else the reference.

    Returns:
        A scalar, or the shape of target for reduction "none"; float32 for half-precision logits.
        An empty or wholly ignored batch has mean NaN, sum 0 and batch 0, with zero gradients.
        Second derivatives are those of l (with the batch's divisor constant).

    Raises:
        ValueError: on shapes, dtypes or options that do not fit, C = 1, or (on the CPU) a target
            outside [0, C).
        RuntimeError: for backend "fused" where the kernels cannot be used; it says why.
    """
    _check_options(emphasis, normalization, reduction, backend)
    options = (emphasis, normalization, reduction, weight, ignore_index, process_group)
    return _dm_loss(logits, target, *options, backend)


def _dm_loss(
    logits: Tensor,
    target: Tensor,
    emphasis: Emphasis,
    normalization: str,
    reduction: str,
    weight: Tensor | None,
    ignore_index: int,
    process_group: Any,
    backend: str,
) -> Tensor:
    z, y = _rows(logits, target)
    emphasis = emphasis._for_labels(y, z.shape[1])
    if backend == "fused" or (backend == "auto" and z.is_cuda):
        kernels = _kernels(z, emphasis, required=backend == "fused")
        if kernels is not None:
            options = (emphasis, normalization, reduction, weight, ignore_index, process_group)

            def plain(z: Tensor) -> Tensor:
                return _dm_loss(z, y.squeeze(1), *options, "reference")

            total, _ = kernels.dm_loss(z, y, *options, None if _is_traced(z) else plain)
            return total.reshape(target.shape) if reduction == "none" else total
    eager = z.is_cpu and not _is_traced(z, y)
    alike = weight is None and process_group is None and not 0 <= ignore_index < z.shape[1]
    if eager and alike and len(z) > 0:
        share = partial(_share, normalization, reduction, emphasis.integral)
        summed = reduction != "none"
        try:
            total, _ = _Rows.apply(z, y, emphasis, share, summed)
            return total if summed else total.reshape(target.shape)
        except (IndexError, RuntimeError):
            pass  # a row to ignore, or a wrong label: looked into only now that one is known
    l, pull, c = _weighted_rows(z, y, emphasis, weight, ignore_index)  # noqa: E741
    if normalization == "batch":
        count = (c != 0).sum()
        divisor = _batch_divisor(pull, count, emphasis.integral, process_group).to(l.dtype)
        total = (l if reduction == "none" else l.sum()) / divisor
    elif reduction == "mean":
        total = _mean(l, c, process_group)
    else:
        total = l if reduction == "none" else l.sum()
    if process_group is not None and (normalization == "batch" or reduction != "none"):
        total = total * torch.distributed.get_world_size(process_group)
    if normalization == "none":
        total = total * emphasis.integral
    return total.reshape(target.shape) if reduction == "none" else total


def _weighted_rows(
    z: Tensor, y: Tensor, emphasis: Emphasis, weight: Tensor | None, ignore_index: int
) -> tuple[Tensor, Tensor, Tensor]:
    """c l / Z, c w / 2Z and c, all (N, 1); c: class weights or 1, 0 where ignored."""
    traced = _is_traced(z, y)
    ignored = y == ignore_index
    z, y = z.masked_fill(ignored, 0), y.masked_fill(ignored, 0)
    if z.is_cpu and not traced:
        _check_range(y, z.shape[1])
    weight = z.new_ones(z.shape[1]) if weight is None else weight
    if weight.shape != z.shape[1:]:
        raise ValueError(f"weight must have shape ({z.shape[1]},), got {tuple(weight.shape)}")
    c = weight.to(z.device, _result_dtype(z))[y].masked_fill(ignored, 0)
    if traced:
        l, pull = _plain_rows(z, y, emphasis)  # noqa: E741
    else:
        l, pull = _Rows.apply(z, y, emphasis, lambda pull: 1.0, False)  # noqa: E741
    return c * l, c * pull, c


def _share(normalization: str, reduction: str, integral: float, pull: Tensor) -> float | Tensor:
    """What multiplies every l / Z where all rows count alike."""
    if normalization == "batch":
        return 1 / _batch_divisor(pull, len(pull), integral, None)
    scale = integral if normalization == "none" else 1.0
    return scale / len(pull) if reduction == "mean" else scale


def _kernels(z: Tensor, emphasis: Emphasis, *, required: bool) -> ModuleType | None:
    """dmnb._fused if it can take these logits; else None, or RuntimeError where it is required."""
    needed = "Triton"
    if HAS_TRITON:
        from dmnb import _fused  # only now, as it imports Triton

        needed = _fused.needs(z, emphasis)
    if needed and required:
        raise RuntimeError(f"backend 'fused' needs {needed}")
    return None if needed else _fused


def _check_range(y: Tensor, classes: int) -> None:
    outside = (y < 0) | (y >= classes)
    if outside.any():
        raise ValueError(f"target must lie in [0, {classes}), got {y[outside][0].item()}")


def _check_options(emphasis: Emphasis, normalization: str, reduction: str, backend: str) -> None:
    if not isinstance(emphasis, Emphasis):
        raise ValueError(f"emphasis must be a dmnb.emphasis.Emphasis, got {emphasis!r}")
    for name, value, allowed in (
        ("normalization", normalization, NORMALIZATIONS),
        ("reduction", reduction, REDUCTIONS),
        ("backend", backend, BACKENDS),
    ):
        check(name, value, value in allowed, f"one of {', '.join(allowed)}")


def _rows(logits: Tensor, target: Tensor) -> tuple[Tensor, Tensor]:
    """Any of the accepted shapes as (N, C) logits and (N, 1) labels; C >= 2 checked."""
    shape = tuple(logits.shape)
    if not logits.is_floating_point() or not shape:
        raise ValueError(f"logits must be floating with a class axis, got {logits.dtype} {shape}")
    if target.dtype not in INTEGERS:
        raise ValueError(f"target must hold class indices of an integer dtype, got {target.dtype}")
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


def _is_traced(*tensors: Tensor) -> bool:
    wrapped = torch._C._functorch.is_functorch_wrapped_tensor
    return torch.compiler.is_compiling() or any(map(wrapped, tensors))


def _batch_divisor(
    pull: Tensor, count: int | Tensor, integral: float, process_group: Any
) -> Tensor:
    """max(Σ c w, 1e-6 N) / Z from c w / 2Z and N, the number of rows that count."""
    total, count = _sum_over(process_group, pull.device, 2 * pull.sum(), count)
    return total.clamp(min=1e-6 / integral * count + torch.finfo(torch.float32).tiny)


def _sum_over(process_group: Any, device: torch.device, *values: Any) -> tuple | Tensor:
    """Each value summed over the group; as it came where there is none."""
    if process_group is None:
        return values
    sums = torch.stack([torch.as_tensor(v, dtype=torch.float64, device=device) for v in values])
    torch.distributed.all_reduce(sums, group=process_group)
    return sums


def _mean(l: Tensor, c: Tensor, process_group: Any) -> Tensor:  # noqa: E741
    """Σ l / Σ c; NaN with zero gradient where nothing counts."""
    (count,) = _sum_over(process_group, l.device, c.sum())
    nothing = count == 0
    return l.sum() / torch.where(nothing, 1, count) + torch.where(nothing, torch.nan, 0.0)


def _result_dtype(logits: Tensor) -> torch.dtype:
    return torch.promote_types(logits.dtype, torch.float32)


class DMLoss(nn.Module):
    """dm_loss as a module, in the place of nn.CrossEntropyLoss; the arguments are dm_loss's.

    >>> loss = DMLoss(DM(lam=0.5, beta=12))
    >>> loss(torch.zeros(2, 10), torch.tensor([3, 7])).shape
    torch.Size([])
    """

    weight: Tensor | None

    def __init__(
        self,
        emphasis: Emphasis,
        *,
        normalization: str = "integral",
        reduction: str = "mean",
        weight: Tensor | None = None,
        ignore_index: int = -100,
        process_group: Any = None,
        backend: str = "auto",
    ) -> None:
        super().__init__()
        _check_options(emphasis, normalization, reduction, backend)
        self.emphasis = emphasis
        self.normalization = normalization
        self.reduction = reduction
        self.register_buffer("weight", weight)
        self.ignore_index = ignore_index
        self.process_group = process_group
        self.backend = backend

    def forward(self, logits: Tensor, target: Tensor) -> Tensor:
        return _dm_loss(
            logits,
            target,
            self.emphasis,
            self.normalization,
            self.reduction,
            self.weight,
            self.ignore_index,
            self.process_group,
            self.backend,
        )

    def extra_repr(self) -> str:
        return (
            f"{self.emphasis}, normalization={self.normalization!r}, reduction={self.reduction!r}"
        )


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

    logits: (N, C) floating; target: (N,) in [0, C), checked on the CPU. Returns a scalar in the
    dtype of logits.
    dtype: the precision to compute in, or None for that of the logits.
    Source: the PyTorch trainer in the authors' ProSelfLC repository, and 1905.11233, equation 7.
    """

    def __init__(self, lam: float, beta: float, *, dtype: torch.dtype | None = None) -> None:
        super().__init__()
        self.lam, self.beta, self.dtype = lam, beta, dtype
        self.emphasis = DM(lam, beta)

    def forward(self, logits: Tensor, target: Tensor) -> Tensor:
        z, y = _rows(logits, target)
        if z.device.type == "cpu":
            _check_range(y, z.shape[1])
        return _Authors.apply(z.to(self.dtype or z.dtype), y, self.lam, self.beta).to(z.dtype)

    def extra_repr(self) -> str:
        return f"{self.emphasis}, dtype={self.dtype}"
