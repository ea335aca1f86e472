"""The playground in Python: its traits and what they may be."""

import math
from pathlib import Path

import pytest

traitlets = pytest.importorskip("traitlets")
pytest.importorskip("anywidget")


import dmnb  # noqa: E402
from dmnb import emphasis  # noqa: E402
from dmnb.widgets import Playground  # noqa: E402

FAMILIES = {
    "dm": emphasis.DM(1, 16),
    "anchored": emphasis.AnchoredDM(0.5, 3),
    "gce": emphasis.GCE(0.4),
    "mae": emphasis.MAE(),
    "mse": emphasis.MSE(),
    "cce": emphasis.CCE(),
    "uniform": emphasis.Uniform(),
    "drawn": emphasis.Tabulated((0.0, 0.5, 1.0), (0.5, 2.0, 0.25)),
}


@pytest.mark.parametrize("family", FAMILIES)
def test_emphasis_and_traits_are_one(family):
    playground = Playground(FAMILIES[family])
    assert playground.family == family and playground.emphasis == FAMILIES[family]
    playground.emphasis = emphasis.MSE() if family == "mae" else emphasis.MAE()
    playground.emphasis = FAMILIES[family]
    assert playground.emphasis == FAMILIES[family]
    assert dmnb.DMLoss(playground.emphasis).emphasis == FAMILIES[family]


def test_other_emphases_become_points():
    for e in [emphasis.Focal(2.0), emphasis.DM(9, 3), emphasis.DM(0.5, 80)]:
        playground = Playground(e)
        assert playground.family == "drawn" and len(playground.drawn) == 9
        p, w = map(list, zip(*playground.drawn, strict=True))
        assert w == pytest.approx([e.weight(x) for x in p])
    with pytest.raises(ValueError, match="emphasis must be an Emphasis"):
        Playground("dm")


@pytest.mark.parametrize("times", [1, 2])
def test_a_function_becomes_points(times):
    e = times * emphasis.Custom(lambda p: 1 + p * (1 - p))
    assert len(Playground(e).drawn) == 9 and Playground(e).family == "drawn"


def test_printed_the_same_every_time():
    text = (
        "Playground(DM(lam=1.0, beta=16.0), dataset='blobs', classes=3, noise='symmetric', "
        "rate=0.4, imbalance=1.0, size=160, seed=0, hidden=[24, 24], lr=0.1)"
    )
    assert repr(Playground()) == repr(Playground()) == text


@pytest.mark.parametrize(
    "name, value",
    [
        ("family", "normal"),
        ("lam", 4.5),
        ("beta", math.nan),
        ("q", -0.1),
        ("drawn", [[0.0, 1.0]]),
        ("drawn", [[0.0, 0.0], [1.0, 0.0]]),
        ("drawn", [1.0, 2.0]),
        ("drawn", []),
        ("dataset", "rings"),
        ("classes", 6),
        ("noise", "pair"),
        ("rate", 0.9),
        ("imbalance", 0.5),
        ("size", 2000),
        ("seed", -1),
        ("hidden", []),
        ("hidden", [16, 64]),
        ("activation", "sine"),
        ("lr", 0.0),
        ("speed", "warp"),
    ],
)
def test_refuses_by_name(name, value):
    playground = Playground()
    before = getattr(playground, name)
    with pytest.raises(traitlets.TraitError, match=f"{name} must be"):
        setattr(playground, name, value)
    assert getattr(playground, name) == before
    with pytest.raises(traitlets.TraitError, match=f"{name} must be"):
        Playground(**{name: value})


def test_refuses_what_it_does_not_know():
    with pytest.raises(TypeError, match="no contrast"):
        Playground(contrast=3)
    with pytest.raises(traitlets.TraitError, match="beta must be above 0"):
        Playground(beta=-1.0).family = "anchored"


def test_takes_its_state_from_the_page():
    playground = Playground()
    playground.set_state({"family": "anchored", "beta": 3, "lam": 0.5, "seed": 7, "hidden": [8]})
    assert playground.emphasis == emphasis.AnchoredDM(0.5, 3)
    assert (playground.seed, playground.hidden) == (7, [8])


def test_the_script_is_small():
    assert len(Path(Playground._esm._path).read_bytes()) < 150_000
