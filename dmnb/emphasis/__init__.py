"""Emphasis: the weight of an example as a function of p, the probability of its label."""

from dmnb.emphasis.base import Emphasis
from dmnb.emphasis.families import (
    CCE,
    DM,
    FAMILIES,
    GCE,
    MAE,
    MSE,
    AnchoredDM,
    Beta,
    Custom,
    Exponential,
    Normal,
    Tabulated,
    Uniform,
    from_dict,
)

__all__ = [
    "CCE",
    "DM",
    "FAMILIES",
    "GCE",
    "MAE",
    "MSE",
    "AnchoredDM",
    "Beta",
    "Custom",
    "Emphasis",
    "Exponential",
    "Normal",
    "Tabulated",
    "Uniform",
    "from_dict",
]
