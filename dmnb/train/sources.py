"""Where batches come from: images in memory, or loaders of your own."""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from dmnb.train.images import centring, crop, draw_crops
from dmnb.train.measure import check_truth, predict
from dmnb.train.parallel import Processes

# Of a data set in memory, with their dimensions.
PARTS = {"train_images": 4, "test_images": 4, "test_labels": 1, "train_labels": 1}


@dataclass(frozen=True)
class Loaders:
    """Batches of your own for `fit`: iterables of (x, y), such as torch's DataLoader.

    x (B, ...) is what the network takes, floating; y (B,) int64 labels. Each is iterated anew for
    every pass, and batches keep the size they come in. In a process group every process has loaders
    of its own share, such as a DistributedSampler makes, equally many batches each.

    train: with a length; its order is its own. A sampler with a method ``set_epoch`` is told the
        epoch, from 1.
    test: the examples that test accuracy is measured on.
    measured: the training examples without augmentation, always in the order of fit's
        ``clean_labels``. None: p and the effective sample size are not measured.
    """

    train: Iterable
    test: Iterable
    measured: Iterable | None = None


class Batch(NamedTuple):
    """What one step takes: tensors for `inputs`, on the device.

    size: examples in the batch of all processes. share: this process's mean loss times its share is
    what the processes average to the mean over that batch; 0 for a process with nothing to do,
    which has one example to keep it in step.
    """

    tensors: tuple[Tensor, ...]
    size: int
    share: float = 1.0


class InMemory:
    """Images and labels on the device; a batch is indices, and crops where it is augmented.

    One generator draws an epoch's order and then the crops of each batch, on the CPU, so that every
    device, process and way to train sees the same examples.
    """

    def __init__(self, data, *, batch_size: int, augment: bool, generator, processes: Processes):
        device = processes.device
        self.images, self.labels = data.train_images.to(device), data.train_labels.to(device)
        self.test_images = data.test_images.to(device)
        self.test_labels = data.test_labels.to(device)
        self.centre = centring(self.images)
        self.batch_size, self.augment, self.processes = int(batch_size), augment, processes
        self.generator = torch.default_generator if generator is None else generator
        if processes.size > 1:
            self.generator.set_state(processes.first(self.generator.get_state()))

    def __len__(self) -> int:
        """Batches in an epoch."""
        return math.ceil(len(self.labels) / self.batch_size)

    def batches(self, epoch: int) -> Iterator[Batch]:
        """The batches of an epoch; the epoch is drawn with the first of them."""
        device, examples = self.processes.device, len(self.labels)
        order = torch.randperm(examples, generator=self.generator).to(device).split(self.batch_size)
        columns = [order]
        if self.augment:
            crops = [draw_crops(len(batch), generator=self.generator) for batch in order]
            columns.append(torch.cat(crops).to(device).split(self.batch_size))
        yield from (self._shared(rows) for rows in zip(*columns, strict=True))

    def _shared(self, rows: tuple[Tensor, ...]) -> Batch:
        size, processes = len(rows[0]), self.processes.size
        mine = tuple(self.processes.part(x) for x in rows)
        if len(mine[0]) == 0:
            return Batch(tuple(x[:1] for x in rows), size, 0.0)
        return Batch(mine, size, processes * len(mine[0]) / size)

    def inputs(self, index: Tensor, crops: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """The network's input (B, C, H, W), float32, and labels (B,) of a batch's tensors."""
        x = self.images[index] if crops is None else crop(self.images, index, crops)
        return self.centre(x), self.labels[index]

    def example(self) -> tuple[Tensor, ...]:
        """Tensors of a whole batch, to rehearse a step with: the first examples."""
        index = torch.arange(min(self.batch_size, len(self.labels)), device=self.labels.device)
        crops = torch.zeros(len(index), 3, dtype=torch.uint8, device=index.device)
        return (index, crops) if self.augment else (index,)

    def truth(self, clean_labels: Tensor | None) -> Tensor | None:
        """The clean labels (N,) on the device, those of all processes."""
        check_truth(self.labels, clean_labels)
        return None if clean_labels is None else clean_labels.to(self.processes.device)

    def content(self) -> tuple[Tensor, ...]:
        """What makes these data these."""
        return self.images, self.labels, self.test_images, self.test_labels

    def train_logits(self, model: nn.Module) -> tuple[Tensor, Tensor]:
        """Logits (N, K) of the training images, as they are stored, and labels (N,)."""
        return self._logits(model, self.images), self.labels

    def test_logits(self, model: nn.Module) -> tuple[Tensor, Tensor]:
        """The same of the test images."""
        return self._logits(model, self.test_images), self.test_labels

    def _logits(self, model: nn.Module, images: Tensor) -> Tensor:
        mine = self.processes.part(images)
        return self.processes.joined(predict(model, mine, centre=self.centre))


class FromLoaders:
    """`Loaders`, as `fit` reads them; the methods are those of `InMemory`."""

    def __init__(self, loaders: Loaders, *, processes: Processes):
        self.loaders, self.processes = loaders, processes
        own = getattr(loaders.train, "generator", None)
        self.generator = torch.default_generator if own is None else own

    def __len__(self) -> int:
        return len(self.loaders.train)

    def batches(self, epoch: int) -> Iterator[Batch]:
        set_epoch = getattr(getattr(self.loaders.train, "sampler", None), "set_epoch", None)
        if set_epoch is not None:
            set_epoch(epoch)
        for x, y in self.loaders.train:
            yield Batch(self._moved(x, y), len(y) * self.processes.size)

    def inputs(self, x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
        return x, y

    def truth(self, clean_labels: Tensor | None) -> Tensor | None:
        if clean_labels is None:
            return None
        if self.loaders.measured is None:
            raise ValueError("clean_labels need loaders with measured, whose order they are in")
        return self.processes.joined(clean_labels.to(self.processes.device))

    def content(self) -> tuple[str, ...]:
        return (f"{len(self)} batches",)

    def train_logits(self, model: nn.Module) -> tuple[Tensor, Tensor] | None:
        return None if self.loaders.measured is None else self._logits(model, self.loaders.measured)

    def test_logits(self, model: nn.Module) -> tuple[Tensor, Tensor]:
        return self._logits(model, self.loaders.test)

    @torch.no_grad()
    def _logits(self, model: nn.Module, batches: Iterable) -> tuple[Tensor, Tensor]:
        model.eval()
        moved = (self._moved(x, y) for x, y in batches)
        logits, labels = zip(*((model(x), y) for x, y in moved), strict=True)
        return self.processes.joined(torch.cat(logits)), self.processes.joined(torch.cat(labels))

    def _moved(self, x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
        device = self.processes.device
        return x.to(device, non_blocking=True), y.to(device, non_blocking=True)


def check_images(data: Any, *, parts: Iterable[str] = PARTS) -> None:
    """ValueError for data without these parts, as tensors of their dimensions, or where there are
    not as many labels as images."""
    for name in parts:
        part = getattr(data, name, None)
        if not isinstance(part, Tensor) or part.ndim != PARTS[name]:
            found = f"{type(part).__name__} {tuple(getattr(part, 'shape', ()))}"
            raise ValueError(
                "data must hold train_images and test_images, tensors (N, C, H, W), uint8 or "
                "floating, and train_labels and test_labels, tensors (N,), as a dmnb.data.Dataset "
                "does; vectors (N, D) are images (N, D, 1, 1), and fit takes loaders as "
                f"train.Loaders(train, test). Got {type(data).__name__}, its {name}: {found}"
            )
        if len(part) == 0:
            raise ValueError(f"{name} must not be empty")
        images = getattr(data, name.replace("labels", "images"))
        if len(part) != len(images):
            raise ValueError(f"{name} must be {len(images)}, as the images, got {len(part)}")


def source_of(data, *, batch_size: int, augment: bool, generator, processes: Processes):
    """The source for fit's ``data``: `Loaders`, or else anything with images in memory."""
    if not isinstance(data, Loaders):
        check_images(data)
        if augment and data.train_images.shape[-2:] == (1, 1):
            raise ValueError("augment must be False with images of one pixel, such as vectors")
        return InMemory(
            data,
            batch_size=batch_size,
            augment=augment,
            generator=generator,
            processes=processes,
        )
    if augment:
        raise ValueError("augment must be False with loaders, which augment by themselves")
    return FromLoaders(data, processes=processes)
