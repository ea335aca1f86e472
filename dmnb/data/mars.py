"""MARS: pedestrians in video, frame by frame (Zheng et al., ECCV 2016).

The folder, as it comes with the evaluation code of its authors (info):

    bbox_train/0001/0001C1T0001F001.jpg ...      509,914 frames of 625 people
    bbox_test/0002/..., 0000/..., 00-1/...       681,089 frames of others, distractors and junk
    info/train_name.txt, test_name.txt           the frames' names in order
    info/tracks_train_info.mat, tracks_test_info.mat     8,298 and 12,180 tracklets: first and last
                                                 frame, counted from 1, identity, camera
    info/query_IDX.mat                           1,980 of the test tracklets, counted from 1
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from dmnb.data.files import own_folder
from dmnb.data.streams import Stream, stream, view

SIZE = (256, 128)


@dataclass(frozen=True, eq=False)
class Mars:
    """Frames to learn from and frames to find people in.

    train: frames with the number of the person, in [0, 625); class_names are MARS's identities.
    test: frames with the number of their tracklet, in [0, T); class_names are these numbers.
    identities, cameras: int64 (T,) of the test tracklets; identity -1 is junk, 0 a distractor.
    queries: int64 (Q,), the tracklets that are queries. All tracklets are the gallery, queries too:
    by the protocol a query's own camera is left out, so that it never finds itself.
    """

    train: Stream
    test: Stream
    identities: Tensor
    cameras: Tensor
    queries: Tensor


def mars(
    root: str | Path | None = None, *, augment: bool = False, size: tuple[int, int] = SIZE
) -> Mars:
    """Read the lists of MARS and look for every frame.

    Args:
        root: the folder described at the top of this module; `<DMNB_DATA>/mars` when None.
        augment: crop at random and flip half of the training frames, instead of their middle.
        size: frames are resized to this (height, width), each at least 8, and cropped to 7/8 of it.

    Raises:
        FileNotFoundError: no folder, no such list, or a frame that is not there.
        ValueError: a tracklet of frames that no list has, or a query that is no tracklet.
    """
    folder = own_folder("mars", root)
    train_tracks, test_tracks = (_table(folder, f"tracks_{s}_info.mat") for s in ("train", "test"))
    people = np.unique(train_tracks[:, 2])
    queries = _table(folder, "query_IDX.mat").ravel() - 1
    if len(queries) and not (queries.min() >= 0 and queries.max() < len(test_tracks)):
        raise ValueError(f"query_IDX.mat must have numbers in [1, {len(test_tracks)}]")
    return Mars(
        _frames(
            folder,
            "train",
            train_tracks,
            np.searchsorted(people, train_tracks[:, 2]),
            [str(person) for person in people],
            view(size, augment=augment),
        ),
        _frames(
            folder,
            "test",
            test_tracks,
            np.arange(len(test_tracks)),
            [str(track) for track in range(len(test_tracks))],
            view(size),
        ),
        *(torch.from_numpy(test_tracks[:, column].copy()) for column in (2, 3)),
        torch.from_numpy(queries),
    )


def _frames(folder, split, tracks, label_of_track, class_names, to_view) -> Stream:
    """The frames of all tracklets, each with the label of its tracklet."""
    listed_in = f"{split}_name.txt"
    names = _names(folder, listed_in)
    first, last = tracks[:, 0] - 1, tracks[:, 1]
    wrong = ((first < 0) | (last <= first) | (last > len(names))).nonzero()[0]
    if len(wrong):
        raise ValueError(
            f"tracks_{split}_info.mat, row {wrong[0] + 1}: frames {first[wrong[0]] + 1} to "
            f"{last[wrong[0]]} are not in [1, {len(names)}], the lines of {listed_in}"
        )
    rows = np.concatenate([np.arange(a, b) for a, b in zip(first, last, strict=True)])
    # The first four letters of a frame's name are its person's folder, 00-1 for junk.
    keys = [f"bbox_{split}/{names[row][:4]}/{names[row]}" for row in rows]
    labels = np.repeat(label_of_track, last - first)
    return stream(
        folder, keys, labels.tolist(), class_names, view=to_view, listed_in=f"info/{listed_in}"
    )


def _names(folder: Path, name: str) -> list[str]:
    path = _info(folder, name)
    return [line.strip() for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def _table(folder: Path, name: str) -> np.ndarray:
    """int64: the one array of a Matlab file."""
    from scipy.io import loadmat

    content = loadmat(_info(folder, name))
    arrays = [value for key, value in content.items() if not key.startswith("_")]
    if len(arrays) != 1 or arrays[0].ndim != 2:
        raise ValueError(f"{name} must hold one table, got {len(arrays)} variables")
    return arrays[0].astype(np.int64)


def _info(folder: Path, name: str) -> Path:
    path = folder / "info" / name
    if not path.is_file():
        raise FileNotFoundError(f"mars needs info/{name}, in {folder}")
    return path
