"""Running one notebook with its parameters checked."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nbformat import NotebookNode


def execute(
    notebook: str | Path | NotebookNode,
    output: str | Path,
    parameters: Mapping[str, Any] | None = None,
    *,
    folder: str | Path | None = None,
) -> NotebookNode:
    """Run `notebook` in `folder` with `parameters` and write what it became to `output`.

    A cell that fails stops the run; `output` then holds every cell up to it, with its traceback.
    Returns the executed notebook. Not thread-safe (it changes directory); use processes.

    notebook: a file, or what nbformat makes of one. folder: by default that of the file.

    Raises:
        ValueError: a parameter that the notebook's cell tagged `parameters` does not set
            (papermill itself only warns). Nothing is run or written then.
        papermill.PapermillExecutionError: a cell failed.
    """
    import papermill

    name = "the notebook"
    if isinstance(notebook, str | Path):
        notebook = Path(notebook).resolve()
        name, folder = notebook.name, folder or notebook.parent
    output, parameters = Path(output).resolve(), dict(parameters or {})
    known = papermill.inspect_notebook(notebook)
    if unknown := parameters.keys() - known:
        raise ValueError(
            f"{name} has no parameter {', '.join(sorted(unknown))}; "
            f"it has {', '.join(known) or 'none'}"
        )
    output.parent.mkdir(parents=True, exist_ok=True)
    return papermill.execute_notebook(notebook, output, parameters, cwd=folder, progress_bar=False)
