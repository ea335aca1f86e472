"""Forward and backward of DMLoss on the CPU, as a ratio to F.cross_entropy in the same run.

    python benchmarks/loss_cpu.py [--rounds 200] [--threads 2]

Every round times each contender once, in turn, so that a busy moment falls on all of them; the
table holds medians. The value of the objective is part of what is timed.
"""

import argparse
import platform
import statistics
import time

import torch
import torch.nn.functional as F

from dmnb import DMLoss
from dmnb.emphasis import DM
from dmnb.loss import AuthorsDMLoss

SHAPES = ((128, 10), (256, 100), (1024, 1000), (64, 32000))


def step(loss, z, y):
    def run():
        z.grad = None
        loss(z, y).backward()

    return run


def medians(runs, rounds):
    """Median seconds of each of the named callables, timed in turn."""
    times = {name: [] for name in runs}
    for k in range(rounds + 5):
        for name, run in runs.items():
            start = time.perf_counter()
            run()
            if k >= 5:
                times[name].append(time.perf_counter() - start)
    return {name: statistics.median(values) for name, values in times.items()}


def contenders(z, y, normalization):
    losses = {
        "cross_entropy": F.cross_entropy,
        "dm": DMLoss(DM(0.5, 12), normalization=normalization),
        "authors": AuthorsDMLoss(0.5, 12),
    }
    torch.compiler.reset()
    for name in ("cross_entropy", "dm"):
        losses[f"{name} compiled"] = torch.compile(losses[name], fullgraph=True, dynamic=False)
    return {name: step(loss, z, y) for name, loss in losses.items()}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    print(
        f"torch {torch.__version__}, {platform.processor() or platform.machine()}, "
        f"{arguments.threads} threads, median of {arguments.rounds} rounds"
    )
    print(
        "| N x C | normalization | F.cross_entropy µs | DM / it | authors / it | DM / authors "
        "| compiled DM / compiled it |\n|---|---|---|---|---|---|---|"
    )
    for rows, classes in SHAPES:
        z = torch.randn(rows, classes, requires_grad=True)
        y = torch.randint(classes, (rows,))
        for normalization in ("integral", "batch"):
            t = medians(contenders(z, y, normalization), arguments.rounds)
            reference, dm, authors = t["cross_entropy"], t["dm"], t["authors"]
            compiled = t["dm compiled"] / t["cross_entropy compiled"]
            print(
                f"| {rows}x{classes} | {normalization} | {reference * 1e6:.0f} "
                f"| {dm / reference:.2f} | {authors / reference:.2f} | {dm / authors:.2f} "
                f"| {compiled:.2f} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
