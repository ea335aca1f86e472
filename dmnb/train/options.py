"""What the options of a training run may be, said once: for `fit`, `fit_many` and the settings of
`dmnb.experiment`."""

import itertools
import math
from collections.abc import Callable, Collection
from numbers import Integral, Real
from typing import Any, NamedTuple

import torch

OPTIMIZERS = ("sgd", "nesterov", "adam")
SCHEDULES = ("constant", "step", "cosine", "inv")
_KINDS = {Integral: "a whole number, ", Real: "a finite number, ", object: ""}


class Rule(NamedTuple):
    """What an option may be: ``allowed`` says it, ``valid`` tests a value of the ``kind``."""

    allowed: str
    valid: Callable[[Any], bool]
    kind: type = object


def at_least(bound: float, kind: type = Real) -> Rule:
    """The rule of a number from ``bound`` on."""
    return Rule(f"at least {bound}", lambda x: x >= bound, kind)


def above(bound: float) -> Rule:
    """The rule of a number greater than ``bound``."""
    return Rule(f"above {bound}", lambda x: x > bound, Real)


def one_of(names: tuple[str, ...]) -> Rule:
    """The rule of a name among ``names``."""
    return Rule(f"one of {', '.join(names)}", names.__contains__)


def _rising(steps: Any) -> bool:
    return isinstance(steps, Collection) and all(
        isinstance(b, Integral) and a < b for a, b in itertools.pairwise([0, *steps])
    )


def _is_device(name: Any) -> bool:
    try:
        return str(name) == "cpu" or torch.device(str(name)).type == "cuda"
    except RuntimeError:
        return False


RULES = {
    **dict.fromkeys(
        ("epochs", "batch_size", "record_every", "checkpoint_every"), at_least(1, Integral)
    ),
    "optimizer": one_of(OPTIMIZERS),
    "lr": above(0),
    "momentum": Rule("in [0, 1)", lambda x: 0 <= x < 1, Real),
    "weight_decay": at_least(0),
    "eps": above(0),
    "schedule": one_of(SCHEDULES),
    "milestones": Rule("rising whole numbers above 0, or None", lambda x: x is None or _rising(x)),
    "drop": above(1),
    "warmup": at_least(0),
    "augment": Rule("True or False", lambda x: x in (True, False)),
    "device": Rule("cpu, cuda or cuda:N", _is_device),
}


def check(**options: Any) -> None:
    """ValueError for the first of the options that is not what `RULES` has under its name."""
    for name, value in options.items():
        rule = RULES[name]
        of_kind = rule.kind is object or _is_number(value, rule.kind)
        if not (of_kind and rule.valid(value)):
            raise ValueError(f"{name} must be {_KINDS[rule.kind]}{rule.allowed}, got {value!r}")


def _is_number(value: Any, kind: type) -> bool:
    return isinstance(value, kind) and not isinstance(value, bool) and math.isfinite(value)


def device_of(device: str | torch.device) -> torch.device:
    """The device of that name; ValueError for one that is not allowed, or not on this machine."""
    check(device=device)
    found = torch.device(device)
    if found.type == "cuda" and (found.index or 0) >= torch.cuda.device_count():
        raise ValueError(f"device {device} is not available here; cpu is")
    return found
