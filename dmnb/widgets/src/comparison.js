// "Compare with": checkboxes for the losses that are always there and for those sampled in Python.

import { h, lineToggle } from "./dom.js";
import { Sampled } from "./emphasis.js";
import { LOSSES, MOST_EXTRA } from "./studio-state.js";

const numbers = (list) => Array.isArray(list) && list.every(Number.isFinite);

/** id -> { label, note, emphasis } of the curves in a library that can be read. */
function sampledIn(library) {
  const { m, curves } = library ?? {};
  if (!numbers(m) || m.length < 2 || !Array.isArray(curves)) return {};
  const sound = curves.filter(({ id, w, ends, scale }) =>
    typeof id === "string" && numbers(w) && w.length === m.length && numbers(ends) && scale > 0);
  return Object.fromEntries(sound.map((curve) =>
    [curve.id, { ...curve, emphasis: Sampled({ ...curve, m }) }]));
}

/**
 * createComparison(library, onChange) -> { element, known, set(ids), curves(ids) }: curves(ids) has
 * { id, label, emphasis, style } for each.
 */
export function createComparison(library, onChange) {
  const extra = sampledIn(library);
  const all = { ...LOSSES, ...extra };
  const toggleOf = ([id, { label, note }]) =>
    lineToggle({
      id, label: note ? `${label}, ${note}` : label,
      onChange: () => onChange(toggles.filter(({ input }) => input.checked).map((one) => one.id)),
    });
  const usual = Object.entries(LOSSES).map(toggleOf);
  const others = Object.entries(extra).map(toggleOf);
  const toggles = [...usual, ...others];

  const more = h("details", { class: "more" },
    h("summary", {}, "More losses"),
    h("fieldset", { class: "library" },
      h("legend", {}, `Up to ${MOST_EXTRA} of these`), ...others.map(({ element }) => element)));
  const element = h("div", { class: "comparison" },
    h("fieldset", { class: "overlays" },
      h("legend", {}, "Compare with"), ...usual.map((toggle) => toggle.element)),
    ...(others.length ? [more] : []));

  const styleOf = (id, ids) =>
    id in LOSSES ? id : `extra-${ids.filter((other) => other in extra).indexOf(id)}`;

  function set(ids) {
    const full = ids.filter((id) => id in extra).length >= MOST_EXTRA;
    toggles.forEach(({ id, input, setStyle }) => {
      input.checked = ids.includes(id);
      if (id in LOSSES) return;
      input.disabled = full && !input.checked;
      setStyle(input.checked ? styleOf(id, ids) : "none");
    });
  }

  const curves = (ids) =>
    ids.map((id) => {
      const { label, emphasis } = all[id];
      return { id, label, emphasis, style: styleOf(id, ids) };
    });
  return { element, known: Object.keys(all), set, curves };
}
