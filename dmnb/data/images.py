"""Images with their labels, from the bundled digits, Parquet or folders."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from dmnb.data.files import (
    SPLITS,
    TEXTS,
    UNREADABLE,
    VEHICLES,
    class_names,
    column_of,
    fingerprint,
    integers,
    local_folder,
    parquet_in,
    read_image,
    tables,
)

# The superclasses "vehicles 1" and "vehicles 2" of CIFAR-100, five classes each.
VEHICLES_COARSE = (18, 19)
_GREY_MODES = ("1", "L")
_COLOUR_MODES = ("RGB", "RGBA", "P", "LA", "CMYK", "YCbCr")


@dataclass(frozen=True, eq=False)
class Dataset:
    """Images with their labels, in two splits.

    train_images, test_images: uint8 (N, channels, H, W) in 0..255. train_labels, test_labels:
    int64 (N,) in [0, C). class_names: C strings.
    """

    train_images: Tensor
    train_labels: Tensor
    test_images: Tensor
    test_labels: Tensor
    class_names: tuple[str, ...]

    @property
    def in_shape(self) -> tuple[int, int, int]:
        """(channels, H, W) of one image."""
        return tuple(self.train_images.shape[1:])

    @property
    def num_classes(self) -> int:
        """C."""
        return len(self.class_names)

    def of_classes(self, classes: Sequence[int]) -> "Dataset":
        """The images of some classes, all different, that become 0, 1, ... in the order given.

        Raises:
            ValueError: no class, one twice, or one that is none of the data set's.
        """
        if not classes or len({*classes} & {*range(self.num_classes)}) < len(classes):
            raise ValueError(
                f"classes must be different ones in [0, {self.num_classes}), got {classes}"
            )
        names = tuple(self.class_names[k] for k in classes)
        new = torch.full((self.num_classes,), -1)
        new[torch.tensor(classes)] = torch.arange(len(classes))
        parts = []
        for images, labels in (
            (self.train_images, new[self.train_labels]),
            (self.test_images, new[self.test_labels]),
        ):
            parts += [images[labels >= 0], labels[labels >= 0]]
        return Dataset(*parts, names)


def load(name_or_path: str | Path, root: str | Path | None = None) -> Dataset:
    """Load a data set by name, or from a folder (both described at the top of this module).

    Results are cached in the process and shared between calls: do not write into the tensors.

    Args:
        name_or_path: one of `NAMES`, a folder, or the name of a folder in ``root``.
        root: the data root, a folder with one for each data set; DMNB_DATA when None.

    Raises:
        ValueError: neither a name nor a folder; a name of texts; a file that cannot be read; images
            of several sizes; labels that are not classes; splits with different classes; a folder
            of several data sets.
        FileNotFoundError: no local copy and no answer from the hub within seconds; a folder in
            neither layout, or without a part of its Parquet; a root that is not a folder.
    """
    if str(name_or_path) == "digits":
        return _digits()
    if str(name_or_path) == VEHICLES:
        return load("cifar100", root).of_classes(_vehicle_classes(root))
    if str(name_or_path) in TEXTS:
        raise ValueError(
            f"{name_or_path} holds texts, which data.load_text reads; as vectors they are the data "
            "sets imdb-tfidf-svd and imdb-pv-dbow of dmnb run"
        )
    folder = local_folder(name_or_path, root)
    return _read(str(name_or_path), folder, fingerprint(folder))


def human_labels(name: str, root: str | Path | None = None) -> Tensor:
    """CIFAR-10N: one set of human labels of CIFAR-10's training images, in `load`'s order.

    Args:
        name: a column of cifar10/train.parquet: "human_aggregate", "human_random1" to
            "human_random3" or "human_worse" (Wei et al. 2022: 9.0, 17.2, 18.1, 17.6, 40.2% wrong).
        root: as for `load`.

    Returns:
        (50000,) int64 in [0, 10).

    Raises:
        ValueError: no such column (the message lists those there are).
        FileNotFoundError: as for `load`.
    """
    table = _training_table("cifar10", root)
    columns = [column for column in table.column_names if column.startswith("human_")]
    if name not in columns:
        raise ValueError(
            f"{name!r} is not a column of human labels; this copy of cifar10 has: "
            f"{', '.join(columns) or 'none (the hub copy has none: add them to train.parquet)'}"
        )
    return integers(table, name)


def superclass_of(name_or_path: str | Path = "cifar100", root: str | Path | None = None) -> Tensor:
    """(C,) int64: the superclass of every class, for `dmnb.noise.superclass_map`.

    Read from the columns fine_label and coarse_label of the training split. Arguments and
    FileNotFoundError are those of `load`.

    Raises:
        ValueError: the columns are missing, or a class has no superclass, or several.
    """
    if str(name_or_path) == VEHICLES:
        return superclass_of("cifar100", root)[_vehicle_classes(root)]
    table = _training_table(name_or_path, root)
    fine, coarse = integers(table, "fine_label"), integers(table, "coarse_label")
    classes = int(fine.max()) + 1
    superclass = torch.full((classes,), -1)
    superclass[fine] = coarse
    if (superclass < 0).any() or (superclass[fine] != coarse).any():
        raise ValueError(f"every class of {name_or_path} must have one superclass (coarse_label)")
    return superclass


def _vehicle_classes(root: str | Path | None) -> list[int]:
    superclass = superclass_of("cifar100", root)
    return [k for k, parent in enumerate(superclass.tolist()) if parent in VEHICLES_COARSE]


def _digits() -> Dataset:
    """8x8 grey images, 1437 + 360: a fixed stratified 80/20 split of scikit-learn's 1797."""
    from sklearn.datasets import load_digits
    from sklearn.model_selection import train_test_split

    digits = load_digits()
    images = torch.from_numpy(np.round(digits.images * (255 / 16)).astype(np.uint8)).unsqueeze(1)
    labels = torch.from_numpy(digits.target.astype(np.int64))
    train, test = train_test_split(
        np.arange(len(labels)), test_size=0.2, stratify=digits.target, random_state=0
    )
    names = tuple(str(name) for name in digits.target_names)
    return Dataset(images[train], labels[train], images[test], labels[test], names)


@lru_cache(maxsize=2)
def _read(name: str, folder: Path | None, fingerprint: tuple[int, int] | None) -> Dataset:
    if folder is not None and not parquet_in(folder):
        splits = [_read_image_folder(folder / split) for split in SPLITS]
    else:
        splits = [_read_table(table) for table in tables(name, folder)]
    (train, train_labels, names), (test, test_labels, test_names) = splits
    if names != test_names:
        raise ValueError(f"train and test of {name} have different classes: {names}, {test_names}")
    names = class_names(torch.cat([train_labels, test_labels]), names, name)
    images = torch.from_numpy(_stack(train + test, name))
    train_images, test_images = images[: len(train)], images[len(train) :]
    return Dataset(train_images, train_labels, test_images, test_labels, names)


def _read_image_folder(folder: Path) -> tuple[list[np.ndarray], Tensor, list[str]]:
    from torchvision.datasets import ImageFolder

    found = ImageFolder(str(folder))
    images = [_pixels(read_image(path), path) for path, _ in found.samples]
    return images, torch.tensor(found.targets), found.classes


def _read_table(table) -> tuple[list[np.ndarray], Tensor, list[str]]:
    """A table in the hub's image layout; the names are empty where the labels carry none."""
    import datasets

    image = column_of(table, ("image", "img"))
    label = column_of(table, ("label", "fine_label"))
    decoded = table.cast_column(image, datasets.Image())[image]
    images: list[np.ndarray] = []
    try:
        images.extend(_pixels(picture, f"row {row}") for row, picture in enumerate(decoded))
    except UNREADABLE as error:
        raise ValueError(f"row {len(images)}, {image}, is no image: {error}") from error
    return images, integers(table, label), list(getattr(table.features[label], "names", []))


def _training_table(name_or_path: str | Path, root: str | Path | None):
    bundled = str(name_or_path) == "digits"
    folder = None if bundled else local_folder(name_or_path, root)
    if bundled or (folder is not None and not parquet_in(folder)):
        raise ValueError(f"{name_or_path} has one label an image; others need a train.parquet")
    return tables(str(name_or_path), folder)[0]


def _pixels(image, where: str) -> np.ndarray:
    """(1 or 3, H, W) uint8 of one PIL image."""
    mode = getattr(image, "mode", None)
    if mode in _GREY_MODES:
        return np.asarray(image.convert("L"))[None]
    if mode in _COLOUR_MODES:
        return np.asarray(image.convert("RGB")).transpose(2, 0, 1)
    allowed = ", ".join(_GREY_MODES + _COLOUR_MODES)
    raise ValueError(f"image {where} must have 8 bits a channel (modes {allowed}), got {mode}")


def _stack(images: list[np.ndarray], name: str) -> np.ndarray:
    """(N, channels, H, W): grey images become colour where any other is."""
    sizes = sorted({image.shape[1:] for image in images})
    if len(sizes) > 1:
        found = ", ".join(f"{height}x{breadth}" for height, breadth in sizes[:5])
        raise ValueError(f"images of {name} must all have one size, found {found}")
    channels = max(image.shape[0] for image in images)
    stacked = np.empty((len(images), channels, *sizes[0]), np.uint8)
    for row, image in enumerate(images):
        stacked[row] = image
    return stacked
