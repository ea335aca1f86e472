"""A step of K small networks trained together, as a ratio to K steps of K networks in a loop.

    python benchmarks/fit_many.py [--rounds 50] [--threads 1] [--runs 1 8 32 80]

Each run is a network of 100-8-2 units with its own batch of 50; the losses are 16 kinds in turn, by
7 emphases and the authors' formula. The contenders are

    loop      what fit does: a network, a loss, a backward pass and torch.optim.SGD for each run
    fit_many  vmap over stacked parameters, an evaluation for each distinct emphasis
    bmm       the same with the forward pass written by hand as two batched products
    K losses  fit_many with the loss of each run called by itself

Every round times each contender once, in turn, so that a busy moment falls on all of them; the
table holds medians, times of the loop divided by those of the contender: above 1 is quicker.
"""

import argparse
import copy
import platform
import statistics
import time

import torch

from dmnb import DMLoss, models
from dmnb.authors import AuthorsDMLoss
from dmnb.emphasis import CCE, DM, GCE, MAE, MSE, AnchoredDM
from dmnb.train.descent import optimizer_of
from dmnb.train.stacked import Descent, JointLoss, Networks

EMPHASES = [CCE(), GCE(0.7), MAE(), MSE(), DM(0, 0.9), DM(0.5, 12), AnchoredDM(0.5, 12)]
LOSSES = [DMLoss(e, normalization=name) for name in ("integral", "batch") for e in EMPHASES]
LOSSES += [AuthorsDMLoss(0, 0.9), AuthorsDMLoss(0.5, 12)]
BATCH, INPUTS, SETTINGS = 50, 100, {"momentum": 0.9, "weight_decay": 0.002}


class ByHand(Networks):
    """Networks whose two layers are written as batched products."""

    def __call__(self, x):
        (w1, b1), (w2, b2) = self.parameters[:2], self.parameters[2:]
        hidden = torch.baddbmm(b1[:, None], x.flatten(2), w1.transpose(1, 2)).relu()
        return torch.baddbmm(b2[:, None], hidden, w2.transpose(1, 2))


def looped(nets, losses, x, y):
    descents = [optimizer_of("sgd", net.parameters(), lr=0.01, **SETTINGS) for net in nets]

    def step():
        for k, (net, loss, descent) in enumerate(zip(nets, losses, descents, strict=True)):
            value = loss(net(x[k]), y[k])
            descent.zero_grad()
            value.backward()
            descent.step()

    return step


def joined(kind, loss, nets, x, y):
    networks, rates = kind(copy.deepcopy(nets), torch.device("cpu")), torch.full((len(nets),), 0.01)
    descent = Descent("sgd", networks.parameters, eps=1e-8, **SETTINGS)

    def step():
        values = loss(networks(x), y)
        descent(torch.autograd.grad(values.sum(), networks.parameters), rates)

    return step


def contenders(count):
    nets = [models.build("shallow", in_shape=(INPUTS, 1, 1), num_classes=2) for _ in range(count)]
    losses = [LOSSES[k % len(LOSSES)] for k in range(count)]
    x, y = torch.randn(count, BATCH, INPUTS, 1, 1), torch.randint(2, (count, BATCH))
    joint = JointLoss(losses, y)

    def apart(z, y):
        return torch.stack([loss(z[k], y[k]) for k, loss in enumerate(losses)])

    return {
        "loop": looped(nets, losses, x, y),
        "fit_many": joined(Networks, joint, nets, x, y),
        "bmm": joined(ByHand, joint, nets, x, y),
        "K losses": joined(Networks, apart, nets, x, y),
    }


def medians(runs, rounds):
    """Median seconds of each of the named callables, timed in turn."""
    times = {name: [] for name in runs}
    for k in range(rounds + 3):
        for name, run in runs.items():
            start = time.perf_counter()
            run()
            if k >= 3:
                times[name].append(time.perf_counter() - start)
    return {name: statistics.median(values) for name, values in times.items()}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=50)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--runs", type=int, nargs="+", default=[1, 8, 32, 80])
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    torch.manual_seed(0)
    print(
        f"torch {torch.__version__}, {platform.processor() or platform.machine()}, "
        f"{arguments.threads} threads, median of {arguments.rounds} rounds"
    )
    print("| K runs | loop, ms a step | loop / fit_many | loop / bmm | loop / K losses |")
    print("|---|---|---|---|---|")
    for count in arguments.runs:
        t = medians(contenders(count), arguments.rounds)
        ratios = [f"{t['loop'] / t[name]:.1f}" for name in ("fit_many", "bmm", "K losses")]
        print("| " + " | ".join([str(count), f"{1e3 * t['loop']:.1f}", *ratios]) + " |", flush=True)


if __name__ == "__main__":
    main()
