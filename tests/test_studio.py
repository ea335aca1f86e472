"""The emphasis studio in Python: its traits, its recorded runs, and its numbers."""

import json
import runpy
from pathlib import Path

import numpy as np
import pytest

traitlets = pytest.importorskip("traitlets")
pytest.importorskip("anywidget")

from stage import state_of  # noqa: E402

import dmnb  # noqa: E402
from dmnb import emphasis  # noqa: E402
from dmnb.widgets import Studio  # noqa: E402

VALUES = Path(__file__).parent / "js" / "emphasis.json"
POINTS = emphasis.Tabulated((0.0, 0.2, 0.5, 0.8, 1.0), (0.5, 2.0, 3.0, 1.0, 0.25))
BINS = np.arange(20)
RECORD = {
    "config": {"emphasis": "cce", "lr": 0.03, "seed": 0},
    "epoch": [1, 6, 11],
    "test_accuracy": [0.1, 0.5, 0.75],
    "p_clean": [0.1, 0.4, 0.8],
    "p_noisy": [0.1, 0.2, 0.3],
    "ess": [1.0, 0.8, 0.6],
    "histograms": [
        {"epoch": 1, "clean": [30, 30] + 18 * [0], "noisy": [20, 20] + 18 * [0]},
        {"epoch": 6, "clean": BINS.tolist(), "noisy": BINS[::-1].tolist()},
        {"epoch": 11, "clean": 18 * [0] + [10, 50], "noisy": [25, 5] + 17 * [0] + [10]},
    ],
}


def test_values_of_the_javascript_test_are_those_of_the_package():
    stored = json.loads(VALUES.read_text())["rows"]
    computed = runpy.run_path(str(VALUES.with_suffix(".py")))["values"]()
    for old, new in zip(stored, json.loads(json.dumps(computed)), strict=True):
        assert old["emphasis"] == new["emphasis"]
        scale = np.maximum(1, new["weight_at"])  # where l cancels to 0, m is what is exact
        old["objective"], new["objective"] = old["objective"] / scale, new["objective"] / scale
        for key in ("weight", "weight_at", "objective", "integral"):
            message = f"{key} of {old['python']}: run tests/js/emphasis.py"
            np.testing.assert_allclose(old[key], new[key], 1e-11, 1e-14, err_msg=message)


def test_emphasis_and_curve_are_one():
    studio = Studio()
    assert studio.emphasis == emphasis.DM(0.5, 12)
    studio.emphasis = emphasis.Normal(0.4, 8)
    assert studio.curve == {"family": "normal", "mode": 0.4, "beta": 8}
    studio.set_state({"curve": POINTS.to_dict() | {"p": list(POINTS.p), "w": list(POINTS.w)}})
    assert studio.emphasis == POINTS
    assert dmnb.DMLoss(studio.emphasis).emphasis == POINTS


def test_other_emphases_become_points():
    studio = Studio(2 * emphasis.Focal(2.0) + emphasis.MAE())
    drawn = studio.emphasis
    assert isinstance(drawn, emphasis.Tabulated) and len(drawn.p) == 17
    p = np.linspace(0, 1, 101)
    wanted = (2 * emphasis.Focal(2.0) + emphasis.MAE()).density(p)
    np.testing.assert_allclose(drawn.density(p), wanted, atol=0.02)


def test_printed_the_same_every_time():
    text = "Studio(DM(lam=0.5, beta=12.0), view='density', against='slope', overlays=['cce'])"
    assert repr(Studio()) == repr(Studio(record=RECORD)) == text


@pytest.mark.parametrize(
    "name, value",
    [
        ("view", "loss"),
        ("against", "weight"),
        ("overlays", ["sce"]),
        ("overlays", ["x-Focal", "x-Power", "x-AEL", "x-AUL"]),
        ("run", 1),
        ("epoch", float("nan")),
        ("address", "a&b"),
        ("curve", {"family": "focal", "gamma": 2}),
        ("curve", {"family": "dm", "lam": -1, "beta": 2}),
        ("curve", {"family": "tabulated", "p": [0, 1], "w": [0, 0]}),
        ("curve", {"family": "dm"}),
    ],
)
def test_refuses_by_name(name, value):
    studio = Studio(record=RECORD)
    before = getattr(studio, name)
    with pytest.raises(traitlets.TraitError, match=name):
        setattr(studio, name, value)
    assert getattr(studio, name) == before


def test_refuses_what_is_no_emphasis_or_record():
    with pytest.raises(ValueError, match="emphasis must be an Emphasis"):
        Studio("dm")
    with pytest.raises(ValueError, match="a record must be a Record"):
        Studio(record={"config": {}})
    with pytest.raises(ValueError, match="histograms"):
        Studio(record=RECORD | {"histograms": []})


def test_records_come_as_files_and_as_dicts(tmp_path):
    path = tmp_path / "run.json"
    path.write_text(json.dumps(RECORD))
    other = RECORD | {"config": RECORD["config"] | {"seed": 1}}
    labels = [run["label"] for run in Studio(record=[path, other])._runs]
    assert labels == ["CCE, lr 0.03, seed 0", "CCE, lr 0.03, seed 1"]


def test_state_is_small_and_strict_json():
    text = json.dumps(state_of(Studio(record=[RECORD] * 4)), allow_nan=False)
    assert len(text) < 60_000
