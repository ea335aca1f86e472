"""Folders of records -> a report: Markdown, CSV and figures."""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dmnb._files import CELL, FAILED
from dmnb.record import Record
from dmnb.report.paper import MEASURES, beside
from dmnb.report.tables import (
    by_setting,
    cell,
    final_accuracies,
    markdown,
    settings_read,
    statistics,
    to_csv,
    varying,
)

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MOST_CURVES = 8


def read_folders(folders: Iterable[str | Path]) -> tuple[dict[str, list[Record]], list[str]]:
    """The records under folders, by section, and a line for each that is torn or incomplete.

    A folder with records is a section of its own name, with those of parents before it where others
    have that name; what cells of one sweep of a notebook saved is one section. Of two records of a
    section with the same config the first counts, the other is told.

    Raises:
        ValueError: no record at all. FileNotFoundError: no such folder.
    """
    sections: dict[Path, dict[str, Record]] = {}
    problems = []
    for folder in map(Path, folders):
        if not folder.is_dir():
            raise FileNotFoundError(f"no folder {folder}")
        for path in _paths(folder):
            try:
                record = Record.load(path)
            except ValueError as error:
                if not _of_other_kind(path):
                    problems.append(" ".join(str(error).split()))
                continue
            section = sections.setdefault(_section(path), {})
            if section.setdefault(record.name, record) is not record:
                problems.append(f"{path}: there is another record of this config, which counts")
    if not sections:
        told = "; ".join(problems) or "no JSON file there"
        raise ValueError(f"no record in {', '.join(map(str, folders))}: {told}")
    named: dict[str, list[Record]] = {}
    for folder, name in _names(sections).items():
        named.setdefault(name, []).extend(sections[folder].values())
    return named, problems


def write(
    sections: Mapping[str, Sequence[Record]],
    tables: Mapping[str, Sequence[Mapping]] | None = None,
    out: str | Path | None = None,
) -> str:
    """A report as Markdown: the settings that the runs of a section share, a table of the others.

    sections: records by name. tables: of the paper by name, as `read_table` reads them; all records
    are put beside each. out: a folder; then report.md goes there, with a CSV file for each section
    and table, and then figures as SVG, which the Markdown shows.
    """
    files, parts, drawings = {}, [], {}
    for name, records in sections.items():
        by = varying(records) or ["emphasis"]
        records = sorted(records, key=lambda record: [_rank(record.config.get(f)) for f in by])
        parts += [f"## {name}", _shared(records), markdown(final_accuracies(records, by))]
        files[f"{name}.csv"] = to_csv(statistics(records, by))
        for kind, draw in figures(records) if out else ():
            drawings[f"{name}-{kind}.svg"] = draw
            parts.append(f"![{kind} of {name}]({name}-{kind}.svg)")
    everything = [record for records in sections.values() for record in records]
    for name, table in (tables or {}).items():
        for measure in (m for m in MEASURES if m in table[0]):
            rows = beside(table, everything, measure=measure)
            parts += [f"## {name} of the paper: {measure}", markdown(rows)]
            files[f"{name}-{measure}.csv"] = to_csv(rows)
    files["report.md"] = text = "\n\n".join(parts) + "\n"
    if out:
        Path(out).mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            (Path(out) / name).write_text(content, encoding="utf-8")
        for name, draw in drawings.items():  # last, so that one that fails costs no table
            (Path(out) / name).write_text(_svg(draw()), encoding="utf-8")
    return text


def figures(records: Sequence[Record]) -> Iterator[tuple[str, Callable[[], "Figure"]]]:
    """What draws figures of records, with a name for each, for every kind and rate of noise: final
    accuracy against the learning rate where there are several, and for every rate the curves of
    accuracy and of p, where there are at most 8 settings measured at the same epochs."""
    from dmnb import plots

    for noise, alike in _split(records, ("dataset", "noise", "rate", "imbalance")):
        rates = _split(alike, ("lr",))
        if len(rates) > 1:
            groups = by_setting(alike, besides=("lr",))
            yield f"{noise}rates", partial(plots.rate_sweep, groups)
        for lr, runs in rates:
            groups = {k: v for k, v in by_setting(runs).items() if any(map(_has_curve, v))}
            even = len({r.config.get("record_every") for r in runs}) == 1
            if even and 0 < len(groups) <= MOST_CURVES:
                yield f"{noise}{lr}accuracy", partial(plots.accuracy_curves, groups)
                if any(map(_has_p, groups.values())):
                    yield f"{noise}{lr}p", partial(plots.p_curves, groups)


def _split(records: Sequence[Record], fields: Sequence[str]) -> list[tuple[str, list[Record]]]:
    """Records in groups by fields, each with the words, fit for a file's name, that tell it from
    the others."""
    told = [name for name in fields if name in varying(records)]
    groups: dict[str, list[Record]] = {}
    for record in records:
        words = "".join(f"{name}{cell(record.config.get(name))}-" for name in told)
        groups.setdefault(words, []).append(record)
    return [(re.sub(r"[^\w.-]+", "_", words), alike) for words, alike in groups.items()]


def _has_curve(record: Record) -> bool:
    """Whether anything was measured before it diverged."""
    return not record.diverged or record.epoch[0] < record.diverged


def _has_p(records: Sequence[Record]) -> bool:
    """Whether there is an epoch at which all have p, of right labels or of wrong ones."""
    return any(
        None not in p
        for name in ("p_clean", "p_noisy")
        for p in zip(*(getattr(record, name) for record in records), strict=False)
    )


def _shared(records: Sequence[Record]) -> str:
    read = {k for r in records for k, v in settings_read(r).items() if v is not None}
    shared = read - {"seed", *varying(records)}
    settings = ", ".join(f"{k} {v}" for k, v in records[0].config.items() if k in shared)
    hardware = _listed(record.hardware.get("name") for record in records)
    return f"{settings}. {hardware}; torch {_listed(r.versions.get('torch') for r in records)}."


def _rank(value: Any) -> tuple:
    """An order for settings: numbers by size, before texts."""
    return (0, value, "") if isinstance(value, int | float) else (1, 0, str(value))


def _listed(values: Iterable[Any]) -> str:
    return ", ".join(sorted({str(value) for value in values}))


def _paths(folder: Path) -> list[Path]:
    return [
        path
        for path in sorted(folder.rglob("*.json"))
        if path.name != CELL
        and not any(part == FAILED or part[0] == "." for part in path.relative_to(folder).parts)
    ]


def _of_other_kind(path: Path) -> bool:
    """Whether a file is whole JSON that never was a record."""
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except ValueError:
        return False
    return not isinstance(values, dict) or "config" not in values


def _names(folders: Iterable[Path]) -> dict[Path, str]:
    """Each folder's name, after as many of its parents' as tell it from the others."""
    shown = dict.fromkeys(folders, 1)
    while True:
        names = {folder: "-".join(folder.parts[1:][-n:]) for folder, n in shown.items()}
        count = Counter(names.values())
        alike = [f for f in shown if count[names[f]] > 1 and shown[f] < len(f.parts) - 1]
        if not alike:
            return names
        for folder in alike:
            shown[folder] += 1


def _section(path: Path) -> Path:
    """The record's folder, or the sweep's where the record is of a notebook."""
    folder = path.resolve().parent
    above = [one for one in (folder, *folder.parents) if (one / CELL).exists()]
    return above[-1].parent if above else folder


def _svg(figure: "Figure") -> str:
    from dmnb import plots

    return plots.svg(figure)
