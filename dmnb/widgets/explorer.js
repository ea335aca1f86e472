// Bundled from src/ by build.js; sources sha256 24c9269d3174ecaa1444d0dba415670ffd18c1cdf93266cf4cd57be375b5c306

// ../../palette.json
var palette_default = {
  dm: "#116C9A",
  anchored: "#3393F4",
  cce: "#B34922",
  gce: "#36A16F",
  mae: "#E25FB4",
  mse: "#C48119",
  "dm-authors": "#8A4DD0",
  neutral: "#767272"
};

// chart.js
var NAMESPACE = "http://www.w3.org/2000/svg";
var CHARACTER = 6.4;
function svg(name, attributes = {}, ...children) {
  const element = document.createElementNS(NAMESPACE, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}
var superscript = (n) => String(n).replace(/[-\d]/g, (c) => "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"["-0123456789".indexOf(c)]);
function format(value, digits = 3) {
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
function ticks(top, count2 = 4) {
  const raw = top / count2;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = power * [1, 2, 2.5, 5, 10].find((factor) => factor * power >= raw * (1 - 1e-9));
  return Array.from({ length: Math.ceil(top / step - 1e-9) + 1 }, (_, i) => i * step);
}
var PLACES = (half) => [
  [half + 9, -10, 0],
  [0, -13, 0],
  [-half - 9, -10, 1],
  [half + 9, 11, 6],
  [-half - 9, 11, 7],
  [0, 15, 9]
];
function placeLabels(curves, scaleX, scaleY, [left, top, right, bottom], taken) {
  const every = (values) => values.filter((_, i) => i % 4 === 0);
  const lines = curves.map(({ x, y }) => ({ x: every(x).map(scaleX), y: every(y).map(scaleY) }));
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
        const meets = taken.some((other) => Math.abs(other.x - x) < other.half + half + 9 && Math.abs(other.y - y) < 15);
        if (meets || clearance(lines[own], x, y, half) === 0) continue;
        const free = Math.min(...lines.map((line, k) => k === own ? 24 : clearance(line, x, y, half)));
        const score = free - cost + 10 * height;
        if (free > 2 && score > best.score) best = { score, x, y, half };
      }
    }
    if (best.score === -Infinity) return null;
    taken.push(best);
    return best;
  });
}
function createChart({ xDomain, xTicks, xLabel, name, read, step, onProbe }) {
  const layers = Object.fromEntries(
    ["grid", "marker", "lines", "labels", "probe", "title"].map((key) => [key, svg("g", { class: key })])
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
    scaleX = (x) => x0 + (x - xDomain[0]) / (xDomain[1] - xDomain[0]) * (x1 - x0);
    invertX = (px) => xDomain[0] + (px - x0) / (x1 - x0) * (xDomain[1] - xDomain[0]);
    scaleY = (y) => y0 - y / yTop * (y0 - y1);
    const fixed = (value) => Math.round(value * 20) / 20;
    picture.setAttribute("viewBox", `0 0 ${width} ${height}`);
    picture.setAttribute("width", width);
    picture.setAttribute("height", height);
    layers.grid.replaceChildren(
      ...yTicks.map((value, i) => svg(
        "g",
        { transform: `translate(0 ${fixed(scaleY(value))})` },
        svg("line", { x1: x0, x2: x1, class: value === 0 ? "axis" : "rule" }),
        svg("text", { x: x0 - 8, dy: "0.35em", "text-anchor": "end" }, yTexts[i])
      )),
      ...xTicks.map((value) => svg(
        "g",
        { transform: `translate(${fixed(scaleX(value))} ${y0})` },
        svg("line", { y2: 5, class: "axis" }),
        svg("text", { y: 18, "text-anchor": "middle" }, format(value))
      ))
    );
    layers.title.replaceChildren(
      svg("text", { x: 0, y: 14, class: "label" }, yLabel),
      svg("text", { x: x1, y: height - 6, "text-anchor": "end", class: "label" }, xLabel)
    );
    const paths = curves.map(({ x, y }) => x.map((value, i) => `${i ? "L" : "M"}${fixed(scaleX(value))} ${fixed(scaleY(y[i]))}`).join(""));
    const main = paths[0] && `${paths[0]}L${fixed(x1)} ${y0}L${fixed(x0)} ${y0}Z`;
    layers.lines.replaceChildren(
      svg("path", { class: `area line-${curves[0].id}`, d: main }),
      ...curves.map(({ id }, i) => svg("path", { class: `line line-${id}`, d: paths[i] })).reverse()
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
        svg("line", { x1: x, x2: x, y1: scaleY(curves[0].at(marker.x)), y2: y0, class: "stem" })
      );
      layers.labels.append(
        svg("text", { x: place.x, y: place.y, dy: "0.35em", "text-anchor": "middle" }, marker.text)
      );
    }
    const places = placeLabels(curves, scaleX, scaleY, box, taken);
    layers.labels.append(
      ...curves.flatMap(({ id, label }, i) => places[i] ? [svg("text", { x: places[i].x, y: places[i].y, dy: "0.35em", "text-anchor": "middle", class: `name line-${id}` }, label)] : [])
    );
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
      ...state.curves.map(({ id, at }) => svg("circle", { cx: px, cy: scaleY(at(x)), r: 4, class: `line-${id}` })).reverse()
    );
  }
  const clamp = (x) => Math.min(xDomain[1], Math.max(xDomain[0], x));
  const pointed = (event) => onProbe(clamp(invertX(event.clientX - picture.getBoundingClientRect().left)));
  element.addEventListener("pointermove", pointed);
  element.addEventListener("pointerdown", pointed);
  element.addEventListener("pointerleave", () => onProbe(null));
  element.addEventListener("blur", () => onProbe(null));
  element.addEventListener("keydown", (event) => {
    const moves = {
      ArrowRight: step,
      ArrowUp: step,
      ArrowLeft: -step,
      ArrowDown: -step,
      PageUp: 10 * step,
      PageDown: -10 * step,
      Home: -Infinity,
      End: Infinity
    };
    if (event.key === "Escape") return onProbe(null);
    if (!(event.key in moves)) return void 0;
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

// dom.js
function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (value === true) element.setAttribute(key, "");
    else if (value !== false && value !== void 0) element.setAttribute(key, value);
  }
  element.append(...children);
  return element;
}
var count = 0;
var uniqueName = (stem) => `dmnb-${stem}-${count += 1}`;
function choice({ legend, options, onChange }) {
  const name = uniqueName("choice");
  const inputs = Object.entries(options).map(([value, text]) => {
    const input = h("input", { type: "radio", name, value, onchange: () => onChange(value) });
    return { value, input, label: h("label", {}, input, h("span", {}, text)) };
  });
  const element = h(
    "fieldset",
    { class: "choice" },
    h("legend", {}, legend),
    ...inputs.map(({ label }) => label)
  );
  return {
    element,
    set: (value) => inputs.forEach((entry) => entry.input.checked = entry.value === value)
  };
}
function numberField({ label, onCommit, ...attributes }) {
  const input = h("input", {
    type: "number",
    "aria-label": label,
    ...attributes,
    onchange: () => onCommit(input.value.trim() === "" ? NaN : Number(input.value))
  });
  return input;
}
function copyButton({ label, text, say }) {
  const button = h("button", { type: "button", class: "copy", "aria-label": label, onclick: copy }, "Copy");
  async function copy() {
    let copied = true;
    try {
      await navigator.clipboard.writeText(text());
    } catch {
      copied = copyBySelection(text());
    }
    button.textContent = copied ? "Copied" : "Press Ctrl+C";
    say(copied ? "Copied to the clipboard" : "Could not copy: select the line and press Ctrl+C");
    setTimeout(() => button.textContent = "Copy", 1600);
  }
  return button;
}
function copyBySelection(text) {
  const area = h("textarea", { style: "position: fixed; opacity: 0" });
  area.value = text;
  document.body.append(area);
  area.select();
  const copied = document.execCommand("copy");
  area.remove();
  return copied;
}

// emphasis.js
var sigmoid = (m) => m >= 0 ? 1 / (1 + Math.exp(-m)) : Math.exp(m) / (1 + Math.exp(m));
var STEP = 1 / 16;
var NODES = [];
for (let k = -64; k <= 64; k += 1) {
  const t = k * STEP;
  const s = Math.PI * Math.sinh(t);
  const distance = 1 / (1 + Math.exp(Math.abs(s)));
  const width = STEP * Math.PI * Math.cosh(t) * distance * (1 - distance);
  if (width > 0) NODES.push({ right: s > 0, distance, width });
}
function integrate(f, a, b) {
  let sum = 0;
  for (const { right, distance, width } of NODES) {
    const offset = (b - a) * distance;
    sum += width * (right ? f(b - offset, 1 - b + offset) : f(a + offset, 1 - a - offset));
  }
  return (b - a) * sum;
}
function emphasis({ logWeight, mode, peak = logWeight(mode, 1 - mode), python }) {
  const split = mode > 0 && mode < 1 ? mode : 0.5;
  const scaled = (p, r) => Math.exp(logWeight(p, r) - peak);
  const integral = integrate(scaled, 0, split) + integrate(scaled, split, 1);
  const weight = (p, r = 1 - p) => Math.exp(logWeight(p, r));
  const density = (p, r = 1 - p) => scaled(p, r) / integral;
  return {
    mode,
    contrast: Math.exp(peak - logWeight(1, 0)),
    python,
    weight,
    density,
    weightAt: (m) => weight(sigmoid(m), sigmoid(-m)),
    densityAt: (m) => density(sigmoid(m), sigmoid(-m))
  };
}
function DM(lam, beta) {
  const logWeight = (p, r) => beta * p ** lam * r;
  const psi = lam / (lam + 1);
  const mode = beta > 0 ? psi : beta === 0 ? NaN : lam === 0 ? 1 : 0;
  const peak = beta > 0 ? logWeight(psi, 1 - psi) : 0;
  return emphasis({ logWeight, mode, peak, python: `DM(lam=${lam}, beta=${beta})` });
}
function AnchoredDM(lam, beta) {
  const logWeight = (p, r) => {
    const x = beta * p ** lam * r;
    return x + Math.log(-Math.expm1(-x));
  };
  return emphasis({
    logWeight,
    mode: lam / (lam + 1),
    python: `AnchoredDM(lam=${lam}, beta=${beta})`
  });
}
function fromMode(mode, contrast) {
  const lam = mode / (1 - mode);
  return { lam, beta: Math.log(contrast) / (mode ** lam * (1 - mode)) };
}
var LOG2 = Math.LN2;
var CCE = () => emphasis({ logWeight: (p, r) => LOG2 + Math.log(r), mode: 0, python: "CCE()" });
var MAE = () => emphasis({ logWeight: (p, r) => LOG2 + Math.log(p) + Math.log(r), mode: 1 / 2, python: "MAE()" });
var MSE = () => emphasis({
  logWeight: (p, r) => 2 * LOG2 + Math.log(p) + 2 * Math.log(r),
  mode: 1 / 3,
  python: "MSE()"
});
var GCE = (q) => emphasis({
  logWeight: (p, r) => LOG2 + q * Math.log(p) + Math.log(r),
  mode: q / (q + 1),
  python: `GCE(q=${q})`
});

// style.css
var style_default = `/* Colours follow the page: the book's data-theme, JupyterLab's theme, else the system's. */
.dmnb {
  color-scheme: light;
  --ink: #1f2328;
  --soft: #5f6570;
  --rule: #e4e6ea;
  --field: #f4f5f7;
  --paper: #ffffff;
  --lift: 0%;
  --accent: color-mix(in oklab, var(--dm), white var(--lift));
}
html[data-theme="dark"] .dmnb,
[data-jp-theme-light="false"] .dmnb,
.vscode-dark .dmnb {
  color-scheme: dark;
  --ink: #e4e6ea;
  --soft: #a3a9b4;
  --rule: #343a42;
  --field: #22272e;
  --paper: var(--pst-color-background, var(--jp-layout-color0, #121212));
  --lift: 24%;
}
@media (prefers-color-scheme: dark) {
  html:not([data-theme]):not(:has([data-jp-theme-light])):not(:has(.vscode-light)) .dmnb {
    color-scheme: dark;
    --ink: #e4e6ea;
    --soft: #a3a9b4;
    --rule: #343a42;
    --field: #22272e;
    --paper: #121212;
    --lift: 24%;
  }
}

.dmnb {
  box-sizing: border-box;
  max-width: 900px;
  margin: 1.5rem auto;
  padding: 1.1rem 0;
  border-block: 1px solid var(--rule);
  color: var(--ink);
  font: 0.875rem/1.45 system-ui, -apple-system, "Segoe UI", "Helvetica Neue", Arial, sans-serif;
  container-type: inline-size;
}
.dmnb *, .dmnb *::before { box-sizing: border-box; }
.dmnb p, .dmnb fieldset { margin: 0; padding: 0; border: 0; min-width: 0; }
.dmnb i, .dmnb .symbol, .dmnb .formula {
  font-family: "STIX Two Text", "Latin Modern Roman", Cambria, Georgia, serif;
}
.dmnb .bar {
  display: flex; flex-wrap: wrap; align-items: center; justify-content: space-between; gap: 0.6rem 1.5rem;
}
.dmnb .formula { font-size: 1.05rem; white-space: nowrap; font-variant-numeric: tabular-nums; }
.dmnb .formula sup { font-size: 0.72em; line-height: 0; }
.dmnb :focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 4px; }
.dmnb .unseen {
  position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap;
}

.dmnb .choice { display: inline-flex; padding: 2px; border-radius: 8px; background: var(--field); }
.dmnb .choice legend {
  position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%);
}
.dmnb .choice label { position: relative; margin: 0; cursor: pointer; }
.dmnb .choice input { position: absolute; inset: 0; opacity: 0; margin: 0; cursor: pointer; }
.dmnb .choice span { display: block; padding: 0.3rem 0.8rem; border-radius: 6px; color: var(--soft); }
.dmnb .choice :checked + span {
  background: var(--paper); color: var(--ink); box-shadow: 0 0 0 1px var(--rule), 0 1px 2px #0002;
}
.dmnb .choice :focus-visible + span { outline: 2px solid var(--accent); }

.dmnb .parameters { display: grid; grid-template-columns: 1fr 1fr; gap: 0.25rem 2rem; margin: 0.9rem 0 0.7rem; }
.dmnb .parameter { display: grid; grid-template-columns: auto 1fr 4.6rem; align-items: center; gap: 0.75rem; }
.dmnb .symbol { font-size: 1.25rem; font-style: italic; }
.dmnb input[type="range"] {
  --track: linear-gradient(to right, var(--accent) var(--filled), var(--rule) var(--filled));
  appearance: none; width: 100%; height: 32px; margin: 0; background: none; cursor: pointer; touch-action: pan-y;
}
.dmnb input[type="range"]::-webkit-slider-runnable-track { height: 4px; border-radius: 2px; background: var(--track); }
.dmnb input[type="range"]::-moz-range-track { height: 4px; border-radius: 2px; background: var(--track); }
.dmnb input[type="range"]::-webkit-slider-thumb {
  appearance: none; width: 18px; height: 18px; margin-top: -7px; border-radius: 50%;
  border: 2px solid var(--accent); background: var(--paper);
}
.dmnb input[type="range"]::-moz-range-thumb {
  width: 14px; height: 14px; border-radius: 50%; border: 2px solid var(--accent); background: var(--paper);
}
.dmnb input[type="number"] {
  width: 4.6rem; height: 32px; margin: 0; padding: 0 0.5rem; border: 1px solid transparent; border-radius: 6px;
  background: var(--field); color: var(--ink); font: inherit; font-variant-numeric: tabular-nums; text-align: right;
  appearance: textfield;
}
.dmnb input[type="number"]::-webkit-inner-spin-button { appearance: none; }
.dmnb input[type="number"]:hover { border-color: var(--rule); }
.dmnb input[type="number"]:disabled { background: none; }
.dmnb input::placeholder { color: var(--soft); opacity: 1; }

.dmnb .charts { display: grid; grid-template-columns: 1fr 1fr; gap: 1.25rem; }
.dmnb .chart { min-width: 0; min-height: 230px; touch-action: pan-y; cursor: crosshair; }
.dmnb .chart svg { display: block; max-width: 100%; }
.dmnb .chart text { fill: var(--soft); font-size: 12px; font-variant-numeric: tabular-nums; }
.dmnb .chart .label { fill: var(--ink); font-size: 12.5px; }
.dmnb .chart .rule { stroke: var(--rule); }
.dmnb .chart .axis { stroke: var(--soft); stroke-opacity: 0.7; }
.dmnb .chart .stem { stroke: var(--soft); stroke-dasharray: 2 3; }
.dmnb .chart .hair { stroke: var(--soft); stroke-opacity: 0.6; }
.dmnb .line { fill: none; stroke: var(--line); stroke-width: 1.75; stroke-linejoin: round; stroke-dasharray: var(--dash, none); }
.dmnb .area { fill: var(--line); fill-opacity: 0.09; }
.dmnb .chart circle { fill: var(--line); stroke: var(--paper); stroke-width: 1.5; }
.dmnb .chart .name {
  fill: color-mix(in oklab, var(--line) 78%, var(--ink)); font-weight: 600;
}
.dmnb .chart .labels text { paint-order: stroke; stroke: var(--paper); stroke-width: 4px; stroke-linejoin: round; }
.dmnb .line-dm { --line: color-mix(in oklab, var(--dm), white var(--lift)); }
.dmnb .line-anchored { --line: color-mix(in oklab, var(--anchored), white var(--lift)); }
.dmnb .line-cce { --line: color-mix(in oklab, var(--cce), white var(--lift)); --dash: 7 4; }
.dmnb .line-gce { --line: color-mix(in oklab, var(--gce), white var(--lift)); --dash: 9 3 2 3; }
.dmnb .line-mse { --line: color-mix(in oklab, var(--mse), white var(--lift)); --dash: 4 3; }
.dmnb .line-mae { --line: color-mix(in oklab, var(--mae), white var(--lift)); --dash: 1.5 3; }
.dmnb .line.line-dm, .dmnb .line.line-anchored { stroke-width: 2.75; }

.dmnb .readout { min-height: 1.45em; margin: 0.1rem 0 0.8rem; color: var(--soft); font-variant-numeric: tabular-nums; }
.dmnb .overlays { display: flex; flex-wrap: wrap; align-items: center; gap: 0.2rem 1.1rem; }
.dmnb .overlays legend { float: left; width: auto; margin: 0; padding: 0; color: var(--soft); font-size: inherit; }
.dmnb .overlay { display: inline-flex; align-items: center; gap: 0.4rem; min-height: 32px; margin: 0; cursor: pointer; }
.dmnb .overlay input { width: 16px; height: 16px; margin: 0; accent-color: var(--accent); }
.dmnb .swatch svg { display: block; }
.dmnb .facts { display: flex; flex-wrap: wrap; gap: 0.3rem 1.25rem; }
.dmnb .facts label { display: inline-flex; align-items: center; gap: 0.35rem; margin: 0; color: var(--soft); }
.dmnb .facts i { font-size: 1.1em; color: var(--ink); }
.dmnb .message:empty { display: none; }
.dmnb .message {
  margin-top: 0.7rem; padding: 0.45rem 0.7rem; border-left: 3px solid var(--cce); background: var(--field);
}
.dmnb .code {
  display: flex; align-items: center; gap: 0.5rem; margin-top: 0.9rem; padding: 0.3rem 0.35rem 0.3rem 0.75rem;
  border-radius: 8px; background: var(--field);
}
.dmnb .code code {
  flex: 1; min-width: 0; padding: 0; border: 0; background: none; color: var(--ink); overflow-wrap: anywhere;
  font: 0.8125rem/1.5 ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace;
}
.dmnb .copy {
  flex: none; min-width: 4.5rem; height: 32px; padding: 0 0.75rem; border: 1px solid var(--rule); border-radius: 6px;
  background: var(--paper); color: var(--ink); font: inherit; cursor: pointer;
}
.dmnb .copy:hover { border-color: var(--soft); }

@container (max-width: 560px) {
  .dmnb .parameters, .dmnb .charts { grid-template-columns: 1fr; }
  .dmnb .charts { gap: 0.5rem; }
}
@media (pointer: coarse) {
  .dmnb input[type="range"], .dmnb input[type="number"], .dmnb .overlay, .dmnb .copy { height: 44px; min-height: 44px; }
  .dmnb input[type="range"]::-webkit-slider-thumb { width: 24px; height: 24px; margin-top: -10px; }
  .dmnb .choice span { padding: 0.7rem 0.9rem; }
  .dmnb input[type="number"] { font-size: 16px; }
}
@media (forced-colors: active) {
  .dmnb input[type="range"] { appearance: auto; }
}
`;

// explorer.js
var DEFAULTS = { family: "dm", lam: 0.5, beta: 12, view: "density", overlays: ["cce"] };
var RANGE = { lam: [0, 4], beta: [-4, 24] };
var SLIDER_STEP = { lam: 0.05, beta: 0.25 };
var SYMBOL = { lam: "λ", beta: "β" };
var FAMILIES = { dm: "DM", anchored: "anchored DM" };
var VIEWS = { density: "density", weight: "weight" };
var LOSSES = {
  cce: { label: "CCE", emphasis: CCE() },
  gce: { label: "GCE", note: "q = 0.7", emphasis: GCE(0.7) },
  mse: { label: "MSE", emphasis: MSE() },
  mae: { label: "MAE", emphasis: MAE() }
};
var GRID_P = Array.from({ length: 241 }, (_, i) => (i / 240) ** 2 * (3 - 2 * i / 240));
var GRID_M = Array.from({ length: 241 }, (_, i) => -8 + i / 15);
var number = (value) => String(value).replace("-", "−");
var between = ([low, high]) => `from ${number(low)} to ${number(high)}`;
var inRange = (name, value) => typeof value === "number" && value >= RANGE[name][0] && value <= RANGE[name][1];
function faults({ family, lam, beta, view, overlays }) {
  const found = {};
  for (const [name, value] of Object.entries({ lam, beta }))
    if (!inRange(name, value))
      found[name] = `${SYMBOL[name]} must be a number ${between(RANGE[name])}, not ${number(value)}.`;
  if (!(family in FAMILIES)) found.family = `There is no family “${family}”.`;
  if (!(view in VIEWS)) found.view = `There is no view “${view}”.`;
  if (!Array.isArray(overlays) || overlays.some((id) => !(id in LOSSES)))
    found.overlays = `There is no comparison “${overlays}”.`;
  if (family === "anchored" && beta <= 0 && !found.beta)
    found.beta = `Anchored DM needs β > 0, not ${number(beta)}.`;
  return found;
}
function render({ model, el }) {
  let shown = null;
  let quiet = false;
  const read = () => Object.fromEntries(Object.keys(DEFAULTS).map((name) => [name, model.get(name)]));
  function set(changes, note = "") {
    quiet = true;
    for (const [name, value2] of Object.entries(changes)) model.set(name, value2);
    quiet = false;
    model.save_changes();
    message.textContent = note;
    draw();
  }
  function repair(found) {
    const names = Object.keys(found);
    const restored = names.map((name) => `${SYMBOL[name] ?? name} = ${DEFAULTS[name]}`).join(", ");
    set(
      Object.fromEntries(names.map((name) => [name, DEFAULTS[name]])),
      `${Object.values(found).join(" ")} Restored the default ${restored}.`
    );
  }
  function change(changes) {
    const found = faults({ ...read(), ...changes });
    if (Object.keys(found).length === 0) return set(changes);
    const fine = Object.entries(changes).filter(([name]) => !(name in found));
    fine.forEach(([name, value2]) => model.set(name, value2));
    return repair(found);
  }
  const family = choice({ legend: "Emphasis", options: FAMILIES, onChange: (value2) => change({ family: value2 }) });
  const view = choice({ legend: "Show", options: VIEWS, onChange: (value2) => change({ view: value2 }) });
  function parameter(name, words) {
    const [min, max] = RANGE[name];
    const step = SLIDER_STEP[name];
    const label = `${SYMBOL[name]}, ${words}`;
    const slider = h("input", {
      type: "range",
      min,
      max,
      step,
      "aria-label": label,
      "data-trait": name,
      oninput: () => change({ [name]: Number(slider.value) })
    });
    const field = numberField({
      label: `${label}: number`,
      min,
      max,
      step,
      "data-trait": name,
      onCommit: (value2) => change({ [name]: value2 })
    });
    const element = h(
      "div",
      { class: "parameter" },
      h("span", { class: "symbol", "aria-hidden": "true" }, SYMBOL[name]),
      slider,
      field
    );
    return {
      element,
      set: (value2, low) => {
        slider.min = low;
        slider.value = value2;
        slider.style.setProperty("--filled", `${100 * (value2 - low) / (max - low)}%`);
        field.min = low;
        field.value = value2;
      }
    };
  }
  const lam = parameter("lam", "where the emphasis peaks");
  const beta = parameter("beta", "how strong the emphasis is");
  const mode = numberField({
    label: "mode psi: the p with the largest weight",
    min: 0,
    max: 0.8,
    step: 0.05,
    "data-trait": "mode",
    onCommit: (value2) => changeMode(value2, shown.emphasis.contrast)
  });
  const contrast = numberField({
    label: "contrast R: largest weight over the weight at p = 1",
    min: 1,
    step: 1,
    "data-trait": "contrast",
    onCommit: (value2) => changeMode(shown.lam / (shown.lam + 1), value2)
  });
  const rounded = (value2) => Number(value2.toFixed(4));
  function changeMode(psi, ratio) {
    if (!(psi >= 0 && psi <= 0.8))
      return repair({ lam: `The mode must be a number from 0 to 0.8, as λ = ψ/(1 − ψ) ends at 4.` });
    const target = fromMode(psi, ratio);
    if (shown.family === "anchored" || shown.beta <= 0 && ratio === 1)
      return change({ lam: rounded(target.lam) });
    if (!(ratio >= 1 && ratio < Infinity))
      return repair({ beta: `The contrast must be a number of at least 1.` });
    if (target.beta > RANGE.beta[1])
      return set(
        { lam: rounded(target.lam), beta: RANGE.beta[1] },
        `A contrast of ${format(ratio)} at mode ${format(psi)} needs β = ${format(target.beta)}; β ends at 24.`
      );
    return change({ lam: rounded(target.lam), beta: rounded(target.beta) });
  }
  const overlays = Object.entries(LOSSES).map(([id, { label, note }]) => {
    const input = h("input", {
      type: "checkbox",
      value: id,
      onchange: () => change({ overlays: overlays.filter((o) => o.input.checked).map((o) => o.id) })
    });
    const swatch = h("span", { class: "swatch", "aria-hidden": "true" });
    swatch.innerHTML = `<svg width="26" height="10"><path class="line line-${id}" d="M1 5H25"/></svg>`;
    return { id, input, element: h("label", { class: "overlay" }, input, swatch, note ? `${label}, ${note}` : label) };
  });
  const formula = h("span", { class: "formula" });
  const code = h("code");
  const copy = copyButton({ label: "Copy the Python line", text: () => code.textContent, say });
  const readout = h("p", { class: "readout" });
  const message = h("p", { class: "message", role: "alert" });
  const live = h("p", { class: "unseen", "aria-live": "polite" });
  let timer;
  function say(text) {
    clearTimeout(timer);
    timer = setTimeout(() => live.textContent = text, 400);
  }
  const value = (emphasis2, p, r) => emphasis2[shown.view](p, r);
  const readAt = (p, r, m) => `p = ${format(p)} (m = ${format(m)}): ` + shown.curves.map((c) => `${c.label} ${format(value(c.emphasis, p, r))}`).join(", ");
  const readings = {
    p: (p) => readAt(p, 1 - p, Math.log(p / (1 - p))),
    m: (m) => readAt(sigmoid(m), sigmoid(-m), m)
  };
  const charts = {
    p: createChart({
      xDomain: [0, 1],
      xTicks: [0, 0.25, 0.5, 0.75, 1],
      xLabel: "p, the labelled class’s probability",
      name: "Read the curves at probability p",
      step: 0.01,
      read: readings.p,
      onProbe: (p) => point(p === null ? null : { p, m: Math.log(p / (1 - p)), text: readings.p(p) })
    }),
    m: createChart({
      xDomain: [-8, 8],
      xTicks: [-8, -4, 0, 4, 8],
      xLabel: "m = log p/(1 − p), its log-odds",
      name: "Read the curves at log-odds m",
      step: 0.1,
      read: readings.m,
      onProbe: (m) => point(m === null ? null : { p: sigmoid(m), m, text: readings.m(m) })
    })
  };
  charts.p.element.dataset.axis = "p";
  charts.m.element.dataset.axis = "m";
  function point(example) {
    charts.p.probe(example && example.p);
    charts.m.probe(example && example.m);
    readout.textContent = example ? example.text : "Point at a curve, or focus a panel and use the arrow keys, to read values.";
  }
  function drawCharts() {
    const { view: key, curves, emphasis: emphasis2, summary } = shown;
    const marked = Number.isFinite(emphasis2.mode) && emphasis2.mode > 0 && emphasis2.mode < 1;
    const yLabel = key === "density" ? "emphasis density, w / ∫w dp" : "weight w = ‖∂L/∂z‖₁";
    const onAxis = (grid, at) => curves.map((c) => ({ ...c, x: grid, y: grid.map((x) => at(c, x)), at: (x) => at(c, x) }));
    charts.p.draw({
      curves: onAxis(GRID_P, (c, p) => c.emphasis[key](p)),
      yLabel,
      description: summary,
      marker: marked ? { x: emphasis2.mode, text: `ψ = ${format(emphasis2.mode)}` } : null
    });
    charts.m.draw({
      curves: onAxis(GRID_M, (c, m) => c.emphasis[`${key}At`](m)),
      yLabel: key === "density" ? yLabel : "weight w = 2 |dL/dm|",
      description: summary,
      marker: marked ? { x: Math.log(emphasis2.mode / (1 - emphasis2.mode)), text: "" } : null
    });
    point(null);
  }
  function draw() {
    const traits = read();
    const found = faults(traits);
    if (Object.keys(found).length) return repair(found);
    const emphasis2 = (traits.family === "anchored" ? AnchoredDM : DM)(traits.lam, traits.beta);
    const label = FAMILIES[traits.family];
    const summary = `${label}, lambda ${traits.lam}, beta ${traits.beta}: mode ${Number.isNaN(emphasis2.mode) ? "none, all weights are equal" : format(emphasis2.mode)}, contrast ${format(emphasis2.contrast)}`;
    const compared = traits.overlays.map((id) => ({ id, ...LOSSES[id] }));
    shown = { ...traits, emphasis: emphasis2, summary, curves: [{ id: traits.family, label, emphasis: emphasis2 }, ...compared] };
    family.set(traits.family);
    view.set(traits.view);
    lam.set(traits.lam, RANGE.lam[0]);
    beta.set(traits.beta, traits.family === "anchored" ? SLIDER_STEP.beta : RANGE.beta[0]);
    overlays.forEach(({ id, input }) => input.checked = traits.overlays.includes(id));
    mode.value = Number.isNaN(emphasis2.mode) ? "" : Number(emphasis2.mode.toPrecision(4));
    mode.placeholder = "none";
    const bounded = Number.isFinite(emphasis2.contrast);
    contrast.value = !bounded ? "" : emphasis2.contrast < 1e5 ? Number(emphasis2.contrast.toPrecision(4)) : emphasis2.contrast.toExponential(2).replace("+", "");
    contrast.placeholder = "∞";
    contrast.disabled = !bounded;
    const power = { 0: "", 1: "<i>p</i> " }[traits.lam] ?? `<i>p</i><sup>${traits.lam}</sup> `;
    formula.innerHTML = `<i>w</i> = exp(${number(traits.beta)} ${power}(1 − <i>p</i>))` + (traits.family === "anchored" ? " − 1" : "");
    const options = traits.view === "weight" ? ', normalization="none"' : "";
    const line = `loss = dmnb.DMLoss(dmnb.emphasis.${emphasis2.python}${options})`;
    code.replaceChildren(...line.split(/(?<=[(,] ?)(?=\w)/).flatMap((part) => [part, h("wbr")]));
    drawCharts();
    return say(summary);
  }
  const root = h(
    "div",
    { class: "dmnb", role: "group", "aria-label": "Emphasis explorer" },
    h("style", {}, style_default),
    h("div", { class: "bar" }, family.element, formula, view.element),
    h("div", { class: "parameters" }, lam.element, beta.element),
    h("div", { class: "charts" }, charts.p.element, charts.m.element),
    readout,
    h(
      "div",
      { class: "bar" },
      h("fieldset", { class: "overlays" }, h("legend", {}, "Compare with"), ...overlays.map((o) => o.element)),
      h(
        "div",
        { class: "facts" },
        h("label", {}, "mode ", h("i", {}, "ψ"), mode),
        h("label", {}, "contrast ", h("i", {}, "R"), contrast)
      )
    ),
    message,
    h("div", { class: "code" }, code, copy),
    live
  );
  for (const [name, colour] of Object.entries(palette_default)) root.style.setProperty(`--${name}`, colour);
  root.addEventListener("keydown", (event) => {
    if (/^(Arrow|Home|End|Page)/.test(event.key)) event.stopPropagation();
  });
  el.append(root);
  const listen = () => quiet || draw();
  for (const name of Object.keys(DEFAULTS)) model.on(`change:${name}`, listen);
  draw();
  return () => {
    for (const name of Object.keys(DEFAULTS)) model.off(`change:${name}`, listen);
    Object.values(charts).forEach((chart) => chart.destroy());
  };
}
var explorer_default = { render };
export {
  explorer_default as default
};
