// Bundled by build.js from ../../palette.json address.js bars.js chart.js comparison.js crowd.js dom.js drawing.js emphasis.js handles.js labels.js numerics.js pair.js panels.css picture.js points.js runs.js shell.js studio-state.js studio.css studio.js style.css svg.js traits.js; sha256 297f7d46b2e62a2db11f32dfe77b6273b87942557363abd4cf39d73ed8e66348
// address.js
var parts = () => location.hash.slice(1).split("&").filter(Boolean);
var taken = globalThis[/* @__PURE__ */ Symbol.for("dmnb.addresses")] ??= /* @__PURE__ */ new Set();
var ours = () => /^(https?|file):$/.test(location.protocol) && !document.querySelector("#jupyter-config-data, [data-jp-theme-light]");
function claimAddress(name) {
  let key = name;
  for (let i = 2; taken.has(key); i += 1) key = `${name}-${i}`;
  taken.add(key);
  const mine = (part) => part.startsWith(`${key}=`);
  let listener = null;
  let timer;
  function hashWith(text) {
    const others = parts().filter((part) => !mine(part));
    return `#${[...others, ...text === null ? [] : [`${key}=${text}`]].join("&")}`;
  }
  return {
    read() {
      const part = ours() ? parts().find(mine) : void 0;
      if (part === void 0) return null;
      try {
        return decodeURIComponent(part.slice(key.length + 1));
      } catch {
        return "%";
      }
    },
    anchor: () => parts().map((part) => document.getElementById(part)).find(Boolean),
    // Browsers refuse more than some hundred changes in half a minute.
    write(text) {
      if (!ours()) return;
      clearTimeout(timer);
      timer = setTimeout(() => {
        const hash = hashWith(text);
        const address = hash === "#" ? location.pathname + location.search : hash;
        if (hash !== (location.hash || "#")) history.replaceState(history.state, "", address);
      }, 250);
    },
    link: (text) => ours() ? location.href.split("#")[0] + hashWith(text) : null,
    onChange(f) {
      listener = f;
      window.addEventListener("hashchange", listener);
    },
    release() {
      clearTimeout(timer);
      taken.delete(key);
      if (listener) window.removeEventListener("hashchange", listener);
    }
  };
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
  const step = power2 * [1, 2, 2.5, 5, 10].find((factor) => factor * power2 >= raw * (1 - 1e-9));
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
  let sum2 = 0;
  for (const [t, share] of HALF) sum2 += share * (f(centre - half * t) + f(centre + half * t));
  return sum2 / 2;
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
  return (at) => {
    if (at >= x[last]) return y[last];
    const inside = Math.max(x[0], at);
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
function Normal(mode, beta) {
  checkFinite("mode", mode);
  checkFinite("beta", beta);
  const clipped = Math.min(1, Math.max(0, mode));
  checkExponent(beta, Math.max(...[0, 1, clipped].map((p) => -beta * p * (p - 2 * mode))));
  return emphasis({
    family: "normal",
    name: "Normal",
    parameters: { mode, beta },
    weight: (p) => Math.exp(-beta * p * (p - 2 * mode)),
    mode: beta > 0 ? clipped : beta === 0 ? NaN : mode < 0.5 ? 1 : 0
  });
}
function Exponential(beta) {
  checkFinite("beta", beta);
  checkExponent(beta, beta);
  return emphasis({
    family: "exponential",
    name: "Exponential",
    parameters: { beta },
    weight: (p, r) => Math.exp(beta * r),
    mode: beta === 0 ? NaN : beta < 0 ? 1 : 0
  });
}
function Beta(alpha, eta) {
  checkAtLeast("alpha", alpha, 1);
  checkAtLeast("eta", eta, 1);
  return emphasis({
    family: "beta",
    name: "Beta",
    parameters: { alpha, eta },
    weight: (p, r) => p ** (alpha - 1) * r ** (eta - 1),
    mode: alpha + eta > 2 ? (alpha - 1) / (alpha + eta - 2) : NaN
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
  const numbers3 = (list) => Array.isArray(list) && list.every(Number.isFinite);
  if (!numbers3(p) || !numbers3(w) || p.length < 2 || p.length !== w.length)
    throw new RangeError("A drawn curve must have two points or more, of as many p as w.");
  if (p[0] < 0 || p.at(-1) > 1 || p.some((x, i) => i > 0 && x <= p[i - 1]))
    throw new RangeError("The p of a drawn curve must increase from 0 to 1.");
  const top = Math.max(...w);
  if (top <= 0 || w.some((x) => x < 0))
    throw new RangeError("The weights of a drawn curve must be at least 0, and not all 0.");
  const through2 = pchip(p, w);
  const first = w.indexOf(top);
  return emphasis({
    family: "tabulated",
    name: "Tabulated",
    parameters: { p, w },
    breaks: p,
    weight: (x) => Math.max(0, through2(x)),
    mode: w.every((x) => x === top) ? NaN : first === 0 ? 0 : p[first]
  });
}
function fromMode(mode, contrast) {
  const lam = mode / (1 - mode);
  return { lam, beta: Math.log(contrast) / (mode ** lam * (1 - mode)) };
}
var FAMILIES = {
  dm: [DM, ["lam", "beta"]],
  anchored: [AnchoredDM, ["lam", "beta"]],
  normal: [Normal, ["mode", "beta"]],
  exponential: [Exponential, ["beta"]],
  beta: [Beta, ["alpha", "eta"]],
  gce: [GCE, ["q"]],
  cce: [CCE, []],
  mae: [MAE, []],
  mse: [MSE, []],
  uniform: [Uniform, []],
  tabulated: [Tabulated, ["p", "w"]]
};
function fromDict(values) {
  const family = values?.family;
  if (!Object.hasOwn(FAMILIES, family)) throw new RangeError(`There is no family “${family}”.`);
  const [make, names] = FAMILIES[family];
  return make(...names.map((name) => values[name]));
}
function Sampled({ id, m, w, ends, scale }) {
  const through2 = pchip(m, w);
  const tail = (end, last, distance) => end === 0 ? last * Math.exp(-distance) : end;
  return emphasis({
    family: id,
    name: id,
    mode: NaN,
    weight: (p, r) => {
      const at = Math.log(p) - Math.log(r);
      if (at < m[0]) return scale * tail(ends[0], w[0], m[0] - at);
      if (at > m.at(-1)) return scale * tail(ends[1], w.at(-1), at - m.at(-1));
      return scale * Math.max(0, through2(at));
    }
  });
}

// traits.js
var VIEWS = { density: "density", weight: "weight" };
var LOSSES = {
  cce: { label: "CCE", emphasis: CCE() },
  gce: { label: "GCE", note: "q = 0.7", emphasis: GCE(0.7) },
  mse: { label: "MSE", emphasis: MSE() },
  mae: { label: "MAE", emphasis: MAE() }
};

// studio-state.js
var DEFAULTS = {
  curve: { family: "dm", lam: 0.5, beta: 12 },
  view: "density",
  against: "slope",
  overlays: ["cce"],
  run: 0,
  epoch: null
};
var AGAINST = { slope: "slope", objective: "objective" };
var LABELS = {
  dm: "DM",
  anchored: "anchored DM",
  normal: "normal",
  exponential: "exponential",
  beta: "beta",
  gce: "GCE",
  cce: "CCE",
  mae: "MAE",
  mse: "MSE",
  uniform: "uniform",
  tabulated: "drawn"
};
var STARTS = {
  dm: { lam: 0.5, beta: 12 },
  anchored: { lam: 0.5, beta: 12 },
  normal: { mode: 0.4, beta: 8 },
  exponential: { beta: 2 },
  beta: { alpha: 2, eta: 3 },
  gce: { q: 0.7 }
};
var SLIDERS = {
  lam: [0, 4, 0.05],
  mode: [0, 1, 0.01],
  beta: [-4, 24, 0.25],
  alpha: [1, 8, 0.05],
  eta: [1, 8, 0.05],
  q: [0, 1, 0.01]
};
var MEANINGS = {
  lam: "where the emphasis peaks",
  beta: "how strong the emphasis is",
  mode: "where it peaks",
  alpha: "how it starts at p = 0",
  eta: "how it ends at p = 1",
  q: "between CCE at 0 and MAE at 1"
};
var MOST_EXTRA = 3;
var power = (base, exponent) => ({ 0: "", 1: `${base} ` })[exponent] ?? `${base}<sup>${minus(exponent)}</sup> `;
var minus = (value) => String(value).replace("-", "−");
var P = "<i>p</i>";
var REST = `(1 − ${P})`;
var less = (value, one) => Number((value - one).toFixed(6));
function formulaOf({ family, parameters: { lam, beta, mode, alpha, eta, q, p } }) {
  const w = {
    dm: () => `exp(${minus(beta)} ${power(P, lam)}${REST})`,
    anchored: () => `exp(${minus(beta)} ${power(P, lam)}${REST}) − 1`,
    normal: () => `exp(${minus(-beta)} ${P} (${P} − 2 · ${minus(mode)}))`,
    exponential: () => `exp(${minus(beta)} ${REST})`,
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
function summaryOf({ family, parameters, mode, contrast }) {
  const told = family === "tabulated" ? [`${parameters.p.length} points`] : Object.entries(parameters).map(([name, value]) => `${name} ${value}`);
  const where = Number.isNaN(mode) ? "none, all weights are equal" : format(mode);
  return `${[LABELS[family], ...told].join(", ")}: mode ${where}, contrast ${format(contrast)}`;
}
var defaultsOf = (names) => names.map((name) => name === "curve" ? "DM(λ = 0.5, β = 12)" : name).join(", ");
function faultOfCurve(curve) {
  try {
    void fromDict(curve).integral;
    return null;
  } catch (error) {
    return error.message;
  }
}
function faults({ curve, view, against, overlays, run, epoch }, known, runs) {
  const extra = Array.isArray(overlays) && overlays.filter((id) => !(id in LOSSES));
  const index = Number.isInteger(run) && run >= 0 && run < Math.max(1, runs.length);
  const found = {
    curve: faultOfCurve(curve),
    view: Object.hasOwn(VIEWS, view) ? null : `There is no view “${view}”.`,
    against: Object.hasOwn(AGAINST, against) ? null : `There is no view “${against}”.`,
    overlays: extra && overlays.every((id) => known.includes(id)) && extra.length <= MOST_EXTRA ? null : `There is no comparison “${overlays}” here.`,
    run: index ? null : `There is no run ${run} here.`,
    epoch: epoch === null || Number.isFinite(epoch) ? null : `There is no epoch ${epoch}.`
  };
  return Object.fromEntries(Object.entries(found).filter(([, sentence]) => sentence));
}
var written = (value) => Array.isArray(value) ? value.join(",") : String(value);
function encode({ curve, view, against, overlays, run, epoch }) {
  const [, names] = FAMILIES[curve.family];
  const shape = [curve.family, ...names.map((name) => written(curve[name]))].join(":");
  return [shape, view, against, overlays.join(","), run, epoch ?? ""].join("~");
}
var number = (text) => text?.trim() ? Number(text) : NaN;
function decode(text) {
  const [shape, view, against, overlays, run, epoch] = text.split("~");
  const [family, ...values] = shape.split(":");
  const names = Object.hasOwn(FAMILIES, family) ? FAMILIES[family][1] : [];
  const parameters = names.map((name, i) => {
    const value = values[i];
    return [name, family === "tabulated" ? (value ?? "").split(",").map(number) : number(value)];
  });
  const traits = { curve: { family, ...Object.fromEntries(parameters) } };
  if (view !== void 0) traits.view = view;
  if (against !== void 0) traits.against = against;
  if (overlays !== void 0) traits.overlays = overlays.split(",").filter(Boolean);
  if (run !== void 0) traits.run = number(run);
  if (epoch !== void 0) traits.epoch = epoch === "" ? null : number(epoch);
  return traits;
}

// comparison.js
var numbers = (list) => Array.isArray(list) && list.every(Number.isFinite);
function sampledIn(library) {
  const { m, curves } = library ?? {};
  if (!numbers(m) || m.length < 2 || !Array.isArray(curves)) return {};
  const sound2 = curves.filter(({ id, w, ends, scale }) => typeof id === "string" && numbers(w) && w.length === m.length && numbers(ends) && scale > 0);
  return Object.fromEntries(sound2.map((curve) => [curve.id, { ...curve, emphasis: Sampled({ ...curve, m }) }]));
}
function createComparison(library, onChange) {
  const extra = sampledIn(library);
  const all = { ...LOSSES, ...extra };
  const toggleOf = ([id, { label, note }]) => lineToggle({
    id,
    label: note ? `${label}, ${note}` : label,
    onChange: () => onChange(toggles.filter(({ input }) => input.checked).map((one) => one.id))
  });
  const usual = Object.entries(LOSSES).map(toggleOf);
  const others = Object.entries(extra).map(toggleOf);
  const toggles = [...usual, ...others];
  const more = h(
    "details",
    { class: "more" },
    h("summary", {}, "More losses"),
    h(
      "fieldset",
      { class: "library" },
      h("legend", {}, `Up to ${MOST_EXTRA} of these`),
      ...others.map(({ element: element2 }) => element2)
    )
  );
  const element = h(
    "div",
    { class: "comparison" },
    h(
      "fieldset",
      { class: "overlays" },
      h("legend", {}, "Compare with"),
      ...usual.map((toggle) => toggle.element)
    ),
    ...others.length ? [more] : []
  );
  const styleOf = (id, ids) => id in LOSSES ? id : `extra-${ids.filter((other) => other in extra).indexOf(id)}`;
  function set(ids) {
    const full = ids.filter((id) => id in extra).length >= MOST_EXTRA;
    toggles.forEach(({ id, input, setStyle }) => {
      input.checked = ids.includes(id);
      if (id in LOSSES) return;
      input.disabled = full && !input.checked;
      setStyle(input.checked ? styleOf(id, ids) : "none");
    });
  }
  const curves = (ids) => ids.map((id) => {
    const { label, emphasis: emphasis2 } = all[id];
    return { id, label, emphasis: emphasis2, style: styleOf(id, ids) };
  });
  return { element, known: Object.keys(all), set, curves };
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

// runs.js
var numbers2 = (list) => Array.isArray(list) && list.every((x) => x === null || Number.isFinite(x));
function sound(run, series) {
  const { label, epoch, histograms } = run ?? {};
  const whole = ({ epoch: at, clean, noisy }) => Number.isFinite(at) && numbers2(clean) && numbers2(noisy) && clean.length === noisy.length;
  return typeof label === "string" && Array.isArray(histograms) && histograms.length > 0 && histograms.every(whole) && series.every((name) => numbers2(run[name]) && run[name].length === epoch.length);
}
function soundRuns(runs, series = []) {
  const given = Array.isArray(runs) ? runs : [];
  const kept2 = given.filter((run) => sound(run, series));
  const lost = given.length - kept2.length + (Array.isArray(runs) ? 0 : 1);
  return { runs: kept2, complaint: lost ? `${lost} of the recorded runs cannot be read.` : "" };
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
var wrongShare = ({ right, wrong }) => sum(wrong) / (sum(right) + sum(wrong));
var kept = /* @__PURE__ */ new WeakMap();
function binWeights(emphasis2, count) {
  if (kept.get(emphasis2)?.length === count) return kept.get(emphasis2);
  const mean = (_, i) => meanOver((p) => emphasis2.density(p), i / count, (i + 1) / count);
  const weights = Array.from({ length: count }, mean);
  kept.set(emphasis2, weights);
  return weights;
}

// crowd.js
var SHAPE = { aspect: 0.5, least: 190, most: 230 };
var TOP = 0.2;
function createCrowd({ runs, onRun, onEpoch }) {
  const options = Object.fromEntries(runs.map(({ label }, i) => [i, label]));
  const chosen = select({
    label: "Recorded run",
    options,
    onChange: (index) => onRun(Number(index)),
    class: "run"
  });
  const slider = h("input", {
    type: "range",
    min: 0,
    step: 1,
    "aria-label": "Epoch",
    "data-trait": "epoch",
    oninput: () => onEpoch(run.histograms[slider.value].epoch)
  });
  const when = h("output", { class: "when", "aria-live": "off" });
  const [examples, weighted] = [createMirror({ shape: SHAPE }), createMirror({ shape: SHAPE })];
  const rows = h("div", { class: "shares" });
  const title = h("p", { class: "heading" }, "Who gets the weight? Examples of a recorded run");
  const element = h(
    "div",
    { class: "crowd" },
    title,
    h("div", { class: "moment" }, chosen.element, slider, when),
    h("div", { class: "charts" }, examples.element, weighted.element),
    h("p", { class: "caption" }, "Share that is on wrong labels, of all"),
    rows
  );
  let run = runs[0];
  const makeRows = whenChanged((names) => rows.replaceChildren(...names.map(([label, style]) => h(
    "div",
    { class: "share" },
    h("span", { class: "who" }, label),
    h(
      "span",
      { class: "track", "aria-hidden": "true" },
      h("span", { class: `bar line-${style}` })
    ),
    h("span", { class: "much" })
  ))));
  function drawRows(entries) {
    makeRows(entries.map(({ label, style }) => [label, style]));
    entries.forEach(({ share }, i) => {
      const [, track, much] = rows.children[i].children;
      track.firstChild.style.setProperty("--share", share);
      much.textContent = percent(share);
    });
  }
  function draw({ run: index, epoch, curves, left }) {
    run = runs[index];
    const histogram = histogramAt(run, epoch);
    const at = run.histograms.indexOf(histogram);
    chosen.set(index);
    slider.max = run.histograms.length - 1;
    slider.value = at;
    slider.style.setProperty("--filled", `${100 * at / Math.max(1, slider.max)}%`);
    slider.setAttribute("aria-valuetext", `epoch ${histogram.epoch}`);
    when.textContent = `epoch ${histogram.epoch}`;
    const count = histogram.clean.length;
    const plain = shares(histogram);
    const parts2 = curves.map(({ emphasis: emphasis2, ...c }) => ({ ...c, parts: shares(histogram, binWeights(emphasis2, count)) }));
    const [own] = parts2;
    examples.draw({
      ...plain,
      left,
      top: TOP,
      style: "plain",
      title: "share of the examples",
      description: `${percent(wrongShare(plain))} of them have a wrong label.`
    });
    weighted.draw({
      ...own.parts,
      left,
      top: TOP,
      style: own.style,
      title: "share of the weight",
      description: `${percent(wrongShare(own.parts))} of it is on wrong labels.`
    });
    drawRows([
      { label: "examples", style: "plain", share: wrongShare(plain) },
      ...parts2.map(({ label, style, parts: both }) => ({ label: `weight, ${label}`, style, share: wrongShare(both) }))
    ]);
  }
  const destroy = () => [examples, weighted].forEach((panel) => panel.destroy());
  return { element, draw, destroy };
}

// points.js
var MOST = 32;
var APART = 5e-3;
var START = [0, 0.06, 0.15, 0.3, 0.45, 0.6, 0.75, 0.9, 1];
var digits = (value, count) => Number(value.toPrecision(count));
var point = (p, w) => ({ p: Math.round(1e3 * p) / 1e3, w: digits(Math.max(0, w), 4) });
var pointsOf = ({ parameters: { p, w } }) => p.map((at, k) => ({ p: at, w: w[k] }));
var through = (points) => ({
  family: "tabulated",
  p: points.map(({ p }) => p),
  w: points.map(({ w }) => w)
});
function tracedFrom({ mode, density }) {
  const marked = mode > 0.02 && mode < 0.98;
  const others = START.filter((p) => !marked || Math.abs(p - mode) > 0.05);
  const places2 = [...others, ...marked ? [mode] : []].sort((a, b) => a - b);
  return places2.map((p) => point(p, density(p)));
}
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
function placeLabels(lines, [left, top, right, bottom], taken2, upward = true) {
  const occupied = [...taken2];
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
var SHAPE2 = { aspect: 0.72, least: 230, most: 320 };
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
  drawn.forEach(([name, d], i) => {
    const path = layer.childNodes[i];
    if (path.getAttribute("class") !== name) path.setAttribute("class", name);
    path.setAttribute("d", d);
  });
}
function createChart(options) {
  const { xLabel, name, read, step, onProbe, onDraw } = options;
  const { shape = SHAPE2, filled = true, margin = 0 } = options;
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
  function drawNames(lines, taken2) {
    const stride = Math.max(1, Math.round(lines[0]?.x.length / 60));
    const thin = (values) => values.filter((_, i) => i % stride === 0);
    const thinned = lines.map(({ label, x, y }) => ({ label, x: thin(x), y: thin(y) }));
    const upward = layout.yMax > -layout.yMin;
    const places2 = placeLabels(thinned, layout.box, taken2, upward).map((place, i) => {
      const { id, label, style = id } = lines[i];
      return place && { ...place, text: label, name: `name line-${style}` };
    });
    writeLabels([...taken2, ...places2.filter(Boolean)]);
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

// pair.js
var GRID_P = Array.from({ length: 241 }, (_, i) => (i / 240) ** 2 * (3 - 2 * i / 240));
var GRID_M = Array.from({ length: 241 }, (_, i) => -8 + i / 15);
var LABEL_P = { density: "emphasis density, w / ∫w dp", weight: "weight w = ‖∂L/∂z‖₁" };
var LABEL_M = {
  density: { slope: "slope −w/2, over ∫w dp", objective: "objective l(m), over ∫w dp" },
  weight: { slope: "slope dl/dm = −w/2", objective: "objective l(m) = −½ ∫ w dm" }
};
var MARGIN = 46;
var READ = {
  density: ({ emphasis: emphasis2 }, p, r) => emphasis2.density(p, r),
  weight: ({ emphasis: emphasis2 }, p, r) => emphasis2.weight(p, r),
  slope: ({ emphasis: emphasis2, scale }, m) => emphasis2.slopeAt(m) / scale,
  objective: ({ emphasis: emphasis2, scale }, m) => emphasis2.objective(m) / scale
};
function createPair({ onLayout, onPlace }) {
  let shown = null;
  let layout = null;
  const readout = h("p", { class: "readout" });
  const listed = (key, ...at) => shown.curves.map((c) => `${c.label} ${format(READ[key](c, ...at))}`).join(", ");
  const where = (p2, m2) => `p = ${format(p2)} (m = ${format(m2)})`;
  const readP = (x) => `${where(x, logOdds(x))}: ${listed(shown.view, x, 1 - x)}`;
  const readM = (x) => `${where(sigmoid(x), x)}, ${shown.against}: ${listed(shown.against, x)}`;
  function point2(atP, atM, text) {
    p.probe(atP);
    m.probe(atM);
    readout.textContent = text;
  }
  const rest = () => point2(null, null, shown.hint);
  const p = createChart({
    name: "Read the curves at probability p",
    read: readP,
    step: 0.01,
    margin: MARGIN,
    xLabel: "p, the labelled class’s probability",
    xDomain: [0, 1],
    xTicks: [0, 0.25, 0.5, 0.75, 1],
    onProbe: (x) => x === null ? rest() : point2(x, logOdds(x), readP(x)),
    onDraw: (next) => onLayout(layout = next)
  });
  const m = createChart({
    name: "Read the curves at log-odds m",
    read: readM,
    step: 0.1,
    filled: false,
    margin: MARGIN,
    xLabel: "m = log p/(1 − p), its log-odds",
    xDomain: [-8, 8],
    xTicks: [-8, -4, 0, 4, 8],
    onProbe: (x) => x === null ? rest() : point2(sigmoid(x), x, readM(x))
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
  const kept2 = /* @__PURE__ */ new Map();
  function along(grid, key, curve) {
    const values = () => grid.map((x) => READ[key](curve, x));
    if (curve.own) return values();
    const name = `${curve.id} ${key} ${curve.scale}`;
    if (!kept2.has(name)) kept2.set(name, values());
    return kept2.get(name);
  }
  function draw(next) {
    shown = next;
    const { view, against, curves, summary, yTop } = shown;
    const drawn = (grid, key) => curves.map((c) => ({ ...c, x: grid, y: along(grid, key, c), at: (x) => READ[key](c, x) }));
    const psi = curves[0].emphasis.mode;
    const marker = (x, text) => psi > 0 && psi < 1 ? { x, text } : null;
    p.draw({
      curves: drawn(GRID_P, view),
      yLabel: LABEL_P[view],
      yTop,
      marker: marker(psi, `ψ = ${format(psi)}`),
      description: summary
    });
    m.draw({
      curves: drawn(GRID_M, against),
      yLabel: LABEL_M[view][against],
      marker: marker(logOdds(psi), ""),
      description: summary
    });
    rest();
  }
  const destroy = () => [p, m].forEach((panel) => panel.destroy());
  return { p, m, readout, draw, rest, destroy };
}

// panels.css
var panels_default = "/* What the studio and the player share: buttons, lists, histograms back to back. */\n.dmnb select, .dmnb .button {\n  height: 32px;\n  max-width: 100%;\n  margin: 0;\n  padding: 0 0.6rem;\n  border: 1px solid var(--rule);\n  border-radius: 6px;\n  background: var(--paper);\n  color: var(--ink);\n  font: inherit;\n  cursor: pointer;\n}\n.dmnb select { background: var(--field); border-color: transparent; text-overflow: ellipsis; }\n.dmnb select:hover, .dmnb .button:hover { border-color: var(--soft); }\n.dmnb .button:disabled { border-color: var(--rule); opacity: 0.5; cursor: default; }\n.dmnb [hidden] { display: none !important; }\n\n.dmnb .chart.mirror { min-height: 190px; cursor: default; }\n.dmnb .mirror .bar.right { fill: var(--line); }\n.dmnb .mirror .bar.wrong { stroke: var(--line); stroke-width: 1; }\n.dmnb .mirror .ground { fill: var(--paper); }\n.dmnb .mirror .stripe { stroke: var(--line); stroke-width: 3; }\n.dmnb .mirror .name { fill: var(--soft); font-weight: 400; }\n.dmnb .mirror .cut { fill: color-mix(in oklab, var(--line) 78%, var(--ink)); font-weight: 600; }\n@media (pointer: coarse) {\n  .dmnb select, .dmnb .button { height: 44px; font-size: 16px; }\n}\n";

// picture.js
var STYLES = [
  "fill",
  "fill-opacity",
  "stroke",
  "stroke-width",
  "stroke-opacity",
  "stroke-dasharray",
  "stroke-linejoin",
  "paint-order",
  "font-family",
  "font-size",
  "font-style",
  "font-weight"
];
var COLOURS = ["fill", "stroke"];
var GAP = 24;
function plainColour(colour, canvas) {
  canvas.clearRect(0, 0, 1, 1);
  canvas.fillStyle = colour;
  canvas.fillRect(0, 0, 1, 1);
  const [red, green, blue] = canvas.getImageData(0, 0, 1, 1).data;
  return `#${[red, green, blue].map((part) => part.toString(16).padStart(2, "0")).join("")}`;
}
function withStyles(picture, canvas) {
  const copy = picture.cloneNode(true);
  const originals = [...picture.querySelectorAll("*")];
  [...copy.querySelectorAll("*")].forEach((element, i) => {
    const computed = getComputedStyle(originals[i]);
    for (const name of STYLES) {
      const value = computed.getPropertyValue(name);
      const mixed = COLOURS.includes(name) && !/^(none|url)/.test(value);
      element.setAttribute(name, mixed ? plainColour(value, canvas) : value);
    }
    element.removeAttribute("class");
  });
  copy.querySelectorAll("g:empty").forEach((group) => group.remove());
  return copy;
}
function toSvg(pictures, root, title) {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const sizes = pictures.map((picture) => picture.viewBox.baseVal);
  const width = sizes.reduce((sum2, box2) => sum2 + box2.width + GAP, GAP);
  const height = Math.max(...sizes.map((box2) => box2.height)) + 2 * GAP;
  const paper = getComputedStyle(root).getPropertyValue("--paper").trim();
  const whole = svg(
    "svg",
    { xmlns: "http://www.w3.org/2000/svg", width, height },
    svg("title", {}, title),
    svg("rect", { width, height, fill: plainColour(resolved(paper, root), canvas) })
  );
  let x = GAP;
  pictures.forEach((picture, i) => {
    const copy = withStyles(picture, canvas);
    const place = svg("g", { transform: `translate(${x} ${GAP})` }, ...copy.childNodes);
    whole.append(place);
    x += sizes[i].width + GAP;
  });
  return { text: new XMLSerializer().serializeToString(whole), width, height };
}
function resolved(colour, root) {
  const probe = document.createElement("span");
  probe.style.color = colour;
  root.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}
async function toPng({ text, width, height }, scale = 2) {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`;
  await image.decode();
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [scale * width, scale * height];
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((done) => canvas.toBlob(done, "image/png"));
}
function download(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1e3);
}

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

// studio.js
var HINT = "Point at a curve, or focus a panel and use the arrow keys, to read values.";
var DRAWING = "Drag a point, click to add one, double-click one to remove it; or arrow keys, Enter and Delete.";
var PLACES = { density: "Points are moved in the view of the weight.", weight: DRAWING };
var rounded = (value) => Number(value.toFixed(4));
function render({ model, el }) {
  let shown = null;
  let past = [];
  const { element: spoken, say } = announcer();
  const { runs, complaint } = soundRuns(model.get("_runs") ?? []);
  const comparison = createComparison(model.get("_library"), (overlays) => change({ overlays }));
  const address = claimAddress(model.get("address") ?? "studio");
  const message = h("p", { class: "message", role: "alert" });
  const { read, set, change, restored, end } = followTraits(model, {
    defaults: DEFAULTS,
    told: defaultsOf,
    message,
    draw: () => draw(),
    faults: (traits) => faults(traits, comparison.known, runs),
    saved: () => address.write(encode(shown.traits))
  });
  const origin = read();
  function chooseFamily(family2) {
    if (family2 === "tabulated") return startDrawing();
    const { lam, beta } = shown.emphasis.parameters;
    const keep = ["dm", "anchored"].includes(family2) && lam !== void 0 && beta > 0;
    return change({ curve: { family: family2, ...keep ? { lam, beta } : STARTS[family2] } });
  }
  function changeMode(mode2, contrast2) {
    if (!(mode2 >= 0 && mode2 < 1))
      return set({}, "The mode must be a number from 0 to below 1.");
    if (!(contrast2 >= 1 && contrast2 < Infinity))
      return set({}, "The contrast must be a number of at least 1.");
    const target = fromMode(mode2, contrast2);
    const beta = shown.emphasis.family === "dm" ? rounded(target.beta) : shown.traits.curve.beta;
    return change({ curve: { ...shown.traits.curve, lam: rounded(target.lam), beta } });
  }
  const isDrawn = () => shown.emphasis.family === "tabulated";
  const isMovable = () => isDrawn() && shown.traits.view === "weight";
  function remember() {
    const { curve, view: view2 } = shown.traits;
    past = [...past.slice(-99), { curve, view: view2 }];
  }
  function startDrawing() {
    remember();
    change({ curve: through(tracedFrom(shown.emphasis)), view: "weight" });
    drawing.focus(0);
  }
  function undo() {
    const last = past.at(-1);
    past = past.slice(0, -1);
    if (last) change(last);
  }
  const drawing = createDrawing({
    read: () => isMovable() && { points: pointsOf(shown.emphasis), emphasis: shown.emphasis },
    onBegin: remember,
    onChange: (points) => change({ curve: through(points) }),
    onNote: (note) => set({}, note)
  });
  const family = select({ label: "Emphasis", options: LABELS, onChange: chooseFamily });
  const drawButton = button("Draw it by hand", startDrawing);
  const formula = h("span", { class: "formula" });
  const sliders = Object.entries(SLIDERS).map(([name, [min, max, step]]) => ({
    name,
    ...parameter({
      trait: name,
      symbol: symbolOf(name),
      label: `${symbolOf(name)}, ${MEANINGS[name]}`,
      min,
      max,
      step,
      onChange: (value) => change({ curve: { ...shown.traits.curve, [name]: value } })
    })
  }));
  const mode = numberField({
    "aria-label": "mode psi: the p with the largest weight",
    "data-trait": "mode-of-curve",
    min: 0,
    max: 1,
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
    onCommit: (value) => changeMode(shown.emphasis.mode, value)
  });
  const undoButton = button("Undo", undo);
  const tools = h("div", { class: "tools" }, ...drawing.buttons, undoButton);
  const view = choice({
    legend: "Against p, show",
    options: VIEWS,
    onChange: (value) => change({ view: value })
  });
  const against = choice({
    legend: "Against log-odds, show",
    options: AGAINST,
    onChange: (value) => change({ against: value })
  });
  const code = h("code");
  async function save(kind) {
    pair.rest();
    const file = toSvg([pair.p.picture, pair.m.picture], root, shown.summary);
    const text = () => new Blob([file.text], { type: "image/svg+xml" });
    download(kind === "svg" ? text() : await toPng(file), `emphasis.${kind}`);
    say(`Saved emphasis.${kind}`);
  }
  const exports = h(
    "div",
    { class: "tools" },
    copyButton({
      label: "Copy as JSON",
      face: "JSON",
      say,
      text: () => JSON.stringify(shown.emphasis.toDict())
    }),
    ...address.link("") === null ? [] : [copyButton({
      label: "Copy a link to this curve",
      face: "Link",
      say,
      text: () => address.link(encode(shown.traits))
    })],
    button("SVG", () => save("svg"), { "aria-label": "Download as SVG" }),
    button("PNG", () => save("png"), { "aria-label": "Download as PNG" }),
    button("Reset", () => {
      past = [];
      change(origin);
    })
  );
  const pair = createPair({
    onLayout(layout) {
      shown.layout = layout;
      drawing.place(layout);
      drawCrowd();
    },
    onPlace: drawing.insert
  });
  function yTop() {
    if (!isMovable()) return void 0;
    return drawing.top() ?? 1.2 * Math.max(...shown.emphasis.parameters.w);
  }
  const crowd = runs.length ? createCrowd({
    runs,
    onRun: (run) => change({ run }),
    onEpoch: (epoch) => change({ epoch })
  }) : null;
  function drawCrowd() {
    const { traits: { run, epoch }, curves, layout } = shown;
    crowd?.draw({ run, epoch, curves, left: layout.box[0] });
  }
  function drawControls() {
    const { traits, emphasis: emphasis2 } = shown;
    const { parameters } = emphasis2;
    family.set(emphasis2.family);
    drawButton.hidden = isDrawn();
    tools.hidden = !isMovable();
    undoButton.disabled = past.length === 0;
    drawFormula(formulaOf(emphasis2));
    sliders.forEach(({ name, element, set: setSlider }) => {
      element.hidden = !(name in parameters);
      if (!element.hidden) setSlider(parameters[name]);
    });
    view.set(traits.view);
    against.set(traits.against);
    comparison.set(traits.overlays);
    const settable = "lam" in parameters && parameters.beta > 0;
    mode.disabled = !settable;
    mode.value = Number.isNaN(emphasis2.mode) ? "" : Number(emphasis2.mode.toPrecision(4));
    contrast.disabled = !settable || emphasis2.contrast === Infinity;
    contrast.value = emphasis2.contrast < Infinity ? Number(emphasis2.contrast.toPrecision(4)) : "";
    const option = traits.view === "weight" && !isDrawn() ? ', normalization="none"' : "";
    const line = `loss = dmnb.DMLoss(dmnb.emphasis.${emphasis2.python}${option})`;
    code.replaceChildren(...breakable(line));
  }
  const drawFormula = whenChanged((html) => formula.innerHTML = html);
  function draw() {
    if (restored()) return null;
    const traits = read();
    const emphasis2 = fromDict(traits.curve);
    const own = { id: "own", label: LABELS[emphasis2.family], emphasis: emphasis2, own: true };
    const scale = (one) => traits.view === "density" ? one.integral : 1;
    const curves = [own, ...comparison.curves(traits.overlays)];
    shown = {
      traits,
      emphasis: emphasis2,
      layout: shown?.layout,
      summary: summaryOf(emphasis2),
      curves: curves.map((c) => ({ style: "own", ...c, scale: scale(c.emphasis) }))
    };
    drawControls();
    const hint = isDrawn() ? PLACES[traits.view] : HINT;
    pair.draw({ ...traits, curves: shown.curves, summary: shown.summary, yTop: yTop(), hint });
    return say(shown.summary);
  }
  const facts = h(
    "div",
    { class: "facts" },
    h("label", {}, "mode ", h("i", {}, "ψ"), mode),
    h("label", {}, "contrast ", h("i", {}, "R"), contrast)
  );
  const root = createRoot(
    "studio",
    "Emphasis studio",
    [style_default, panels_default, studio_default],
    h("div", { class: "bar" }, family.element, formula, drawButton),
    h("div", { class: "parameters" }, ...sliders.map(({ element }) => element)),
    h("div", { class: "bar" }, facts, tools),
    message,
    h(
      "div",
      { class: "charts" },
      h(
        "div",
        { class: "panel" },
        view.element,
        h("div", { class: "canvas" }, pair.p.element, drawing.element)
      ),
      h("div", { class: "panel" }, against.element, pair.m.element)
    ),
    pair.readout,
    comparison.element,
    ...crowd ? [crowd.element] : [],
    h("div", { class: "code" }, code, copyButton({
      label: "Copy the Python line",
      text: () => code.textContent,
      say
    })),
    exports,
    spoken
  );
  el.append(root);
  function follow() {
    const text = address.read();
    if (text !== null) set(decode(text));
    return text !== null;
  }
  draw();
  if (complaint) message.textContent = complaint;
  if (follow()) setTimeout(() => (address.anchor() ?? root).scrollIntoView());
  address.onChange(follow);
  return () => {
    end();
    address.release();
    crowd?.destroy();
    pair.destroy();
  };
}
var studio_default2 = { render };
export {
  studio_default2 as default
};
