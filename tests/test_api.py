"""The reference names everything public, and every docstring says what a caller must know."""

import importlib
import inspect
import re
import sys
from pathlib import Path

import pytest

import dmnb
from dmnb import emphasis

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "book" / "_ext"))
api = importlib.import_module("api")

PAGE = (ROOT / "book/api.md").read_text()
DIRECTIVES = re.findall(r"^```\{api\} (\S+)(\n:all:)?$", PAGE, re.MULTILINE)
PUBLIC = {
    f"{api.exporter(module).__name__}.{name}": getattr(module, name)
    for path, everything in DIRECTIVES
    for module in [importlib.import_module(path)]
    for name in api.public_names(module, everything=bool(everything))
}
ENTRIES = {path: value for path, value in PUBLIC.items() if callable(value)}
each = pytest.mark.parametrize(("path", "value"), ENTRIES.items(), ids=list(ENTRIES))

# A docstring may send its reader to another one.
ELSEWHERE = re.compile(r"as for|those of|dm_loss's|see `|Settings of one run")
SHAPE = re.compile(r"\([NBCKT](,|\))|\(count|shape|scalar")
RANGE = re.compile(r">=?|<=?|in \[|in \(|finite|positive|at least|\d or more|\bor\b")


def told(value):
    """A docstring with those of its methods and of its module, which may speak for all entries."""
    texts = [value.__doc__, inspect.getmodule(value).__doc__]
    texts += [text for _, _, text in api.own_methods(value)]
    text = " ".join(" ".join(texts).split())
    if "conventions are those of dmnb.emphasis.library" in text:
        text += importlib.import_module("dmnb.emphasis.library").__doc__
    return text


def parameters(value):
    return [p for p in inspect.signature(value).parameters.values() if p.name != "self"]


def test_every_module_is_in_the_reference():
    files = {p.stem for p in (ROOT / "dmnb").glob("[a-z]*.py")}
    files |= {p.parent.name for p in (ROOT / "dmnb").glob("[a-z]*/__init__.py")}
    covered = {path.split(".")[1] for path, _ in DIRECTIVES if "." in path}
    assert files - covered == {"cli", "loss"}  # a command; and what `import dmnb` has already


@pytest.mark.parametrize("package", [dmnb, emphasis], ids=["dmnb", "emphasis"])
def test_what_a_package_exports_is_in_the_reference(package):
    for name in package.__all__:
        value = getattr(package, name)
        if callable(value):
            assert f"{package.__name__}.{name}" in ENTRIES
        elif not inspect.ismodule(value):
            assert f"`{name}`" in PAGE, f"{name} is not callable and has no words in api.md"


@each
def test_it_has_a_docstring_of_its_own(path, value):
    text = vars(value).get("__doc__") if inspect.isclass(value) else value.__doc__
    assert text and not text.startswith(f"{path.rpartition('.')[2]}(")
    assert len(text.split()) >= 5


@each
def test_its_parameters_are_named(path, value):
    text = told(value)
    missing = [p.name for p in parameters(value) if not re.search(rf"\b{p.name}\b", text)]
    named_together = path.endswith("Config")  # each setting says what it means: see below
    assert not missing or named_together or ELSEWHERE.search(value.__doc__), missing


@each
def test_tensors_have_shapes(path, value):
    if inspect.isfunction(value):
        annotations = [p.annotation for p in parameters(value)]
        annotations.append(inspect.signature(value).return_annotation)
        if any("Tensor" in str(annotation) for annotation in annotations):
            assert SHAPE.search(told(value)) or ELSEWHERE.search(value.__doc__)


@each
def test_numbers_have_ranges(path, value):
    numbers = [p.name for p in parameters(value) if str(p.annotation) in ("float", "int")]
    checked = "check(" in inspect.getsource(value) or "raise ValueError" in inspect.getsource(value)
    if numbers and checked:
        assert RANGE.search(value.__doc__) or ELSEWHERE.search(value.__doc__), numbers


@each
def test_what_is_raised_is_said(path, value):
    source = inspect.getsource(value)
    raised = set(re.findall(r"raise (\w+Error)", source))
    if re.search(r"\b_?(check|require)(_\w+)?\(", source):
        raised.add("ValueError")
    said = set(re.findall(r"\w+Error", told(value)))
    enough = bool(said) if inspect.isclass(value) else raised <= said
    assert not raised or enough or ELSEWHERE.search(value.__doc__), raised - said


def test_every_family_names_its_source_and_formula():
    for row in emphasis.table():
        assert row["source"] and row["formula"], row["name"]
    for name, loss in emphasis.LOSSES.items():
        assert "Source: " in loss.__doc__, name


def test_a_row_of_the_table_is_named_by_the_python_that_makes_it():
    for row, e in zip(emphasis.table(), emphasis.examples(), strict=True):
        assert eval(row["name"], vars(emphasis)) == e


def test_every_setting_says_what_it_means():
    from dmnb import experiment

    for name, field in experiment.settings().items():
        assert field.metadata["about"] and field.metadata["allowed"], name


def test_every_entry_has_a_place_of_its_own():
    places = [place for path, value in ENTRIES.items() for place in api.entry(path, value)["ids"]]
    assert len(set(places)) == len(places) == len(ENTRIES)


def test_docstrings_become_nodes():
    text = "A `name`.\n\nArgs:\n    x: a\n        number.\n\n    w = 1\n\n- one\n- two"
    first, arguments, *rest = api.prose(text)
    assert [type(child).__name__ for child in first.children] == ["Text", "literal", "Text"]
    assert arguments.astext().split() == ["Arguments", "x", "a", "number."]
    assert [type(node).__name__ for node in rest] == ["literal_block", "bullet_list"]


def test_returns_stay_one_paragraph():
    (returns,) = api.prose("Returns:\n    A number.\n    Another: none.")
    assert returns.astext().split("\n\n") == ["Returns", "A number. Another: none."]
