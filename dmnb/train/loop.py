"""The loop: mini-batches in a drawn order, one optimiser, a schedule, a measurement an epoch."""

import math
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from dmnb.train.checkpoint import Keeper, fingerprint
from dmnb.train.cuda import fast_path
from dmnb.train.descent import learning_rate, optimizer_of
from dmnb.train.measure import Curves, measured_epochs
from dmnb.train.options import check, device_of
from dmnb.train.parallel import Processes
from dmnb.train.progress import progress_bar
from dmnb.train.run import Run
from dmnb.train.sources import source_of

# What a checkpoint must agree on with the run that goes on from it.
SETTINGS = (
    "epochs", "lr", "batch_size", "optimizer", "momentum", "weight_decay", "eps", "schedule",
    "milestones", "drop", "warmup", "augment", "record_every",
)  # fmt: skip


def fit(
    model: nn.Module,
    loss: Callable[[Tensor, Tensor], Tensor],
    data: Any,
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
    checkpoint: str | Path | None = None,
    checkpoint_every: int = 1000,
    process_group: Any = None,
    fast: bool | None = None,
) -> Curves:
    """Train ``model`` in place, in mini-batches, and return its `Curves`.

    Args:
        model: maps float (B, C, H, W) to logits (B, K); it is moved to ``device``.
        loss: maps logits (B, K) and int64 targets (B,) to a scalar. Where it has an attribute
            ``emphasis``, an `Emphasis`, the effective sample size of that is measured. On CUDA
            the step is captured with it: a loss that is another function from step to step, of the
            epoch say, needs ``fast=False``.
        data: holds ``train_images`` and ``test_images``, uint8 (N, C, H, W), ``train_labels`` and
            ``test_labels``, int64 (N,). Training sees these training labels, noise and all.
            Networks see pixels in [0, 1] less the training set's mean per channel. Or `Loaders`,
            which bring their own batches, order and augmentation.
        epochs, batch_size: at least 1; the last batch of an epoch may be smaller.
        lr: above 0.
        optimizer: "sgd", "nesterov" (both with ``momentum``, in [0, 1)) or "adam" (with ``eps``,
            above 0); each with ``weight_decay``, at least 0.
        schedule, milestones, drop, warmup: see `learning_rate`. Milestones are steps, rising and
            above 0, ``drop`` is above 1, and ``warmup`` is in epochs, at least 0.
        augment: crop at random from images padded by 4 pixels of black, flip half of them.
        clean_labels: int64 (N,), used only to tell clean examples from noisy in what is measured.
        generator: on the CPU; draws the order and the augmentation. The same seed, initial network
            and thread count give the same bits on the CPU.
        record_every: measure every so many epochs, and after the last.
        progress: show a bar on stderr where rich is installed.
        checkpoint: file to keep the state of the run in, or None. Where it is there already, left
            by a run of the same arguments that was killed, this one goes on from it, on the CPU to
            the same bits. It is removed at the end. A full disk costs a warning, not the run.
        checkpoint_every: steps from one checkpoint to the next, 1 or more.
        process_group: of torch.distributed, or None for this process alone. Each process calls this
            function with the same arguments, takes its share of every batch of ``batch_size`` and
            returns the same curves; the first one's network and generator hold for all, and it
            alone shows progress and writes checkpoints. A DMLoss must have the same process group;
            other losses must be means over their batch. Batch normalisation sees its own share.
        fast: on CUDA, None for the fast path as far as it can be had (see `dmnb.train.cuda`), True
            to insist on all of it, False for the plain loop. The batches are the same, the rounding
            is not. On the CPU there is none.

    Raises:
        ValueError: for an option outside what is allowed, or a device that is not there; for data
            that are neither kind; for true labels that are no classes; for a checkpoint that is
            damaged or of another run.
        RuntimeError: for ``fast=True`` where a part of the fast path cannot be had.
    """
    settings = {name: value for name, value in locals().items() if name in SETTINGS}
    check(**settings, checkpoint_every=checkpoint_every)
    processes = Processes(process_group, device_of(device))
    processes.check(loss)
    model = model.to(processes.device)
    source = source_of(
        data, batch_size=batch_size, augment=augment, generator=generator, processes=processes
    )
    truth = source.truth(clean_labels)
    descent = optimizer_of(
        optimizer,
        model.parameters(),
        lr=lr,
        momentum=momentum,
        weight_decay=weight_decay,
        eps=eps,
        device=processes.device if processes.device.type == "cuda" and fast is not False else None,
    )
    rate = partial(
        learning_rate,
        steps=epochs * len(source),
        lr=lr,
        schedule=schedule,
        warmup_steps=round(warmup * len(source)),
        milestones=milestones,
        drop=drop,
    )
    run = Run(model, loss, source, descent, processes)
    keeper = None
    if checkpoint is not None:
        about = fingerprint(run, settings=settings, truth=truth)
        keeper = Keeper(run, Path(checkpoint), every=checkpoint_every, about=about)
        keeper.restore()
    recorded, drawn = measured_epochs(epochs, record_every)

    shown = progress and processes.rank == 0
    with (
        fast_path(run, steps=epochs * len(source) - run.steps_done, wanted=fast) as features,
        progress_bar(epochs, done=run.epoch - 1, shown=shown) as advance,
    ):
        run.curves.fast = list(features)
        run.network = processes.wrap(run.network)
        while run.epoch <= epochs and not run.curves.diverged:
            train_loss = run.train_epoch(rate, after_step=keeper and keeper.after_step)
            if run.epoch in recorded or not math.isfinite(train_loss):
                run.record(train_loss, truth, histogram=run.epoch in drawn)
            advance(run.curves.test_accuracy)
            run.end_epoch()
    if keeper:
        keeper.remove()
    return run.finished()
