"""The loop: mini-batches in a drawn order, one optimiser, a schedule, a measurement an epoch."""

import math
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import torch
from torch import Tensor, nn

from dmnb.train.descent import learning_rate, optimizer_of
from dmnb.train.images import centring, crop_and_flip
from dmnb.train.measure import HISTOGRAMS, Curves, accuracy, measure, predict


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
    eps: float = 1e-8,
    schedule: str = "constant",
    milestones: Sequence[int] | None = None,
    drop: float = 10,
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
        optimizer: "sgd", "nesterov" (both with ``momentum``) or "adam" (with ``eps``).
        schedule, milestones, drop, warmup: see `learning_rate`; milestones are counted in steps,
            warm-up in epochs.
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
    descent = optimizer_of(
        optimizer,
        model.parameters(),
        lr=lr,
        momentum=momentum,
        weight_decay=weight_decay,
        eps=eps,
    )
    steps_per_epoch = math.ceil(len(labels) / batch_size)
    steps, warmup_steps = epochs * steps_per_epoch, round(warmup * steps_per_epoch)
    rates = (
        learning_rate(
            step,
            steps,
            lr=lr,
            schedule=schedule,
            warmup_steps=warmup_steps,
            milestones=milestones,
            drop=drop,
        )
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
                measure(curves, logits, labels, truth, loss, histogram=epoch in drawn)
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
