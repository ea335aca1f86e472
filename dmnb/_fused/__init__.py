r"""The DM loss as Triton kernels: loss, weights and gradient, the same function as dmnb.loss.

Let L be the bytes of the (N, C) logits. Two ways lead to the gradient:

- Two passes: forward reads L and keeps five numbers a row; backward reads L and writes L. Up to
  about 40 MB its read comes from the L2 cache. For "batch", whose divisor is known only after all
  rows are, for reduction "none", for float16 (which would lose a gradient that a GradScaler only
  later scales up), over a process group, in torch.compile, and for all small logits.
- One pass, from ONE_PASS bytes on: forward reads L and writes the gradient, L; backward looks at
  grad_output on the device and where it is 1 moves nothing, else reads and writes L once more.

That is 1.5 and 1 times the bytes of reading and writing L once. Rows beyond launch.ON_CHIP columns
are read twice in forward, the second time from L2 if all goes well, else 0.5 more. So counted;
benchmarks/loss_gpu.py measures.

Launches: forward has one where a single program takes all rows, else a second that adds up partial
sums; backward has one. The one pass counts the labels first, and its backward is one small launch.
Nothing waits for the device.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from dmnb._fused import kernels, launch, table
from dmnb._fused.launch import Options
from dmnb._rows import is_batched
from dmnb.emphasis import Emphasis
from dmnb.emphasis.base import is_traced

ONE_PASS = 2**26  # bytes: what is smaller is still in L2 when backward comes, or nearly
WIDE = 2048  # columns: with fewer there are too many labels for one program to count


# For torch.compile: the launches as operators that it can trace.


@torch.library.custom_op("dmnb::dm_forward", mutates_args=())
def _forward_op(
    z: Tensor,
    y: Tensor,
    weight: Tensor | None,
    cells: Tensor,
    start: Tensor,
    mode: int,
    steps: int,
    scale: float,
    floor: float,
    ignore_index: int,
) -> tuple[Tensor, Tensor, Tensor]:
    options = Options(mode, steps, scale, floor, ignore_index)
    return launch.forward(z, y, weight, cells, start, options)


@_forward_op.register_fake
def _(z, *_):
    return tuple(z.new_empty(s, dtype=torch.float32) for s in launch.results(z.shape[0]))


@torch.library.custom_op("dmnb::dm_backward", mutates_args=())
def _backward_op(
    z: Tensor, y: Tensor, rows: Tensor, stats: Tensor, grad_output: Tensor, ignore_index: int
) -> Tensor:
    return launch.backward(z, y, rows, stats, grad_output, ignore_index, z.new_empty(z.shape))


@_backward_op.register_fake
def _(z, *_):
    return z.new_empty(z.shape)


class _Fused(torch.autograd.Function):
    """(N, C) logits, (N,) labels -> the loss, () or (N,), and rows (5, N) without gradient."""

    @staticmethod
    def forward(
        ctx: Any,
        z: Tensor,
        y: Tensor,
        weight: Tensor | None,
        cells: Tensor,
        start: Tensor,
        options: Options,
        process_group: Any,
        reference: Callable[[Tensor], Tensor] | None,
    ) -> tuple[Tensor, Tensor]:
        ctx.options, ctx.reference, ctx.gradient = options, reference, None
        if torch.compiler.is_compiling():
            value, rows, stats = _forward_op(z, y, weight, cells, start, *options[:5])
        else:
            if options.one_pass:
                ctx.gradient = z.detach() if options.inplace else z.new_empty(z.shape)
            value, rows, stats = launch.forward(z, y, weight, cells, start, options, ctx.gradient)
        if process_group is not None:
            value, stats = _join(stats, options, process_group)
        if options.per_row:
            value = rows[0] * stats[0]
        if options.one_pass and options.inplace:
            torch.autograd.graph.increment_version(z)  # whoever kept the logits is told
        else:
            ctx.save_for_backward(z, y, rows, stats)
        ctx.mark_non_differentiable(rows)
        ctx.set_materialize_grads(False)  # a launch, to fill zeros for rows
        return value, rows

    @staticmethod
    def backward(ctx: Any, grad_output: Tensor | None, _: Any) -> tuple[Tensor | None, ...]:
        if grad_output is None:
            return (None,) * 8
        options, again = ctx.options, torch.is_grad_enabled()
        g, ctx.gradient = ctx.gradient, None
        if torch.compiler.is_compiling():
            g = _backward_op(*_saved(ctx), grad_output, options.ignore_index)
        elif again or is_batched(grad_output):
            z, *_ = _saved(ctx)
            with torch.enable_grad():
                value = ctx.reference(z)
            (g,) = torch.autograd.grad(value, z, grad_output, create_graph=again)
        elif g is not None:
            launch.rescale(g, grad_output)
        else:  # the two passes, or another backward through the same graph
            z, *kept = _saved(ctx)
            out = z.detach() if options.inplace else z.new_empty(z.shape)
            g = launch.backward(z, *kept, grad_output, options.ignore_index, out)
            if options.inplace:
                torch.autograd.graph.increment_version(z)
        return g, None, None, None, None, None, None, None


def _saved(ctx: Any) -> tuple[Tensor, ...]:
    if not ctx.saved_tensors:
        raise RuntimeError("inplace: the logits became their gradient, which is gone")
    return ctx.saved_tensors


def _join(stats: Tensor, options: Options, process_group: Any) -> tuple[Tensor, Tensor]:
    """value and stats with the sums in D taken over the group, times its number of processes."""
    sums = stats[2:].double()
    torch.distributed.all_reduce(sums, group=process_group)
    c, v, n = sums
    floor = options.floor * n + torch.finfo(torch.float32).tiny
    by_mode = {
        kernels.MEAN.value: c,
        kernels.SUM.value: torch.ones_like(c),
        kernels.BATCH.value: v.clamp(min=floor),
    }
    divisor = by_mode[options.mode]
    scale = options.scale * torch.distributed.get_world_size(process_group)
    factor = torch.where(divisor == 0, 0, scale / divisor)
    return (scale * stats[1] / divisor).float(), torch.cat([factor[None], stats[1:]]).float()


def needs(z: Tensor, emphasis: Emphasis) -> str | None:
    """What the kernels need and (N, C) logits or an emphasis do not have; None if nothing."""
    if not ((z.is_cuda and torch.version.cuda) or launch.INTERPRETED):
        return f"logits on a CUDA device, got {z.device}"
    if z.dtype not in (torch.float32, torch.bfloat16, torch.float16):
        return f"logits of float32, bfloat16 or float16, got {z.dtype}"
    if is_traced() and not torch.compiler.is_compiling():
        return "logits outside the transforms of torch.func"
    if z.shape[1] * z.stride(1) >= 2**31:
        return f"rows that span less than 2^31 elements, got stride {z.stride(1)}"
    if failure := launch.failure(z.device):
        return f"a Triton that works on {z.device}, got {failure}"
    if not isinstance(emphasis, Emphasis):
        return "one emphasis for all classes"
    if not 1e-30 < emphasis.integral < 1e30 or table.of(emphasis, z.device) is None:
        return f"a weight that float32 holds, smooth but at its breaks, got {emphasis}"
    return None


def dm_loss(
    z: Tensor,
    y: Tensor,
    emphasis: Emphasis,
    normalization: str,
    reduction: str,
    weight: Tensor | None,
    ignore_index: int,
    process_group: Any,
    reference: Callable[[Tensor], Tensor] | None = None,
    inplace: bool = False,
) -> tuple[Tensor, Tensor]:
    """dmnb.dm_loss of rows that have all it needs, and what it found of each.

    Args:
        z: (N, C) logits of any strides; inf in the right places is NaN, as in cross-entropy.
        y: (N,) or (N, 1) labels, int64. One outside [0, C) makes its row NaN.
        reference: z -> the same loss in differentiable operations, for second derivatives and for
            many gradients at once.
        inplace: let the gradient take the place of the logits, in forward with one pass, else in
            backward. Whoever kept the logits for a backward of its own gets autograd's error.
        The others: as dmnb.dm_loss.

    Returns:
        The loss, () or (N,), float32, and rows (5, N), float32: c l / Z, c w / Z, m (NaN where
        ignored), and two for the kernels.

    Raises:
        ValueError: inplace for a leaf of the graph, or weight of another shape.
    """
    if inplace and z.is_leaf:
        raise ValueError("inplace must be False for logits that are a leaf of the graph")
    if weight is not None and weight.shape != z.shape[1:]:
        raise ValueError(f"weight must have shape ({z.shape[1]},), got {tuple(weight.shape)}")
    y = y.reshape(-1).contiguous()
    cells, start, steps = table.of(emphasis, z.device)
    batch, per_row = normalization == "batch", reduction == "none"
    mode = kernels.BATCH if batch else kernels.MEAN if reduction == "mean" else kernels.SUM
    group = None if per_row and not batch else process_group
    one_pass = (
        not (torch.compiler.is_compiling() or batch or per_row or z.dtype == torch.float16)
        and group is None
        and z.numel() * z.element_size() >= ONE_PASS
        and z.shape[1] >= WIDE
        and z.requires_grad
        and torch.is_grad_enabled()
    )
    scale = emphasis.integral if normalization == "none" else 1.0
    options = Options(
        mode.value, steps, scale, 1e-6 / emphasis.integral, ignore_index, per_row, one_pass, inplace
    )
    if weight is not None:
        weight = weight.to(z.device, torch.float32).contiguous()
    return _Fused.apply(z, y, weight, cells, start, options, group, reference)
