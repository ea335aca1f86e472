"""Small data sets on disk, made up for the tests of dmnb.data."""

import io

import datasets
import numpy as np
from PIL import Image


def pictures(n, shape=(6, 5), seed=0):
    """n random uint8 images as PIL images; a third dimension of shape makes them colour."""
    draws = np.random.default_rng(seed)
    return [Image.fromarray(draws.integers(0, 256, shape, dtype=np.uint8)) for _ in range(n)]


def png(image):
    file = io.BytesIO()
    image.save(file, "png")
    return {"bytes": file.getvalue(), "path": None}


def write_parquet(folder, split, images, labels, names=None, columns=("image", "label"), **more):
    label = datasets.ClassLabel(names=names) if names else datasets.Value("int64")
    features = {columns[0]: datasets.Image(), columns[1]: label}
    features |= {key: datasets.Value("int64") for key in more}
    values = {columns[0]: [png(image) for image in images], columns[1]: labels, **more}
    folder.mkdir(parents=True, exist_ok=True)
    table = datasets.Dataset.from_dict(values, features=datasets.Features(features))
    table.to_parquet(str(folder / f"{split}.parquet"))


def write_both(folder, **options):
    images = pictures(9)
    write_parquet(folder, "train", images[:6], [0, 1, 2, 2, 1, 0], **options)
    write_parquet(folder, "test", images[6:], [2, 0, 1], **options)
    return images


def write_folders(folder, images, split="train", names=("cat", "dog")):
    for row, image in enumerate(images):
        path = folder / split / names[row % len(names)] / f"{row}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        image.save(path)
