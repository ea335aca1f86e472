r"""The kernels. Each row's m = z_y - top - log s, top = max_{j≠y} z_j, s = Σ_{j≠y} exp(z_j - top).

C and the row strides come in units of ALIGN, a power of two that divides them: the compiler then
knows that rows begin on 16-byte borders, and moves 16 bytes at a time. No sum depends on the order
in which programs run, so that the same input gives the same bits.
"""

from __future__ import annotations

import torch
import triton
import triton.language as tl
from triton.language.extra import libdevice

from dmnb._fused import table

MEAN, SUM, BATCH = tl.constexpr(0), tl.constexpr(1), tl.constexpr(2)  # what divides Σ c l
_TINY = tl.constexpr(torch.finfo(torch.float32).tiny)
_CELLS, _REACH, _FAR = (tl.constexpr(x) for x in (table.CELLS, table.REACH, table.FAR))
_CENTRE, _PER_WIDTH = tl.constexpr(table.CENTRE), tl.constexpr(table.PER_WIDTH)
_QUARTER, _VALUE = tl.constexpr(table.QUARTER), tl.constexpr(table.VALUE)
_WEIGHT, _LINE = tl.constexpr(table.WEIGHT), tl.constexpr(table.LINE)


@triton.jit
def _two_sum(a, b):
    """a + b, rounded, and what the rounding lost."""
    total = a + b
    of_b = total - a
    return total, (a - (total - of_b)) + (b - of_b)


_HAS_LIBDEVICE = tl.constexpr(isinstance(_two_sum, triton.JITFunction))  # no interpreter has it


@triton.jit
def _exp(x):
    """Of x <= 0: what would be below 1e-38 is 0, for which tl.exp takes three instructions more."""
    if _HAS_LIBDEVICE:
        return libdevice.fast_expf(x)
    else:
        return tl.exp(x)


@triton.jit
def _log_odds(z_y, top, s):
    """m as a sum of two floats, since an error of m is one of log w: m = 60 is 4e-6 wide.

    What is left is the error of s and its logarithm.
    """
    gap, low = _two_sum(z_y, -top)
    m, lower = _two_sum(gap, -tl.log(s))
    low += lower
    m = tl.where(z_y == float("inf"), float("nan"), m)  # an overflow must not pass for a fit
    return m, tl.where(tl.abs(low) < float("inf"), low, 0.0)


@triton.jit
def _look_up(m, low, cells, start, STEPS: tl.constexpr):
    """l / Z and w / Z at m + low. Three reads wait for one another, mostly on L1."""
    x = tl.minimum(tl.maximum(tl.where(m == m, m, 0.0), -_FAR), _FAR)
    asinh = tl.log(tl.abs(x) + tl.sqrt(x * x + 1.0))
    asinh = tl.where(x < 0, -asinh, asinh)
    k = (asinh * _CELLS + (_REACH * _CELLS + 1 - 1e-3)).to(tl.int32)  # rounding never leads too far
    k = tl.load(start + k)
    for _ in range(STEPS):
        k += (m > tl.load(cells + _LINE * k)).to(tl.int32)
    cell = cells + _LINE * k
    t = ((m - tl.load(cell + _CENTRE)) + low) * tl.load(cell + _PER_WIDTH)
    inside = tl.minimum(tl.maximum(t, -2.0), 2.0)  # for the outer cells, of constant w
    w = tl.load(cell + (_WEIGHT + 7))
    mean = w / 8  # of w between the centre and t
    for j in tl.static_range(7):
        coefficient = tl.load(cell + (_WEIGHT + 6 - j))
        w = w * inside + coefficient
        mean = mean * inside + coefficient * (1.0 / (7 - j))
    fall = tl.where(mean == 0, 0.0, tl.load(cell + _QUARTER) * t * mean)
    l = tl.load(cell + _VALUE) - fall  # noqa: E741
    return tl.where(m == m, l, m), tl.where(m == m, tl.maximum(w, 0.0), m)


@triton.jit
def _read(row, column, j, keep, C):
    """Logits of columns j; -inf beyond C and in rows that do not count."""
    mask = keep[:, None] & (j < C)[None, :]
    return tl.load(row[:, None] + j[None, :] * column, mask=mask, other=-float("inf"))


@triton.jit
def _others(x, j, label):
    """x in float32, -inf at the label."""
    return tl.where(j[None, :] == label[:, None], -float("inf"), x.to(tl.float32))


@triton.jit
def _store(row, column, j, label, inside, C, e, s, half):
    """Writes half · e / s, and -half at the label."""
    share = tl.where(s == 0, 0.0 * half, half / s)  # s = 0: all other logits are -inf
    g = tl.where(j[None, :] == label[:, None], -half[:, None], e * share[:, None])
    mask = inside[:, None] & (j < C)[None, :]
    tl.store(row[:, None] + j[None, :] * column, g.to(row.dtype.element_ty), mask=mask)


@triton.jit
def _settle(value, stats, l, c, v, n, scale, floor, MODE: tl.constexpr):  # noqa: E741
    """value = scale Σ c l / D, and stats = scale / D, Σ c l, Σ c, Σ c w / Z, n."""
    divisor = 1.0 + 0.0 * n
    if MODE == MEAN:
        divisor = c
    elif MODE == BATCH:
        divisor = tl.maximum(v, floor * n + _TINY, propagate_nan=tl.PropagateNan.ALL)
    tl.store(value, scale * l / divisor)
    tl.store(stats, tl.where(divisor == 0, 0.0, scale / divisor))
    tl.store(stats + 1, l)
    tl.store(stats + 2, c)
    tl.store(stats + 3, v)
    tl.store(stats + 4, n)


@triton.jit(do_not_specialize=["N", "tiles", "ignore_index"])
def forward(
    z, y, weight, cells, start, rows, parts, value, stats, g,
    N, C, z_row, z_column, g_row, g_column, tiles, ignore_index, scale, floor,
    MODE: tl.constexpr, STEPS: tl.constexpr, ALIGN: tl.constexpr,
    R: tl.constexpr, BLOCK: tl.constexpr, ONLINE: tl.constexpr,
    WEIGHTED: tl.constexpr, WRITE: tl.constexpr, LAST: tl.constexpr,
):  # fmt: skip
    """rows = c l / Z, c w / Z, m, top, s; with WRITE also g, the gradient times stats[0]."""
    C, far = C * ALIGN, N.to(tl.int64)  # 4 N need not fit into the 32 bits that N has
    program, j = tl.program_id(0), tl.arange(0, BLOCK)
    sum_l = tl.zeros([R], tl.float32)
    sum_c, sum_v, count = sum_l, sum_l, sum_l
    for tile in range(tiles):
        i = (program * tiles + tile) * R + tl.arange(0, R)
        inside = i < N
        label = tl.load(y + i, mask=inside, other=ignore_index)
        keep = label != ignore_index
        exists = keep & (label >= 0) & (label < C)
        row = z + i.to(tl.int64) * z_row * ALIGN
        z_y = tl.load(row + label * z_column, mask=exists, other=float("nan")).to(tl.float32)
        c = tl.where(keep, 1.0, 0.0)
        if WEIGHTED:
            c = tl.where(keep, tl.load(weight + label, mask=exists, other=1.0), 0.0)
        label = label.to(tl.int32)

        if ONLINE:  # top and s in one read
            top = tl.full([R], -float("inf"), tl.float32)
            e = tl.zeros([R, BLOCK], tl.float32)
            ahead = _read(row, z_column, j, keep, C)  # the next block is under way meanwhile
            for first in range(0, C, BLOCK):
                x = _others(ahead, first + j, label)
                ahead = _read(row, z_column, first + BLOCK + j, keep, C)
                higher = tl.maximum(top, tl.max(x, 1))
                base = tl.where(higher == -float("inf"), 0.0, higher)
                e = e * _exp(top - base)[:, None] + _exp(x - base[:, None])
                top = higher
            top = tl.where(top == -float("inf"), 0.0, top)
        else:
            x = _others(_read(row, z_column, j, keep, C), j, label)
            top = tl.max(x, 1)
            top = tl.where(top == -float("inf"), 0.0, top)
            e = _exp(x - top[:, None])
        s = tl.sum(e, 1)

        m, low = _log_odds(z_y, top, s)
        l, w = _look_up(m, low, cells, start, STEPS)  # noqa: E741
        l, v = tl.where(keep, c * l, 0.0), tl.where(keep, c * w, 0.0)  # noqa: E741
        sum_l += l
        sum_c += c
        sum_v += v
        count += tl.where(c != 0, 1.0, 0.0)
        tl.store(rows + i, l, mask=inside)
        tl.store(rows + far + i, v, mask=inside)
        tl.store(rows + 2 * far + i, m, mask=inside)
        tl.store(rows + 3 * far + i, top, mask=inside)
        tl.store(rows + 4 * far + i, s, mask=inside)

        if WRITE:
            half = 0.5 * tl.load(stats) * v
            out = g + i.to(tl.int64) * g_row * ALIGN
            if ONLINE:  # backwards, since what was read last is nearest
                last = (C - 1) // BLOCK * BLOCK
                for back in range(0, C, BLOCK):
                    k = last - back + j
                    x = _others(_read(row, z_column, k, keep, C), k, label)
                    e = _exp(x - top[:, None])
                    _store(out, g_column, k, label, inside, C, e, s, half)
            else:
                _store(out, g_column, j, label, inside, C, e, s, half)

    l, c, v, n = tl.sum(sum_l, 0), tl.sum(sum_c, 0), tl.sum(sum_v, 0), tl.sum(count, 0)  # noqa: E741
    if LAST:
        _settle(value, stats, l, c, v, n, scale, floor, MODE)
    else:
        parts += program
        tl.store(parts, l)
        tl.store(parts + tl.num_programs(0), c)
        tl.store(parts + 2 * tl.num_programs(0), v)
        tl.store(parts + 3 * tl.num_programs(0), n)


@triton.jit(do_not_specialize=["P"])
def finish(parts, value, stats, P, scale, floor, MODE: tl.constexpr, BLOCK: tl.constexpr):
    """Adds up the sums of P programs."""
    l = tl.zeros([BLOCK], tl.float32)  # noqa: E741
    c, v, n = l, l, l
    for first in range(0, P, BLOCK):
        i = first + tl.arange(0, BLOCK)
        l += tl.load(parts + i, mask=i < P, other=0.0)  # noqa: E741
        c += tl.load(parts + P + i, mask=i < P, other=0.0)
        v += tl.load(parts + 2 * P + i, mask=i < P, other=0.0)
        n += tl.load(parts + 3 * P + i, mask=i < P, other=0.0)
    l, c, v, n = tl.sum(l, 0), tl.sum(c, 0), tl.sum(v, 0), tl.sum(n, 0)  # noqa: E741
    _settle(value, stats, l, c, v, n, scale, floor, MODE)


@triton.jit(do_not_specialize=["N", "ignore_index"])
def count(
    y, weight, stats, N, C, ignore_index, scale,
    MODE: tl.constexpr, WEIGHTED: tl.constexpr, BLOCK: tl.constexpr,
):  # fmt: skip
    """stats[0] = scale / D ahead of forward, from the labels alone."""
    c = tl.zeros([BLOCK], tl.float32)
    for first in range(0, N, BLOCK):
        i = first + tl.arange(0, BLOCK)
        label = tl.load(y + i, mask=i < N, other=ignore_index)
        keep = label != ignore_index
        if WEIGHTED:
            exists = keep & (label >= 0) & (label < C)
            c += tl.load(weight + label, mask=exists, other=0.0)
        else:
            c += tl.where(keep, 1.0, 0.0)
    divisor = tl.sum(c, 0)
    if MODE == SUM:
        divisor = 1.0 + 0.0 * divisor
    tl.store(stats, tl.where(divisor == 0, 0.0, scale / divisor))


@triton.jit(do_not_specialize=["N", "ignore_index"])
def backward(
    z, y, rows, stats, grad_output, g,
    N, C, z_row, z_column, g_row, g_column, grad_stride, ignore_index,
    ALIGN: tl.constexpr, R: tl.constexpr, BLOCK: tl.constexpr,
):  # fmt: skip
    """g from z and what forward kept of each row; g may be z itself."""
    C, far = C * ALIGN, N.to(tl.int64)
    program = tl.num_programs(0) - 1 - tl.program_id(0)  # the rows that forward read last, first
    i = program * R + tl.arange(0, R)
    j = tl.program_id(1) * BLOCK + tl.arange(0, BLOCK)
    inside = i < N
    label = tl.load(y + i, mask=inside, other=ignore_index)
    keep = label != ignore_index
    label = label.to(tl.int32)
    i = i.to(tl.int64)
    v = tl.load(rows + far + i, mask=keep, other=0.0)
    top = tl.load(rows + 3 * far + i, mask=keep, other=0.0)
    s = tl.load(rows + 4 * far + i, mask=keep, other=0.0)
    upstream = tl.load(grad_output + i * grad_stride, mask=keep, other=0.0)
    half = tl.where(keep, 0.5 * tl.load(stats) * v * upstream, 0.0)
    x = _others(_read(z + i * z_row * ALIGN, z_column, j, keep, C), j, label)
    e = _exp(x - top[:, None])
    _store(g + i * g_row * ALIGN, g_column, j, label, inside, C, e, s, half)


@triton.jit(do_not_specialize=["N"])
def rescale(g, grad_output, N, C, g_row, g_column, ALIGN: tl.constexpr, BLOCK: tl.constexpr):
    """g *= grad_output; where that is 1 nothing is read or written."""
    factor = tl.load(grad_output)
    C = C * ALIGN
    if factor != 1.0:
        for i in range(tl.program_id(0), N, tl.num_programs(0)):
            row = g + tl.cast(i, tl.int64) * g_row * ALIGN
            for first in range(0, C, BLOCK):
                j = first + tl.arange(0, BLOCK)
                x = tl.load(row + j * g_column, mask=j < C).to(tl.float32) * factor
                tl.store(row + j * g_column, x.to(g.dtype.element_ty), mask=j < C)
