"""A stage for widgets: a page that mounts them as a notebook does, their models living in the page.

A test module takes part with `chromium, stage = theatre.chromium, theatre.stage`.
"""

import json
import os
import shutil
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ADDRESS = "https://stage.invalid/"
PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Stage</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>body { max-width: 760px; margin: 0 auto; padding: 16px; }
html[data-theme="dark"] body { background: #121212; color: #e4e6ea; }</style></head>
<body><main><h1>Stage</h1></main><script type="module">
window.models = [];
window.endings = [];
for (const { module, state } of WIDGETS) {
  const listeners = {};
  const model = {
    state,
    saves: 0,
    get: (name) => state[name],
    set(name, value) {
      const changed = JSON.stringify(state[name]) !== JSON.stringify(value);
      state[name] = value;
      if (changed) (listeners[`change:${name}`] ?? []).forEach((listener) => listener());
    },
    save_changes: () => (model.saves += 1),
    on: (event, listener) => (listeners[event] ??= []).push(listener),
    off: (event, listener) =>
      (listeners[event] = listeners[event].filter((other) => other !== listener)),
  };
  const source = new Blob([module], { type: "text/javascript" });
  const { default: widget } = await import(URL.createObjectURL(source));
  const el = document.createElement("div");
  document.querySelector("main").append(el);
  models.push(model);
  endings.push(widget.render({ model, el }));
}
window.ready = true;
</script></body></html>"""


def missing(what):
    """Continuous integration must have everything; elsewhere the reader of the log is told."""
    (pytest.fail if os.environ.get("CI") else pytest.skip)(what)


@pytest.fixture(scope="module")
def chromium():
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        missing("playwright is not installed")
    names = ("chromium", "chromium-browser", "google-chrome")
    path = next(filter(None, map(shutil.which, names)), None)
    if path is None:
        missing("no Chromium on the PATH: install the system's chromium package")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


def state_of(widget):
    """Its own traits, as the page gets them."""
    from anywidget import AnyWidget

    own = set(type(widget).class_traits(sync=True)) - set(AnyWidget.class_traits(sync=True))
    own -= {"_esm", "_anywidget_id"}
    return {name: getattr(widget, name) for name in sorted(own)}


def html(*widgets, **changes):
    """The page; changes replace traits of the first widget, whether they are possible or not."""
    parts = [{"module": str(w._esm), "state": state_of(w)} for w in widgets]
    parts[0]["state"] |= changes
    return PAGE.replace("WIDGETS", json.dumps(parts).replace("</", "<\\/"))


@pytest.fixture
def stage(chromium):
    """stage(*widgets, hash="", theme=None, changes={}, **context) -> page.

    At the end nothing may have gone wrong: no error in the console, no request to anywhere.
    """
    contexts, complaints = [], []

    def stage(*widgets, hash="", theme=None, changes=None, **options):
        context = chromium.new_context(**{"viewport": {"width": 1280, "height": 900}} | options)
        contexts.append(context)
        body = html(*widgets, **(changes or {}))
        if theme:
            body = body.replace("<html", f'<html data-theme="{theme}"', 1)

        def answer(route):
            if route.request.url == ADDRESS:
                return route.fulfill(body=body, content_type="text/html")
            complaints.append(f"a request for {route.request.url}")
            return route.abort()

        context.route("**/*", answer)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "console",
            lambda message: message.type == "error" and complaints.append(message.text),
        )
        page.goto(ADDRESS + hash)
        page.wait_for_function("window.ready")
        return page

    yield stage
    for context in contexts:
        context.close()
    assert complaints == []


def trait(page, name, index=0):
    return page.evaluate(f"models[{index}].state[{name!r}]")


def assign(page, name, value, index=0):
    """What an assignment in Python comes to, in the page."""
    page.evaluate(f"models[{index}].set({name!r}, {json.dumps(value)})")


def violations(page):
    """What axe-core finds wrong with the widgets of the page."""
    source = ROOT / "node_modules" / "axe-core" / "axe.min.js"
    if not source.is_file():
        missing("axe-core is not installed: run `npm ci`")
    if not page.evaluate("'axe' in window"):
        page.evaluate(source.read_text(encoding="utf-8"))
    found = page.evaluate("axe.run('.dmnb').then(({ violations }) => violations)")
    return [f"{v['id']}: {[n['html'][:120] for n in v['nodes']]}" for v in found]
