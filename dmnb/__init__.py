"""Derivative manipulation (DM): design the weight of every example instead of the loss."""

from dmnb import emphasis, noise
from dmnb.loss import DMLoss, dm_loss, log_odds

__version__ = "0.1.0"
__all__ = ["DMLoss", "dm_loss", "emphasis", "log_odds", "noise"]
