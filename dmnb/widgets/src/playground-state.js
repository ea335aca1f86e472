// The playground's state: its traits, what they may be, and the stories that set them.

import { DATASETS } from "./data2d.js";
import { AnchoredDM, CCE, DM, GCE, MAE, MSE, Tabulated, Uniform } from "./emphasis.js";

const LINE = [[0, 2], [0.25, 1.5], [0.5, 1], [0.75, 0.5], [1, 0]]; // cross-entropy's own

export const DEFAULTS = {
  family: "dm", lam: 1, beta: 16, q: 0.7, drawn: LINE,
  dataset: "blobs", classes: 3, noise: "symmetric", rate: 0.4, imbalance: 1, size: 160, seed: 0,
  hidden: [24, 24], activation: "tanh", lr: 0.1, speed: "normal",
};

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

const spirals = { dataset: "spirals", rate: 0, size: 240 };

/** Each story sets every trait but the speed; what it leaves out is at its default. */
export const STORIES = [
  {
    name: "Memorise", settings: { lam: 0, beta: 4 },
    text: "Four labels in ten are wrong; press play. Cross-entropy, like any emphasis on the examples that fit " +
      "worst, finds the three groups at once and then bends around the wrong labels: the diamonds " +
      "fill up while the accuracy falls.",
  },
  {
    name: "Ignore", settings: { lam: 1, beta: 16 },
    text: "The same points, start and batches. On the right the emphasis has moved to the middle: " +
      "a label that the network finds hopeless hardly pulls any more. The diamonds stay hollow and " +
      "the accuracy stays up.",
  },
  {
    name: "Underfit", settings: { ...spirals, classes: 5, hidden: [16, 16], family: "mae" },
    text: "No label is wrong now, but five arms are hard. MAE’s emphasis fades towards p = 0, " +
      "where most examples begin, so that whole stretches of an arm never get learned. Ignoring " +
      "what is hard has a price.",
  },
  {
    name: "Collapse", settings: { ...spirals, classes: 4, lam: 0.5, beta: 2 },
    text: "Too little contrast: a fitted example pulls nearly half as hard as any other, and never " +
      "stops. The crowd of fitted examples drags the network away from what it had learned. " +
      "Raise β to 8 and see it hold.",
  },
  {
    name: "Imbalance", settings: { ...spirals, imbalance: 10, family: "mae" },
    text: "No label is wrong, but one arm has a tenth of the points of another. A rare class " +
      "starts at low p, just as a wrong label does, and MAE passes it over. Which emphasis " +
      "brings it back?",
  },
  {
    name: "Draw your own", settings: { family: "drawn" },
    text: "Your curve starts as cross-entropy’s own line, so both networks stay the same. Press " +
      "play, then drag its points: how little weight do the hopeless examples need before the " +
      "diamonds stay hollow?",
  },
];

const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);
export const settingsOf = ({ settings }, { speed }) => ({ ...DEFAULTS, ...settings, speed });

/** The story that the traits are those of, if any; a seed or a drawn point more do not end it. */
export function storyOf(traits) {
  const told = ({ seed, drawn, ...rest }) => rest;
  return STORIES.find((story) => same(told(settingsOf(story, traits)), told(traits)));
}
