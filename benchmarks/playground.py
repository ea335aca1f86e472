"""How the playground runs in Chromium: pictures a second and the longest wait of a reader's input.

    python benchmarks/playground.py [--seconds 5] [--slowdown 1]

Two 2-16-16-3 networks on 400 points, at each speed. "wait" is how long a message to the page lay
unanswered while it trained and drew, in milliseconds. --slowdown 4 is about a phone.
"""

import argparse
import shutil
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

from dmnb.widgets import Playground

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

import stage

RUN = """(seconds) => new Promise((done) => {
  const [frames, waits] = [[], []];
  const { port1, port2 } = new MessageChannel();
  const ask = () => port2.postMessage(performance.now());
  port1.onmessage = ({ data }) => {
    waits.push(performance.now() - data);
    setTimeout(ask, 5);
  };
  ask();
  const start = performance.now();
  const frame = (now) => {
    frames.push(now);
    if (performance.now() - start < 1000 * seconds) return requestAnimationFrame(frame);
    port1.onmessage = null;
    const gaps = frames.slice(1).map((time, i) => time - frames[i]).sort((a, b) => a - b);
    waits.sort((a, b) => a - b);
    const high = (times) => times[Math.floor(0.95 * times.length)];
    const rate = (1000 * gaps.length) / (frames.at(-1) - frames[0]);
    return done([rate, high(gaps), high(waits), waits.at(-1)]);
  };
  requestAnimationFrame(frame);
})"""


def opened(browser, widget):
    page = browser.new_page(viewport={"width": 1280, "height": 1200})
    body = stage.html(widget)
    page.route("**/*", lambda route: route.fulfill(body=body, content_type="text/html"))
    page.goto(stage.ADDRESS)
    page.wait_for_function("window.ready")
    return page


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--slowdown", type=float, default=1)
    arguments = parser.parse_args()
    titles = ("frames/s", "frame, 95%", "wait, 95%", "longest wait", "epoch")
    print(f"{'':10}" + "".join(f"{title:>14}" for title in titles))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        for speed in ("slow", "normal", "fast"):
            page = opened(browser, Playground(size=400, hidden=[16, 16], speed=speed))
            client = page.context.new_cdp_session(page)
            client.send("Emulation.setCPUThrottlingRate", {"rate": arguments.slowdown})
            page.get_by_role("button", name="Play", exact=True).click()
            figures = page.evaluate(RUN, arguments.seconds)
            epoch = page.locator(".epoch").inner_text().split()[-1]
            print(f"{speed:10}" + "".join(f"{x:14.1f}" for x in figures) + f"{epoch:>14}")
            page.close()
        browser.close()


if __name__ == "__main__":
    main()
