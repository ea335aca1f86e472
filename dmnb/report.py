"""Records -> tables: what the experiments found, as mean ± standard deviation over seeds."""

from collections.abc import Iterable, Mapping, Sequence
from statistics import mean, stdev

from dmnb.record import Record

METHODS = {
    "cce": "CCE", "mae": "MAE", "mse": "MSE", "gce": "GCE", "dm": "DM", "anchored": "anchored DM",
    "dm-authors": "DM, authors' code", "dm-authors-float64": "the same in float64",
}  # fmt: skip


def percent(values: Sequence[float]) -> str:
    """Fractions in [0, 1] -> 'mean ± standard deviation' in %, the deviation from two values on."""
    if not values:
        return "–"
    spread = f" ± {100 * stdev(values):.1f}" if len(values) > 1 else ""
    return f"{100 * mean(values):.1f}{spread}"


def final_accuracies(records: Iterable[Record], by: Sequence[str] = ("emphasis",)) -> list[dict]:
    """One row for each setting of the config fields `by`, in order of appearance.

    Columns: the fields, n (runs), best and final (test accuracy, %), p clean and p noisy (mean
    final probability of right and of wrong training labels). ValueError without records.
    """
    groups: dict[tuple, list[Record]] = {}
    for record in records:
        groups.setdefault(tuple(record.config[field] for field in by), []).append(record)
    if not groups:
        raise ValueError("records must not be empty")
    return [
        dict(zip(by, key, strict=True))
        | {
            "n": len(runs),
            "best %": percent([r.best for r in runs]),
            "final %": percent([r.final for r in runs]),
            "p clean": _mean_of_last(r.p_clean for r in runs),
            "p noisy": _mean_of_last(r.p_noisy for r in runs),
        }
        for key, runs in groups.items()
    ]


def markdown(rows: Sequence[Mapping]) -> str:
    """Rows with the same keys as a Markdown table; methods are written by their names."""
    if not rows:
        raise ValueError("rows must not be empty")
    head = [str(key) for key in rows[0]]
    lines = [head, ["---"] * len(head)]
    lines += [[METHODS.get(cell, str(cell)) for cell in row.values()] for row in rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _mean_of_last(curves: Iterable[list]) -> str:
    last = [curve[-1] for curve in curves if curve and curve[-1] is not None]
    return f"{mean(last):.2f}" if last else "–"
