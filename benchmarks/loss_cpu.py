"""Forward and backward of DMLoss on the CPU, as a ratio to F.cross_entropy in the same run.

    python benchmarks/loss_cpu.py [--rounds 200] [--threads 2]

Every round times each contender once, in turn, so that a busy moment falls on all of them; the
table holds medians. The value of the objective is part of what is timed. The authors' formula is
timed twice: as their trainer has it (one-hot labels, autograd through softmax, the weights computed
twice and added by Python's sum), and as one autograd.Function (AuthorsDMLoss).
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
    runs = {name: step(loss, z, y) for name, loss in losses.items()}
    return runs | {"trainer": authors_trainer(z, F.one_hot(y, z.shape[1]).to(z))}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    print(
        f"torch {torch.__version__}, {platform.processor() or platform.machine()}, "
        f"{arguments.threads} threads, median of {arguments.rounds} rounds; it = F.cross_entropy"
    )
    print("| N x C | normalization | it, µs | DM / it | trainer / it | Function / it | compiled |")
    print("|---|---|---|---|---|---|---|")
    for rows, classes in SHAPES:
        z = torch.randn(rows, classes, requires_grad=True)
        y = torch.randint(classes, (rows,))
        for normalization in ("integral", "batch"):
            t = medians(contenders(z, y, normalization), arguments.rounds)
            it = t["cross_entropy"]
            ratios = [t[name] / it for name in ("dm", "trainer", "authors")]
            ratios += [t["dm compiled"] / t["cross_entropy compiled"]]
            cells = [f"{rows}x{classes}", normalization, f"{it * 1e6:.0f}"]
            print(
                "| " + " | ".join(cells + [f"{ratio:.2f}" for ratio in ratios]) + " |", flush=True
            )


if __name__ == "__main__":
    main()
