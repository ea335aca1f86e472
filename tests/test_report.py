"""Tables of records, and the table in the README against the records it is drawn from."""

import csv
import json
import re
import shutil
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
import torch

from dmnb import emphasis, experiment, plots, report
from dmnb.cli import main
from dmnb.emphasis import DM, Custom
from dmnb.record import Record
from dmnb.report.paper import ABSENT, MEASURES, PRINTED

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


def test_figures_are_set_flush_right_and_words_are_not():
    rows = [
        {"emphasis": "cce", "lr": 0.003, "final": 82.0, "change": "81.5 → 93.0", "note": "2 broke"},
        {"emphasis": "dm", "lr": 0.1, "final": 64.6, "change": "69.7 (66 to 71)", "note": ""},
        {"emphasis": "gce", "lr": None, "final": None, "change": "overflow", "note": "3"},
    ]
    _, rule, *body = report.markdown(rows).splitlines()
    assert rule == "| --- | ---: | ---: | ---: | --- |"
    assert body[0] == "| CCE | 0.003 | 82.0 | 81.5 → 93.0 | 2 broke |"
    assert body[2] == "| GCE |  |  | overflow | 3 |"


PAPER = ROOT / "book/results/paper"
TABLES = [report.read_table(path) for path in sorted(PAPER.glob("*.csv"))]


def test_long_rows_made_wide():
    rows = [
        {"method": "cce", "rate": 0.2, "final": 87.7},
        {"method": "cce", "rate": 0.4, "final": 75.5},
        {"method": "dm", "rate": 0.4, "final": 86.4},
    ]
    assert report.crossed(rows, ["method"], "rate", "final") == [
        {"method": "cce", "0.2": 87.7, "0.4": 75.5},
        {"method": "dm", "0.2": None, "0.4": 86.4},
    ]
    with pytest.raises(ValueError, match=r"two rows for {} and rate 0\.4"):
        report.crossed(rows, [], "rate", "final")


def test_the_papers_tables():
    counts = [len(table) for table in TABLES]
    assert counts == [7 * 12 + 16, 4 * 11 + 6, 4 * 2 + 1, 5, 5 * 9, 8, 6 * 5, 2 * 8, 4 * 6]
    nine = {(row["method"], row["rate"]): row for row in TABLES[8]}
    row = nine["DM λ=1", 0.4]
    assert [row[m] for m in ("beta", "best", "final", "corrupted", "intact")] == [
        16, 84.7, 83.3, 60.3, 88.9
    ]  # fmt: skip
    for table in TABLES:
        settings = [tuple(v for k, v in row.items() if k not in MEASURES) for row in table]
        assert len(set(settings)) == len(table)


def test_the_papers_settings_are_those_of_a_config():
    known = experiment.settings().keys() | PRINTED | ABSENT.keys()
    for table in TABLES:
        assert table[0].keys() - known == set()
        for row in (row for row in table if row["emphasis"]):
            names = ("noise", "rate", "emphasis", "normalization", "lam", "beta", "lr", "eps")
            names += ("optimizer",)
            experiment.Config(**{n: row[n] for n in names if row.get(n) is not None})


def test_a_table_whose_rows_are_uneven_is_named(tmp_path):
    (tmp_path / "bad.csv").write_text("method,final\nCCE,1,2\n")
    with pytest.raises(ValueError, match=r"bad\.csv: 2 columns.*has 3"):
        report.read_table(tmp_path / "bad.csv")
    (tmp_path / "bare.csv").write_text("method,final\n")
    with pytest.raises(ValueError, match=r"bare\.csv: a head and a row at least, got 1 lines"):
        report.read_table(tmp_path / "bare.csv")


@pytest.fixture
def ours(records):
    """The records of digits, as if of Table 9."""
    table_9 = {"dataset": "cifar10", "model": "resnet56"}
    return [replace(record, config=record.config | table_9) for record in records]


def beside(number, records, **options):
    return report.beside(TABLES[number - 1], records, **options)


def test_the_papers_numbers_and_ours_are_side_by_side(ours):
    chosen = [r for r in ours if r.config["emphasis"] == "dm" and r.config["lr"] == 0.01]
    rows = beside(9, chosen)
    assert len(rows) == 24
    assert sum(row["n"] for row in rows) == 4
    expected = {
        "method": "DM λ=.5", "rate": 0.4, "lam": 0.5, "beta": 12.0, "paper %": "79.9",
        "ours %": "92.3 ± 0.6", "n": 4, "ours - paper": "+12.4", "our setting": "",
    }  # fmt: skip
    assert [row for row in rows if row["n"]] == [expected]
    missing = next(row for row in rows if not row["n"])
    assert (missing["ours %"], missing["ours - paper"]) == ("not run", "–")
    best = next(row for row in beside(9, chosen, measure="best") if row["n"])
    assert best["paper %"] == "85.1" and best["ours %"] != expected["ours %"]


def test_records_of_several_settings_are_rows_of_their_own(ours):
    rows = [row for row in beside(9, ours) if row["n"]]
    assert {row["method"] for row in rows} == {"CCE", "DM λ=.5"}
    assert [row["our setting"] for row in rows if row["method"] == "CCE"] == [
        "lr=0.003", "lr=0.01", "lr=0.03", "lr=0.1"
    ]  # fmt: skip
    assert "normalization=integral, lr=0.1" in {row["our setting"] for row in rows}


def test_what_counts_as_the_papers_setting(ours):
    def match(number, **config):
        record = replace(ours[0], config=ours[0].config | config)
        return [(row["method"], row["our setting"]) for row in beside(number, [record]) if row["n"]]

    assert match(9, emphasis="dm", lam=3.0, beta=0.0) == [("DM β=0", "")]
    assert match(9, emphasis="dm-authors", lam=0.5, beta=12.0) == [("DM λ=.5", "")]
    assert match(9, emphasis="anchored", lam=0.5, beta=12.0) == []
    assert match(9, emphasis="cce", normalization="none", noise="none") == []
    assert match(9, emphasis="dm", lam=0.5, beta=12.0, held_out="given") == []
    clean = {"model": "googlenet", "emphasis": "cce"}
    assert match(2, **clean, normalization="batch", noise="none") == [("CCE-DN", "")]
    assert match(2, **clean, normalization="none", rate=0.0) == [("CCE", "")]
    imdb = {"dataset": "imdb-pv-dbow", "emphasis": "mae", "normalization": "none", "rate": 0.0}
    assert match(5, **imdb) == [("MAE", "")]
    assert len(match(5, **imdb, imbalance=10.0)) == 1


def test_a_run_counts_once(ours):
    chosen = [r for r in ours if r.config["emphasis"] == "dm" and r.config["lr"] == 0.01]
    again = [replace(r, config=r.config | {"record_every": 5}) for r in chosen]
    assert [row["n"] for row in beside(9, chosen + again) if row["n"]] == [4]


def test_a_page_shows_our_rows_or_that_there_are_none(ours):
    chosen = [r for r in ours if r.config["emphasis"] == "dm" and r.config["lr"] == 0.01]
    shown = report.ours(TABLES[8], chosen, waiting=231).splitlines()
    assert len(shown) == 3 and "| 4 | +12.4 |" in shown[2]
    nothing = "**Ours: not run.** The grid holds 231 runs."
    assert report.ours(TABLES[8], [], waiting=231) == nothing


def test_a_measure_that_the_table_lacks(ours):
    with pytest.raises(ValueError, match=r"one of the table's, final; got 'best'"):
        beside(1, ours, measure="best")


def test_nothing_to_report():
    with pytest.raises(ValueError, match="empty"):
        report.final_accuracies([])
    with pytest.raises(ValueError, match="empty"):
        report.markdown([])


def test_the_readme_shows_the_records(records):
    readme = (ROOT / "README.md").read_text().replace("**", "")
    for row in report.final_accuracies(records, by=("emphasis", "lr")):
        assert row["final %"] in readme, row


@pytest.fixture
def folder(records, tmp_path):
    """Two sweeps of plain settings, one with a torn record and a failed cell, and a notebook's."""
    for record in records:
        record.save(tmp_path / "rates")
    (tmp_path / "rates/torn.json").write_text('{"config": {')
    (tmp_path / "rates/other.json").write_text('{"timings": [1, 2]}')
    (tmp_path / "rates/failed/one").mkdir(parents=True)
    (tmp_path / "rates/failed/one/cell.json").write_text("{}")
    (tmp_path / "rates/failed/one/half.json").write_text("{")
    for index, record in enumerate(records[:2]):
        record.save(tmp_path / f"notebooks/cell{index}/saved")
        (tmp_path / f"notebooks/cell{index}/cell.json").write_text("{}")
    return tmp_path


def test_folders_are_sections(folder, records, tmp_path):
    sections, problems = report.read_folders([folder])
    assert {name: len(runs) for name, runs in sections.items()} == {"rates": 64, "notebooks": 2}
    (problem,) = problems
    assert str(folder / "rates/torn.json") in problem
    _, problems = report.read_folders([folder / "rates", folder / "rates"])
    assert sum("another record of this config" in problem for problem in problems) == 64
    (tmp_path / "other").mkdir()
    shutil.copytree(folder / "notebooks", tmp_path / "other/notebooks")
    sections, _ = report.read_folders([folder / "notebooks", tmp_path / "other"])
    assert sections.keys() == {f"{folder.name}-notebooks", "other-notebooks"}
    with pytest.raises(ValueError, match="no record in"):
        report.read_folders([folder / "rates/failed"])
    with pytest.raises(FileNotFoundError, match="nowhere"):
        report.read_folders([folder / "nowhere"])


def test_folders_of_one_name_are_told_apart_however_far_up(records, tmp_path):
    for index, place in enumerate(("one/runs/rates", "two/runs/rates", "rates", "other/alone")):
        records[index].save(tmp_path / place)
    sections, _ = report.read_folders([tmp_path])
    assert {name: runs[0].name for name, runs in sections.items()} == {
        "one-runs-rates": records[0].name,
        "two-runs-rates": records[1].name,
        f"{tmp_path.name}-rates": records[2].name,
        "alone": records[3].name,
    }


def measured(record, epochs, diverged=None, **config):
    """The record as if it were measured at these epochs."""
    half = [0.5] * len(epochs)
    curves = {"test_accuracy": half, "p_clean": half, "p_noisy": half, "ess": half}
    config = record.config | config
    return replace(record, config=config, epoch=epochs, diverged=diverged, **curves)


def test_runs_that_diverged_in_between_are_drawn(records, tmp_path):
    every = {"record_every": 2}
    runs = [measured(records[0], [2, 4, 5], **every), measured(records[1], [2, 3], 3, **every)]
    report.write({"one": runs}, out=tmp_path)
    assert {path.name for path in tmp_path.glob("*.svg")} == {"one-accuracy.svg", "one-p.svg"}
    report.write({"early": [measured(records[0], [1], 1, **every)]}, out=tmp_path)
    assert not list(tmp_path.glob("early*.svg")), "at no epoch of the others"
    lost = replace(measured(records[1], [1], 1), p_clean=[None], p_noisy=[None])
    report.write({"lost": [measured(records[0], [1, 2]), lost]}, out=tmp_path)
    assert {path.name for path in tmp_path.glob("lost*.svg")} == {"lost-accuracy.svg"}


def test_figures_of_folders_of_images_have_names_that_files_can_have(records, tmp_path):
    runs = [measured(records[0], [1], dataset=f"/data/{name}") for name in "ab"]
    text = report.write({"one": runs}, out=tmp_path)
    assert "](one-dataset_data_b-accuracy.svg)" in text
    assert (tmp_path / "one-dataset_data_b-accuracy.svg").exists()


def test_a_figure_that_fails_costs_no_table(records, tmp_path, monkeypatch):
    def fails(groups):
        raise ValueError("not to be drawn")

    monkeypatch.setattr("dmnb.plots.accuracy_curves", fails)
    with pytest.raises(ValueError, match="not to be drawn"):
        report.write({"one": records[:2]}, out=tmp_path)
    assert {path.name for path in tmp_path.iterdir()} >= {"report.md", "one.csv"}


def test_a_report_holds_tables_figures_and_the_paper(folder, capsys):
    out = folder / "report"
    paper = str(PAPER / "table_9.csv")
    arguments = ["report", str(folder / "rates"), "--paper", paper, "--out", str(out)]
    assert main(arguments) == 1, "one record is torn"
    printed, errors = capsys.readouterr()
    assert "torn.json" in errors and len(errors.splitlines()) == 1
    text = (out / "report.md").read_text()
    assert printed == text + f"\nreport: {out}/report.md\n"
    assert "| DM | 12 | integral | 0.01 | 4 |" in text and "92.3\xa0±\xa00.6" in text
    assert "model mlp" in text and "## table_9 of the paper: intact" in text
    shown = re.findall(r"\]\((.*?)\)", text)
    assert "rates-rates.svg" in shown and "rates-lr0.01-p.svg" in shown and len(shown) == 9
    assert all((out / name).read_text().startswith("<?xml") for name in shown)

    with (out / "rates.csv").open() as file:
        rows = list(csv.DictReader(file))
    (row,) = [r for r in rows if (r["emphasis"], r["lr"]) == ("dm", "0.01")]
    assert abs(float(row["final"]) - 92.3) < 0.05 and abs(float(row["final_sd"]) - 0.6) < 0.05
    assert 0 < float(row["ess"]) < 1 and row["n"] == "4"


def test_a_report_without_a_folder_draws_nothing(folder, capsys):
    (folder / "rates/torn.json").unlink()
    assert main(["report", str(folder / "rates")]) == 0
    assert ".svg" not in capsys.readouterr().out
    assert main(["report", str(folder / "nowhere")]) == 2
    assert "no folder" in capsys.readouterr().err


def test_numbers_of_one_run_have_no_deviation(records):
    (row,) = report.statistics(records[:1])
    assert row["final"] == 100 * records[0].final and row["final_sd"] is None
    assert report.to_csv([{"a": None, "b": 1 / 3, "c": "x, y"}]) == 'a,b,c\n,0.333333,"x, y"\n'
    with pytest.raises(ValueError, match="empty"):
        report.to_csv([])


def test_what_a_method_has_not_is_blank(records):
    (row,) = report.final_accuracies(records[:1], by=("emphasis", "lam"))
    assert row["lam"] == 0.5
    plain = replace(records[0], config=records[0].config | {"emphasis": "cce"}, p_clean=[None])
    (row,) = report.final_accuracies([replace(plain, p_noisy=[])], by=("emphasis", "lam"))
    assert row["lam"] is None and row.keys() == {"emphasis", "lam", "n", "best %", "final %"}


def test_settings_that_an_emphasis_does_not_read_are_blank(records):
    """Which it reads is told by trying: the weighting changes with them."""
    read = {}
    for name in experiment.EMPHASES:
        usual = experiment.emphasis_of(experiment.Config(emphasis=name))
        changed = {
            setting: experiment.emphasis_of(experiment.Config(emphasis=name, **{setting: value}))
            for setting, value in (("lam", 1), ("beta", 3), ("q", 0.5))
        }
        read[name] = [setting for setting, other in changed.items() if other != usual]
    read[json.dumps(emphasis.Focal(2).to_dict())] = []
    for name, settings in read.items():
        record = replace(records[0], config=records[0].config | {"emphasis": name})
        (row,) = report.statistics([record], by=("lam", "beta", "q"))
        assert [s for s in ("lam", "beta", "q") if row[s] is not None] == settings, name
        text = report.write({"one": [record]})
        assert [s for s in ("lam", "beta", "q") if f", {s} " in text] == settings, name


def test_settings_name_groups(records):
    assert set(report.by_setting(records, besides=["lr"])) == {"cce", "gce", "dm", "anchored"}
    names = set(report.by_setting(records))
    assert len(names) == 16 and "anchored DM lr 0.1" in names
    assert [len(runs) for runs in report.apart(records)] == [4] * 16


@pytest.mark.parametrize("method", plots.STYLE)
def test_a_method_of_several_settings_keeps_its_colour_in_figures(records, method):
    config = records[0].config | {"emphasis": method}
    runs = [replace(records[0], config=config | {"lr": lr}) for lr in (0.01, 0.1)]
    looks = plots.looks(report.by_setting(runs)).values()
    assert {look.colour for look in looks} == {plots.STYLE[method].colour}


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
