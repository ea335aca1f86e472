"""Optimisers and learning-rate schedules, by name."""

import math
from collections.abc import Iterable, Sequence

import torch
from torch import nn

from dmnb.train.options import check

# Caffe's policy "inv" as the paper sets it for IMDB.
GAMMA, POWER = 1e-5, 0.75


def optimizer_of(
    name: str,
    parameters: Iterable[nn.Parameter],
    *,
    lr: float,
    momentum: float = 0.9,
    weight_decay: float = 0.0,
    eps: float = 1e-8,
    device: torch.device | None = None,
) -> torch.optim.Optimizer:
    """The optimiser of that name; ValueError for one that is not in `OPTIMIZERS`, or an option
    that is not what is said here.

    parameters: what it changes. lr > 0. momentum in [0, 1): of "sgd" and "nesterov".
    weight_decay >= 0: of all three, added to the gradient. eps > 0: of "adam", added to the root
    of the second moment; the paper's Table 7 has .1 and 1 there.
    device: where the learning rate is a tensor, and a step one kernel that a CUDA graph can hold.
    None: it is a number.
    """
    check(optimizer=name, lr=lr, momentum=momentum, weight_decay=weight_decay, eps=eps)
    options: dict = {"lr": lr, "weight_decay": weight_decay}
    if device is not None:
        options |= {"lr": torch.tensor(float(lr), device=device), "fused": True}
    if name == "adam":
        capturable = device is not None and device.type == "cuda"
        return torch.optim.Adam(parameters, eps=eps, capturable=capturable, **options)
    return torch.optim.SGD(parameters, momentum=momentum, nesterov=name == "nesterov", **options)


def learning_rate(
    step: int,
    steps: int,
    *,
    lr: float,
    schedule: str = "constant",
    warmup_steps: int = 0,
    milestones: Sequence[int] | None = None,
    drop: float = 10,
) -> float:
    """The learning rate of step 0 <= ``step`` < ``steps``.

    During warm-up it is lr (step + 1) / warmup_steps. After it: "constant" stays at lr, "step" is
    lr / drop^k after k of the milestones, steps that are given or else 1/2 and 3/4 of all, "cosine"
    falls from lr to 0 as lr (1 + cos(pi t)) / 2, with t in [0, 1) the share done of the steps after
    warm-up, and "inv" falls as lr (1 + 1e-5 step)^-.75.

    Raises:
        ValueError: for an unknown schedule.
    """
    check(schedule=schedule)
    if step < warmup_steps:
        return lr * (step + 1) / warmup_steps
    if schedule == "step":
        points = (steps / 2, 3 * steps / 4) if milestones is None else milestones
        return lr / drop ** sum(step >= point for point in points)
    if schedule == "cosine":
        t = (step - warmup_steps) / (steps - warmup_steps)
        return lr * (1 + math.cos(math.pi * t)) / 2
    if schedule == "inv":
        return lr * (1 + GAMMA * step) ** -POWER
    return lr
