"""Where a data set is, here or on the hub, and its tables."""

import os
import re
import threading
import urllib.error
import urllib.request
from collections.abc import Sequence
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
VEHICLES = "vehicles10"
NAMES = ("digits", *(name for name in HUB if name not in TEXTS), VEHICLES)
SPLITS = ("train", "test")
# What Pillow raises for damaged images.
UNREADABLE = (OSError, SyntaxError)
_SECONDS_TO_ANSWER = 3.0


def local_folder(
    name_or_path: str | Path, root: str | Path | None, *, names: Sequence[str] = NAMES
) -> Path | None:
    """Where the files are; None: nowhere here, ask the hub.

    One of ``names`` that the hub has is looked for in the data root alone, anything else as a
    folder, then in the data root. Raises as `dmnb.data.load` does.
    """
    folder = Path(name_or_path).expanduser()
    on_hub = str(name_or_path) in HUB and str(name_or_path) in names
    if on_hub or not folder.is_dir():
        above = _data_root(root)
        if on_hub:
            return above / folder if above and files_in(above / folder) else None
        if above is None or not (above / folder).is_dir():
            raise ValueError(
                f"data set must be one of {', '.join(names)} or a folder, here or in the data root "
                f"(root or DMNB_DATA); got {str(name_or_path)!r}"
            )
        folder = above / folder
    if not files_in(folder):
        raise FileNotFoundError(
            f"{folder} must hold train.parquet and test.parquet, or images as train/<class>/* and "
            "test/<class>/*; Parquet may be in the hub's parts, such as train-00000-of-00001."
            f"parquet, and in one folder below; found {_contents(folder)}"
        )
    return folder


def _data_root(root: str | Path | None) -> Path | None:
    root = root or os.environ.get("DMNB_DATA")
    if not root:
        return None
    if not Path(root).expanduser().is_dir():
        raise FileNotFoundError(f"the data root (root or DMNB_DATA) is not a folder: {root}")
    return Path(root).expanduser()


def _contents(folder: Path) -> str:
    names = sorted(path.name + "/" * path.is_dir() for path in folder.iterdir())
    return ", ".join(names[:8]) + ", ..." * (len(names) > 8) or "nothing"


def own_folder(name: str, root: str | Path | None) -> Path:
    """The folder of a data set that has no download: root, or `<DMNB_DATA>/<name>` when None."""
    above = os.environ.get("DMNB_DATA")
    if root is None and not above:
        raise FileNotFoundError(
            f"{name} has no download: set DMNB_DATA to the folder that {name}/ is in, or pass root="
        )
    folder = Path(above, name) if root is None else Path(root)
    if not folder.expanduser().is_dir():
        raise FileNotFoundError(f"{name} is not there: {folder} is no folder")
    return folder.expanduser()


def files_in(folder: Path) -> list[Path]:
    """The files of the layout that the folder has; none if it has neither."""
    if not folder.is_dir():
        return []
    if tables := parquet_in(folder):
        return [path for split in SPLITS for path in tables[split]]
    images = [[path for path in (folder / s).rglob("*") if path.is_file()] for s in SPLITS]
    return images[0] + images[1] if all(images) else []


def parquet_in(folder: Path) -> dict[str, list[Path]]:
    """The Parquet files of each split; empty where no folder has both splits.

    A split is one file, <split>.parquet, or the hub's parts of it in their order, such as
    <split>-00000-of-00001.parquet, in the folder or in one below it, such as data/.

    Raises:
        FileNotFoundError: some parts of a split, but not all.
        ValueError: a part that is there twice; several folders below with both splits.
    """
    for places in [folder], sorted(path for path in folder.iterdir() if path.is_dir()):
        found = {place: {split: _parts(place, split) for split in SPLITS} for place in places}
        complete = [place for place, parts in found.items() if all(parts.values())]
        if len(complete) > 1:
            names = ", ".join(place.name for place in complete)
            raise ValueError(f"{folder} holds several data sets, name one of them: {names}")
        if complete:
            return found[complete[0]]
    return {}


def _parts(folder: Path, split: str) -> list[Path]:
    whole = folder / f"{split}.parquet"
    if whole.is_file():
        return [whole]
    pattern = re.compile(rf"{split}-(\d+)-of-(\d+)(-\w+)?\.parquet")
    paths = [path for path in sorted(folder.glob("*.parquet")) if pattern.fullmatch(path.name)]
    numbers = [int(pattern.fullmatch(path.name)[1]) for path in paths]
    count = max((int(pattern.fullmatch(path.name)[2]) for path in paths), default=0)
    if missing := sorted({*range(count)} - {*numbers}):
        raise FileNotFoundError(
            f"{folder} lacks {split}-{missing[0]:05}-of-{count:05}.parquet, but has {paths[0].name}"
        )
    if len(paths) > count:
        raise ValueError(f"{folder} must hold {count} parts of {split}, got {len(paths)}")
    return paths


def fingerprint(folder: Path | None) -> tuple[int, int] | None:
    """Part of the cache's key, so that changed files are read again."""
    if folder is None:
        return None
    found = files_in(folder)
    return len(found), max(path.stat().st_mtime_ns for path in found)


def tables(name: str, folder: Path | None) -> list:
    """The train and test splits as datasets.Dataset."""
    if folder is None:
        return _hub_tables(name)
    parts = parquet_in(folder)
    return [_table(parts[split]) for split in SPLITS]


def _table(paths: Sequence[Path]):
    import datasets

    try:
        # load_dataset("parquet") reads the same, but first calls the network to count downloads.
        return datasets.Dataset.from_parquet([str(path) for path in paths])
    except (OSError, ValueError, datasets.exceptions.DatasetGenerationError) as error:
        more = f" or one of its {len(paths)} parts" if len(paths) > 1 else ""
        cause = error.__cause__ or error
        raise ValueError(f"{paths[0]}{more} cannot be read as Parquet: {cause}") from error


def _hub_tables(name: str) -> list:
    import datasets

    advice = (
        f"{name} is not on this machine and the Hugging Face hub does not answer. Either connect, "
        f"or put train.parquet and test.parquet, or the hub's numbered parts, of {HUB[name]} "
        f"into <root>/{name}/ and set DMNB_DATA=<root> (or pass root=); HF_HUB_OFFLINE=1 uses an "
        "earlier download. The data set 'digits' needs no download."
    )
    # Offline, the hub's client retries for minutes where packets are dropped: ask once, briefly.
    if not datasets.config.HF_HUB_OFFLINE and not _answers(datasets.config.HF_ENDPOINT):
        raise FileNotFoundError(advice)
    try:
        splits = datasets.load_dataset(HUB[name])
    except (ConnectionError, FileNotFoundError) as error:
        raise FileNotFoundError(advice) from error
    return [splits[split] for split in SPLITS]


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


def read_image(path: str | Path):
    """The PIL image in a file, decoded whole; ValueError, naming the file, where it is none."""
    from PIL import Image

    with open(path, "rb") as file:
        try:
            image = Image.open(file)
            image.load()
        except UNREADABLE as error:
            raise ValueError(f"{path} cannot be read as an image: {error}") from error
    return image


def column_of(table, allowed: tuple[str, ...]) -> str:
    for name in allowed:
        if name in table.column_names:
            return name
    raise ValueError(f"a column {' or '.join(allowed)} is needed; there are {table.column_names}")


def integers(table, column: str) -> Tensor:
    """(N,) int64: a column of class labels."""
    values = table.with_format("numpy")[column_of(table, (column,))][:]
    if len(values) == 0 or not np.issubdtype(values.dtype, np.integer):
        raise ValueError(f"column {column} must hold integers, one in each row; got {values.dtype}")
    return torch.from_numpy(values.astype(np.int64))


def class_names(labels: Tensor, names: Sequence[str], where: str) -> tuple[str, ...]:
    """The names or, where there are none, the numbers 0, 1, ... of the classes.

    labels: int64 (N,), N >= 1, of all splits. where: what they are of, for the messages. Raises
    ValueError for a label that is no class and, without names, for labels that begin above 0.
    """
    least, count = int(labels.min()), len(names) or int(labels.max()) + 1
    if least < 0 or labels.max() >= count:
        raise ValueError(f"labels of {where} must be in [0, {count})")
    if least > 0 and not names:
        raise ValueError(
            f"labels of {where} must begin at 0, unless their column names the classes "
            f"(datasets.ClassLabel); the least is {least}"
        )
    return tuple(names) or tuple(map(str, range(count)))
