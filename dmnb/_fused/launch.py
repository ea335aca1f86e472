"""How the kernels are cut and launched: functions of tensors, blind to autograd."""

from __future__ import annotations

import functools
import math
from typing import Any, NamedTuple

import torch
import triton
from torch import Tensor

from dmnb._fused import kernels

SINGLE = 32768  # logits, rows rounded up to a power of two, that one program takes by itself
ON_CHIP = 16384  # columns of the longest row that a program keeps in registers
PARTS = 8192  # partial sums left for one program to add up
INTERPRETED = not isinstance(kernels.forward, triton.JITFunction)
REMEMBER = (3, 6) <= tuple(map(int, triton.__version__.split(".")[:2])) <= (3, 8)  # see _launch


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
    registers: int  # most of a thread


def _power(n: int) -> int:
    """The least power of two >= n; Triton's own costs microseconds, as its cdiv does."""
    return 1 << max(n - 1, 0).bit_length()


@functools.lru_cache
def plan(N: int, C: int, itemsize: int) -> Plan:
    """A function of the shape alone, so that sums come out the same on every device.

    What a row takes beside its logits, most of all the table, is done by every warp that has a part
    of it: hence few warps to a row, and up to 64 logits to a thread. The most registers keep as
    many rows on a processor, one moved while another is computed: two of 16384 columns. Longer rows
    are read twice in quick succession, the second time backwards. About 256 kB of them are under
    way on a processor, 34 MB on 132, so that an L2 cache of 50 MB should hold most of what is read
    again, and L1 some of it.
    """
    width, whole = _power(C), _power(N)
    if width > ON_CHIP:
        warps = min(max(_power(C * itemsize) // 8192, 8), 32)
        rows, block, pieces = 1, min(512 * warps, ON_CHIP), PARTS
    elif whole * width <= SINGLE:
        rows, block, pieces = min(whole, max(SINGLE // 2 // width, 1)), width, 1
        warps = min(max(rows * block // 512, 4), 32)
    elif width < 256:  # a warp has whole rows
        rows, block, pieces, warps = 2048 // width, width, PARTS, 4
    else:
        rows, block, pieces = max(1024 // width, 1), width, PARTS
        warps = max(width // 2048, 1)
    blocks = max(-(-N // rows), 1)
    tiles = -(-blocks // pieces)
    registers = 128 if rows * block > 1024 * warps else 64
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
    alone, weighted, write = cut.programs == 1, weight is not None, g is not None
    parts = None if alone else stats.new_empty(4, cut.programs)
    numbers, align = _layout(z, g if write else z)
    mode, steps, scale, floor, ignore, *_ = options
    key = z.get_device(), z.dtype, mode, weighted, ignore, N >> 31, *numbers
    tensors = z, y, weight, g
    with torch.cuda.device_of(z):
        if write:
            constants = mode, weighted, 4096
            arguments = y, weight, stats, N, C, ignore, scale, *constants
            _launch(kernels.count, (1, 1, 1), arguments, (C, *key), tensors, 16)
        constants = mode, steps, align, *cut[:3], weighted, write, alone
        arguments = z, y, weight, cells, start, rows, parts, value, stats, g
        arguments += N, *numbers, cut.tiles, ignore, scale, floor, *constants
        key += constants
        _launch(kernels.forward, (cut.programs, 1, 1), arguments, key, tensors, *cut[5:])
        if not alone:
            constants = mode, min(_power(cut.programs), 4096)
            arguments = parts, value, stats, cut.programs, scale, floor, *constants
            _launch(kernels.finish, (1, 1, 1), arguments, (key[0], *constants), (), 16)
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
        constants = align, R, block
        arguments = z, y, rows, stats, grad_output, g
        arguments += N, *numbers, grad_stride, ignore_index, *constants
        key = z.get_device(), z.dtype, ignore_index, N >> 31, grad_stride, *numbers, *constants
        grid, tensors = (-(-N // R), -(-C // block), 1), (z, y, rows, stats, grad_output, g)
        with torch.cuda.device_of(z):
            _launch(kernels.backward, grid, arguments, key, tensors, max(block // 512, 4))
    return g


def rescale(g: Tensor, factor: Tensor) -> Tensor:
    """g times a factor on the device, in place."""
    (C, _, _, *strides), align = _layout(g, g)
    arguments = g, factor, len(g), C, *strides, align, 4096
    key = g.get_device(), g.dtype, len(g) >> 31, *arguments[3:]
    with torch.cuda.device_of(g):
        _launch(kernels.rescale, (min(len(g), 1024), 1, 1), arguments, key, (g, factor), 8)
    return g


_compiled: dict[tuple, Any] = {}


def _launch(
    kernel: Any,
    grid: tuple[int, int, int],
    arguments: tuple,
    key: tuple,
    tensors: tuple[Tensor | None, ...],
    warps: int,
    registers: int | None = None,
) -> None:
    """kernel[grid](*arguments), constants and all.

    To find out that it has compiled a kernel takes Triton most of the time of a launch. So compiled
    kernels are kept here; two that Triton would tell apart must have two keys. The key is for
    tensors that begin on 16-byte borders.
    """
    key = id(kernel), warps, registers, key
    addresses = 0
    for x in tensors:
        if x is not None:
            addresses |= x.data_ptr()
    known = REMEMBER and addresses % 16 == 0
    compiled = _compiled.get(key) if known else None
    if compiled is not None:
        compiled[grid](*arguments)
        return
    compiled = kernel[grid](*arguments, num_warps=warps, maxnreg=registers)
    if known and compiled is not None:  # the interpreter has none
        _compiled[key] = compiled


@functools.cache
def _failure(device: torch.device) -> str | None:
    y, stats = torch.zeros(1, dtype=torch.int64, device=device), torch.zeros(5, device=device)
    try:
        with torch.cuda.device_of(y):
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
