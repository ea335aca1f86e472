"""A sweep: the cells of a grid that are not finished yet, run and kept one by one."""

import contextlib
import json
import os
import shutil
import sys
import time
import traceback
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from dmnb import record
from dmnb._files import CELL, FAILED, atomic_write
from dmnb.sweep.kinds import Cell, Kind, changed

LOG = "log.txt"


@dataclass(frozen=True)
class Outcome:
    """What running a cell left.

    Attributes:
        files: contents by name, the log among them.
        code, versions: what it ran with, as `dmnb.record.code` and `dmnb.record.versions`.
        seconds: wall time.
        error: one line, None for a cell that finished.
    """

    files: dict[str, bytes]
    code: dict[str, str]
    versions: dict[str, Any]
    seconds: float
    error: str | None


def status(kind: Kind, cell: Cell, out: Path) -> str:
    """Whether a cell is finished in the folder ``out``, for a kind such as `Settings`.

    Returns "done", or why it is to run: "new", "failed before", which code changed since, or how
    its file is broken.
    """
    place = out / cell.name
    if not place.exists():
        return "failed before" if _failed(cell, out).exists() else "new"
    try:
        code = kind.finished(place)
        modules = ", ".join(changed(code, kind.code))
    except (ValueError, LookupError, TypeError, OSError) as error:
        return f"unreadable: {_one_line(error)}"
    return f"other code: {modules if code else 'not told'}" if modules else "done"


def sweep(
    kind: Kind, cells: Sequence[Cell], out: str | Path, pool
) -> Iterator[tuple[Cell, Outcome]]:
    """Run the cells in a pool and keep what each leaves, in the order in which they end.

    A cell that finishes appears in ``out`` whole or not at all. One that fails leaves its files and
    its log in out/failed, and the others go on.

    kind: `Settings` or `Notebooks`. pool: `Processes` or `Ray`.

    Raises:
        ValueError: another sweep is running into ``out`` (on POSIX systems, such as Linux).
        OSError: ``out`` cannot be written, the disk being full perhaps. What is there stays.
    """
    with _alone(Path(out)):
        futures = {pool.submit(work, kind, cell): cell for cell in cells}
        while futures:
            for future in wait(futures, return_when=FIRST_COMPLETED).done:
                cell, outcome = futures.pop(future), _outcome(future)
                keep(kind, cell, outcome, Path(out))
                yield cell, outcome


@contextlib.contextmanager
def _alone(out: Path) -> Iterator[None]:
    """Keep a second sweep out of a folder. The lock goes with the process, however it ends.

    It is POSIX's: where there is none, as on Windows, nobody is kept out.
    """
    out.mkdir(parents=True, exist_ok=True)
    try:
        import fcntl
    except ModuleNotFoundError:
        yield
        return
    folder = os.open(out, os.O_RDONLY)
    try:
        try:
            fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ValueError(f"another sweep is running into {out}") from None
        yield
    finally:
        os.close(folder)


def work(kind: Kind, cell: Cell) -> Outcome:
    """Run a cell in an empty folder, on any machine, and bring back what it leaves there."""
    started, code, error = time.perf_counter(), kind.code_here(), None
    with TemporaryDirectory() as folder:
        with _logged(Path(folder) / LOG):
            try:
                kind.run(cell, Path(folder))
            except Exception as caught:
                traceback.print_exc()
                error = _one_line(caught)
        paths = (path for path in Path(folder).rglob("*") if path.is_file())
        files = {str(path.relative_to(folder)): path.read_bytes() for path in paths}
    return Outcome(files, code, record.versions(), time.perf_counter() - started, error)


def keep(kind: Kind, cell: Cell, outcome: Outcome, out: Path) -> None:
    """Put what a cell left in its place: written beside it, then moved there in one step."""
    place = _failed(cell, out) if outcome.error else out / cell.name
    if kind.suffix and not outcome.error:  # one file
        atomic_write(place, outcome.files[cell.name])
    else:
        aside = place.with_name(f".{place.name}.partial")
        told = {"parameters": cell.parameters, "error": outcome.error}
        told |= {"seconds": round(outcome.seconds, 1), "code": outcome.code}
        told |= {"versions": outcome.versions}
        shutil.rmtree(aside, ignore_errors=True)
        for name, content in outcome.files.items():
            atomic_write(aside / name, content)
        atomic_write(aside / CELL, json.dumps(told, indent=1).encode())
        shutil.rmtree(place, ignore_errors=True)
        os.replace(aside, place)
    if not outcome.error:
        shutil.rmtree(_failed(cell, out), ignore_errors=True)


def _outcome(future: Future) -> Outcome:
    try:
        return future.result()
    except Exception as error:  # the process or the machine was lost
        log = {LOG: f"{error}\n".encode()}
        return Outcome(log, record.code(), record.versions(), 0.0, _one_line(error))


def _failed(cell: Cell, out: Path) -> Path:
    return out / FAILED / cell.name.removesuffix(".json")


@contextlib.contextmanager
def _logged(path: Path) -> Iterator[None]:
    """Send everything that this process and its children print to a file."""
    sys.stdout.flush(), sys.stderr.flush()
    saved = os.dup(1), os.dup(2)
    with open(path, "wb") as file:
        os.dup2(file.fileno(), 1), os.dup2(file.fileno(), 2)
    try:
        yield
    finally:
        sys.stdout.flush(), sys.stderr.flush()
        os.dup2(saved[0], 1), os.dup2(saved[1], 2)
        os.close(saved[0]), os.close(saved[1])


def _one_line(error: Exception) -> str:
    """What papermill's errors say of the cell that failed, or any error."""
    name = getattr(error, "ename", type(error).__name__)
    text = " ".join(str(getattr(error, "evalue", error)).split())
    return f"{name}: {text}"[:300]
