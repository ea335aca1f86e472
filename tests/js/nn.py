"""Writes nn.json, networks that PyTorch trained in float64 by DMLoss, for nn.test.js."""

import json
from itertools import pairwise
from pathlib import Path

import torch
from torch import nn

from dmnb import DMLoss, emphasis

VALUES = Path(__file__).with_suffix(".json")

STEPS = 200
CASES = [
    ([2, 16, 16, 3], "tanh", emphasis.DM(0.5, 12), "integral", {"lr": 0.1, "momentum": 0.9}),
    ([2, 9, 8, 7, 5], "relu", emphasis.AnchoredDM(1, 4), "none", {"lr": 0.02, "momentum": 0.9}),
    ([2, 8, 2], "tanh", emphasis.CCE(), "none", {"lr": 0.3, "momentum": 0.0}),
    ([2, 12, 4], "tanh", emphasis.Tabulated((0, 0.3, 1), (0.1, 3, 0.2)), "integral",
     {"lr": 0.05, "momentum": 0.5}),
]  # fmt: skip


def rows(step: int, points: int, batch: int) -> torch.Tensor:
    """The rows of a step's batch, as nn.test.js makes them too."""
    return (step * batch + torch.arange(batch)) * 7 % points


def network(widths: list[int], activation: str) -> nn.Sequential:
    layers = []
    for inputs, outputs in pairwise(widths):
        layers += [nn.Linear(inputs, outputs), {"tanh": nn.Tanh, "relu": nn.ReLU}[activation]()]
    return nn.Sequential(*layers[:-1]).double()


def rounded(tensor: torch.Tensor) -> torch.Tensor:
    return (tensor * 1e4).round() / 1e4


def flat(tensors) -> list[float]:
    return torch.cat([t.detach().flatten() for t in tensors]).tolist()


def trained(widths, activation, chosen, normalization, options, points=60, batch=12) -> dict:
    torch.manual_seed(len(widths))
    model, loss = network(widths, activation), DMLoss(chosen, normalization=normalization)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.copy_(rounded(parameter))
    x = rounded(2 * torch.randn(points, widths[0], dtype=torch.float64))
    y = torch.randint(widths[-1], (points,))
    case = {
        "widths": widths, "activation": activation, "emphasis": chosen.to_dict(),
        "normalization": normalization, **options, "batch": batch, "steps": STEPS,
        "points": flat([x]), "labels": y.tolist(), "initial": flat(model.parameters()),
    }  # fmt: skip
    optimizer = torch.optim.SGD(model.parameters(), **options)
    for step in range(STEPS):
        i = rows(step, points, batch)
        optimizer.zero_grad()
        loss(model(x[i]), y[i]).backward()
        if step == 0:
            case["gradient"] = flat(p.grad for p in model.parameters())
        optimizer.step()
    return case | {"final": flat(model.parameters())}


def values() -> list[dict]:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # so small that threads only wait for each other
    try:
        return [trained(*case) for case in CASES]
    finally:
        torch.set_num_threads(threads)


if __name__ == "__main__":
    VALUES.write_text("[\n" + ",\n".join(map(json.dumps, values())) + "\n]\n")
