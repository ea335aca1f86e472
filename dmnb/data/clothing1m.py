"""Clothing1M: a million photographs of clothes, about 38% with a wrong label (Xiao et al. 2015).

Its authors give it on request (https://github.com/Cysu/noisy_label). The folder, as it comes:

    images/0 ... images/9                        the photographs
    noisy_train_key_list.txt                     1,000,000 keys, such as images/0/00/12345.jpg
    clean_train_, clean_val_, clean_test_key_list.txt      47,570, 14,313 and 10,526 keys
    noisy_label_kv.txt, clean_label_kv.txt       lines of a key and its class, 0 to 13
    category_names_eng.txt                       14 lines

The text files may be in a folder annotations/ instead.
"""

from collections.abc import Sequence
from pathlib import Path

from dmnb.data.files import own_folder
from dmnb.data.streams import Stream, stream, view

NAME = "clothing1m"
SPLITS = ("noisy_train", "clean_train", "clean_val", "clean_test")


def clothing1m(
    split: str, root: str | Path | None = None, *, augment: bool = False, size: int = 256
) -> Stream:
    """One split of Clothing1M.

    Args:
        split: "noisy_train", whose labels come from the text around the photographs, or
            "clean_train", "clean_val", "clean_test", whose labels were checked by hand.
        root: the folder described at the top of this module; `<DMNB_DATA>/clothing1m` when None.
        augment: crop at random and flip half of the images, instead of taking their middle.
        size: images are resized to size x size, at least 8, and cropped to 7/8 of it.

    Raises:
        ValueError: an unknown split; a key without a label; a label that is no class.
        FileNotFoundError: no folder, no such text file, or a key without its image.
    """
    if split not in SPLITS:
        raise ValueError(f"split must be one of {', '.join(SPLITS)}, got {split!r}")
    folder = own_folder(NAME, root)
    names = _lines(folder, "category_names_eng.txt")
    key_list, label_file = f"{split}_key_list.txt", f"{split.split('_')[0]}_label_kv.txt"
    keys = _lines(folder, key_list)
    labels = _labels(folder, label_file)
    if unlabelled := [key for key in keys if key not in labels]:
        raise ValueError(f"{label_file} has no label for {unlabelled[0]}, which {key_list} lists")
    return stream(
        folder,
        keys,
        [labels[key] for key in keys],
        names,
        view=view((size, size), augment=augment),
        listed_in=key_list,
    )


def _lines(folder: Path, name: str) -> Sequence[str]:
    places = [folder / name, folder / "annotations" / name]
    for path in places:
        if path.is_file():
            return [line for line in path.read_text(encoding="utf-8").splitlines() if line]
    raise FileNotFoundError(f"{NAME} needs {name}, in {folder} or in its folder annotations")


def _labels(folder: Path, name: str) -> dict[str, int]:
    labels = {}
    for number, line in enumerate(_lines(folder, name), 1):
        key, _, label = line.rpartition(" ")
        if not key or not label.lstrip("-").isdecimal():
            raise ValueError(f"{name}, line {number}: a key and a class are needed, got {line!r}")
        labels[key] = int(label)
    return labels
