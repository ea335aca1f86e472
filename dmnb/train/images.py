"""From stored images to the input of a network: centring and random crops, on any device."""

from collections.abc import Callable

import torch
from torch import Tensor, nn


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


def crop_and_flip(
    images: Tensor, *, padding: int = 4, generator: torch.Generator | None = None
) -> Tensor:
    """The images (B, C, H, W), each shifted by up to ``padding`` pixels, black coming in, and half
    of them mirrored; same shape and dtype. ``generator`` lives on the CPU."""
    size, channels, height, width = images.shape
    device = images.device
    down, right = torch.randint(2 * padding + 1, (2, size, 1), generator=generator)
    mirrored = torch.rand(size, 1, generator=generator) < 0.5
    across = torch.arange(width)
    rows = (down + torch.arange(height)).to(device)
    columns = (right + torch.where(mirrored, across.flip(0), across)).to(device)
    padded = nn.functional.pad(images, (padding,) * 4)
    return padded[
        torch.arange(size, device=device).view(-1, 1, 1, 1),
        torch.arange(channels, device=device).view(1, -1, 1, 1),
        rows.view(size, 1, height, 1),
        columns.view(size, 1, 1, width),
    ]
