// How a match went, epoch by epoch: the accuracy and the wrong labels learnt on both sides.

import { createChart } from "./chart.js";
import { h } from "./dom.js";
import { isNoisy } from "./match.js";
import { shareOf } from "./panel.js";
import { ticks } from "./svg.js";

const HINT = "Point at a chart, or focus it and use the arrow keys, to read values.";
const SHAPE = { aspect: 0.55, least: 170, most: 230 };
const ENDS = [20, 50, 100, 200, 500, 1000]; // of the axis of epochs
const SHOWN = {
  accuracy: ["accuracy on clean test data", "Accuracy over time"],
  learnt: ["wrong labels learnt", "Wrong labels learnt over time"],
};

/** The record at or before epoch x; undefined before the first. */
function at(epochs, values, x) {
  let k = epochs.length - 1;
  while (k >= 0 && epochs[k] > x) k -= 1;
  return values[k];
}

/** createCourse() -> { element, readout, draw(match, names, description), destroy }. */
export function createCourse() {
  const readout = h("p", { class: "readout" }, HINT);
  let [match, names] = [null, []];

  function create(key) {
    const [what, name] = SHOWN[key];
    const read = (x) => {
      const told = match.sides.map(({ course }, k) =>
        `${names[k]} ${shareOf(at(match.epochs, course[key], x))}`);
      return `Epoch ${Math.round(x)}, ${what}: ${told.join(", ")}`;
    };
    const chart = createChart({
      name, read, step: 1, xLabel: "epoch", xDomain: [0, ENDS[0]], xTicks: [0, 10],
      filled: false, shape: SHAPE,
      onProbe(x) {
        chart.probe(x);
        readout.textContent = x === null ? HINT : read(x);
      },
    });
    chart.element.dataset.course = key;
    return { key, what, ...chart };
  }
  const charts = Object.keys(SHOWN).map(create);

  function curvesOf(key) {
    const curve = (id, label, { course }) => ({
      id, label, x: match.epochs, y: course[key].map((share) => 100 * share),
      at: (x) => 100 * at(match.epochs, course[key], x),
    });
    const [cce, own] = match.sides;
    return [curve("own", names[1], own), curve("cce", "CCE", cce)];
  }

  function draw(nextMatch, nextNames, description) {
    [match, names] = [nextMatch, nextNames];
    const end = ENDS.find((top) => top >= match.epoch()) ?? match.epoch();
    for (const chart of charts) {
      chart.element.hidden = chart.key === "learnt" && !isNoisy(match.data);
      if (chart.element.hidden) continue;
      chart.draw({
        curves: curvesOf(chart.key), description, marker: null,
        yLabel: `${chart.what}, %`, yTop: 100,
        xDomain: [0, end], xTicks: ticks(end).filter((tick) => tick < end),
      });
    }
  }

  const element = h("div", { class: "charts" }, ...charts.map((chart) => chart.element));
  return { element, readout, draw, destroy: () => charts.forEach((chart) => chart.destroy()) };
}
