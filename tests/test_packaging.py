"""The wheel holds what it should and works by itself; the lists of dependencies agree."""

import os
import re
import subprocess
import sys
import tomllib
import zipfile
from importlib.metadata import distribution
from pathlib import Path

import pytest
import yaml
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
EXTRAS = PROJECT["optional-dependencies"]
CUDA = re.compile(r"nvidia-|cuda-|triton$")


def pins() -> dict[str, str]:
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    return dict(line.split("==") for line in lines if not line.startswith("#"))


def declared() -> list[Requirement]:
    """Every requirement in pyproject.toml that is not the project's own."""
    lists = [PROJECT["dependencies"], *EXTRAS.values()]
    requirements = [Requirement(text) for one in lists for text in one]
    return [r for r in requirements if canonicalize_name(r.name) != "dmnb"]


def applies(requirement: Requirement, extras: set[str]) -> bool:
    marker, environment = requirement.marker, default_environment()
    return not marker or any(marker.evaluate({**environment, "extra": e}) for e in extras | {""})


def closure(requirements: list[Requirement]) -> dict[str, str]:
    """Installed versions of the requirements and of all that they require here, less CUDA's."""
    found, todo, done = {}, list(requirements), set()
    while todo:
        requirement = todo.pop()
        name, extras = canonicalize_name(requirement.name), frozenset(requirement.extras)
        if (name, extras) in done or CUDA.match(name):
            continue
        done.add((name, extras))
        installed = distribution(name)
        found[name] = installed.version
        needed = map(Requirement, installed.requires or [])
        todo += [r for r in needed if applies(r, set(extras))]
    return found


def run(*command, **options) -> str:
    done = subprocess.run(
        [sys.executable, *map(str, command)], capture_output=True, text=True, **options
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    """The wheel, built from a copy so that the checkout gets no build folder."""
    folder = tmp_path_factory.mktemp("wheel")
    source = folder / "source"
    source.mkdir()
    for name in ("pyproject.toml", "README.md", "LICENSE", "dmnb", "tests", "book"):
        (source / name).symlink_to(ROOT / name)
    run("-m", "build", "--wheel", "--no-isolation", "--outdir", folder, source)
    return next(folder.glob("dmnb-*.whl"))


def test_the_wheel_holds_the_package_whole_and_nothing_else(wheel):
    names = set(zipfile.ZipFile(wheel).namelist())
    package = {name for name in names if not re.match(r"dmnb-[^/]*\.dist-info/", name)}
    kinds = ("**/*.py", "py.typed", "palette.json", "*.mplstyle", "widgets/*.js")
    found = {kind: list((ROOT / "dmnb").glob(kind)) for kind in kinds}
    assert all(found.values())
    assert package == {str(p.relative_to(ROOT)) for paths in found.values() for p in paths}
    assert any(name.endswith("licenses/LICENSE") for name in names)


def test_the_wheel_works_by_itself(wheel, tmp_path):
    """Installed alone into an empty folder, with the environment's packages behind it."""
    site = tmp_path / "site"
    run("-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--target", site, wheel)
    use = "import dmnb; print(dmnb.__file__, dmnb.DMLoss(dmnb.emphasis.DM(0.5, 12)))"
    printed = run("-c", use, cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(site)})
    assert printed.startswith(str(site))
    run("-m", "dmnb", "--help", cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(site)})


def test_pins_are_names_and_versions_and_nothing_else():
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    entries = [line for line in lines if not line.startswith("#")]
    pattern = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*==\d+(\.\w+)*")
    assert [entry for entry in entries if not pattern.fullmatch(entry)] == []
    names = [entry.split("==")[0] for entry in entries]
    assert names == sorted(set(names))
    assert [name for name in names if CUDA.match(name)] == []


def test_every_declared_requirement_is_pinned_within_its_range():
    versions = pins()
    for requirement in declared():
        name = canonicalize_name(requirement.name)
        assert name in versions
        assert requirement.specifier.contains(versions[name]), f"{requirement}, {versions[name]}"


@pytest.mark.skipif(sys.version_info[:2] != (3, 11), reason="pinned on Python 3.11")
def test_everything_that_gets_installed_is_pinned():
    assert closure(declared()).keys() - pins().keys() == set()


def test_the_test_extra_holds_all_others():
    own, todo = set(), ["test"]
    while todo:
        own.add(extra := todo.pop())
        named = (Requirement(text) for text in EXTRAS[extra])
        todo += [e for r in named if r.name == "dmnb" for e in r.extras]
    assert own == EXTRAS.keys()


def test_core_needs_torch_and_numpy_alone():
    assert {Requirement(text).name for text in PROJECT["dependencies"]} == {"torch", "numpy"}


def test_the_conda_environment_installs_the_same():
    *packages, pip = yaml.safe_load((ROOT / "environment.yml").read_text())["dependencies"]
    assert f"python{PROJECT['requires-python']}" in packages
    assert pip == {"pip": ["-c constraints.txt", "-e .[test]"]}


def test_make_asks_for_the_declared_python():
    major, minor = re.fullmatch(r">=(\d+)\.(\d+)", PROJECT["requires-python"]).groups()
    assert f"sys.version_info < ({major}, {minor})" in (ROOT / "Makefile").read_text()


def test_pre_commit_runs_the_pinned_tools():
    versions = pins()
    [repo] = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())["repos"]
    used = {dep for hook in repo["hooks"] for dep in hook["additional_dependencies"]}
    tools = dict(dep.split("==") for dep in used)
    assert {"ruff", "codespell"} <= tools.keys()
    assert {name: versions.get(name, version) for name, version in tools.items()} == tools
