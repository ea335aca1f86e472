"""The settings of a run, what each may be, and the weighting they describe."""

import dataclasses
import json
import math
import typing
from collections.abc import Callable
from numbers import Real
from pathlib import Path

import torch

from dmnb import data, emphasis, features, models
from dmnb.loss import NORMALIZATIONS
from dmnb.train.options import RULES, Rule, at_least, one_of

# The authors' formula, in the precision of the logits and free of their rounding.
AUTHORS = {"dm-authors": None, "dm-authors-float64": torch.float64}
EMPHASES: dict[str, Callable[["Config"], emphasis.Emphasis]] = {
    "cce": lambda config: emphasis.CCE(),
    "mae": lambda config: emphasis.MAE(),
    "mse": lambda config: emphasis.MSE(),
    "gce": lambda config: emphasis.GCE(config.q),
    "dm": lambda config: emphasis.DM(config.lam, config.beta),
    "anchored": lambda config: emphasis.AnchoredDM(config.lam, config.beta),
    "normal": lambda config: emphasis.Normal(config.lam / (config.lam + 1), config.beta),
    "exponential": lambda config: emphasis.Exponential(config.beta),
    "beta": lambda config: emphasis.Beta(config.lam + 1, config.beta),
    "uniform": lambda config: emphasis.Uniform(),
    **dict.fromkeys(AUTHORS, lambda config: emphasis.DM(config.lam, config.beta)),
}
PLAIN = (emphasis.CCE, emphasis.MAE, emphasis.MSE, emphasis.GCE)
# Settings that are read with one value of another alone.
ONLY_WITH = {
    "milestones": ("schedule", "step"), "drop": ("schedule", "step"), "eps": ("optimizer", "adam"),
}  # fmt: skip
HUMAN = ("human_aggregate", "human_random1", "human_random2", "human_random3", "human_worse")
NOISES = ("none", "symmetric", "symmetric_inclusive", "asymmetric", "pair", *HUMAN)

# Data sets that stay on disk.
STREAMED = ("clothing1m", "mars")

# Data sets of document vectors: the texts and what makes vectors of them.
VECTORS = {
    "imdb-pv-dbow": ("imdb", features.pv_dbow),
    "imdb-tfidf-svd": ("imdb", features.tfidf_svd),
}


def _setting(default, about: str, rule: Rule, **more):
    """A field of Config, and what it may be."""
    metadata = {"about": about, "allowed": rule.allowed, "valid": rule.valid, **more}
    return dataclasses.field(default=default, metadata=metadata)


def _extra(about: str, rule: Rule):
    """A setting that few runs have: None, and then not told in the record.

    So records keep their names, which hash the config, when a setting like this is added.
    """
    return _setting(None, about, rule, extra=True)


SHARE = Rule("in [0, 1]", lambda x: 0 <= x <= 1)
YES_OR_NO = Rule("true or false", lambda x: True)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Config:
    """Settings of one run; the defaults train DM(.5, 12) on digits with 40% wrong labels.

    Every field is a keyword, a flag of ``dmnb run`` and an entry of the record; `settings` lists
    what each means. A text may be given as a Path, the emphasis as an `Emphasis` or its dict, which
    become JSON with its numbers as floats; DM(.5, 12) weighs as "dm" with lam and beta does, but
    the record has another name. An unknown key, a bad value, and milestones, drop or eps where
    nothing reads them raise ValueError, naming it and what is allowed.
    """

    dataset: str = _setting(
        "digits",
        f"data set: {', '.join((*data.NAMES, *VECTORS, *STREAMED))}, or a folder of images",
        Rule("a name or a path", bool),
    )
    noise: str = _setting("symmetric", "how training labels are corrupted", one_of(NOISES))
    rate: float = _setting(0.4, "share of labels to corrupt", SHARE)
    imbalance: float | None = _extra(
        "thin the first half of the training classes to one in so many", at_least(1)
    )
    held_out: str | None = _extra(
        "hold out a fifth of the training data and test on it, by its labels as given, noise and "
        "all, or by the true ones: for choosing settings",
        one_of(("given", "true")),
    )
    emphasis: str = _setting(
        "dm",
        "how examples are weighted: a name, or any emphasis as JSON of its to_dict()",
        Rule(
            f"one of {', '.join(EMPHASES)}, or JSON such as "
            """'{"family": "focal", "gamma": 2}'""",
            lambda x: x in EMPHASES or x.startswith("{"),
        ),
    )
    lam: float = _setting(
        0.5,
        "lambda of dm, anchored and dm-authors; normal has mode lam/(lam+1), beta alpha = lam+1",
        at_least(0),
    )
    beta: float = _setting(
        12.0,
        "beta of dm, anchored, normal, exponential and dm-authors; eta of the beta family",
        Rule("finite", math.isfinite),
    )
    q: float = _setting(0.7, "q of gce", SHARE)
    normalization: str | None = _setting(
        None, "of the weights; default: none for cce to gce, else integral", one_of(NORMALIZATIONS)
    )
    model: str = _setting("mlp", "network", one_of(models.NAMES))
    width: int | None = _setting(None, "width of the network; default: its own", at_least(1))
    dropout: float | None = _extra(
        "share of the last layer's inputs that are zero in training; default: none",
        Rule("in [0, 1)", lambda x: 0 <= x < 1),
    )
    weights: str | None = _extra(
        "what resnet50 starts with; default: random ones", Rule("imagenet or a file", bool)
    )
    optimizer: str = _setting("sgd", "optimizer", RULES["optimizer"])
    lr: float = _setting(0.01, "learning rate", RULES["lr"])
    momentum: float = _setting(0.9, "momentum of SGD", RULES["momentum"])
    weight_decay: float = _setting(0.0, "weight decay", RULES["weight_decay"])
    eps: float | None = _extra("eps of Adam; default: 1e-8", RULES["eps"])
    schedule: str = _setting("constant", "of the learning rate", RULES["schedule"])
    milestones: str | None = _extra(
        "iterations at which schedule step drops the rate; default: 1/2 and 3/4 of all",
        Rule("rising whole numbers above 0, such as 15000,22000", lambda x: bool(_steps(x))),
    )
    drop: float | None = _extra(
        "what schedule step divides the rate by; default: 10", RULES["drop"]
    )
    warmup: float = _setting(0.0, "epochs of warm-up", RULES["warmup"])
    epochs: int = _setting(120, "epochs", RULES["epochs"])
    iterations: int | None = _extra(
        "gradient steps, in whole epochs, in place of epochs", at_least(1)
    )
    batch_size: int = _setting(64, "examples in a batch", RULES["batch_size"])
    augment: bool = _setting(False, "crop and flip training images", YES_OR_NO)
    record_every: int = _setting(1, "measure every so many epochs", RULES["record_every"])
    seed: int = _setting(0, "of noise, initial weights and order", at_least(0))
    device: str = _setting("cpu", "torch device", RULES["device"])
    fast: bool | None = _extra(
        "the fast path on CUDA: true insists on all of it, false has none; default: what can be",
        YES_OR_NO,
    )

    def __new__(cls, **values):
        """Name unknown keys in a ValueError, before __init__ would raise a TypeError."""
        unknown = sorted(values.keys() - settings().keys())
        if unknown:
            raise ValueError(
                f"unknown setting {', '.join(unknown)}; known: {', '.join(settings())}"
            )
        return super().__new__(cls)

    def __post_init__(self):
        for name, field in settings().items():
            value = _typed(name, getattr(self, name))
            if value is not None and not field.metadata["valid"](value):
                raise ValueError(f"{name} must be {field.metadata['allowed']}, got {value!r}")
            object.__setattr__(self, name, value)
        if self.iterations and self.epochs != settings()["epochs"].default:
            raise ValueError(
                f"one of epochs and iterations is enough, got {self.epochs} and {self.iterations}"
            )
        for name, (other, wanted) in ONLY_WITH.items():
            if getattr(self, name) is not None and getattr(self, other) != wanted:
                raise ValueError(f"{name} is for {other} {wanted}, got {getattr(self, other)!r}")
        emphasis_of(self), normalization_of(self)

    @classmethod
    def from_dict(cls, values: dict) -> "Config":
        """The config of a record, or of any dict of settings; missing ones take their default."""
        return cls(**values)

    def to_dict(self) -> dict:
        """The settings by name, but not those that only few runs have and this one has not."""
        unset = {
            name
            for name, field in settings().items()
            if field.metadata.get("extra") and getattr(self, name) is None
        }
        if self.iterations:
            unset.add("epochs")
        return {name: value for name, value in vars(self).items() if name not in unset}


def settings() -> dict[str, dataclasses.Field]:
    """The fields of Config by name; metadata "about" and "allowed" say what each means."""
    return {field.name: field for field in dataclasses.fields(Config)}


def type_of(field: dataclasses.Field) -> type:
    """The type of a setting; where its default is None, that is allowed besides.

    field: one of `settings`.
    """
    return (*typing.get_args(field.type), field.type)[0]


def emphasis_of(config: Config) -> emphasis.Emphasis:
    """The weighting of examples that the config describes; ValueError for bad lam, beta or q."""
    if config.emphasis in EMPHASES:
        return EMPHASES[config.emphasis](config)
    return emphasis.from_dict(json.loads(config.emphasis))


def normalization_of(config: Config) -> str:
    """The config's normalization or, where it has none, the one of its emphasis.

    Plain losses run as they are ("none"), weightings by their density ("integral"), and the
    authors' formula as their code has it, by the sum of the batch ("batch", its only one): another
    one for it is a ValueError.
    """
    if config.emphasis in AUTHORS:
        if config.normalization not in (None, "batch"):
            raise ValueError(
                f"normalization of {config.emphasis} must be batch, got {config.normalization!r}"
            )
        return "batch"
    plain = isinstance(emphasis_of(config), PLAIN)
    return config.normalization or ("none" if plain else "integral")


def milestones_of(config: Config) -> list[int] | None:
    """The config's milestones as numbers of steps, rising; None where it has none."""
    return None if config.milestones is None else _steps(config.milestones)


def _steps(text: str) -> list[int] | None:
    """ "15000,22000" as numbers; None for what is not rising and positive."""
    parts = [part.strip() for part in text.split(",")]
    steps = [int(part) for part in parts if part.isdecimal()]
    whole = len(steps) == len(parts)
    return steps if whole and RULES["milestones"].valid(steps) else None


def _typed(name: str, value):
    """``value`` in the type its field declares; 1 counts as 1.0, and 1.0 as 1, but not True."""
    field = settings()[name]
    if value is None and field.default is None:
        return None
    wanted = type_of(field)
    if name == "emphasis":
        value = _emphasis_text(value)
    if wanted is str and isinstance(value, Path):
        return str(value)
    number = isinstance(value, Real) and not isinstance(value, bool)
    if wanted is float and number:
        if not math.isfinite(value):
            raise ValueError(f"{name} must be finite, got {value!r}")
        return float(value)
    if wanted is int and number and math.isfinite(value) and value == int(value):
        return int(value)
    if wanted not in (int, float) and isinstance(value, wanted):
        return value
    raise ValueError(f"{name} must be {wanted.__name__}, got {value!r}")


def _emphasis_text(value):
    """An emphasis, its dict or its JSON as the JSON that all of these share; else the value."""
    if isinstance(value, emphasis.Emphasis):
        value = value.to_dict()
    if isinstance(value, dict):
        value = json.dumps(value)
    if not isinstance(value, str) or not value.startswith("{"):
        return value
    try:
        parameters = json.loads(value, parse_int=float)
    except json.JSONDecodeError as error:
        raise ValueError(f"emphasis is no JSON, {error}: {value!r}") from None
    return json.dumps(emphasis.from_dict(parameters).to_dict())
