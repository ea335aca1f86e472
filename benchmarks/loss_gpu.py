"""Forward and backward of DMLoss on a GPU, as ratios within one run, beside earlier measurements.

    python benchmarks/loss_gpu.py [--rounds 30] [--out record.json] [--on-chip 16384]

Contenders take turns, so that a busy moment or a warm clock falls on all of them; each turn repeats
a step for about two milliseconds. "eager" steps are launched from Python, with what that costs;
"graph" steps are replayed from CUDA graphs. "copy" reads and writes as many bytes as the logits
have, the least that a gradient takes. Small logits stay in the L2 cache between steps, as they do
between a network's last layer and its loss; large ones do not fit. The record holds medians and the
spread, quartile to quartile, of every contender. Liger-Kernel is timed if it is installed; it has
the gradient take the place of the logits, as "DM inplace" does.
"""

import argparse
import json
import statistics
import sys
import time
from pathlib import Path

import torch
import torch.nn.functional as F

from dmnb import DMLoss
from dmnb.authors import AuthorsDMLoss
from dmnb.emphasis import DM

# The earlier measurements, on an H100 80GB (torch 2.11, triton 3.6), printed beside a table and in
# no ratio. µs, forward + backward: F.cross_entropy eager, compiled, and both in CUDA graphs; the
# authors' formula; a sketch of these kernels, and in a graph.
ANCHORS = {
    (128, 10, torch.float32): (156, 372, 17, 12, 303, 91, 10.7),
    (256, 100, torch.float32): None,
    (1024, 1000, torch.float32): (138, 381, 35, 18, 257, 15, 14),
    (4096, 1000, torch.bfloat16): (155, 386, 50, 25, 339, 51, 22),
    (8192, 32768, torch.bfloat16): (1320, 770, 1312, 767, 5707, 589, 588),
    (8192, 32768, torch.float32): (3139, 1131, 3133, 1129, 7826, 1104, 1104),
    (4096, 131072, torch.bfloat16): (3223, 1481, 3213, 1479, 11744, 1167, 1162),
}
ANCHOR_NAMES = ("CE", "CE compiled", "CE graph", "CE compiled graph", "authors", "sketch")
ANCHOR_NAMES += ("sketch graph",)
SMALL = {(128, 10), (256, 100), (1024, 1000)}


def step(loss, z, y):
    return lambda: torch.autograd.grad(loss(z, y), z)


def in_place(z, y):
    """The gradient takes the place of the logits: from then on they are small numbers."""
    from dmnb import _fused

    options = (DM(0.5, 12), "integral", "mean", None, -100, None, None)

    def run():
        logits = z.view_as(z)
        total, _ = _fused.dm_loss(logits, y, *options, inplace=True)
        return torch.autograd.grad(total, logits)

    return run


def captured(run):
    stream = torch.cuda.Stream()
    stream.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(stream):
        for _ in range(3):
            run()
    torch.cuda.current_stream().wait_stream(stream)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        run()
    return graph.replay


def contenders(z, y):
    """{name: step}; what cannot be made is left out, with a word why."""
    losses = {
        "CE": F.cross_entropy,
        "CE compiled": torch.compile(F.cross_entropy, fullgraph=True, dynamic=False),
        "authors": AuthorsDMLoss(0.5, 12),
        "reference": DMLoss(DM(0.5, 12), backend="reference"),
    }
    for normalization in ("integral", "batch"):
        losses[f"DM {normalization}"] = DMLoss(
            DM(0.5, 12), normalization=normalization, backend="fused"
        )
    losses["DM compiled"] = torch.compile(losses["DM batch"], fullgraph=True, dynamic=False)
    runs = {name: step(loss, z, y) for name, loss in losses.items()}
    for name in ("CE", "CE compiled", "DM integral", "DM batch"):
        try:
            runs[f"{name} graph"] = captured(runs[name])
        except RuntimeError as error:
            print(f"no graph of {name}: {error}", file=sys.stderr)
    copy = torch.empty_like(z)
    runs["copy"] = captured(lambda: copy.copy_(z.detach()))
    runs["DM inplace"] = in_place(z.detach().clone().requires_grad_(), y)
    try:
        from liger_kernel.transformers import LigerCrossEntropyLoss

        runs["Liger"] = step(LigerCrossEntropyLoss(), z.detach().clone().requires_grad_(), y)
    except ImportError:
        pass
    return runs


def microseconds(run, repeats):
    """Of one step, from the host's launch to the end of the work, over so many in a row."""
    torch.cuda.synchronize()
    start = time.perf_counter()
    for _ in range(repeats):
        run()
    torch.cuda.synchronize()
    return (time.perf_counter() - start) / repeats * 1e6


def measure(runs, rounds):
    """{name: (median, spread)} in µs; the spread is the distance of the quartiles."""
    repeats = {}
    for name, run in runs.items():
        microseconds(run, 3)  # compiles and warms up
        repeats[name] = max(1, min(200, int(2000 / microseconds(run, 3))))
    times = {name: [] for name in runs}
    for _ in range(rounds):
        for name, run in runs.items():
            times[name].append(microseconds(run, repeats[name]))
    quartiles = {name: statistics.quantiles(values, n=4) for name, values in times.items()}
    return {name: (middle, high - low) for name, (low, middle, high) in quartiles.items()}


def extra_memory(z, y):
    """The most that a step holds beside the logits, in multiples of their size."""
    run = step(DMLoss(DM(0.5, 12), backend="fused"), z, y)
    run()
    torch.cuda.synchronize()
    before = torch.cuda.memory_allocated()
    torch.cuda.reset_peak_memory_stats()
    run()
    return (torch.cuda.max_memory_allocated() - before) / (z.numel() * z.element_size())


def ratios(N, C, t, on_chip):
    """(what, ratio, the most it should be), for the times that there are."""
    wide = 1.15 if on_chip >= C else 1.6
    rows = [("DM integral", "CE", 0.5 if (N, C) in SMALL else None)]
    rows += [("DM batch", "CE", 0.5 if (N, C) in SMALL else None)]
    rows += [(f"DM {n} graph", "CE compiled graph", 0.75) for n in ("integral", "batch")]
    if N * C > 2**24:
        rows += [("DM integral graph", "copy", wide), ("DM batch graph", "copy", 1.6)]
    rows += [("DM integral", "Liger", 1.0), ("DM inplace", "Liger", 1.0)]
    rows += [("DM integral", "authors", None), ("DM compiled", "CE compiled", None)]
    for ours, theirs, most in rows:
        if ours in t and theirs in t:
            yield f"{ours} / {theirs}", t[ours][0] / t[theirs][0], most


def table(shape, t, on_chip):
    N, C, dtype = shape
    print(f"\n{N} x {C}, {str(dtype).removeprefix('torch.')}")
    if ANCHORS[shape]:
        known = zip(ANCHOR_NAMES, ANCHORS[shape], strict=True)
        print("measured earlier, µs:", ", ".join(f"{name} {time}" for name, time in known))
    print("| step | µs | ± |\n|---|---|---|")
    for name, (median, spread) in t.items():
        print(f"| {name} | {median:.1f} | {spread:.1f} |")
    print("| ratio | | to reach |\n|---|---|---|")
    for what, ratio, most in ratios(N, C, t, on_chip):
        verdict = "" if most is None else f"<= {most} {'yes' if ratio <= most else 'NO'}"
        print(f"| {what} | {ratio:.2f} | {verdict} |", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--out", type=Path, help="a JSON file for the medians and spreads")
    parser.add_argument("--on-chip", type=int, help="longest row kept in registers, for trials")
    arguments = parser.parse_args()
    if not torch.cuda.is_available():
        print("There is no CUDA device here, so nothing is measured.")
        return
    import triton

    from dmnb._fused import launch

    launch.ON_CHIP = arguments.on_chip or launch.ON_CHIP
    versions = {"torch": torch.__version__, "triton": triton.__version__}
    versions["cuda"] = torch.version.cuda
    record = {"device": torch.cuda.get_device_name(), "versions": versions, "µs": {}}
    record |= {"rounds": arguments.rounds, "on_chip": launch.ON_CHIP}
    print(f"{record['device']}, {versions}, median of {arguments.rounds} rounds, ± quartiles apart")
    for shape in ANCHORS:
        N, C, dtype = shape
        torch.compiler.reset()
        z = torch.randn(N, C, device="cuda").to(dtype).requires_grad_()
        y = torch.randint(C, (N,), device="cuda")
        t = measure(contenders(z, y), arguments.rounds)
        table(shape, t, launch.ON_CHIP)
        memory = extra_memory(z, y)
        print(f"memory beside the logits: {memory:.2f} of their size")
        name = f"{N}x{C} {str(dtype).removeprefix('torch.')}"
        record["µs"][name] = {k: [round(x, 2) for x in v] for k, v in t.items()}
        record["µs"][name]["memory"] = round(memory, 3)
        if arguments.out:
            arguments.out.write_text(json.dumps(record, indent=1, ensure_ascii=False) + "\n")
        del z, y
        torch.cuda.empty_cache()


if __name__ == "__main__":
    main()
