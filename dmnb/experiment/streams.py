"""The examples of a run that stay on disk, as batches."""

import dataclasses
import os

import torch
from torch.utils.data import DataLoader, Dataset, RandomSampler, Subset

from dmnb import data, train
from dmnb.experiment.config import Config
from dmnb.experiment.examples import generator_of

EPOCH = 1000
EVERY = 100


@dataclasses.dataclass(frozen=True, kw_only=True)
class Streams(train.Loaders):
    """The batches train and test of a data set on disk; nothing is measured on all training images.

    in_shape: (channels, H, W) of one image. num_classes: C. train, test, measured: see
    `dmnb.train.Loaders`.
    """

    in_shape: tuple[int, int, int]
    num_classes: int


def streams_of(config: Config) -> Streams:
    """The batches of a data set that is streamed, found under DMNB_DATA.

    An epoch is 1000 batches, or all images where they are fewer, drawn anew by the seed. With
    ``augment`` images are cropped at random and flipped. "clothing1m" learns the labels from the
    web and is tested on the checked test images or, with held_out "true", the validation images.
    "mars" learns to tell the 625 people of its training frames and is tested on every hundredth of
    them, which shows that it learns; what it is for is `retrieve`.

    Raises:
        ValueError: noise, imbalance or held_out as they cannot be here.
        FileNotFoundError: as for `dmnb.data.clothing1m` and `dmnb.data.mars`.
    """
    labels = {"clothing1m": (None, "true"), "mars": (None,)}[config.dataset]
    for name, allowed in (("noise", ("none",)), ("imbalance", (None,)), ("held_out", labels)):
        if (value := getattr(config, name)) not in allowed:
            raise ValueError(f"{name} of {config.dataset} must be {allowed[-1]}, got {value!r}")
    if config.dataset == "mars":
        people = data.mars(augment=config.augment)
        plain = dataclasses.replace(people.train, view=people.test.view)
        return _streams(config, people.train, Subset(plain, range(0, len(plain), EVERY)))
    images = data.clothing1m("noisy_train", augment=config.augment)
    test = data.clothing1m("clean_val" if config.held_out else "clean_test")
    return _streams(config, images, test)


def batches(images: Dataset, config: Config) -> DataLoader:
    """All the images in order, in the config's batches, read by as many workers as there are CPUs.

    On the CPU, which trains meanwhile, they are read by this process.
    """
    return DataLoader(images, batch_size=config.batch_size, **_reading(config))


def _streams(config: Config, images: data.Stream, test: Dataset) -> Streams:
    generator = generator_of(config.seed, "order")
    size = min(len(images), EPOCH * config.batch_size)
    loader = DataLoader(
        images,
        batch_size=config.batch_size,
        sampler=RandomSampler(images, num_samples=size, generator=generator),
        generator=generator,
        **_reading(config),
    )
    with torch.random.fork_rng(devices=[]):  # its size is that of an image, cropped at random
        in_shape = images.in_shape
    return Streams(
        train=loader,
        test=batches(test, config),
        in_shape=in_shape,
        num_classes=images.num_classes,
    )


def _reading(config: Config) -> dict:
    workers = 0 if config.device == "cpu" else os.cpu_count()
    return {"num_workers": workers, "pin_memory": workers > 0, "persistent_workers": workers > 0}
