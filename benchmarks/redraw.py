"""How long the widgets take to redraw, in Chromium.

    python benchmarks/redraw.py [--moves 300] [--slowdown 1]

Each move is made at the start of a frame. The table has, in milliseconds, the 95th percentiles of
the processor time of the page's thread (script, style, layout, paint), which a busy machine leaves
as it is, and of the time on the clock until the frame is painted. --slowdown 4 is about a phone.
"""

import argparse
import bisect
import json
import shutil
import statistics
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

from dmnb import emphasis
from dmnb.widgets import Dynamics, Explorer, Studio

WARM_UP = 20
CATEGORIES = ["devtools.timeline", "disabled-by-default-devtools.timeline"]
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
  const painted = [];
  for (let k = 0; k < moves + WARM_UP; k += 1)
    await new Promise((done) => requestAnimationFrame(() => {
      const start = performance.now();
      run(k);
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => {
        painted.push(performance.now() - start);
        done();
      };
      port2.postMessage(0); // arrives when this frame has been painted
    }));
  return painted;
}""".replace("WARM_UP", str(WARM_UP))


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


def processor_times(trace):
    """Milliseconds that the page's thread worked in each frame."""
    complete = [event for event in trace["traceEvents"] if event.get("ph") == "X"]
    frames = [event for event in complete if event["name"] == "FireAnimationFrame"]
    thread = frames[0]["pid"], frames[0]["tid"]
    starts = sorted(event["ts"] for event in frames)
    times = [0.0] * len(starts)
    for event in complete:
        if event["name"] == "RunTask" and (event["pid"], event["tid"]) == thread:
            k = bisect.bisect_right(starts, event["ts"] + event["dur"]) - 1
            times[max(k, 0)] += event.get("tdur", 0) / 1000
    return times


def high(times):
    return statistics.quantiles(times[WARM_UP:], n=20)[-1]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--moves", type=int, default=300)
    parser.add_argument("--slowdown", type=float, default=1)
    arguments = parser.parse_args()
    print(f"{'':30}{'processor':>11}{'painted':>9}")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        for name, (widget, move) in cases().items():
            page = opened(browser, widget)
            client = page.context.new_cdp_session(page)
            client.send("Emulation.setCPUThrottlingRate", {"rate": arguments.slowdown})
            browser.start_tracing(page=page, categories=CATEGORIES)
            painted = page.evaluate(TIME, [move, arguments.moves])
            times = processor_times(json.loads(browser.stop_tracing()))
            print(f"{name:30}{high(times):11.1f}{high(painted):9.1f}", flush=True)
            page.close()
        browser.close()


if __name__ == "__main__":
    main()
