"""Data sets as arrays: a name or a folder in, images (or texts) and clean labels out.

Names are "digits" (bundled with scikit-learn), "fashion_mnist", "cifar10" and "cifar100". The last
three are read from `<root>/<name>/train.parquet` and `test.parquet` where those exist (root is the
environment variable DMNB_DATA unless given), else from the Hugging Face hub. A folder holds either

    train.parquet, test.parquet           the hub's image layout: an image and a label column
    train/<class>/*, test/<class>/*       torchvision's ImageFolder layout

`load_text` reads "imdb", or a folder with Parquet files that have a text and a label column.

Sources: Xiao et al. 2017 (Fashion-MNIST), Krizhevsky 2009 (CIFAR), Wei et al. 2022 (CIFAR-N), Maas
et al. 2011 (IMDB).
"""

import os
import threading
import urllib.error
import urllib.request
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

HUB = {
    "fashion_mnist": "zalando-datasets/fashion_mnist",
    "cifar10": "uoft-cs/cifar10",
    "cifar100": "uoft-cs/cifar100",
    "imdb": "stanfordnlp/imdb",
}
TEXTS = ("imdb",)
NAMES = ("digits", *(name for name in HUB if name not in TEXTS))
_SPLITS = ("train", "test")
_GREY_MODES = ("1", "L")
_COLOUR_MODES = ("RGB", "RGBA", "P", "LA", "CMYK", "YCbCr")
_SECONDS_TO_ANSWER = 3.0


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


@dataclass(frozen=True, eq=False)
class Texts:
    """Documents with their labels, in two splits.

    train_texts, test_texts: N strings. train_labels, test_labels: int64 (N,) in [0, C).
    class_names: C strings.
    """

    train_texts: tuple[str, ...]
    train_labels: Tensor
    test_texts: tuple[str, ...]
    test_labels: Tensor
    class_names: tuple[str, ...]


def load(name_or_path: str | Path, root: str | Path | None = None) -> Dataset:
    """Load a data set by name, or from a folder (both described at the top of this module).

    Results are cached in the process and shared between calls: do not write into the tensors.

    Args:
        name_or_path: one of `NAMES`, or a folder.
        root: the folder with local copies of the named sets; DMNB_DATA when None.

    Raises:
        ValueError: neither a name nor a folder; images of several sizes; labels that are not
            classes; splits with different classes.
        FileNotFoundError: no local copy and no answer from the hub within seconds; a folder in
            neither layout; a root that is not a folder.
    """
    if str(name_or_path) == "digits":
        return _digits()
    folder = _local_folder(name_or_path, root)
    return _read(str(name_or_path), folder, _fingerprint(folder))


def load_text(name_or_path: str | Path = "imdb", root: str | Path | None = None) -> Texts:
    """The documents of a text data set, in the order of its files.

    Args:
        name_or_path: "imdb" (25,000 + 25,000 film reviews, 0 = negative, 1 = positive, stored
            negative first), or a folder with train.parquet and test.parquet.
        root: as for `load`.

    Raises:
        ValueError: neither "imdb" nor a folder; no text or label column; labels that are not
            classes.
        FileNotFoundError: as for `load`; a folder without Parquet files.
    """
    name = str(name_or_path)
    if name not in TEXTS and not Path(name).expanduser().is_dir():
        raise ValueError(f"text data set must be {' or '.join(TEXTS)}, or a folder; got {name!r}")
    folder = _local_folder(name_or_path, root)
    if folder is not None and not (folder / "train.parquet").is_file():
        raise FileNotFoundError(f"{folder} must hold train.parquet and test.parquet")
    splits = []
    for table in _tables(name, folder):
        labels = _integers(table, "label")
        names = getattr(table.features["label"], "names", [])
        splits.append((tuple(table[_column(table, ("text",))]), labels, names))
    (train, train_labels, names), (test, test_labels, _) = splits
    both = torch.cat([train_labels, test_labels])
    names = names or [str(k) for k in range(int(both.max()) + 1)]
    if both.min() < 0 or both.max() >= len(names):
        raise ValueError(f"labels of {name} must be in [0, {len(names)})")
    return Texts(train, train_labels, test, test_labels, tuple(names))


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
    return _integers(table, name)


def superclass_of(name_or_path: str | Path = "cifar100", root: str | Path | None = None) -> Tensor:
    """(C,) int64: the superclass of every class, for `dmnb.noise.superclass_map`.

    Read from the columns fine_label and coarse_label of the training split. Arguments and
    FileNotFoundError are those of `load`.

    Raises:
        ValueError: the columns are missing, or a class has no superclass, or several.
    """
    table = _training_table(name_or_path, root)
    fine, coarse = _integers(table, "fine_label"), _integers(table, "coarse_label")
    classes = int(fine.max()) + 1
    superclass = torch.full((classes,), -1)
    superclass[fine] = coarse
    if (superclass < 0).any() or (superclass[fine] != coarse).any():
        raise ValueError(f"every class of {name_or_path} must have one superclass (coarse_label)")
    return superclass


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


def _local_folder(name_or_path: str | Path, root: str | Path | None) -> Path | None:
    """Where the files are; None: nowhere here, ask the hub."""
    if str(name_or_path) in HUB:
        root = root or os.environ.get("DMNB_DATA")
        if not root:
            return None
        if not Path(root).expanduser().is_dir():
            raise FileNotFoundError(f"the data root (root or DMNB_DATA) is not a folder: {root}")
        folder = Path(root).expanduser() / name_or_path
        return folder if _files(folder) else None
    folder = Path(name_or_path).expanduser()
    if not folder.is_dir():
        raise ValueError(
            f"data set must be one of {', '.join(NAMES)} or a folder; got {str(name_or_path)!r}"
        )
    if not _files(folder):
        raise FileNotFoundError(
            f"{folder} must hold train.parquet and test.parquet, or images as train/<class>/* and "
            "test/<class>/*"
        )
    return folder


def _files(folder: Path) -> list[Path]:
    """The files of the layout that the folder has; none if it has neither."""
    parquet = [folder / f"{split}.parquet" for split in _SPLITS]
    if all(path.is_file() for path in parquet):
        return parquet
    images = [[path for path in (folder / s).rglob("*") if path.is_file()] for s in _SPLITS]
    return images[0] + images[1] if all(images) else []


def _fingerprint(folder: Path | None) -> tuple[int, int] | None:
    """Part of the cache's key, so that changed files are read again."""
    if folder is None:
        return None
    files = _files(folder)
    return len(files), max(path.stat().st_mtime_ns for path in files)


@lru_cache(maxsize=2)
def _read(name: str, folder: Path | None, fingerprint: tuple[int, int] | None) -> Dataset:
    if folder is not None and not (folder / "train.parquet").is_file():
        splits = [_read_image_folder(folder / split) for split in _SPLITS]
    else:
        splits = [_read_table(table) for table in _tables(name, folder)]
    (train, train_labels, names), (test, test_labels, test_names) = splits
    if names != test_names:
        raise ValueError(f"train and test of {name} have different classes: {names}, {test_names}")
    if not names:
        names = [str(k) for k in range(int(torch.cat([train_labels, test_labels]).max()) + 1)]
    for labels in (train_labels, test_labels):
        if labels.min() < 0 or labels.max() >= len(names):
            raise ValueError(f"labels of {name} must be in [0, {len(names)})")
    images = torch.from_numpy(_stack(train + test, name))
    train_images, test_images = images[: len(train)], images[len(train) :]
    return Dataset(train_images, train_labels, test_images, test_labels, tuple(names))


def _read_image_folder(folder: Path) -> tuple[list[np.ndarray], Tensor, list[str]]:
    from PIL import Image
    from torchvision.datasets import ImageFolder

    found = ImageFolder(str(folder))
    images = []
    for path, _ in found.samples:
        with Image.open(path) as image:
            images.append(_pixels(image, path))
    return images, torch.tensor(found.targets), found.classes


def _read_table(table) -> tuple[list[np.ndarray], Tensor, list[str]]:
    """A table in the hub's image layout; the names are empty where the labels carry none."""
    import datasets

    image = _column(table, ("image", "img"))
    label = _column(table, ("label", "fine_label"))
    decoded = table.cast_column(image, datasets.Image())[image]
    images = [_pixels(picture, f"row {row}") for row, picture in enumerate(decoded)]
    return images, _integers(table, label), list(getattr(table.features[label], "names", []))


def _tables(name: str, folder: Path | None) -> list:
    """The train and test splits as datasets.Dataset."""
    import datasets

    if folder is None:
        return _hub_tables(name)
    # load_dataset("parquet") reads the same, but first calls the network to count downloads.
    return [datasets.Dataset.from_parquet(str(folder / f"{split}.parquet")) for split in _SPLITS]


def _training_table(name_or_path: str | Path, root: str | Path | None):
    bundled = str(name_or_path) == "digits"
    folder = None if bundled else _local_folder(name_or_path, root)
    if bundled or (folder is not None and not (folder / "train.parquet").is_file()):
        raise ValueError(f"{name_or_path} has one label an image; others need a train.parquet")
    return _tables(str(name_or_path), folder)[0]


def _hub_tables(name: str) -> list:
    import datasets

    advice = (
        f"{name} is not on this machine and the Hugging Face hub does not answer. Either connect, "
        f"or put train.parquet and test.parquet (of {HUB[name]}, whole) into "
        f"<root>/{name}/ and set DMNB_DATA=<root> (or pass root=); HF_HUB_OFFLINE=1 uses an "
        "earlier download. The data set 'digits' needs no download."
    )
    # Offline, the hub's client retries for minutes where packets are dropped: ask once, briefly.
    if not datasets.config.HF_HUB_OFFLINE and not _answers(datasets.config.HF_ENDPOINT):
        raise FileNotFoundError(advice)
    try:
        splits = datasets.load_dataset(HUB[name])
    except (ConnectionError, FileNotFoundError) as error:
        raise FileNotFoundError(advice) from error
    return [splits[split] for split in _SPLITS]


def _answers(address: str) -> bool:
    """Whether a web server answers within seconds, through a proxy if one is configured."""
    answered = threading.Event()

    def ask():
        request = urllib.request.Request(address, method="HEAD")
        try:
            urllib.request.urlopen(request, timeout=_SECONDS_TO_ANSWER).close()
            answered.set()
        except urllib.error.HTTPError as error:
            if error.code < 500:
                answered.set()
        except OSError:
            pass

    # Looking up a host's name has no timeout of its own: leave it behind in a daemon thread.
    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    thread.join(_SECONDS_TO_ANSWER)
    return answered.is_set()


def _column(table, allowed: tuple[str, ...]) -> str:
    for name in allowed:
        if name in table.column_names:
            return name
    raise ValueError(f"a column {' or '.join(allowed)} is needed; there are {table.column_names}")


def _integers(table, column: str) -> Tensor:
    """(N,) int64: a column of class labels."""
    values = table.with_format("numpy")[_column(table, (column,))][:]
    if len(values) == 0 or not np.issubdtype(values.dtype, np.integer):
        raise ValueError(f"column {column} must hold integers, one in each row; got {values.dtype}")
    return torch.from_numpy(values.astype(np.int64))


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
