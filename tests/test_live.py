"""A widget in a running JupyterLab: what is done in the page reaches Python, and the other way."""

import importlib.util
import json
import os
import re
import subprocess
import sys
import time

import nbformat
import pytest

pytest.importorskip("anywidget")

import stage as theatre

from dmnb import emphasis

pytestmark = pytest.mark.browser
chromium = theatre.chromium

START = emphasis.Tabulated((0.0, 0.2, 0.5, 0.8, 1.0), (0.5, 2.0, 3.0, 1.0, 0.25))
CELLS = [
    "from dmnb import emphasis\n"
    "from dmnb.widgets import Studio\n"
    f"studio = Studio(emphasis.{START!r}, view='weight')\n"
    "studio",
    "print(studio.emphasis)",
    "studio.emphasis = emphasis.AnchoredDM(0.5, 6)",
]
# No question about news, and so no request for them.
PAGE_CONFIG = {"disabledExtensions": {"@jupyterlab/apputils-extension:announcements": True}}


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """The address of a JupyterLab that serves one notebook, everything of it in one folder."""
    if importlib.util.find_spec("jupyterlab") is None:
        theatre.missing("JupyterLab is not installed")
    folder = tmp_path_factory.mktemp("lab")
    work, config, runtime = (folder / name for name in ("work", "config", "runtime"))
    (config / "labconfig").mkdir(parents=True)
    (config / "labconfig" / "page_config.json").write_text(json.dumps(PAGE_CONFIG))
    work.mkdir()
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(c) for c in CELLS])
    notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3"}
    nbformat.write(notebook, work / "live.ipynb")
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"]
    command += ["--ServerApp.ip=127.0.0.1", "--ServerApp.port=0", "--ServerApp.open_browser=False"]
    command += [f"--ServerApp.root_dir={work}", "--LabApp.extension_manager=readonly"]
    environment = os.environ | {
        "HOME": str(folder),
        "JUPYTER_CONFIG_DIR": str(config),
        "JUPYTER_RUNTIME_DIR": str(runtime),
        "JUPYTER_DATA_DIR": str(folder / "data"),
        "IPYTHONDIR": str(folder / "ipython"),
    }
    with (folder / "log").open("w") as log:
        server = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
        try:
            yield address_of(server, runtime, folder / "log")
        finally:
            server.terminate()
            server.wait(20)


def address_of(server, runtime, log):
    for _ in range(300):
        for path in runtime.glob("jpserver-*.json"):
            try:
                info = json.loads(path.read_text())
            except ValueError:
                continue
            return f"{info['url']}lab/tree/live.ipynb?token={info['token']}"
        if server.poll() is not None:
            break
        time.sleep(0.1)
    pytest.fail(f"JupyterLab did not start: {log.read_text()[-2000:]}")


def run_cell(page, number):
    cell = page.locator(".jp-Notebook .jp-CodeCell").nth(number)
    prompt = cell.locator(".jp-InputPrompt")
    before = prompt.inner_text()
    for _ in range(12):
        cell.locator(".cm-content").click()
        page.keyboard.press("Control+Enter")
        if becomes(page, lambda: prompt.inner_text() != before, seconds=10):
            break  # else JupyterLab did not listen to its keys yet
    done = re.compile(r"\[\d+\]:")  # "[*]:" while it runs
    assert becomes(
        page, lambda: prompt.inner_text() != before and done.match(prompt.inner_text()), 120
    ), f"cell {number} is at {prompt.inner_text()!r}"
    return cell


def becomes(page, true, seconds):
    """Whether true() within so many seconds."""
    end = time.monotonic() + seconds
    while not true() and time.monotonic() < end:
        page.wait_for_timeout(100)
    return bool(true())


def printed(page):
    """What `print(studio.emphasis)` says, once it says something new."""
    before = page.locator(".jp-CodeCell").nth(1).locator(".jp-OutputArea").inner_text()
    run_cell(page, 1)
    page.wait_for_function(
        "(before) => { const text = document.querySelectorAll('.jp-CodeCell')[1]"
        ".querySelector('.jp-OutputArea').innerText; return text.trim() && text !== before; }",
        arg=before,
    )
    text = page.locator(".jp-CodeCell").nth(1).locator(".jp-OutputArea").inner_text()
    return eval(text, vars(emphasis))


def test_a_drag_reaches_python_and_an_assignment_the_page(chromium, lab):
    page = chromium.new_page(viewport={"width": 1280, "height": 1000})
    errors = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(lab)
    page.locator(".jp-Notebook .jp-CodeCell").nth(2).wait_for(timeout=60_000)
    page.locator(
        "[data-status=idle], .jp-Notebook-ExecutionIndicator[data-status=idle]"
    ).first.wait_for(timeout=60_000)
    run_cell(page, 0)
    handle = page.get_by_role("slider", name="Point 3 of 5")
    handle.wait_for(timeout=30_000)
    assert printed(page) == START

    handle.scroll_into_view_if_needed()
    box = handle.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 15, y + 40, steps=6)
    page.mouse.up()
    moved = printed(page)
    assert moved.p[2] > START.p[2] and moved.w[2] < START.w[2]
    assert (moved.p[:2], moved.w[:2]) == (START.p[:2], START.w[:2])

    cells = page.locator(".jp-CodeCell").count()
    page.get_by_role("slider", name="Point 2 of 5").press("Delete")
    page.get_by_role("slider", name="Point 2 of 4").press("ArrowUp")
    assert len(printed(page).p) == 4
    assert page.locator(".jp-CodeCell").count() == cells, "the notebook must not see these keys"

    run_cell(page, 2)
    page.locator(".dmnb .formula", has_text="exp(6").wait_for()
    y = page.evaluate("document.querySelector('.dmnb [data-axis=p]').points.own.y")
    x = page.evaluate("document.querySelector('.dmnb [data-axis=p]').points.own.x")
    assert y == pytest.approx([emphasis.AnchoredDM(0.5, 6).weight(p) for p in x], rel=1e-9)
    assert "#" not in page.url, "the address is JupyterLab's"
    assert errors == []
    page.close()
