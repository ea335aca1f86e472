"""Files: written whole or not at all, and the names of what a sweep leaves."""

import os
import tempfile
from pathlib import Path

# What tells of a notebook's cell, in the cell's folder, and the folder of cells that failed.
CELL, FAILED = "cell.json", "failed"


def atomic_write(path: Path, content: bytes, *, previous: Path | None = None) -> None:
    """Write ``content`` to ``path``, in folders made where missing.

    The file appears whole, on the disk, or not at all. It can be read by all, and takes the place
    of the one before it, which is kept as ``previous`` where that is given. Raises OSError, naming
    ``path``, where it cannot be written; what was there is then as it was.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _write(path, content, previous)
    except OSError as error:  # a full disk names no file, and the temporary one tells nobody
        raise OSError(error.errno, error.strerror or str(error), str(path)) from error


def _write(path: Path, content: bytes, previous: Path | None) -> None:
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".tmp")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, 0o644)
        if previous is not None and path.exists():
            os.replace(path, previous)
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
