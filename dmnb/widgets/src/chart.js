// A line chart in SVG: axes that scale themselves, direct labels, one probe that reads all curves.
// Colours come from CSS (class "line-<id>"), so that a change of theme needs no redraw.

const NAMESPACE = "http://www.w3.org/2000/svg";
const CHARACTER = 6.4; // px, the width of a digit in a tick label

function svg(name, attributes = {}, ...children) {
  const element = document.createElementNS(NAMESPACE, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

const superscript = (n) => String(n).replace(/[-\d]/g, (c) => "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"["-0123456789".indexOf(c)]);

/** A number for reading: three significant digits, a power of ten when it is huge or tiny. */
export function format(value, digits = 3) {
  if (Number.isNaN(value)) return "–";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
  const size = Math.abs(value);
  if (size !== 0 && (size >= 1e5 || size < 1e-3)) {
    const [mantissa, exponent] = value.toExponential(digits - 1).split("e");
    const factor = String(Number(mantissa)).replace("-", "−");
    return `${factor === "1" ? "" : `${factor}·`}10${superscript(Number(exponent))}`;
  }
  return String(Number(value.toPrecision(digits))).replace("-", "−");
}

/** Round ticks from 0 that cover [0, top], about `count` of them. */
export function ticks(top, count = 4) {
  const raw = top / count;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = power * [1, 2, 2.5, 5, 10].find((factor) => factor * power >= raw * (1 - 1e-9));
  return Array.from({ length: Math.ceil(top / step - 1e-9) + 1 }, (_, i) => i * step);
}

// Places for a name beside a point of its line, as [dx, dy, cost]; half is half the name's width.
const PLACES = (half) => [
  [half + 9, -10, 0], [0, -13, 0], [-half - 9, -10, 1], [half + 9, 11, 6], [-half - 9, 11, 7], [0, 15, 9],
];

/** Where to write each curve's name: beside its line, high up, clear of other lines and names. */
function placeLabels(curves, scaleX, scaleY, [left, top, right, bottom], taken) {
  const every = (values) => values.filter((_, i) => i % 4 === 0);
  const lines = curves.map(({ x, y }) => ({ x: every(x).map(scaleX), y: every(y).map(scaleY) }));

  /** Vertical distance from a name's box to a line, 0 when they meet, at most 24. */
  function clearance(line, x, y, half) {
    let [high, low] = [Infinity, -Infinity];
    for (let i = 0; i < line.x.length; i += 1) {
      if (Math.abs(line.x[i] - x) > half + 8) continue;
      high = Math.min(high, line.y[i]);
      low = Math.max(low, line.y[i]);
    }
    return Math.min(24, Math.max(0, high - y - 7, y - 7 - low));
  }

  return curves.map(({ label }, own) => {
    const half = label.length * 3.6;
    let best = { score: -Infinity };
    for (let i = 1; i < lines[own].x.length - 1; i += 2) {
      for (const [dx, dy, cost] of PLACES(half)) {
        const [x, y] = [lines[own].x[i] + dx, lines[own].y[i] + dy];
        if (x - half < left || x + half > right || y < top - 6 || y > bottom - 8) continue;
        const height = (bottom - lines[own].y[i]) / (bottom - top);
        if (24 - cost + 10 * height <= best.score) continue;
        const meets = taken.some((other) =>
          Math.abs(other.x - x) < other.half + half + 9 && Math.abs(other.y - y) < 15);
        if (meets || clearance(lines[own], x, y, half) === 0) continue;
        const free = Math.min(...lines.map((line, k) => (k === own ? 24 : clearance(line, x, y, half))));
        const score = free - cost + 10 * height;
        if (free > 2 && score > best.score) best = { score, x, y, half };
      }
    }
    if (best.score === -Infinity) return null;
    taken.push(best);
    return best;
  });
}

/**
 * createChart({ xDomain, xTicks, xLabel, name, read, step, onProbe }) -> { element, draw, probe }.
 * draw({ curves: [{ id, label, x, y, at }], yLabel, marker, description }): `at(x)` is the curve's
 * exact value, `marker` an x to mark with its text. probe(x) reads the curves at x; null: nowhere.
 */
export function createChart({ xDomain, xTicks, xLabel, name, read, step, onProbe }) {
  const layers = Object.fromEntries(
    ["grid", "marker", "lines", "labels", "probe", "title"].map((key) => [key, svg("g", { class: key })]),
  );
  const picture = svg("svg", { "aria-hidden": "true" }, ...Object.values(layers));
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
  let probed = null;
  let scaleX, scaleY, invertX, box;

  function draw(next = state) {
    state = next;
    if (!state || size.width === 0) return;
    const { curves, yLabel, marker } = state;
    const { width, height } = size;
    const top = Math.max(...curves.flatMap(({ y }) => y));
    const yTicks = ticks(top);
    const yTexts = yTicks.map((value) => format(value));
    const left = 12 + CHARACTER * Math.max(...yTexts.map((text) => text.length));
    box = [left, 34, width - 5, height - 42];
    const [x0, y1, x1, y0] = box;
    const yTop = yTicks.at(-1);
    scaleX = (x) => x0 + ((x - xDomain[0]) / (xDomain[1] - xDomain[0])) * (x1 - x0);
    invertX = (px) => xDomain[0] + ((px - x0) / (x1 - x0)) * (xDomain[1] - xDomain[0]);
    scaleY = (y) => y0 - (y / yTop) * (y0 - y1);
    const fixed = (value) => Math.round(value * 20) / 20;

    picture.setAttribute("viewBox", `0 0 ${width} ${height}`);
    picture.setAttribute("width", width);
    picture.setAttribute("height", height);
    layers.grid.replaceChildren(
      ...yTicks.map((value, i) =>
        svg("g", { transform: `translate(0 ${fixed(scaleY(value))})` },
          svg("line", { x1: x0, x2: x1, class: value === 0 ? "axis" : "rule" }),
          svg("text", { x: x0 - 8, dy: "0.35em", "text-anchor": "end" }, yTexts[i]))),
      ...xTicks.map((value) =>
        svg("g", { transform: `translate(${fixed(scaleX(value))} ${y0})` },
          svg("line", { y2: 5, class: "axis" }),
          svg("text", { y: 18, "text-anchor": "middle" }, format(value)))),
    );
    layers.title.replaceChildren(
      svg("text", { x: 0, y: 14, class: "label" }, yLabel),
      svg("text", { x: x1, y: height - 6, "text-anchor": "end", class: "label" }, xLabel),
    );

    const paths = curves.map(({ x, y }) =>
      x.map((value, i) => `${i ? "L" : "M"}${fixed(scaleX(value))} ${fixed(scaleY(y[i]))}`).join(""));
    const main = paths[0] && `${paths[0]}L${fixed(x1)} ${y0}L${fixed(x0)} ${y0}Z`;
    layers.lines.replaceChildren(
      svg("path", { class: `area line-${curves[0].id}`, d: main }),
      ...curves.map(({ id }, i) => svg("path", { class: `line line-${id}`, d: paths[i] })).reverse(),
    );

    layers.marker.replaceChildren();
    layers.labels.replaceChildren();
    const taken = [];
    if (marker && marker.x >= xDomain[0] && marker.x <= xDomain[1]) {
      const x = scaleX(marker.x);
      const half = marker.text.length * 3.4;
      const place = { x: x + (half + 6) * (x > (x0 + x1) / 2 ? -1 : 1), y: y0 - 12, half };
      if (marker.text) taken.push(place);
      layers.marker.append(
        svg("line", { x1: x, x2: x, y1: scaleY(curves[0].at(marker.x)), y2: y0, class: "stem" }));
      layers.labels.append(
        svg("text", { x: place.x, y: place.y, dy: "0.35em", "text-anchor": "middle" }, marker.text));
    }

    const places = placeLabels(curves, scaleX, scaleY, box, taken);
    layers.labels.append(
      ...curves.flatMap(({ id, label }, i) =>
        places[i]
          ? [svg("text", { x: places[i].x, y: places[i].y, dy: "0.35em", "text-anchor": "middle", class: `name line-${id}` }, label)]
          : []),
    );

    // In full precision, for whoever wants the numbers behind the picture.
    element.points = Object.fromEntries(curves.map(({ id, x, y }) => [id, { x, y }]));
    probe(probed);
  }

  function probe(x) {
    probed = x;
    const resting = state.marker?.x ?? (xDomain[0] + xDomain[1]) / 2;
    element.setAttribute("aria-valuenow", x ?? resting);
    element.setAttribute("aria-valuetext", x === null ? state.description : read(x));
    if (x === null || x < xDomain[0] || x > xDomain[1]) return layers.probe.replaceChildren();
    const px = scaleX(x);
    return layers.probe.replaceChildren(
      svg("line", { x1: px, x2: px, y1: box[1] - 6, y2: box[3], class: "hair" }),
      ...state.curves.map(({ id, at }) =>
        svg("circle", { cx: px, cy: scaleY(at(x)), r: 4, class: `line-${id}` })).reverse(),
    );
  }

  const clamp = (x) => Math.min(xDomain[1], Math.max(xDomain[0], x));
  const pointed = (event) =>
    onProbe(clamp(invertX(event.clientX - picture.getBoundingClientRect().left)));
  element.addEventListener("pointermove", pointed);
  element.addEventListener("pointerdown", pointed);
  element.addEventListener("pointerleave", () => onProbe(null));
  element.addEventListener("blur", () => onProbe(null));
  element.addEventListener("keydown", (event) => {
    const moves = {
      ArrowRight: step, ArrowUp: step, ArrowLeft: -step, ArrowDown: -step,
      PageUp: 10 * step, PageDown: -10 * step, Home: -Infinity, End: Infinity,
    };
    if (event.key === "Escape") return onProbe(null);
    if (!(event.key in moves)) return undefined;
    event.preventDefault();
    const start = probed ?? state.marker?.x ?? (xDomain[0] + xDomain[1]) / 2;
    return onProbe(clamp(start + moves[event.key]));
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
