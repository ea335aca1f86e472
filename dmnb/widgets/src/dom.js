// The few form elements that the widgets share, as plain DOM with native controls.

/** h("label", { class: "x", onclick: f, hidden: true }, ...children) -> HTMLElement. */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (value === true) element.setAttribute(key, "");
    else if (value !== false && value !== undefined) element.setAttribute(key, value);
  }
  element.append(...children);
  return element;
}

let count = 0;
export const uniqueName = (stem) => `dmnb-${stem}-${(count += 1)}`;

/** One of a few named options; { element, set(value) }. */
export function choice({ legend, options, onChange }) {
  const name = uniqueName("choice");
  const inputs = Object.entries(options).map(([value, text]) => {
    const input = h("input", { type: "radio", name, value, onchange: () => onChange(value) });
    return { value, input, label: h("label", {}, input, h("span", {}, text)) };
  });
  const element = h("fieldset", { class: "choice" },
    h("legend", {}, legend), ...inputs.map(({ label }) => label));
  return {
    element,
    set: (value) => inputs.forEach((entry) => (entry.input.checked = entry.value === value)),
  };
}

/** A number field that answers when a value is committed: NaN when it is not a number. */
export function numberField({ label, onCommit, ...attributes }) {
  const input = h("input", {
    type: "number",
    "aria-label": label,
    ...attributes,
    onchange: () => onCommit(input.value.trim() === "" ? NaN : Number(input.value)),
  });
  return input;
}

/** A button that copies text() and says so. */
export function copyButton({ label, text, say }) {
  const button = h("button", { type: "button", class: "copy", "aria-label": label, onclick: copy }, "Copy");
  async function copy() {
    let copied = true;
    try {
      await navigator.clipboard.writeText(text());
    } catch {
      copied = copyBySelection(text());
    }
    button.textContent = copied ? "Copied" : "Press Ctrl+C";
    say(copied ? "Copied to the clipboard" : "Could not copy: select the line and press Ctrl+C");
    setTimeout(() => (button.textContent = "Copy"), 1600);
  }
  return button;
}

// Pages opened from a file have no clipboard interface.
function copyBySelection(text) {
  const area = h("textarea", { style: "position: fixed; opacity: 0" });
  area.value = text;
  document.body.append(area);
  area.select();
  const copied = document.execCommand("copy");
  area.remove();
  return copied;
}
