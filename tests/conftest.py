"""Set-up shared by the tests: seeds, the browser, the built book, and what may be missing where.

A tool that a person may lack (Chromium, a built book) is a visible skip on their machine and a
failure in continuous integration, which is told by the environment variable CI.
"""

import os
import shutil
from pathlib import Path

import pytest
import torch
from hypothesis import settings

ROOT = Path(__file__).resolve().parents[1]
CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

# A busy machine is not a bug, and a failure must come again when it is looked for.
settings.register_profile("dmnb", deadline=None, derandomize=True)
settings.load_profile("dmnb")


def missing(what: str) -> None:
    (pytest.fail if os.environ.get("CI") else pytest.skip)(what)


def pytest_runtest_setup(item):
    if item.get_closest_marker("gpu") and not torch.cuda.is_available():
        pytest.skip("needs a CUDA device")


@pytest.fixture(autouse=True)
def seed():
    torch.manual_seed(0)


@pytest.fixture
def data_root() -> Path:
    """The folder of real data sets, DMNB_DATA; tests that want it are skipped without it."""
    if not os.environ.get("DMNB_DATA"):
        pytest.skip("DMNB_DATA names no folder of data sets")
    return Path(os.environ["DMNB_DATA"])


@pytest.fixture(scope="session")
def html() -> Path:
    """The folder of the built book's pages."""
    pages = ROOT / "_build" / "html"
    if not (pages / "index.html").exists():
        missing("the book is not built: make book")
    return pages


@pytest.fixture(scope="session")
def browser():
    """A headless Chromium (a playwright Browser): the system's own, so nothing is downloaded."""
    names = ("chromium", "chromium-browser", "google-chrome")
    path = next(filter(None, map(shutil.which, names)), None)
    if path is None:
        missing(f"no browser: none of {', '.join(names)} is on the PATH")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=CHROMIUM_FLAGS)
        yield browser
        browser.close()
