"""Sweeps: grids of experiments that resume where they were stopped."""

from dmnb.sweep.grid import read_grid
from dmnb.sweep.notebook import execute

__all__ = ["execute", "read_grid"]
