r"""l and w of any emphasis over log-odds m, as one small table of polynomials in float32.

Cells are even in asinh(m), as in dmnb.emphasis: dense where p moves, wide where w is a power of p
or 1 - p, so that a cell spans a few per cent of log w wherever float32 can hold w. An emphasis that
is not smooth has its breaks as further borders. On a cell, with t = (m - centre) · 2 / width,

    w / Z = Σ_k w_k t^k,     l / Z = (l / Z)(centre) - (width / 4) Σ_k w_k t^(k+1) / (k+1).

130 kB in all, of which a batch touches the 20 to 30 kB around its own m.
"""

from __future__ import annotations

import functools
import math
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from dmnb.emphasis import Emphasis
from dmnb.emphasis.base import on_cpu

CELLS = 64  # to a unit of asinh(m)
REACH = 16  # the largest |asinh(m)|; beyond are two more cells, where w is constant
ACCURACY = 1e-6  # of w, relative to the largest of its cell
UPPER, CENTRE, PER_WIDTH, QUARTER, VALUE, WEIGHT, LINE = 0, 1, 2, 3, 4, 5, 16  # floats of a cell

_NODES = torch.from_numpy(np.sinh(np.arange(-CELLS * REACH, CELLS * REACH + 1) / CELLS))
_CHEBYSHEV = torch.from_numpy(np.cos((2 * np.arange(8) + 1) / 16 * np.pi))
_TO_POWERS = torch.from_numpy(
    np.linalg.inv(np.vander(_CHEBYSHEV.numpy(), increasing=True)).T.copy()
)
FAR = _NODES[-1].float().item()


class Table(NamedTuple):
    """cells: (K + 2, LINE) float32; start: (K_even + 2,) int32, the first cell of each even one.

    steps: how many cells further than that the right one can be.
    """

    cells: Tensor
    start: Tensor
    steps: int


@functools.cache  # kept for good: a captured CUDA graph holds the address
@on_cpu
def _of(emphasis: Emphasis, device: torch.device) -> Table | None:
    breaks = torch.tensor(emphasis._breaks, dtype=torch.float64).logit()
    nodes = torch.cat([_NODES, breaks]).unique()
    centre = ((nodes[1:] + nodes[:-1]) / 2).float().double()  # fitted about what float32 holds
    per_width = (2 / nodes.diff()).float().double()

    def density(t: Tensor) -> Tensor:
        return emphasis.density_at(centre[:, None] + t / per_width[:, None])

    w = density(_CHEBYSHEV) @ _TO_POWERS
    between = torch.linspace(-0.9, 0.9, 5, dtype=torch.float64)
    truth = density(between)
    error = w.float().double() @ between ** torch.arange(8)[:, None] - truth
    counts = (truth.amax(1) > 1e-30) & (nodes[1:].abs() < emphasis._reach)
    if (error.abs().amax(1) > ACCURACY * truth.amax(1))[counts].any():
        return None

    ends = torch.tensor([-math.inf, math.inf], dtype=torch.float64)
    cells = torch.zeros(len(nodes) + 1, LINE, dtype=torch.float64)
    cells[:, UPPER] = torch.cat([nodes, ends[1:]])
    cells[:, CENTRE] = torch.cat([nodes[:1], centre, nodes[-1:]])
    cells[:, PER_WIDTH], cells[1:-1, PER_WIDTH] = 1, per_width
    cells[:, QUARTER] = 0.5 / cells[:, PER_WIDTH]
    cells[:, VALUE] = emphasis.normalized_objective(cells[:, CENTRE])
    cells[[0, -1], WEIGHT] = emphasis.density_at(ends)
    cells[1:-1, WEIGHT : WEIGHT + 8] = w
    start = torch.searchsorted(nodes, torch.cat([-ends[1:], _NODES]), right=True)
    steps = int((start[2:] - start[:-2]).max()) - 1
    return Table(cells.float().to(device), start.int().to(device), steps)


@torch.compiler.assume_constant_result
def of(emphasis: Emphasis, device: torch.device) -> Table | None:
    """The table on a device, or None for a weight that it would miss by more than ACCURACY."""
    return _of(emphasis, device)
