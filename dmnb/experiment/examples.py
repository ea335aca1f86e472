"""The examples of a run: its data, noise and all, drawn by its seed."""

import dataclasses
import hashlib

import torch

from dmnb import data, noise
from dmnb.experiment.config import HUMAN, VECTORS, Config

HELD_OUT = 0.2

# Patrini et al., CVPR 2017: 2 -> 7, 3 -> 8, 5 <-> 6, 7 -> 1 for digits; bird -> airplane,
# cat <-> dog, deer -> horse, truck -> automobile for CIFAR-10.
CLASS_MAPS = {
    "digits": {2: 7, 3: 8, 5: 6, 6: 5, 7: 1},
    "cifar10": {2: 0, 3: 5, 5: 3, 4: 7, 9: 1},
}


def dataset_of(config: Config) -> data.Dataset:
    """The config's data set: images, or for the names of `VECTORS` vectors (N, D, 1, 1), float32.

    Vectors are computed once, in minutes, and kept (see `dmnb.features`).
    """
    if config.dataset not in VECTORS:
        return data.load(config.dataset)
    name, vectors_of = VECTORS[config.dataset]
    texts = data.load_text(name)
    vectors = vectors_of([*texts.train_texts, *texts.test_texts])[..., None, None]
    train_vectors, test_vectors = vectors.split([len(texts.train_texts), len(texts.test_texts)])
    return data.Dataset(
        train_vectors, texts.train_labels, test_vectors, texts.test_labels, texts.class_names
    )


def prepared(config: Config) -> tuple[data.Dataset, torch.Tensor]:
    """The data set as a run of the config sees it, and the true labels of its training images.

    Labels are corrupted first, so that runs of one seed share the wrong labels of the images they
    share, then classes are thinned, then a fifth is held out.

    Returns:
        The dataset, its training labels noise and all; int64 (N,) for its N training images.

    Raises:
        ValueError: as for `corrupted_labels`.
    """
    dataset = dataset_of(config)
    clean, noisy = dataset.train_labels, corrupted_labels(dataset, config)
    rows, held = rows_of(config, clean, dataset.num_classes)
    dataset = tested_on(held, dataset, noisy if config.held_out == "given" else clean)
    images = dataset.train_images if len(rows) == len(clean) else dataset.train_images[rows]
    return dataclasses.replace(dataset, train_images=images, train_labels=noisy[rows]), clean[rows]


def rows_of(
    config: Config, clean: torch.Tensor, num_classes: int
) -> tuple[torch.Tensor, torch.Tensor | None]:
    """The rows of the training set to learn and those to hold out (None where none are).

    clean: int64 (N,) in [0, num_classes), the true labels. Rows are int64, rising, in [0, N). The
    config says how, and its seed draws them.
    """
    rows = torch.arange(len(clean))
    if config.imbalance:
        draw = generator_of(config.seed, "imbalance")
        rows = data.step_imbalance(clean, config.imbalance, num_classes, generator=draw)
    if not config.held_out:
        return rows, None
    draw = generator_of(config.seed, "held out")
    kept, held = data.split_rows(len(rows), HELD_OUT, generator=draw)
    return rows[kept], rows[held]


def tested_on(
    held: torch.Tensor | None, dataset: data.Dataset, labels: torch.Tensor
) -> data.Dataset:
    """The dataset with the training images ``held`` to test on in place of its test images.

    held: int64 rows, or None, which changes nothing. labels: int64 (N,), of all training images.
    """
    if held is None:
        return dataset
    images = dataset.train_images[held]
    return dataclasses.replace(dataset, test_images=images, test_labels=labels[held])


def corrupted_labels(dataset: data.Dataset, config: Config) -> torch.Tensor:
    """int64 (N,): the dataset's training labels with the config's noise, of the stream "noise".

    "asymmetric" moves the classes that `CLASS_MAPS` lists, or else two drawn from each superclass
    (the paper's protocol for CIFAR-100). Human labels are CIFAR-10N's; they have no rate to set.

    Raises:
        ValueError: human labels of another data set than cifar10; asymmetric noise for a data set
            with neither a class map nor superclasses.
    """
    labels, kind = dataset.train_labels, config.noise
    if kind == "none":
        return labels
    if kind in HUMAN:
        if config.dataset != "cifar10":
            raise ValueError(f"noise {kind} needs dataset cifar10, got {config.dataset!r}")
        return data.human_labels(kind)
    options = {"generator": generator_of(config.seed, "noise")}
    if kind == "asymmetric":
        options["class_map"] = _class_map(config.dataset, options["generator"])
    corrupt = {
        "symmetric": noise.symmetric,
        "symmetric_inclusive": noise.symmetric_inclusive,
        "asymmetric": noise.asymmetric,
        "pair": noise.pair,
    }[kind]
    return corrupt(labels, config.rate, dataset.num_classes, **options)


def _class_map(name: str, generator: torch.Generator) -> dict[int, int]:
    if name in CLASS_MAPS:
        return CLASS_MAPS[name]
    try:
        return noise.superclass_map(data.superclass_of(name), generator=generator)
    except ValueError as error:
        raise ValueError(
            f"noise asymmetric needs a class map, as {' and '.join(CLASS_MAPS)} have, or "
            "superclasses, as cifar100, vehicles10 and folders whose train.parquet has the columns "
            f"fine_label and coarse_label: {error}. Noise symmetric and pair need neither"
        ) from error


def generator_of(seed: int, name: str) -> torch.Generator:
    """A generator on the CPU for the purpose `name`, an independent one for each seed and name."""
    return torch.Generator().manual_seed(seed_of(seed, name))


def seed_of(seed: int, name: str) -> int:
    """The seed of the stream `name`, in [0, 2^63), from a run's seed >= 0."""
    return int.from_bytes(hashlib.sha256(f"{seed}/{name}".encode()).digest()[:8], "big") >> 1
