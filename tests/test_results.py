"""The committed records: each folder is what its grid file says, no run more and none less."""

import json
from pathlib import Path

import pytest

from dmnb import experiment, record, sweep

ROOT = Path(__file__).resolve().parents[1]
FOLDERS = sorted(path.parent for path in (ROOT / "book/results").glob("*/*.json"))
every_folder = pytest.mark.parametrize("folder", sorted(set(FOLDERS)), ids=lambda path: path.name)
SMALL = 40_000  # bytes


def test_every_result_is_strict_json():
    def refuse(constant):
        raise ValueError(constant)

    paths = list((ROOT / "book/results").rglob("*.json"))
    assert paths
    for path in paths:
        json.loads(path.read_text(encoding="utf-8"), parse_constant=refuse)


@every_folder
def test_records_match_their_grid(folder):
    cells = sweep.read_grid(ROOT / f"book/experiments/{folder.name}.grid.yaml")
    configs = [experiment.runnable(experiment.Config.from_dict(cell)) for cell in cells]
    wanted = {record.file_name(config.to_dict()) for config in configs}
    assert {path.name for path in folder.glob("*.json")} == wanted


@every_folder
def test_records_are_whole_and_small(folder):
    for path in folder.glob("*.json"):
        assert record.Record.load(path).name == path.name
        assert path.stat().st_size < SMALL
