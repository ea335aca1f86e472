"""Forward and backward of DMLoss on the CPU, as a ratio to F.cross_entropy in the same run.

    python benchmarks/loss_cpu.py [--rounds 200] [--threads 2] [--out record.json]

Every round times each contender once, in turn, so that a busy moment falls on all of them; the
table holds medians, the record also the spread, quartile to quartile. "copy" reads and writes as
many bytes as the logits have, the least that a gradient takes. The value of the objective is part
of what is timed. The authors' formula is timed twice: as their trainer has it (one-hot labels,
autograd through softmax, the weights computed twice and added by Python's sum), and as one
autograd.Function (AuthorsDMLoss).
"""

import argparse
import json
import statistics
import time
from pathlib import Path

import torch
import torch.nn.functional as F

from dmnb import DMLoss
from dmnb.authors import AuthorsDMLoss
from dmnb.emphasis import DM
from dmnb.record import hardware, versions

SHAPES = ((128, 10), (256, 100), (1024, 1000), (64, 32000))


def step(loss, z, y):
    def run():
        z.grad = None
        loss(z, y).backward()

    return run


def authors_trainer(z, onehot, lam=0.5, beta=12.0):
    """The step of the authors' trainer from logits to their gradient; it has no loss value."""

    def weights():
        return torch.exp(beta * (1.0 - p_y) * torch.pow(p_y + 1e-8, lam))

    def run():
        nonlocal p_y
        z.grad = None
        p = z.softmax(1)
        p_y = p[onehot.nonzero(as_tuple=True)][:, None]
        gradient = (p - onehot) / (2.0 * (1.0 - p_y) + 1e-8)
        gradient *= weights()
        gradient /= sum(weights())
        z.backward(gradient)

    p_y = None
    return run


def timed(runs, rounds):
    """Median and quartile range, in µs, of each of the named callables, timed in turn."""
    times = {name: [] for name in runs}
    for k in range(rounds + 5):
        for name, run in runs.items():
            start = time.perf_counter()
            run()
            if k >= 5:
                times[name].append(1e6 * (time.perf_counter() - start))
    quartiles = {name: statistics.quantiles(values) for name, values in times.items()}
    return {name: (q[1], q[2] - q[0]) for name, q in quartiles.items()}


def contenders(z, y, normalization):
    losses = {
        "cross_entropy": F.cross_entropy,
        "dm": DMLoss(DM(0.5, 12), normalization=normalization),
        "authors": AuthorsDMLoss(0.5, 12),
    }
    torch.compiler.reset()
    for name in ("cross_entropy", "dm"):
        losses[f"{name} compiled"] = torch.compile(losses[name], fullgraph=True, dynamic=False)
    runs = {name: step(loss, z, y) for name, loss in losses.items()}
    runs["trainer"] = authors_trainer(z, F.one_hot(y, z.shape[1]).to(z))
    target = torch.empty_like(z)
    return runs | {"copy": lambda: target.detach().copy_(z.detach())}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--out", type=Path, help="where to write the record")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    record = {"versions": versions(), "hardware": hardware("cpu"), "rounds": arguments.rounds}
    record["µs"] = {}
    print(
        f"torch {torch.__version__}, {record['hardware']['name']}, {arguments.threads} threads, "
        f"median of {arguments.rounds} rounds; it = F.cross_entropy"
    )
    print("| N x C | normalization | it, µs | DM / it | trainer / it | Function / it | compiled |")
    print("|---|---|---|---|---|---|---|")
    for rows, classes in SHAPES:
        z = torch.randn(rows, classes, requires_grad=True)
        y = torch.randint(classes, (rows,))
        for normalization in ("integral", "batch"):
            t = timed(contenders(z, y, normalization), arguments.rounds)
            name = f"{rows}x{classes} {normalization}"
            record["µs"][name] = {k: [round(x, 1) for x in v] for k, v in t.items()}
            it = t["cross_entropy"][0]
            ratios = [t[name][0] / it for name in ("dm", "trainer", "authors")]
            ratios += [t["dm compiled"][0] / t["cross_entropy compiled"][0]]
            cells = [f"{rows}x{classes}", normalization, f"{it:.0f}"]
            print(
                "| " + " | ".join(cells + [f"{ratio:.2f}" for ratio in ratios]) + " |", flush=True
            )
    if arguments.out:
        arguments.out.write_text(json.dumps(record, indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
