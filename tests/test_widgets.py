"""The widgets without a page: traits and their validation, and bundles that match their sources."""

import hashlib
import math
import re
import shutil
import subprocess
from pathlib import Path

import pytest

traitlets = pytest.importorskip("traitlets")
pytest.importorskip("anywidget")

import dmnb.emphasis  # noqa: E402
from dmnb.widgets import Explorer  # noqa: E402

ROOT = Path(__file__).parent.parent
WIDGETS = ROOT / "dmnb" / "widgets"


def test_explorer_shows_an_emphasis():
    explorer = Explorer(lam=1, beta=8)
    assert explorer.emphasis == dmnb.emphasis.DM(1.0, 8.0)
    explorer.family = "anchored"
    explorer.beta = 3
    assert explorer.emphasis == dmnb.emphasis.AnchoredDM(1.0, 3.0)


def test_explorer_is_printed_the_same_every_time():
    text = "Explorer(lam=0.5, beta=12.0, family='dm', view='density', overlays=['cce'])"
    assert repr(Explorer()) == repr(Explorer()) == text


@pytest.mark.parametrize(
    "name, value",
    [
        ("lam", -0.1),
        ("lam", 4.1),
        ("lam", math.nan),
        ("beta", -5),
        ("beta", math.inf),
        ("beta", math.nan),
        ("family", "normal"),
        ("view", "loss"),
        ("overlays", ["cce", "sce"]),
    ],
)
def test_explorer_refuses_by_name(name, value):
    explorer = Explorer()
    before = getattr(explorer, name)
    with pytest.raises(
        traitlets.TraitError, match=rf"(?s){name} must be .*got.*{re.escape(str(value))}"
    ):
        setattr(explorer, name, float(value) if isinstance(value, int) else value)
    assert getattr(explorer, name) == before
    with pytest.raises(traitlets.TraitError, match=f"{name} must be"):
        Explorer(**{name: value})


def test_anchored_explorer_needs_a_positive_beta():
    with pytest.raises(traitlets.TraitError, match="beta must be above 0"):
        Explorer(beta=0, family="anchored")
    explorer = Explorer(beta=-1)
    with pytest.raises(traitlets.TraitError, match="beta must be above 0"):
        explorer.family = "anchored"
    assert explorer.family == "dm"


def test_explorer_takes_its_state_from_the_page():
    explorer = Explorer(beta=-1)
    explorer.set_state({"family": "anchored", "beta": 2.5, "overlays": ["gce", "mae"]})
    assert explorer.emphasis == dmnb.emphasis.AnchoredDM(0.5, 2.5)
    assert explorer.overlays == ["gce", "mae"]
    state = explorer.get_state(["lam", "beta", "family", "view", "overlays"])
    assert state["beta"] == 2.5 and state["view"] == "density"


def bundles():
    found = sorted(WIDGETS.glob("*.js"))
    assert found
    return found


@pytest.mark.parametrize("bundle", bundles(), ids=lambda path: path.name)
def test_bundle_records_the_hash_of_its_sources(bundle):
    first_line = bundle.read_text(encoding="utf-8").splitlines()[0]
    names, digest = re.fullmatch(r".* from (.*); sha256 (\w+)", first_line).groups()
    content = b"".join((WIDGETS / "src" / name).read_bytes() for name in names.split())
    assert hashlib.sha256(content).hexdigest() == digest, "stale: run `npm ci && npm run build`"


def test_bundles_are_what_esbuild_makes(tmp_path):
    node = shutil.which("node")
    if node is None:
        pytest.skip("node is not installed: the bundles are checked by their hash only")
    if not (ROOT / "node_modules" / "esbuild").is_dir():
        pytest.skip("esbuild is not installed: run `npm ci` to rebuild the bundles here")
    subprocess.run([node, "dmnb/widgets/src/build.js", tmp_path], cwd=ROOT, check=True)
    for bundle in bundles():
        assert (tmp_path / bundle.name).read_bytes() == bundle.read_bytes(), "run `npm run build`"
