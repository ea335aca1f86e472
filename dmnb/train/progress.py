"""The progress bar of a run."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def progress_bar(epochs: int, *, done: int, shown: bool) -> Iterator[Callable[[list[float]], None]]:
    """Yield a function to call after each epoch with the test accuracies so far.

    done: epochs that an interrupted run has behind it. Needs rich; without it nothing is shown.
    """
    try:
        from rich import progress as rich
        from rich.console import Console
    except ImportError:
        shown = False
    if not shown:
        yield lambda accuracies: None
        return
    columns = (
        rich.TextColumn("epoch {task.completed:.0f}/{task.total:.0f}"),
        rich.BarColumn(),
        rich.TextColumn("test accuracy {task.fields[accuracy]}"),
        rich.TimeRemainingColumn(),
    )
    with rich.Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task("training", total=epochs, completed=done, accuracy="–")

        def advance(accuracies: list[float]) -> None:
            latest = f"{accuracies[-1]:.1%}" if accuracies else "–"
            bar.update(task, advance=1, accuracy=latest)

        yield advance
