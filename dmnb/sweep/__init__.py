"""Sweeps: grids of experiments that resume where they were stopped."""

from dmnb.sweep.grid import read_grid
from dmnb.sweep.kinds import Cell, Notebooks, Settings
from dmnb.sweep.pools import Processes, Ray, environments
from dmnb.sweep.run import Outcome, status, sweep

__all__ = [
    "Cell",
    "Notebooks",
    "Outcome",
    "Processes",
    "Ray",
    "Settings",
    "environments",
    "read_grid",
    "status",
    "sweep",
]
