import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

import dmnb
from dmnb import experiment, guide, sweep
from dmnb.cli import main
from dmnb.record import Record

QUICK = ["run", "--epochs", "2", "--width", "16"]


def test_the_command_trains_and_writes_a_record(tmp_path):
    command = [sys.executable, "-m", "dmnb", *QUICK, "--dataset", "digits", "--noise", "symmetric"]
    command += ["--rate", "0.4", "--emphasis", "dm", "--lam", "0.5", "--beta", "12"]
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    (path,) = (tmp_path / "runs").iterdir()
    record = Record.load(path)
    assert record.config["lam"] == 0.5 and record.config["epochs"] == 2
    assert f"final {record.final:.1%}" in done.stdout
    assert f"runs/{path.name}" in done.stdout
    assert "epoch 2/2" in done.stderr


@pytest.mark.parametrize("kept", [[], ["--checkpoint", "state"]])
def test_a_full_disk_at_the_end_loses_nothing(kept, tmp_path, capsys, monkeypatch):
    def full(handle):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(dmnb._files.os, "fsync", full)
    assert main([*QUICK, *kept, "--quiet"]) == 2
    said = capsys.readouterr()
    told = Record.from_json(said.out.splitlines()[-1])
    assert told.epoch == [1, 2] and f"final {told.final:.1%}" in said.out
    assert said.err.endswith(f"No space left on device: 'runs/{told.name}'\n")
    assert list((tmp_path / "runs").iterdir()) == []


def test_every_setting_is_a_flag(tmp_path, capsys):
    with pytest.raises(SystemExit) as stop:
        main(["run", "--help"])
    assert stop.value.code == 0
    text = " ".join(capsys.readouterr().out.split())
    for name, field in experiment.settings().items():
        assert f"--{name.replace('_', '-')}" in text
        assert field.metadata["about"][:12] in text
    assert "--out" in text


def test_flags_reach_the_config(tmp_path, capsys):
    flags = ["--weight-decay", "0.001", "--batch-size", "128", "--augment", "--optimizer", "adam"]
    flags += ["--normalization", "batch", "--seed", "5", "--lr", "1e-3", "--rate", "0"]
    assert main([*QUICK, *flags, "--quiet", "--out", str(tmp_path)]) == 0
    (path,) = tmp_path.iterdir()
    config = Record.load(path).config
    told = {name: config[name] for name in ("weight_decay", "batch_size", "augment", "optimizer")}
    assert told == {
        "weight_decay": 0.001, "batch_size": 128, "augment": True, "optimizer": "adam"
    }  # fmt: skip
    assert (config["normalization"], config["seed"], config["lr"]) == ("batch", 5, 0.001)
    captured = capsys.readouterr()
    assert captured.err == ""
    assert "noisy –" in captured.out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["run", "--emphasis", "focal"], ["emphasis", "focal", "anchored", '{"family": "focal"']),
        (["run", "--dataset", "imdb"], ["imdb-tfidf-svd", "imdb-pv-dbow", "data.load_text"]),
        (["run", "--drop", "2"], ["drop is for schedule step"]),
        (["run", "--rate", "2"], ["rate", "[0, 1]"]),
        (["run", "--rate", "much"], ["--rate", "much"]),
        (["run", "--epochs", "1.5"], ["--epochs", "1.5"]),
        (["run", "--colour", "red"], ["--colour"]),
        (["run", "--dataset", "nowhere"], ["nowhere", "digits"]),
        (["run", "--em", "cce"], ["--em"]),
        (["fly"], ["fly", "run"]),
        ([], ["COMMAND"]),
    ],
)
def test_errors_take_one_line_and_status_2(arguments, words, capsys):
    try:
        status = main(arguments)
    except SystemExit as stop:
        status = stop.code
    captured = capsys.readouterr()
    assert status == 2
    assert captured.out == ""
    assert len(captured.err.splitlines()) == 1
    assert all(word in captured.err for word in words)


def test_a_missing_package_says_what_to_install(tmp_path, capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "sklearn.datasets", None)
    assert main([*QUICK, "--quiet", "--out", str(tmp_path)]) == 2
    assert "sklearn.datasets" in (told := capsys.readouterr().err) and len(told.splitlines()) == 1
    assert 'pip install "dmnb[experiments]"' in told


def test_the_version_is_told(capsys):
    with pytest.raises(SystemExit) as stop:
        main(["--version"])
    assert stop.value.code == 0 and capsys.readouterr().out == f"dmnb {dmnb.__version__}\n"


def test_an_unwritable_folder_is_an_error(tmp_path, capsys):
    taken = tmp_path / "file"
    taken.write_text("")
    assert main([*QUICK, "--quiet", "--out", str(taken)]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_a_folder_that_cannot_be_is_told_before_training(tmp_path, capsys, monkeypatch):
    (tmp_path / "file").touch()
    monkeypatch.setattr(experiment, "run", lambda *_, **__: pytest.fail("it trained"))
    assert main([*QUICK, "--quiet", "--out", str(tmp_path / "file" / "runs")]) == 2
    assert "Not a directory" in capsys.readouterr().err


@pytest.mark.parametrize("command", [["run"], ["suggest"], ["sweep", "--no-notebook", "a.yaml"]])
def test_what_cannot_be_written_is_told_before_training(command, tmp_path, capsys, monkeypatch):
    """/proc is a folder in which not even root can make a file."""
    monkeypatch.chdir(tmp_path)
    Path("a.yaml").write_text("parameters: {epochs: 1}")
    for module, name in ((experiment, "run"), (guide, "look"), (sweep, "sweep")):
        monkeypatch.setattr(module, name, lambda *_, **__: pytest.fail("it trained"))
    out = "/proc/suspects.csv" if command == ["suggest"] else "/proc"
    assert main([*command, "--quiet", "--out", out]) == 2
    printed, told = capsys.readouterr()
    assert "/proc" in told and len(told.splitlines()) == 1 and "accuracy" not in printed


def test_suspects_go_to_no_folder_and_no_file_is_left(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(guide, "look", lambda *_, **__: pytest.fail("it trained"))
    assert main(["suggest", "--out", str(tmp_path)]) == 2
    assert "Is a directory" in capsys.readouterr().err

    def fails(*_, **__):
        raise ValueError("no data")

    monkeypatch.setattr(guide, "look", fails)
    (tmp_path / "old.csv").write_text("kept")
    for name in ("new.csv", "old.csv"):
        assert main(["suggest", "--out", str(tmp_path / name)]) == 2
    assert [path.read_text() for path in tmp_path.iterdir()] == ["kept"]


def test_a_result_that_cannot_be_saved_is_told(tmp_path, capsys, monkeypatch):
    def full(self, folder):
        raise OSError("No space left on device")

    monkeypatch.setattr(Record, "save", full)
    assert main([*QUICK, "--quiet", "--out", str(tmp_path)]) == 2
    printed, told = capsys.readouterr()
    assert "test accuracy: final" in printed and "No space left" in told


def test_a_diverged_run_is_told(tmp_path, capsys):
    flags = ["--lr", "1e30", "--weight-decay", "1000", "--quiet", "--out", str(tmp_path)]
    assert main([*QUICK, *flags]) == 0
    assert "diverged in epoch" in capsys.readouterr().out
