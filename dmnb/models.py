"""The networks of the experiments, by name.

Parameters are drawn from torch's global generator: seed it, or build inside torch.random.fork_rng.
"""

import math
from collections.abc import Sequence
from itertools import pairwise
from numbers import Integral
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn

# The depth of a CIFAR ResNet is 6 n + 2: three stages of n blocks of two convolutions.
_BLOCKS = {"resnet20": 3, "resnet32": 5, "resnet44": 7, "resnet56": 9}
_SHALLOW = {"shallow": nn.ReLU, "shallow_sigmoid": nn.Sigmoid}
_SMALLEST = {"mlp": 1, **dict.fromkeys(_SHALLOW, 1), "resnet50": 32}
_OF_ONE_WIDTH = ("googlenet", "resnet50")
NAMES = ("mlp", *_SHALLOW, "small_cnn", *_BLOCKS, *_OF_ONE_WIDTH)


def build(
    name: str,
    *,
    in_shape: tuple[int, int, int],
    num_classes: int,
    width: int | None = None,
    dropout: float = 0.0,
    weights: str | Path | None = None,
) -> nn.Module:
    """A network from images (N, channels, H, W), float, to logits (N, C).

    Args:
        name: "mlp", two hidden layers of `width` ReLU units (256); "shallow", "shallow_sigmoid",
            one hidden layer of `width` units (8); "small_cnn", two convolutions of `width` (32) and
            2 `width` channels, each halving the image, and a hidden layer of 4 `width` units;
            "resnet20", "resnet32", "resnet44", "resnet56", the CIFAR networks of He et al. (CVPR
            2016, section 4.2), the first stage `width` (16) channels wide; "googlenet", GoogLeNet
            V1 with batch normalisation, from torchvision, its stem made for 32 x 32 pixels: the
            first convolution is 3 x 3 with stride 1 and no pooling follows it; "resnet50", from
            torchvision, for 224 x 224 pixels.
        in_shape: (channels, H, W) of one image; H, W >= 4 for the convolutional networks; 3
            channels and H, W >= 32 for "resnet50".
        num_classes: C >= 2.
        width: as above; None for the default, the only one that the last two have.
        dropout: share in [0, 1) of the inputs of the last linear layer that are zero in training.
        weights: of "resnet50" alone, what it starts with: "imagenet", which torchvision downloads
            once (IMAGENET1K_V1), or a file with a state dict of it. The last layer is new.

    Raises:
        ValueError: an unknown name, or a value outside these ranges; a file of other weights.
        FileNotFoundError: no such file; no network for "imagenet".
    """
    if name not in NAMES:
        raise ValueError(f"model must be one of {', '.join(NAMES)}; got {name!r}")
    smallest = _SMALLEST.get(name, 4)
    three = isinstance(in_shape, Sequence) and len(in_shape) == 3
    if not three or in_shape[0] < 1 or min(in_shape[1:]) < smallest:
        raise ValueError(
            f"in_shape of {name} must be (channels, H, W) with H, W >= {smallest}, got {in_shape}"
        )
    if not isinstance(num_classes, Integral) or num_classes < 2:
        raise ValueError(f"num_classes must be an integer >= 2, got {num_classes!r}")
    if width is not None and (not isinstance(width, Integral) or width < 1):
        raise ValueError(f"width must be an integer >= 1, got {width!r}")
    if width is not None and name in _OF_ONE_WIDTH:
        raise ValueError(f"width of {name} is its own and must be None, got {width}")
    if weights is not None and name != "resnet50":
        raise ValueError(f"weights must be None for {name}; resnet50 takes some. Got {weights!r}")
    if not 0 <= dropout < 1:
        raise ValueError(f"dropout must be in [0, 1), got {dropout}")
    if name == "mlp":
        return _dense(in_shape, num_classes, [width or 256] * 2, dropout)
    if name in _SHALLOW:
        return _dense(in_shape, num_classes, [width or 8], dropout, _SHALLOW[name])
    if name == "small_cnn":
        return _small_cnn(in_shape, num_classes, width or 32, dropout)
    if name == "googlenet":
        return _googlenet(in_shape[0], num_classes, dropout)
    if name == "resnet50":
        return _resnet50(in_shape[0], num_classes, dropout, weights)
    return CifarResNet(_BLOCKS[name], in_shape[0], num_classes, width=width or 16, dropout=dropout)


def _dense(
    in_shape: tuple[int, int, int],
    num_classes: int,
    widths: Sequence[int],
    dropout: float,
    unit: type[nn.Module] = nn.ReLU,
):
    sizes = [math.prod(in_shape), *widths]
    hidden = [layer for pair in pairwise(sizes) for layer in (nn.Linear(*pair), unit())]
    head = nn.Dropout(dropout), _Logits(sizes[-1], num_classes)
    return nn.Sequential(nn.Flatten(), *hidden, *head)


def _small_cnn(in_shape: tuple[int, int, int], num_classes: int, width: int, dropout: float):
    channels, height, breadth = in_shape
    return nn.Sequential(
        nn.Conv2d(channels, width, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(width, 2 * width, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(2 * width * (height // 4) * (breadth // 4), 4 * width),
        nn.ReLU(),
        nn.Dropout(dropout),
        _Logits(4 * width, num_classes),
    )


def _googlenet(channels: int, num_classes: int, dropout: float) -> nn.Module:
    """torchvision's GoogLeNet (Szegedy et al., CVPR 2015) for images of about 32 x 32.

    Its stem reduces images eightfold, ours twofold: the inception blocks see 16 x 16, 8 x 8 and
    4 x 4. There are no auxiliary classifiers.
    """
    from torchvision.models import googlenet

    network = googlenet(
        num_classes=num_classes, aux_logits=False, init_weights=False, dropout=dropout
    )
    stem = network.conv1.conv
    network.conv1.conv = nn.Conv2d(channels, stem.out_channels, 3, padding=1, bias=False)
    _draw_convolutions(network)
    network.maxpool1 = nn.Identity()
    network.fc.__class__ = _Logits
    return network


def _resnet50(
    channels: int, num_classes: int, dropout: float, weights: str | Path | None
) -> nn.Module:
    """torchvision's ResNet-50, with dropout before a last layer of its own."""
    from torchvision.models import resnet50

    if channels != 3:
        raise ValueError(f"in_shape of resnet50 must have 3 channels, got {channels}")
    network = resnet50()
    if weights is not None:
        state = {k: v for k, v in _pretrained(weights).items() if not k.startswith("fc.")}
        expected = network.state_dict().keys() - {"fc.weight", "fc.bias"}
        if state.keys() != expected:
            odd = sorted(state.keys() ^ expected)[:3]
            raise ValueError(f"weights {weights} are not a resnet50's: see {', '.join(odd)}")
        network.load_state_dict(state, strict=False)
    head = _Logits(network.fc.in_features, num_classes)
    network.fc = nn.Sequential(nn.Dropout(dropout), head)
    return network


def _pretrained(weights: str | Path) -> dict[str, Tensor]:
    from torchvision.models import ResNet50_Weights

    source = ResNet50_Weights.IMAGENET1K_V1
    if str(weights) == "imagenet":
        try:
            return source.get_state_dict(progress=False, check_hash=True)
        except OSError as error:
            raise FileNotFoundError(
                f"weights imagenet could not be downloaded ({error}); get {source.url} where there "
                "is a network, and pass weights=<the file>"
            ) from error
    if not Path(weights).is_file():
        raise FileNotFoundError(f"weights must be imagenet or a file, got {str(weights)!r}")
    try:
        return torch.load(weights, map_location="cpu", weights_only=True)
    except Exception as error:
        raise ValueError(f"weights {weights} hold no state dict: {error}") from error


def _draw_convolutions(network: nn.Module) -> None:
    """Normal weights whose variance keeps that of the gradients (He et al., ICCV 2015)."""
    for module in network.modules():
        if isinstance(module, nn.Conv2d):
            nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")


class _Logits(nn.Linear):
    """A linear layer that stays float32 under autocast.

    A logit of 16 has steps of 1/8 in bfloat16: close classes would tie, and m be coarse.
    """

    def forward(self, x: Tensor) -> Tensor:
        if not torch.is_autocast_enabled(x.device.type):
            return super().forward(x)
        with torch.autocast(x.device.type, enabled=False):
            return super().forward(x.float())


class CifarResNet(nn.Module):
    """A ResNet of depth 6 n + 2 for small images (He et al. 2016, section 4.2).

    A 3x3 convolution, three stages of n blocks with `width`, 2 `width` and 4 `width` channels, the
    second and third halving the image, then the average over the image and a linear layer to
    num_classes logits. A share `dropout` in [0, 1) of that layer's inputs is zero in training.
    """

    def __init__(
        self,
        blocks: int,
        channels: int,
        num_classes: int,
        *,
        width: int = 16,
        dropout: float = 0.0,
    ):
        super().__init__()
        self.stem = nn.Sequential(
            nn.Conv2d(channels, width, 3, padding=1, bias=False), nn.BatchNorm2d(width), nn.ReLU()
        )
        stages, before = [], width
        for after, stride in ((width, 1), (2 * width, 2), (4 * width, 2)):
            for block in range(blocks):
                stages.append(_Block(before, after, stride if block == 0 else 1))
                before = after
        self.stages = nn.Sequential(*stages)
        self.dropout = nn.Dropout(dropout)
        self.head = _Logits(before, num_classes)
        _draw_convolutions(self)

    def forward(self, images: Tensor) -> Tensor:
        """Images (N, channels, H, W) to logits (N, C)."""
        return self.head(self.dropout(self.stages(self.stem(images)).mean((2, 3))))


class _Block(nn.Module):
    """relu(x + bn(conv(relu(bn(conv(x)))))), with the paper's shortcut A where the size changes."""

    def __init__(self, before: int, after: int, stride: int):
        super().__init__()
        self.conv1 = nn.Conv2d(before, after, 3, stride=stride, padding=1, bias=False)
        self.norm1 = nn.BatchNorm2d(after)
        self.conv2 = nn.Conv2d(after, after, 3, padding=1, bias=False)
        self.norm2 = nn.BatchNorm2d(after)
        self.stride, self.new_channels = stride, after - before

    def forward(self, x: Tensor) -> Tensor:
        residual = self.norm2(self.conv2(F.relu(self.norm1(self.conv1(x)))))
        if self.new_channels > 0:
            # Shortcut A has no parameters: every second pixel, and zeros for the new channels.
            half = self.new_channels // 2
            x = x[:, :, :: self.stride, :: self.stride]
            x = F.pad(x, (0, 0, 0, 0, half, self.new_channels - half))
        return F.relu(x + residual)
