// Where the training points are, over the emphasis: right labels stand up from the axis of p, wrong
// ones hang down in hatching, and the emphasis is drawn on both sides.

import { followWidth, format, svg, unique } from "./svg.js";

const BINS = 20;
const FULL = 0.5; // a bar that holds half of its group ends at the edge
const SHAPE = { aspect: 0.6, least: 150, most: 220 };
const GRID = Array.from({ length: 121 }, (_, i) => (i / 120) ** 2 * (3 - (2 * i) / 120));
const round = (px) => Math.round(px * 20) / 20;

/** Shares of the right and of the wrong labels' p in equal bins of [0, 1]; zeros for none. */
export function histograms(p, { clean, labels }) {
  const found = { right: new Float64Array(BINS), wrong: new Float64Array(BINS) };
  const count = { right: 0, wrong: 0 };
  p.forEach((value, i) => {
    const group = labels[i] === clean[i] ? "right" : "wrong";
    found[group][Math.min(BINS - 1, Math.floor(BINS * value))] += 1;
    count[group] += 1;
  });
  for (const group of ["right", "wrong"])
    if (count[group]) found[group] = found[group].map((n) => n / count[group]);
  return found;
}

/**
 * createSpread(style, onLayout) -> { element, drawCurve(height, { top, both }),
 * drawBars(histograms), destroy }; style: the class that colours it; height(p) is the curve; both:
 * wrong labels have their half; `top` holds the end of the axis. onLayout(layout) gets the scales
 * of the upper half, as handles need them.
 */
export function createSpread(style, onLayout = () => {}) {
  const hatch = unique("hatch");
  const tile = { width: 5, height: 5, patternUnits: "userSpaceOnUse" };
  const stripes = svg("pattern", { id: hatch, ...tile, patternTransform: "rotate(45)" },
    svg("line", { x1: 0, x2: 0, y2: 5, class: "stripe" }));
  const right = svg("path", { class: "bar right" });
  const wrong = svg("path", { class: "bar wrong", fill: `url(#${hatch})` });
  const [upper, lower] = [svg("path", { class: "line" }), svg("path", { class: "line below" })];
  const grid = svg("g", { class: "grid" });
  const picture = svg("svg", { "aria-hidden": "true", class: `line-${style}` },
    svg("defs", {}, stripes), right, wrong, grid, lower, upper);
  const element = document.createElement("div");
  element.className = "chart spread";
  element.setAttribute("role", "img");
  element.append(picture);

  let size = null;
  let layout = null;
  let curve = null;
  let bars = null;

  function drawCurve(height, { top, both = true } = {}) {
    const y = GRID.map((p) => height(p));
    curve = { y, both, top: top ?? 1.12 * y.reduce((a, b) => Math.max(a, b), 0) };
    redraw();
  }

  function drawBars(next) {
    bars = next;
    if (!layout) return;
    const { left, end, ceiling, floor, middle } = layout;
    const width = (end - left) / BINS;
    const across = round(width - 1.5);
    const bar = (k, height) =>
      `M${round(left + k * width + 0.75)} ${middle}v${round(height)}h${across}V${middle}Z`;
    const path = (shares, room) =>
      Array.from(shares, (share, k) =>
        (share > 0 ? bar(k, room * Math.min(1, share / FULL)) : "")).join("");
    right.setAttribute("d", path(bars.right, ceiling - middle));
    wrong.setAttribute("d", path(bars.wrong, floor - middle));
  }

  function redraw() {
    if (!size || !curve) return;
    const { width, height } = size;
    const [left, end, ceiling, floor] = [9, width - 9, 8, height - 22];
    const middle = curve.both ? ceiling + 0.64 * (floor - ceiling) : floor;
    layout = { left, end, ceiling, floor, middle };
    const x = (p) => left + p * (end - left);
    const up = (value) => middle - (value / curve.top) * (middle - ceiling);
    const down = (value) => middle + (value / curve.top) * (floor - middle);
    const trace = (y) =>
      `M${GRID.map((p, i) => `${round(x(p))} ${round(y(curve.y[i]))}`).join("L")}`;
    picture.setAttribute("viewBox", `0 0 ${width} ${height}`);
    picture.setAttribute("width", width);
    picture.setAttribute("height", height);
    upper.setAttribute("d", trace(up));
    lower.setAttribute("d", curve.both ? trace(down) : "");
    const name = (words, y) =>
      svg("text", { x: x(0.93), y, class: "name", "text-anchor": "end" }, words);
    const noun = width < 220 ? "" : " labels";
    const names = [name(`right${noun}`, ceiling + 9), name(`wrong${noun}`, floor - 1)];
    const ticks = [0, 0.5, 1].map((p) =>
      svg("text", { x: x(p), y: height - 5, "text-anchor": ["start", "middle", "end"][2 * p] },
        p === 0 ? "p = 0" : format(p)));
    grid.replaceChildren(
      svg("line", { x1: left, x2: end, y1: middle, y2: middle, class: "axis" }),
      ...ticks, ...(curve.both ? names : []),
    );
    onLayout({
      x, y: up, yMax: curve.top,
      valueAt: (px) => (px - left) / (end - left),
      heightAt: (px) => (curve.top * (middle - px)) / (middle - ceiling),
    });
    if (bars) drawBars(bars);
  }

  const destroy = followWidth(element, SHAPE, (next) => {
    size = next;
    redraw();
  });
  return { element, drawCurve, drawBars, destroy };
}
