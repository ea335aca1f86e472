"""Tables of records, and the table in the README against the records it is drawn from."""

from pathlib import Path

import pytest

from dmnb import report
from dmnb.record import Record

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def records():
    return [Record.load(p) for p in sorted((ROOT / "book/results/digits_lr").glob("*.json"))]


def test_rows_are_mean_and_deviation_over_seeds(records):
    rows = report.final_accuracies(records, by=("emphasis", "lr"))
    row = next(r for r in rows if (r["emphasis"], r["lr"]) == ("dm", 0.01))
    finals = [
        100 * r.final for r in records if r.config["emphasis"] == "dm" and r.config["lr"] == 0.01
    ]
    mean = sum(finals) / len(finals)
    deviation = (sum((x - mean) ** 2 for x in finals) / (len(finals) - 1)) ** 0.5
    assert row["n"] == len(finals) == 4
    assert row["final %"] == f"{mean:.1f} ± {deviation:.1f}"


def test_percent():
    assert report.percent([0.5]) == "50.0"
    assert report.percent([0.5, 0.6]) == "55.0 ± 7.1"
    assert report.percent([]) == "–"


def test_markdown(records):
    table = report.markdown(report.final_accuracies(records[:1])).splitlines()
    assert table[0].startswith("| emphasis | n | best % | final % |")
    assert len(table) == 3 and table[2].startswith("| anchored DM | 1 |")


def test_nothing_to_report():
    with pytest.raises(ValueError, match="empty"):
        report.final_accuracies([])
    with pytest.raises(ValueError, match="empty"):
        report.markdown([])


def test_the_readme_shows_the_records(records):
    readme = (ROOT / "README.md").read_text().replace("**", "")
    for row in report.final_accuracies(records, by=("emphasis", "lr")):
        assert row["final %"] in readme, row
