import json
import os
from dataclasses import asdict

import pytest

from dmnb._files import atomic_write
from dmnb.record import Record, _bare, code, file_name, hardware, versions


def record(**changes):
    values = {
        "config": {"dataset": "digits", "noise": "symmetric", "emphasis": "dm", "lr": 0.03},
        "noise_rate": 0.4,
        "epoch": [1, 2],
        "test_accuracy": [0.5, 0.75],
        "best": 0.75,
        "final": 0.75,
        "corrupted": 0.625,
        "intact": 0.875,
        "p_clean": [0.5, 0.75],
        "p_noisy": [None, 0.25],
        "ess": [0.5, 0.5],
        "train_loss": [-1.5, -2.0],
        "histograms": [{"epoch": 1, "clean": [1, 2], "noisy": [3, 4]}],
        "diverged": None,
        "seconds": 1.5,
        "versions": versions(),
        "hardware": hardware("cpu"),
    }
    return Record(**values | changes)


def test_round_trip(tmp_path):
    before = record()
    path = before.save(tmp_path / "made" / "on the way")
    assert path.name == before.name
    assert Record.load(path) == before
    assert Record.from_json(before.to_json()) == before


def test_a_record_is_read_by_attribute_key_and_as_a_dict():
    made = record()
    values = made.to_dict()
    for name in json.loads(made.to_json()):
        assert made[name] is getattr(made, name) and made[name] == values[name]
    assert Record(**values) == made and list(values) == list(json.loads(made.to_json()))
    values["config"]["lr"] = 7
    assert made.config["lr"] != 7
    for name in ("name", "colour"):
        with pytest.raises(KeyError, match=name):
            made[name]


def test_numbers_are_short_and_the_config_exact():
    values = json.loads(record(ess=[1 / 3, 12345.678], config={"lr": 1 / 3}).to_json())
    assert values["ess"] == [0.33333, 12346.0]
    assert values["config"] == {"lr": 1 / 3}


def test_what_is_not_finite_becomes_null():
    text = record(final=float("nan"), train_loss=[float("inf"), 1.0], diverged=2).to_json()
    values = json.loads(text, parse_constant=pytest.fail)
    assert values["final"] is None
    assert values["train_loss"] == [None, 1.0]
    assert values["diverged"] == 2


def test_keys_of_the_contract():
    promised = (
        "config noise_rate test_accuracy best final corrupted intact p_clean p_noisy ess seconds "
        "versions hardware"
    )
    assert set(promised.split()) <= json.loads(record().to_json()).keys()


def without(name):
    values = asdict(record())
    del values[name]
    return json.dumps(values)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (record().to_json()[:-40], "run.json"),
        ("", "run.json"),
        ("[1, 2]", "run.json.*object.*list"),
        (without("ess"), "run.json.*misses ess"),
        (json.dumps(asdict(record()) | {"colour": 1}), "run.json.*unknown colour"),
        (record().to_json().replace("0.625", "NaN"), "run.json.*NaN"),
    ],
)
def test_a_bad_file_is_named(tmp_path, text, words):
    path = tmp_path / "run.json"
    path.write_text(text)
    with pytest.raises(ValueError, match=words):
        Record.load(path)


def test_binary_rubbish_is_named(tmp_path):
    path = tmp_path / "run.json"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ValueError, match=r"run\.json"):
        Record.load(path)


def test_a_failed_write_leaves_the_old_record_and_nothing_else(tmp_path, monkeypatch):
    path = record().save(tmp_path)

    def fail(*_):
        raise OSError("disk full")

    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(OSError, match="disk full"):
        record(final=0.1).save(tmp_path)
    assert list(tmp_path.iterdir()) == [path]
    assert Record.load(path) == record()


def test_every_file_can_be_read_by_all_and_the_one_before_be_kept(tmp_path):
    path, before = tmp_path / "made/run", tmp_path / "before"
    for content in (b"1", b"2"):
        atomic_write(path, content, previous=before)
    assert (path.read_bytes(), before.read_bytes()) == (b"2", b"1")
    assert path.stat().st_mode & 0o777 == 0o644


def test_an_unwritable_value_leaves_nothing(tmp_path):
    with pytest.raises(TypeError):
        record(best={1, 2}).save(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_file_names():
    config = record().config
    assert file_name(config).startswith("digits-symmetric-dm-lr0.03-")
    assert file_name(config) == file_name(dict(reversed(config.items())))
    assert file_name(config) != file_name(config | {"momentum": 0.5})
    assert "/" not in file_name(config | {"dataset": "/some/where/flowers"})


def test_provenance():
    assert set(versions()) == {"python", "dmnb", "torch", "numpy", "code"}
    here = hardware("cpu")
    assert here["device"] == "cpu" and here["name"] and here["threads"] >= 1


def test_code_is_what_runs_and_not_what_is_said_about_it():
    assert {"loss", "train", "emphasis", "experiment"} <= code().keys()
    assert not code().keys() & {"plots", "widgets", "sweep"}
    assert all(len(digits) == 8 for digits in code().values())
    before = _bare('"""Module."""\ndef f(x):\n    """Old words."""\n    return x + 1')
    assert _bare("def f(x):\n    'New words.'\n    # why\n    return (x\n        + 1)") == before
    assert _bare("def f(x):\n    return x + 2") != before


def test_code_is_the_same_to_every_python():
    """3.12 gave functions type_params, 3.13 tells no empty list: neither may count."""
    expected = (
        "Module(body=[FunctionDef(name='f', args=arguments(args=[arg(arg='x')]), "
        "body=[Return(value=Dict(keys=[None], values=[Name(id='x', ctx=Load())]))])])"
    )
    assert _bare("def f(x):\n    return {**x}") == expected
