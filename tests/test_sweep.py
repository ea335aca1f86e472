"""Grid files, and sweeps that are killed, resumed, fail and go on."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import textwrap
import time
from dataclasses import replace
from functools import partial
from pathlib import Path

import nbformat
import pytest

from dmnb import emphasis, experiment, sweep
from dmnb.cli import main
from dmnb.record import Record

ROOT = Path(__file__).resolve().parents[1]
TIMEOUT = 300  # seconds: nothing hangs, and a busy machine is no bug


@pytest.fixture
def grid(tmp_path):
    """A function from the text of a grid file to its cells."""

    def read(text, **options):
        path = tmp_path / "small.grid.yaml"
        path.write_text(text)
        return sweep.read_grid(path, **options)

    return read


def test_the_example_in_the_docstring_has_the_cells_it_says(grid):
    text = textwrap.dedent(sweep.read_grid.__doc__.split("\n\n")[2])
    cells = grid(text)
    assert len(cells) == 24
    first = {"dataset": "cifar10", "model": "resnet56", "rate": 0.2, "seed": 0}
    assert cells[0] == {**first, "emphasis": "cce", "lr": 0.1}
    assert [c["beta"] for c in cells if c.get("lam") == 1] == [12, 16] * 6


def test_a_grid_is_a_product_and_other_lists_are_values(grid):
    cells = grid("parameters: {methods: [cce, dm]}\ngrid: {rate: [0, .4], lr: [1e-3, 2]}")
    assert [(c["rate"], c["lr"]) for c in cells] == [(0, 0.001), (0, 2), (0.4, 0.001), (0.4, 2)]
    assert all(c["methods"] == ["cce", "dm"] for c in cells)


def test_a_case_changes_the_parameters(grid):
    assert grid("parameters: {lr: 1}\ncases: [{lr: 2}, {}]") == [{"lr": 2}, {"lr": 1}]


def test_parameters_alone_are_one_cell(grid):
    assert grid("parameters: {rate: .4}") == [{"rate": 0.4}]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "grid file must map"),
        ("- 1", "grid file must map"),
        ("{}", "empty"),
        ("grid: {}", "empty"),
        ("parameters: {}", "empty"),
        ("grid: {rate: []}", "rate must be a list of at least one"),
        ("grid: {rate: .4}", r"rate must be a list.*0\.4"),
        ("grid: [rate]", "grid must map names"),
        ("cases: []", "cases must be a list"),
        ("cases: {lr: 1}", "cases must be a list"),
        ("cases: [1]", "a case must map"),
        ("parameters: {1: 2}", "parameters must map names"),
        ("grids: {rate: [1]}", "unknown part grids.*parameters, grid, cases"),
        ("parameters: {rate: 1}\ngrid: {rate: [1]}", "rate is set twice"),
        ("grid: {rate: [1]}\ncases: [{rate: 2}]", "rate is set twice"),
        ("grid: {rate: [1]}\ncases: [{grid: {rate: [2]}}]", "rate is set twice"),
        ("cases: [{lr: 1, grid: {lr: [2]}}]", "lr is set twice"),
        ("grid:\n  rate: [1]\n  rate: [2]", "line 2: rate stands twice"),
        ("grid: {rate: [1, 1.0]}", "same cell twice.*rate"),
        ("grid: {rate: [1]}\ncases: [{}, {}]", "same cell twice"),
        ("grid: {rate: [1\nseed: 2}", "no YAML: line 2"),
        ("grid: {rate: [2026-01-01]}", "numbers, texts.*date"),
        ("grid: {rate: [.inf]}", "inf|JSON"),
        ("grid: {rate: [!!python/none x]}", "no YAML: line 1"),
    ],
)
def test_a_bad_grid_is_named(grid, text, words):
    with pytest.raises(ValueError, match=rf"small\.grid\.yaml: .*({words})"):
        grid(text)


def test_unknown_parameters_are_named(grid):
    with pytest.raises(ValueError, match="unknown parameter ratio; known: rate, seed"):
        grid("grid: {rate: [1], ratio: [2]}", known=["rate", "seed"])
    assert grid("grid: {rate: [1]}", known=["rate"]) == [{"rate": 1}]


# --- Sweeps, as a user starts them -------------------------------------------------------------

SETTINGS = """
parameters: {width: 8, epochs: 2}
grid: {seed: [0, 1, 2, 3, 4, 5, 6, 7]}
"""
NOTEBOOK_GRID = "grid: {rate: [.1, .2, .3]}"


@pytest.fixture
def here(tmp_path, monkeypatch):
    """An empty current folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def start():
    """Starts a sweep in a session of its own, which hears an interrupt; none outlives its test."""
    started = []

    def sweep(*arguments):
        path = os.pathsep.join([str(Path.cwd()), str(ROOT)])
        process = subprocess.Popen(
            [sys.executable, "-m", "dmnb", "sweep", *map(str, arguments)],
            env=os.environ | {"OMP_NUM_THREADS": "1", "PYTHONPATH": path},
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
            # What is begun with & in a script, and all it starts, would be deaf to interrupts.
            preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_DFL),
        )  # fmt: skip
        started.append(process)
        return process

    yield sweep
    for process in started:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)


def finish(process, status=0):
    """What it printed; the process ends with the status expected."""
    printed, errors = process.communicate(timeout=TIMEOUT)
    assert process.returncode == status, errors
    return printed, errors


def until(condition):
    """The first true value of a condition."""
    end = time.monotonic() + TIMEOUT
    while not (value := condition()):
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)
    return value


def notebook(folder, *sources, parameters="rate = 0.4"):
    head = nbformat.v4.new_code_cell(parameters, metadata={"tags": ["parameters"]})
    cells = [head, *map(nbformat.v4.new_code_cell, sources)]
    kernel = {"name": "python3", "language": "python", "display_name": "Python 3"}
    made = nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel})
    nbformat.write(made, folder / "small.ipynb")
    return folder / "small.ipynb"


def made(folder):
    """The files under a folder with what tells whether they were written again."""
    paths = [path for path in folder.rglob("*") if path.is_file()]
    return {p.relative_to(folder): (p.stat().st_ino, p.stat().st_mtime_ns) for p in paths}


def children(process):
    listed = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text()
    return [int(pid) for pid in listed.split()]


def alive(pid):
    """False for a process that has ended, though nobody may have asked how."""
    with contextlib.suppress(FileNotFoundError):
        return "State:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    return False


def test_a_killed_sweep_goes_on_where_it_was(here, start, capsys):
    (here / "small.grid.yaml").write_text(SETTINGS)
    arguments = ("--no-notebook", "small.grid.yaml")
    out = here / "runs/small"
    process = start(*arguments, "--jobs", "2")
    until(lambda: len(list(out.glob("*.json"))) >= 2)
    workers = children(process)
    process.kill()
    process.communicate()
    until(lambda: not any(map(alive, workers)))
    kept = made(out)
    assert 2 <= len(kept) < 8
    for path in kept:
        Record.load(out / path)

    assert main(["sweep", *arguments, "--dry-run"]) == 0
    printed = capsys.readouterr().out
    assert f"{len(kept)} done" in printed and f"{8 - len(kept)} new" in printed
    assert main(["sweep", *arguments]) == 0
    assert made(out).items() >= kept.items()
    assert sorted(Record.load(out / path).config["seed"] for path in made(out)) == [*range(8)]


def test_a_killed_sweep_of_notebooks_goes_on_where_it_was(here, start, capsys):
    path = notebook(here, "import os, time; time.sleep(0.5)", "print(2 * rate, os.getcwd())")
    (here / "small.grid.yaml").write_text(NOTEBOOK_GRID)
    out = here / "out"
    process = start(path, "small.grid.yaml", "--out", out)
    until(lambda: len(list(out.glob("rate*/cell.json"))) == 1)
    process.kill()
    process.communicate()
    kept = made(out)
    assert sorted(p.name for p in kept) == ["cell.json", "log.txt", "small.ipynb"]
    assert main(["sweep", str(path), "small.grid.yaml", "--out", str(out)]) == 0
    captured = capsys.readouterr()
    assert "1 done, 2 new" in captured.out and "2/2 cells" in captured.err
    assert made(out).items() >= kept.items()
    assert len(list(out.iterdir())) == 3
    for folder in out.iterdir():
        told = json.loads((folder / "cell.json").read_text())
        executed = nbformat.read(folder / "small.ipynb", as_version=4)
        rate = told["parameters"]["rate"]
        assert executed.cells[-1].outputs[0].text == f"{2 * rate} {here}\n"
        assert folder.name.startswith(f"rate={rate}-")


SLOW = """
import sys, time
from pathlib import Path

if "spawn_main" in " ".join(sys.orig_argv):
    Path("starting").touch()
    time.sleep(600)
"""


@pytest.mark.skipif(not hasattr(signal, "pthread_sigmask"), reason="needs POSIX signals")
@pytest.mark.parametrize("slow", [True, False], ids=["starting", "training"])
def test_an_interrupt_is_told_in_one_line(here, start, slow):
    (here / "small.grid.yaml").write_text(SETTINGS.replace("epochs: 2", "epochs: 100000"))
    (here / "sitecustomize.py").write_text(SLOW if slow else "")
    process = start("--no-notebook", "small.grid.yaml", "--quiet")
    ready = here / "starting" if slow else here / "runs/small/.checkpoints"
    until(lambda: ready.exists() or process.poll())
    os.killpg(process.pid, signal.SIGINT)
    printed, errors = finish(process, status=130)
    assert errors == "dmnb sweep: interrupted\n" and "finished" not in printed
    assert not list((here / "runs/small").glob("*.json"))


def test_a_failed_cell_keeps_its_notebook_and_log_and_the_rest_go_on(here, capsys):
    high = "assert rate < .15, f'{rate} is high'"
    path = notebook(here, "import os; os.write(2, b'a word')", high, "print('after')")
    (here / "small.grid.yaml").write_text("grid: {rate: [.3, .1]}")
    arguments = ["sweep", str(path), "small.grid.yaml", "--quiet"]
    assert main(arguments) == 1
    assert "1 finished, 1 failed: runs/small/failed" in capsys.readouterr().out
    (kept,) = (here / "runs/small/failed").iterdir()
    executed = nbformat.read(kept / "small.ipynb", as_version=4)
    failed, after = executed.cells[-2:]
    assert failed.outputs[-1].evalue == "0.3 is high" and after.outputs == []
    assert "0.3 is high" in (kept / "log.txt").read_text()
    told = json.loads((kept / "cell.json").read_text())
    assert told["parameters"] == {"rate": 0.3}
    assert told["error"] == "AssertionError: 0.3 is high"

    assert main([*arguments, "--dry-run"]) == 0
    assert "1 failed before, 1 done" in capsys.readouterr().out
    source = path.read_text().replace("rate < .15", "rate < 1")
    path.write_text(source)
    assert main([*arguments, "--dry-run"]) == 0
    assert "1 failed before, 1 other code: notebook" in capsys.readouterr().out
    assert main([*arguments, "--dry-run", "--any-code"]) == 0
    assert "1 failed before, 1 done" in capsys.readouterr().out


def test_a_notebook_saves_records_in_the_folder_of_its_cell(here, capsys):
    save = """
        from pathlib import Path
        folder = Path(out)
        (folder / "sub").mkdir()
        (folder / "sub/kept.txt").write_text(Path("beside.txt").read_text())
    """
    path = notebook(here, textwrap.dedent(save), parameters="rate = 0.4\nout = ''")
    (here / "beside.txt").write_text("read beside the notebook")
    (here / "small.grid.yaml").write_text("grid: {rate: [.1]}")
    arguments = ["sweep", str(path), "small.grid.yaml", "--quiet"]
    assert main(arguments) == 0
    (folder,) = (here / "runs/small").iterdir()
    assert (folder / "sub/kept.txt").read_text() == "read beside the notebook"
    (here / "small.grid.yaml").write_text("grid: {out: [x]}")
    assert main(arguments) == 2
    assert "unknown parameter out; known: rate" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["small.grid.yaml"], "give NOTEBOOK.ipynb and GRID.yaml"),
        (["--no-notebook", "x.ipynb", "small.grid.yaml"], "give NOTEBOOK.ipynb and GRID.yaml"),
        (["--no-notebook", "missing.yaml"], "missing.yaml"),
        (["missing.ipynb", "small.grid.yaml"], "missing.ipynb"),
        (["small.grid.yaml", "small.grid.yaml"], "is no notebook"),
        (["--no-notebook", "bad.yaml"], "bad.yaml: rate must be in"),
        (["--no-notebook", "unknown.yaml"], "unknown.yaml: unknown parameter ratio"),
        (["--no-notebook", "twice.yaml"], "twice.yaml: the same cell twice, once in other words"),
        (["--no-notebook", "small.grid.yaml", "--jobs", "0"], "jobs must be at least 1"),
        (["--no-notebook", "small.grid.yaml", "--gpu-share", "2"], "gpu-share must be in"),
        (["--no-notebook", "small.grid.yaml", "--gpu-share", ".5"], "needs a GPU"),
        (["--no-notebook", "small.grid.yaml", "--ray", "auto", "--jobs", "2"], "--jobs is for"),
        (["--no-notebook", "small.grid.yaml", "--ray", "auto", "--gpu-share", "2"], "in (0, 1]"),
    ],
)
def test_errors_come_before_anything_runs(here, capsys, monkeypatch, arguments, words):
    monkeypatch.setattr("torch.cuda.device_count", lambda: 0)
    (here / "small.grid.yaml").write_text(SETTINGS)
    (here / "bad.yaml").write_text("parameters: {rate: 2}")
    (here / "unknown.yaml").write_text("parameters: {ratio: 2}")
    (here / "twice.yaml").write_text("cases: [{rate: 0.4}, {}]")
    for more in ([], ["--dry-run"]):
        assert main(["sweep", *arguments, *more]) == 2
        said = capsys.readouterr()
        assert words in said.err and len(said.err.splitlines()) == 1
        assert said.out == "" and not (here / "runs").exists()


# --- On a cluster -------------------------------------------------------------------------------


@pytest.fixture
def cluster(monkeypatch):
    """Two nodes of one CPU each, and a head without any; a node that dies is missed soon."""
    pytest.importorskip("ray", reason="needs ray: pip install dmnb[cluster]")
    from ray.cluster_utils import Cluster

    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setenv("RAY_USAGE_STATS_ENABLED", "0")
    small = {"object_store_memory": 80 * 2**20, "include_dashboard": False}
    quick = {
        "health_check_period_ms": 1000,
        "health_check_failure_threshold": 5,
    }
    try:
        made = Cluster(
            initialize_head=True, head_node_args={"num_cpus": 0, "_system_config": quick, **small}
        )
        for _ in range(2):
            made.add_node(num_cpus=1, **small)
    except Exception as error:  # its processes have 30 seconds to start, which no option changes
        pytest.skip(f"no Ray cluster starts on this machine now: {error}")
    yield made
    made.shutdown()


def test_a_cluster_loses_a_node_and_no_cell(here, start, cluster):
    slow = "import os, time; open(f'{marks}/{rate}-{os.getpid()}', 'w'); time.sleep(2)"
    path = notebook(here, slow, "print(2 * rate)", parameters="rate = 0.4\nmarks = ''")
    (here / "marks").mkdir()
    grid = f"parameters: {{marks: {here / 'marks'}}}\n{NOTEBOOK_GRID}"
    (here / "small.grid.yaml").write_text(grid)
    process = start(path, "small.grid.yaml", "--ray", cluster.address)
    until(lambda: len(list((here / "marks").iterdir())) == 2 or process.poll())
    cluster.remove_node(list(cluster.worker_nodes)[-1], allow_graceful=False)
    finish(process)
    folders = list((here / "runs/small").iterdir())
    assert len(folders) == 3
    for folder in folders:
        rate = json.loads((folder / "cell.json").read_text())["parameters"]["rate"]
        executed = nbformat.read(folder / "small.ipynb", as_version=4)
        assert executed.cells[-1].outputs[0].text == f"{2 * rate}\n"
    assert len(list((here / "marks").iterdir())) == 4, "one cell was started again"


# --- The parts ----------------------------------------------------------------------------------


class Small:
    """Cells that write a file, or kill their process where they are told to."""

    suffix, code = "", {"loss": "1"}

    def code_here(self):
        return self.code

    def finished(self, path):
        return json.loads((path / "cell.json").read_text())["code"]

    def run(self, cell, folder):
        (folder / "result").write_text(str(os.environ.get("CUDA_VISIBLE_DEVICES")))
        if cell.parameters.get("kill"):
            os.kill(os.getpid(), signal.SIGKILL)
        os.system("echo told")


def cells(*parameters):
    return [sweep.Cell(values, f"cell{index}", "") for index, values in enumerate(parameters)]


@pytest.fixture
def pool():
    pool = sweep.Processes([{"OMP_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": "3"}])
    yield pool
    pool.close()


def test_a_process_that_dies_fails_its_cell_alone(pool, tmp_path):
    chosen = cells({}, {"kill": True}, {})
    outcomes = {cell.name: o.error for cell, o in sweep.sweep(Small(), chosen, tmp_path, pool)}
    assert outcomes["cell0"] is outcomes["cell2"] is None
    assert outcomes["cell1"] == "RuntimeError: the process of this cell died (SIGKILL)"
    assert {path.name for path in tmp_path.iterdir()} == {"cell0", "cell2", "failed"}
    assert (tmp_path / "cell0/result").read_text() == "3"
    assert (tmp_path / "cell0/log.txt").read_text() == "told\n"
    assert "died" in (tmp_path / "failed/cell1/log.txt").read_text()


def test_two_sweeps_do_not_share_a_folder(pool, tmp_path):
    first = sweep.sweep(Small(), cells({}, {}), tmp_path, pool)
    next(first)
    with pytest.raises(ValueError, match="another sweep is running into"):
        next(sweep.sweep(Small(), cells({}), tmp_path, pool))
    assert len(list(first)) == 1
    assert list(sweep.sweep(Small(), cells({}), tmp_path, pool)), "and then it may"


def test_half_a_cell_is_never_seen(tmp_path, monkeypatch):
    (cell,) = cells({})
    outcome = sweep.Outcome({"result": b"1"}, {"loss": "1"}, {}, 1.0, None)

    def full(path, content):
        raise OSError("No space left on device")

    with monkeypatch.context() as patch, pytest.raises(OSError, match="No space"):
        patch.setattr(sweep.run, "atomic_write", full)
        sweep.run.keep(Small(), cell, outcome, tmp_path)
    assert sweep.status(Small(), cell, tmp_path) == "new"
    sweep.run.keep(Small(), cell, replace(outcome, error="no"), tmp_path)
    assert sweep.status(Small(), cell, tmp_path) == "failed before"
    sweep.run.keep(Small(), cell, outcome, tmp_path)
    assert sweep.status(Small(), cell, tmp_path) == "done"
    files = [path.name for path in tmp_path.rglob("*") if path.is_file()]
    assert sorted(files) == ["cell.json", "result"], "what failed before is gone"


def test_without_posix_locks_a_sweep_runs_all_the_same(pool, tmp_path, monkeypatch):
    """None in sys.modules makes an import fail, as it does on Windows."""
    monkeypatch.setitem(sys.modules, "fcntl", None)
    assert len(list(sweep.sweep(Small(), cells({}), tmp_path, pool))) == 1


def test_why_a_cell_runs_again_is_told(tmp_path):
    (cell,) = cells({})
    for code, expected in (
        ({"loss": "1"}, "done"),
        ({"loss": "2"}, "other code: loss"),
        ({"loss": "1", "train": "1"}, "other code: train"),
        ({}, "other code: not told"),
    ):
        sweep.run.keep(Small(), cell, sweep.Outcome({}, code, {}, 1.0, None), tmp_path)
        assert sweep.status(Small(), cell, tmp_path) == expected
    (tmp_path / "cell0/cell.json").write_text("{")
    assert sweep.status(Small(), cell, tmp_path).startswith("unreadable: ")


def test_a_torn_record_runs_again(here):
    (here / "small.grid.yaml").write_text("parameters: {width: 8, epochs: 1}")
    (cell,) = sweep.Settings().cells("small.grid.yaml")
    (here / cell.name).write_text('{"config": {')
    assert cell.name in sweep.status(sweep.Settings(), cell, here)


def test_a_cell_in_its_middle_goes_on_from_its_checkpoint(here, monkeypatch):
    (here / "small.grid.yaml").write_text("parameters: {width: 8, epochs: 1}")
    given, run = [], experiment.run

    def spy(config, **options):
        given.append(options["checkpoint"])
        return run(config, **options)

    monkeypatch.setattr(experiment, "run", spy)
    kind = sweep.Settings(here / "checkpoints")
    (cell,) = kind.cells("small.grid.yaml")
    kind.run(cell, here)
    assert given == [here / "checkpoints"] and (here / cell.name).exists()


def test_an_emphasis_may_be_a_mapping(here):
    text = json.dumps({"cases": [{"emphasis": emphasis.Focal(1.5).to_dict()}]})
    (here / "small.grid.yaml").write_text(text)
    (cell,) = sweep.Settings().cells("small.grid.yaml")
    assert cell.name.startswith("digits-symmetric-family_focal_gamma_1_5")
    twice = {"cases": [{"emphasis": {"family": "focal"}}, {"emphasis": '{"family": "focal"}'}]}
    (here / "small.grid.yaml").write_text(json.dumps(twice))
    with pytest.raises(ValueError, match="the same cell twice, once in other words"):
        sweep.Settings().cells("small.grid.yaml")


def test_processes_share_the_cores_and_the_gpus(monkeypatch):
    monkeypatch.setattr("os.sched_getaffinity", lambda pid: range(8), raising=False)
    monkeypatch.setattr("torch.cuda.device_count", lambda: 2)
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    assert sweep.environments(None, None) == [{"OMP_NUM_THREADS": "8"}]
    assert sweep.environments(3, None) == [{"OMP_NUM_THREADS": "2"}] * 3
    shared = sweep.environments(None, 0.5)
    assert [one["CUDA_VISIBLE_DEVICES"] for one in shared] == ["0", "1", "0", "1"]
    assert sweep.environments(1, 0.1) == [{"OMP_NUM_THREADS": "8", "CUDA_VISIBLE_DEVICES": "0"}]
    with pytest.raises(ValueError, match="at most 2"):
        sweep.environments(3, 1)
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "5,7")
    assert [one["CUDA_VISIBLE_DEVICES"] for one in sweep.environments(2, 1)] == ["5", "7"]


def test_without_a_notebook_no_jupyter_is_needed(here):
    """None in sys.modules makes an import fail."""
    (here / "small.grid.yaml").write_text("parameters: {width: 8, epochs: 1}")
    code = """
        import sys
        absent = ["papermill", "nbformat", "IPython", "jupyter_client", "matplotlib", "rich", "ray"]
        sys.modules.update(dict.fromkeys(absent))
        from dmnb import cli, sweep
        from dmnb.sweep.run import work
        kind = sweep.Settings()
        (cell,) = kind.cells("small.grid.yaml")
        print(work(kind, cell).error)
    """
    environment = os.environ | {"OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)], capture_output=True, text=True,
        env=environment, timeout=TIMEOUT, check=False,
    )  # fmt: skip
    assert done.stdout == "None\n", done.stderr
