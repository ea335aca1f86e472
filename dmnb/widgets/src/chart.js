// A line chart in SVG: axes that scale themselves, direct labels, a probe that reads the curves.
// Colours come from CSS (class "line-<id>"), so that a change of theme needs no redraw.

import { placeLabels } from "./labels.js";

const NAMESPACE = "http://www.w3.org/2000/svg";
const DIGIT = 6.4; // px, the width of a digit in a tick label

function svg(name, attributes = {}, ...children) {
  const element = document.createElementNS(NAMESPACE, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

const centred = { dy: "0.35em", "text-anchor": "middle" };

const SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹";
const superscript = (n) => String(n).replace("-", "⁻").replace(/\d/g, (d) => SUPERSCRIPTS[d]);

/** A number for reading: three significant digits, a power of ten when it is huge or tiny. */
export function format(value, digits = 3) {
  if (Number.isNaN(value)) return "–";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
  const size = Math.abs(value);
  if (size === 0 || (size < 1e5 && size >= 1e-3))
    return String(Number(value.toPrecision(digits))).replace("-", "−");
  const [mantissa, exponent] = value.toExponential(digits - 1).split("e");
  const factor = String(Number(mantissa)).replace("-", "−");
  return `${factor === "1" ? "" : `${factor}·`}10${superscript(Number(exponent))}`;
}

/** Round ticks from 0 that cover [0, top], about `count` of them. */
export function ticks(top, count = 4) {
  const raw = top / count;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = power * [1, 2, 2.5, 5, 10].find((factor) => factor * power >= raw * (1 - 1e-9));
  return Array.from({ length: Math.ceil(top / step - 1e-9) + 1 }, (_, i) => i * step);
}

/** Pixels for data: the plot's box and both scales, given the outer size and the y ticks. */
function layOut({ width, height }, [xMin, xMax], yTicks) {
  const digits = Math.max(...yTicks.map((value) => format(value).length));
  const [left, top, right, bottom] = [12 + DIGIT * digits, 34, width - 5, height - 42];
  const yMax = yTicks.at(-1);
  return {
    box: [left, top, right, bottom],
    x: (value) => left + ((value - xMin) / (xMax - xMin)) * (right - left),
    y: (value) => bottom - (value / yMax) * (bottom - top),
    valueAt: (px) => xMin + ((px - left) / (right - left)) * (xMax - xMin),
  };
}

function axes({ box: [left, , right, bottom], x, y }, xTicks, yTicks) {
  return [
    ...yTicks.map((value) =>
      svg("g", { transform: `translate(0 ${y(value)})` },
        svg("line", { x1: left, x2: right, class: value === 0 ? "axis" : "rule" }),
        svg("text", { x: left - 8, dy: "0.35em", "text-anchor": "end" }, format(value)))),
    ...xTicks.map((value) =>
      svg("g", { transform: `translate(${x(value)} ${bottom})` },
        svg("line", { y2: 5, class: "axis" }),
        svg("text", { y: 18, "text-anchor": "middle" }, format(value)))),
  ];
}

/** The curves as paths, the first on top and with its area filled. */
function paths(lines, [left, , right, bottom]) {
  const round = (value) => Math.round(value * 20) / 20;
  const traces = lines.map(({ x, y }) =>
    `M${x.map((px, i) => `${round(px)} ${round(y[i])}`).join("L")}`);
  const area = `${traces[0]}L${right} ${bottom}L${left} ${bottom}Z`;
  return [
    svg("path", { class: `area line-${lines[0].id}`, d: area }),
    ...lines.map(({ id }, i) => svg("path", { class: `line line-${id}`, d: traces[i] })).reverse(),
  ];
}

/**
 * createChart({ xDomain, xTicks, xLabel, name, read, step, onProbe }) -> { element, draw, probe }.
 * draw({ curves: [{ id, label, x, y, at }], yLabel, marker, description }): `at(x)` is a curve's
 * exact value, `marker` an x to mark with its text, or null. probe(x) reads the curves at x, or
 * nowhere for null; the reader's pointer and arrow keys ask for it through onProbe(x).
 */
export function createChart({ xDomain, xTicks, xLabel, name, read, step, onProbe }) {
  const names = ["grid", "stem", "curves", "labels", "probe"];
  const layers = names.map((key) => svg("g", { class: key }));
  const [grid, stem, curvesLayer, labels, probeLayer] = layers;
  const picture = svg("svg", { "aria-hidden": "true" }, ...layers);
  const element = document.createElement("div");
  element.className = "chart";
  element.tabIndex = 0;
  element.setAttribute("role", "slider");
  element.setAttribute("aria-label", name);
  element.setAttribute("aria-valuemin", xDomain[0]);
  element.setAttribute("aria-valuemax", xDomain[1]);
  element.append(picture);

  let size = { width: 0, height: 0 };
  let state = null;
  let layout = null;
  let probed = null;

  function draw(next = state) {
    state = next;
    if (!state || size.width === 0) return;
    const { curves, yLabel } = state;
    const { width, height } = size;
    const yTicks = ticks(Math.max(...curves.flatMap(({ y }) => y)));
    layout = layOut(size, xDomain, yTicks);
    const { box, x, y } = layout;
    const lines = curves.map((c) => ({ ...c, x: c.x.map(x), y: c.y.map(y) }));

    picture.setAttribute("viewBox", `0 0 ${width} ${height}`);
    picture.setAttribute("width", width);
    picture.setAttribute("height", height);
    grid.replaceChildren(
      ...axes(layout, xTicks, yTicks),
      svg("text", { x: 0, y: 14, class: "title" }, yLabel),
      svg("text", { x: box[2], y: height - 6, "text-anchor": "end", class: "title" }, xLabel),
    );
    curvesLayer.replaceChildren(...paths(lines, box));
    labels.replaceChildren();
    drawNames(lines, drawMarker());
    probe(probed);
    // In full precision, for whoever wants the numbers behind the picture.
    element.points = Object.fromEntries(curves.map((c) => [c.id, { x: c.x, y: c.y }]));
  }

  function drawMarker() {
    stem.replaceChildren();
    const { curves, marker } = state;
    if (!marker || marker.x < xDomain[0] || marker.x > xDomain[1]) return [];
    const [left, , right, bottom] = layout.box;
    const x = layout.x(marker.x);
    const peak = layout.y(curves[0].at(marker.x));
    stem.append(svg("line", { x1: x, x2: x, y1: peak, y2: bottom }));
    if (!marker.text) return [];
    const half = marker.text.length * 3.4;
    const side = x > (left + right) / 2 ? -1 : 1;
    const place = { x: x + side * (half + 6), y: bottom - 12, half };
    labels.append(svg("text", { x: place.x, y: place.y, ...centred }, marker.text));
    return [place];
  }

  function drawNames(lines, taken) {
    const thin = (values) => values.filter((_, i) => i % 4 === 0);
    const thinned = lines.map(({ label, x, y }) => ({ label, x: thin(x), y: thin(y) }));
    placeLabels(thinned, layout.box, taken).forEach((place, i) => {
      if (!place) return;
      const { id, label } = lines[i];
      const attributes = { x: place.x, y: place.y, class: `name line-${id}`, ...centred };
      labels.append(svg("text", attributes, label));
    });
  }

  const resting = () => state.marker?.x ?? (xDomain[0] + xDomain[1]) / 2;

  function probe(value) {
    probed = value;
    element.setAttribute("aria-valuenow", value ?? resting());
    element.setAttribute("aria-valuetext", value === null ? state.description : read(value));
    probeLayer.replaceChildren();
    if (value === null || value < xDomain[0] || value > xDomain[1]) return;
    const x = layout.x(value);
    probeLayer.append(
      svg("line", { x1: x, x2: x, y1: layout.box[1] - 6, y2: layout.box[3] }),
      ...state.curves.map(({ id, at }) =>
        svg("circle", { cx: x, cy: layout.y(at(value)), r: 4, class: `line-${id}` })).reverse(),
    );
  }

  const clamp = (x) => Math.min(xDomain[1], Math.max(xDomain[0], x));
  function follow(event) {
    const px = event.clientX - picture.getBoundingClientRect().left;
    onProbe(clamp(layout.valueAt(px)));
  }
  element.addEventListener("pointermove", follow);
  element.addEventListener("pointerdown", follow);
  // A lifted finger leaves too, but its reader still looks.
  element.addEventListener("pointerleave", ({ pointerType }) => {
    if (pointerType === "mouse") onProbe(null);
  });
  element.addEventListener("blur", () => onProbe(null));

  const moves = {
    ArrowRight: step, ArrowUp: step, PageUp: 10 * step, End: Infinity,
    ArrowLeft: -step, ArrowDown: -step, PageDown: -10 * step, Home: -Infinity,
  };
  element.addEventListener("keydown", (event) => {
    if (event.key === "Escape") onProbe(null);
    if (!(event.key in moves)) return;
    event.preventDefault();
    onProbe(clamp((probed ?? resting()) + moves[event.key]));
  });

  const observer = new ResizeObserver(([entry]) => {
    const width = Math.round(entry.contentRect.width);
    if (width === size.width || width === 0) return;
    size = { width, height: Math.round(Math.min(320, Math.max(230, width * 0.72))) };
    draw();
  });
  observer.observe(element);
  return { element, draw, probe, destroy: () => observer.disconnect() };
}
