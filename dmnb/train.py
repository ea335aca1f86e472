"""fit(model, loss, data, ...): train a classifier on images in memory and measure every epoch.

The loss is passed in, so every example weighting runs through the same loop. Nothing here looks at
test data to decide anything: the test accuracy is recorded, and the last epoch is the result.
"""

import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import torch
from torch import Tensor, nn

from dmnb.loss import log_odds

OPTIMIZERS = ("sgd", "nesterov", "adam")
SCHEDULES = ("constant", "step", "cosine")
BINS = 20
HISTOGRAMS = 25


@dataclass
class Curves:
    """What one training run measured; every list of numbers has one entry per recorded epoch.

    ``epoch`` counts from 1. Accuracies and probabilities are fractions in [0, 1]; p is the softmax
    probability of the label the example was GIVEN. ``p_clean`` and ``p_noisy`` are means of p over
    the training examples whose given label is right, and wrong. ``ess`` is (sum w)^2 / (N sum w^2)
    in (0, 1], the effective sample size of the emphasis weights w as a share of the N training
    examples: 1 when all weigh the same, 1/N when one example has all the weight. An entry is None
    where it has no value: clean labels unknown, no noisy example, a loss without an emphasis, a
    network that has diverged.

    ``histograms`` holds at most 25 dicts ``{"epoch", "clean", "noisy"}``: counts of p in 20 equal
    bins of [0, 1]. ``corrupted`` and ``intact`` are accuracies of the final network over the WHOLE
    training set, against the given labels and against the true ones (the columns of the paper's
    Table 9; see `dmnb.record.Record`). ``diverged`` is the epoch at which the loss or the logits
    stopped being finite, which ends the run, else None. ``seconds`` is wall time, measuring
    included.
    """

    epoch: list[int] = field(default_factory=list)
    test_accuracy: list[float] = field(default_factory=list)
    train_loss: list[float | None] = field(default_factory=list)
    p_clean: list[float | None] = field(default_factory=list)
    p_noisy: list[float | None] = field(default_factory=list)
    ess: list[float | None] = field(default_factory=list)
    histograms: list[dict] = field(default_factory=list)
    corrupted: float = math.nan
    intact: float | None = None
    diverged: int | None = None
    seconds: float = 0.0


def fit(
    model: nn.Module,
    loss: Callable[[Tensor, Tensor], Tensor],
    data,
    *,
    epochs: int,
    lr: float,
    batch_size: int = 64,
    optimizer: str = "sgd",
    momentum: float = 0.9,
    weight_decay: float = 0.0,
    schedule: str = "constant",
    warmup: float = 0,
    augment: bool = False,
    clean_labels: Tensor | None = None,
    generator: torch.Generator | None = None,
    device: str | torch.device = "cpu",
    record_every: int = 1,
    progress: bool = False,
) -> Curves:
    """Train ``model`` in place, in mini-batches, and return its `Curves`.

    Args:
        model: maps float (B, C, H, W) to logits (B, K); it is moved to ``device``.
        loss: maps logits (B, K) and int64 targets (B,) to a scalar. Where it has an attribute
            ``emphasis``, the effective sample size is measured with ``emphasis.weight_at``.
        data: holds ``train_images`` and ``test_images``, uint8 (N, C, H, W), ``train_labels`` and
            ``test_labels``, int64 (N,). Training sees these training labels, noise and all.
            Networks see pixels in [0, 1] less the training set's mean per channel.
        epochs, lr, batch_size: positive; the last batch of an epoch may be smaller.
        optimizer: "sgd", "nesterov" (both with ``momentum``) or "adam".
        schedule, warmup: see `learning_rate`; warm-up is counted in epochs.
        augment: crop at random from images padded by 4 pixels of black, flip half of them.
        clean_labels: int64 (N,), used only to tell clean examples from noisy in what is measured.
        generator: on the CPU; draws the order and the augmentation. The same seed, initial network
            and thread count give the same bits on the CPU.
        record_every: measure every so many epochs, and after the last.
        progress: show a bar on stderr where rich is installed.

    Raises:
        ValueError: for an option outside what is allowed.
    """
    counts = {"epochs": epochs, "batch_size": batch_size, "record_every": record_every}
    for name, value in {"lr": lr, **counts}.items():
        if not value > 0:
            raise ValueError(f"{name} must be positive, got {value!r}")
    device = torch.device(device)
    model = model.to(device)
    images, labels = data.train_images.to(device), data.train_labels.to(device)
    test_images, test_labels = data.test_images.to(device), data.test_labels.to(device)
    truth = None if clean_labels is None else clean_labels.to(device)
    centre = centring(images)
    descent = _optimizer(optimizer, model, lr=lr, momentum=momentum, weight_decay=weight_decay)
    steps_per_epoch = math.ceil(len(labels) / batch_size)
    steps, warmup_steps = epochs * steps_per_epoch, round(warmup * steps_per_epoch)
    rates = (
        learning_rate(step, steps, lr=lr, schedule=schedule, warmup_steps=warmup_steps)
        for step in range(steps)
    )
    recorded = sorted({*range(record_every, epochs + 1, record_every), epochs})
    drawn = _evenly_spaced(recorded, HISTOGRAMS)
    curves, started = Curves(), time.perf_counter()

    def inputs(batch: Tensor) -> Tensor:
        x = images[batch]
        return centre(crop_and_flip(x, generator=generator) if augment else x)

    with _bar(epochs, shown=progress) as advance:
        for epoch in range(1, epochs + 1):
            batches = torch.randperm(len(labels), generator=generator).to(device).split(batch_size)
            train_loss = _descend(model, loss, inputs, labels, batches, descent, rates)
            if epoch in recorded or not math.isfinite(train_loss):
                logits = predict(model, images, centre=centre)
                if not (math.isfinite(train_loss) and bool(logits.isfinite().all())):
                    curves.diverged = epoch
                test_logits = predict(model, test_images, centre=centre)
                curves.epoch.append(epoch)
                curves.test_accuracy.append(accuracy(test_logits, test_labels))
                curves.train_loss.append(train_loss if math.isfinite(train_loss) else None)
                _measure(curves, logits, labels, truth, loss, histogram=epoch in drawn)
            advance(curves.test_accuracy)
            if curves.diverged:
                break

    curves.corrupted = accuracy(logits, labels)
    curves.intact = None if truth is None else accuracy(logits, truth)
    curves.seconds = time.perf_counter() - started
    return curves


def _descend(model, loss, inputs, labels, batches, descent, rates) -> float:
    """One pass over the batches, each at the next of the rates; the mean loss of an example."""
    model.train()
    total = torch.zeros((), dtype=torch.float64, device=labels.device)
    for batch, rate in zip(batches, rates, strict=False):
        for group in descent.param_groups:
            group["lr"] = rate
        value = loss(model(inputs(batch)), labels[batch])
        descent.zero_grad()
        value.backward()
        descent.step()
        total += value.detach() * len(batch)
    return total.item() / len(labels)


def learning_rate(
    step: int, steps: int, *, lr: float, schedule: str = "constant", warmup_steps: int = 0
) -> float:
    """The learning rate of step 0 <= ``step`` < ``steps``.

    During warm-up it is lr (step + 1) / warmup_steps. After it: "constant" stays at lr, "step" is
    lr, lr/10 from 1/2 of all steps on and lr/100 from 3/4 on, and "cosine" falls from lr to 0 as
    lr (1 + cos(pi t)) / 2, with t in [0, 1) the share done of the steps after warm-up.

    Raises:
        ValueError: for an unknown schedule.
    """
    if schedule not in SCHEDULES:
        raise ValueError(f"schedule must be one of {', '.join(SCHEDULES)}, got {schedule!r}")
    if step < warmup_steps:
        return lr * (step + 1) / warmup_steps
    if schedule == "step":
        return lr / (1, 10, 100)[(2 * step >= steps) + (4 * step >= 3 * steps)]
    if schedule == "cosine":
        t = (step - warmup_steps) / (steps - warmup_steps)
        return lr * (1 + math.cos(math.pi * t)) / 2
    return lr


def centring(images: Tensor) -> Callable[[Tensor], Tensor]:
    """The function x -> x / 255 - mean, float32, with the mean per channel of these images.

    images: uint8 (N, C, H, W), N >= 1; x is of that kind, too.

    The scale stays that of pixels in [0, 1]. Dividing by the deviation as well (.25 to .4 here)
    would act as a higher learning rate on networks without batch normalisation.
    """
    total = torch.stack([part.sum((0, 2, 3)) for part in images.split(1000)]).sum(0)
    mean = (total.double() * images.shape[1] / images.numel() / 255).float().view(-1, 1, 1)
    return lambda x: x.float() / 255 - mean


def crop_and_flip(
    images: Tensor, *, padding: int = 4, generator: torch.Generator | None = None
) -> Tensor:
    """The images (B, C, H, W), each shifted by up to ``padding`` pixels, black coming in, and half
    of them mirrored; same shape and dtype. ``generator`` lives on the CPU."""
    size, channels, height, width = images.shape
    device = images.device
    down, right = torch.randint(2 * padding + 1, (2, size, 1), generator=generator)
    mirrored = torch.rand(size, 1, generator=generator) < 0.5
    across = torch.arange(width)
    rows = (down + torch.arange(height)).to(device)
    columns = (right + torch.where(mirrored, across.flip(0), across)).to(device)
    padded = nn.functional.pad(images, (padding,) * 4)
    return padded[
        torch.arange(size, device=device).view(-1, 1, 1, 1),
        torch.arange(channels, device=device).view(1, -1, 1, 1),
        rows.view(size, 1, height, 1),
        columns.view(size, 1, 1, width),
    ]


@torch.no_grad()
def predict(
    model: nn.Module,
    images: Tensor,
    *,
    centre: Callable[[Tensor], Tensor],
    batch_size: int = 2000,
) -> Tensor:
    """Logits (N, K) of uint8 images (N, C, H, W), the model in evaluation mode.

    centre: from such images to the model's input, as `centring` makes it. batch_size: how many
    images are in memory as floats at a time.
    """
    model.eval()
    return torch.cat([model(centre(batch)) for batch in images.split(batch_size)])


def accuracy(logits: Tensor, labels: Tensor) -> float:
    """Share of (N,) labels that (N, K) logits predict, in [0, 1]."""
    return (logits.argmax(1) == labels).double().mean().item()


def effective_share(w: Tensor) -> float:
    """(sum w)^2 / (N sum w^2) in (0, 1] of weights w >= 0 (N,), not all zero."""
    w = w / w.max()
    return (w.sum().square() / (len(w) * w.square().sum())).item()


def _measure(curves: Curves, logits, labels, truth, loss, *, histogram: bool) -> None:
    """Append one epoch's p of clean and of noisy examples and the effective sample size."""
    m = log_odds(logits.double(), labels)
    p = m.sigmoid()
    usable = curves.diverged is None
    parts = {}
    for name, curve in (("clean", curves.p_clean), ("noisy", curves.p_noisy)):
        chosen = p[:0] if truth is None else p[(labels == truth) == (name == "clean")]
        parts[name] = chosen
        curve.append(chosen.mean().item() if usable and len(chosen) else None)

    emphasis = getattr(loss, "emphasis", None)
    w = emphasis.weight_at(m) if emphasis is not None and usable else None
    curves.ess.append(None if w is None or not w.any() else effective_share(w))

    if histogram and usable and truth is not None:
        counts = {
            name: torch.histc(part, BINS, 0, 1).int().tolist() for name, part in parts.items()
        }
        curves.histograms.append({"epoch": curves.epoch[-1], **counts})


def _optimizer(name: str, model: nn.Module, *, lr, momentum, weight_decay):
    parameters = model.parameters()
    if name == "adam":
        return torch.optim.Adam(parameters, lr=lr, weight_decay=weight_decay)
    if name in OPTIMIZERS:
        return torch.optim.SGD(
            parameters,
            lr=lr,
            momentum=momentum,
            weight_decay=weight_decay,
            nesterov=name == "nesterov",
        )
    raise ValueError(f"optimizer must be one of {', '.join(OPTIMIZERS)}, got {name!r}")


def _evenly_spaced(items: list[int], count: int) -> set[int]:
    if len(items) <= count:
        return set(items)
    return {items[round(i * (len(items) - 1) / (count - 1))] for i in range(count)}


@contextmanager
def _bar(epochs: int, *, shown: bool) -> Iterator[Callable[[list[float]], None]]:
    """Yield a function to call after each epoch with the test accuracies so far."""
    try:
        from rich import progress as rich
        from rich.console import Console
    except ImportError:
        shown = False
    if not shown:
        yield lambda accuracies: None
        return
    columns = (
        rich.TextColumn("epoch {task.completed:.0f}/{task.total:.0f}"),
        rich.BarColumn(),
        rich.TextColumn("test accuracy {task.fields[accuracy]}"),
        rich.TimeRemainingColumn(),
    )
    with rich.Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task("training", total=epochs, accuracy="–")

        def advance(accuracies: list[float]) -> None:
            latest = f"{accuracies[-1]:.1%}" if accuracies else "–"
            bar.update(task, advance=1, accuracy=latest)

        yield advance
