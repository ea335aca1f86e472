"""``dmnb`` on the command line: one sub-command is one function here.

dmnb run --dataset digits --noise symmetric --rate 0.4 --emphasis dm --lam 0.5 --beta 12
torchrun --nproc-per-node 2 -m dmnb run --device cuda        (two GPUs share every batch)
dmnb sweep book/experiments/imdb.ipynb book/experiments/imdb.grid.yaml --jobs 4
dmnb report book/results --out report
dmnb suggest --dataset digits --noise symmetric --rate 0.4
"""

import argparse
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from dmnb import __version__, emphasis, experiment, guide, report, sweep, train
from dmnb.sweep.kinds import changed
from dmnb.sweep.pools import check_share
from dmnb.sweep.show import progress


class _Parser(argparse.ArgumentParser):
    """Errors on one line, exit status 2."""

    def error(self, message: str):
        self.exit(2, f"{self.prog}: {message}\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; its exit status: 0, 1 for cells or records that failed among others, 2 for
    bad settings or files, 130 when interrupted."""
    parser = _Parser(
        prog="dmnb", description="Derivative manipulation: train and compare.", allow_abbrev=False
    )
    parser.add_argument("--version", action="version", version=f"dmnb {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _add_run(commands)
    _add_sweep(commands)
    _add_report(commands)
    _add_suggest(commands)
    options = parser.parse_args(arguments)
    try:
        return options.function(options)
    except (ValueError, OSError, ImportError) as error:
        missing = isinstance(error, ModuleNotFoundError) and error.name
        advice = '; pip install "dmnb[experiments]"' if missing else ""
        print(f"dmnb {options.command}: {' '.join(str(error).split())}{advice}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print(f"dmnb {options.command}: interrupted", file=sys.stderr)
        return 130


def _add_run(commands) -> None:
    parser = commands.add_parser("run", help="train once and write a record", allow_abbrev=False)
    _add_settings(parser)
    parser.add_argument("--out", type=Path, default=Path("runs"), help="folder of the record")
    parser.add_argument(
        "--checkpoint",
        type=Path,
        metavar="FOLDER",
        help="keep the state of the run here; the same command goes on from it if it is killed",
    )
    parser.add_argument("--quiet", action="store_true", help="no progress bar")
    parser.set_defaults(function=_run)


def _add_settings(parser: argparse.ArgumentParser, **usual) -> None:
    """A flag for each setting; its default is the usual one here, else Config's."""
    for name, field in experiment.settings().items():
        about, allowed = field.metadata["about"], field.metadata["allowed"]
        wanted = experiment.type_of(field)
        parser.add_argument(
            f"--{name.replace('_', '-')}",
            default=argparse.SUPPRESS,
            help=f"{about} ({allowed}; default: {usual.get(name, field.default)})".replace(
                "%", "%%"
            ),
            **(
                {"action": argparse.BooleanOptionalAction}
                if wanted is bool
                else {"type": wanted, "metavar": wanted.__name__.upper()}
            ),
        )


def _config(options: argparse.Namespace, **usual) -> experiment.Config:
    chosen = {name: value for name, value in vars(options).items() if name in experiment.settings()}
    return experiment.Config.from_dict({**usual, **chosen})


def _run(options: argparse.Namespace) -> int:
    config = _config(options)
    _check_folder(options.out)
    with train.torchrun(config.device) as processes:
        record = experiment.run(
            config,
            progress=not options.quiet,
            checkpoint=options.checkpoint,
            process_group=processes.group,
        )
    if processes.rank > 0:
        return 0
    print(summary(record))
    try:
        print(f"record: {record.save(options.out)}")
    except OSError:
        print(record.to_json(), flush=True)  # what took hours must not be lost to a full disk
        raise
    return 0


def _add_sweep(commands) -> None:
    parser = commands.add_parser(
        "sweep",
        help="run a notebook, or plain settings, for every cell of a grid",
        description="Runs the cells of a grid file that are not finished. Stopped in whatever way, "
        "the same command goes on. A cell runs again when its code has changed.",
        usage="%(prog)s [options] (NOTEBOOK.ipynb | --no-notebook) GRID.yaml",
        allow_abbrev=False,
    )
    add = parser.add_argument
    add("files", nargs="+", type=Path, metavar="NOTEBOOK.ipynb GRID.yaml", help="in this order")
    add("--no-notebook", action="store_true", help="cells are settings of `dmnb run`, no Jupyter")
    add("--out", type=Path, help="folder of what the cells leave (default: runs/GRID)")
    add("--jobs", type=int, metavar="N", help="processes (default: 1, or as the GPUs take)")
    add("--gpu-share", type=float, metavar="F", help="share of a GPU for a cell, in (0, 1]")
    add("--ray", metavar="ADDRESS", help="run on the Ray cluster there, such as auto")
    add("--any-code", action="store_true", help="cells finished by other code count as done")
    add("--dry-run", action="store_true", help="list the cells and what would run, and end")
    add("--quiet", action="store_true", help="no progress")
    parser.set_defaults(function=_sweep)


def _sweep(options: argparse.Namespace) -> int:
    *notebook, grid = options.files
    if len(notebook) != (not options.no_notebook):
        raise ValueError("give NOTEBOOK.ipynb and GRID.yaml, or --no-notebook and GRID.yaml")
    if options.ray and options.jobs is not None:
        raise ValueError("--jobs is for this machine; with --ray the cluster's CPUs say how many")
    check_share(options.gpu_share)
    places = [] if options.ray else sweep.environments(options.jobs, options.gpu_share)
    out = options.out or Path("runs") / grid.name.split(".")[0]
    checkpoints = None if options.ray else out.resolve() / ".checkpoints"
    kind = sweep.Settings(checkpoints) if options.no_notebook else sweep.Notebooks(*notebook)
    cells = kind.cells(grid)
    states = [sweep.status(kind, cell, out) for cell in cells]
    if options.any_code:
        states = ["done" if state.startswith("other code") else state for state in states]
    counts = ", ".join(f"{count} {state}" for state, count in Counter(states).items())
    lines = [f"{state:12} {cell.label}" for cell, state in zip(cells, states, strict=True)]
    print(*(lines if options.dry_run else []), f"{len(cells)} cells in {out}: {counts}", sep="\n")
    todo = [cell for cell, state in zip(cells, states, strict=True) if state != "done"]
    if options.dry_run or not todo:
        return 0
    pool = (
        sweep.Ray(options.ray, options.gpu_share)
        if options.ray
        else sweep.Processes(places[: len(todo)])
    )
    try:
        _check_folder(out)
        return _run_cells(kind, todo, out, pool, quiet=options.quiet)
    finally:
        pool.close()


def _run_cells(kind, cells, out: Path, pool, *, quiet: bool) -> int:
    failed, other = 0, set()
    with progress(len(cells), quiet=quiet) as tell:
        for cell, outcome in sweep.sweep(kind, cells, out, pool):
            failed += bool(outcome.error)
            other |= set(changed(outcome.code, kind.code))
            tell(f"{outcome.error or f'{outcome.seconds:.1f} s'}: {cell.label}")
    print(f"{len(cells) - failed} finished" + f", {failed} failed: {out / 'failed'}" * bool(failed))
    if other:
        print(f"some ran with other code than this command, now or there: {', '.join(other)}")
    return int(failed > 0)


def _add_report(commands) -> None:
    parser = commands.add_parser(
        "report", help="tables and figures of all records in folders", allow_abbrev=False
    )
    add = parser.add_argument
    add("folders", nargs="+", type=Path, metavar="FOLDER", help="with records, at any depth")
    add("--out", type=Path, help="folder for report.md, CSV files and figures")
    add("--paper", nargs="+", type=Path, default=[], metavar="TABLE.csv", help="to put beside them")
    parser.set_defaults(function=_report)


def _report(options: argparse.Namespace) -> int:
    tables = {path.stem: report.read_table(path) for path in options.paper}
    sections, problems = report.read_folders(options.folders)
    if options.out:
        from dmnb import plots

        plots.use_style()
    print(report.write(sections, tables, options.out))
    if options.out:
        print(f"report: {options.out / 'report.md'}")
    for problem in problems:
        print(f"dmnb report: {problem}", file=sys.stderr)
    return int(bool(problems))


def _add_suggest(commands) -> None:
    parser = commands.add_parser(
        "suggest",
        help="train briefly: how many labels are wrong, which, and what DM to try",
        allow_abbrev=False,
    )
    _add_settings(parser, **guide.BRIEF)
    out = Path("suspects.csv")
    parser.add_argument("--out", type=Path, default=out, help=f"file of suspects (default: {out})")
    parser.add_argument("--quiet", action="store_true", help="no progress bar")
    parser.set_defaults(function=_suggest)


def _suggest(options: argparse.Namespace) -> int:
    _check_file(options.out)
    usual = dict(guide.BRIEF)
    if hasattr(options, "iterations"):
        del usual["epochs"]
    seen = guide.look(_config(options, **usual), progress=not options.quiet)
    estimate = seen.estimate
    if not estimate.told_apart:
        print(f"right and wrong labels are not told apart (separation {estimate.separation:.1f}):")
        print("next to none is wrong, or the training was too short or too long; try other epochs")
        return 0
    lam, beta = guide.suggest(estimate.rate)
    dm, rows = emphasis.DM(lam, beta), guide.table(seen)
    print(f"wrong labels: about {estimate.rate:.0%} (separation {estimate.separation:.1f})")
    print(f"try: --emphasis dm --lam {lam:g} --beta {beta:g}, at several learning rates")
    print(f"(mode {dm.mode:.2f}, contrast {dm.contrast:.0f}: good on digits at a rate of .01)")
    print("or, calmer: --emphasis anchored --lam 0.5 --beta 6")
    wrong = seen.given != seen.clean
    if wrong.any():
        found = wrong[[row["index"] for row in rows]]
        truth, precision = (x.double().mean().item() for x in (wrong, found))
        print(f"in truth {truth:.1%} are wrong, and {precision:.1%} of the suspects")
    options.out.write_text(report.to_csv(rows), encoding="utf-8")
    print(f"{len(rows)} suspects: {options.out}")
    return 0


def _check_folder(folder: Path) -> None:
    """Find out now, and not after training, that a folder cannot be written: OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise OSError(f"{folder} cannot be written: {error.strerror}") from error


def _check_file(path: Path) -> None:
    """The same of a file, which is left as it is."""
    path.parent.mkdir(parents=True, exist_ok=True)
    there = path.exists()
    path.open("a").close()
    if not there:
        path.unlink()


def summary(record) -> str:
    """A few lines on what one run came to."""
    config = record.config
    lines = [
        f"{config['dataset']}, {config['noise']} noise {_percent(record.noise_rate)}, "
        f"{config['emphasis']} ({config['normalization']}), lr {config['lr']:g}, "
        f"{record.epoch[-1]} epochs in {record.seconds:.1f} s",
        f"test accuracy: final {_percent(record.final)}, best {_percent(record.best)}",
        f"training labels, final: given {_percent(record.corrupted)}, "
        f"true {_percent(record.intact)}",
        f"mean p of the given label, final: clean {_number(record.p_clean[-1])}, "
        f"noisy {_number(record.p_noisy[-1])}; effective sample {_percent(record.ess[-1])}",
    ]
    if record.diverged:
        lines.append(f"diverged in epoch {record.diverged}: the run ended there")
    return "\n".join(lines)


def _percent(value: float | None) -> str:
    return "–" if value is None else f"{value:.1%}"


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"
