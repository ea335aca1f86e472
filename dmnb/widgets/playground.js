// Bundled by build.js from ../../palette.json chart.js controls.js course.js data2d.js dom.js drawing.js emphasis.js field.js handles.js labels.js match.js nn.js numerics.js panel.js panels.css playground-state.js playground.css playground.js points.js random.js shell.js spread.js stories.js studio-state.js studio.css style.css svg.js traits.js; sha256 57242dfd861ae5ebfcaeb0ab64a2f6b441813ab317aaf977205672f7fd431954
// svg.js
var NAMESPACE = "http://www.w3.org/2000/svg";
var DIGIT = 6.4;
function svg(name2, attributes = {}, ...children) {
  const element = document.createElementNS(NAMESPACE, name2);
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
function format(value, digits2 = 3) {
  if (Number.isNaN(value)) return "–";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
  const size = Math.abs(value);
  if (size === 0 || size < 1e5 && size >= 1e-3)
    return String(Number(value.toPrecision(digits2))).replace("-", "−");
  const [mantissa, exponent] = value.toExponential(digits2 - 1).split("e");
  const factor = String(Number(mantissa)).replace("-", "−");
  return `${factor === "1" ? "" : `${factor}·`}10${superscript(Number(exponent))}`;
}
var percent = (share) => Number.isFinite(share) ? `${format(100 * share, share < 0.1 ? 2 : 3)}%` : "–";
function ticks(top, count = 4, low = 0) {
  const raw = (top - low) / count;
  const power2 = 10 ** Math.floor(Math.log10(raw));
  const step2 = power2 * [1, 2, 2.5, 5, 10].find((factor) => factor * power2 >= raw * (1 - 1e-9));
  const [first, last] = [Math.floor(low / step2 + 1e-9), Math.ceil(top / step2 - 1e-9)];
  return Array.from({ length: last - first + 1 }, (_, i) => (first + i) * step2);
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
  const name2 = unique("choice");
  const inputs = Object.keys(options).map((value) => h("input", { type: "radio", name: name2, value, onchange: () => onChange(value) }));
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
function parameter({ symbol, label, trait, min, max, step: step2, onChange }) {
  const shared = { min, max, step: step2, "data-trait": trait };
  const slider2 = h("input", {
    type: "range",
    ...shared,
    "aria-label": label,
    oninput: () => onChange(Number(slider2.value))
  });
  const field = numberField({ ...shared, "aria-label": `${label}: number`, onCommit: onChange });
  const name2 = h("span", { class: "symbol", "aria-hidden": "true" }, symbol);
  return {
    element: h("div", { class: "parameter" }, name2, slider2, field),
    set(value, low = min) {
      slider2.min = low;
      field.min = low;
      slider2.value = value;
      slider2.setAttribute("aria-valuetext", value);
      field.value = value;
      slider2.style.setProperty("--filled", `${100 * (value - low) / (max - low)}%`);
    }
  };
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
function copyButton({ label, text, say, face = "Copy" }) {
  const button2 = h("button", { type: "button", class: "copy", "aria-label": label }, face);
  button2.addEventListener("click", async () => {
    let copied = true;
    try {
      await navigator.clipboard.writeText(text());
    } catch {
      copied = copyBySelection(text());
    }
    button2.textContent = copied ? "Copied" : "Failed";
    say(copied ? "Copied to the clipboard" : "Could not copy: select the line instead");
    setTimeout(() => button2.textContent = face, 1600);
  });
  return button2;
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

// random.js
function seeded(seed) {
  let state = seed >>> 0;
  function uniform() {
    state = state + 1831565813 >>> 0;
    let t = Math.imul(state ^ state >>> 15, state | 1);
    t ^= t + Math.imul(t ^ t >>> 7, t | 61);
    return ((t ^ t >>> 14) >>> 0) / 2 ** 32;
  }
  const normal = () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
  function shuffle(array) {
    for (let i = array.length - 1; i > 0; i -= 1) {
      const j = Math.floor(uniform() * (i + 1));
      const kept = array[i];
      array[i] = array[j];
      array[j] = kept;
    }
    return array;
  }
  return { uniform, normal, shuffle };
}

// data2d.js
var EXTENT = 4;
var TURN = 2 * Math.PI;
var TESTED = 480;
var SHAPES = {
  // Half circles, open downwards and upwards in turn, each reaching into the next.
  moons(k, classes, { uniform, normal }) {
    const angle = uniform() * TURN / 2;
    const side = k % 2 === 0 ? 1 : -1;
    const scale = 1.8 / (classes + 1);
    const x = k - (classes - 1) / 2 + Math.cos(angle) + 0.1 * normal();
    const y = side * (Math.sin(angle) - 0.25) + 0.1 * normal();
    return [scale * x, scale * y];
  },
  // A disc and the rings around it.
  circles(k, classes, { uniform, normal }) {
    const radius = (k + 0.45) / (classes - 0.3) + 0.13 / classes * normal();
    const angle = uniform() * TURN;
    return [radius * Math.cos(angle), radius * Math.sin(angle)];
  },
  // Arms that start at the centre, three quarters of a turn long.
  spirals(k, classes, { uniform, normal }) {
    const t = Math.sqrt(uniform());
    const angle = TURN * (k / classes + 0.75 * t) + 0.3 / classes * normal();
    const radius = 0.08 + 0.88 * t;
    return [radius * Math.cos(angle), radius * Math.sin(angle)];
  },
  // Round clouds that overlap a little.
  blobs(k, classes, { normal }) {
    const angle = TURN * (k / classes + 0.125);
    const spread = 0.42 / Math.sqrt(classes + 1.5);
    return [0.6 * Math.cos(angle) + spread * normal(), 0.6 * Math.sin(angle) + spread * normal()];
  }
};
var DATASETS = Object.keys(SHAPES);
function classSizes(total, classes, ratio) {
  const parts = Array.from({ length: classes }, (_, k) => ratio ** (-k / (classes - 1)));
  const sum = parts.reduce((a, b) => a + b);
  const sizes = parts.map((part) => Math.max(2, Math.round(total * part / sum)));
  sizes[0] += total - sizes.reduce((a, b) => a + b);
  return sizes;
}
function draw(dataset, sizes, random) {
  const total = sizes.reduce((a, b) => a + b);
  const points = new Float64Array(2 * total);
  const clean = new Uint8Array(total);
  let i = 0;
  sizes.forEach((size, k) => {
    for (let n = 0; n < size; n += 1, i += 1) {
      clean[i] = k;
      const [x, y] = SHAPES[dataset](k, sizes.length, random);
      points.set([EXTENT * x, EXTENT * y], 2 * i);
    }
  });
  return { points, clean };
}
function mislabel(clean, classes, kind, rate, { uniform, shuffle }) {
  const labels = clean.slice();
  const order = shuffle(Array.from(clean.keys()));
  for (const i of order.slice(0, Math.round(rate * clean.length))) {
    const shift = kind === "asymmetric" ? 1 : 1 + Math.floor(uniform() * (classes - 1));
    labels[i] = (clean[i] + shift) % classes;
  }
  return labels;
}
function createData({ dataset, classes, noise, rate, imbalance, seed, size }) {
  const random = seeded(seed);
  const train = draw(dataset, classSizes(size, classes, imbalance), random);
  const test = draw(dataset, Array(classes).fill(Math.round(TESTED / classes)), random);
  const labels = mislabel(train.clean, classes, noise, rate, random);
  return { ...train, labels, test };
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
function endSlope(h0, h1, delta0, delta1) {
  const slope = ((2 * h0 + h1) * delta0 - h0 * delta1) / (h0 + h1);
  if (Math.sign(slope) !== Math.sign(delta0)) return 0;
  if (Math.sign(delta0) !== Math.sign(delta1) && Math.abs(slope) > 3 * Math.abs(delta0))
    return 3 * delta0;
  return slope;
}
function pchip(x, y) {
  const last = x.length - 1;
  const h2 = Array.from({ length: last }, (_, i) => x[i + 1] - x[i]);
  const delta = h2.map((width, i) => (y[i + 1] - y[i]) / width);
  const slopes = Array.from(x, (_, i) => {
    if (last === 1) return delta[0];
    if (i === 0) return endSlope(h2[0], h2[1], delta[0], delta[1]);
    if (i === last) return endSlope(h2[i - 1], h2[i - 2], delta[i - 1], delta[i - 2]);
    if (delta[i - 1] * delta[i] <= 0) return 0;
    const [before, after] = [2 * h2[i] + h2[i - 1], h2[i] + 2 * h2[i - 1]];
    return (before + after) / (before / delta[i - 1] + after / delta[i]);
  });
  return (at2) => {
    if (at2 >= x[last]) return y[last];
    const inside = Math.max(x[0], at2);
    const k = search(x, inside);
    const s = inside - x[k];
    const bend = (slopes[k] + slopes[k + 1] - 2 * delta[k]) / h2[k];
    const square = (delta[k] - slopes[k]) / h2[k] - bend;
    return ((bend / h2[k] * s + square) * s + slopes[k]) * s + y[k];
  };
}

// emphasis.js
var sigmoid = (m) => m >= 0 ? 1 / (1 + Math.exp(-m)) : Math.exp(m) / (1 + Math.exp(m));
var logOdds = (p) => Math.log(p) - Math.log1p(-p);
var SYMBOLS = { lam: "λ", beta: "β", mode: "ψ", alpha: "α", eta: "η" };
var symbolOf = (name2) => SYMBOLS[name2] ?? name2;
function check(name2, value, valid, allowed) {
  if (typeof value === "number" && valid) return;
  const written = String(value ?? "missing").replace("-", "−");
  throw new RangeError(`${symbolOf(name2)} must be ${allowed}, not ${written}.`);
}
var checkFinite = (name2, value) => check(name2, value, Number.isFinite(value), "a finite number");
var checkAtLeast = (name2, value, least) => check(name2, value, value >= least && value < Infinity, `finite and at least ${least}`);
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
  const weightAt = (at2) => weight(sigmoid(at2), sigmoid(-at2));
  const area = (inside - nodes[from]) * meanOver(weightAt, nodes[from], inside);
  const value = values[from] - area / 2;
  const slope = m === inside ? 0 : -weightAt(m) / 2;
  return slope === 0 ? value : value + slope * (m - inside);
}
function emphasis({ family, name: name2, parameters = {}, weight: w, mode, contrast, breaks = [] }) {
  let table;
  const tabled = () => table ??= tabulate(w, breaks);
  const argument = (value) => Array.isArray(value) ? `(${value.join(", ")})` : value;
  const listed2 = Object.entries(parameters).map(([key, value]) => `${key}=${argument(value)}`);
  const weight = (p, r = 1 - p) => w(p, r);
  const weightAt = (m) => w(sigmoid(m), sigmoid(-m));
  return {
    family,
    parameters,
    mode,
    contrast: contrast ?? weight(Number.isNaN(mode) ? 1 : mode) / weight(1),
    python: `${name2}(${listed2.join(", ")})`,
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
var Uniform = () => emphasis({ family: "uniform", name: "Uniform", weight: () => 1, mode: NaN });
function Tabulated(p, w) {
  const numbers = (list) => Array.isArray(list) && list.every(Number.isFinite);
  if (!numbers(p) || !numbers(w) || p.length < 2 || p.length !== w.length)
    throw new RangeError("A drawn curve must have two points or more, of as many p as w.");
  if (p[0] < 0 || p.at(-1) > 1 || p.some((x, i) => i > 0 && x <= p[i - 1]))
    throw new RangeError("The p of a drawn curve must increase from 0 to 1.");
  const top = Math.max(...w);
  if (top <= 0 || w.some((x) => x < 0))
    throw new RangeError("The weights of a drawn curve must be at least 0, and not all 0.");
  const through = pchip(p, w);
  const first = w.indexOf(top);
  return emphasis({
    family: "tabulated",
    name: "Tabulated",
    parameters: { p, w },
    breaks: p,
    weight: (x) => Math.max(0, through(x)),
    mode: w.every((x) => x === top) ? NaN : first === 0 ? 0 : p[first]
  });
}

// playground-state.js
var LINE = [[0, 2], [0.25, 1.5], [0.5, 1], [0.75, 0.5], [1, 0]];
var DEFAULTS = {
  family: "dm",
  lam: 1,
  beta: 16,
  q: 0.7,
  drawn: LINE,
  dataset: "blobs",
  classes: 3,
  noise: "symmetric",
  rate: 0.4,
  imbalance: 1,
  size: 160,
  seed: 0,
  hidden: [24, 24],
  activation: "tanh",
  lr: 0.1,
  speed: "normal"
};
var EMPHASIS = ["family", "lam", "beta", "q", "drawn"];
var DATA = ["dataset", "classes", "noise", "rate", "imbalance", "size", "seed"];
var FAMILIES = {
  dm: "DM",
  anchored: "anchored DM",
  gce: "GCE",
  mae: "MAE",
  mse: "MSE",
  cce: "CCE",
  uniform: "uniform",
  drawn: "drawn"
};
var DATA_NAMES = Object.fromEntries(DATASETS.map((name2) => [name2, name2]));
var NOISES = { symmetric: "any other class", asymmetric: "the next class" };
var ACTIVATIONS = { tanh: "tanh", relu: "ReLU" };
var SPEEDS = { slow: 1, normal: 3, fast: 10 };
var RANGE = {
  lam: [0, 4],
  beta: [-4, 24],
  q: [0, 1],
  classes: [2, 5],
  rate: [0, 0.8],
  imbalance: [1, 50],
  size: [40, 1e3],
  seed: [0, 9999],
  lr: [1e-4, 1]
};
var STEP = { lam: 0.05, beta: 0.25, q: 0.05, rate: 0.05 };
var WHOLE = ["classes", "size", "seed"];
var MOST_LAYERS = 3;
var MOST_UNITS = 32;
var emphasisOf = ({ family, lam, beta, q, drawn }) => ({
  dm: () => DM(lam, beta),
  anchored: () => AnchoredDM(lam, beta),
  gce: () => GCE(q),
  mae: MAE,
  mse: MSE,
  cce: CCE,
  uniform: Uniform,
  drawn: () => Tabulated(drawn.map(([p]) => p), drawn.map(([, w]) => w))
})[family]();
var SYMBOLS2 = { lam: "λ", beta: "β", q: "q" };
var WORDS = { rate: "fraction of wrong labels", lr: "learning rate", size: "number of points" };
var wordFor = (name2) => SYMBOLS2[name2] ?? WORDS[name2] ?? name2;
var minus = (value) => String(value).replace("-", "−");
function outside(name2, value) {
  const [low, high] = RANGE[name2];
  const whole = WHOLE.includes(name2);
  const fits = whole ? Number.isInteger(value) : typeof value === "number";
  if (fits && value >= low && value <= high) return null;
  const kind = whole ? "a whole number" : "a number";
  const subject = name2 in SYMBOLS2 ? SYMBOLS2[name2] : `The ${wordFor(name2)}`;
  return `${subject} must be ${kind} from ${minus(low)} to ${high}, not ${minus(value)}.`;
}
var unknown = (name2, options, value) => Object.hasOwn(options, value) ? null : `There is no ${name2} “${value}”.`;
function curveFault(drawn) {
  try {
    emphasisOf({ family: "drawn", drawn });
    return null;
  } catch (error) {
    return error instanceof RangeError ? error.message : "A drawn curve is a list of pairs (p, w).";
  }
}
var soundLayers = (hidden) => Array.isArray(hidden) && hidden.length >= 1 && hidden.length <= MOST_LAYERS && hidden.every((units) => Number.isInteger(units) && units >= 1 && units <= MOST_UNITS);
function faults(traits) {
  const { family, beta, drawn, dataset, noise, hidden, activation, speed } = traits;
  const found = Object.fromEntries(
    Object.keys(RANGE).map((name2) => [name2, outside(name2, traits[name2])])
  );
  Object.assign(found, {
    family: unknown("emphasis", FAMILIES, family),
    dataset: unknown("dataset", DATA_NAMES, dataset),
    noise: unknown("noise", NOISES, noise),
    activation: unknown("activation", ACTIVATIONS, activation),
    speed: unknown("speed", SPEEDS, speed),
    drawn: curveFault(drawn),
    hidden: soundLayers(hidden) ? null : `There must be 1 to ${MOST_LAYERS} hidden layers of 1 to ${MOST_UNITS} units.`
  });
  if (family === "anchored" && beta <= 0)
    found.beta ??= `Anchored DM needs β > 0, not ${minus(beta)}.`;
  return Object.fromEntries(Object.entries(found).filter(([, sentence]) => sentence));
}
var defaultsOf = (names) => names.map((name2) => name2 === "drawn" ? "drawn curve" : `${wordFor(name2)} = ${DEFAULTS[name2]}`).join(", ");

// traits.js
var LOSSES = {
  cce: { label: "CCE", emphasis: CCE() },
  gce: { label: "GCE", note: "q = 0.7", emphasis: GCE(0.7) },
  mse: { label: "MSE", emphasis: MSE() },
  mae: { label: "MAE", emphasis: MAE() }
};

// studio-state.js
var power = (base, exponent) => ({ 0: "", 1: `${base} ` })[exponent] ?? `${base}<sup>${minus2(exponent)}</sup> `;
var minus2 = (value) => String(value).replace("-", "−");
var P = "<i>p</i>";
var REST = `(1 − ${P})`;
var less = (value, one) => Number((value - one).toFixed(6));
function formulaOf({ family, parameters: { lam, beta, mode, alpha, eta, q, p } }) {
  const w = {
    dm: () => `exp(${minus2(beta)} ${power(P, lam)}${REST})`,
    anchored: () => `exp(${minus2(beta)} ${power(P, lam)}${REST}) − 1`,
    normal: () => `exp(${minus2(-beta)} ${P} (${P} − 2 · ${minus2(mode)}))`,
    exponential: () => `exp(${minus2(beta)} ${REST})`,
    beta: () => power(P, less(alpha, 1)) + power(REST, less(eta, 1)) || "1",
    gce: () => `2 ${power(P, q)}${REST}`,
    cce: () => `2 ${REST}`,
    mae: () => `2 ${P} ${REST}`,
    mse: () => `4 ${P} ${REST}<sup>2</sup>`,
    uniform: () => "1",
    tabulated: () => `cubics through ${p.length} points`
  }[family]();
  return `<i>w</i> = ${w}`;
}

// controls.js
var SLIDERS = {
  lam: ["λ", "λ, where the emphasis peaks"],
  beta: ["β", "β, how strong the emphasis is"],
  q: ["q", "q, between CCE at 0 and MAE at 1"],
  rate: ["r", "r, fraction of wrong labels"]
};
var USES = { dm: ["lam", "beta"], anchored: ["lam", "beta"], gce: ["q"] };
function slider(trait, change) {
  const [symbol, label] = SLIDERS[trait];
  const [min, max] = RANGE[trait];
  return parameter({
    trait,
    symbol,
    label,
    min,
    max,
    step: STEP[trait],
    onChange: (value) => change({ [trait]: value })
  });
}
function createEmphasis(change, onFamily) {
  const family = select({
    label: "Emphasis",
    options: FAMILIES,
    "data-trait": "family",
    onChange: onFamily
  });
  const formula = h("span", { class: "formula" });
  const sliders = ["lam", "beta", "q"].map((trait) => ({ trait, ...slider(trait, change) }));
  function set(traits, emphasis2) {
    family.set(traits.family);
    formula.innerHTML = formulaOf(emphasis2);
    for (const one of sliders) {
      one.element.hidden = !USES[traits.family]?.includes(one.trait);
      const positive = one.trait === "beta" && traits.family === "anchored";
      if (!one.element.hidden)
        one.set(traits[one.trait], positive ? STEP.beta : RANGE[one.trait][0]);
    }
  }
  const versus = h(
    "label",
    { class: "versus" },
    h("span", {}, "Cross-entropy against"),
    family.element
  );
  return {
    set,
    bar: h("div", { class: "bar" }, versus, formula),
    parameters: h("div", { class: "parameters" }, ...sliders.map(({ element }) => element))
  };
}
function setting(trait, words, options, change, { write = String, parse = Number } = {}) {
  const list = select({
    label: words,
    options,
    "data-trait": trait,
    onChange: (value) => change({ [trait]: parse(value) })
  });
  const { element } = list;
  function set(value) {
    const key = write(value);
    element.querySelector("[data-extra]")?.remove();
    if (![...element.options].some((option) => option.value === key))
      element.append(h("option", { value: key, "data-extra": "" }, key));
    list.set(key);
  }
  return { trait, set, element: h("label", { class: "setting" }, h("span", {}, words), element) };
}
var listed = (values, unit = "") => Object.fromEntries(values.split("; ").map((value) => [value, `${value}${unit}`]));
var name = { parse: (value) => value };
var layers = {
  write: (value) => value.join(", "),
  parse: (value) => value.split(", ").map(Number)
};
function createSettings(change, onSeed) {
  const hidden = "8; 16; 8, 8; 16, 16; 24, 24; 32, 32; 16, 16, 16; 24, 24, 24";
  const before = [
    setting("dataset", "points", DATA_NAMES, change, name),
    setting("classes", "classes", listed("2; 3; 4; 5"), change),
    setting("size", "how many", listed("80; 160; 240; 400"), change),
    setting("imbalance", "imbalance", listed("1; 3; 10; 30", " : 1"), change)
  ];
  const rate = { trait: "rate", ...slider("rate", change) };
  const after = [
    setting("noise", "a wrong label is", NOISES, change, name),
    setting("seed", "seed", listed("0; 1; 2; 3; 4"), change),
    setting("hidden", "hidden units", listed(hidden), change, layers),
    setting("activation", "activation", ACTIVATIONS, change, name),
    setting("lr", "learning rate", listed("0.003; 0.01; 0.03; 0.1; 0.3"), change)
  ];
  const elements = (list) => list.map(({ element }) => element);
  return {
    element: h(
      "div",
      { class: "settings" },
      ...elements(before),
      h("div", { class: "setting rate" }, h("span", {}, "fraction of wrong labels"), rate.element),
      ...elements(after),
      button("New seed", onSeed)
    ),
    set: (traits) => [...before, rate, ...after].forEach((one) => one.set(traits[one.trait]))
  };
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
  const digits2 = Math.max(...yTicks.map((value) => format(value).length));
  const left = Math.max(margin, 12 + DIGIT * digits2);
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
  drawn.forEach(([name2, d], i) => {
    const path = layer.childNodes[i];
    if (path.getAttribute("class") !== name2) path.setAttribute("class", name2);
    path.setAttribute("d", d);
  });
}
function createChart(options) {
  const { xLabel, name: name2, read, step: step2, onProbe, onDraw } = options;
  const { shape = SHAPE, filled = true, margin = 0 } = options;
  let { xDomain, xTicks } = options;
  const names = ["grid", "stem", "curves", "labels", "probe"];
  const layers2 = names.map((key) => svg("g", { class: key }));
  const [grid, stem, curvesLayer, labels, probeLayer] = layers2;
  const picture = svg("svg", { "aria-hidden": "true" }, ...layers2);
  const element = document.createElement("div");
  element.className = "chart";
  element.tabIndex = 0;
  element.setAttribute("role", "slider");
  element.setAttribute("aria-label", name2);
  element.append(picture);
  let size = { width: 0, height: 0 };
  let state = null;
  let layout = null;
  let probed = null;
  function draw2(next = state) {
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
    writtenAnew(texts.map(({ text, name: name3 = "" }) => [text, name3]));
    texts.forEach(({ x, y }, i) => {
      labels.childNodes[i].setAttribute("x", round(x));
      labels.childNodes[i].setAttribute("y", round(y));
    });
  }
  const writtenAnew = whenChanged((texts) => labels.replaceChildren(...texts.map(([text, name3]) => svg("text", { ...centred, ...name3 ? { class: name3 } : {} }, text))));
  const resting = () => state.marker?.x ?? (xDomain[0] + xDomain[1]) / 2;
  function probe(value) {
    probed = value;
    if (!layout) return;
    element.setAttribute("aria-valuenow", clamp(value ?? resting()));
    element.setAttribute("aria-valuetext", value === null ? state.description : read(value));
    probeLayer.replaceChildren();
    if (value === null || value < xDomain[0] || value > xDomain[1]) return;
    const x = layout.x(value);
    const dots = state.curves.map(({ id, at: at2, style = id }) => ({ style, y: layout.y(at2(value)) })).filter(({ y }) => Number.isFinite(y)).map(({ style, y }) => svg("circle", { cx: x, cy: y, r: 4, class: `line-${style}` }));
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
    ArrowRight: step2,
    ArrowUp: step2,
    PageUp: 10 * step2,
    End: Infinity,
    ArrowLeft: -step2,
    ArrowDown: -step2,
    PageDown: -10 * step2,
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
    draw2();
  });
  return { element, picture, draw: draw2, probe, destroy };
}

// nn.js
var ACTIVATIONS2 = {
  tanh: { value: Math.tanh, slope: (a) => 1 - a * a },
  relu: { value: (z) => z > 0 ? z : 0, slope: (a) => a > 0 ? 1 : 0 }
};
function createNetwork(widths, activation = "tanh") {
  const layers2 = [];
  let size = 0;
  for (let l = 1; l < widths.length; l += 1) {
    const [inputs, outputs] = [widths[l - 1], widths[l]];
    const biases = size + inputs * outputs;
    const [output, delta2] = [new Float64Array(outputs), new Float64Array(outputs)];
    layers2.push({ inputs, outputs, weights: size, biases, output, delta: delta2 });
    size = biases + outputs;
  }
  const input = new Float64Array(widths[0]);
  const [parameters, gradient, velocity] = Array.from({ length: 3 }, () => new Float64Array(size));
  const { output: logits, delta } = layers2.at(-1);
  const others = new Float64Array(logits.length);
  return {
    widths,
    layers: layers2,
    input,
    parameters,
    gradient,
    velocity,
    logits,
    delta,
    others,
    activation: ACTIVATIONS2[activation]
  };
}
function initialise({ layers: layers2, parameters, velocity, activation }, { normal }) {
  const gain = activation === ACTIVATIONS2.relu ? Math.SQRT2 : 1;
  velocity.fill(0);
  for (const { inputs, outputs, weights, biases } of layers2) {
    const scale = gain / Math.sqrt(inputs);
    for (let i = weights; i < biases; i += 1) parameters[i] = scale * normal();
    for (let i = biases; i < biases + outputs; i += 1) parameters[i] = 0.1 * scale * normal();
  }
}
function forward(network, points, i) {
  const { layers: layers2, parameters, activation, input } = network;
  let a = input;
  for (let k = 0; k < a.length; k += 1) a[k] = points[i * a.length + k];
  for (let l = 0; l < layers2.length; l += 1) {
    const { inputs, outputs, weights, biases, output } = layers2[l];
    const last = l === layers2.length - 1;
    for (let o = 0; o < outputs; o += 1) {
      let z = parameters[biases + o];
      const row = weights + o * inputs;
      for (let k = 0; k < inputs; k += 1) z += parameters[row + k] * a[k];
      output[o] = last ? z : activation.value(z);
    }
    a = output;
  }
  return a;
}
function logOdds2({ logits, others }, y) {
  let top = -Infinity;
  for (let j = 0; j < logits.length; j += 1) if (j !== y && logits[j] > top) top = logits[j];
  let sum = 0;
  for (let j = 0; j < logits.length; j += 1) {
    others[j] = j === y ? 0 : Math.exp(logits[j] - top);
    sum += others[j];
  }
  for (let j = 0; j < logits.length; j += 1) others[j] /= sum;
  return logits[y] - top - Math.log(sum);
}
function predicted({ logits }) {
  let best = 0;
  for (let j = 1; j < logits.length; j += 1) if (logits[j] > logits[best]) best = j;
  return best;
}
function backward(network, y, weightAt, share) {
  const { layers: layers2, parameters, gradient, activation, input, delta, others } = network;
  const half = share * weightAt(logOdds2(network, y)) / 2;
  for (let j = 0; j < delta.length; j += 1) delta[j] = j === y ? -half : half * others[j];
  for (let l = layers2.length - 1; l >= 0; l -= 1) {
    const { inputs, outputs, weights, biases, delta: above } = layers2[l];
    const a = l > 0 ? layers2[l - 1].output : input;
    for (let o = 0; o < outputs; o += 1) {
      gradient[biases + o] += above[o];
      const row = weights + o * inputs;
      for (let k = 0; k < inputs; k += 1) gradient[row + k] += above[o] * a[k];
    }
    if (l > 0) pullBack(layers2[l - 1], layers2[l], parameters, activation);
  }
}
function pullBack({ output, delta }, layer, parameters, { slope }) {
  const { inputs, outputs, weights, delta: above } = layer;
  for (let k = 0; k < inputs; k += 1) {
    let sum = 0;
    for (let o = 0; o < outputs; o += 1) sum += parameters[weights + o * inputs + k] * above[o];
    delta[k] = sum * slope(output[k]);
  }
}
function step(network, { points, labels }, { order, from, to }, weightAt, { lr, momentum }) {
  const { parameters, gradient, velocity } = network;
  gradient.fill(0);
  for (let i = from; i < to; i += 1) {
    forward(network, points, order[i]);
    backward(network, labels[order[i]], weightAt, 1 / (to - from));
  }
  for (let i = 0; i < parameters.length; i += 1) {
    velocity[i] = momentum * velocity[i] + gradient[i];
    parameters[i] -= lr * velocity[i];
  }
}

// match.js
var CROSS_ENTROPY = CCE();
var BATCH = 40;
var MOMENTUM = 0.9;
var RECORDS = 64;
function createSide(emphasis2, { classes, hidden, activation, seed }, size) {
  const network = createNetwork([2, ...hidden, classes], activation);
  initialise(network, seeded(seed + 1e6));
  return {
    emphasis: emphasis2,
    network,
    p: new Float64Array(size),
    // of each training point's label
    guess: new Uint8Array(size),
    course: { accuracy: [], learnt: [] }
  };
}
function testAccuracy({ network }, { points, clean }) {
  let right = 0;
  for (let i = 0; i < clean.length; i += 1) {
    forward(network, points, i);
    right += predicted(network) === clean[i];
  }
  return right / clean.length;
}
function look(side, data) {
  const { network, p, guess } = side;
  const { points, labels } = data;
  for (let i = 0; i < labels.length; i += 1) {
    forward(network, points, i);
    guess[i] = predicted(network);
    p[i] = sigmoid(logOdds2(network, labels[i]));
  }
  side.now = { accuracy: testAccuracy(side, data.test), learnt: learnt(side, data) };
}
var isNoisy = ({ clean, labels }) => labels.some((label, i) => label !== clean[i]);
var isUntrained = ({ course }) => course.accuracy.length === 0;
function learnt({ guess }, { clean, labels }) {
  let [wrong, hits] = [0, 0];
  for (let i = 0; i < labels.length; i += 1) {
    if (labels[i] === clean[i]) continue;
    wrong += 1;
    hits += guess[i] === labels[i];
  }
  return hits / wrong;
}
function wrongShare({ p, emphasis: emphasis2 }, { clean, labels }) {
  let [wrong, total] = [0, 0];
  for (let i = 0; i < labels.length; i += 1) {
    const w = emphasis2.weight(p[i]);
    total += w;
    if (labels[i] !== clean[i]) wrong += w;
  }
  return wrong / total;
}
function createMatch(settings, emphasis2, data = createData(settings)) {
  const size = data.labels.length;
  const sides = [CROSS_ENTROPY, emphasis2].map((one2) => createSide(one2, settings, size));
  const order = Uint16Array.from({ length: size }, (_, i) => i);
  const batch = { order, from: 0, to: 0 };
  const options = { lr: settings.lr, momentum: MOMENTUM };
  const random = seeded(settings.seed + 2e6);
  const epochs = [];
  let taken = 0;
  let epoch = 0;
  const lookAgain = () => sides.forEach((side) => look(side, data));
  function record() {
    lookAgain();
    epochs.push(epoch);
    for (const { course, now } of sides)
      for (const [name2, value] of Object.entries(now)) course[name2].push(value);
  }
  function one() {
    if (batch.to === 0) random.shuffle(order);
    batch.from = batch.to;
    batch.to = Math.min(size, batch.from + BATCH);
    sides.forEach(({ network, emphasis: { densityAt } }) => step(network, data, batch, densityAt, options));
    taken += 1;
    if (batch.to < size) return;
    batch.to = 0;
    epoch += 1;
    if (epoch % 2 ** Math.max(0, Math.floor(Math.log2(epoch / RECORDS)) + 1) === 0) record();
  }
  function advance(count, until = Infinity) {
    for (let i = 0; i < count && performance.now() < until; i += 1) one();
  }
  lookAgain();
  return {
    sides,
    data,
    epochs,
    advance,
    look: lookAgain,
    steps: () => taken,
    epoch: () => epoch,
    perEpoch: Math.ceil(size / BATCH)
  };
}

// field.js
var CELLS = { moving: 50, still: 120 };
var REACH = 1.1 * EXTENT;
var SHAPE2 = { aspect: 1, least: 120, most: 460 };
var CLASS_COLOURS = {
  light: ["#46B1E1", "#E8A33D", "#882255", "#7A7F87", "#D55E00"],
  dark: ["#46B1E1", "#E8A33D", "#C9478F", "#A2A7AF", "#E2662A"]
};
var channels = (hex) => [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16));
function createRaster(cells) {
  const centres = new Float64Array(2 * cells * cells);
  for (let i = 0; i < cells * cells; i += 1) {
    centres[2 * i] = REACH * ((2 * (i % cells) + 1) / cells - 1);
    centres[2 * i + 1] = REACH * (1 - (2 * Math.floor(i / cells) + 1) / cells);
  }
  const canvas = document.createElement("canvas");
  canvas.width = cells;
  canvas.height = cells;
  const context = canvas.getContext("2d");
  return { canvas, context, centres, image: context.createImageData(cells, cells) };
}
function paint(network, { context, centres, image }, rgb) {
  const { logits } = network;
  const pixels = image.data;
  for (let i = 0; i < centres.length / 2; i += 1) {
    forward(network, centres, i);
    let top = logits[0];
    for (let j = 1; j < logits.length; j += 1) if (logits[j] > top) top = logits[j];
    let [red, green, blue, sum] = [0, 0, 0, 0];
    for (let j = 0; j < logits.length; j += 1) {
      const share = Math.exp(logits[j] - top);
      sum += share;
      red += share * rgb[j][0];
      green += share * rgb[j][1];
      blue += share * rgb[j][2];
    }
    pixels[4 * i] = red / sum;
    pixels[4 * i + 1] = green / sum;
    pixels[4 * i + 2] = blue / sum;
    pixels[4 * i + 3] = 255;
  }
  context.putImageData(image, 0, 0);
}
function diamond(context, x, y, r) {
  context.beginPath();
  context.moveTo(x, y - r);
  context.lineTo(x + r, y);
  context.lineTo(x, y + r);
  context.lineTo(x - r, y);
  context.closePath();
}
function createField(onResize) {
  const canvas = document.createElement("canvas");
  const element = document.createElement("div");
  element.className = "field";
  element.setAttribute("role", "img");
  element.append(canvas);
  const context = canvas.getContext("2d");
  const rasters = { moving: createRaster(CELLS.moving), still: createRaster(CELLS.still) };
  let width = 0;
  function drawPoint(i, radius, { points, clean, labels }, side, { ink, paper, classes }) {
    const x = (points[2 * i] / REACH + 1) / 2 * width;
    const y = (1 - points[2 * i + 1] / REACH) / 2 * width;
    const colour = classes[labels[i]];
    if (labels[i] === clean[i]) {
      context.beginPath();
      context.arc(x, y, radius, 0, 2 * Math.PI);
      context.fillStyle = colour;
      context.strokeStyle = paper;
      context.lineWidth = 1;
    } else {
      const hollow = isUntrained(side) || side.guess[i] !== labels[i];
      diamond(context, x, y, 1.55 * radius);
      context.fillStyle = hollow ? paper : colour;
      context.strokeStyle = hollow ? colour : ink;
      context.lineWidth = hollow ? 1.8 : 1.5;
    }
    context.fill();
    context.stroke();
  }
  function colours() {
    const computed = getComputedStyle(element);
    return {
      ink: computed.getPropertyValue("--ink"),
      paper: computed.getPropertyValue("--paper"),
      classes: CLASS_COLOURS[computed.colorScheme === "dark" ? "dark" : "light"]
    };
  }
  function draw2(side, data, motion = "still") {
    if (width === 0) return;
    const { labels, clean } = data;
    const tints = colours();
    paint(side.network, rasters[motion], tints.classes.map(channels));
    context.globalAlpha = 1;
    context.fillStyle = tints.paper;
    context.fillRect(0, 0, width, width);
    context.globalAlpha = 0.42;
    context.imageSmoothingQuality = "high";
    context.drawImage(rasters[motion].canvas, 0, 0, width, width);
    context.globalAlpha = 1;
    const radius = Math.max(2, Math.min(4.2, width / 85)) * (labels.length > 300 ? 0.8 : 1);
    for (const wrong of [false, true])
      for (let i = 0; i < labels.length; i += 1)
        if (labels[i] !== clean[i] === wrong) drawPoint(i, radius, data, side, tints);
  }
  const destroy = followWidth(element, SHAPE2, (size) => {
    const scale = Math.min(2, window.devicePixelRatio || 1);
    ({ width } = size);
    canvas.width = Math.round(width * scale);
    canvas.height = canvas.width;
    context.setTransform(scale, 0, 0, scale, 0, 0);
    onResize();
  });
  return { element, draw: draw2, destroy };
}

// spread.js
var BINS = 20;
var FULL = 0.5;
var SHAPE3 = { aspect: 0.6, least: 150, most: 220 };
var GRID = Array.from({ length: 121 }, (_, i) => (i / 120) ** 2 * (3 - 2 * i / 120));
var round2 = (px) => Math.round(px * 20) / 20;
function histograms(p, { clean, labels }) {
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
function createSpread(style, onLayout = () => {
}) {
  const hatch = unique("hatch");
  const tile = { width: 5, height: 5, patternUnits: "userSpaceOnUse" };
  const stripes = svg(
    "pattern",
    { id: hatch, ...tile, patternTransform: "rotate(45)" },
    svg("line", { x1: 0, x2: 0, y2: 5, class: "stripe" })
  );
  const right = svg("path", { class: "bar right" });
  const wrong = svg("path", { class: "bar wrong", fill: `url(#${hatch})` });
  const [upper, lower] = [svg("path", { class: "line" }), svg("path", { class: "line below" })];
  const grid = svg("g", { class: "grid" });
  const picture = svg(
    "svg",
    { "aria-hidden": "true", class: `line-${style}` },
    svg("defs", {}, stripes),
    right,
    wrong,
    grid,
    lower,
    upper
  );
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
    const across = round2(width - 1.5);
    const bar = (k, height) => `M${round2(left + k * width + 0.75)} ${middle}v${round2(height)}h${across}V${middle}Z`;
    const path = (shares, room) => Array.from(shares, (share, k) => share > 0 ? bar(k, room * Math.min(1, share / FULL)) : "").join("");
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
    const up = (value) => middle - value / curve.top * (middle - ceiling);
    const down = (value) => middle + value / curve.top * (floor - middle);
    const trace2 = (y) => `M${GRID.map((p, i) => `${round2(x(p))} ${round2(y(curve.y[i]))}`).join("L")}`;
    picture.setAttribute("viewBox", `0 0 ${width} ${height}`);
    picture.setAttribute("width", width);
    picture.setAttribute("height", height);
    upper.setAttribute("d", trace2(up));
    lower.setAttribute("d", curve.both ? trace2(down) : "");
    const name2 = (words, y) => svg("text", { x: x(0.93), y, class: "name", "text-anchor": "end" }, words);
    const noun = width < 220 ? "" : " labels";
    const names = [name2(`right${noun}`, ceiling + 9), name2(`wrong${noun}`, floor - 1)];
    const ticks2 = [0, 0.5, 1].map((p) => svg(
      "text",
      { x: x(p), y: height - 5, "text-anchor": ["start", "middle", "end"][2 * p] },
      p === 0 ? "p = 0" : format(p)
    ));
    grid.replaceChildren(
      svg("line", { x1: left, x2: end, y1: middle, y2: middle, class: "axis" }),
      ...ticks2,
      ...curve.both ? names : []
    );
    onLayout({
      x,
      y: up,
      yMax: curve.top,
      valueAt: (px) => (px - left) / (end - left),
      heightAt: (px) => curve.top * (middle - px) / (middle - ceiling)
    });
    if (bars) drawBars(bars);
  }
  const destroy = followWidth(element, SHAPE3, (next) => {
    size = next;
    redraw();
  });
  return { element, drawCurve, drawBars, destroy };
}

// panel.js
var FIGURES = {
  accuracy: "clean test accuracy",
  learnt: "wrong labels learnt",
  pull: "weight on wrong ones"
};
var shareOf = (value) => Number.isFinite(value) ? percent(value) : "–";
var latest = (side) => isUntrained(side) ? {} : side.now;
function tellSide(side, label) {
  const { accuracy, learnt: learnt2 } = latest(side);
  if (isUntrained(side)) return `${label}: not trained yet`;
  const wrong = Number.isFinite(learnt2) ? `, ${percent(learnt2)} of the wrong labels learnt` : "";
  return `${label}: accuracy ${percent(accuracy)} on clean test data${wrong}`;
}
function createPanel(id, { onResize, onLayout }) {
  const heading = h("p", { class: "heading" });
  const field = createField(onResize);
  const spread = createSpread(id, onLayout);
  const values = Object.fromEntries(
    Object.keys(FIGURES).map((key) => [key, h("dd", { "data-figure": key })])
  );
  const facts = h(
    "dl",
    { class: "figures" },
    ...Object.entries(FIGURES).map(([key, words]) => h("div", {}, h("dt", {}, words), values[key]))
  );
  const canvas = h("div", { class: "canvas" }, spread.element);
  const element = h(
    "section",
    { class: `side line-${id}`, "data-side": id },
    heading,
    field.element,
    facts,
    canvas
  );
  function setCurve({ family, weight, density }, label, { both, top }) {
    heading.textContent = label;
    facts.classList.toggle("all", both);
    spread.drawCurve(family === "tabulated" ? weight : density, { both, top });
  }
  function drawFacts(side, data, label) {
    const { accuracy, learnt: learnt2 } = latest(side);
    const pull = isNoisy(data) ? wrongShare(side, data) : NaN;
    for (const [key, value] of Object.entries({ accuracy, learnt: learnt2, pull }))
      values[key].textContent = shareOf(value);
    field.element.setAttribute(
      "aria-label",
      `${tellSide(side, label)}. The classes’ regions, with the training points.`
    );
    spread.element.setAttribute(
      "aria-label",
      `${label}: the training points’ p over the emphasis, right labels upwards, wrong ones downwards.`
    );
  }
  return {
    element,
    setCurve,
    drawFacts,
    spread: spread.element,
    overlay: (other) => canvas.append(other),
    drawField: field.draw,
    drawSpread: (side, data) => spread.drawBars(histograms(side.p, data)),
    destroy: () => [field, spread].forEach((one) => one.destroy())
  };
}

// course.js
var HINT = "Point at a chart, or focus it and use the arrow keys, to read values.";
var SHAPE4 = { aspect: 0.55, least: 170, most: 230 };
var ENDS = [20, 50, 100, 200, 500, 1e3];
var SHOWN = {
  accuracy: ["accuracy on clean test data", "Accuracy over time"],
  learnt: ["wrong labels learnt", "Wrong labels learnt over time"]
};
function at(epochs, values, x) {
  let k = epochs.length - 1;
  while (k >= 0 && epochs[k] > x) k -= 1;
  return values[k];
}
function createCourse() {
  const readout = h("p", { class: "readout" }, HINT);
  let [match, names] = [null, []];
  function create(key) {
    const [what, name2] = SHOWN[key];
    const read = (x) => {
      const told = match.sides.map(({ course }, k) => `${names[k]} ${shareOf(at(match.epochs, course[key], x))}`);
      return `Epoch ${Math.round(x)}, ${what}: ${told.join(", ")}`;
    };
    const chart = createChart({
      name: name2,
      read,
      step: 1,
      xLabel: "epoch",
      xDomain: [0, ENDS[0]],
      xTicks: [0, 10],
      filled: false,
      shape: SHAPE4,
      onProbe(x) {
        chart.probe(x);
        readout.textContent = x === null ? HINT : read(x);
      }
    });
    chart.element.dataset.course = key;
    return { key, what, ...chart };
  }
  const charts = Object.keys(SHOWN).map(create);
  function curvesOf(key) {
    const curve = (id, label, { course }) => ({
      id,
      label,
      x: match.epochs,
      y: course[key].map((share) => 100 * share),
      at: (x) => 100 * at(match.epochs, course[key], x)
    });
    const [cce, own] = match.sides;
    return [curve("own", names[1], own), curve("cce", "CCE", cce)];
  }
  function draw2(nextMatch, nextNames, description) {
    [match, names] = [nextMatch, nextNames];
    const end = ENDS.find((top) => top >= match.epoch()) ?? match.epoch();
    for (const chart of charts) {
      chart.element.hidden = chart.key === "learnt" && !isNoisy(match.data);
      if (chart.element.hidden) continue;
      chart.draw({
        curves: curvesOf(chart.key),
        description,
        marker: null,
        yLabel: `${chart.what}, %`,
        yTop: 100,
        xDomain: [0, end],
        xTicks: ticks(end).filter((tick) => tick < end)
      });
    }
  }
  const element = h("div", { class: "charts" }, ...charts.map((chart) => chart.element));
  return { element, readout, draw: draw2, destroy: () => charts.forEach((chart) => chart.destroy()) };
}

// points.js
var MOST = 32;
var APART = 5e-3;
var digits = (value, count) => Number(value.toPrecision(count));
var point = (p, w) => ({ p: Math.round(1e3 * p) / 1e3, w: digits(Math.max(0, w), 4) });
function moved(points, k, p, w) {
  const gap = (to) => Math.min(APART, Math.abs(points[k].p - to) / 2);
  const low = k === 0 ? 0 : points[k - 1].p + gap(points[k - 1].p);
  const high = k === points.length - 1 ? 1 : points[k + 1].p - gap(points[k + 1].p);
  const free = point(p, w);
  const held = { ...free, p: digits(Math.min(high, Math.max(low, free.p)), 6) };
  const next = points.map((other, i) => i === k ? held : other);
  return next.some((other) => other.w > 0) ? next : points;
}
function inserted(points, p, w) {
  const fresh = point(p, w);
  if (points.some((other) => Math.abs(other.p - fresh.p) < 2 * APART)) return null;
  const next = [...points, fresh].sort((a, b) => a.p - b.p);
  return { points: next, index: next.indexOf(fresh) };
}
function removed(points, k) {
  const rest = points.filter((_, i) => i !== k);
  return rest.length >= 2 && rest.some(({ w }) => w > 0) ? rest : null;
}

// handles.js
function createHandles({ onMove, onRemove, onInsert }) {
  const element = h("div", { class: "handles" });
  let points = [];
  let layout = null;
  let dragged = null;
  let last = 0;
  function make(k) {
    const handle = h("div", { class: "handle", role: "slider", tabindex: 0, "aria-valuemin": 0 });
    handle.addEventListener("focus", () => choose(k));
    handle.addEventListener("dblclick", () => onRemove(k));
    handle.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      event.preventDefault();
      handle.setPointerCapture(event.pointerId);
      handle.focus({ preventScroll: true });
      dragged = { layout, moved: false };
    });
    handle.addEventListener("pointermove", (event) => {
      if (!handle.hasPointerCapture(event.pointerId)) return;
      const { left, top } = element.getBoundingClientRect();
      const p = dragged.layout.valueAt(event.clientX - left);
      const w = Math.min(dragged.layout.yMax, dragged.layout.heightAt(event.clientY - top));
      dragged.moved = true;
      onMove(moved(points, k, p, w), false);
    });
    handle.addEventListener("lostpointercapture", () => {
      if (dragged.moved) onMove(points, true);
    });
    handle.addEventListener("keydown", (event) => press(event, k));
    return handle;
  }
  function choose(k) {
    last = k;
    [...element.children].forEach((handle, i) => handle.classList.toggle("current", i === last));
  }
  function press(event, k) {
    const { p, w } = points[k];
    const [dp, dw] = event.shiftKey ? [0.05, layout.yMax / 10] : [0.01, layout.yMax / 50];
    const moves = {
      ArrowLeft: [p - dp, w],
      ArrowRight: [p + dp, w],
      ArrowUp: [p, w + dw],
      ArrowDown: [p, w - dw],
      PageUp: [p, w + layout.yMax / 10],
      PageDown: [p, w - layout.yMax / 10],
      Home: [p, 0],
      End: [p, layout.yMax]
    };
    if (event.key in moves) onMove(moved(points, k, ...moves[event.key]), true);
    else if (["Delete", "Backspace"].includes(event.key)) onRemove(k);
    else if (["Insert", "Enter", "+"].includes(event.key)) onInsert(k);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }
  function place(next, nextLayout) {
    [points, layout] = [next, nextLayout];
    while (element.children.length > points.length) element.lastChild.remove();
    while (element.children.length < points.length) element.append(make(element.children.length));
    choose(Math.min(last, points.length - 1));
    [...element.children].forEach((handle, k) => {
      const { p, w } = points[k];
      handle.style.transform = `translate(${layout.x(p)}px, ${layout.y(w)}px)`;
      handle.setAttribute("aria-label", `Point ${k + 1} of ${points.length}`);
      handle.setAttribute("aria-valuemax", Math.max(layout.yMax, w));
      handle.setAttribute("aria-valuenow", w);
      handle.setAttribute("aria-valuetext", `p ${format(p)}, weight ${format(w)}`);
    });
  }
  const focus = (k) => element.children[k]?.focus({ preventScroll: true });
  return { element, place, focus, current: () => last };
}

// drawing.js
function createDrawing({ read, onBegin = () => {
}, onChange, onNote }) {
  let layout = null;
  let held = null;
  function change(points, index) {
    onBegin();
    onChange(points);
    handles.focus(index);
  }
  function insert(p, w) {
    const { points } = read() || {};
    if (!points) return null;
    if (points.length >= MOST) return onNote(`A drawn curve has at most ${MOST} points.`);
    const next = inserted(points, p, w);
    if (!next) return onNote("There is a point there already.");
    return change(next.points, next.index);
  }
  function insertAfter(k) {
    const { points, emphasis: emphasis2 } = read();
    const from = Math.min(k, points.length - 2);
    const middle = (points[from].p + points[from + 1].p) / 2;
    return insert(middle, emphasis2.weight(middle));
  }
  function remove(k) {
    const next = removed(read().points, k);
    if (!next) return onNote("A drawn curve keeps two points, and a weight above 0.");
    return change(next, Math.min(k, next.length - 1));
  }
  const handles = createHandles({
    onMove(points, stays) {
      if (held === null) onBegin();
      held = stays ? null : held ?? layout.yMax;
      onChange(points);
    },
    onRemove: remove,
    onInsert: insertAfter
  });
  function place(next) {
    layout = next;
    const drawn = read();
    handles.element.hidden = !drawn;
    if (drawn) handles.place(drawn.points, layout);
  }
  function clicked(event) {
    const { left, top } = handles.element.getBoundingClientRect();
    const { valueAt, heightAt, yMax } = layout;
    const p = Math.min(1, Math.max(0, valueAt(event.clientX - left)));
    insert(p, Math.min(yMax, heightAt(event.clientY - top)));
  }
  const buttons = [
    button("Add a point", () => insertAfter(handles.current())),
    button("Remove the point", () => remove(handles.current()))
  ];
  const { element, focus } = handles;
  return { element, buttons, focus, insert, place, clicked, top: () => held ?? void 0 };
}

// panels.css
var panels_default = "/* What the studio and the player share: buttons, lists, histograms back to back. */\n.dmnb select, .dmnb .button {\n  height: 32px;\n  max-width: 100%;\n  margin: 0;\n  padding: 0 0.6rem;\n  border: 1px solid var(--rule);\n  border-radius: 6px;\n  background: var(--paper);\n  color: var(--ink);\n  font: inherit;\n  cursor: pointer;\n}\n.dmnb select { background: var(--field); border-color: transparent; text-overflow: ellipsis; }\n.dmnb select:hover, .dmnb .button:hover { border-color: var(--soft); }\n.dmnb .button:disabled { border-color: var(--rule); opacity: 0.5; cursor: default; }\n.dmnb [hidden] { display: none !important; }\n\n.dmnb .chart.mirror { min-height: 190px; cursor: default; }\n.dmnb .mirror .bar.right { fill: var(--line); }\n.dmnb .mirror .bar.wrong { stroke: var(--line); stroke-width: 1; }\n.dmnb .mirror .ground { fill: var(--paper); }\n.dmnb .mirror .stripe { stroke: var(--line); stroke-width: 3; }\n.dmnb .mirror .name { fill: var(--soft); font-weight: 400; }\n.dmnb .mirror .cut { fill: color-mix(in oklab, var(--line) 78%, var(--ink)); font-weight: 600; }\n@media (pointer: coarse) {\n  .dmnb select, .dmnb .button { height: 44px; font-size: 16px; }\n}\n";

// playground.css
var playground_default = '/* The colour does not move: it tells the canvases when the theme has changed. */\n.dmnb.playground { transition: color 1ms !important; overflow-x: clip; overflow-clip-margin: 12px; }\n\n.dmnb .stories { display: flex; flex-wrap: wrap; gap: 0.4rem; }\n.dmnb .story {\n  display: flex;\n  flex: 1 1 auto;\n  align-items: center;\n  justify-content: center;\n  gap: 0.4rem;\n  min-height: 36px;\n  padding: 0.2rem 0.4rem;\n  border: 1px solid var(--rule);\n  border-radius: 8px;\n  background: var(--paper);\n  color: var(--ink);\n  font: inherit;\n  line-height: 1.2;\n  cursor: pointer;\n}\n.dmnb .story:hover { border-color: var(--soft); }\n.dmnb .story[aria-pressed="true"] {\n  border-color: var(--accent);\n  box-shadow: inset 0 0 0 1px var(--accent);\n}\n.dmnb .story .number { color: var(--soft); font-variant-numeric: tabular-nums; }\n.dmnb .story[aria-pressed="true"] .number { color: var(--accent); font-weight: 600; }\n.dmnb .telling { min-height: 4.4em; margin: 0.7rem 0 0.9rem; max-width: 46rem; text-wrap: pretty; }\n\n.dmnb .versus { display: inline-flex; align-items: center; gap: 0.6rem; margin: 0; }\n.dmnb .drawing { align-items: center; margin: 0.7rem 0; }\n.dmnb .drawing span { flex: 1 1 14rem; color: var(--soft); }\n.dmnb .deck { margin: 0.3rem 0 0.9rem; }\n.dmnb .deck .button { min-width: 4.5rem; }\n.dmnb.playground .play {\n  border-color: var(--accent);\n  background: var(--accent);\n  color: var(--paper);\n  font-weight: 600;\n}\n.dmnb .play::before {\n  content: "";\n  display: inline-block;\n  width: 0.7em;\n  height: 0.75em;\n  margin-right: 0.5em;\n  background: currentColor;\n  clip-path: polygon(0 0, 100% 50%, 0 100%);\n}\n.dmnb .play.playing::before {\n  clip-path: polygon(0 0, 35% 0, 35% 100%, 65% 100%, 65% 0, 100% 0, 100% 100%, 0 100%);\n}\n.dmnb .epoch { min-width: 6rem; color: var(--soft); font-variant-numeric: tabular-nums; }\n\n.dmnb .sides { display: grid; grid-template-columns: 1fr 1fr; gap: 1.25rem; }\n.dmnb .side { min-width: 0; }\n.dmnb .side .heading {\n  margin-bottom: 0.35rem;\n  color: color-mix(in oklab, var(--line) 78%, var(--ink));\n}\n.dmnb .field { aspect-ratio: 1; border-radius: 6px; overflow: hidden; background: var(--field); }\n.dmnb .field canvas { display: block; width: 100%; height: 100%; }\n.dmnb .figures { margin: 0.5rem 0 0.3rem; }\n.dmnb .figures div { display: flex; justify-content: space-between; gap: 0.5rem; }\n.dmnb .figures dt { margin: 0; color: var(--soft); font-weight: 400; }\n.dmnb .figures dd { margin: 0; font-weight: 600; font-variant-numeric: tabular-nums; }\n\n.dmnb .chart.spread { min-height: 150px; cursor: default; }\n.dmnb .spread .bar.right { fill: color-mix(in oklab, var(--line) 38%, var(--paper)); }\n.dmnb .spread .bar.wrong { stroke: var(--line); stroke-width: 1; }\n.dmnb .spread .stripe { stroke: var(--line); stroke-width: 2.4; }\n.dmnb .spread .line { stroke: var(--line); stroke-width: 2.25; stroke-dasharray: none; }\n.dmnb .spread .name { fill: var(--soft); font-weight: 400; }\n.dmnb .figures:not(.all) div + div { display: none; }\n.dmnb.playground:not(:has(.figures.all)) .marks { display: none; }\n.dmnb.playground .chart svg { overflow: visible; }\n.dmnb .spread .line.below { stroke-width: 1.25; stroke-opacity: 0.55; }\n\n.dmnb .marks { display: flex; flex-wrap: wrap; gap: 0.2rem 1.1rem; margin: 0.4rem 0 0.8rem; }\n.dmnb .legend { display: inline-flex; align-items: center; gap: 0.35rem; color: var(--soft); }\n.dmnb .sign svg { display: block; }\n.dmnb .sign .disc, .dmnb .sign .full { fill: var(--soft); }\n.dmnb .sign .full { stroke: var(--ink); stroke-width: 1.5; }\n.dmnb .sign .hollow { fill: var(--paper); stroke: var(--soft); stroke-width: 1.8; }\n\n.dmnb.playground .charts:has([hidden]) { grid-template-columns: 1fr; }\n.dmnb.playground .chart[data-course] { min-height: 170px; }\n.dmnb .settings {\n  display: grid;\n  grid-template-columns: repeat(4, 1fr);\n  align-items: end;\n  gap: 0.6rem 1rem;\n  margin-top: 0.4rem;\n  padding-top: 0.8rem;\n  border-top: 1px solid var(--rule);\n}\n.dmnb .setting { display: grid; gap: 0.15rem; margin: 0; color: var(--soft); }\n.dmnb .setting.rate { grid-column: span 2; }\n.dmnb .setting.rate .parameter { color: var(--ink); }\n\n@container (max-width: 560px) {\n  .dmnb .stories { display: grid; grid-template-columns: repeat(2, 1fr); }\n  .dmnb .sides { gap: 0.7rem; }\n  .dmnb .deck { justify-content: flex-start; }\n  .dmnb .settings { grid-template-columns: 1fr 1fr; }\n  .dmnb .telling { min-height: 7.3em; }\n}\n@media (pointer: coarse) {\n  .dmnb .story { min-height: 44px; }\n}\n';

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
function followTraits(model, { defaults, faults: faults2, told, message, draw: draw2, saved = () => {
} }) {
  const names = Object.keys(defaults);
  let quiet = false;
  const read = () => Object.fromEntries(names.map((name2) => [name2, model.get(name2) ?? defaults[name2]]));
  function set(changes, note = "") {
    quiet = true;
    for (const [name2, value] of Object.entries(changes)) model.set(name2, value);
    quiet = false;
    model.save_changes();
    message.textContent = note;
    draw2();
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
    set(Object.fromEntries(wrong.map((name2) => [name2, defaults[name2]])), note);
    return true;
  }
  const listen = () => quiet || draw2();
  names.forEach((name2) => model.on(`change:${name2}`, listen));
  const end = () => names.forEach((name2) => model.off(`change:${name2}`, listen));
  return { read, set, change, restored, end };
}
function createRoot(name2, label, styles, ...children) {
  const root = h(
    "div",
    { class: `dmnb ${name2}`, role: "group", "aria-label": label },
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

// stories.js
var spirals = { dataset: "spirals", rate: 0, size: 240 };
var STORIES = [
  {
    name: "Memorise",
    settings: { lam: 0, beta: 4 },
    text: `Four labels in ten are wrong; press play. Cross-entropy, like any emphasis on the
      examples that fit worst, finds the three groups at once and then bends around the wrong
      labels: the diamonds fill up while the accuracy falls.`
  },
  {
    name: "Ignore",
    settings: { lam: 1, beta: 16 },
    text: `The same points, start and batches. On the right the emphasis has moved to the middle: a
      label that looks hopeless pulls no harder than one that is learnt. Wrong labels end with
      40% of the weight, their share, and no more. The diamonds stay hollow.`
  },
  {
    name: "Underfit",
    settings: { ...spirals, classes: 5, hidden: [16, 16], family: "mae" },
    text: `No label is wrong now, but five arms are hard. MAE’s emphasis fades towards p = 0, where
      most examples begin, so that whole stretches of an arm never get learnt. Ignoring what is
      hard has a price.`
  },
  {
    name: "Collapse",
    settings: { ...spirals, lam: 0.5, beta: 2 },
    text: `Too little contrast: a fitted example pulls nearly half as hard as any other, and never
      stops. The crowd of fitted examples drags the network away from what it had learnt. Raise β
      to 10 and see it hold.`
  },
  {
    name: "Imbalance",
    settings: { ...spirals, imbalance: 10, family: "mae" },
    text: `No label is wrong, but one arm has a tenth of the points of another. A rare class starts
      at low p, just as a wrong label does, and MAE passes it over. Which emphasis brings it
      back?`
  },
  {
    name: "Draw your own",
    settings: { family: "drawn" },
    text: `Your curve starts as cross-entropy’s own line, so both networks stay the same. Press
      play, then drag its points: how little weight do the hopeless examples need before the
      diamonds stay hollow?`
  }
].map((story) => ({ ...story, text: story.text.replace(/\s+/g, " ") }));
var same = (a, b) => JSON.stringify(a) === JSON.stringify(b);
var settingsOf = ({ settings }, { speed }) => ({ ...DEFAULTS, ...settings, speed });
function storyOf(traits) {
  const told = ({ seed, drawn, ...rest }) => rest;
  return STORIES.find((story) => same(told(settingsOf(story, traits)), told(traits)));
}

// studio.css
var studio_default = '.dmnb .line-own { --line: color-mix(in oklab, var(--dm), white var(--lift)); }\n.dmnb .line.line-own { stroke-width: 2.75; }\n.dmnb .line-extra-0 {\n  --line: color-mix(in oklab, var(--dm-authors), white var(--lift));\n  --dash: 5 2 1 2;\n}\n.dmnb .line-extra-1 {\n  --line: color-mix(in oklab, var(--neutral), white var(--lift));\n  --dash: 12 3;\n}\n.dmnb .line-extra-2 {\n  --line: color-mix(in oklab, var(--anchored), white var(--lift));\n  --dash: 3 2 1 2 1 2;\n}\n.dmnb .line-plain { --line: color-mix(in oklab, var(--neutral), white var(--lift)); }\n.dmnb .line-none { --line: transparent; }\n\n/* The points at the edges of a chart are no reason to scroll sideways. */\n.dmnb.studio { overflow-x: clip; }\n.dmnb.studio .chart { padding-right: 8px; }\n.dmnb.studio .charts { margin-top: 1rem; }\n.dmnb .parameters:not(:has(> :not([hidden]))) { display: none; }\n.dmnb .code + .tools { margin-top: 0.6rem; }\n.dmnb .tools { display: flex; flex-wrap: wrap; gap: 0.4rem; }\n\n.dmnb .panel { min-width: 0; }\n.dmnb .panel .choice { margin-bottom: 0.5rem; }\n.dmnb .canvas { position: relative; }\n.dmnb .handles { position: absolute; inset: 0; pointer-events: none; }\n.dmnb .handle {\n  position: absolute;\n  width: 32px;\n  height: 32px;\n  margin: -16px;\n  border-radius: 50%;\n  pointer-events: auto;\n  touch-action: none;\n  cursor: grab;\n}\n.dmnb .handle:active { cursor: grabbing; }\n.dmnb .handle::before {\n  content: "";\n  position: absolute;\n  inset: 9px;\n  border: 2px solid var(--accent);\n  border-radius: 50%;\n  background: var(--paper);\n}\n.dmnb .handle:hover::before, .dmnb .handle:focus-visible::before {\n  inset: 7px;\n  background: var(--accent);\n}\n.dmnb .handle.current::before { background: var(--accent); }\n.dmnb .handle:focus-visible { outline-offset: -5px; border-radius: 50%; }\n\n.dmnb .more { margin-top: 0.2rem; }\n.dmnb .more summary { width: fit-content; min-height: 28px; color: var(--soft); cursor: pointer; }\n.dmnb .library {\n  display: grid;\n  grid-template-columns: repeat(auto-fill, minmax(15rem, 1fr));\n  gap: 0 1rem;\n}\n.dmnb .library legend {\n  float: left;\n  grid-column: 1 / -1;\n  width: 100%;\n  margin: 0;\n  padding: 0;\n  color: var(--soft);\n  font-size: inherit;\n}\n.dmnb .overlay input, .dmnb .swatch { flex: none; }\n.dmnb .overlay:has(:disabled) { opacity: 0.55; cursor: default; }\n\n.dmnb .crowd { margin-top: 1rem; padding-top: 0.9rem; border-top: 1px solid var(--rule); }\n.dmnb .heading { font-weight: 600; }\n.dmnb .moment {\n  display: grid;\n  grid-template-columns: auto 1fr 6rem;\n  align-items: center;\n  gap: 1rem;\n  margin: 0.4rem 0 0.6rem;\n}\n.dmnb .when { color: var(--soft); font-variant-numeric: tabular-nums; }\n.dmnb .shares { margin: 0.5rem 0 0; }\n.dmnb .caption { color: var(--soft); }\n.dmnb .share {\n  display: grid;\n  grid-template-columns: 11rem 1fr 3.5rem;\n  align-items: center;\n  gap: 0.75rem;\n  min-height: 24px;\n}\n.dmnb .track { height: 10px; border-radius: 3px; background: var(--field); }\n.dmnb .share .bar {\n  display: block;\n  width: calc(100% * var(--share));\n  height: 100%;\n  border-radius: 3px;\n  background: var(--line);\n}\n.dmnb .much { text-align: right; font-variant-numeric: tabular-nums; }\n\n@container (max-width: 560px) {\n  .dmnb .moment { grid-template-columns: 1fr 5rem; gap: 0.4rem 1rem; }\n  .dmnb .moment select { grid-column: 1 / -1; }\n  .dmnb .share { grid-template-columns: 8.5rem 1fr 3rem; gap: 0.5rem; }\n}\n@media (pointer: coarse) {\n  .dmnb .handle { width: 44px; height: 44px; margin: -22px; }\n  .dmnb .handle::before { inset: 13px; }\n  .dmnb .handle:hover::before, .dmnb .handle:focus-visible::before { inset: 11px; }\n}\n';

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

// playground.js
var TRAINING = Object.keys(DEFAULTS).filter((name2) => name2 !== "speed");
var START = TRAINING.filter((name2) => !EMPHASIS.includes(name2));
var LAST = 1e3;
var BUDGET = 9;
var CALM = 500;
var CHARTED = 6;
var SETTLED = 250;
var SIDES = ["cce", "own"];
var OWN_WORDS = "Your own setting. Press play, and compare what the two networks make of the wrong labels.";
var sameTraits = (names, a, b) => names.every((name2) => JSON.stringify(a[name2]) === JSON.stringify(b[name2]));
function render({ model, el }) {
  let shown = null;
  let match = null;
  let playing = false;
  let request = 0;
  let frames = 0;
  let pictured = 0;
  let settling = 0;
  const { element: spoken, say } = announcer();
  const calm = window.matchMedia("(prefers-reduced-motion: reduce)");
  const message = h("p", { class: "message", role: "alert" });
  const { read, set, change, restored, end } = followTraits(model, {
    defaults: DEFAULTS,
    faults,
    told: defaultsOf,
    message,
    draw: () => draw2()
  });
  function restart() {
    const { traits, emphasis: emphasis2 } = shown;
    const kept = match && sameTraits(DATA, match.traits, traits) ? match.data : createData(traits);
    match = { ...createMatch(traits, emphasis2, kept), traits };
  }
  function follow() {
    const { traits, emphasis: emphasis2 } = shown;
    if (match && sameTraits(TRAINING, match.traits, traits)) return false;
    const atStart = match?.steps() === 0 && sameTraits(START, match.traits, traits);
    if (!atStart) restart();
    match.traits = traits;
    match.sides[1].emphasis = emphasis2;
    return !atStart;
  }
  const isOver = () => match.epoch() >= LAST;
  function frame(now) {
    if (!playing) return;
    match.advance(SPEEDS[shown.traits.speed], performance.now() + BUDGET);
    if (isOver()) return pause(`Stopped after ${LAST} epochs.`);
    request = requestAnimationFrame(frame);
    if (calm.matches && now - pictured < CALM) return;
    pictured = now;
    drawMatch("moving", [frames % 2]);
    if (frames % CHARTED === 0) drawCourse();
    frames += 1;
  }
  function play() {
    playing = true;
    drawButtons();
    cancelAnimationFrame(request);
    request = requestAnimationFrame(frame);
  }
  const inSight = new IntersectionObserver((entries) => {
    cancelAnimationFrame(request);
    if (playing && entries.at(-1).isIntersecting) request = requestAnimationFrame(frame);
  });
  function pause(note = "") {
    playing = false;
    cancelAnimationFrame(request);
    drawButtons();
    drawMatch();
    drawCourse();
    say(`${note} ${summary()}`.trim());
  }
  function stepOnce() {
    match.advance(match.perEpoch);
    pause();
  }
  function reset() {
    restart();
    pause("Back at the start.");
  }
  function tell(story) {
    if (playing) pause();
    change(settingsOf(story, shown.traits));
    say(`${story.name}. ${story.text}`);
  }
  const stories = STORIES.map((story, i) => h(
    "button",
    { type: "button", class: "story", "data-story": story.name, onclick: () => tell(story) },
    h("span", { class: "number", "aria-hidden": "true" }, String(i + 1)),
    story.name
  ));
  const telling = h("p", { class: "telling" });
  const playButton = button("Play", () => playing ? pause() : play(), { class: "button play" });
  const stepButton = button("Step", stepOnce, { title: "Train for one epoch" });
  const resetButton = button("Reset", reset, { title: "Back to the networks’ first weights" });
  const epoch = h("output", { class: "epoch", "aria-label": "Epoch", "aria-live": "off" });
  const speed = choice({
    legend: "Speed",
    options: Object.fromEntries(Object.keys(SPEEDS).map((name2) => [name2, name2])),
    onChange: (value) => change({ speed: value })
  });
  const emphasisControls = createEmphasis(change, (family) => change({ family, ...family === "drawn" ? { drawn: traced() } : {} }));
  const settings = createSettings(change, () => change({ seed: (shown.traits.seed * 31 + 17) % 1e4 }));
  const code = h("code");
  const traced = () => [0, 0.1, 0.25, 0.4, 0.6, 0.8, 1].map((p) => [p, Number(shown.emphasis.density(p).toPrecision(3))]);
  const isDrawn = () => shown?.traits.family === "drawn";
  const drawing = createDrawing({
    read: () => isDrawn() && { points: shown.traits.drawn.map(([p, w]) => ({ p, w })), emphasis: shown.emphasis },
    onChange: (points) => change({ drawn: points.map(({ p, w }) => [p, w]) }),
    onNote: (note) => set({}, note)
  });
  const tools = h(
    "div",
    { class: "tools drawing" },
    h("span", {}, "Drag a point, click to add one, double-click one to remove it."),
    ...drawing.buttons
  );
  const sides = SIDES.map((id, k) => createPanel(id, {
    onResize: () => match && sides[k].drawField(match.sides[k], match.data),
    onLayout: (layout) => id === "own" && drawing.place(layout)
  }));
  sides[1].overlay(drawing.element);
  sides[1].spread.addEventListener("click", drawing.clicked);
  const course = createCourse();
  const summary = () => {
    const told = match.sides.map((side, k) => tellSide(side, shown.names[k]));
    return `Epoch ${match.epoch()}. ${told.join(". ")}.`;
  };
  const drawFacts = () => sides.forEach((side, k) => side.drawFacts(match.sides[k], match.data, shown.names[k]));
  const drawCourse = () => course.draw(match, shown.names, summary());
  function drawMatch(motion = "still", fields = [0, 1]) {
    match.look();
    fields.forEach((k) => sides[k].drawField(match.sides[k], match.data, motion));
    sides.forEach((side, k) => side.drawSpread(match.sides[k], match.data));
    drawFacts();
    epoch.textContent = `epoch ${match.epoch()}`;
  }
  function drawSoon() {
    clearTimeout(settling);
    drawMatch("moving");
    settling = setTimeout(() => playing || drawMatch(), SETTLED);
  }
  function drawButtons() {
    playButton.textContent = playing ? "Pause" : "Play";
    playButton.classList.toggle("playing", playing);
    playButton.disabled = isOver();
    stepButton.disabled = isOver();
  }
  function drawControls() {
    const { traits, emphasis: emphasis2, names } = shown;
    const story = storyOf(traits);
    stories.forEach((one, i) => one.setAttribute("aria-pressed", STORIES[i] === story));
    telling.textContent = story?.text ?? OWN_WORDS;
    emphasisControls.set(traits, emphasis2);
    settings.set(traits);
    tools.hidden = !isDrawn();
    speed.set(traits.speed);
    const both = isNoisy(match.data);
    const tops = [void 0, drawing.top()];
    sides.forEach((side, k) => side.setCurve(match.sides[k].emphasis, names[k], { both, top: tops[k] }));
    const line = `loss = dmnb.DMLoss(dmnb.emphasis.${emphasis2.python})`;
    code.replaceChildren(...breakable(line));
  }
  function draw2() {
    if (restored()) return null;
    const traits = read();
    const own = FAMILIES[traits.family];
    const names = ["Cross-entropy", own[0].toUpperCase() + own.slice(1)];
    shown = { traits, emphasis: emphasisOf(traits), names };
    const isOther = follow();
    drawControls();
    drawButtons();
    if (playing) return null;
    if (isOther) drawSoon();
    else drawFacts();
    drawCourse();
    return say(summary());
  }
  const mark = (shape, words) => {
    const swatch = h("span", { class: "sign", "aria-hidden": "true" });
    swatch.innerHTML = `<svg width="16" height="16" viewBox="-8 -8 16 16">${shape}</svg>`;
    return h("span", { class: "legend" }, swatch, words);
  };
  const marks = h(
    "p",
    { class: "marks" },
    mark('<circle r="4.5" class="disc"/>', "right label"),
    mark('<path d="M0-6L6 0L0 6L-6 0Z" class="full"/>', "wrong label, learnt"),
    mark('<path d="M0-6L6 0L0 6L-6 0Z" class="hollow"/>', "wrong label, not learnt")
  );
  const root = createRoot(
    "playground",
    "Playground",
    [style_default, panels_default, studio_default, playground_default],
    h("div", { class: "stories", role: "group", "aria-label": "Stories" }, ...stories),
    telling,
    emphasisControls.bar,
    emphasisControls.parameters,
    tools,
    message,
    h(
      "div",
      { class: "bar deck" },
      h("div", { class: "tools" }, playButton, stepButton, resetButton),
      epoch,
      speed.element
    ),
    h("div", { class: "sides" }, ...sides.map(({ element }) => element)),
    marks,
    course.element,
    course.readout,
    settings.element,
    h("div", { class: "code" }, code, copyButton({
      label: "Copy the Python line",
      text: () => code.textContent,
      say
    })),
    spoken
  );
  root.addEventListener("transitionrun", ({ target }) => {
    if (target === root && !playing) drawMatch();
  });
  el.append(root);
  inSight.observe(root);
  draw2();
  return () => {
    playing = false;
    cancelAnimationFrame(request);
    clearTimeout(settling);
    inSight.disconnect();
    end();
    [course, ...sides].forEach((one) => one.destroy());
  };
}
var playground_default2 = { render };
export {
  playground_default2 as default
};
