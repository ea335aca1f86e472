"""The widgets' JavaScript core: Node's own test runner, on values that Python wrote."""

import importlib.util
import json
import math
import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
HERE = ROOT / "tests" / "js"


def missing(what):
    """Continuous integration must have everything; elsewhere the reader of the log is told."""
    (pytest.fail if os.environ.get("CI") else pytest.skip)(what)


@pytest.mark.parametrize("script", sorted(HERE.glob("*.test.js")), ids=lambda path: path.stem)
def test_node_finds_nothing_wrong(script):
    node = shutil.which("node")
    if node is None:
        missing("node is not installed: the widgets' JavaScript is not tested here")
    command = [node, "--expose-gc", "--test-reporter=tap", "--test", str(script)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    print(done.stdout, done.stderr)
    assert done.returncode == 0
    assert "\n# fail 0" in done.stdout and "\n# pass 0" not in done.stdout


@pytest.mark.parametrize("writer", [HERE / "nn.py"], ids=lambda path: path.stem)
def test_values_are_those_of_the_package(writer):
    spec = importlib.util.spec_from_file_location(f"values_{writer.stem}", writer)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    written = json.loads(writer.with_suffix(".json").read_text())
    rows = written["rows"] if isinstance(written, dict) else written
    assert_close(json.loads(json.dumps(module.values())), rows, f"run `python {writer.name}`")


def assert_close(actual, expected, where):
    if isinstance(expected, dict):
        assert list(actual) == list(expected), where
        for key in expected:
            assert_close(actual[key], expected[key], f"{where}: {key}")
    elif isinstance(expected, list):
        assert len(actual) == len(expected), where
        for i, (a, b) in enumerate(zip(actual, expected, strict=True)):
            assert_close(a, b, f"{where}[{i}]")
    elif isinstance(expected, float):
        assert math.isclose(actual, expected, rel_tol=1e-7, abs_tol=1e-11), where
    else:
        assert actual == expected, where
