"""Retrieval by the features of a network that learned to classify."""

import dataclasses
import itertools
import math

import torch
from torch import Tensor

from dmnb import data, retrieval, train
from dmnb.experiment.config import Config
from dmnb.experiment.examples import corrupted_labels, dataset_of, generator_of
from dmnb.experiment.run import runnable, trained
from dmnb.experiment.streams import batches, streams_of


@dataclasses.dataclass(frozen=True)
class Retrieved:
    """What the features of one network can find; plain numbers, ready for strict JSON.

    accuracy: of the classifier, on test images of the classes it learned, in [0, 1]. scores:
    "seen 1" for single images of classes that it learned, "unseen 5" for sets of 5 of others,
    "tracklets" of MARS, each a dict of "map" and "cmc1", in [0, 1], and "queries", how many there
    were. dimensions: of the features of "seen" and "unseen" images (or "tracklets"), see
    `dmnb.retrieval.effective_dimensions`; None where all features are the same.
    """

    accuracy: float
    scores: dict[str, dict[str, float]]
    dimensions: dict[str, float | None]


def retrieve(
    config: Config, *, unseen: int = 5, sizes: tuple[int, ...] = (1, 5), progress: bool = False
) -> Retrieved:
    """Train as the config says on some classes; find test images of these, and of the others.

    The network learns all classes but the last ``unseen``. Its features of test images are averaged
    in sets of one class, drawn at random, and every set looks for the others of its class.

    Of "mars" the network learns the people of the training frames, and finds others by the
    protocol of `dmnb.retrieval`: a set is a tracklet, ``unseen`` and ``sizes`` mean nothing.

    Args:
        config: the settings; epochs, noise and all. Labels are corrupted among the learned classes.
        unseen: classes to leave out, from 1 to C - 2.
        sizes: how many images are in a set, each at least 1.
        progress: show a bar on stderr where rich is installed.

    Raises:
        ValueError: unseen or sizes outside these ranges; as for `dmnb.experiment.run`.
    """
    config = runnable(config)
    if config.dataset == "mars":
        return _in_mars(config, progress)
    for name in ("imbalance", "held_out"):
        if (value := getattr(config, name)) is not None:
            raise ValueError(f"{name} must not be set for retrieval, got {value!r}")
    whole = dataset_of(config)
    if not 1 <= unseen <= whole.num_classes - 2:
        raise ValueError(f"unseen must be in [1, {whole.num_classes - 2}], got {unseen}")
    learned = whole.num_classes - unseen
    known, new = (
        whole.of_classes(range(learned)),
        whole.of_classes(range(learned, whole.num_classes)),
    )
    for size, labels in itertools.product(sizes, (known.test_labels, new.test_labels)):
        _check_size(size, labels)
    dataset = dataclasses.replace(known, train_labels=corrupted_labels(known, config))
    model, curves = trained(config, dataset, known.train_labels, progress=progress)
    centre = train.centring(dataset.train_images)
    scores, dimensions = {}, {}
    for name, images, labels in (
        ("seen", known.test_images, known.test_labels),
        ("unseen", new.test_images, new.test_labels),
    ):
        inputs = (centre(part).to(config.device) for part in images.split(1000))
        features = retrieval.embed(model, inputs)
        dimensions[name] = _dimensions(features)
        for size in sizes:
            draw = generator_of(config.seed, "sets")
            found = find_sets(features, labels, size=size, generator=draw)
            scores[f"{name} {size}"] = _told(found)
    return Retrieved(curves.test_accuracy[-1], scores, dimensions)


def find_sets(
    features: Tensor, labels: Tensor, *, size: int, generator: torch.Generator | None = None
) -> retrieval.Scores:
    """Every set looks for the other sets of its class, by the mean of its features.

    Args:
        features: floating (N, D).
        labels: int64 (N,), the classes.
        size: images in a set, >= 1; what is left over of a class is in none.
        generator: on the CPU; draws the sets.

    Raises:
        ValueError: a size below 1, or one that leaves no class two sets.
    """
    _check_size(size, labels)
    order = torch.randperm(len(labels), generator=generator)
    rows, identities = [], []
    for label in labels.unique().tolist():
        members = order[labels[order] == label]
        sets = members.split(size)[: len(members) // size]
        rows += sets
        identities += [label] * len(sets)
    set_of = torch.arange(len(rows)).repeat_interleave(size)
    means = retrieval.set_features(features[torch.cat(rows)], set_of, len(rows))
    ids, itself = torch.tensor(identities), torch.arange(len(rows))
    return retrieval.scores(means @ means.T, ids, ids, query_cameras=itself, gallery_cameras=itself)


def _check_size(size: int, labels: Tensor) -> None:
    if size < 1:
        raise ValueError(f"size must be at least 1, got {size}")
    if len(labels) == 0 or labels.bincount().max() < 2 * size:
        raise ValueError(f"size must leave some class two sets, got {size}")


def _in_mars(config: Config, progress: bool) -> Retrieved:
    model, curves = trained(config, streams_of(config), None, progress=progress)
    found = data.mars()
    frames = (x.to(config.device) for x, _ in batches(found.test, config))
    features = retrieval.embed(model, frames)
    tracks = retrieval.set_features(features, found.test.labels, len(found.identities))
    queries = found.queries
    scores = retrieval.scores(
        tracks[queries] @ tracks.T,
        found.identities[queries],
        found.identities,
        query_cameras=found.cameras[queries],
        gallery_cameras=found.cameras,
    )
    return Retrieved(
        curves.test_accuracy[-1],
        {"tracklets": _told(scores)},
        {"tracklets": _dimensions(tracks)},
    )


def _dimensions(features: Tensor) -> float | None:
    found = retrieval.effective_dimensions(features)
    return None if math.isnan(found) else found


def _told(found: retrieval.Scores) -> dict[str, float]:
    return {
        "map": found.mean_average_precision,
        "cmc1": found.cmc[0].item(),
        "queries": found.queries,
    }
