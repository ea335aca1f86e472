"""Derivative manipulation (DM): design the weight of every example instead of the loss."""

__version__ = "0.1.0"
