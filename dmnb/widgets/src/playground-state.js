// The playground's state: its traits, and what they may be.

import { DATASETS } from "./data2d.js";
import { AnchoredDM, CCE, DM, GCE, MAE, MSE, Tabulated, Uniform } from "./emphasis.js";

const LINE = [[0, 2], [0.25, 1.5], [0.5, 1], [0.75, 0.5], [1, 0]]; // cross-entropy's own

export const DEFAULTS = {
  family: "dm", lam: 1, beta: 16, q: 0.7, drawn: LINE,
  dataset: "blobs", classes: 3, noise: "symmetric", rate: 0.4, imbalance: 1, size: 160, seed: 0,
  hidden: [24, 24], activation: "tanh", lr: 0.1, speed: "normal",
};

/** The traits that decide the emphasis, and those that decide the points and labels. */
export const EMPHASIS = ["family", "lam", "beta", "q", "drawn"];
export const DATA = ["dataset", "classes", "noise", "rate", "imbalance", "size", "seed"];

export const FAMILIES = {
  dm: "DM", anchored: "anchored DM", gce: "GCE", mae: "MAE", mse: "MSE", cce: "CCE",
  uniform: "uniform", drawn: "drawn",
};
export const DATA_NAMES = Object.fromEntries(DATASETS.map((name) => [name, name]));
export const NOISES = { symmetric: "any other class", asymmetric: "the next class" };
export const ACTIVATIONS = { tanh: "tanh", relu: "ReLU" };
export const SPEEDS = { slow: 1, normal: 3, fast: 10 }; // steps in a frame

export const RANGE = {
  lam: [0, 4], beta: [-4, 24], q: [0, 1], classes: [2, 5], rate: [0, 0.8], imbalance: [1, 50],
  size: [40, 1000], seed: [0, 9999], lr: [1e-4, 1],
};
export const STEP = { lam: 0.05, beta: 0.25, q: 0.05, rate: 0.05 };
export const WHOLE = ["classes", "size", "seed"];
export const MOST_LAYERS = 3;
export const MOST_UNITS = 32;

/** The emphasis that the traits describe. */
export const emphasisOf = ({ family, lam, beta, q, drawn }) => ({
  dm: () => DM(lam, beta),
  anchored: () => AnchoredDM(lam, beta),
  gce: () => GCE(q),
  mae: MAE, mse: MSE, cce: CCE, uniform: Uniform,
  drawn: () => Tabulated(drawn.map(([p]) => p), drawn.map(([, w]) => w)),
})[family]();

const SYMBOLS = { lam: "λ", beta: "β", q: "q" };
const WORDS = { rate: "fraction of wrong labels", lr: "learning rate", size: "number of points" };
const wordFor = (name) => SYMBOLS[name] ?? WORDS[name] ?? name;
const minus = (value) => String(value).replace("-", "−");

function outside(name, value) {
  const [low, high] = RANGE[name];
  const whole = WHOLE.includes(name);
  const fits = whole ? Number.isInteger(value) : typeof value === "number";
  if (fits && value >= low && value <= high) return null;
  const kind = whole ? "a whole number" : "a number";
  const subject = name in SYMBOLS ? SYMBOLS[name] : `The ${wordFor(name)}`;
  return `${subject} must be ${kind} from ${minus(low)} to ${high}, not ${minus(value)}.`;
}

const unknown = (name, options, value) =>
  Object.hasOwn(options, value) ? null : `There is no ${name} “${value}”.`;

function curveFault(drawn) {
  try {
    emphasisOf({ family: "drawn", drawn });
    return null;
  } catch (error) {
    return error instanceof RangeError ? error.message : "A drawn curve is a list of pairs (p, w).";
  }
}

const soundLayers = (hidden) =>
  Array.isArray(hidden) && hidden.length >= 1 && hidden.length <= MOST_LAYERS &&
  hidden.every((units) => Number.isInteger(units) && units >= 1 && units <= MOST_UNITS);

/** What is wrong with the traits, as { trait: sentence }; empty when all is well. */
export function faults(traits) {
  const { family, beta, drawn, dataset, noise, hidden, activation, speed } = traits;
  const found = Object.fromEntries(
    Object.keys(RANGE).map((name) => [name, outside(name, traits[name])]));
  Object.assign(found, {
    family: unknown("emphasis", FAMILIES, family),
    dataset: unknown("dataset", DATA_NAMES, dataset),
    noise: unknown("noise", NOISES, noise),
    activation: unknown("activation", ACTIVATIONS, activation),
    speed: unknown("speed", SPEEDS, speed),
    drawn: curveFault(drawn),
    hidden: soundLayers(hidden) ? null
      : `There must be 1 to ${MOST_LAYERS} hidden layers of 1 to ${MOST_UNITS} units.`,
  });
  if (family === "anchored" && beta <= 0)
    found.beta ??= `Anchored DM needs β > 0, not ${minus(beta)}.`;
  return Object.fromEntries(Object.entries(found).filter(([, sentence]) => sentence));
}

/** "λ = 0.5, β = 12": what the named traits go back to. */
export const defaultsOf = (names) =>
  names.map((name) =>
    name === "drawn" ? "drawn curve" : `${wordFor(name)} = ${DEFAULTS[name]}`).join(", ");
