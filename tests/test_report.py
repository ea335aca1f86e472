"""Tables of records, and the table in the README against the records it is drawn from."""

from pathlib import Path
from xml.etree import ElementTree

import pytest
import torch

from dmnb import emphasis, report
from dmnb.emphasis import DM, Custom
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


ROWS = emphasis.table([DM(0.5, 12), emphasis.JensenShannon(), emphasis.Hinge(), Custom(torch.sin)])


def test_weightings_are_what_the_table_says():
    html = report.weightings(ROWS, ["<svg/>"] * 4)
    table = ElementTree.fromstring(html).find("table")
    facts = [[cell.text for cell in entry[0]] for entry in table.findall("tbody")]
    assert facts[0][2:] == ["0.33", "101", r"\(1\)", r"\(1\)", "no"]
    assert facts[1][2:] == ["0.32", "∞", r"\(2.9\,p\,\log\tfrac{1}{p}\)", r"\(2\,(1-p)\)", "both"]
    assert facts[2][2:] == ["0", "∞", r"\(2\)", r"\(0\)", "below"]
    names = [entry[0][1].find("code").text for entry in table.findall("tbody")]
    assert names[:3] == [row["name"] for row in ROWS[:3]]
    formulas = [span.text for entry in table.findall("tbody") for span in entry.iter("span")]
    assert r"\(w = 2\,[m < \delta]\)" in formulas and r"\(L = \max(0, \delta - m)\)" in formulas


def test_every_picture_has_its_row():
    with pytest.raises(ValueError, match="4 rows and 3 pictures"):
        report.weightings(ROWS, ["<svg/>"] * 3)
    with pytest.raises(ValueError, match="empty"):
        report.weightings([], [])
