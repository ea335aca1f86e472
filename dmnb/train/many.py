"""Many runs of one small network at once: the curves of one `fit` after another, sooner.

A step of a small network costs more in calls than in arithmetic. So the parameters of K networks
are stacked, torch.func's vmap makes K forward passes a few batched products, one log-odds is taken
of all K x B rows, and each emphasis acts once, on the rows of every run that has it.

Tried on one CPU core (benchmarks/fit_many.py, networks of 100-8-2 units, 16 losses): a step of 80
runs takes 1/7 of the time of a loop over them, 1/3 when each run calls its own loss, and 1/9 with
the forward pass written by hand as two batched products, which is not worth a second description
of every network. A single run is 2 to 3 times slower than by `fit`.
"""

import logging
import math
import time
from collections.abc import Callable, Sequence
from numbers import Real
from types import SimpleNamespace

import torch
from torch import Tensor, nn

from dmnb.train.descent import learning_rate
from dmnb.train.loop import fit
from dmnb.train.measure import Curves, check_truth, measure, measured_epochs
from dmnb.train.options import check, device_of
from dmnb.train.sources import check_images
from dmnb.train.stacked import Descent, JointLoss, Networks, centring_of

_LOG = logging.getLogger(__name__)


def fit_many(
    models: Sequence[nn.Module],
    losses: Sequence[Callable[[Tensor, Tensor], Tensor]],
    data,
    *,
    labels: Sequence[Tensor],
    epochs: int,
    lr: float | Sequence[float] | Tensor,
    subsets: Sequence[Tensor] | None = None,
    generators: Sequence[torch.Generator] | None = None,
    clean_labels: Tensor | None = None,
    batch_size: int = 64,
    optimizer: str = "sgd",
    momentum: float = 0.9,
    weight_decay: float = 0.0,
    eps: float = 1e-8,
    schedule: str = "constant",
    milestones: Sequence[int] | None = None,
    drop: float = 10,
    warmup: float = 0,
    device: str | torch.device = "cpu",
    record_every: int = 1,
) -> list[Curves]:
    """Train K networks of one architecture in place, each alone; their `Curves`, in order.

    Run k has the curves of `fit` with the same network, loss, generator and examples, up to
    rounding. Networks with buffers (the statistics of batch normalisation), dropout or frozen
    parameters are trained by `fit`, one after another, and a log message says so.

    Args:
        models: K networks that differ in the values of their parameters alone.
        losses: K losses, as for `fit`. Each `DMLoss` without class weights, process group and rows
            to ignore takes part in the joint evaluation; others are called run by run.
        data: as for `fit`, except that its training labels are not looked at.
        labels: K tensors of labels to learn, int64 (N,).
        epochs: at least 1.
        lr: the learning rate, positive, or K of them.
        subsets: the rows that run k trains on, K tensors int64 (n,) in [0, N); None: all N.
        generators: on the CPU; run k draws its order from the kth. None: all from the global one.
        clean_labels: int64 (N,), as for `fit`, the same for all runs.
        batch_size, optimizer, momentum, weight_decay, eps, schedule, milestones, drop, warmup,
            device, record_every: as for `fit`, the same for all runs.

    Returns:
        K `Curves`; ``seconds`` is the time all took together, divided by K.

    Raises:
        ValueError: for data and options that `fit` refuses, for lists that are not K long, for a
            network that is there twice, for networks of several architectures and for subsets of
            several sizes.
    """
    check_images(data, parts=("train_images", "test_images", "test_labels"))
    count = len(models)
    lr = lr.tolist() if isinstance(lr, Tensor) else lr
    rates = [lr] * count if isinstance(lr, Real) else list(lr)
    generators = [None] * count if generators is None else generators
    rows = [torch.arange(len(data.train_images))] * count if subsets is None else subsets
    _check_lists(count, losses=losses, labels=labels, lr=rates, generators=generators, subsets=rows)
    for y in labels:
        if len(y) != len(data.train_images):
            raise ValueError(f"labels must be {len(data.train_images)} each, got {len(y)}")
    check_truth(labels[0], clean_labels)
    counts = {"epochs": epochs, "batch_size": batch_size, "record_every": record_every}
    for rate in rates:
        check(lr=rate)
    descent = {"momentum": momentum, "weight_decay": weight_decay, "eps": eps}
    pace = {"schedule": schedule, "milestones": milestones, "drop": drop}
    check(optimizer=optimizer, warmup=warmup, **counts, **descent, **pace)
    if len({*map(id, models)}) < count:
        raise ValueError("models must be different networks, got one of them twice")
    if len({(str(model), *(p.shape for p in model.parameters())) for model in models}) > 1:
        raise ValueError("models must be of one architecture, got several")
    if len(sizes := {len(chosen) for chosen in rows}) > 1:
        raise ValueError(f"subsets must be of one size, got {sorted(sizes)}")
    runs = [
        SimpleNamespace(loss=loss, labels=y, rows=chosen, generator=generator, lr=float(rate))
        for loss, y, chosen, generator, rate in zip(
            losses, labels, rows, generators, rates, strict=True
        )
    ]
    reason = _why_apart(models)
    if reason:
        _LOG.warning("%d runs go one after another: their networks have %s", count, reason)
    return (_apart if reason else _together)(
        models,
        runs,
        data,
        truth=clean_labels,
        device=device_of(device),
        optimizer=optimizer,
        descent=descent,
        pace=pace,
        warmup=warmup,
        **counts,
    )


def _check_lists(count: int, **lists: Sequence) -> None:
    for name, values in lists.items():
        if len(values) != count or count == 0:
            raise ValueError(f"{name} must be one for each of {count} models, got {len(values)}")


def _why_apart(models: Sequence[nn.Module]) -> str:
    """What keeps these networks from being stacked; empty where nothing does."""
    if next(models[0].buffers(), None) is not None:
        return "buffers"
    if any(isinstance(m, nn.modules.dropout._DropoutNd) and m.p > 0 for m in models[0].modules()):
        return "dropout"
    if not all(p.requires_grad for model in models for p in model.parameters()):
        return "frozen parameters"
    return ""


def _apart(models, runs, data, *, truth, descent, pace, **options) -> list[Curves]:
    def train(model, run):
        part = SimpleNamespace(
            train_images=data.train_images[run.rows],
            train_labels=run.labels[run.rows],
            test_images=data.test_images,
            test_labels=data.test_labels,
        )
        clean = None if truth is None else truth[run.rows]
        return fit(
            model, run.loss, part, lr=run.lr, generator=run.generator, clean_labels=clean,
            **descent, **pace, **options,
        )  # fmt: skip

    return [train(model, run) for model, run in zip(models, runs, strict=True)]


def _together(
    models, runs, data, *, truth, device, optimizer, descent, pace, warmup, epochs, batch_size,
    record_every,
) -> list[Curves]:  # fmt: skip
    started = time.perf_counter()
    images, test_images = data.train_images.to(device), data.test_images.to(device)
    test_labels = data.test_labels.to(device)
    truth = None if truth is None else truth.to(device)
    rows = torch.stack([run.rows for run in runs]).to(device)
    y = torch.stack([run.labels for run in runs]).to(device)
    rates = torch.tensor([run.lr for run in runs], device=device)
    networks = Networks(models, device)
    step = Descent(optimizer, networks.parameters, **descent)
    centre, loss = centring_of(images, rows), JointLoss([run.loss for run in runs], y)
    steps_per_epoch = math.ceil(rows.shape[1] / batch_size)
    steps, warmup_steps = epochs * steps_per_epoch, round(warmup * steps_per_epoch)
    factors = (
        learning_rate(k, steps, lr=1.0, warmup_steps=warmup_steps, **pace) for k in range(steps)
    )
    recorded, drawn = measured_epochs(epochs, record_every)
    curves = [Curves() for _ in runs]

    for epoch in range(1, epochs + 1):
        order = [torch.randperm(rows.shape[1], generator=run.generator) for run in runs]
        batches = rows.gather(1, torch.stack(order).to(device)).split(int(batch_size), 1)
        total = torch.zeros(len(runs), dtype=torch.float64, device=device)
        for batch, factor in zip(batches, factors, strict=False):
            x = images.index_select(0, batch.flatten()).unflatten(0, batch.shape)
            values = loss(networks(centre(x)), y.gather(1, batch))
            step(torch.autograd.grad(values.sum(), networks.parameters), rates * factor)
            total += values.detach() * batch.shape[1]
        due = [
            (k, train_loss)
            for k, train_loss in enumerate((total / rows.shape[1]).tolist())
            if not curves[k].diverged and (epoch in recorded or not math.isfinite(train_loss))
        ]
        if due:
            logits, test_logits = (networks.predict(x, centre) for x in (images, test_images))
        for k, train_loss in due:
            given, true = (None if x is None else x[rows[k]] for x in (y[k], truth))
            measure(
                curves[k],
                epoch,
                train_loss,
                train=(logits[k][rows[k]], given),
                test=(test_logits[k], test_labels),
                truth=true,
                loss=runs[k].loss,
                histogram=epoch in drawn,
            )
    networks.write_back()
    for curve in curves:
        curve.seconds = (time.perf_counter() - started) / len(runs)
    return curves
