"""The grid files of the book: each says how to run it, and every cell of it is valid settings."""

import re
from pathlib import Path

import pytest

from dmnb import experiment, report, sweep

ROOT = Path(__file__).resolve().parents[1]
GRIDS = sorted((ROOT / "book/experiments").glob("*.grid.yaml"))

every_grid = pytest.mark.parametrize("path", GRIDS, ids=lambda path: path.name.split(".")[0])


def command(path):
    """The words of the command at the top of a grid file."""
    text = re.sub(r"\\\n#\s*", "", path.read_text())
    (words,) = re.findall(r"^#   dmnb sweep (.*)$", text, re.MULTILINE)
    return words.split()


def kind(path):
    """What runs its cells: a notebook, or plain settings."""
    notebooks = [ROOT / word for word in command(path) if word.endswith(".ipynb")]
    return sweep.Notebooks(*notebooks) if notebooks else sweep.Settings()


@every_grid
def test_its_command_names_files_that_exist(path):
    files = [word for word in command(path) if word.startswith("book/experiments/")]
    assert files[-1] == str(path.relative_to(ROOT))
    assert all((ROOT / file).is_file() for file in files)


@every_grid
def test_every_cell_is_valid(path):
    """All settings are; of a notebook, those of its parameters that are settings, as `more` is."""
    for cell in kind(path).cells(path):
        values = cell.parameters | cell.parameters.get("more", {})
        experiment.Config.from_dict(
            {name: value for name, value in values.items() if name in experiment.settings()}
        )


@pytest.mark.parametrize("number", [1, 2, 3, 6, 7, 8, 9])
def test_every_row_of_the_papers_table_has_a_cell(number):
    """One with all the settings that the row has; the paper does not print every setting."""
    grids = [path for path in GRIDS if re.match(rf"table_{number}[._]", path.name)]
    cells = [cell for path in grids for cell in kind(path).cells(path)]
    configs = [experiment.Config.from_dict(cell.parameters) for cell in cells]
    ours = [
        config.to_dict() | {"normalization": experiment.normalization_of(config)}
        for config in configs
    ]
    for row in report.read_table(ROOT / f"book/results/paper/table_{number}.csv"):
        if row["emphasis"] is None:  # quoted from another paper
            continue
        printed = {k: v for k, v in row.items() if v is not None and k in experiment.settings()}
        if printed["rate"] == 0:
            del printed["noise"]
        assert any(printed.items() <= settings.items() for settings in ours), row
