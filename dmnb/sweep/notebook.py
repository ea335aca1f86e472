"""Running experiment notebooks: one now, with its parameters checked."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import papermill
from nbformat import NotebookNode


def execute(
    notebook: str | Path, output: str | Path, parameters: Mapping[str, Any] | None = None
) -> NotebookNode:
    """Run `notebook` from its own folder with `parameters` and write what it became to `output`.

    A cell that fails stops the run; `output` then holds every cell up to it, with its traceback.
    Returns the executed notebook. Not thread-safe (it changes directory); use processes.

    Raises:
        ValueError: a parameter that the notebook's cell tagged `parameters` does not set
            (papermill itself only warns). Nothing is run or written then.
        papermill.PapermillExecutionError: a cell failed.
    """
    notebook, output = Path(notebook).resolve(), Path(output).resolve()
    parameters = dict(parameters or {})
    known = papermill.inspect_notebook(notebook)
    if unknown := parameters.keys() - known:
        raise ValueError(
            f"{notebook.name} has no parameter {', '.join(sorted(unknown))}; "
            f"it has {', '.join(known) or 'none'}"
        )
    output.parent.mkdir(parents=True, exist_ok=True)
    return papermill.execute_notebook(
        notebook, output, parameters, cwd=notebook.parent, progress_bar=False
    )
