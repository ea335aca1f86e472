"""``dmnb`` on the command line: one sub-command is one function here.

dmnb run --dataset digits --noise symmetric --rate 0.4 --emphasis dm --lam 0.5 --beta 12
torchrun --nproc-per-node 2 -m dmnb run --device cuda        (two GPUs share every batch)
"""

import argparse
import sys
import types
import typing
from collections.abc import Sequence
from pathlib import Path

from dmnb import experiment, train


class _Parser(argparse.ArgumentParser):
    """Errors on one line, exit status 2."""

    def error(self, message: str):
        self.exit(2, f"{self.prog}: {message}\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; its exit status, 2 for bad settings or data that cannot be loaded."""
    parser = _Parser(
        prog="dmnb", description="Derivative manipulation: train and compare.", allow_abbrev=False
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _add_run(commands)
    options = parser.parse_args(arguments)
    try:
        options.function(options)
    except (ValueError, OSError) as error:
        print(f"dmnb {options.command}: {' '.join(str(error).split())}", file=sys.stderr)
        return 2
    return 0


def _add_run(commands) -> None:
    parser = commands.add_parser("run", help="train once and write a record", allow_abbrev=False)
    hints = typing.get_type_hints(experiment.Config)
    for name, field in experiment.settings().items():
        about, allowed = field.metadata["about"], field.metadata["allowed"]
        wanted = hints[name]
        if isinstance(wanted, types.UnionType):
            wanted = typing.get_args(wanted)[0]
        parser.add_argument(
            f"--{name.replace('_', '-')}",
            default=argparse.SUPPRESS,
            help=f"{about} ({allowed}; default: {field.default})".replace("%", "%%"),
            **(
                {"action": argparse.BooleanOptionalAction}
                if wanted is bool
                else {"type": wanted, "metavar": wanted.__name__.upper()}
            ),
        )
    parser.add_argument("--out", type=Path, default=Path("runs"), help="folder of the record")
    parser.add_argument(
        "--checkpoint",
        type=Path,
        metavar="FOLDER",
        help="keep the state of the run here; the same command goes on from it if it is killed",
    )
    parser.add_argument("--quiet", action="store_true", help="no progress bar")
    parser.set_defaults(function=_run)


def _run(options: argparse.Namespace) -> None:
    chosen = {name: value for name, value in vars(options).items() if name in experiment.settings()}
    config = experiment.Config.from_dict(chosen)
    with train.torchrun(config.device) as processes:
        record = experiment.run(
            config,
            progress=not options.quiet,
            checkpoint=options.checkpoint,
            process_group=processes.group,
        )
    if processes.rank > 0:
        return
    path = record.save(options.out)
    print(summary(record))
    print(f"record: {path}")


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
