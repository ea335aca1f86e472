"""What one cell of a sweep is: a run of a notebook, or a run of plain settings without Jupyter."""

import dataclasses
import hashlib
import json
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dmnb import experiment, record
from dmnb._files import CELL
from dmnb.sweep.grid import read_grid

# A notebook with this parameter is given the folder of its cell, to save records in.
OUT = "out"


@dataclass(frozen=True)
class Cell:
    """``parameters`` to run with, the ``name`` of what comes of it, a ``label`` to tell it by."""

    parameters: Mapping[str, Any]
    name: str
    label: str


class Settings:
    """Cells are settings of `dmnb.experiment.Config`; each leaves one record, a file.

    checkpoints: a folder of this machine, from which cells that were interrupted go on, or None.

    Attributes:
        code: of the package, as `dmnb.record.code`.
    """

    suffix = ".json"

    def __init__(self, checkpoints: Path | None = None):
        self.checkpoints = checkpoints
        self.code = self.code_here()

    def code_here(self) -> dict[str, str]:
        """The code that a run in this process has."""
        return record.code()

    def cells(self, grid: str | Path) -> list[Cell]:
        """The cells of a grid file. Raises ValueError as `read_grid`, and for a bad value."""
        parameters = read_grid(grid, known=experiment.settings())
        try:
            names = [record.file_name(_config(values).to_dict()) for values in parameters]
        except ValueError as error:
            raise ValueError(f"{grid}: {error}") from error
        return _labelled(parameters, names, grid)

    def finished(self, path: Path) -> dict[str, str]:
        """The code that made the record at ``path``; ValueError where it is not a whole one."""
        return record.Record.load(path).versions.get("code", {})

    def run(self, cell: Cell, folder: Path) -> None:
        """Save the cell's record in ``folder``."""
        config = _config(cell.parameters)
        made = experiment.run(config, progress=False, checkpoint=self.checkpoints)
        path = made.save(folder)
        if path.name != cell.name:
            raise RuntimeError(f"the run made another record than {cell.name}: {path.name}")


class Notebooks:
    """Cells are runs of a notebook; each leaves a folder: the notebook as it was executed, what it
    saved, its log, and cell.json, which says what made it.

    A notebook with a parameter ``out`` is given the folder of its cell there, to save records in.

    Attributes:
        path: of the notebook.
        text: its JSON without outputs, so that machines without the file can run it.
        code: of the package, as `dmnb.record.code`, and as "notebook" of its code cells.

    Raises:
        ValueError: the file is no notebook. OSError: it cannot be read.
    """

    suffix = ""

    def __init__(self, path: str | Path):
        self.path = Path(path).resolve()
        try:
            notebook = json.loads(self.path.read_text(encoding="utf-8"))
            codes = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
            self._digest = _digest(["".join(cell["source"]) for cell in codes])
        except (ValueError, LookupError, TypeError) as error:
            raise ValueError(f"{self.path} is no notebook: {error!r}") from error
        for cell in codes:
            cell |= {"outputs": [], "execution_count": None}
        notebook.get("metadata", {}).pop("widgets", None)
        self.text = json.dumps(notebook)
        self.code = self.code_here()

    def code_here(self) -> dict[str, str]:
        """The code that a run started now has: its kernel reads the package afresh."""
        record.code.cache_clear()
        return record.code() | {"notebook": self._digest}

    def cells(self, grid: str | Path) -> list[Cell]:
        """The cells of a grid file. Raises ValueError as `read_grid`."""
        import papermill

        known = [name for name in papermill.inspect_notebook(self.path) if name != OUT]
        parameters = read_grid(grid, known=known)
        return _labelled(parameters, [f"{_slug(p)}-{_digest(p)}" for p in parameters], grid)

    def finished(self, path: Path) -> dict[str, str]:
        """The code that made the folder ``path``; ValueError where its cell.json is not whole."""
        return json.loads((path / CELL).read_text(encoding="utf-8"))["code"]

    def run(self, cell: Cell, folder: Path) -> None:
        """Execute the notebook into ``folder``, beside the notebook where it is on this machine."""
        import nbformat
        import papermill

        notebook = nbformat.reads(self.text, as_version=4)
        given = {OUT: str(folder)} if OUT in papermill.inspect_notebook(notebook) else {}
        here = self.path.parent if self.path.parent.is_dir() else folder
        parameters = {**cell.parameters, **given}
        papermill.execute_notebook(
            notebook, folder / self.path.name, parameters, cwd=here, progress_bar=False
        )


Kind = Settings | Notebooks


def changed(then: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    """The modules whose code differs."""
    return sorted(name for name in then.keys() | now.keys() if then.get(name) != now.get(name))


def _config(parameters: Mapping[str, Any]) -> experiment.Config:
    """As it stands in the record."""
    config = experiment.Config.from_dict(parameters)
    return dataclasses.replace(config, normalization=experiment.normalization_of(config))


def _labelled(parameters: Sequence[dict], names: Sequence[str], grid: str | Path) -> list[Cell]:
    """Cells, told apart by the parameters that vary."""
    if twice := [name for index, name in enumerate(names) if name in names[:index]]:
        raise ValueError(f"{grid}: the same cell twice, once in other words: {twice[0]}")
    fixed = {k: v for k, v in parameters[0].items() if all(p.get(k) == v for p in parameters)}
    labels = [_words(p, besides=fixed) or _words(p) for p in parameters]
    return [Cell(*cell) for cell in zip(parameters, names, labels, strict=True)]


def _words(parameters: Mapping[str, Any], besides: Collection[str] = ()) -> str:
    return " ".join(f"{name}={value}" for name, value in parameters.items() if name not in besides)


def _slug(parameters: Mapping[str, Any]) -> str:
    return re.sub(r"[^\w.=-]+", "-", _words(parameters)).strip("-")[:60]


def _digest(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()[:8]
