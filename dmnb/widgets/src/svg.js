// What every picture needs: SVG elements, numbers as words, round ticks, a size that follows.

const NAMESPACE = "http://www.w3.org/2000/svg";
export const DIGIT = 6.4; // px, the width of a digit in a tick label

export function svg(name, attributes = {}, ...children) {
  const element = document.createElementNS(NAMESPACE, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

/** A name that no other element of the page has; each widget there is a module of its own. */
export function unique(kind) {
  const key = Symbol.for("dmnb.names");
  globalThis[key] = (globalThis[key] ?? 0) + 1;
  return `dmnb-${kind}-${globalThis[key]}`;
}

/** A function that calls make(...values) only when the values differ from last time. */
export function whenChanged(make) {
  let last = null;
  return (...values) => {
    const key = JSON.stringify(values);
    if (key === last) return;
    last = key;
    make(...values);
  };
}

export const centred = { dy: "0.35em", "text-anchor": "middle" };

const SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹";
const superscript = (n) => String(n).replace("-", "⁻").replace(/\d/g, (d) => SUPERSCRIPTS[d]);

/** A number for reading: three significant digits, a power of ten when it is huge or tiny. */
export function format(value, digits = 3) {
  if (Number.isNaN(value)) return "–";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
  const size = Math.abs(value);
  if (size === 0 || (size < 1e5 && size >= 1e-3))
    return String(Number(value.toPrecision(digits))).replace("-", "−");
  const [mantissa, exponent] = value.toExponential(digits - 1).split("e");
  const factor = String(Number(mantissa)).replace("-", "−");
  return `${factor === "1" ? "" : `${factor}·`}10${superscript(Number(exponent))}`;
}

/** 0.384 -> "38%"; small shares keep a digit. */
export const percent = (share) =>
  Number.isFinite(share) ? `${format(100 * share, share < 0.1 ? 2 : 3)}%` : "–";

/** Round ticks that cover [low, top], low <= 0 < top, about `count` of them; 0 is one. */
export function ticks(top, count = 4, low = 0) {
  const raw = (top - low) / count;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = power * [1, 2, 2.5, 5, 10].find((factor) => factor * power >= raw * (1 - 1e-9));
  const [first, last] = [Math.floor(low / step + 1e-9), Math.ceil(top / step - 1e-9)];
  return Array.from({ length: last - first + 1 }, (_, i) => (first + i) * step);
}

/** Calls onSize({ width, height }) when the element's width changes; returns what ends that. */
export function followWidth(element, { aspect, least, most }, onSize) {
  let last = 0;
  const observer = new ResizeObserver(([entry]) => {
    const width = Math.round(entry.contentRect.width);
    if (width === last || width === 0) return;
    last = width;
    onSize({ width, height: Math.round(Math.min(most, Math.max(least, width * aspect))) });
  });
  observer.observe(element);
  return () => observer.disconnect();
}
