r"""The DM loss: logits -> log-odds -> objective, with the weight as its derivative.

For logits z and label y let m = z_y - logsumexp_{j≠y} z_j, the log-odds of p = softmax(z)_y. Then
∂m/∂z is 1 at y and -q_j elsewhere, q = softmax over the other classes; its L1 norm is 2. Hence

    l = l(m),  dl/dm = -w/2   =>   ∂l/∂z_y = -w/2,  ∂l/∂z_j = (w/2) q_j,  ||∂l/∂z||_1 = w.

Nothing is divided by 1 - p, so that the weight is exact however well or badly a row is fitted.

Source: arXiv 1905.11233, equations 7, 8 and 12. The log-odds form is ours.
"""

from __future__ import annotations

from functools import partial
from importlib.util import find_spec
from numbers import Integral
from types import ModuleType
from typing import Any

import torch
from torch import Tensor, nn

from dmnb._rows import Rows, check_range, log_odds_of, plain_rows, result_dtype, rows_of
from dmnb.emphasis import Emphasis
from dmnb.emphasis.base import is_traced

NORMALIZATIONS = ("none", "integral", "batch")
REDUCTIONS = ("mean", "sum", "none")
BACKENDS = ("auto", "reference", "fused")
HAS_TRITON = find_spec("triton") is not None


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
            [0, C). In torch.compile and torch.func its m is NaN instead.
    """
    z, y = rows_of(logits, target)
    if z.is_cpu and not is_traced():
        check_range(y, z.shape[1])
    m = log_odds_of(z, y)
    return m.to(result_dtype(logits)).reshape(target.shape)


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

    Gradients accumulated over parts of a batch are those of the whole with reduction "sum", divided
    by Σ c of all parts, and "none" or "integral". The batch's sum is divided already in each part.

    A DM loss may be negative and has no lower bound (w(1) = 1): a step that must lower it, as of a
    line search, or a stop where it no longer falls, wants an anchored emphasis.

    Args:
        logits: (N, C), (C,) or (N, C, d1, ...), floating, C >= 2.
        target: class indices in [0, C) or ignore_index, shape (N,), () or (N, d1, ...).
        emphasis: the weighting w(p), made outside of what torch.compile compiles.
        normalization: "none", "integral" or "batch".
        reduction: "mean", "sum" or "none".
        weight: (C,) class weights, or None for 1.
        ignore_index: rows with this target have no loss and no gradient.
        process_group: None for this process alone. Else sums run over the group and the result is
            world_size * (Σ local / Σ global): what DistributedDataParallel averages to the
            gradient of the joined batch.
        backend: "reference" for torch alone; "fused" for Triton kernels, which compute
            in float32 and make a row with a target outside [0, C) NaN; "auto" for the kernels
            wherever a CUDA device can use them, else the reference.

    Returns:
        A scalar, or the shape of target for reduction "none"; float32 for half-precision logits.
        An empty or wholly ignored batch has mean NaN, sum 0 and batch 0, with zero gradients.
        Infinite logits are NaN, in value and gradient, where they are in cross-entropy.
        Second derivatives are those of l (with the batch's divisor constant), by reverse mode
        (torch.func.jacrev of jacrev); there is no forward mode.

    Raises:
        ValueError: on shapes, dtypes or options that do not fit, C = 1, or (on the CPU) a target
            outside [0, C). In torch.compile and torch.func its row is NaN instead.
        RuntimeError: for backend "fused" where the kernels cannot be used; it says why.
    """
    _check_options(emphasis, normalization, reduction, backend, weight, ignore_index)
    z, y = rows_of(logits, target)
    emphasis = emphasis._for_labels(y, z.shape[1])
    options = (emphasis, normalization, reduction, weight, ignore_index, process_group)
    kernels = None
    if backend == "fused" or (backend == "auto" and z.is_cuda):
        kernels = _kernels(z, emphasis, required=backend == "fused")
    if kernels is None:
        total = _reference(z, y, *options)
    else:
        again = None if is_traced() else lambda z: _reference(z, y, *options)
        total, _ = kernels.dm_loss(z, y, *options, again)
    return total.reshape(target.shape) if reduction == "none" else total


def _reference(
    z: Tensor,
    y: Tensor,
    emphasis: Emphasis,
    normalization: str,
    reduction: str,
    weight: Tensor | None,
    ignore_index: int,
    process_group: Any,
) -> Tensor:
    """dm_loss of (N, C) logits and (N, 1) labels in torch alone; (N,) for reduction "none"."""
    eager = z.is_cpu and not is_traced()
    alike = weight is None and process_group is None and not 0 <= ignore_index < z.shape[1]
    if eager and alike and len(z) > 0:
        divisor = partial(_divisor, normalization, reduction, emphasis.integral)
        summed = reduction != "none"
        try:
            total, _ = Rows.apply(z, y, emphasis, divisor, summed)
            return total if summed else total.squeeze(1)
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
    return total.squeeze(1) if reduction == "none" else total


def _weighted_rows(
    z: Tensor, y: Tensor, emphasis: Emphasis, weight: Tensor | None, ignore_index: int
) -> tuple[Tensor, Tensor, Tensor]:
    """c l / Z, c w / 2Z and c, all (N, 1); c: class weights or 1, 0 where ignored."""
    traced = is_traced()
    ignored = y == ignore_index
    label = y.masked_fill(ignored, 0)
    if traced:
        label = label.clamp(0, z.shape[1] - 1)  # a wrong one makes m NaN
    elif z.is_cpu:
        check_range(label, z.shape[1])
    weight = z.new_ones(z.shape[1]) if weight is None else weight
    if weight.shape != z.shape[1:]:
        raise ValueError(f"weight must have shape ({z.shape[1]},), got {tuple(weight.shape)}")
    c = weight.to(z.device, result_dtype(z))[label].masked_fill(ignored, 0)
    if traced:
        l, pull = plain_rows(z, y, emphasis, ignored)  # noqa: E741
    else:
        z = z.masked_fill(ignored, 0)
        l, pull = Rows.apply(z, label, emphasis, lambda pull: 1.0, False)  # noqa: E741
    return c * l, c * pull, c


def _divisor(normalization: str, reduction: str, integral: float, pull: Tensor) -> float | Tensor:
    """What divides every l / Z where all rows count alike."""
    if normalization == "batch":
        return _batch_divisor(pull, len(pull), integral, None)
    count = len(pull) if reduction == "mean" else 1
    return count / integral if normalization == "none" else count


def _kernels(z: Tensor, emphasis: Emphasis, *, required: bool) -> ModuleType | None:
    """dmnb._fused if it can take these logits; else None, or RuntimeError where it is required."""
    needed = "Triton"
    if HAS_TRITON:
        from dmnb import _fused  # only now, as it imports Triton

        needed = _fused.needs(z, emphasis)
    if needed and required:
        raise RuntimeError(f"backend 'fused' needs {needed}")
    return None if needed else _fused


def _check_options(
    emphasis: Emphasis,
    normalization: str,
    reduction: str,
    backend: str,
    weight: Tensor | None,
    ignore_index: int,
) -> None:
    if not isinstance(emphasis, Emphasis):
        raise ValueError(f"emphasis must be a dmnb.emphasis.Emphasis, got {emphasis!r}")
    for name, value, allowed in (
        ("normalization", normalization, NORMALIZATIONS),
        ("reduction", reduction, REDUCTIONS),
        ("backend", backend, BACKENDS),
    ):
        if value not in allowed:
            raise ValueError(f"{name} must be one of {', '.join(allowed)}, got {value!r}")
    if not (weight is None or isinstance(weight, Tensor)):
        raise ValueError(f"weight must be a (C,) tensor of class weights or None, got {weight!r}")
    if not isinstance(ignore_index, Integral):
        raise ValueError(f"ignore_index must be a label, an integer, got {ignore_index!r}")


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
    mean = l.sum() / torch.where(nothing, 1, count) + torch.where(nothing, torch.nan, 0.0)
    return mean.to(l.dtype)


class DMLoss(nn.Module):
    """dm_loss as a module, in the place of nn.CrossEntropyLoss; the arguments are dm_loss's.

    >>> loss = DMLoss(DM(lam=0.5, beta=12))
    >>> loss(torch.zeros(2, 10), torch.tensor([3, 7])).shape
    torch.Size([])

    To change the weighting while training, assign another: loss.emphasis = DM(lam=1, beta=8). Each
    new one costs some milliseconds; once an epoch is often enough. The state dict holds weight
    alone, as nn.CrossEntropyLoss's does, so that a schedule has to be set again.
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
        _check_options(emphasis, normalization, reduction, backend, weight, ignore_index)
        self.emphasis = emphasis
        self.normalization = normalization
        self.reduction = reduction
        self.register_buffer("weight", weight)
        self.ignore_index = ignore_index
        self.process_group = process_group
        self.backend = backend

    def forward(self, logits: Tensor, target: Tensor) -> Tensor:
        return dm_loss(
            logits,
            target,
            self.emphasis,
            normalization=self.normalization,
            reduction=self.reduction,
            weight=self.weight,
            ignore_index=self.ignore_index,
            process_group=self.process_group,
            backend=self.backend,
        )

    def extra_repr(self) -> str:
        names = ("normalization", "reduction", "ignore_index")
        return ", ".join([str(self.emphasis), *(f"{n}={getattr(self, n)!r}" for n in names)])
