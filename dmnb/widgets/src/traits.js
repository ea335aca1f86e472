// The explorer's state: its traits, what they may be, and what is wrong with those that are not.

import { CCE, GCE, MAE, MSE } from "./emphasis.js";

export const DEFAULTS = { family: "dm", lam: 0.5, beta: 12, view: "density", overlays: ["cce"] };
export const RANGE = { lam: [0, 4], beta: [-4, 24] };
export const STEP = { lam: 0.05, beta: 0.25 };
export const SYMBOL = { lam: "λ", beta: "β" };
export const FAMILIES = { dm: "DM", anchored: "anchored DM" };
export const VIEWS = { density: "density", weight: "weight" };
export const LOSSES = {
  cce: { label: "CCE", emphasis: CCE() },
  gce: { label: "GCE", note: "q = 0.7", emphasis: GCE(0.7) },
  mse: { label: "MSE", emphasis: MSE() },
  mae: { label: "MAE", emphasis: MAE() },
};

/** A number as it is written, with a true minus sign. */
export const written = (value) => String(value).replace("-", "−");

function outside(name, value) {
  const [low, high] = RANGE[name];
  if (typeof value === "number" && value >= low && value <= high) return null;
  const allowed = `a number from ${written(low)} to ${written(high)}`;
  return `${SYMBOL[name]} must be ${allowed}, not ${written(value)}.`;
}

/** What is wrong with the traits, as { trait: sentence }; empty when all is well. */
export function faults({ family, lam, beta, view, overlays }) {
  const found = {
    lam: outside("lam", lam),
    beta: outside("beta", beta),
    family: family in FAMILIES ? null : `There is no family “${family}”.`,
    view: view in VIEWS ? null : `There is no view “${view}”.`,
    overlays: Array.isArray(overlays) && overlays.every((id) => id in LOSSES)
      ? null : `There is no comparison “${overlays}”.`,
  };
  if (family === "anchored" && beta <= 0)
    found.beta ??= `Anchored DM needs β > 0, not ${written(beta)}.`;
  return Object.fromEntries(Object.entries(found).filter(([, sentence]) => sentence));
}

/** "λ = 0.5, β = 12": what the named traits go back to. */
export const defaultsOf = (names) =>
  names.map((name) => `${SYMBOL[name] ?? name} = ${DEFAULTS[name]}`).join(", ");
