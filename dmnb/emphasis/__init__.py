"""Emphasis: the weight of an example as a function of p, the probability of its label."""

from dmnb.emphasis.algebra import PerClass, Product, Sum, per_class
from dmnb.emphasis.base import Emphasis
from dmnb.emphasis.curves import Custom, Tabulated
from dmnb.emphasis.families import (
    CCE,
    DM,
    GCE,
    MAE,
    MSE,
    AnchoredDM,
    Beta,
    Exponential,
    Normal,
    Uniform,
)
from dmnb.emphasis.library import (
    AEL,
    AGCE,
    AUL,
    Focal,
    InverseFocal,
    PartiallyHuberised,
    Poly1,
    Power,
    SymmetricCE,
    TaylorCE,
    TruncatedGCE,
)
from dmnb.emphasis.losses import LOSSES, LossEmphasis
from dmnb.emphasis.margins import AdditiveMargin, Hinge, Huberised, ModifiedHuber, Ramp, Sigmoid
from dmnb.emphasis.of import OfLoss, Profile, of, profile, sample_logits
from dmnb.emphasis.registry import FAMILIES, LIBRARY, examples, from_dict, table
from dmnb.emphasis.robust import IMAE, ForwardCorrection, JensenShannon, SelfPaced, Triangular
from dmnb.emphasis.tails import Bounded, Tail, Tails

__all__ = [
    "AEL",
    "AGCE",
    "AUL",
    "CCE",
    "DM",
    "FAMILIES",
    "GCE",
    "IMAE",
    "LIBRARY",
    "LOSSES",
    "MAE",
    "MSE",
    "AdditiveMargin",
    "AnchoredDM",
    "Beta",
    "Bounded",
    "Custom",
    "Emphasis",
    "Exponential",
    "Focal",
    "ForwardCorrection",
    "Hinge",
    "Huberised",
    "InverseFocal",
    "JensenShannon",
    "LossEmphasis",
    "ModifiedHuber",
    "Normal",
    "OfLoss",
    "PartiallyHuberised",
    "PerClass",
    "Poly1",
    "Power",
    "Product",
    "Profile",
    "Ramp",
    "SelfPaced",
    "Sigmoid",
    "Sum",
    "SymmetricCE",
    "Tabulated",
    "Tail",
    "Tails",
    "TaylorCE",
    "Triangular",
    "TruncatedGCE",
    "Uniform",
    "examples",
    "from_dict",
    "of",
    "per_class",
    "profile",
    "sample_logits",
    "table",
]
