// A line chart in SVG: axes that scale themselves, direct labels, a probe that reads the curves.
// Colours come from CSS (class "line-<id>"), so that a change of theme needs no redraw.

import { placeLabels } from "./labels.js";
import { centred, DIGIT, followWidth, format, svg, ticks, whenChanged } from "./svg.js";

export { format, ticks };

const SHAPE = { aspect: 0.72, least: 230, most: 320 };

/** Pixels for data: the plot's box and both scales, given the outer size and the y ticks. */
function layOut({ width, height, margin }, [xMin, xMax], yTicks) {
  const digits = Math.max(...yTicks.map((value) => format(value).length));
  const left = Math.max(margin, 12 + DIGIT * digits);
  const [top, right, bottom] = [34, width - 5, height - 42];
  const [yMin, yMax] = [yTicks[0], yTicks.at(-1)];
  return {
    box: [left, top, right, bottom],
    yMin,
    yMax,
    x: (value) => left + ((value - xMin) / (xMax - xMin)) * (right - left),
    y: (value) => bottom - ((value - yMin) / (yMax - yMin)) * (bottom - top),
    valueAt: (px) => xMin + ((px - left) / (right - left)) * (xMax - xMin),
    heightAt: (px) => yMin + ((bottom - px) / (bottom - top)) * (yMax - yMin),
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

const round = (value) => Math.round(value * 20) / 20;

/** "M..L..": points that are not finite leave a gap. */
function trace({ x, y }) {
  let [path, pen] = ["", "M"];
  for (let i = 0; i < x.length; i += 1) {
    const finite = Number.isFinite(y[i]);
    if (finite) path += `${pen}${round(x[i])} ${round(y[i])}`;
    pen = finite ? "L" : "M";
  }
  return path;
}

/** Puts the curves into the layer, the first on top, and its area down to zero where asked for. */
function drawPaths(layer, lines, filled, [left, , right], zero) {
  const traces = lines.map(trace);
  const drawn = lines.map(({ id, style = id }, i) => [`line line-${style}`, traces[i]]).reverse();
  if (filled) {
    const { id, style = id } = lines[0];
    drawn.unshift([`area line-${style}`, `${traces[0]}L${right} ${zero}L${left} ${zero}Z`]);
  }
  while (layer.childNodes.length > drawn.length) layer.lastChild.remove();
  while (layer.childNodes.length < drawn.length) layer.append(svg("path"));
  drawn.forEach(([name, d], i) => {
    const path = layer.childNodes[i];
    if (path.getAttribute("class") !== name) path.setAttribute("class", name);
    path.setAttribute("d", d);
  });
}

/**
 * createChart({ xDomain, xTicks, xLabel, name, read, step, onProbe, onDraw, shape, filled, margin })
 * -> { element, picture, draw, probe, destroy }; margin: the least px left of the y axis.
 * draw({ curves: [{ id, label, x, y, at, style }], yLabel, marker, description, yTop, xDomain,
 * xTicks }): `at(x)` is a curve's exact value, `style` its class where that is not its id, `marker`
 * an x to mark with its text, or null; `yTop` holds the top of the axis. probe(x) reads the curves
 * at x, or nowhere for null; the reader's pointer and arrow keys ask for it through onProbe(x).
 * onDraw(layout) gets the scales of what was drawn.
 */
export function createChart(options) {
  const { xLabel, name, read, step, onProbe, onDraw } = options;
  const { shape = SHAPE, filled = true, margin = 0 } = options;
  let { xDomain, xTicks } = options;
  const names = ["grid", "stem", "curves", "labels", "probe"];
  const layers = names.map((key) => svg("g", { class: key }));
  const [grid, stem, curvesLayer, labels, probeLayer] = layers;
  const picture = svg("svg", { "aria-hidden": "true" }, ...layers);
  const element = document.createElement("div");
  element.className = "chart";
  element.tabIndex = 0;
  element.setAttribute("role", "slider");
  element.setAttribute("aria-label", name);
  element.append(picture);

  let size = { width: 0, height: 0 };
  let state = null;
  let layout = null;
  let probed = null;

  function draw(next = state) {
    state = next;
    if (!state || size.width === 0) return;
    ({ xDomain = xDomain, xTicks = xTicks } = state);
    const { curves, yLabel } = state;
    const { width, height } = size;
    let [low, high] = [0, 0];
    for (const { y } of curves)
      for (const value of y) {
        if (value < low) low = value;
        if (value > high && value < Infinity) high = value;
      }
    const yTicks = ticks(state.yTop ?? (high > low ? high : low + 1), 4, low);
    layout = layOut({ ...size, margin }, xDomain, yTicks);
    const { box, x, y } = layout;
    const lines = curves.map((c) => ({ ...c, x: c.x.map(x), y: c.y.map(y) }));

    drawGrid(width, height, yTicks, xDomain, xTicks, yLabel);
    drawPaths(curvesLayer, lines, filled, box, y(0));
    drawNames(lines, drawMarker());
    probe(probed);
    // In full precision, for whoever wants the numbers behind the picture.
    element.points = Object.fromEntries(curves.map((c) => [c.id, { x: c.x, y: c.y }]));
    onDraw?.(layout);
  }

  const drawGrid = whenChanged((width, height, yTicks, domain, ticksOfX, yLabel) => {
    picture.setAttribute("viewBox", `0 0 ${width} ${height}`);
    picture.setAttribute("width", width);
    picture.setAttribute("height", height);
    element.setAttribute("aria-valuemin", domain[0]);
    element.setAttribute("aria-valuemax", domain[1]);
    const end = { x: layout.box[2], y: height - 6, "text-anchor": "end", class: "title" };
    grid.replaceChildren(
      ...axes(layout, ticksOfX, yTicks),
      svg("text", { x: 0, y: 14, class: "title" }, yLabel),
      svg("text", end, xLabel));
  });

  function drawMarker() {
    stem.replaceChildren();
    const { curves, marker } = state;
    if (!marker || marker.x < xDomain[0] || marker.x > xDomain[1]) return [];
    const [left, , right, bottom] = layout.box;
    const x = layout.x(marker.x);
    const peak = layout.y(curves[0].at(marker.x));
    stem.append(svg("line", { x1: x, x2: x, y1: peak, y2: layout.y(0) }));
    if (!marker.text) return [];
    const half = marker.text.length * 3.4;
    const side = x > (left + right) / 2 ? -1 : 1;
    return [{ x: x + side * (half + 6), y: bottom - 12, half, text: marker.text }];
  }

  function drawNames(lines, taken) {
    const stride = Math.max(1, Math.round(lines[0]?.x.length / 60));
    const thin = (values) => values.filter((_, i) => i % stride === 0);
    const thinned = lines.map(({ label, x, y }) => ({ label, x: thin(x), y: thin(y) }));
    const upward = layout.yMax > -layout.yMin;
    const places = placeLabels(thinned, layout.box, taken, upward).map((place, i) => {
      const { id, label, style = id } = lines[i];
      return place && { ...place, text: label, name: `name line-${style}` };
    });
    writeLabels([...taken, ...places.filter(Boolean)]);
  }

  /** Texts stay while they only move: making them anew is the dearest part of a frame. */
  function writeLabels(texts) {
    writtenAnew(texts.map(({ text, name = "" }) => [text, name]));
    texts.forEach(({ x, y }, i) => {
      labels.childNodes[i].setAttribute("x", round(x));
      labels.childNodes[i].setAttribute("y", round(y));
    });
  }
  const writtenAnew = whenChanged((texts) =>
    labels.replaceChildren(...texts.map(([text, name]) =>
      svg("text", { ...centred, ...(name ? { class: name } : {}) }, text))));

  const resting = () => state.marker?.x ?? (xDomain[0] + xDomain[1]) / 2;

  function probe(value) {
    probed = value;
    if (!layout) return;
    element.setAttribute("aria-valuenow", clamp(value ?? resting()));
    element.setAttribute("aria-valuetext", value === null ? state.description : read(value));
    probeLayer.replaceChildren();
    if (value === null || value < xDomain[0] || value > xDomain[1]) return;
    const x = layout.x(value);
    const dots = state.curves
      .map(({ id, at, style = id }) => ({ style, y: layout.y(at(value)) }))
      .filter(({ y }) => Number.isFinite(y))
      .map(({ style, y }) => svg("circle", { cx: x, cy: y, r: 4, class: `line-${style}` }));
    const line = svg("line", { x1: x, x2: x, y1: layout.box[1] - 6, y2: layout.box[3] });
    probeLayer.append(line, ...dots.reverse());
  }

  const clamp = (x) => Math.min(xDomain[1], Math.max(xDomain[0], x));
  function follow(event) {
    if (!layout) return;
    const px = event.clientX - picture.getBoundingClientRect().left;
    onProbe(clamp(layout.valueAt(px)), event);
  }
  element.addEventListener("pointermove", follow);
  element.addEventListener("click", follow);
  // A lifted finger leaves too, but its reader still looks.
  element.addEventListener("pointerleave", (event) => {
    if (event.pointerType === "mouse") onProbe(null, event);
  });
  element.addEventListener("blur", (event) => onProbe(null, event));

  const moves = {
    ArrowRight: step, ArrowUp: step, PageUp: 10 * step, End: Infinity,
    ArrowLeft: -step, ArrowDown: -step, PageDown: -10 * step, Home: -Infinity,
  };
  element.addEventListener("keydown", (event) => {
    if (event.key === "Escape") onProbe(null, event);
    if (!(event.key in moves)) return;
    event.preventDefault();
    onProbe(clamp((probed ?? resting()) + moves[event.key]), event);
  });

  const destroy = followWidth(element, shape, (next) => {
    size = next;
    draw();
  });
  return { element, picture, draw, probe, destroy };
}
