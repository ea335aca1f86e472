// One side of the playground: what its network has learnt, in a picture, in figures, and as the
// spread of p over its emphasis.

import { h } from "./dom.js";
import { createField } from "./field.js";
import { isNoisy, isUntrained, wrongShare } from "./match.js";
import { createSpread, histograms } from "./spread.js";
import { percent } from "./svg.js";

const FIGURES = {
  accuracy: "clean test accuracy", learnt: "wrong labels learnt", pull: "weight on wrong ones",
};

/** A share in words, a dash for none. */
export const shareOf = (value) => (Number.isFinite(value) ? percent(value) : "–");

/** A side's { accuracy, learnt } now, none in the first epoch. */
const latest = (side) => (isUntrained(side) ? {} : side.now);

/** A side in a sentence. */
export function tellSide(side, label) {
  const { accuracy, learnt } = latest(side);
  if (isUntrained(side)) return `${label}: not trained yet`;
  const wrong = Number.isFinite(learnt) ? `, ${percent(learnt)} of the wrong labels learnt` : "";
  return `${label}: accuracy ${percent(accuracy)} on clean test data${wrong}`;
}

/**
 * createPanel(id, { onResize, onLayout }) -> { element, spread, overlay(element), setCurve,
 * drawField, drawFacts, drawSpread, destroy }; the draw functions take a side of a match, its data
 * and, where it is told, its name.
 */
export function createPanel(id, { onResize, onLayout }) {
  const heading = h("p", { class: "heading" });
  const field = createField(onResize);
  const spread = createSpread(id, onLayout);
  const values = Object.fromEntries(
    Object.keys(FIGURES).map((key) => [key, h("dd", { "data-figure": key })]));
  const facts = h("dl", { class: "figures" },
    ...Object.entries(FIGURES).map(([key, words]) =>
      h("div", {}, h("dt", {}, words), values[key])));
  const canvas = h("div", { class: "canvas" }, spread.element);
  const element = h("section", { class: `side line-${id}`, "data-side": id },
    heading, field.element, facts, canvas);

  /** A drawn curve is shown as it is, so that its points stay under the finger. */
  function setCurve({ family, weight, density }, label, { both, top }) {
    heading.textContent = label;
    facts.classList.toggle("all", both);
    spread.drawCurve(family === "tabulated" ? weight : density, { both, top });
  }

  function drawFacts(side, data, label) {
    const { accuracy, learnt } = latest(side);
    const pull = isNoisy(data) ? wrongShare(side, data) : NaN;
    for (const [key, value] of Object.entries({ accuracy, learnt, pull }))
      values[key].textContent = shareOf(value);
    field.element.setAttribute("aria-label",
      `${tellSide(side, label)}. The classes’ regions, with the training points.`);
    spread.element.setAttribute("aria-label",
      `${label}: the training points’ p over the emphasis, right labels upwards, ` +
      "wrong ones downwards.");
  }

  return {
    element, setCurve, drawFacts,
    spread: spread.element,
    overlay: (other) => canvas.append(other),
    drawField: field.draw,
    drawSpread: (side, data) => spread.drawBars(histograms(side.p, data)),
    destroy: () => [field, spread].forEach((one) => one.destroy()),
  };
}
