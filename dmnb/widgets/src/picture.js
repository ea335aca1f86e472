// Charts as one file: SVG with its styles inside, or PNG drawn from it.

import { svg } from "./svg.js";

const STYLES = [
  "fill", "fill-opacity", "stroke", "stroke-width", "stroke-opacity", "stroke-dasharray",
  "stroke-linejoin", "paint-order", "font-family", "font-size", "font-style", "font-weight",
];
const COLOURS = ["fill", "stroke"];
const GAP = 24;

// Colours that a style sheet mixed are written in ways that few programs know.
function plainColour(colour, canvas) {
  canvas.clearRect(0, 0, 1, 1);
  canvas.fillStyle = colour;
  canvas.fillRect(0, 0, 1, 1);
  const [red, green, blue] = canvas.getImageData(0, 0, 1, 1).data;
  return `#${[red, green, blue].map((part) => part.toString(16).padStart(2, "0")).join("")}`;
}

function withStyles(picture, canvas) {
  const copy = picture.cloneNode(true);
  const originals = [...picture.querySelectorAll("*")];
  [...copy.querySelectorAll("*")].forEach((element, i) => {
    const computed = getComputedStyle(originals[i]);
    for (const name of STYLES) {
      const value = computed.getPropertyValue(name);
      const mixed = COLOURS.includes(name) && !/^(none|url)/.test(value);
      element.setAttribute(name, mixed ? plainColour(value, canvas) : value);
    }
    element.removeAttribute("class");
  });
  copy.querySelectorAll("g:empty").forEach((group) => group.remove());
  return copy;
}

/** The pictures side by side as the text of one SVG file, in the colours of the page. */
export function toSvg(pictures, root, title) {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const sizes = pictures.map((picture) => picture.viewBox.baseVal);
  const width = sizes.reduce((sum, box) => sum + box.width + GAP, GAP);
  const height = Math.max(...sizes.map((box) => box.height)) + 2 * GAP;
  const paper = getComputedStyle(root).getPropertyValue("--paper").trim();
  const whole = svg("svg", { xmlns: "http://www.w3.org/2000/svg", width, height },
    svg("title", {}, title),
    svg("rect", { width, height, fill: plainColour(resolved(paper, root), canvas) }));
  let x = GAP;
  pictures.forEach((picture, i) => {
    const copy = withStyles(picture, canvas);
    const place = svg("g", { transform: `translate(${x} ${GAP})` }, ...copy.childNodes);
    whole.append(place);
    x += sizes[i].width + GAP;
  });
  return { text: new XMLSerializer().serializeToString(whole), width, height };
}

function resolved(colour, root) {
  const probe = document.createElement("span");
  probe.style.color = colour;
  root.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}

/** The SVG as a PNG blob, `scale` pixels to a px. */
export async function toPng({ text, width, height }, scale = 2) {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`;
  await image.decode();
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [scale * width, scale * height];
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((done) => canvas.toBlob(done, "image/png"));
}

/** Offers the blob as a file. */
export function download(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}
