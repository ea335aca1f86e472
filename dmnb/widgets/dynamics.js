// Bundled by build.js from ../../palette.json bars.js chart.js dom.js dynamics.css dynamics.js labels.js numerics.js panels.css runs.js shell.js style.css svg.js; sha256 dce292d21761134cac0b3b498d7f32bb15511f0f156abddce9d23955fece1be4
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

// svg.js
var NAMESPACE = "http://www.w3.org/2000/svg";
var DIGIT = 6.4;
function svg(name, attributes = {}, ...children) {
  const element = document.createElementNS(NAMESPACE, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}
function unique(kind) {
  const key = /* @__PURE__ */ Symbol.for("dmnb.names");
  globalThis[key] = (globalThis[key] ?? 0) + 1;
  return `dmnb-${kind}-${globalThis[key]}`;
}
function whenChanged(make) {
  let last = null;
  return (...values) => {
    const key = JSON.stringify(values);
    if (key === last) return;
    last = key;
    make(...values);
  };
}
var centred = { dy: "0.35em", "text-anchor": "middle" };
var SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹";
var superscript = (n) => String(n).replace("-", "⁻").replace(/\d/g, (d) => SUPERSCRIPTS[d]);
function format(value, digits = 3) {
  if (Number.isNaN(value)) return "–";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
  const size = Math.abs(value);
  if (size === 0 || size < 1e5 && size >= 1e-3)
    return String(Number(value.toPrecision(digits))).replace("-", "−");
  const [mantissa, exponent] = value.toExponential(digits - 1).split("e");
  const factor = String(Number(mantissa)).replace("-", "−");
  return `${factor === "1" ? "" : `${factor}·`}10${superscript(Number(exponent))}`;
}
var percent = (share) => Number.isFinite(share) ? `${format(100 * share, share < 0.1 ? 2 : 3)}%` : "–";
function ticks(top, count = 4, low = 0) {
  const raw = (top - low) / count;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = power * [1, 2, 2.5, 5, 10].find((factor) => factor * power >= raw * (1 - 1e-9));
  const [first, last] = [Math.floor(low / step + 1e-9), Math.ceil(top / step - 1e-9)];
  return Array.from({ length: last - first + 1 }, (_, i) => (first + i) * step);
}
function followWidth(element, { aspect, least, most }, onSize) {
  let last = 0;
  const observer = new ResizeObserver(([entry]) => {
    const width = Math.round(entry.contentRect.width);
    if (width === last || width === 0) return;
    last = width;
    onSize({ width, height: Math.round(Math.min(most, Math.max(least, width * aspect))) });
  });
  observer.observe(element);
  return () => observer.disconnect();
}

// bars.js
var TICKS = [0, 0.25, 0.5, 0.75, 1];
var box = (width, height) => [26, height - 36, width - 5];
function createMirror({ shape }) {
  const hatch = unique("hatch");
  const turned = { patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" };
  const stripes = svg(
    "pattern",
    { id: hatch, width: 5, height: 5, ...turned },
    svg("rect", { width: 5, height: 5, class: "ground" }),
    svg("line", { x1: 0, x2: 0, y2: 5, class: "stripe" })
  );
  const layers = ["grid", "bars", "labels"].map((name) => svg("g", { class: name }));
  const [grid, bars, labels] = layers;
  const heading = svg("text", { x: 0, y: 14, class: "title" });
  const defs = svg("defs", {}, stripes);
  const picture = svg("svg", { "aria-hidden": "true" }, defs, heading, ...layers);
  const element = document.createElement("div");
  element.className = "chart mirror";
  element.setAttribute("role", "img");
  element.append(picture);
  let size = null;
  let state = null;
  let rects = [];
  function barsFor(count) {
    if (rects.length === 2 * count) return rects;
    rects = Array.from({ length: 2 * count }, (_, i) => svg("rect", { class: i < count ? "bar right" : "bar wrong" }));
    rects.slice(count).forEach((rect) => rect.setAttribute("fill", `url(#${hatch})`));
    bars.replaceChildren(...rects);
    return rects;
  }
  function draw(next = state) {
    state = next;
    if (!state || !size) return;
    const { right, wrong, top, title, left = 40, description, style } = state;
    const { width, height } = size;
    const [ceiling, floor, edge] = box(width, height);
    const middle = (ceiling + floor) / 2;
    const step = ticks(top, 2);
    const x = (p) => left + p * (edge - left);
    const end = step.at(-1);
    const length = (share) => Math.min(share, end) / end * (middle - ceiling);
    picture.setAttribute("class", `line-${style}`);
    element.setAttribute("aria-label", `${title}. ${description}`);
    element.shares = { right, wrong };
    if (heading.textContent !== title) heading.textContent = title;
    drawGrid(width, height, left, step);
    const count = right.length;
    const cut = [];
    barsFor(count).forEach((rect, i) => {
      const share = i < count ? right[i] : wrong[i - count];
      const bin = i % count;
      const size2 = Math.max(0, length(share));
      rect.style.x = `${x(bin / count) + 0.75}px`;
      rect.style.width = `${Math.max(0.5, (edge - left) / count - 1.5)}px`;
      rect.style.y = `${i < count ? middle - size2 : middle}px`;
      rect.style.height = `${size2}px`;
      if (share > end) cut.push({ share, bin, up: i < count });
    });
    labels.replaceChildren(...cut.map(({ share, bin, up }) => {
      const side = bin < count / 2 ? 1 : -1;
      const at = x((bin + (side > 0 ? 1 : 0)) / count) + 4 * side;
      const place = { x: at, y: up ? ceiling + 9 : floor - 9, dy: "0.35em", class: "cut" };
      return svg("text", { ...place, "text-anchor": side > 0 ? "start" : "end" }, percent(share));
    }));
  }
  const drawGrid = whenChanged((width, height, left, step) => {
    const [ceiling, floor, edge] = box(width, height);
    const middle = (ceiling + floor) / 2;
    const heights = [...step.slice(1).map((share) => -share).reverse(), ...step];
    const y = (share) => middle - share / step.at(-1) * (middle - ceiling);
    const name = (text, at) => svg("text", { x: (left + edge) / 2, y: at, class: "name", ...centred }, text);
    picture.setAttribute("viewBox", `0 0 ${width} ${height}`);
    picture.setAttribute("width", width);
    picture.setAttribute("height", height);
    grid.replaceChildren(
      ...heights.map((share) => svg(
        "g",
        { transform: `translate(0 ${y(share)})` },
        svg("line", { x1: left, x2: edge, class: share === 0 ? "axis" : "rule" }),
        svg(
          "text",
          { x: left - 8, dy: "0.35em", "text-anchor": "end" },
          `${format(100 * Math.abs(share))}%`
        )
      )),
      ...TICKS.map((p) => svg(
        "g",
        { transform: `translate(${left + p * (edge - left)} ${floor})` },
        svg("line", { y2: 5, class: "axis" }),
        svg("text", { y: 18, "text-anchor": "middle" }, format(p))
      )),
      name("right label", ceiling + 9),
      name("wrong label", floor - 9)
    );
  });
  const destroy = followWidth(element, shape, (next) => {
    size = next;
    draw();
  });
  return { element, picture, draw, destroy };
}

// labels.js
var places = (half) => [
  [half + 9, -10, 0],
  [0, -13, 0],
  [-half - 9, -10, 1],
  [half + 9, 11, 6],
  [-half - 9, 11, 7],
  [0, 15, 9]
];
function clearance(line, x, y, half) {
  let [high, low] = [Infinity, -Infinity];
  for (let i = 0; i < line.x.length; i += 1) {
    if (line.x[i] < x - half - 8) continue;
    if (line.x[i] > x + half + 8) break;
    high = Math.min(high, line.y[i]);
    low = Math.max(low, line.y[i]);
  }
  return Math.min(24, Math.max(0, high - y - 7, y - 7 - low));
}
var collide = (a, b) => Math.abs(a.x - b.x) < a.half + b.half + 9 && Math.abs(a.y - b.y) < 15;
function placeLabels(lines, [left, top, right, bottom], taken, upward = true) {
  const occupied = [...taken];
  return lines.map((own) => {
    const half = own.label.length * 3.6;
    let best = { score: -Infinity };
    for (let i = 1; i < own.x.length - 1; i += 2) {
      for (const [dx, dy, cost] of places(half)) {
        const spot = { x: own.x[i] + dx, y: own.y[i] + dy, half };
        const inside = spot.x - half >= left && spot.x + half <= right;
        if (!inside || spot.y < top - 6 || spot.y > bottom - 8) continue;
        const far = upward ? bottom - own.y[i] : own.y[i] - top;
        const merit = 10 * far / (bottom - top) - cost;
        if (merit + 24 <= best.score || occupied.some((other) => collide(spot, other))) continue;
        if (clearance(own, spot.x, spot.y, half) === 0) continue;
        const needed = Math.max(2, best.score - merit);
        let free = 24;
        for (const line of lines) {
          if (line !== own) free = Math.min(free, clearance(line, spot.x, spot.y, half));
          if (free <= needed) break;
        }
        if (free > needed) best = { ...spot, score: merit + free };
      }
    }
    if (best.score === -Infinity) return null;
    occupied.push(best);
    return best;
  });
}

// chart.js
var SHAPE = { aspect: 0.72, least: 230, most: 320 };
function layOut({ width, height, margin }, [xMin, xMax], yTicks) {
  const digits = Math.max(...yTicks.map((value) => format(value).length));
  const left = Math.max(margin, 12 + DIGIT * digits);
  const [top, right, bottom] = [34, width - 5, height - 42];
  const [yMin, yMax] = [yTicks[0], yTicks.at(-1)];
  return {
    box: [left, top, right, bottom],
    yMin,
    yMax,
    x: (value) => left + (value - xMin) / (xMax - xMin) * (right - left),
    y: (value) => bottom - (value - yMin) / (yMax - yMin) * (bottom - top),
    valueAt: (px) => xMin + (px - left) / (right - left) * (xMax - xMin),
    heightAt: (px) => yMin + (bottom - px) / (bottom - top) * (yMax - yMin)
  };
}
function axes({ box: [left, , right, bottom], x, y }, xTicks, yTicks) {
  return [
    ...yTicks.map((value) => svg(
      "g",
      { transform: `translate(0 ${y(value)})` },
      svg("line", { x1: left, x2: right, class: value === 0 ? "axis" : "rule" }),
      svg("text", { x: left - 8, dy: "0.35em", "text-anchor": "end" }, format(value))
    )),
    ...xTicks.map((value) => svg(
      "g",
      { transform: `translate(${x(value)} ${bottom})` },
      svg("line", { y2: 5, class: "axis" }),
      svg("text", { y: 18, "text-anchor": "middle" }, format(value))
    ))
  ];
}
var round = (value) => Math.round(value * 20) / 20;
function trace({ x, y }) {
  let [path, pen] = ["", "M"];
  for (let i = 0; i < x.length; i += 1) {
    const finite = Number.isFinite(y[i]);
    if (finite) path += `${pen}${round(x[i])} ${round(y[i])}`;
    pen = finite ? "L" : "M";
  }
  return path;
}
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
function createChart(options) {
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
    for (const { y: y2 } of curves)
      for (const value of y2) {
        if (value < low) low = value;
        if (value > high && value < Infinity) high = value;
      }
    const yTicks = ticks(state.yTop ?? (high > low ? high : low + 1), 4, low);
    layout = layOut({ ...size, margin }, xDomain, yTicks);
    const { box: box2, x, y } = layout;
    const lines = curves.map((c) => ({ ...c, x: c.x.map(x), y: c.y.map(y) }));
    drawGrid(width, height, yTicks, xDomain, xTicks, yLabel);
    drawPaths(curvesLayer, lines, filled, box2, y(0));
    drawNames(lines, drawMarker());
    probe(probed);
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
      svg("text", end, xLabel)
    );
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
    const places2 = placeLabels(thinned, layout.box, taken, upward).map((place, i) => {
      const { id, label, style = id } = lines[i];
      return place && { ...place, text: label, name: `name line-${style}` };
    });
    writeLabels([...taken, ...places2.filter(Boolean)]);
  }
  function writeLabels(texts) {
    writtenAnew(texts.map(({ text, name: name2 = "" }) => [text, name2]));
    texts.forEach(({ x, y }, i) => {
      labels.childNodes[i].setAttribute("x", round(x));
      labels.childNodes[i].setAttribute("y", round(y));
    });
  }
  const writtenAnew = whenChanged((texts) => labels.replaceChildren(...texts.map(([text, name2]) => svg("text", { ...centred, ...name2 ? { class: name2 } : {} }, text))));
  const resting = () => state.marker?.x ?? (xDomain[0] + xDomain[1]) / 2;
  function probe(value) {
    probed = value;
    if (!layout) return;
    element.setAttribute("aria-valuenow", clamp(value ?? resting()));
    element.setAttribute("aria-valuetext", value === null ? state.description : read(value));
    probeLayer.replaceChildren();
    if (value === null || value < xDomain[0] || value > xDomain[1]) return;
    const x = layout.x(value);
    const dots = state.curves.map(({ id, at, style = id }) => ({ style, y: layout.y(at(value)) })).filter(({ y }) => Number.isFinite(y)).map(({ style, y }) => svg("circle", { cx: x, cy: y, r: 4, class: `line-${style}` }));
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
  element.addEventListener("pointerleave", (event) => {
    if (event.pointerType === "mouse") onProbe(null, event);
  });
  element.addEventListener("blur", (event) => onProbe(null, event));
  const moves = {
    ArrowRight: step,
    ArrowUp: step,
    PageUp: 10 * step,
    End: Infinity,
    ArrowLeft: -step,
    ArrowDown: -step,
    PageDown: -10 * step,
    Home: -Infinity
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

// dom.js
function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (value !== false && value !== void 0) element.setAttribute(key, value);
  }
  element.append(...children);
  return element;
}
function choice({ legend, options, onChange }) {
  const name = unique("choice");
  const inputs = Object.keys(options).map((value) => h("input", { type: "radio", name, value, onchange: () => onChange(value) }));
  const labels = inputs.map((input) => h("label", {}, input, h("span", {}, options[input.value])));
  return {
    element: h("fieldset", { class: "choice" }, h("legend", {}, legend), ...labels),
    set: (value) => inputs.forEach((input) => input.checked = input.value === value)
  };
}
function numberField({ onCommit, ...attributes }) {
  const input = h("input", {
    type: "number",
    "aria-invalid": "false",
    // `step` is for the arrow keys: values between are allowed
    ...attributes,
    onchange: () => onCommit(input.value.trim() === "" ? NaN : Number(input.value))
  });
  return input;
}
function select({ label, options, onChange, ...attributes }) {
  const entries = (list) => Object.entries(list).map(([value, words]) => typeof words === "string" ? h("option", { value }, words) : h("optgroup", { label: value }, ...entries(words)));
  const input = h("select", {
    "aria-label": label,
    ...attributes,
    onchange: () => onChange(input.value)
  }, ...entries(options));
  return { element: input, set: (value) => input.value = value };
}
var button = (words, onclick, attributes = {}) => h("button", { type: "button", class: "button", onclick, ...attributes }, words);
function announcer() {
  const element = h("p", { class: "unseen", "aria-live": "polite" });
  let timer;
  let begun = false;
  setTimeout(() => begun = true);
  return {
    element,
    say(text) {
      if (!begun) return;
      clearTimeout(timer);
      timer = setTimeout(() => element.textContent = text, 400);
    }
  };
}

// dynamics.css
var dynamics_default = ".dmnb .line-left { --line: color-mix(in oklab, var(--left), white var(--lift)); }\n.dmnb .line-right { --line: color-mix(in oklab, var(--right), white var(--lift)); --dash: 7 3; }\n.dmnb .line-left-wrong {\n  --line: color-mix(in oklab, var(--left), white var(--lift));\n  --dash: 1.5 3;\n}\n.dmnb .line-right-wrong {\n  --line: color-mix(in oklab, var(--right), white var(--lift));\n  --dash: 7 3 1.5 3;\n}\n.dmnb .line.line-left, .dmnb .line.line-right { stroke-width: 2; }\n\n.dmnb .time {\n  display: grid;\n  grid-template-columns: 5rem 1fr auto auto;\n  align-items: center;\n  gap: 0.75rem 1rem;\n}\n.dmnb.dynamics .charts { margin-top: 1rem; }\n.dmnb.dynamics .side { min-width: 0; padding-top: 0.6rem; border-top: 3px solid var(--line); }\n.dmnb.dynamics .side select { width: 100%; margin-bottom: 0.6rem; }\n.dmnb .measures { margin: 0.3rem 0 0; }\n.dmnb .measures div { display: flex; justify-content: space-between; gap: 0.5rem; }\n.dmnb .measures span:first-child { color: var(--soft); }\n.dmnb .measures span:last-child { font-variant-numeric: tabular-nums; }\n.dmnb .series {\n  display: grid;\n  grid-template-columns: repeat(3, 1fr);\n  gap: 1.25rem;\n  margin-top: 1.2rem;\n}\n.dmnb .series .chart { min-height: 190px; cursor: ew-resize; }\n.dmnb.dynamics .series .probe line { stroke: var(--ink); stroke-opacity: 0.8; }\n\n@media (prefers-reduced-motion: no-preference) {\n  .dmnb.dynamics.playing .bar { transition: y 0.2s ease-out, height 0.2s ease-out; }\n}\n@container (max-width: 640px) {\n  .dmnb .series { grid-template-columns: 1fr; gap: 0.5rem; }\n}\n@container (max-width: 560px) {\n  .dmnb .time { grid-template-columns: 5rem 1fr auto; }\n  .dmnb .time .choice { grid-column: 1 / -1; justify-self: start; }\n}\n";

// panels.css
var panels_default = "/* What the studio and the player share: buttons, lists, histograms back to back. */\n.dmnb select, .dmnb .button {\n  height: 32px;\n  max-width: 100%;\n  margin: 0;\n  padding: 0 0.6rem;\n  border: 1px solid var(--rule);\n  border-radius: 6px;\n  background: var(--paper);\n  color: var(--ink);\n  font: inherit;\n  cursor: pointer;\n}\n.dmnb select { background: var(--field); border-color: transparent; text-overflow: ellipsis; }\n.dmnb select:hover, .dmnb .button:hover { border-color: var(--soft); }\n.dmnb .button:disabled { border-color: var(--rule); opacity: 0.5; cursor: default; }\n.dmnb [hidden] { display: none !important; }\n\n.dmnb .chart.mirror { min-height: 190px; cursor: default; }\n.dmnb .mirror .bar.right { fill: var(--line); }\n.dmnb .mirror .bar.wrong { stroke: var(--line); stroke-width: 1; }\n.dmnb .mirror .ground { fill: var(--paper); }\n.dmnb .mirror .stripe { stroke: var(--line); stroke-width: 3; }\n.dmnb .mirror .name { fill: var(--soft); font-weight: 400; }\n.dmnb .mirror .cut { fill: color-mix(in oklab, var(--line) 78%, var(--ink)); font-weight: 600; }\n@media (pointer: coarse) {\n  .dmnb select, .dmnb .button { height: 44px; font-size: 16px; }\n}\n";

// numerics.js
var NODES = Array.from({ length: 513 }, (_, i) => Math.sinh((i - 256) / 16));
var HALF = [
  [0.14887433898163122, 0.29552422471475287],
  [0.4333953941292472, 0.26926671930999635],
  [0.6794095682990244, 0.21908636251598204],
  [0.8650633666889845, 0.1494513491505806],
  [0.9739065285171717, 0.06667134430868814]
];
var GAUSS = [...HALF.map(([t, share]) => [-t, share]).reverse(), ...HALF];

// runs.js
var numbers = (list) => Array.isArray(list) && list.every((x) => x === null || Number.isFinite(x));
function sound(run, series) {
  const { label, epoch, histograms } = run ?? {};
  const whole = ({ epoch: at, clean, noisy }) => Number.isFinite(at) && numbers(clean) && numbers(noisy) && clean.length === noisy.length;
  return typeof label === "string" && Array.isArray(histograms) && histograms.length > 0 && histograms.every(whole) && series.every((name) => numbers(run[name]) && run[name].length === epoch.length);
}
function soundRuns(runs, series = []) {
  const given = Array.isArray(runs) ? runs : [];
  const kept = given.filter((run) => sound(run, series));
  const lost = given.length - kept.length + (Array.isArray(runs) ? 0 : 1);
  return { runs: kept, complaint: lost ? `${lost} of the recorded runs cannot be read.` : "" };
}
function histogramAt({ histograms }, epoch) {
  if (epoch === null) return histograms.at(-1);
  return histograms.findLast((histogram) => histogram.epoch <= epoch) ?? histograms[0];
}
var sum = (list) => list.reduce((total, x) => total + x, 0);
function shares({ clean, noisy }, weights = clean.map(() => 1)) {
  const weighted = (counts) => counts.map((count, i) => count * weights[i]);
  const [right, wrong] = [weighted(clean), weighted(noisy)];
  const total = sum(right) + sum(wrong) || 1;
  return { right: right.map((x) => x / total), wrong: wrong.map((x) => x / total) };
}

// shell.js
function createRoot(name, label, styles, ...children) {
  const root = h(
    "div",
    { class: `dmnb ${name}`, role: "group", "aria-label": label },
    h("style", {}, ...styles),
    ...children
  );
  for (const [key, colour] of Object.entries(palette_default)) root.style.setProperty(`--${key}`, colour);
  root.addEventListener("keydown", (event) => {
    if (!event.ctrlKey && !event.metaKey && !event.altKey) event.stopPropagation();
  });
  return root;
}

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
  display: flex;
  flex-wrap: wrap;
  align-items: center;
  justify-content: space-between;
  gap: 0.6rem 1.5rem;
}
.dmnb .formula { font-size: 1.05rem; white-space: nowrap; font-variant-numeric: tabular-nums; }
.dmnb .formula sup { font-size: 0.72em; line-height: 0; }
.dmnb :focus-visible {
  outline: 2px solid var(--accent);
  outline-offset: 2px;
  border-radius: 4px;
}
.dmnb .unseen {
  position: absolute;
  width: 1px;
  height: 1px;
  overflow: hidden;
  clip-path: inset(50%);
  white-space: nowrap;
}

.dmnb .choice {
  display: inline-flex;
  padding: 2px;
  border-radius: 8px;
  background: var(--field);
}
.dmnb .choice legend {
  position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%);
}
.dmnb .choice label { position: relative; margin: 0; cursor: pointer; }
.dmnb .choice input { position: absolute; inset: 0; opacity: 0; margin: 0; cursor: pointer; }
.dmnb .choice span {
  display: block;
  padding: 0.3rem 0.8rem;
  border-radius: 6px;
  color: var(--soft);
}
.dmnb .choice :checked + span {
  background: var(--paper);
  color: var(--ink);
  box-shadow: 0 0 0 1px var(--rule), 0 1px 2px #0002;
}
.dmnb .choice :focus-visible + span { outline: 2px solid var(--accent); }

.dmnb .parameters {
  display: grid;
  grid-template-columns: 1fr 1fr;
  gap: 0.25rem 2rem;
  margin: 0.9rem 0 0.7rem;
}
.dmnb .parameter {
  display: grid;
  grid-template-columns: auto 1fr 4.6rem;
  align-items: center;
  gap: 0.75rem;
}
.dmnb .symbol { font-size: 1.25rem; font-style: italic; }
.dmnb input[type="range"] {
  --track: linear-gradient(to right, var(--accent) var(--filled), var(--rule) var(--filled));
  appearance: none;
  width: 100%;
  height: 32px;
  margin: 0;
  background: none;
  cursor: pointer;
  touch-action: pan-y;
}
.dmnb input[type="range"]::-webkit-slider-runnable-track {
  height: 4px;
  border-radius: 2px;
  background: var(--track);
}
.dmnb input[type="range"]::-moz-range-track {
  height: 4px;
  border-radius: 2px;
  background: var(--track);
}
.dmnb input[type="range"]::-webkit-slider-thumb {
  appearance: none; width: 18px; height: 18px; margin-top: -7px; border-radius: 50%;
  border: 2px solid var(--accent); background: var(--paper);
}
.dmnb input[type="range"]::-moz-range-thumb {
  width: 14px;
  height: 14px;
  border-radius: 50%;
  border: 2px solid var(--accent);
  background: var(--paper);
}
.dmnb input[type="number"] {
  width: 4.6rem;
  height: 32px;
  margin: 0;
  padding: 0 0.5rem;
  border: 1px solid transparent;
  border-radius: 6px;
  background: var(--field);
  color: var(--ink);
  font: inherit;
  font-variant-numeric: tabular-nums;
  text-align: right;
  appearance: textfield;
}
.dmnb input[type="number"]::-webkit-inner-spin-button { appearance: none; }
.dmnb input[type="number"]:hover { border-color: var(--rule); }
.dmnb input[type="number"]:disabled { background: none; }
.dmnb input::placeholder { color: var(--soft); opacity: 1; }

.dmnb .charts { display: grid; grid-template-columns: 1fr 1fr; gap: 1.25rem; }
.dmnb .chart { min-width: 0; min-height: 230px; touch-action: pan-y; cursor: crosshair; }
.dmnb .chart svg { display: block; max-width: 100%; pointer-events: none; }
.dmnb .chart text { fill: var(--soft); font-size: 12px; font-variant-numeric: tabular-nums; }
.dmnb .chart .title { fill: var(--ink); font-size: 12.5px; }
.dmnb .chart .rule { stroke: var(--rule); }
.dmnb .chart .axis { stroke: var(--soft); stroke-opacity: 0.7; }
.dmnb .chart .stem line { stroke: var(--soft); stroke-dasharray: 2 3; }
.dmnb .chart .probe line { stroke: var(--soft); stroke-opacity: 0.6; }
.dmnb .line {
  fill: none;
  stroke: var(--line);
  stroke-width: 1.75;
  stroke-linejoin: round;
  stroke-dasharray: var(--dash, none);
}
.dmnb .area { fill: var(--line); fill-opacity: 0.09; }
.dmnb .chart circle { fill: var(--line); stroke: var(--paper); stroke-width: 1.5; }
.dmnb text.name {
  fill: color-mix(in oklab, var(--line) 78%, var(--ink));
  font-weight: 600;
  paint-order: stroke;
  stroke: var(--paper);
  stroke-width: 4px;
  stroke-linejoin: round;
}
.dmnb .line-dm { --line: color-mix(in oklab, var(--dm), white var(--lift)); }
.dmnb .line-anchored { --line: color-mix(in oklab, var(--anchored), white var(--lift)); }
.dmnb .line-cce { --line: color-mix(in oklab, var(--cce), white var(--lift)); --dash: 7 4; }
.dmnb .line-gce { --line: color-mix(in oklab, var(--gce), white var(--lift)); --dash: 9 3 2 3; }
.dmnb .line-mse { --line: color-mix(in oklab, var(--mse), white var(--lift)); --dash: 4 3; }
.dmnb .line-mae { --line: color-mix(in oklab, var(--mae), white var(--lift)); --dash: 1.5 3; }
.dmnb .line.line-dm, .dmnb .line.line-anchored { stroke-width: 2.75; }

.dmnb .readout {
  min-height: 1.45em;
  margin: 0.35rem 0 0.8rem;
  color: var(--soft);
  font-variant-numeric: tabular-nums;
}
.dmnb .overlays { display: flex; flex-wrap: wrap; align-items: center; gap: 0.2rem 1.1rem; }
.dmnb .overlays legend {
  float: left;
  width: auto;
  margin: 0;
  padding: 0;
  color: var(--soft);
  font-size: inherit;
}
.dmnb .overlay {
  display: inline-flex;
  align-items: center;
  gap: 0.4rem;
  min-height: 32px;
  margin: 0;
  cursor: pointer;
}
.dmnb .overlay input { width: 16px; height: 16px; margin: 0; accent-color: var(--accent); }
.dmnb .swatch svg { display: block; }
.dmnb .facts { display: flex; flex-wrap: wrap; gap: 0.3rem 1.25rem; }
.dmnb .facts label {
  display: inline-flex;
  align-items: center;
  gap: 0.35rem;
  margin: 0;
  color: var(--soft);
}
.dmnb .facts i { font-size: 1.1em; color: var(--ink); }
.dmnb .message:empty { display: none; }
.dmnb .message {
  margin-top: 0.7rem;
  padding: 0.45rem 0.7rem;
  border-left: 3px solid var(--cce);
  background: var(--field);
}
.dmnb .code {
  display: flex;
  align-items: center;
  gap: 0.5rem;
  margin-top: 0.9rem;
  padding: 0.3rem 0.35rem 0.3rem 0.75rem;
  border-radius: 8px; background: var(--field);
}
.dmnb .code code {
  flex: 1;
  min-width: 0;
  padding: 0;
  border: 0;
  background: none;
  color: var(--ink);
  overflow-wrap: anywhere;
  font: 0.8125rem/1.5 ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace;
}
.dmnb .copy {
  flex: none;
  min-width: 4.5rem;
  height: 32px;
  padding: 0 0.75rem;
  border: 1px solid var(--rule);
  border-radius: 6px;
  background: var(--paper); color: var(--ink); font: inherit; cursor: pointer;
}
.dmnb .copy:hover { border-color: var(--soft); }

@container (max-width: 560px) {
  .dmnb .parameters, .dmnb .charts { grid-template-columns: 1fr; }
  .dmnb .charts { gap: 0.5rem; }
  .dmnb .formula { order: -1; flex-basis: 100%; text-align: center; }
  .dmnb .bar { gap: 0.6rem; }
  .dmnb .choice span { padding-inline: 0.6rem; }
  .dmnb .overlays { gap: 0.1rem 0.9rem; }
  .dmnb .overlays legend { width: 100%; }
}
@media (pointer: coarse) {
  .dmnb input[type="range"], .dmnb input[type="number"], .dmnb .overlay, .dmnb .copy {
  height: 44px;
  min-height: 44px;
}
  .dmnb input[type="range"]::-webkit-slider-thumb {
  width: 24px;
  height: 24px;
  margin-top: -10px;
}
  .dmnb .choice span { padding: 0.7rem 0.9rem; }
  .dmnb input[type="number"] { font-size: 16px; }
}
@media (forced-colors: active) {
  .dmnb input[type="range"] { appearance: auto; }
}
`;

// dynamics.js
var SIDES = ["left", "right"];
var SERIES = ["epoch", "accuracy", "p_clean", "p_noisy", "ess"];
var SPEEDS = { slow: "slow", normal: "normal", fast: "fast" };
var RATES = { slow: 5, normal: 15, fast: 45 };
var CHARTS = [
  { key: "accuracy", title: "test accuracy, %", names: { accuracy: "" }, factor: 100 },
  { key: "p", title: "mean p of the labels", names: { p_clean: "", p_noisy: ", wrong" }, factor: 1 },
  { key: "ess", title: "effective sample size, share", names: { ess: "" }, factor: 1 }
];
var MEASURES = [
  "test accuracy",
  "mean p, right labels",
  "mean p, wrong labels",
  "effective sample size"
];
var MIRROR = { aspect: 0.6, least: 200, most: 260 };
var TOP = 0.2;
var CURVE = { aspect: 0.8, least: 190, most: 230 };
var shortOf = ({ label }) => label.split(/[(,]/)[0].trim();
function valueAt(run, name, epoch) {
  const index = run.epoch.findLastIndex((at) => at <= epoch);
  return run[name][Math.max(0, index)] ?? NaN;
}
function render({ model, el }) {
  const { element: spoken, say } = announcer();
  const { runs, complaint } = soundRuns(model.get("_runs"), SERIES);
  const root = createRoot("dynamics", "Dynamics player", [style_default, panels_default, dynamics_default]);
  const message = h("p", { class: "message", role: "alert" });
  el.append(root);
  if (runs.length === 0) {
    root.append(message);
    message.textContent = "There is no recorded run here that can be shown.";
    return void 0;
  }
  let quiet = false;
  let speed = "normal";
  let playing = null;
  const lastEpoch = Math.max(...runs.map(({ epoch }) => epoch.at(-1)));
  const defaults = { left: 0, right: Math.min(1, runs.length - 1), epoch: lastEpoch };
  const NAMES = Object.keys(defaults);
  const read = () => Object.fromEntries(NAMES.map((name) => [name, model.get(name)]));
  const runOf = (side) => runs[model.get(side)];
  function set(changes, { note = "", save = true } = {}) {
    quiet = true;
    for (const [name, value] of Object.entries(changes)) model.set(name, value);
    quiet = false;
    if (save) model.save_changes();
    message.textContent = note;
    if ("left" in changes || "right" in changes) drawRuns();
    drawMoment();
  }
  function change(changes, options2) {
    const allowed = {
      left: [0, runs.length - 1],
      right: [0, runs.length - 1],
      epoch: [1, lastEpoch]
    };
    const next = { ...read(), ...changes };
    const wrong = NAMES.filter((name) => {
      const [low, high] = allowed[name];
      return !(Number.isInteger(next[name]) && next[name] >= low && next[name] <= high);
    });
    if (wrong.length === 0) return set(changes, options2);
    const sentences = wrong.map((name) => {
      const [low, high] = allowed[name];
      return `${name} must be a whole number from ${low} to ${high}, not ${next[name]}. Restored the default ${name} = ${defaults[name]}.`;
    });
    const restored = Object.fromEntries(wrong.map((name) => [name, defaults[name]]));
    return set({ ...changes, ...restored }, { note: sentences.join(" ") });
  }
  function pause() {
    if (playing === null) return;
    cancelAnimationFrame(playing);
    playing = null;
    model.save_changes();
    drawMoment();
  }
  function play() {
    const start = model.get("epoch") >= lastEpoch ? 1 : model.get("epoch");
    let [position, before] = [start, null];
    function frame(now) {
      before ??= now;
      position = Math.min(lastEpoch, position + Math.min(100, now - before) / 1e3 * RATES[speed]);
      before = now;
      playing = position < lastEpoch ? requestAnimationFrame(frame) : playing;
      change({ epoch: Math.floor(position) }, { save: false });
      if (position >= lastEpoch) pause();
    }
    playing = requestAnimationFrame(frame);
    change({ epoch: start }, { save: false });
  }
  function scrub(epoch) {
    pause();
    change({ epoch });
  }
  const playButton = button("Play", () => playing === null ? play() : pause());
  const slider = h("input", {
    type: "range",
    min: 1,
    max: lastEpoch,
    step: 1,
    "aria-label": "Epoch",
    "data-trait": "epoch",
    oninput: () => scrub(Number(slider.value))
  });
  const field = numberField({
    min: 1,
    max: lastEpoch,
    step: 1,
    "aria-label": "Epoch: number",
    "data-trait": "epoch",
    onCommit: scrub
  });
  const pace = choice({
    legend: "Speed",
    options: SPEEDS,
    onChange: (value) => speed = value
  });
  pace.set(speed);
  const options = Object.fromEntries(runs.map(({ label }, index) => [index, label]));
  const sides = Object.fromEntries(SIDES.map((side) => {
    const chosen = select({
      label: `The run on the ${side}`,
      options,
      onChange: (index) => change({ [side]: Number(index) })
    });
    const mirror = createMirror({ shape: MIRROR });
    const values = MEASURES.map(() => h("span"));
    const facts = h(
      "div",
      { class: "measures" },
      ...MEASURES.map((name, i) => h("div", {}, h("span", {}, name), values[i]))
    );
    const element = h("div", { class: `side line-${side}` }, chosen.element, mirror.element, facts);
    return [side, { chosen, mirror, values, element }];
  }));
  const charts = CHARTS.map((what) => {
    const chart = createChart({
      name: `${what.title}: move through the epochs`,
      step: 1,
      shape: CURVE,
      filled: false,
      read: (epoch) => `epoch ${epoch}: ${valuesOf(what, epoch)}`,
      xLabel: "epoch",
      margin: 36,
      xDomain: [0, lastEpoch],
      xTicks: ticks(lastEpoch, 3).filter((epoch) => epoch <= lastEpoch),
      onProbe(epoch, event) {
        const dragged = event.buttons > 0 && event.pointerType === "mouse";
        const meant = dragged || event.type === "keydown" || event.type === "click";
        if (epoch !== null && meant) scrub(Math.max(1, Math.round(epoch)));
      }
    });
    chart.element.dataset.series = what.key;
    return { ...what, chart };
  });
  const linesOf = ({ names, factor }) => SIDES.flatMap((side) => Object.entries(names).map(([name, suffix]) => {
    const run = runOf(side);
    return {
      id: `${side}-${name}`,
      style: name === "p_noisy" ? `${side}-wrong` : side,
      label: `${nameOf(side)}${suffix}`,
      x: run.epoch,
      y: run[name].map((value) => factor * (value ?? NaN)),
      at: (epoch) => factor * valueAt(run, name, epoch)
    };
  }));
  const valuesOf = (what, epoch) => linesOf(what).map(({ label, at }) => `${label} ${format(at(epoch))}`).join(", ");
  function nameOf(side) {
    const [left, right] = SIDES.map((one) => shortOf(runOf(one)));
    return left === right ? side : shortOf(runOf(side));
  }
  function drawRuns() {
    const colours = SIDES.map((side) => palette_default[runOf(side).style] ?? palette_default.neutral);
    if (colours[0] === colours[1]) colours[1] = palette_default["dm-authors"];
    SIDES.forEach((side, i) => {
      root.style.setProperty(`--${side}`, colours[i]);
      sides[side].chosen.set(model.get(side));
    });
    for (const { chart, title, factor, names } of charts)
      chart.draw({
        curves: linesOf({ names, factor }),
        yLabel: title,
        yTop: factor,
        marker: null,
        description: title
      });
  }
  function drawSide(side, epoch) {
    const { mirror, values } = sides[side];
    const run = runOf(side);
    const histogram = histogramAt(run, epoch);
    const both = shares(histogram);
    const [p, q] = ["p_clean", "p_noisy"].map((name) => format(valueAt(run, name, epoch), 2));
    mirror.draw({
      ...both,
      top: TOP,
      style: side,
      left: 46,
      title: `share of the examples, by p, epoch ${histogram.epoch}`,
      description: `Mean p ${p} of right labels, ${q} of wrong ones.`
    });
    const [accuracy, ess] = ["accuracy", "ess"].map((name) => percent(valueAt(run, name, epoch)));
    [accuracy, p, q, ess].forEach((value, i) => values[i].textContent = value);
  }
  function drawMoment() {
    const epoch = model.get("epoch");
    playButton.textContent = playing === null ? "Play" : "Pause";
    root.classList.toggle("playing", playing !== null);
    slider.value = epoch;
    field.value = epoch;
    slider.style.setProperty("--filled", `${100 * (epoch - 1) / Math.max(1, lastEpoch - 1)}%`);
    SIDES.forEach((side) => drawSide(side, epoch));
    charts.forEach(({ chart }) => chart.probe(epoch));
    if (playing === null) say(`Epoch ${epoch}: test accuracy ${valuesOf(charts[0], epoch)}`);
  }
  root.append(
    h("div", { class: "time" }, playButton, slider, field, pace.element),
    message,
    h("div", { class: "charts" }, ...SIDES.map((side) => sides[side].element)),
    h("div", { class: "series" }, ...charts.map(({ chart }) => chart.element)),
    spoken
  );
  const listen = () => {
    if (quiet) return;
    pause();
    change(read());
  };
  NAMES.forEach((name) => model.on(`change:${name}`, listen));
  change(read());
  if (complaint) message.textContent = `${message.textContent} ${complaint}`.trim();
  return () => {
    pause();
    NAMES.forEach((name) => model.off(`change:${name}`, listen));
    [...charts.map(({ chart }) => chart), ...SIDES.map((side) => sides[side].mirror)].forEach((panel) => panel.destroy());
  };
}
var dynamics_default2 = { render };
export {
  dynamics_default2 as default
};
