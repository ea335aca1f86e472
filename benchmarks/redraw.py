"""How long the widgets take to redraw, in Chromium: the table is in milliseconds, 95th percentile.

    python benchmarks/redraw.py [--moves 300] [--slowdown 1]

Each move is made at the start of a frame and timed twice: the script alone, and until the frame is
laid out and painted. --slowdown 4 is about a phone.
"""

import argparse
import shutil
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

from dmnb import emphasis
from dmnb.widgets import Dynamics, Explorer, Studio

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "tests"))

import stage  # noqa: E402

DRAWN = emphasis.Tabulated((0.0, 0.15, 0.33, 0.5, 0.75, 1.0), (0.1, 1.0, 2.3, 1.6, 0.4, 0.1))
OVERLAYS = ["cce", "gce", "mse", "mae", "x-Focal", "x-TaylorCE", "x-AGCE"]

SLIDER = """(k) => {
  const slider = document.querySelector('.dmnb input[type=range][data-trait=TRAIT]');
  const [low, high] = [Number(slider.min), Number(slider.max)];
  slider.value = low + (high - low) * (0.5 + 0.45 * Math.sin(k / 7));
  slider.dispatchEvent(new Event('input', { bubbles: true }));
}"""
DRAG = """(k) => {
  const handle = document.querySelectorAll('.dmnb .handle')[2];
  const box = document.querySelector('.dmnb .handles').getBoundingClientRect();
  const at = (type, x, y) => handle.dispatchEvent(new PointerEvent(type,
    { bubbles: true, pointerId: 1, clientX: box.left + x, clientY: box.top + y, button: 0 }));
  if (k === 0) {
    handle.setPointerCapture = () => {};
    at('pointerdown', 130, 100);
  }
  at('pointermove', 130 + 25 * Math.sin(k / 9), 120 + 70 * Math.sin(k / 5));
}"""
TIME = """async ([move, moves]) => {
  const run = eval(move);
  const [script, whole] = [[], []];
  for (let k = 0; k < moves + 20; k += 1)
    await new Promise((done) => requestAnimationFrame(() => {
      const start = performance.now();
      run(k);
      script.push(performance.now() - start);
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => {
        whole.push(performance.now() - start);
        done();
      };
      port2.postMessage(0); // arrives when this frame has been painted
    }));
  const high = (times) => times.slice(20).sort((a, b) => a - b)[Math.floor(0.95 * moves)];
  return [high(script), high(whole)];
}"""


def records():
    """Recorded runs of the book, where there are some."""
    return sorted((ROOT / "book" / "results" / "digits_lr").glob("*-lr0.01-seed0-*.json"))


def cases():
    runs = records()
    slide = {trait: SLIDER.replace("TRAIT", trait) for trait in ("beta", "epoch")}
    return {
        "explorer, slider": (Explorer(overlays=OVERLAYS[:4]), slide["beta"]),
        "studio, slider": (Studio(record=runs), slide["beta"]),
        "studio, slider, 7 overlays": (Studio(record=runs, overlays=OVERLAYS), slide["beta"]),
        "studio, slider, objective": (
            Studio(record=runs, overlays=OVERLAYS, against="objective"),
            slide["beta"],
        ),
        "studio, drag": (Studio(DRAWN, record=runs, view="weight"), DRAG),
        "studio, drag, 7 overlays": (
            Studio(DRAWN, record=runs, view="weight", overlays=OVERLAYS, against="objective"),
            DRAG,
        ),
        "dynamics, slider": (Dynamics(runs), slide["epoch"]),
    }


def opened(browser, widget):
    body = stage.html(widget)
    page = browser.new_page(viewport={"width": 1280, "height": 1200})
    page.route("**/*", lambda route: route.fulfill(body=body, content_type="text/html"))
    page.goto(stage.ADDRESS)
    page.wait_for_function("window.ready")
    return page


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--moves", type=int, default=300)
    parser.add_argument("--slowdown", type=float, default=1)
    arguments = parser.parse_args()
    print(f"{'':30}{'script':>9}{'painted':>9}")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        for name, (widget, move) in cases().items():
            page = opened(browser, widget)
            client = page.context.new_cdp_session(page)
            client.send("Emulation.setCPUThrottlingRate", {"rate": arguments.slowdown})
            script, whole = page.evaluate(TIME, [move, arguments.moves])
            print(f"{name:30}{script:9.1f}{whole:9.1f}", flush=True)
            page.close()
        browser.close()


if __name__ == "__main__":
    main()
