"""How the kernels are cut and launched: functions of tensors, blind to autograd."""

from __future__ import annotations

import functools
import math
from typing import NamedTuple

import torch
import triton
from torch import Tensor

from dmnb._fused import kernels

SINGLE = 32768  # logits, rows rounded up to a power of two, that one program takes by itself
ON_CHIP = 16384  # columns of the longest row that a program keeps in registers
PARTS = 8192  # partial sums left for one program to add up
INTERPRETED = not isinstance(kernels.forward, triton.JITFunction)


class Options(NamedTuple):
    """What a call has beside its tensors."""

    mode: int  # of kernels._settle
    steps: int  # of the table
    scale: float
    floor: float
    ignore_index: int
    per_row: bool = False
    one_pass: bool = False
    inplace: bool = False


class Plan(NamedTuple):
    """programs x tiles x (rows x block): each row whole, or online in blocks."""

    rows: int
    block: int
    online: bool
    tiles: int
    programs: int
    warps: int
    registers: int | None  # most of a thread


def _power(n: int) -> int:
    """The least power of two >= n; Triton's own costs microseconds, as its cdiv does."""
    return 1 << max(n - 1, 0).bit_length()


@functools.lru_cache
def plan(N: int, C: int, itemsize: int) -> Plan:
    """A function of the shape alone, so that sums come out the same on every device.

    Each thread holds 16 logits, or 32 of a row of 16384 and then in 64 registers, so that two such
    rows share a processor: one is moved while the other is computed. Longer rows are read twice in
    quick succession. About 256 kB of them are under way on a processor, 34 MB on 132, so that an L2
    cache of 50 MB should hold most of what is read again.
    """
    width, whole = _power(C), _power(N)
    if width > ON_CHIP:
        warps = min(max(_power(C * itemsize) // 8192, 8), 32)
        rows, block, pieces = 1, min(512 * warps, ON_CHIP), PARTS
    elif whole * width <= SINGLE:
        rows, block, pieces = min(whole, max(SINGLE // 2 // width, 1)), width, 1
        warps = min(max(rows * block // 512, 4), 32)
    else:
        rows, block, pieces = max(2048 // width, 1), width, PARTS
        warps = min(max(rows * block // 512, 4), 16)
    blocks = max(-(-N // rows), 1)
    tiles = -(-blocks // pieces)
    registers = 64 if rows * block > 512 * warps and warps == 16 else None
    return Plan(rows, block, width > ON_CHIP, tiles, -(-blocks // tiles), warps, registers)


def forward(
    z: Tensor,
    y: Tensor,
    weight: Tensor | None,
    cells: Tensor,
    start: Tensor,
    options: Options,
    g: Tensor | None = None,
) -> tuple[Tensor, Tensor, Tensor]:
    """value (), rows (5, N) and stats (5,), as the kernel has them; and the gradient into g."""
    N, C = z.shape
    value, rows, stats = (z.new_empty(s, dtype=torch.float32) for s in results(N))
    cut = plan(N, C, z.element_size())
    alone = cut.programs == 1
    parts = None if alone else stats.new_empty(4, cut.programs)
    numbers, align = _layout(z, z if g is None else g)
    mode, weighted, ignore = options.mode, weight is not None, options.ignore_index
    scales = options.scale, options.floor
    with torch.cuda.device_of(z):
        if g is not None:
            kernels.count[(1,)](
                y, weight, stats, N, C, ignore, options.scale,
                MODE=mode, WEIGHTED=weighted, BLOCK=4096, num_warps=16,
            )  # fmt: skip
        kernels.forward[(cut.programs,)](
            z, y, weight, cells, start, rows, parts, value, stats, g,
            N, *numbers, cut.tiles, ignore, *scales,
            MODE=mode, STEPS=options.steps, ALIGN=align,
            R=cut.rows, BLOCK=cut.block, ONLINE=cut.online,
            WEIGHTED=weighted, WRITE=g is not None, LAST=alone,
            num_warps=cut.warps, maxnreg=cut.registers,
        )  # fmt: skip
        if not alone:
            block = min(_power(cut.programs), 4096)
            kernels.finish[(1,)](
                parts, value, stats, cut.programs, *scales, MODE=mode, BLOCK=block, num_warps=16
            )
    return value, rows, stats


def results(N: int) -> tuple[tuple[int, ...], ...]:
    """The shapes of value, rows and stats."""
    return (), (5, N), (5,)


def backward(
    z: Tensor,
    y: Tensor,
    rows: Tensor,
    stats: Tensor,
    grad_output: Tensor,
    ignore_index: int,
    g: Tensor,
) -> Tensor:
    """g, (N, C), which may be z, filled; grad_output is () or (N,)."""
    N, C = z.shape
    block = min(_power(C), 4096)
    R = max(2048 // block, 1)
    numbers, align = _layout(z, g)
    grad_stride = grad_output.stride(0) if grad_output.dim() else 0
    if N:
        with torch.cuda.device_of(z):
            kernels.backward[(-(-N // R), -(-C // block))](
                z, y, rows, stats, grad_output, g,
                N, *numbers, grad_stride, ignore_index,
                ALIGN=align, R=R, BLOCK=block, num_warps=max(block // 512, 4),
            )  # fmt: skip
    return g


def rescale(g: Tensor, factor: Tensor) -> Tensor:
    """g times a factor on the device, in place."""
    (C, _, _, *strides), align = _layout(g, g)
    with torch.cuda.device_of(g):
        kernels.rescale[(min(len(g), 1024),)](
            g, factor, len(g), C, *strides, ALIGN=align, BLOCK=4096, num_warps=8
        )
    return g


@functools.cache
def _failure(device: torch.device) -> str | None:
    y, stats = torch.zeros(1, dtype=torch.int64, device=device), torch.zeros(5, device=device)
    try:
        kernels.count[(1,)](y, None, stats, 1, 2, -100, 1.0, MODE=0, WEIGHTED=False, BLOCK=16)
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return None


@torch.compiler.assume_constant_result
def failure(device: torch.device) -> str | None:
    """What Triton says when it cannot make a kernel run on the device (no C compiler, say)."""
    return _failure(device)


def _layout(z: Tensor, g: Tensor) -> tuple[tuple[int, ...], int]:
    """C and the strides of z and g, row and column, as kernels take them; and ALIGN."""
    C = z.shape[1]
    align = math.gcd(C, z.stride(0), g.stride(0), 16)
    (z_row, z_column), (g_row, g_column) = z.stride(), g.stride()
    return (C // align, z_row // align, z_column, g_row // align, g_column), align
