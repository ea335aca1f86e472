// Bundled by build.js from ../../palette.json chart.js dom.js emphasis.js explorer.js labels.js numerics.js pair.js shell.js style.css svg.js traits.js; sha256 2dec52c7dc75aa342c7695dbc6251424ffe2d4570dddad38ab224195e382ee8b
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
    const { box, x, y } = layout;
    const lines = curves.map((c) => ({ ...c, x: c.x.map(x), y: c.y.map(y) }));
    drawGrid(width, height, yTicks, xDomain, xTicks, yLabel);
    drawPaths(curvesLayer, lines, filled, box, y(0));
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
function parameter({ symbol, label, trait, min, max, step, onChange }) {
  const shared = { min, max, step, "data-trait": trait };
  const slider = h("input", {
    type: "range",
    ...shared,
    "aria-label": label,
    oninput: () => onChange(Number(slider.value))
  });
  const field = numberField({ ...shared, "aria-label": `${label}: number`, onCommit: onChange });
  const name = h("span", { class: "symbol", "aria-hidden": "true" }, symbol);
  return {
    element: h("div", { class: "parameter" }, name, slider, field),
    set(value, low = min) {
      slider.min = low;
      field.min = low;
      slider.value = value;
      slider.setAttribute("aria-valuetext", value);
      field.value = value;
      slider.style.setProperty("--filled", `${100 * (value - low) / (max - low)}%`);
    }
  };
}
function lineToggle({ id, label, onChange, style = id }) {
  const input = h("input", { type: "checkbox", value: id, onchange: onChange });
  const swatch = h("span", { class: "swatch", "aria-hidden": "true" });
  swatch.innerHTML = `<svg width="26" height="9"><path d="M1 5H25"/></svg>`;
  const path = swatch.querySelector("path");
  const setStyle = (name) => path.setAttribute("class", `line line-${name}`);
  setStyle(style);
  return { id, input, setStyle, element: h("label", { class: "overlay" }, input, swatch, label) };
}
function copyButton({ label, text, say, face = "Copy" }) {
  const button = h("button", { type: "button", class: "copy", "aria-label": label }, face);
  button.addEventListener("click", async () => {
    let copied = true;
    try {
      await navigator.clipboard.writeText(text());
    } catch {
      copied = copyBySelection(text());
    }
    button.textContent = copied ? "Copied" : "Failed";
    say(copied ? "Copied to the clipboard" : "Could not copy: select the line instead");
    setTimeout(() => button.textContent = face, 1600);
  });
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
function cellsBetween(nodes, sigmoid2) {
  const count = 10 * (nodes.length - 1);
  const [p, r, dm] = Array.from({ length: 3 }, () => new Float64Array(count));
  for (let k = 1, i = 0; k < nodes.length; k += 1) {
    const half = (nodes[k] - nodes[k - 1]) / 2;
    const centre = (nodes[k] + nodes[k - 1]) / 2;
    for (const [t, share] of GAUSS) {
      const m = centre + half * t;
      p[i] = sigmoid2(m);
      r[i] = sigmoid2(-m);
      dm[i] = half * share;
      i += 1;
    }
  }
  return { p, r, dm };
}
function meanOver(f, a, b) {
  const [centre, half] = [(a + b) / 2, (b - a) / 2];
  let sum = 0;
  for (const [t, share] of HALF) sum += share * (f(centre - half * t) + f(centre + half * t));
  return sum / 2;
}
function search(knots, x) {
  let [low, high] = [0, knots.length - 1];
  while (high - low > 1) {
    const middle = low + high >> 1;
    if (knots[middle] <= x) low = middle;
    else high = middle;
  }
  return low;
}

// emphasis.js
var sigmoid = (m) => m >= 0 ? 1 / (1 + Math.exp(-m)) : Math.exp(m) / (1 + Math.exp(m));
var logOdds = (p) => Math.log(p) - Math.log1p(-p);
var SYMBOLS = { lam: "λ", beta: "β", mode: "ψ", alpha: "α", eta: "η" };
var symbolOf = (name) => SYMBOLS[name] ?? name;
function check(name, value, valid, allowed) {
  if (typeof value === "number" && valid) return;
  const written2 = String(value ?? "missing").replace("-", "−");
  throw new RangeError(`${symbolOf(name)} must be ${allowed}, not ${written2}.`);
}
var checkFinite = (name, value) => check(name, value, Number.isFinite(value), "a finite number");
var checkAtLeast = (name, value, least) => check(name, value, value >= least && value < Infinity, `finite and at least ${least}`);
var checkExponent = (beta, exponent) => check("beta", beta, exponent <= 700, "small enough for the largest weight to be below exp(700)");
var UNBROKEN = cellsBetween(NODES, sigmoid);
function tabulate(weight, breaks) {
  const inner = breaks.filter((p) => p > 0 && p < 1).map(logOdds);
  const nodes = [.../* @__PURE__ */ new Set([...NODES, ...inner])].sort((a, b) => a - b);
  const cells = inner.length ? cellsBetween(nodes, sigmoid) : UNBROKEN;
  const count = nodes.length - 1;
  const falls = new Float64Array(count);
  let integral = 0;
  for (let k = 0, i = 0; k < count; k += 1)
    for (let g = 0; g < 10; g += 1, i += 1) {
      const w = weight(cells.p[i], cells.r[i]);
      falls[k] += w * cells.dm[i] / 2;
      integral += w * (cells.dm[i] * cells.p[i] * cells.r[i]);
    }
  if (!(integral > 0 && integral < Infinity))
    throw new RangeError("The weights must be neither too small nor too large to be added up.");
  const start = weight(1, 0) === 0 ? count : nodes.indexOf(0);
  const values = new Float64Array(count + 1);
  for (let k = start; k < count; k += 1) values[k + 1] = values[k] - falls[k];
  for (let k = start; k > 0; k -= 1) values[k - 1] = values[k] + falls[k - 1];
  return { nodes, values, start, integral };
}
function objectiveAt(m, { nodes, values, start }, weight) {
  const far = nodes.at(-1);
  const inside = Math.min(far, Math.max(-far, m));
  const cell = search(nodes, inside);
  const from = cell >= start ? cell : cell + 1;
  const weightAt = (at) => weight(sigmoid(at), sigmoid(-at));
  const area = (inside - nodes[from]) * meanOver(weightAt, nodes[from], inside);
  const value = values[from] - area / 2;
  const slope = m === inside ? 0 : -weightAt(m) / 2;
  return slope === 0 ? value : value + slope * (m - inside);
}
function emphasis({ family, name, parameters = {}, weight: w, mode, contrast, breaks = [] }) {
  let table;
  const tabled = () => table ??= tabulate(w, breaks);
  const argument = (value) => Array.isArray(value) ? `(${value.join(", ")})` : value;
  const listed = Object.entries(parameters).map(([key, value]) => `${key}=${argument(value)}`);
  const weight = (p, r = 1 - p) => w(p, r);
  const weightAt = (m) => w(sigmoid(m), sigmoid(-m));
  return {
    family,
    parameters,
    mode,
    contrast: contrast ?? weight(Number.isNaN(mode) ? 1 : mode) / weight(1),
    python: `${name}(${listed.join(", ")})`,
    toDict: () => ({ family, ...parameters }),
    get integral() {
      return tabled().integral;
    },
    weight,
    weightAt,
    density: (p, r) => weight(p, r) / tabled().integral,
    densityAt: (m) => weightAt(m) / tabled().integral,
    slopeAt: (m) => -weightAt(m) / 2,
    objective: (m) => objectiveAt(m, tabled(), w)
  };
}
var bump = (lam) => (lam / (lam + 1)) ** lam / (lam + 1);
function DM(lam, beta) {
  checkAtLeast("lam", lam, 0);
  checkFinite("beta", beta);
  checkExponent(beta, beta * bump(lam));
  return emphasis({
    family: "dm",
    name: "DM",
    parameters: { lam, beta },
    weight: (p, r) => Math.exp(beta * p ** lam * r),
    mode: beta > 0 ? lam / (lam + 1) : beta === 0 ? NaN : lam === 0 ? 1 : 0,
    contrast: Math.exp(Math.max(beta, 0) * bump(lam))
  });
}
function AnchoredDM(lam, beta) {
  checkAtLeast("lam", lam, 0);
  check("beta", beta, beta > 0 && beta < Infinity, "finite and above 0");
  checkExponent(beta, beta * bump(lam));
  return emphasis({
    family: "anchored",
    name: "AnchoredDM",
    parameters: { lam, beta },
    weight: (p, r) => Math.expm1(beta * p ** lam * r),
    mode: lam / (lam + 1)
  });
}
var CCE = () => emphasis({ family: "cce", name: "CCE", weight: (p, r) => 2 * r, mode: 0 });
var MAE = () => emphasis({ family: "mae", name: "MAE", weight: (p, r) => 2 * p * r, mode: 1 / 2 });
var MSE = () => emphasis({ family: "mse", name: "MSE", weight: (p, r) => 4 * p * r * r, mode: 1 / 3 });
function GCE(q) {
  check("q", q, q >= 0 && q <= 1, "from 0 to 1");
  return emphasis({
    family: "gce",
    name: "GCE",
    parameters: { q },
    weight: (p, r) => 2 * p ** q * r,
    mode: q / (q + 1)
  });
}
function fromMode(mode, contrast) {
  const lam = mode / (1 - mode);
  return { lam, beta: Math.log(contrast) / (mode ** lam * (1 - mode)) };
}

// pair.js
var GRID_P = Array.from({ length: 241 }, (_, i) => (i / 240) ** 2 * (3 - 2 * i / 240));
var GRID_M = Array.from({ length: 241 }, (_, i) => -8 + i / 15);

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

// shell.js
function followTraits(model, { defaults, faults: faults2, told, message, draw, saved = () => {
} }) {
  const names = Object.keys(defaults);
  let quiet = false;
  const read = () => Object.fromEntries(names.map((name) => [name, model.get(name) ?? defaults[name]]));
  function set(changes, note = "") {
    quiet = true;
    for (const [name, value] of Object.entries(changes)) model.set(name, value);
    quiet = false;
    model.save_changes();
    message.textContent = note;
    draw();
    saved();
  }
  function change(changes) {
    const wrong = Object.values(faults2({ ...read(), ...changes }));
    return wrong.length ? set({}, wrong.join(" ")) : set(changes);
  }
  function restored() {
    const found = faults2(read());
    const wrong = Object.keys(found);
    if (wrong.length === 0) return false;
    const note = `${Object.values(found).join(" ")} Restored the default ${told(wrong)}.`;
    set(Object.fromEntries(wrong.map((name) => [name, defaults[name]])), note);
    return true;
  }
  const listen = () => quiet || draw();
  names.forEach((name) => model.on(`change:${name}`, listen));
  const end = () => names.forEach((name) => model.off(`change:${name}`, listen));
  return { read, set, change, restored, end };
}
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
var breakable = (line) => line.split(/(?<=[(,] ?)(?=\w)/).flatMap((piece) => [piece, h("wbr")]);

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

// traits.js
var DEFAULTS = { family: "dm", lam: 0.5, beta: 12, view: "density", overlays: ["cce"] };
var RANGE = { lam: [0, 4], beta: [-4, 24] };
var STEP = { lam: 0.05, beta: 0.25 };
var SYMBOL = { lam: "λ", beta: "β" };
var FAMILIES = { dm: "DM", anchored: "anchored DM" };
var VIEWS = { density: "density", weight: "weight" };
var LOSSES = {
  cce: { label: "CCE", emphasis: CCE() },
  gce: { label: "GCE", note: "q = 0.7", emphasis: GCE(0.7) },
  mse: { label: "MSE", emphasis: MSE() },
  mae: { label: "MAE", emphasis: MAE() }
};
var written = (value) => String(value).replace("-", "−");
function outside(name, value) {
  const [low, high] = RANGE[name];
  if (typeof value === "number" && value >= low && value <= high) return null;
  const allowed = `a number from ${written(low)} to ${written(high)}`;
  return `${SYMBOL[name]} must be ${allowed}, not ${written(value)}.`;
}
function faults({ family, lam, beta, view, overlays }) {
  const found = {
    lam: outside("lam", lam),
    beta: outside("beta", beta),
    family: family in FAMILIES ? null : `There is no family “${family}”.`,
    view: view in VIEWS ? null : `There is no view “${view}”.`,
    overlays: Array.isArray(overlays) && overlays.every((id) => id in LOSSES) ? null : `There is no comparison “${overlays}”.`
  };
  if (family === "anchored" && beta <= 0)
    found.beta ??= `Anchored DM needs β > 0, not ${written(beta)}.`;
  return Object.fromEntries(Object.entries(found).filter(([, sentence]) => sentence));
}
var defaultsOf = (names) => names.map((name) => `${SYMBOL[name] ?? name} = ${DEFAULTS[name]}`).join(", ");

// explorer.js
var HINT = "Point at a curve, or focus a panel and use the arrow keys, to read values.";
var rounded = (value) => Number(value.toFixed(4));
var fieldText = (value) => value < 1e5 ? Number(value.toPrecision(4)) : value.toExponential(2).replace("+", "");
function formulaOf({ family, lam, beta }) {
  const power = { 0: "", 1: "<i>p</i> " }[lam] ?? `<i>p</i><sup>${lam}</sup> `;
  const end = family === "anchored" ? " − 1" : "";
  return `<i>w</i> = exp(${written(beta)} ${power}(1 − <i>p</i>))${end}`;
}
function pythonOf({ view }, emphasis2) {
  const option = view === "weight" ? ', normalization="none"' : "";
  return `loss = dmnb.DMLoss(dmnb.emphasis.${emphasis2.python}${option})`;
}
function summaryOf({ family, lam, beta }, { mode, contrast }) {
  const where = Number.isNaN(mode) ? "none, all weights are equal" : format(mode);
  const name = `${FAMILIES[family]}, lambda ${lam}, beta ${beta}`;
  return `${name}: mode ${where}, contrast ${format(contrast)}`;
}
function render({ model, el }) {
  let shown = null;
  const { element: spoken, say } = announcer();
  const message = h("p", { class: "message", role: "alert" });
  const { read, set, change, restored, end } = followTraits(model, {
    defaults: DEFAULTS,
    faults,
    told: defaultsOf,
    message,
    draw: () => draw()
  });
  function changeMode(mode2, contrast2) {
    if (!(mode2 >= 0 && mode2 <= 0.8)) return set({}, "The mode must be a number from 0 to 0.8.");
    const target = fromMode(mode2, contrast2);
    const lam2 = rounded(target.lam);
    if (shown.family === "anchored" || shown.beta <= 0 && contrast2 === 1) return change({ lam: lam2 });
    if (!(contrast2 >= 1 && contrast2 < Infinity))
      return set({}, "The contrast must be a number of at least 1.");
    const beta2 = rounded(target.beta);
    const end2 = RANGE.beta[1];
    if (beta2 <= end2) return change({ lam: lam2, beta: beta2 });
    const wish = `A contrast of ${format(contrast2)} at mode ${format(mode2)}`;
    return set({ lam: lam2, beta: end2 }, `${wish} needs β = ${format(beta2)}; β ends at ${end2}.`);
  }
  const family = choice({
    legend: "Emphasis",
    options: FAMILIES,
    onChange: (value) => change({ family: value })
  });
  const view = choice({
    legend: "Show",
    options: VIEWS,
    onChange: (value) => change({ view: value })
  });
  const slider = (trait, words) => parameter({
    trait,
    symbol: SYMBOL[trait],
    label: `${SYMBOL[trait]}, ${words}`,
    min: RANGE[trait][0],
    max: RANGE[trait][1],
    step: STEP[trait],
    onChange: (value) => change({ [trait]: value })
  });
  const lam = slider("lam", "where the emphasis peaks");
  const beta = slider("beta", "how strong the emphasis is");
  const mode = numberField({
    "aria-label": "mode psi: the p with the largest weight",
    "data-trait": "mode",
    min: 0,
    max: 0.8,
    step: 0.05,
    placeholder: "none",
    onCommit: (value) => changeMode(value, shown.emphasis.contrast)
  });
  const contrast = numberField({
    "aria-label": "contrast R: the largest weight over the weight at p = 1",
    "data-trait": "contrast",
    min: 1,
    step: 1,
    placeholder: "∞",
    onCommit: (value) => changeMode(shown.lam / (shown.lam + 1), value)
  });
  const chosen = () => overlays.filter(({ input }) => input.checked).map(({ id }) => id);
  const overlays = Object.entries(LOSSES).map(([id, { label, note }]) => lineToggle({
    id,
    label: note ? `${label}, ${note}` : label,
    onChange: () => change({ overlays: chosen() })
  }));
  const formula = h("span", { class: "formula" });
  const code = h("code");
  const copy = copyButton({ label: "Copy the Python line", text: () => code.textContent, say });
  const readout = h("p", { class: "readout" });
  function readAt(p, r, m) {
    const values = shown.curves.map(({ label, emphasis: emphasis2 }) => `${label} ${format(emphasis2[shown.view](p, r))}`);
    return `p = ${format(p)} (m = ${format(m)}): ${values.join(", ")}`;
  }
  const readP = (p) => readAt(p, 1 - p, logOdds(p));
  const readM = (m) => readAt(sigmoid(m), sigmoid(-m), m);
  function point(p, m, text) {
    panelP.probe(p);
    panelM.probe(m);
    readout.textContent = text;
  }
  const panelP = createChart({
    name: "Read the curves at probability p",
    read: readP,
    step: 0.01,
    xLabel: "p, the labelled class’s probability",
    xDomain: [0, 1],
    xTicks: [0, 0.25, 0.5, 0.75, 1],
    onProbe: (p) => p === null ? point(null, null, HINT) : point(p, logOdds(p), readP(p))
  });
  const panelM = createChart({
    name: "Read the curves at log-odds m",
    read: readM,
    step: 0.1,
    xLabel: "m = log p/(1 − p), its log-odds",
    xDomain: [-8, 8],
    xTicks: [-8, -4, 0, 4, 8],
    onProbe: (m) => m === null ? point(null, null, HINT) : point(sigmoid(m), m, readM(m))
  });
  panelP.element.dataset.axis = "p";
  panelM.element.dataset.axis = "m";
  function drawCharts({ view: key, curves, emphasis: emphasis2, summary }) {
    const along = (grid, at) => curves.map((c) => ({ ...c, x: grid, y: grid.map((x) => at(c, x)), at: (x) => at(c, x) }));
    const psi = emphasis2.mode;
    const marked = psi > 0 && psi < 1;
    const density = key === "density" && "emphasis density, w / ∫w dp";
    panelP.draw({
      curves: along(GRID_P, (c, p) => c.emphasis[key](p)),
      yLabel: density || "weight w = ‖∂L/∂z‖₁",
      marker: marked ? { x: psi, text: `ψ = ${format(psi)}` } : null,
      description: summary
    });
    panelM.draw({
      curves: along(GRID_M, (c, m) => c.emphasis[`${key}At`](m)),
      yLabel: density || "weight w = 2 |dL/dm|",
      marker: marked ? { x: logOdds(psi), text: "" } : null,
      description: summary
    });
    point(null, null, HINT);
  }
  function draw() {
    if (restored()) return null;
    const traits = read();
    const emphasis2 = (traits.family === "anchored" ? AnchoredDM : DM)(traits.lam, traits.beta);
    const own = { id: traits.family, label: FAMILIES[traits.family], emphasis: emphasis2 };
    const compared = traits.overlays.map((id) => ({ id, ...LOSSES[id] }));
    const summary = summaryOf(traits, emphasis2);
    shown = { ...traits, emphasis: emphasis2, summary, curves: [own, ...compared] };
    family.set(traits.family);
    view.set(traits.view);
    lam.set(traits.lam);
    beta.set(traits.beta, traits.family === "anchored" ? STEP.beta : RANGE.beta[0]);
    overlays.forEach(({ id, input }) => input.checked = traits.overlays.includes(id));
    mode.value = Number.isNaN(emphasis2.mode) ? "" : fieldText(emphasis2.mode);
    contrast.disabled = emphasis2.contrast === Infinity;
    contrast.value = contrast.disabled ? "" : fieldText(emphasis2.contrast);
    formula.innerHTML = formulaOf(traits);
    code.replaceChildren(...breakable(pythonOf(traits, emphasis2)));
    drawCharts(shown);
    return say(summary);
  }
  const comparison = h(
    "fieldset",
    { class: "overlays" },
    h("legend", {}, "Compare with"),
    ...overlays.map(({ element }) => element)
  );
  const facts = h(
    "div",
    { class: "facts" },
    h("label", {}, "mode ", h("i", {}, "ψ"), mode),
    h("label", {}, "contrast ", h("i", {}, "R"), contrast)
  );
  const root = createRoot(
    "explorer",
    "Emphasis explorer",
    [style_default],
    h("div", { class: "bar" }, family.element, formula, view.element),
    h("div", { class: "parameters" }, lam.element, beta.element),
    h("div", { class: "charts" }, panelP.element, panelM.element),
    readout,
    h("div", { class: "bar" }, comparison, facts),
    message,
    h("div", { class: "code" }, code, copy),
    spoken
  );
  el.append(root);
  draw();
  return () => {
    end();
    [panelP, panelM].forEach((panel) => panel.destroy());
  };
}
var explorer_default = { render };
export {
  explorer_default as default
};
