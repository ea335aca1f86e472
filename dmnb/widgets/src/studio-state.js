// The studio's state: its traits, what they may be, and the text of them in the page's address.

import { FAMILIES, fromDict } from "./emphasis.js";
import { format } from "./svg.js";
import { LOSSES, VIEWS } from "./traits.js";

export { LOSSES, VIEWS };

export const DEFAULTS = {
  curve: { family: "dm", lam: 0.5, beta: 12 },
  view: "density",
  against: "slope",
  overlays: ["cce"],
  run: 0,
  epoch: null,
};
export const AGAINST = { slope: "slope", objective: "objective" };
export const LABELS = {
  dm: "DM", anchored: "anchored DM", normal: "normal", exponential: "exponential", beta: "beta",
  gce: "GCE", cce: "CCE", mae: "MAE", mse: "MSE", uniform: "uniform", tabulated: "drawn",
};
/** Parameters of a family that has just been chosen. */
export const STARTS = {
  dm: { lam: 0.5, beta: 12 }, anchored: { lam: 0.5, beta: 12 }, normal: { mode: 0.4, beta: 8 },
  exponential: { beta: 2 }, beta: { alpha: 2, eta: 3 }, gce: { q: 0.7 },
};
/** Of the sliders: [from, to, step]; the fields beside them take every value that is allowed. */
export const SLIDERS = {
  lam: [0, 4, 0.05], mode: [0, 1, 0.01], beta: [-4, 24, 0.25], alpha: [1, 8, 0.05],
  eta: [1, 8, 0.05], q: [0, 1, 0.01],
};
export const MEANINGS = {
  lam: "where the emphasis peaks", beta: "how strong the emphasis is", mode: "where it peaks",
  alpha: "how it starts at p = 0", eta: "how it ends at p = 1", q: "between CCE at 0 and MAE at 1",
};
export const MOST_EXTRA = 3; // other losses drawn at once: as many looks as there are

const power = (base, exponent) =>
  ({ 0: "", 1: `${base} ` })[exponent] ?? `${base}<sup>${minus(exponent)}</sup> `;
const minus = (value) => String(value).replace("-", "−");
const P = "<i>p</i>";
const REST = `(1 − ${P})`;

const less = (value, one) => Number((value - one).toFixed(6));

/** The weight as HTML; the parameters are checked numbers. */
export function formulaOf({ family, parameters: { lam, beta, mode, alpha, eta, q, p } }) {
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
    tabulated: () => `cubics through ${p.length} points`,
  }[family]();
  return `<i>w</i> = ${w}`;
}

/** The emphasis in words, for those who hear it and as the title of its picture. */
export function summaryOf({ family, parameters, mode, contrast }) {
  const told = family === "tabulated"
    ? [`${parameters.p.length} points`]
    : Object.entries(parameters).map(([name, value]) => `${name} ${value}`);
  const where = Number.isNaN(mode) ? "none, all weights are equal" : format(mode);
  return `${[LABELS[family], ...told].join(", ")}: mode ${where}, contrast ${format(contrast)}`;
}

/** What the named traits go back to. */
export const defaultsOf = (names) =>
  names.map((name) => (name === "curve" ? "DM(λ = 0.5, β = 12)" : name)).join(", ");

function faultOfCurve(curve) {
  try {
    void fromDict(curve).integral; // a RangeError where it has none
    return null;
  } catch (error) {
    return error.message;
  }
}

/** What is wrong with the traits, as { trait: sentence }; known: the ids that overlays may have. */
export function faults({ curve, view, against, overlays, run, epoch }, known, runs) {
  const extra = Array.isArray(overlays) && overlays.filter((id) => !(id in LOSSES));
  const index = Number.isInteger(run) && run >= 0 && run < Math.max(1, runs.length);
  const found = {
    curve: faultOfCurve(curve),
    view: Object.hasOwn(VIEWS, view) ? null : `There is no view “${view}”.`,
    against: Object.hasOwn(AGAINST, against) ? null : `There is no view “${against}”.`,
    overlays: extra && overlays.every((id) => known.includes(id)) && extra.length <= MOST_EXTRA
      ? null : `There is no comparison “${overlays}” here.`,
    run: index ? null : `There is no run ${run} here.`,
    epoch: epoch === null || Number.isFinite(epoch) ? null : `There is no epoch ${epoch}.`,
  };
  return Object.fromEntries(Object.entries(found).filter(([, sentence]) => sentence));
}

// "dm:0.5:12~density~slope~cce,mae~0~81": parts by "~", parameters by ":", lists by ",".

const written = (value) => (Array.isArray(value) ? value.join(",") : String(value));

export function encode({ curve, view, against, overlays, run, epoch }) {
  const [, names] = FAMILIES[curve.family];
  const shape = [curve.family, ...names.map((name) => written(curve[name]))].join(":");
  return [shape, view, against, overlays.join(","), run, epoch ?? ""].join("~");
}

const number = (text) => (text?.trim() ? Number(text) : NaN);

/** The traits that a text names; what cannot be read comes out as a value that faults() refuses. */
export function decode(text) {
  const [shape, view, against, overlays, run, epoch] = text.split("~");
  const [family, ...values] = shape.split(":");
  const names = Object.hasOwn(FAMILIES, family) ? FAMILIES[family][1] : [];
  const parameters = names.map((name, i) => {
    const value = values[i];
    return [name, family === "tabulated" ? (value ?? "").split(",").map(number) : number(value)];
  });
  const traits = { curve: { family, ...Object.fromEntries(parameters) } };
  if (view !== undefined) traits.view = view;
  if (against !== undefined) traits.against = against;
  if (overlays !== undefined) traits.overlays = overlays.split(",").filter(Boolean);
  if (run !== undefined) traits.run = number(run);
  if (epoch !== undefined) traits.epoch = epoch === "" ? null : number(epoch);
  return traits;
}
