// The few form elements that the widgets share, as plain DOM with native controls.

import { unique } from "./svg.js";

/** h("label", { class: "x", onclick: f, hidden: true }, ...children) -> HTMLElement. */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (value !== false && value !== undefined) element.setAttribute(key, value);
  }
  element.append(...children);
  return element;
}

/** One of a few named options; { element, set(value) }. */
export function choice({ legend, options, onChange }) {
  const name = unique("choice");
  const inputs = Object.keys(options).map((value) =>
    h("input", { type: "radio", name, value, onchange: () => onChange(value) }));
  const labels = inputs.map((input) => h("label", {}, input, h("span", {}, options[input.value])));
  return {
    element: h("fieldset", { class: "choice" }, h("legend", {}, legend), ...labels),
    set: (value) => inputs.forEach((input) => (input.checked = input.value === value)),
  };
}

/** A number field that answers when a value is committed: NaN when it is not a number. */
export function numberField({ onCommit, ...attributes }) {
  const input = h("input", {
    type: "number",
    "aria-invalid": "false", // `step` is for the arrow keys: values between are allowed
    ...attributes,
    onchange: () => onCommit(input.value.trim() === "" ? NaN : Number(input.value)),
  });
  return input;
}

/** A slider with its number field; { element, set(value, min) }. */
export function parameter({ symbol, label, trait, min, max, step, onChange }) {
  const shared = { min, max, step, "data-trait": trait };
  const slider = h("input", {
    type: "range",
    ...shared,
    "aria-label": label,
    oninput: () => onChange(Number(slider.value)),
  });
  const field = numberField({ ...shared, "aria-label": `${label}: number`, onCommit: onChange });
  const name = h("span", { class: "symbol", "aria-hidden": "true" }, symbol);
  return {
    element: h("div", { class: "parameter" }, name, slider, field),
    set(value, low = min) {
      slider.min = low;
      field.min = low;
      slider.value = value;
      slider.setAttribute("aria-valuetext", value); // which may be off the slider's steps
      field.value = value;
      slider.style.setProperty("--filled", `${(100 * (value - low)) / (max - low)}%`);
    },
  };
}

/** A checkbox that shows the line it switches on; { element, input, setStyle(style) }. */
export function lineToggle({ id, label, onChange, style = id }) {
  const input = h("input", { type: "checkbox", value: id, onchange: onChange });
  const swatch = h("span", { class: "swatch", "aria-hidden": "true" });
  swatch.innerHTML = `<svg width="26" height="9"><path d="M1 5H25"/></svg>`;
  const path = swatch.querySelector("path");
  const setStyle = (name) => path.setAttribute("class", `line line-${name}`);
  setStyle(style);
  return { id, input, setStyle, element: h("label", { class: "overlay" }, input, swatch, label) };
}

/** A list to choose from, { value: words } or { group: { value: words } }; { element, set }. */
export function select({ label, options, onChange, ...attributes }) {
  const entries = (list) => Object.entries(list).map(([value, words]) =>
    typeof words === "string"
      ? h("option", { value }, words)
      : h("optgroup", { label: value }, ...entries(words)));
  const input = h("select", {
    "aria-label": label, ...attributes, onchange: () => onChange(input.value),
  }, ...entries(options));
  return { element: input, set: (value) => (input.value = value) };
}

/** A button with its words. */
export const button = (words, onclick, attributes = {}) =>
  h("button", { type: "button", class: "button", onclick, ...attributes }, words);

/** A button that copies text() and says so. */
export function copyButton({ label, text, say, face = "Copy" }) {
  const button = h("button", { type: "button", class: "copy", "aria-label": label }, face);
  button.addEventListener("click", async () => {
    let copied = true;
    try {
      await navigator.clipboard.writeText(text());
    } catch {
      copied = copyBySelection(text());
    }
    button.textContent = copied ? "Copied" : "Failed";
    say(copied ? "Copied to the clipboard" : "Could not copy: select the line instead");
    setTimeout(() => (button.textContent = face), 1600);
  });
  return button;
}

// Pages opened from a file may have no clipboard interface.
function copyBySelection(text) {
  const area = h("textarea", { style: "position: fixed; opacity: 0" });
  area.value = text;
  document.body.append(area);
  area.select();
  const copied = document.execCommand("copy");
  area.remove();
  return copied;
}

/** Text for screen readers, spoken once it rests; { element, say(text) }. */
export function announcer() {
  const element = h("p", { class: "unseen", "aria-live": "polite" });
  let timer;
  let begun = false; // what a page shows at first is no news
  setTimeout(() => (begun = true));
  return {
    element,
    say(text) {
      if (!begun) return;
      clearTimeout(timer);
      timer = setTimeout(() => (element.textContent = text), 400);
    },
  };
}
