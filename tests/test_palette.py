"""One palette for figures, widgets and pages: it reads on white and on dark, by whatever eyes."""

import itertools
import re
from pathlib import Path

import matplotlib
import numpy as np
import pytest

from dmnb import plots
from dmnb.emphasis import DM

STATIC = Path(__file__).parents[1] / "book" / "_static"


def linear(colour):
    c = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)


def contrast(a, b):
    """WCAG 2: (L1 + .05)/(L2 + .05) of relative luminances."""
    low, high = sorted(float(linear(x) @ [0.2126, 0.7152, 0.0722]) for x in (a, b))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("name", plots.PALETTE)
@pytest.mark.parametrize("page", ["#FFFFFF", "#121212"])
def test_every_colour_reads_on_both_pages(name, page):
    assert contrast(plots.PALETTE[name], page) >= (3.9 if name == "neutral" else 3)


@pytest.mark.parametrize("page", ["#FFFFFF", "#121212"])
def test_colours_of_no_method_read_on_both_pages(page):
    assert all(contrast(look.colour, page) >= 3 for look in plots.looks("abcdefg").values())


# Machado, Oliveira and Fernandes (2009), severity 1, on linear RGB.
VISION = {
    "normal": np.eye(3),
    "deuteranopia": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
    "protanopia": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
}


def oklab(rgb):
    lms = np.array(
        [
            [0.4122214708, 0.5363325363, 0.0514459929],
            [0.2119034982, 0.6806995451, 0.1073969566],
            [0.0883024619, 0.2817188376, 0.6299787005],
        ]
    )
    lab = np.array(
        [
            [0.2104542553, 0.7936177850, -0.0040720468],
            [1.9779984951, -2.4285922050, 0.4505937099],
            [0.0259040371, 0.7827717662, -0.8086757660],
        ]
    )
    return lab @ np.cbrt(lms @ np.clip(rgb, 0, 1))


def hue_between(first, second):
    """The angle between two colours' hues, in degrees; what is nearly grey is far from all."""
    a, b = (complex(*oklab(linear(colour))[1:]) for colour in (first, second))
    return 180 if min(abs(a), abs(b)) < 0.02 else abs(np.degrees(np.angle(a / b)))


@pytest.mark.parametrize("vision", VISION)
def test_colours_differ_for_colour_blind_readers(vision):
    seen = {k: oklab(VISION[vision] @ linear(c)) for k, c in plots.PALETTE.items()}
    for a, b in itertools.combinations(seen, 2):
        assert np.linalg.norm(seen[a] - seen[b]) >= 0.07, (a, b)
    for look in plots.looks("abcd").values():
        free = oklab(VISION[vision] @ linear(look.colour))
        assert all(np.linalg.norm(free - seen[key]) >= 0.04 for key in plots.STYLE), look


def test_style_sheet_and_pages_use_the_palette():
    with matplotlib.rc_context():
        plots.use_style()
        cycle = matplotlib.rcParams["axes.prop_cycle"].by_key()["color"]
        ink = matplotlib.colors.to_hex(matplotlib.rcParams["text.color"])
    assert [c.upper() for c in cycle] == list(plots.PALETTE.values()) and ink.upper() == plots.INK
    css = (STATIC / "book.css").read_text()
    light, dark = (
        dict(re.findall(r"--dmnb-([a-z-]+): (#[0-9a-f]{6});", css[css.index(page) :].split("}")[0]))
        for page in (":root", 'html[data-theme="dark"]')
    )
    assert {k: v.upper() for k, v in light.items()} == plots.PALETTE
    brightness = float(re.search(r"brightness\(([0-9.]+)\)", css)[1])
    for name, colour in plots.PALETTE.items():
        channels = [round(brightness * int(colour[i : i + 2], 16)) for i in (1, 3, 5)]
        assert dark[name] == "#{:02x}{:02x}{:02x}".format(*(min(c, 255) for c in channels))
        assert contrast(dark[name], "#121212") >= 4.5


def test_what_is_no_method_has_no_methods_colour():
    names = [*plots.STYLE, "r = 0", "r = .2", "focal", "dmx", "NCE", "cross-entropy, CCE"]
    looks = plots.looks(names)
    free = [looks[name] for name in names[len(plots.STYLE) :]]
    methods = [plots.looks(names)[key] for key in plots.STYLE]
    assert methods == list(plots.STYLE.values())
    assert [look.label for look in free] == names[len(plots.STYLE) :]
    for look, method in itertools.product(free, methods):
        assert hue_between(look.colour, method.colour) >= 28
    assert len({look.colour for look in free}) == len({look[2:] for look in free}) == len(free)
    light = [oklab(linear(look.colour))[0] for look in free]
    assert light == sorted(light)


def test_style_of_a_method_is_unique():
    looks = plots.STYLE.values()
    assert set(plots.STYLE) | {"neutral"} == set(plots.PALETTE)
    assert len({look.colour for look in looks}) == len({look.marker for look in looks}) == 7


@pytest.mark.parametrize("name", ["logo.svg", "favicon.svg"])
def test_logo_is_the_real_density(name):
    path = re.search(r'fill="none"[^>]* d="(M8[^"]*)"', (STATIC / name).read_text())[1]
    pieces = re.findall(r"[MLC]([^MLC]*)", path)
    x, y = np.array([[float(v) for v in piece.split()[-2:]] for piece in pieces]).T
    w = DM(0.5, 12).weight((x - 8) / 50)
    np.testing.assert_allclose(53 - y, 45 * w / DM(0.5, 12).weight(1 / 3), atol=0.02)
