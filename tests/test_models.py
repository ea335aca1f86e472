import pytest
import torch
from torch import nn

from dmnb import models

SHAPES = [(1, 28, 28), (3, 32, 32), (1, 8, 8), (3, 5, 9)]


def parameters(model):
    return sum(p.numel() for p in model.parameters())


@pytest.mark.parametrize("name", models.NAMES)
@pytest.mark.parametrize("in_shape", SHAPES, ids=str)
def test_logits_and_gradients_of_every_parameter(name, in_shape):
    torch.manual_seed(0)
    model = models.build(name, in_shape=in_shape, num_classes=7, width=8)
    logits = model(torch.randn(5, *in_shape))
    assert logits.shape == (5, 7)
    nn.functional.cross_entropy(logits, torch.arange(5)).backward()
    for key, parameter in model.named_parameters():
        assert parameter.grad is not None and parameter.grad.isfinite().all(), key
        assert parameter.grad.abs().max() > 0, key


@pytest.mark.parametrize(
    "name, millions",
    [("resnet20", 0.27), ("resnet32", 0.46), ("resnet44", 0.66), ("resnet56", 0.85)],
)
def test_sizes_of_table_6_of_the_resnet_paper(name, millions):
    model = models.build(name, in_shape=(3, 32, 32), num_classes=10)
    assert parameters(model) / 1e6 == pytest.approx(millions, abs=0.0055)
    layers = [m for m in model.modules() if isinstance(m, nn.Conv2d | nn.Linear)]
    assert len(layers) == int(name.removeprefix("resnet"))


def test_size_of_the_mlp_and_of_resnet20_exactly():
    mlp = models.build("mlp", in_shape=(1, 8, 8), num_classes=10)
    assert parameters(mlp) == (64 + 1) * 256 + (256 + 1) * 256 + (256 + 1) * 10
    for name in ("shallow", "shallow_sigmoid"):
        network = models.build(name, in_shape=(100, 1, 1), num_classes=2)
        assert parameters(network) == (100 + 1) * 8 + (8 + 1) * 2
    assert parameters(models.build("resnet20", in_shape=(3, 32, 32), num_classes=10)) == 269_722


@pytest.mark.parametrize("name", models.NAMES)
def test_width_widens(name):
    sizes = [
        parameters(models.build(name, in_shape=(1, 8, 8), num_classes=10, width=width))
        for width in (8, 16, 32)
    ]
    assert sizes == sorted(set(sizes))


def test_default_widths():
    for name, width in (("mlp", 256), ("shallow", 8), ("small_cnn", 32), ("resnet20", 16)):
        default = models.build(name, in_shape=(1, 8, 8), num_classes=10)
        assert parameters(default) == parameters(
            models.build(name, in_shape=(1, 8, 8), num_classes=10, width=width)
        )


@pytest.mark.parametrize("name", models.NAMES)
def test_the_global_seed_decides_the_parameters(name):
    def build(seed):
        with torch.random.fork_rng():
            torch.manual_seed(seed)
            return models.build(name, in_shape=(1, 8, 8), num_classes=3, width=4).state_dict()

    first, again, other = build(5), build(5), build(6)
    assert all(torch.equal(first[key], again[key]) for key in first)
    assert any(not torch.equal(first[key], other[key]) for key in first)


def test_shortcut_is_every_second_pixel_and_zero_channels():
    block = models._Block(4, 8, 2).eval()
    nn.init.zeros_(block.conv2.weight)
    x = torch.rand(2, 4, 6, 6)
    out = block(x)
    assert torch.equal(out[:, 2:6], x[:, :, ::2, ::2])
    assert out[:, :2].abs().max() == 0 and out[:, 6:].abs().max() == 0


@pytest.mark.parametrize("name", ["mlp", "small_cnn"])
def test_fits_a_handful_of_images(name):
    torch.manual_seed(0)
    model = models.build(name, in_shape=(1, 8, 8), num_classes=3)
    images, labels = torch.randn(12, 1, 8, 8), torch.arange(12) % 3
    optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
    for _ in range(60):
        optimizer.zero_grad()
        nn.functional.cross_entropy(model(images), labels).backward()
        optimizer.step()
    assert (model(images).argmax(1) == labels).all()


@pytest.mark.parametrize("name", models.NAMES)
def test_dropout_is_before_the_last_layer_and_in_training_only(name):
    torch.manual_seed(0)
    model = models.build(name, in_shape=(1, 8, 8), num_classes=3, width=64, dropout=0.25)
    seen = []
    [*model.modules()][-1].register_forward_pre_hook(lambda layer, inputs: seen.append(inputs[0]))
    images = torch.randn(400, 1, 8, 8)
    model.eval()(images)
    model.train()
    for module in model.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.eval()
    model(images)
    whole, thinned = seen
    dropped = (thinned == 0) & (whole > 0)
    assert dropped.sum() / (whole > 0).sum() == pytest.approx(0.25, abs=0.02)
    torch.testing.assert_close(thinned[~dropped], whole[~dropped] / 0.75)


def test_unknown_name_lists_what_exists():
    with pytest.raises(ValueError, match=r"must be one of mlp, shallow.*resnet20.*'resnet18'"):
        models.build("resnet18", in_shape=(3, 32, 32), num_classes=10)


@pytest.mark.parametrize(
    "changed, message",
    [
        ({"in_shape": (32, 32)}, "in_shape of resnet20"),
        ({"in_shape": (0, 32, 32)}, "in_shape of resnet20"),
        ({"in_shape": (3, 2, 32)}, "H, W >= 4"),
        ({"num_classes": 1}, "num_classes must be >= 2, got 1"),
        ({"width": 0}, "width must be >= 1, got 0"),
        ({"dropout": 1.0}, r"dropout must be in \[0, 1\), got 1.0"),
    ],
)
def test_bad_sizes_are_refused(changed, message):
    arguments = {"in_shape": (3, 32, 32), "num_classes": 10} | changed
    with pytest.raises(ValueError, match=message):
        models.build("resnet20", **arguments)
