"""What a run measures: accuracies, p of clean and of noisy examples, the effective sample."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field

import torch
from torch import Tensor, nn

from dmnb.loss import log_odds

BINS = 20
HISTOGRAMS = 25


@dataclass
class Curves:
    """What one training run measured; every list of numbers has one entry per recorded epoch.

    ``epoch`` counts from 1. Accuracies and probabilities are fractions in [0, 1]; p is the softmax
    probability of the label the example was GIVEN. ``p_clean`` and ``p_noisy`` are means of p over
    the training examples whose given label is right, and wrong. ``ess`` is (sum w)^2 / (N sum w^2)
    in (0, 1], the effective sample size of the emphasis weights w as a share of the N training
    examples: 1 when all weigh the same, 1/N when one example has all the weight. Examples whose
    label is no class, such as -100, to be ignored, are left out. An entry is None where it has no
    value: clean labels unknown, no noisy example, a loss without an emphasis, a network that has
    diverged.

    ``histograms`` holds at most 25 dicts ``{"epoch", "clean", "noisy"}``: counts of p in 20 equal
    bins of [0, 1]. ``corrupted`` and ``intact`` are accuracies of the final network over the WHOLE
    training set, against the given labels and against the true ones (the columns of the paper's
    Table 9; see `dmnb.record.Record`), None where they were not measured. ``diverged`` is the epoch
    at which the loss or the logits stopped being finite, which ends the run, else None. ``seconds``
    is wall time, measuring included. ``fast`` names the features of the fast path on CUDA that the
    run had (`fit`).
    """

    epoch: list[int] = field(default_factory=list)
    test_accuracy: list[float] = field(default_factory=list)
    train_loss: list[float | None] = field(default_factory=list)
    p_clean: list[float | None] = field(default_factory=list)
    p_noisy: list[float | None] = field(default_factory=list)
    ess: list[float | None] = field(default_factory=list)
    histograms: list[dict] = field(default_factory=list)
    corrupted: float | None = None
    intact: float | None = None
    diverged: int | None = None
    seconds: float = 0.0
    fast: list[str] = field(default_factory=list)


def measured_epochs(epochs: int, every: int) -> tuple[set[int], set[int]]:
    """The epochs 1 .. epochs to record, every so many and the last, and up to 25 of them, evenly
    spaced, to keep histograms of."""
    recorded = sorted({*range(every, epochs + 1, every), epochs})
    if len(recorded) <= HISTOGRAMS:
        return set(recorded), set(recorded)
    places = (round(i * (len(recorded) - 1) / (HISTOGRAMS - 1)) for i in range(HISTOGRAMS))
    return set(recorded), {recorded[place] for place in places}


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
    """Share of (N,) labels that (N, K) logits predict, in [0, 1]; negative ones are left out."""
    return (logits.argmax(1) == labels)[labels >= 0].double().mean().item()


def effective_share(w: Tensor) -> float:
    """(sum w)^2 / (N sum w^2) in (0, 1] of weights w >= 0 (N,), not all zero."""
    w = w / w.max()
    return (w.sum().square() / (len(w) * w.square().sum())).item()


def check_truth(labels: Tensor, truth: Tensor | None) -> None:
    """ValueError for true labels that are no classes, or not as many as the labels given."""
    if truth is None:
        return
    if not isinstance(truth, Tensor) or truth.is_floating_point() or truth.dtype == torch.bool:
        found = f"{type(truth).__name__} {getattr(truth, 'dtype', '')}"
        raise ValueError(f"clean_labels must be the true classes, an int64 tensor, got {found}")
    if len(truth) != len(labels):
        raise ValueError(
            f"clean_labels must be {len(labels)}, as training labels, got {len(truth)}"
        )


def measure(
    curves: Curves,
    epoch: int,
    train_loss: float,
    *,
    train: tuple[Tensor, Tensor] | None,
    test: tuple[Tensor, Tensor],
    truth: Tensor | None,
    loss,
    histogram: bool,
) -> None:
    """Append what the network is at the end of an epoch.

    train, test: logits (N, K) of these examples with their labels, as given, int64 (N,); train is
    None where there are too many to go over. truth: the true labels of the former, or None.
    """
    logits, labels = train or (test[0], None)
    if not (math.isfinite(train_loss) and bool(logits.isfinite().all())):
        curves.diverged = epoch
    curves.epoch.append(epoch)
    curves.test_accuracy.append(accuracy(*test))
    curves.train_loss.append(train_loss if math.isfinite(train_loss) else None)
    if labels is None:
        for curve in (curves.p_clean, curves.p_noisy, curves.ess):
            curve.append(None)
        return
    _measure_p(curves, logits, labels, truth, loss, histogram=histogram)
    curves.corrupted = accuracy(logits, labels)
    curves.intact = None if truth is None else accuracy(logits, truth)


def _measure_p(curves: Curves, logits, labels, truth, loss, *, histogram: bool) -> None:
    """p of clean and of noisy examples, and the effective sample size."""
    check_truth(labels, truth)
    counts = (labels >= 0) & (labels < logits.shape[1])
    logits, labels = logits[counts], labels[counts]
    truth = None if truth is None else truth[counts]
    m = log_odds(logits.double(), labels)
    p = m.sigmoid()
    usable = curves.diverged is None
    parts = {}
    for name, curve in (("clean", curves.p_clean), ("noisy", curves.p_noisy)):
        chosen = p[:0] if truth is None else p[(labels == truth) == (name == "clean")]
        parts[name] = chosen
        curve.append(chosen.mean().item() if usable and len(chosen) else None)

    emphasis = getattr(loss, "emphasis", None)
    w = None
    if emphasis is not None and usable:
        w = emphasis._for_labels(labels, logits.shape[1])._pull(m)
    curves.ess.append(None if w is None or not w.any() else effective_share(w))

    if histogram and usable and truth is not None:
        counts = {
            name: torch.histc(part, BINS, 0, 1).int().tolist() for name, part in parts.items()
        }
        curves.histograms.append({"epoch": curves.epoch[-1], **counts})
