"""Derivative manipulation (DM): design the weight of every example instead of the loss."""

import importlib.util

from dmnb import emphasis, noise
from dmnb.loss import DMLoss, dm_loss, log_odds

__version__ = "0.1.0"
__all__ = ["DMLoss", "dm_loss", "emphasis", "log_odds", "noise"]


def __getattr__(name: str):
    """Other modules are imported when they are first asked for."""
    if name.startswith("_") or importlib.util.find_spec(f"dmnb.{name}") is None:
        raise AttributeError(f"module 'dmnb' has no attribute {name!r}")
    return importlib.import_module(f"dmnb.{name}")
