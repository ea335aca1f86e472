"""The dynamics player: recorded runs, epoch by epoch, two side by side."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import anywidget
import traitlets

from dmnb.widgets._runs import compact


class Dynamics(anywidget.AnyWidget):
    """Play two recorded runs: the p of right and wrong labels, accuracy, effective sample size.

    Args:
        records: the runs to choose from: Records, their dicts or their files.
        left, right: indices of the two that are shown first.
        epoch: where it starts; None for the last epoch.

    left, right and epoch are traits, in step with the page in a live notebook.

    Raises:
        traitlets.TraitError: for an index or an epoch out of range, naming it. ValueError: for
            something that is no record, and for no records.
    """

    _esm = Path(__file__).with_name("dynamics.js")

    left = traitlets.Int(0).tag(sync=True)
    right = traitlets.Int(0).tag(sync=True)
    epoch = traitlets.Int(1).tag(sync=True)
    _runs = traitlets.List().tag(sync=True)

    def __init__(
        self, records: Any, *, left: int = 0, right: int | None = None, epoch: int | None = None
    ) -> None:
        runs = compact(records)
        if not runs:
            raise ValueError("records must hold at least one record, got none")
        right = min(1, len(runs) - 1) if right is None else right
        last = max(run["epoch"][-1] for run in runs)
        super().__init__(_runs=runs, left=left, right=right, epoch=last if epoch is None else epoch)

    @traitlets.validate("left", "right", "epoch")
    def _check(self, proposal: traitlets.Bunch) -> int:
        name, value = proposal["trait"].name, proposal["value"]
        last = max(run["epoch"][-1] for run in self._runs)
        low, high = (1, last) if name == "epoch" else (0, len(self._runs) - 1)
        if not low <= value <= high:
            raise traitlets.TraitError(f"{name} must be from {low} to {high}, got {value!r}")
        return value

    def __repr__(self) -> str:
        left, right = (self._runs[k]["label"] for k in (self.left, self.right))
        return f"Dynamics({left} | {right}, epoch={self.epoch})"
