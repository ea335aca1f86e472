"""What a sweep tells while it runs: a line for each cell that ends, and the time left."""

import contextlib
import sys
import time
from collections.abc import Callable, Iterator

Tell = Callable[[str], None]


@contextlib.contextmanager
def progress(total: int, *, quiet: bool = False) -> Iterator[Tell]:
    """Yield a function to call with a line for each of ``total`` cells as it ends; on stderr.

    Where rich is not installed the lines tell the time left. quiet: nothing is shown.
    """
    if quiet:
        yield lambda line: None
        return
    try:
        from rich import progress as rich
        from rich.console import Console
    except ModuleNotFoundError:
        yield _plain(total)
        return
    columns = (
        rich.TextColumn("{task.completed:.0f}/{task.total:.0f} cells"),
        rich.BarColumn(),
        rich.TimeElapsedColumn(),
        rich.TextColumn("left"),
        rich.TimeRemainingColumn(),
    )
    console = Console(stderr=True, soft_wrap=True)
    with rich.Progress(*columns, console=console, speed_estimate_period=float("inf")) as bar:
        task = bar.add_task("sweep", total=total)

        def tell(line: str) -> None:
            bar.console.print(line, markup=False, highlight=False)
            bar.advance(task)

        yield tell


def _plain(total: int) -> Tell:
    started, ended = time.monotonic(), 0

    def tell(line: str) -> None:
        nonlocal ended
        ended += 1
        left = (time.monotonic() - started) / ended * (total - ended)
        print(f"[{ended}/{total}, {left / 60:.0f} min left] {line}", file=sys.stderr, flush=True)

    return tell
