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

from dmnb import sweep

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
    executed = sweep.execute(path, tmp_path / path.name, smoke)
    assert all(cell.execution_count for cell in code_cells(executed))
    assert (tmp_path / path.name).exists()


def make_notebook(folder, *sources, parameters="rate = 0.4"):
    """A notebook of a parameters cell and the given code cells, in a file of `folder`."""
    head = nbformat.v4.new_code_cell(parameters, metadata={"tags": ["parameters"]})
    cells = [head, *map(nbformat.v4.new_code_cell, sources)]
    kernel = {"name": "python3", "language": "python", "display_name": "Python 3"}
    notebook = nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel})
    path = folder / "small.ipynb"
    nbformat.write(notebook, path)
    return path


def test_execute_passes_parameters_and_runs_beside_the_notebook(tmp_path):
    path = make_notebook(tmp_path, "import os\nprint(rate, os.path.basename(os.getcwd()))")
    output = tmp_path / "made" / "out.ipynb"
    executed = sweep.execute(path, output, {"rate": 0.25})
    assert executed.cells[-1].outputs[0].text == f"0.25 {tmp_path.name}\n"
    assert read(output).cells[-1].outputs == executed.cells[-1].outputs


def test_an_unknown_parameter_is_an_error_before_anything_runs(tmp_path):
    path = make_notebook(tmp_path, "print(rate)", parameters="rate = 0.4\nseeds = [0, 1]")
    with pytest.raises(ValueError, match=r"no parameter ratio; it has rate, seeds"):
        sweep.execute(path, tmp_path / "out.ipynb", {"ratio": 0.25})
    assert not (tmp_path / "out.ipynb").exists()


def test_a_failing_cell_raises_and_leaves_the_executed_notebook(tmp_path):
    path = make_notebook(tmp_path, "print('before')", "assert rate > 1, 'low'", "print('after')")
    output = tmp_path / "out.ipynb"
    with pytest.raises(papermill.PapermillExecutionError, match="low"):
        sweep.execute(path, output, {"rate": 0.5})
    code = [cell for cell in read(output).cells if cell.cell_type == "code"]
    before, failed, after = code[-3:]
    assert before.outputs[0].text == "before\n"
    assert failed.outputs[-1].evalue == "low"
    assert after.outputs == []
