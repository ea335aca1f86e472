"""Documents with their labels."""

from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from dmnb.data.files import (
    TEXTS,
    class_names,
    column_of,
    integers,
    local_folder,
    parquet_in,
    tables,
)


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


def load_text(name_or_path: str | Path = "imdb", root: str | Path | None = None) -> Texts:
    """The documents of a text data set, in the order of its files.

    Args:
        name_or_path: "imdb" (25,000 + 25,000 film reviews, 0 = negative, 1 = positive, stored
            negative first), or a folder of Parquet, here or in ``root``.
        root: as for `load`.

    Raises:
        ValueError: neither "imdb" nor a folder; a file that cannot be read; no text or label
            column; labels that are not classes.
        FileNotFoundError: as for `load`; a folder without Parquet files.
    """
    name = str(name_or_path)
    folder = local_folder(name_or_path, root, names=TEXTS)
    if folder is not None and not parquet_in(folder):
        raise FileNotFoundError(f"{folder} must hold train.parquet and test.parquet")
    splits = []
    for table in tables(name, folder):
        labels = integers(table, "label")
        names = getattr(table.features["label"], "names", [])
        splits.append((tuple(table[column_of(table, ("text",))]), labels, names))
    (train, train_labels, names), (test, test_labels, _) = splits
    names = class_names(torch.cat([train_labels, test_labels]), names, name)
    return Texts(train, train_labels, test, test_labels, names)
