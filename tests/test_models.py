import urllib.error

import pytest
import torch
from torch import nn

from dmnb import models

SHAPES = [(1, 28, 28), (3, 32, 32), (1, 8, 8), (3, 5, 9)]


OF_ONE_WIDTH = ("googlenet", "resnet50")
FOR_SMALL_IMAGES = [name for name in models.NAMES if name != "resnet50"]
SCALABLE = [name for name in models.NAMES if name not in OF_ONE_WIDTH]


def parameters(model):
    return sum(p.numel() for p in model.parameters())


@pytest.mark.parametrize("name", FOR_SMALL_IMAGES)
@pytest.mark.parametrize("in_shape", SHAPES, ids=str)
def test_logits_and_gradients_of_every_parameter(name, in_shape):
    torch.manual_seed(0)
    width = None if name in OF_ONE_WIDTH else 8
    model = models.build(name, in_shape=in_shape, num_classes=7, width=width)
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


@pytest.mark.parametrize("name", SCALABLE)
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


@pytest.mark.parametrize("name", SCALABLE)
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
def test_logits_are_float32_under_autocast(name):
    shape = (3, 32, 32) if name == "resnet50" else (3, 8, 8)
    model, x = models.build(name, in_shape=shape, num_classes=3).eval(), torch.randn(2, *shape)
    with torch.autocast("cpu", torch.bfloat16):
        logits = model(x)
    assert logits.dtype == torch.float32
    assert not torch.equal(logits, logits.bfloat16().float())


@pytest.mark.parametrize("name", models.NAMES)
def test_dropout_is_before_the_last_layer_and_in_training_only(name):
    torch.manual_seed(0)
    size = 32 if name == "resnet50" else 8
    width = None if name in OF_ONE_WIDTH else 32
    model = models.build(name, in_shape=(3, size, size), num_classes=3, width=width, dropout=0.25)
    seen = []
    [*model.modules()][-1].register_forward_pre_hook(lambda layer, inputs: seen.append(inputs[0]))
    images = torch.randn(24 if width is None else 150, 3, size, size)
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


def test_googlenet_sees_small_images_at_sixteen_eight_and_four():
    torch.manual_seed(0)
    model = models.build("googlenet", in_shape=(3, 32, 32), num_classes=10)
    sizes = {}
    for block in ("3a", "4a", "5a"):
        layer = getattr(model, f"inception{block}")
        layer.register_forward_pre_hook(lambda _, x, block=block: sizes.update({block: x[0].shape}))
    assert model(torch.randn(2, 3, 32, 32)).shape == (2, 10)
    assert {block: tuple(shape[2:]) for block, shape in sizes.items()} == {
        "3a": (16, 16), "4a": (8, 8), "5a": (4, 4)
    }  # fmt: skip
    # torchvision's 6,624,904 for 1000 classes without auxiliary ones; 990 outputs fewer, and 3 x 3
    # instead of 7 x 7 pixels of 3 channels in 64 filters.
    assert parameters(model) == 6_624_904 - 990 * 1025 - 64 * 3 * (49 - 9)


def test_resnet50_starts_from_a_file_with_a_new_last_layer(tmp_path):
    from torchvision.models import resnet50

    torch.manual_seed(0)
    theirs = resnet50(num_classes=5)
    torch.save(theirs.state_dict(), tmp_path / "weights.pth")
    options = {"in_shape": (3, 32, 32), "num_classes": 14}
    ours = models.build("resnet50", weights=tmp_path / "weights.pth", **options)
    assert parameters(ours) == 25_557_032 - (1000 - 14) * 2049  # torchvision's, 14 classes
    images = torch.randn(2, 3, 32, 32)
    ours.fc = theirs.fc = nn.Identity()
    assert torch.equal(ours.eval()(images), theirs.eval()(images))


def test_weights_that_do_not_fit_are_named(tmp_path, monkeypatch):
    def build(weights, name="resnet50"):
        return models.build(name, in_shape=(3, 32, 32), num_classes=2, weights=weights)

    with pytest.raises(FileNotFoundError, match="imagenet or a file, got 'nowhere'"):
        build("nowhere")
    other, torn = tmp_path / "other.pth", tmp_path / "torn.pth"
    torch.save(nn.Linear(2, 2).state_dict(), other)
    torn.write_bytes(other.read_bytes()[:50])
    with pytest.raises(ValueError, match=r"other\.pth are not a resnet50's: see bias, bn1"):
        build(other)
    with pytest.raises(ValueError, match=r"torn\.pth hold no state dict"):
        build(torn)
    with pytest.raises(ValueError, match="weights must be None for googlenet"):
        build("imagenet", "googlenet")


def test_without_a_network_the_error_says_what_to_do(monkeypatch):
    def offline(*args, **options):
        raise urllib.error.URLError("no route")

    monkeypatch.setattr(torch.hub, "load_state_dict_from_url", offline)
    monkeypatch.setattr("torchvision.models._api.load_state_dict_from_url", offline)
    with pytest.raises(FileNotFoundError, match=r"no route.*resnet50-0676ba61\.pth.*weights=<the"):
        models.build("resnet50", in_shape=(3, 64, 64), num_classes=2, weights="imagenet")


def test_unknown_name_lists_what_exists():
    with pytest.raises(ValueError, match=r"must be one of mlp, shallow.*resnet20.*'resnet18'"):
        models.build("resnet18", in_shape=(3, 32, 32), num_classes=10)


@pytest.mark.parametrize(
    "changed, message",
    [
        ({"in_shape": (32, 32)}, "in_shape of resnet20"),
        ({"in_shape": 3}, "in_shape of resnet20 .* got 3"),
        ({"num_classes": 2.5}, "num_classes must be an integer >= 2, got 2.5"),
        ({"width": "wide"}, "width must be an integer >= 1, got 'wide'"),
        ({"in_shape": (0, 32, 32)}, "in_shape of resnet20"),
        ({"in_shape": (3, 2, 32)}, "H, W >= 4"),
        ({"num_classes": 1}, "num_classes must be an integer >= 2, got 1"),
        ({"width": 0}, "width must be an integer >= 1, got 0"),
        ({"name": "googlenet", "width": 16}, "width of googlenet.*None, got 16"),
        ({"name": "resnet50", "in_shape": (3, 31, 32)}, "H, W >= 32"),
        ({"name": "resnet50", "in_shape": (1, 32, 32)}, "3 channels, got 1"),
        ({"dropout": 1.0}, r"dropout must be in \[0, 1\), got 1.0"),
    ],
)
def test_bad_sizes_are_refused(changed, message):
    arguments = {"name": "resnet20", "in_shape": (3, 32, 32), "num_classes": 10} | changed
    with pytest.raises(ValueError, match=message):
        models.build(**arguments)
