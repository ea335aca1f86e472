// Emphasis functions, as in dmnb.emphasis: the weight w(p) of an example whose labelled class has
// probability p in [0, 1]. With log-odds m = log(p / (1 - p)): p = sigmoid(m), 1 - p = sigmoid(-m).
//
// Every family writes w as a function of p and of its complement r = 1 - p, kept apart because r is
// lost in p when p is close to 1. A parameter out of range is a RangeError that says so.

import { cellsBetween, meanOver, NODES, pchip, search } from "./numerics.js";

export const sigmoid = (m) =>
  m >= 0 ? 1 / (1 + Math.exp(-m)) : Math.exp(m) / (1 + Math.exp(m));
export const logOdds = (p) => Math.log(p) - Math.log1p(-p);

const SYMBOLS = { lam: "λ", beta: "β", mode: "ψ", alpha: "α", eta: "η" };
export const symbolOf = (name) => SYMBOLS[name] ?? name;

function check(name, value, valid, allowed) {
  if (typeof value === "number" && valid) return;
  const written = String(value ?? "missing").replace("-", "−");
  throw new RangeError(`${symbolOf(name)} must be ${allowed}, not ${written}.`);
}
const checkFinite = (name, value) => check(name, value, Number.isFinite(value), "a finite number");
const checkAtLeast = (name, value, least) =>
  check(name, value, value >= least && value < Infinity, `finite and at least ${least}`);
const checkExponent = (beta, exponent) =>
  check("beta", beta, exponent <= 700, "small enough for the largest weight to be below exp(700)");

// The objective ---------------------------------------------------------------------------------

const UNBROKEN = cellsBetween(NODES, sigmoid);

/** Z = ∫_0^1 w dp, and l at the nodes: 0 where p = 1 if w vanishes there, else where m = 0. */
function tabulate(weight, breaks) {
  const inner = breaks.filter((p) => p > 0 && p < 1).map(logOdds);
  const nodes = [...new Set([...NODES, ...inner])].sort((a, b) => a - b);
  const cells = inner.length ? cellsBetween(nodes, sigmoid) : UNBROKEN;
  const count = nodes.length - 1;
  const falls = new Float64Array(count); // of l across each cell
  let integral = 0;
  for (let k = 0, i = 0; k < count; k += 1)
    for (let g = 0; g < 10; g += 1, i += 1) {
      const w = weight(cells.p[i], cells.r[i]);
      falls[k] += (w * cells.dm[i]) / 2;
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

/** l(m) = -1/2 ∫^m w ds, from the node of its cell that is nearer to l = 0: nothing cancels. */
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

/**
 * An emphasis from w(p, r): weight(p) and density(p) = w / Z, Z = integral = ∫_0^1 w dp; in
 * log-odds weightAt(m), densityAt(m), slopeAt(m) = dl/dm = -w/2 and objective(m) = l. Also
 * mode = argmax w, NaN where w is constant; contrast = max w / w(1); toDict(), the Python
 * expression `python`, and `breaks`, the p where w is not smooth.
 */
function emphasis({ family, name, parameters = {}, weight: w, mode, contrast, breaks = [] }) {
  let table;
  const tabled = () => (table ??= tabulate(w, breaks));
  const argument = (value) => (Array.isArray(value) ? `(${value.join(", ")})` : value);
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
    objective: (m) => objectiveAt(m, tabled(), w),
  };
}

// The families ----------------------------------------------------------------------------------

/** max over p of p^lambda (1 - p). */
const bump = (lam) => (lam / (lam + 1)) ** lam / (lam + 1);

/** Derivative manipulation: w = exp(beta p^lambda (1 - p)); equation 12 of the paper. */
export function DM(lam, beta) {
  checkAtLeast("lam", lam, 0);
  checkFinite("beta", beta);
  checkExponent(beta, beta * bump(lam));
  return emphasis({
    family: "dm", name: "DM", parameters: { lam, beta },
    weight: (p, r) => Math.exp(beta * p ** lam * r),
    mode: beta > 0 ? lam / (lam + 1) : beta === 0 ? NaN : lam === 0 ? 1 : 0,
    contrast: Math.exp(Math.max(beta, 0) * bump(lam)),
  });
}

/** Ours: w = exp(beta p^lambda (1 - p)) - 1, the same mode, zero at p = 1; beta > 0. */
export function AnchoredDM(lam, beta) {
  checkAtLeast("lam", lam, 0);
  check("beta", beta, beta > 0 && beta < Infinity, "finite and above 0");
  checkExponent(beta, beta * bump(lam));
  return emphasis({
    family: "anchored", name: "AnchoredDM", parameters: { lam, beta },
    weight: (p, r) => Math.expm1(beta * p ** lam * r),
    mode: lam / (lam + 1),
  });
}

/** A normal density cut to [0, 1]: w = exp(-beta p (p - 2 mode)); equation 9. */
export function Normal(mode, beta) {
  checkFinite("mode", mode);
  checkFinite("beta", beta);
  const clipped = Math.min(1, Math.max(0, mode));
  checkExponent(beta, Math.max(...[0, 1, clipped].map((p) => -beta * p * (p - 2 * mode))));
  return emphasis({
    family: "normal", name: "Normal", parameters: { mode, beta },
    weight: (p) => Math.exp(-beta * p * (p - 2 * mode)),
    mode: beta > 0 ? clipped : beta === 0 ? NaN : mode < 0.5 ? 1 : 0,
  });
}

/** w = exp(beta (1 - p)); equation 10, DM with lambda = 0. */
export function Exponential(beta) {
  checkFinite("beta", beta);
  checkExponent(beta, beta);
  return emphasis({
    family: "exponential", name: "Exponential", parameters: { beta },
    weight: (p, r) => Math.exp(beta * r),
    mode: beta === 0 ? NaN : beta < 0 ? 1 : 0,
  });
}

/** w = p^(alpha-1) (1-p)^(eta-1), both at least 1; equation 11. */
export function Beta(alpha, eta) {
  checkAtLeast("alpha", alpha, 1);
  checkAtLeast("eta", eta, 1);
  return emphasis({
    family: "beta", name: "Beta", parameters: { alpha, eta },
    weight: (p, r) => p ** (alpha - 1) * r ** (eta - 1),
    mode: alpha + eta > 2 ? (alpha - 1) / (alpha + eta - 2) : NaN,
  });
}

/** Cross-entropy: w = 2 (1 - p). */
export const CCE = () =>
  emphasis({ family: "cce", name: "CCE", weight: (p, r) => 2 * r, mode: 0 });

/** Mean absolute error: w = 2 p (1 - p). */
export const MAE = () =>
  emphasis({ family: "mae", name: "MAE", weight: (p, r) => 2 * p * r, mode: 1 / 2 });

/** Mean squared error: w = 4 p (1 - p)^2. */
export const MSE = () =>
  emphasis({ family: "mse", name: "MSE", weight: (p, r) => 4 * p * r * r, mode: 1 / 3 });

/** Generalised cross-entropy, 0 <= q <= 1: w = 2 p^q (1 - p). */
export function GCE(q) {
  check("q", q, q >= 0 && q <= 1, "from 0 to 1");
  return emphasis({
    family: "gce", name: "GCE", parameters: { q },
    weight: (p, r) => 2 * p ** q * r, mode: q / (q + 1),
  });
}

/** Every example alike: w = 1. */
export const Uniform = () =>
  emphasis({ family: "uniform", name: "Uniform", weight: () => 1, mode: NaN });

/** w through the points (p, w) by shape-preserving cubics (PCHIP), constant beyond the ends. */
export function Tabulated(p, w) {
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
    family: "tabulated", name: "Tabulated", parameters: { p, w }, breaks: p,
    weight: (x) => Math.max(0, through(x)),
    mode: w.every((x) => x === top) ? NaN : first === 0 ? 0 : p[first],
  });
}

/** DM with the given mode and contrast: the inverse of its two closed forms. */
export function fromMode(mode, contrast) {
  const lam = mode / (1 - mode);
  return { lam, beta: Math.log(contrast) / (mode ** lam * (1 - mode)) };
}

/** Each family by name: how it is made, and from which parameters. */
export const FAMILIES = {
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
  tabulated: [Tabulated, ["p", "w"]],
};

/** The emphasis that toDict(), here or in Python, described. */
export function fromDict(values) {
  const family = values?.family;
  if (!Object.hasOwn(FAMILIES, family)) throw new RangeError(`There is no family “${family}”.`);
  const [make, names] = FAMILIES[family];
  return make(...names.map((name) => values[name]));
}

/**
 * A curve that was sampled elsewhere: `scale` times w at log-odds m, and at p = 0 and 1 the two
 * `ends`; where a weight vanishes at an end it goes there as p or 1 - p does.
 */
export function Sampled({ id, m, w, ends, scale }) {
  const through = pchip(m, w);
  const tail = (end, last, distance) => (end === 0 ? last * Math.exp(-distance) : end);
  return emphasis({
    family: id, name: id, mode: NaN,
    weight: (p, r) => {
      const at = Math.log(p) - Math.log(r);
      if (at < m[0]) return scale * tail(ends[0], w[0], m[0] - at);
      if (at > m.at(-1)) return scale * tail(ends[1], w.at(-1), at - m.at(-1));
      return scale * Math.max(0, through(at));
    },
  });
}
