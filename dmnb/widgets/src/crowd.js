// Who gets the emphasis: the p of a recorded run's examples, and their shares of the weight.

import { createMirror } from "./bars.js";
import { h, select } from "./dom.js";
import { binWeights, histogramAt, shares, wrongShare } from "./runs.js";
import { percent, whenChanged } from "./svg.js";

const SHAPE = { aspect: 0.5, least: 190, most: 230 };
const TOP = 0.2; // of the axes of shares: few bins hold more

/**
 * createCrowd({ runs, onRun(index), onEpoch(epoch) }) -> { element, draw, destroy };
 * draw({ run, epoch, curves: [{ id, label, emphasis, style }], left }): the first curve weighs the
 * examples in the right panel, all of them in the rows below; left is the axis of p in px.
 */
export function createCrowd({ runs, onRun, onEpoch }) {
  const options = Object.fromEntries(runs.map(({ label }, i) => [i, label]));
  const chosen = select({
    label: "Recorded run", options, onChange: (index) => onRun(Number(index)), class: "run",
  });
  const slider = h("input", {
    type: "range", min: 0, step: 1, "aria-label": "Epoch", "data-trait": "epoch",
    oninput: () => onEpoch(run.histograms[slider.value].epoch),
  });
  const when = h("output", { class: "when", "aria-live": "off" });
  const [examples, weighted] = [createMirror({ shape: SHAPE }), createMirror({ shape: SHAPE })];
  const rows = h("div", { class: "shares" });
  const title = h("p", { class: "heading" }, "Who gets the weight? Examples of a recorded run");
  const element = h("div", { class: "crowd" },
    title,
    h("div", { class: "moment" }, chosen.element, slider, when),
    h("div", { class: "charts" }, examples.element, weighted.element),
    h("p", { class: "caption" }, "Share that is on wrong labels, of all"),
    rows);
  let run = runs[0];

  const makeRows = whenChanged((names) =>
    rows.replaceChildren(...names.map(([label, style]) =>
      h("div", { class: "share" },
        h("span", { class: "who" }, label),
        h("span", { class: "track", "aria-hidden": "true" },
          h("span", { class: `bar line-${style}` })),
        h("span", { class: "much" })))));

  function drawRows(entries) {
    makeRows(entries.map(({ label, style }) => [label, style]));
    entries.forEach(({ share }, i) => {
      const [, track, much] = rows.children[i].children;
      track.firstChild.style.setProperty("--share", share);
      much.textContent = percent(share);
    });
  }

  function draw({ run: index, epoch, curves, left }) {
    run = runs[index];
    const histogram = histogramAt(run, epoch);
    const at = run.histograms.indexOf(histogram);
    chosen.set(index);
    slider.max = run.histograms.length - 1;
    slider.value = at;
    slider.style.setProperty("--filled", `${(100 * at) / Math.max(1, slider.max)}%`);
    slider.setAttribute("aria-valuetext", `epoch ${histogram.epoch}`);
    when.textContent = `epoch ${histogram.epoch}`;

    const count = histogram.clean.length;
    const plain = shares(histogram);
    const parts = curves.map(({ emphasis, ...c }) =>
      ({ ...c, parts: shares(histogram, binWeights(emphasis, count)) }));
    const [own] = parts;
    examples.draw({
      ...plain, left, top: TOP, style: "plain", title: "share of the examples",
      description: `${percent(wrongShare(plain))} of them have a wrong label.`,
    });
    weighted.draw({
      ...own.parts, left, top: TOP, style: own.style, title: "share of the weight",
      description: `${percent(wrongShare(own.parts))} of it is on wrong labels.`,
    });
    drawRows([
      { label: "examples", style: "plain", share: wrongShare(plain) },
      ...parts.map(({ label, style, parts: both }) =>
        ({ label: `weight, ${label}`, style, share: wrongShare(both) })),
    ]);
  }

  const destroy = () => [examples, weighted].forEach((panel) => panel.destroy());
  return { element, draw, destroy };
}
