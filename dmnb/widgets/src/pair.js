// The studio's two panels: curves against p, and their slope or objective against log-odds. Both
// read the same example.

import { createChart } from "./chart.js";
import { h } from "./dom.js";
import { logOdds, sigmoid } from "./emphasis.js";
import { format } from "./svg.js";

// Dense at both ends of [0, 1], where p^lambda and a fitted example's weight change fast.
export const GRID_P = Array.from({ length: 241 }, (_, i) => (i / 240) ** 2 * (3 - (2 * i) / 240));
export const GRID_M = Array.from({ length: 241 }, (_, i) => -8 + i / 15);
const LABEL_P = { density: "emphasis density, w / ∫w dp", weight: "weight w = ‖∂L/∂z‖₁" };
const LABEL_M = {
  density: { slope: "slope −w/2, over ∫w dp", objective: "objective l(m), over ∫w dp" },
  weight: { slope: "slope dl/dm = −w/2", objective: "objective l(m) = −½ ∫ w dm" },
};
const MARGIN = 46; // px: the axes of panels above each other are in line

const READ = {
  density: ({ emphasis }, p, r) => emphasis.density(p, r),
  weight: ({ emphasis }, p, r) => emphasis.weight(p, r),
  slope: ({ emphasis, scale }, m) => emphasis.slopeAt(m) / scale,
  objective: ({ emphasis, scale }, m) => emphasis.objective(m) / scale,
};

/**
 * createPair({ onLayout(layout), onPlace(p, w) }) -> { p, m, readout, draw, rest, destroy }:
 * onLayout gets the scales of the panel of p whenever it is drawn, onPlace where it was clicked.
 * draw({ view, against, curves: [{ id, label, style, emphasis, scale, own }], summary, yTop,
 * hint }): the first curve is the reader's `own`, the values of the others are kept; `scale`
 * divides slope and objective, `hint` is read while nothing is pointed at.
 */
export function createPair({ onLayout, onPlace }) {
  let shown = null;
  let layout = null;
  const readout = h("p", { class: "readout" });

  const listed = (key, ...at) =>
    shown.curves.map((c) => `${c.label} ${format(READ[key](c, ...at))}`).join(", ");
  const where = (p, m) => `p = ${format(p)} (m = ${format(m)})`;
  const readP = (x) => `${where(x, logOdds(x))}: ${listed(shown.view, x, 1 - x)}`;
  const readM = (x) => `${where(sigmoid(x), x)}, ${shown.against}: ${listed(shown.against, x)}`;

  function point(atP, atM, text) {
    p.probe(atP);
    m.probe(atM);
    readout.textContent = text;
  }
  const rest = () => point(null, null, shown.hint);

  const p = createChart({
    name: "Read the curves at probability p", read: readP, step: 0.01, margin: MARGIN,
    xLabel: "p, the labelled class’s probability", xDomain: [0, 1], xTicks: [0, 0.25, 0.5, 0.75, 1],
    onProbe: (x) => (x === null ? rest() : point(x, logOdds(x), readP(x))),
    onDraw: (next) => onLayout((layout = next)),
  });
  const m = createChart({
    name: "Read the curves at log-odds m", read: readM, step: 0.1, filled: false, margin: MARGIN,
    xLabel: "m = log p/(1 − p), its log-odds", xDomain: [-8, 8], xTicks: [-8, -4, 0, 4, 8],
    onProbe: (x) => (x === null ? rest() : point(sigmoid(x), x, readM(x))),
  });
  p.element.dataset.axis = "p";
  m.element.dataset.axis = "m";
  p.element.addEventListener("click", (event) => {
    const { left, top } = p.picture.getBoundingClientRect();
    const [x, y] = [event.clientX - left, event.clientY - top];
    if (x < layout.box[0] - 8 || y > layout.box[3] + 8) return;
    const inside = Math.min(1, Math.max(0, layout.valueAt(x)));
    onPlace(inside, Math.min(layout.yMax, layout.heightAt(y)));
  });

  const kept = new Map();
  function along(grid, key, curve) {
    const values = () => grid.map((x) => READ[key](curve, x));
    if (curve.own) return values();
    const name = `${curve.id} ${key} ${curve.scale}`;
    if (!kept.has(name)) kept.set(name, values());
    return kept.get(name);
  }

  function draw(next) {
    shown = next;
    const { view, against, curves, summary, yTop } = shown;
    const drawn = (grid, key) =>
      curves.map((c) => ({ ...c, x: grid, y: along(grid, key, c), at: (x) => READ[key](c, x) }));
    const psi = curves[0].emphasis.mode;
    const marker = (x, text) => (psi > 0 && psi < 1 ? { x, text } : null);
    p.draw({
      curves: drawn(GRID_P, view), yLabel: LABEL_P[view], yTop,
      marker: marker(psi, `ψ = ${format(psi)}`), description: summary,
    });
    m.draw({
      curves: drawn(GRID_M, against), yLabel: LABEL_M[view][against],
      marker: marker(logOdds(psi), ""), description: summary,
    });
    rest();
  }

  const destroy = () => [p, m].forEach((panel) => panel.destroy());
  return { p, m, readout, draw, rest, destroy };
}
