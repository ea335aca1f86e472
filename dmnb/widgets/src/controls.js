// The playground's form: which emphasis, which data, which network.

import { button, h, parameter, select } from "./dom.js";
import { ACTIVATIONS, DATA_NAMES, FAMILIES, NOISES, RANGE, STEP } from "./playground-state.js";
import { formulaOf } from "./studio-state.js";

const SLIDERS = {
  lam: ["λ", "λ, where the emphasis peaks"],
  beta: ["β", "β, how strong the emphasis is"],
  q: ["q", "q, between CCE at 0 and MAE at 1"],
  rate: ["r", "r, fraction of wrong labels"],
};
const USES = { dm: ["lam", "beta"], anchored: ["lam", "beta"], gce: ["q"] };

function slider(trait, change) {
  const [symbol, label] = SLIDERS[trait];
  const [min, max] = RANGE[trait];
  return parameter({
    trait, symbol, label, min, max, step: STEP[trait],
    onChange: (value) => change({ [trait]: value }),
  });
}

/** createEmphasis(change, onFamily) -> { bar, parameters, set(traits, emphasis) }. */
export function createEmphasis(change, onFamily) {
  const family = select({
    label: "Emphasis", options: FAMILIES, "data-trait": "family", onChange: onFamily,
  });
  const formula = h("span", { class: "formula" });
  const sliders = ["lam", "beta", "q"].map((trait) => ({ trait, ...slider(trait, change) }));

  function set(traits, emphasis) {
    family.set(traits.family);
    formula.innerHTML = formulaOf(emphasis);
    for (const one of sliders) {
      one.element.hidden = !USES[traits.family]?.includes(one.trait);
      const positive = one.trait === "beta" && traits.family === "anchored";
      if (!one.element.hidden)
        one.set(traits[one.trait], positive ? STEP.beta : RANGE[one.trait][0]);
    }
  }

  const versus = h("label", { class: "versus" },
    h("span", {}, "Cross-entropy against"), family.element);
  return {
    set,
    bar: h("div", { class: "bar" }, versus, formula),
    parameters: h("div", { class: "parameters" }, ...sliders.map(({ element }) => element)),
  };
}

/** A labelled list of values of a trait; one that is not in it is added while it holds. */
function setting(trait, words, options, change, { write = String, parse = Number } = {}) {
  const list = select({
    label: words, options, "data-trait": trait,
    onChange: (value) => change({ [trait]: parse(value) }),
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

const listed = (values, unit = "") =>
  Object.fromEntries(values.split("; ").map((value) => [value, `${value}${unit}`]));
const name = { parse: (value) => value };
const layers = {
  write: (value) => value.join(", "), parse: (value) => value.split(", ").map(Number),
};

/** createSettings(change, onSeed) -> { element, set(traits) }: of the data and the networks. */
export function createSettings(change, onSeed) {
  const hidden = "8; 16; 8, 8; 16, 16; 24, 24; 32, 32; 16, 16, 16; 24, 24, 24";
  const before = [
    setting("dataset", "points", DATA_NAMES, change, name),
    setting("classes", "classes", listed("2; 3; 4; 5"), change),
    setting("size", "how many", listed("80; 160; 240; 400"), change),
    setting("imbalance", "imbalance", listed("1; 3; 10; 30", " : 1"), change),
  ];
  const rate = { trait: "rate", ...slider("rate", change) };
  const after = [
    setting("noise", "a wrong label is", NOISES, change, name),
    setting("seed", "seed", listed("0; 1; 2; 3; 4"), change),
    setting("hidden", "hidden units", listed(hidden), change, layers),
    setting("activation", "activation", ACTIVATIONS, change, name),
    setting("lr", "learning rate", listed("0.003; 0.01; 0.03; 0.1; 0.3"), change),
  ];
  const elements = (list) => list.map(({ element }) => element);
  return {
    element: h("div", { class: "settings" },
      ...elements(before),
      h("div", { class: "setting rate" }, h("span", {}, "fraction of wrong labels"), rate.element),
      ...elements(after),
      button("New seed", onSeed)),
    set: (traits) => [...before, rate, ...after].forEach((one) => one.set(traits[one.trait])),
  };
}
