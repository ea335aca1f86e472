// What every widget is made of: traits that are checked and followed, and a root of its own.

import palette from "../../palette.json";
import { h } from "./dom.js";

/**
 * followTraits(model, { defaults, faults(traits), told(names), message, draw, saved }) -> { read, set,
 * change, restored, end }: message shows what is wrong, draw() renders the traits, whoever changed
 * them, saved() follows the reader's own changes; told(names) are their defaults in words.
 */
export function followTraits(model, { defaults, faults, told, message, draw, saved = () => {} }) {
  const names = Object.keys(defaults);
  let quiet = false;
  const read = () =>
    Object.fromEntries(names.map((name) => [name, model.get(name) ?? defaults[name]]));

  function set(changes, note = "") {
    quiet = true;
    for (const [name, value] of Object.entries(changes)) model.set(name, value);
    quiet = false;
    model.save_changes();
    message.textContent = note;
    draw();
    saved();
  }

  /** Makes the reader's changes, or none where one is wrong: a sentence says why. */
  function change(changes) {
    const wrong = Object.values(faults({ ...read(), ...changes }));
    return wrong.length ? set({}, wrong.join(" ")) : set(changes);
  }

  /** Whether traits came in wrong: they get their default, a sentence says so, and all is drawn. */
  function restored() {
    const found = faults(read());
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

/** The element of a widget, with its style sheets and the palette. */
export function createRoot(name, label, styles, ...children) {
  const root = h("div", { class: `dmnb ${name}`, role: "group", "aria-label": label },
    h("style", {}, ...styles), ...children);
  for (const [key, colour] of Object.entries(palette)) root.style.setProperty(`--${key}`, colour);
  // Notebooks bind plain keys, letters too, to their cells: "m" in a list of ours is not theirs.
  root.addEventListener("keydown", (event) => {
    if (!event.ctrlKey && !event.metaKey && !event.altKey) event.stopPropagation();
  });
  return root;
}

/** A line of code that may be broken before its arguments. */
export const breakable = (line) =>
  line.split(/(?<=[(,] ?)(?=\w)/).flatMap((piece) => [piece, h("wbr")]);
