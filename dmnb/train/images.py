"""From stored images to the input of a network: centring and random crops, on any device."""

from collections.abc import Callable

import torch
from torch import Tensor

PADDING = 4  # of black, on every side of an image to be cropped


def centring(images: Tensor) -> Callable[[Tensor], Tensor]:
    """The function x -> x / 255 - mean, float32, with the mean per channel of these images.

    images: uint8 (N, C, H, W), N >= 1; x is of that kind, too. Floating ones, such as document
    vectors (N, C, 1, 1), keep their scale: x -> x - mean.

    The scale stays that of pixels in [0, 1]. Dividing by the deviation as well (.25 to .4 here)
    would act as a higher learning rate on networks without batch normalisation.
    """
    scale, mean = scale_of(images), mean_of(images)
    return lambda x: x.float() / scale - mean


def scale_of(images: Tensor) -> int:
    """What `centring` divides by: 255 for bytes, 1 for floating images of any shape."""
    return 1 if images.is_floating_point() else 255


def mean_of(images: Tensor) -> Tensor:
    """float32 (C, 1, 1): the mean per channel of images (N, C, H, W), N >= 1, on their scale."""
    total = torch.stack([part.sum((0, 2, 3)) for part in images.split(1000)]).sum(0)
    mean = total.double() * images.shape[1] / images.numel() / scale_of(images)
    return mean.float().view(-1, 1, 1)


def draw_crops(size: int, *, generator: torch.Generator | None = None) -> Tensor:
    """uint8 (size, 3) on the CPU: rows down and columns right of the crop in an image padded by 4
    pixels, both in [0, 8], and 1 where it is mirrored."""
    down, right = torch.randint(2 * PADDING + 1, (2, size), generator=generator)
    mirrored = torch.rand(size, generator=generator) < 0.5
    return torch.stack([down, right, mirrored], 1).byte()


def crop(images: Tensor, index: Tensor, crops: Tensor) -> Tensor:
    """images[index] (B, C, H, W), each cropped as a row of ``crops`` says; see `draw_crops`.

    images (N, C, H, W); index int64 (B,); crops uint8 (B, 3), all on one device.
    """
    _, channels, height, width = images.shape
    down, right, mirrored = (part.view(-1, 1, 1, 1) for part in crops.long().unbind(1))
    across = torch.arange(width, device=images.device)
    rows = down - PADDING + torch.arange(height, device=images.device).view(-1, 1)
    columns = right - PADDING + torch.where(mirrored == 1, width - 1 - across, across)
    channel = torch.arange(channels, device=images.device).view(-1, 1, 1)
    x = images[
        index.view(-1, 1, 1, 1), channel, rows.clamp(0, height - 1), columns.clamp(0, width - 1)
    ]
    inside = (rows >= 0) & (rows < height) & (columns >= 0) & (columns < width)
    return x * inside
