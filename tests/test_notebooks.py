"""The notebooks as files, and the experiments run headless with the small parameters they name.

What the notebooks compute is checked by running them (nbval, and the build of the book). Here:
they are stored as one clean run from top to bottom, so that nbval has something to compare, and
every experiment runs under papermill with the parameters of its metadata's `dmnb.smoke`.
"""

import ast
import re
from pathlib import Path

import nbformat
import papermill
import pytest

BOOK = Path(__file__).resolve().parents[1] / "book"
NOTEBOOKS = sorted(p for p in BOOK.rglob("*.ipynb") if ".ipynb_checkpoints" not in p.parts)
EXPERIMENTS = [p for p in NOTEBOOKS if p.parent.name == "experiments"]

LONGEST_CELL = 15
NOTEBOOK_METADATA = {"kernelspec", "language_info", "widgets", "dmnb", "mystnb"}
CELL_METADATA = {"tags", "mystnb"}

every_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
every_experiment = pytest.mark.parametrize("path", EXPERIMENTS, ids=lambda p: p.stem)


def read(path):
    return nbformat.read(path, as_version=4)


def code_cells(notebook):
    return [c for c in notebook.cells if c.cell_type == "code" and c.source.strip()]


def is_compared(cell) -> bool:
    """Whether nbval compares this cell's outputs with the stored ones."""
    comment = re.search(r"^\s*#\s*NBVAL_CHECK_OUTPUT", cell.source, re.MULTILINE)
    return bool(comment) or "nbval-check-output" in cell.metadata.get("tags", [])


def test_the_book_has_notebooks():
    assert EXPERIMENTS
    assert len(NOTEBOOKS) > len(EXPERIMENTS)


@every_notebook
def test_stored_as_one_run_without_errors(path):
    notebook = read(path)
    nbformat.validate(notebook)
    cells = code_cells(notebook)
    counts = [cell.execution_count for cell in cells]
    assert counts == list(range(1, len(cells) + 1)), "run it afresh from top to bottom"
    outputs = [output for cell in cells for output in cell.outputs]
    assert outputs or not cells, "commit it with its outputs"
    assert [o.evalue for o in outputs if o.output_type == "error"] == []


@every_notebook
def test_compared_cells_have_something_to_compare(path):
    empty = [c.source for c in code_cells(read(path)) if is_compared(c) and not c.outputs]
    assert empty == []


@every_notebook
def test_cells_are_short(path):
    long = [c.source for c in code_cells(read(path)) if len(c.source.splitlines()) > LONGEST_CELL]
    assert long == [], "move code into dmnb"


@every_notebook
def test_metadata_says_only_what_is_used(path):
    notebook = read(path)
    assert notebook.metadata.keys() <= NOTEBOOK_METADATA
    for cell in notebook.cells:
        assert cell.metadata.keys() <= CELL_METADATA


@every_experiment
def test_papermill_sees_every_parameter(path):
    [cell] = [c for c in read(path).cells if "parameters" in c.metadata.get("tags", [])]
    names = [n for n in ast.walk(ast.parse(cell.source)) if isinstance(n, ast.Name)]
    assigned = {name.id for name in names if isinstance(name.ctx, ast.Store)}
    assert assigned == papermill.inspect_notebook(path).keys(), "assign one name a line"


@every_experiment
def test_experiment_runs_with_its_smoke_parameters(path, tmp_path):
    smoke = read(path).metadata.get("dmnb", {}).get("smoke")
    assert smoke, "its metadata's dmnb.smoke holds no parameters for a run of seconds"
    assert smoke.keys() <= papermill.inspect_notebook(path).keys()
    executed = papermill.execute_notebook(
        path, tmp_path / path.name, smoke, cwd=path.parent, progress_bar=False
    )
    assert all(cell.execution_count for cell in code_cells(executed))
