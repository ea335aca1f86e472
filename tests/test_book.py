"""The built book as a reader meets it: in a browser, without a kernel and without a network."""

import functools
import http.server
import json
import os
import shutil
import threading
from pathlib import Path

import numpy as np
import pytest

import dmnb
import dmnb.emphasis as emphasis

pytestmark = pytest.mark.browser

BOOK = Path(__file__).parent.parent / "_build" / "html"
EXPLORER = "book/intro.html"
LOSSES = {
    "cce": emphasis.CCE(),
    "gce": emphasis.GCE(0.7),
    "mse": emphasis.MSE(),
    "mae": emphasis.MAE(),
}


def missing(what):
    """Continuous integration must have everything; elsewhere the reader of the log is told."""
    (pytest.fail if os.environ.get("CI") else pytest.skip)(what)


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def address():
    if not (BOOK / "index.html").is_file():
        missing("the book is not built: run `make book` first")
    handler = functools.partial(QuietHandler, directory=BOOK)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


@pytest.fixture(scope="module")
def browser():
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        missing("playwright is not installed")
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    chromium = chromium or shutil.which("google-chrome")
    if chromium is None:
        missing("no Chromium on the PATH: install the system's chromium package")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def visit(browser, address):
    """visit(path, **context) -> page; at the end nothing may have gone wrong on any of them."""
    complaints, contexts = [], []

    def visit(path, **options):
        context = browser.new_context(**{"viewport": {"width": 1280, "height": 900}} | options)
        contexts.append(context)

        def local_only(route):
            if route.request.url.startswith((address, "file:", "data:", "blob:")):
                return route.continue_()
            complaints.append(f"{path} asks for {route.request.url}")
            return route.abort()

        context.route("**/*", local_only)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(f"{path}: {error}"))
        page.on(
            "console",
            lambda message: (
                message.type == "error" and complaints.append(f"{path}: {message.text}")
            ),
        )
        page.on(
            "response",
            lambda answer: (
                answer.status >= 400 and complaints.append(f"{answer.status} {answer.url}")
            ),
        )
        page.goto(path if ":" in path else address + path)
        return page

    yield visit
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture
def explorer(visit):
    return open_explorer(visit)


def open_explorer(visit, path=EXPLORER, **options):
    page = visit(path, **options)
    page.wait_for_selector(".dmnb [data-axis=p] path.line")
    return page


def points(page, axis="p"):
    """{curve: (x, y)} as drawn, in full precision."""
    panel = f"document.querySelector('.dmnb [data-axis={axis}]')"
    drawn = json.loads(page.evaluate(f"JSON.stringify({panel}.points)"))
    return {name: (np.array(c["x"]), np.array(c["y"])) for name, c in drawn.items()}


def commit(page, trait, text):
    field = page.locator(f".dmnb input[type=number][data-trait={trait}]")
    field.fill(text)
    field.press("Enter")


def choose(page, value):
    page.locator(f".dmnb .choice input[value={value}]").check(force=True)


def pages():
    return [
        p.relative_to(BOOK).as_posix()
        for p in sorted(BOOK.rglob("*.html"))
        if "_static" not in p.parts
    ]


def test_every_page_is_whole_described_and_fits_a_phone(visit):
    for path in pages():
        page = visit(path)
        page.wait_for_load_state("networkidle")
        if page.locator("script[type='application/vnd.jupyter.widget-view+json']").count():
            page.wait_for_selector(".dmnb .chart path.line")
        images = page.evaluate("[...document.images].map((i) => [i.alt, i.src, i.naturalWidth])")
        for alt, source, width in images:
            described = alt.strip() and not alt.endswith((".svg", ".png"))
            assert described, f"{path}: {source} has no alternative text, only {alt!r}"
            assert width > 0, f"{path}: {source} does not load"
        page.set_viewport_size({"width": 360, "height": 740})
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= 360, f"{path} is {wide} px wide on a phone of 360"
        page.context.close()


def test_the_book_needs_no_server(visit):
    page = open_explorer(visit, (BOOK / EXPLORER).as_uri())
    assert set(points(page)) == {"dm", "cce"}


def test_arrow_keys_move_the_curve(explorer):
    explorer.evaluate(
        "window.seen = 0; document.addEventListener('keydown', () => (window.seen += 1))"
    )
    for trait in ("lam", "beta"):
        slider = explorer.locator(f".dmnb input[type=range][data-trait={trait}]")
        slider.focus()
        before = points(explorer), points(explorer, "m")
        for key, sign in [("ArrowRight", 1), ("ArrowLeft", -1), ("End", 1), ("Home", -1)]:
            value = float(slider.input_value())
            slider.press(key)
            assert sign * (float(slider.input_value()) - value) > 0
            after = points(explorer), points(explorer, "m")
            for old, new in zip(before, after, strict=True):
                assert not np.array_equal(old["dm"][1], new["dm"][1])
                np.testing.assert_array_equal(old["cce"][1], new["cce"][1])
            before = after
    assert explorer.evaluate("window.seen") == 0, "the notebook around must not see these keys"


def test_curves_are_those_of_the_package(explorer):
    for loss in LOSSES:
        explorer.locator(f".dmnb .overlay input[value={loss}]").check()
    for i in range(50):
        lam, beta = round(4 * (i * 0.618034 % 1), 3), round(-4 + 28 * (i * 0.754878 % 1), 3)
        anchored = i % 3 == 2 and beta > 0
        view = ["density", "weight"][i % 2]
        choose(explorer, view)
        if not anchored:
            choose(explorer, "dm")
        commit(explorer, "lam", str(lam))
        commit(explorer, "beta", str(beta))
        if anchored:
            choose(explorer, "anchored")
        name, family = ("anchored", emphasis.AnchoredDM) if anchored else ("dm", emphasis.DM)
        expected = LOSSES | {name: family(lam, beta)}
        for axis, method in [("p", view), ("m", f"{view}_at")]:
            drawn = points(explorer, axis)
            assert set(drawn) == set(expected)
            for curve, (x, y) in drawn.items():
                reference = getattr(expected[curve], method)(x)
                np.testing.assert_allclose(y, reference, rtol=1e-6, err_msg=f"{expected[curve]!r}")


def test_mode_and_contrast_are_shown_and_set(explorer):
    shown = {
        name: explorer.locator(f".dmnb input[type=number][data-trait={name}]")
        for name in ("lam", "beta", "mode", "contrast")
    }
    reference = emphasis.DM(0.5, 12)
    assert float(shown["mode"].input_value()) == pytest.approx(reference.mode, rel=1e-3)
    assert float(shown["contrast"].input_value()) == pytest.approx(reference.contrast, rel=1e-3)
    commit(explorer, "contrast", "50")
    commit(explorer, "mode", "0.5")
    target = emphasis.DM.from_mode(0.5, 50)
    assert float(shown["lam"].input_value()) == pytest.approx(target.lam, abs=1e-3)
    assert float(shown["beta"].input_value()) == pytest.approx(target.beta, abs=0.02)


def test_copied_line_makes_the_loss(visit):
    page = open_explorer(visit, permissions=["clipboard-read", "clipboard-write"])
    commit(page, "lam", "1")
    commit(page, "beta", "8.5")
    choose(page, "weight")
    page.get_by_role("button", name="Copy the Python line").click()
    page.get_by_text("Copied", exact=True).wait_for()
    namespace = {"dmnb": dmnb}
    exec(page.evaluate("navigator.clipboard.readText()"), namespace)
    assert namespace["loss"].emphasis == emphasis.DM(1, 8.5)
    assert namespace["loss"].normalization == "none"


def test_nonsense_is_answered_in_words(explorer):
    cases = [
        ("lam", "99", "λ must be a number from 0 to 4, not 99"),
        ("lam", "", "λ must be a number"),
        ("beta", "-40", "β must be a number from −4 to 24, not −40"),
        ("beta", "1e400", "β must be a number"),
        ("mode", "2", "mode must be a number from 0 to 0.8"),
        ("contrast", "0.5", "contrast must be a number of at least 1"),
        ("contrast", "1e30", "β ends at 24"),
    ]
    for i, (trait, text, words) in enumerate(cases):
        commit(explorer, trait, text)
        assert words in explorer.get_by_role("alert").inner_text()
        for axis in "pm":
            assert np.isfinite(points(explorer, axis)["dm"][1]).all()
        commit(explorer, "lam", str(1 + i % 2))
        assert explorer.locator(".dmnb [role=alert]").inner_text() == ""


def test_a_spoilt_page_falls_back_to_defaults(visit, address, browser):
    page = open_explorer(visit)

    def spoil(route):
        body = route.fetch().text()
        assert '"lam": 0.5' in body and '"view": "density"' in body
        body = body.replace('"lam": 0.5', '"lam": "wide"').replace(
            '"view": "density"', '"view": "x"'
        )
        route.fulfill(body=body, content_type="text/html")

    page.route("**/intro.html", spoil)
    page.reload()
    page.wait_for_selector(".dmnb [data-axis=p] path.line")
    message = page.get_by_role("alert").inner_text()
    assert "λ must be a number from 0 to 4, not wide" in message and "view" in message
    x, y = points(page)["dm"]
    np.testing.assert_allclose(y, emphasis.DM(0.5, 12).density(x), rtol=1e-6)


def test_theme_changes_under_a_drawn_curve(visit):
    page = open_explorer(visit, color_scheme="light")

    def brightness():
        style = "getComputedStyle(document.querySelector('.dmnb')).color"
        return max(int(part) for part in page.evaluate(f"{style}.match(/\\d+/g)")[:3])

    assert brightness() < 100
    for _ in range(3):
        if page.evaluate("document.documentElement.dataset.theme") != "dark":
            page.locator(".theme-switch-button:visible").first.click()
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    assert brightness() > 180


def test_values_can_be_read_off_by_keyboard(explorer):
    panel = explorer.get_by_role("slider", name="Read the curves at probability p")
    panel.focus()
    panel.press("Home")
    for _ in range(3):
        panel.press("PageUp")
    assert float(panel.get_attribute("aria-valuenow")) == pytest.approx(0.3)
    value = emphasis.DM(0.5, 12).density(0.3)
    assert f"DM {value:.3g}" in explorer.locator(".dmnb .readout").inner_text()
    assert f"DM {value:.3g}" in panel.get_attribute("aria-valuetext")


def test_controls_have_roles_and_names(explorer):
    group = explorer.get_by_role("group", name="Emphasis explorer")
    for role, names in {
        "slider": ["λ, where the emphasis peaks", "β, how strong the emphasis is"],
        "spinbutton": ["λ, where the emphasis peaks: number", "mode psi", "contrast R"],
        "radio": ["DM", "anchored DM", "density", "weight"],
        "checkbox": ["CCE", "GCE, q = 0.7", "MSE", "MAE"],
    }.items():
        for name in names:
            assert group.get_by_role(role, name=name).first.is_visible(), f"{role} {name}"
