"""The reference names everything public, and every docstring says what a caller must know."""

import importlib
import inspect
import re
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "book" / "_ext"))
api = importlib.import_module("api")

MODULES = re.findall(r"^```\{api\} (\S+)$", (ROOT / "book/api.md").read_text(), re.MULTILINE)
PUBLIC = [
    (module, name, value)
    for module in map(importlib.import_module, MODULES)
    for name in api.public_names(module)
    if callable(value := getattr(module, name))
]
each = pytest.mark.parametrize(
    ("module", "name", "value"), PUBLIC, ids=[f"{m.__name__}.{n}" for m, n, _ in PUBLIC]
)


def test_every_module_is_in_the_reference():
    files = {p.stem for p in (ROOT / "dmnb").glob("[a-z]*.py")} | {"emphasis", "widgets"}
    covered = {m.removeprefix("dmnb.") for m in MODULES} | {"cli", "loss", "dmnb"}
    assert files <= covered, files - covered


def own_docstring(value):
    text = value.__doc__
    return text if text and not text.startswith(f"{getattr(value, '__name__', '')}(") else None


@each
def test_documented(module, name, value):
    text = own_docstring(value)
    assert text, "has no docstring of its own"
    assert len(text.split()) >= 5


@each
def test_what_is_raised_is_said(module, name, value):
    if inspect.isfunction(value):
        raises = set(re.findall(r"raise (\w+)", inspect.getsource(value)))
        assert all(error in value.__doc__ for error in raises), raises


def test_every_family_names_its_source_and_formula():
    from dmnb import emphasis

    for row in emphasis.table():
        assert row["source"] and row["formula"], row["name"]


def test_docstrings_become_nodes():
    text = "First line.\n\nArgs:\n    x: a\n        number.\n\n    w = 1\n\n- one\n- two"
    kinds = [type(node).__name__ for node in api.prose(text)]
    assert kinds == ["paragraph", "definition_list", "literal_block", "bullet_list"]
