"""Training a ResNet-20 on a GPU, in images a second, as ratios within one run.

    python benchmarks/train_gpu.py [--rounds 7] [--widths 16 32] [--out record.json]

Contenders take turns, an epoch of 50,000 made 32 x 32 images in batches of 256 at a time, cropped
and flipped; everything that an epoch takes is timed, except for measuring.

    loader      an eager loop in bfloat16, fed by a DataLoader: 8 workers, uint8, torchvision's v2
    device      the same loop, fed from images on the GPU that are augmented there
    plain       fit without its fast path: eager, float32
    bf16, + graph, + compile
                fit with so much of its fast path; the last is all of it
    CCE         all of it, DM replaced by cross-entropy
    any kernel  all of it, cuDNN choosing by trial among all its algorithms: two runs may differ

The record holds medians and the spread, quartile to quartile, and the seconds that each took to get
ready, which is where compiling shows.
"""

import argparse
import json
import os
import statistics
import time
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import torch
import torch.nn.functional as F

from dmnb import DMLoss, models
from dmnb.emphasis import CCE, DM
from dmnb.train import cuda, optimizer_of
from dmnb.train.images import crop
from dmnb.train.parallel import Processes
from dmnb.train.run import Run
from dmnb.train.sources import InMemory

BATCH, SIZE, RATE = 256, 32, 0.01
# Steps a second at width 32, on an H100 80GB with torch 2.11, before this loop was written.
ANCHORS = "eager 95, CUDA graph 190-245, compiled and CUDA graph 315; DM 314 where CCE has 316"
WITHOUT = {
    "plain": cuda.FEATURES,
    "bf16": ("compile", "graph"),
    "+ graph": ("compile",),
    "+ compile": (),
    "CCE": (),
    "any kernel": (),
}


class Pictures(torch.utils.data.Dataset):
    """The images one by one, as a data set in torchvision's manner gives them."""

    def __init__(self, data):
        from torchvision.transforms import v2

        self.images, self.labels = data.train_images, data.train_labels
        self.view = v2.Compose([v2.RandomCrop(SIZE, padding=4), v2.RandomHorizontalFlip()])

    def __len__(self):
        return len(self.labels)

    def __getitem__(self, k):
        return self.view(self.images[k]), self.labels[k]


def made(count, device="cpu"):
    """So many random images and labels of 10 classes."""
    generator = torch.Generator().manual_seed(0)
    images = torch.randint(256, (count, 3, SIZE, SIZE), generator=generator, dtype=torch.uint8)
    labels = torch.randint(10, (count,), generator=generator)
    few = slice(min(count, 10_000))
    parts = {"train_images": images, "train_labels": labels}
    parts |= {"test_images": images[few], "test_labels": labels[few]}
    return SimpleNamespace(**{name: part.to(device) for name, part in parts.items()})


def network(width, device):
    shape = {"in_shape": (3, SIZE, SIZE), "num_classes": 10}
    return models.build("resnet20", width=width, **shape).to(device)


def eager(batches, width, device):
    """The loop that a tutorial has, in bfloat16; batches() yields uint8 images and labels."""
    model = network(width, device).train()
    descent = torch.optim.SGD(model.parameters(), lr=RATE, momentum=0.9)

    def epoch():
        for x, y in batches():
            with torch.autocast(device.type, torch.bfloat16):
                loss = F.cross_entropy(model(x.float() / 255 - 0.5), y)
            descent.zero_grad()
            loss.backward()
            descent.step()
        synchronize(device)

    return epoch


def by_loader(data, device, workers):
    loader = torch.utils.data.DataLoader(
        Pictures(data),
        batch_size=BATCH,
        shuffle=True,
        num_workers=workers,
        pin_memory=device.type == "cuda",
        persistent_workers=workers > 0,
    )

    def batches():
        for x, y in loader:
            yield x.to(device, non_blocking=True), y.to(device, non_blocking=True)

    return batches


def on_device(data, device):
    images, labels = data.train_images.to(device), data.train_labels.to(device)

    def batches():
        for index in torch.randperm(len(labels), device=device).split(BATCH):
            shift = torch.randint(9, (len(index), 2), device=device)
            mirrored = torch.randint(2, (len(index), 1), device=device)
            yield crop(images, index, torch.cat([shift, mirrored], 1).byte()), labels[index]

    return batches


@contextmanager
def kernels(*, any_of_them):
    cudnn = torch.backends.cudnn
    before = cudnn.deterministic, cudnn.benchmark
    cudnn.deterministic, cudnn.benchmark = not any_of_them, any_of_them
    try:
        yield
    finally:
        cudnn.deterministic, cudnn.benchmark = before


def ours(name, data, width, device):
    """An epoch of fit, with the features that the contender of this name has; and its run."""
    model = network(width, device)
    source = InMemory(
        data,
        batch_size=BATCH,
        augment=True,
        generator=torch.Generator().manual_seed(1),
        processes=Processes(None, device),
    )
    emphasis = CCE() if name == "CCE" else DM(0.5, 12)
    loss = DMLoss(emphasis, normalization="none" if name == "CCE" else "integral").to(device)
    rate_on = None if name == "plain" else device
    descent = optimizer_of("sgd", model.parameters(), lr=RATE, device=rate_on)
    run = Run(model, loss, source, descent, source.processes)
    missing = {*WITHOUT[name], *(() if device.type == "cuda" else ("compile", "graph"))}
    with kernels(any_of_them=name == "any kernel"):
        features = cuda.speed_up(run, dict.fromkeys(missing, "left out"))
    if missing.union(features) != set(cuda.FEATURES):
        print(f"{name} has only {features}: its figures are not what they are called")

    def epoch():
        with kernels(any_of_them=name == "any kernel"):
            run.train_epoch(lambda step: RATE)
        run.end_epoch()

    return epoch, run


def contenders(data, width, device, workers):
    """{name: epoch}, the seconds that each took to get ready, and the run of "+ compile"."""
    epochs, ready = {}, {}
    epochs["loader"] = eager(by_loader(data, device, workers), width, device)
    epochs["device"] = eager(on_device(data, device), width, device)
    for name in WITHOUT:
        begun = time.perf_counter()
        epochs[name], run = ours(name, data, width, device)
        ready[name] = time.perf_counter() - begun
        if name == "+ compile":
            whole = run
    return epochs, ready, whole


def synchronize(device):
    if device.type == "cuda":
        torch.cuda.synchronize()


def measure(epochs, count, rounds):
    """{name: (median, spread)} in images a second; the spread is the distance of the quartiles."""
    rates = {name: [] for name in epochs}
    for k in range(rounds + 1):
        for name, epoch in epochs.items():
            begun = time.perf_counter()
            epoch()
            if k:  # the first epoch warms up
                rates[name].append(count / (time.perf_counter() - begun))
    quartiles = {name: statistics.quantiles(values, n=4) for name, values in rates.items()}
    return {name: (middle, high - low) for name, (low, middle, high) in quartiles.items()}


def ratios(rate, width):
    """(what, ratio or images a second, what to reach as (sign, number) or None)."""
    of = {name: median for name, (median, _) in rate.items()}
    yield "DM's step / CCE's step, in time", of["CCE"] / of["+ compile"], ("<=", 1.01)
    yield "images/s, all / loader", of["+ compile"] / of["loader"], (">=", 8)
    yield "images/s, all / device", of["+ compile"] / of["device"], (">=", 3)
    yield "images/s, all", of["+ compile"], (">=", 100_000) if width == 32 else None
    yield "images/s, bf16 / plain", of["bf16"] / of["plain"], None
    yield "images/s, + graph / bf16", of["+ graph"] / of["bf16"], None
    yield "images/s, + compile / + graph", of["+ compile"] / of["+ graph"], None
    yield "images/s, any kernel / all", of["any kernel"] / of["+ compile"], None


def table(rate, ready, width):
    print(f"\nResNet-20, width {width}")
    if width == 32:
        print(f"measured earlier, steps/s: {ANCHORS}")
    print("| contender | images/s | ± | steps/s | s to get ready |\n|---|---|---|---|---|")
    for name, (median, spread) in rate.items():
        wait = f"{ready[name]:.0f}" if name in ready else ""
        print(f"| {name} | {median:.0f} | {spread:.0f} | {median / BATCH:.0f} | {wait} |")
    print("| ratio | | to reach |\n|---|---|---|")
    for what, value, goal in ratios(rate, width):
        reached = goal and (value <= goal[1] if goal[0] == "<=" else value >= goal[1])
        verdict = f"{goal[0]} {goal[1]} {'yes' if reached else 'NO'}" if goal else ""
        print(f"| {what} | {value:.4g} | {verdict} |", flush=True)


def seconds_to_measure(run, device):
    """Of one measurement: p of all training images, and test accuracy; the second of two."""
    for _ in range(2):
        synchronize(device)
        begun = time.perf_counter()
        run.record(1.0, run.source.labels, histogram=False)
    return time.perf_counter() - begun


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--widths", type=int, nargs="+", default=[16, 32])
    parser.add_argument("--images", type=int, default=50_000)
    parser.add_argument("--workers", type=int, default=8, help="processes of the DataLoader")
    parser.add_argument("--out", type=Path, help="a JSON file for the medians and spreads")
    arguments = parser.parse_args()
    if not torch.cuda.is_available():
        print("There is no CUDA device here, so nothing is measured.")
        return
    device, data = torch.device("cuda"), made(arguments.images)
    versions = {"torch": torch.__version__, "cuda": torch.version.cuda}
    record = {"device": torch.cuda.get_device_name(), "versions": versions}
    record |= {"cpus": os.cpu_count(), "workers": arguments.workers, "rounds": arguments.rounds}
    record |= {"images": arguments.images, "images/s": {}, "seconds to measure": {}}
    print(f"{record['device']}, {versions}, median of {arguments.rounds} epochs, ± quartiles apart")
    for width in arguments.widths:
        torch.compiler.reset()
        epochs, ready, run = contenders(data, width, device, arguments.workers)
        rate = measure(epochs, arguments.images, arguments.rounds)
        table(rate, ready, width)
        waited = seconds_to_measure(run, device)
        print(
            f"a measurement of {arguments.images} + {len(data.test_labels)} images: {waited:.2f} s"
        )
        record["images/s"][width] = {k: [round(x) for x in v] for k, v in rate.items()}
        record["seconds to measure"][width] = round(waited, 3)
        if arguments.out:
            arguments.out.write_text(json.dumps(record, indent=1) + "\n")
        del epochs, run


if __name__ == "__main__":
    main()
