"""Images that stay on disk and are read one at a time, because all of them do not fit in memory."""

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from dmnb.data.files import read_image

# Of ImageNet's training images, in [0, 1]: what its pretrained networks were trained with.
MEAN, DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


@dataclass(frozen=True, eq=False)
class Stream(torch.utils.data.Dataset):
    """Images on disk with their labels, for torch's DataLoader: item k is (x, y), read when asked.

    Raises ValueError for a file that is no image, where it is read.

    root: folder that the keys are relative to. keys: N paths, as an array of bytes, which worker
    processes share without copying it. labels: int64 (N,) in [0, C). view: from a PIL image to x,
    float (3, H, W), such as `view` makes. class_names: C strings.
    """

    root: Path
    keys: np.ndarray
    labels: Tensor
    view: Callable
    class_names: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.keys)

    def __getitem__(self, index: int) -> tuple[Tensor, Tensor]:
        image = read_image(self.root / self.keys[index].decode())
        return self.view(image.convert("RGB")), self.labels[index]

    @property
    def in_shape(self) -> tuple[int, int, int]:
        """(3, H, W) of one view."""
        return tuple(self[0][0].shape)

    @property
    def num_classes(self) -> int:
        """C."""
        return len(self.class_names)


def stream(
    root: str | Path,
    keys: Sequence[str],
    labels: Sequence[int],
    class_names: Sequence[str],
    *,
    view: Callable,
    listed_in: str,
) -> Stream:
    """A `Stream` of files that were looked for: better now than after hours of training.

    root, keys, labels, class_names, view: as `Stream` has them, N >= 1 keys and labels. listed_in:
    the file that lists the keys, for what is said about them.

    Raises:
        FileNotFoundError: a key without its file.
        ValueError: no keys; a label outside [0, C).
    """
    if not keys:
        raise ValueError(f"{listed_in} lists nothing")
    root = Path(root)
    if missing := missing_files(root, keys):
        more = f" and {len(missing) - 1} more" if len(missing) > 1 else ""
        raise FileNotFoundError(f"{listed_in} lists {missing[0]}{more}, not in {root}")
    y = torch.tensor(labels)
    wrong = ((y < 0) | (y >= len(class_names))).nonzero().flatten().tolist()
    if wrong:
        raise ValueError(
            f"label of {keys[wrong[0]]} must be in [0, {len(class_names)}), got {y[wrong[0]]}"
        )
    encoded = np.array([key.encode() for key in keys])
    return Stream(root, encoded, y, view, tuple(class_names))


def missing_files(root: Path, keys: Iterable[str]) -> list[str]:
    """The keys, paths relative to root, that are no files; reads each folder once."""
    inside: dict[str, set[str]] = {}
    missing = []
    for key in keys:
        folder, name = os.path.split(key)
        if folder not in inside:
            path = root / folder
            inside[folder] = set(os.listdir(path)) if path.is_dir() else set()
        if name not in inside[folder]:
            missing.append(key)
    return missing


def view(size: tuple[int, int] = (256, 256), *, augment: bool = False) -> Callable:
    """A function from a PIL image to float (3, H, W), scaled as ImageNet's networks expect.

    The image is resized to ``size``, (height, width) of at least 8, and cropped to 7/8 of it: 256
    to 224, as Patrini et al. (CVPR 2017) do for Clothing1M. augment: crop at random and flip half
    of them, by torch's global generator, instead of taking the middle.
    """
    from torchvision.transforms import v2

    crop = tuple(7 * length // 8 for length in size)
    taken = [v2.RandomCrop(crop), v2.RandomHorizontalFlip()] if augment else [v2.CenterCrop(crop)]
    scaled = [v2.ToImage(), v2.ToDtype(torch.float32, scale=True), v2.Normalize(MEAN, DEVIATION)]
    return v2.Compose([v2.Resize(size, antialias=True), *taken, *scaled])
