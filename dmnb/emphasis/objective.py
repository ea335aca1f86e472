"""The objective of a weighting as a table: l / Z over log-odds m, a polynomial in each cell.

The integrals over m are taken cell by cell. Nodes are even in asinh(m): dense where p moves, wide
in the tails, and far enough out (|m| = 4e6) that no tail is left.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

G = 5  # Gauss points in a cell
NODES = torch.from_numpy(np.sinh(np.arange(-1024, 1025) / 64))
HUGE = 1e300  # the largest |m| at which l is found
_T, _OMEGA = (torch.from_numpy(a) for a in np.polynomial.legendre.leggauss(G))


class Table(NamedTuple):
    """l / Z as one polynomial a cell in m - centre, linear in the two tails."""

    nodes: Tensor  # K + 1 nodes, between K + 2 cells
    rows: Tensor  # (K + 2) x (G + 2): centre; coefficients, the constant last
    integral: float  # Z

    def value(self, m: Tensor) -> Tensor:
        """l / Z; no gradient. An infinite l comes out as one of about 1e300."""
        m = m.clamp(-HUGE, HUGE)
        cell = torch.embedding(self.rows, torch.bucketize(m, self.nodes))
        centre, value, *lower = cell.unbind(-1)
        m = m - centre
        for coefficient in lower:
            value = torch.addcmul(coefficient, value, m)
        return value

    def to(self, device: torch.device) -> Table:
        dtype = torch.float32 if device.type == "mps" else torch.float64
        return Table(self.nodes.to(device, dtype), self.rows.to(device, dtype), self.integral)


def quadrature(breaks: tuple[float, ...]) -> tuple[Tensor, Tensor, Tensor]:
    """K + 1 nodes in m; K x G Gauss points; the dp of each, so that ∫_0^1 f dp = Σ f dp.

    breaks: the p inside (0, 1) that must be nodes.
    """
    nodes = NODES
    if breaks:
        nodes = torch.cat([nodes, torch.from_numpy(np.array(breaks)).logit()]).unique()
    half, centre = nodes.diff()[:, None] / 2, (nodes[1:] + nodes[:-1])[:, None] / 2
    points = centre + half * _T
    return nodes, points, points.sigmoid() * (-points).sigmoid() * half * _OMEGA


def tabulate(nodes: Tensor, density: Tensor, ends: Tensor, integral: float) -> Table:
    """The table from w / Z at the Gauss points, K x G, and at p = 0 and p = 1."""
    half, centre = nodes.diff() / 2, (nodes[1:] + nodes[:-1]) / 2
    fall = half * (density @ _OMEGA) / 2  # of l / Z across each cell
    slope = -ends / 2
    start = len(nodes) - 1 if slope[1] == 0 else int((nodes < 0).sum())  # where l = 0
    levels = [fall[:start].flip(0).cumsum(0).flip(0), fall.new_zeros(1), -fall[start:].cumsum(0)]
    l = torch.cat(levels)  # noqa: E741 (l / Z at the nodes)
    coefficients = density @ _ANTIDERIVATIVE * (-half / 2)[:, None]
    coefficients[:, 0] += l[:-1]
    coefficients /= half[:, None] ** torch.from_numpy(np.arange(G + 1))
    cells = torch.cat([centre[:, None], coefficients.flip(1)], dim=1)
    tails = cells.new_zeros(2, G + 2)
    tails[:, 0], tails[:, -2], tails[:, -1] = nodes[[0, -1]], slope, l[[0, -1]]
    return Table(nodes, torch.cat([tails[:1], cells, tails[1:]]), integral)


def _antiderivative() -> Tensor:
    """Values at the G Gauss nodes -> coefficients of the interpolant's integral from -1."""
    power = np.linalg.inv(np.vander(_T.numpy(), increasing=True))
    integral = np.zeros((G + 1, G))
    integral[1:] = power / np.arange(1, G + 1)[:, None]
    integral[0] = -((-1.0) ** np.arange(G + 1)) @ integral
    return torch.from_numpy(integral.T.copy())


_ANTIDERIVATIVE = _antiderivative()
