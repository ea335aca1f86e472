// Two histograms over p, back to back: right labels stand up in full colour, wrong labels hang down
// in outline and hatching.

import { centred, followWidth, format, percent, svg, ticks, unique, whenChanged } from "./svg.js";

const TICKS = [0, 0.25, 0.5, 0.75, 1];
const box = (width, height) => [26, height - 36, width - 5]; // top, bottom and right, in px

/**
 * createMirror({ shape }) -> { element, draw, destroy }; draw({ right, wrong, top, title, left,
 * description, style }): shares of equal bins of [0, 1], `top` the end of both axes, beyond which a
 * bar is cut off and its share written, `left` the axis in px, `style` the class of the bars.
 */
export function createMirror({ shape }) {
  const hatch = unique("hatch");
  const turned = { patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" };
  const stripes = svg("pattern", { id: hatch, width: 5, height: 5, ...turned },
    svg("rect", { width: 5, height: 5, class: "ground" }),
    svg("line", { x1: 0, x2: 0, y2: 5, class: "stripe" }));
  const layers = ["grid", "bars", "labels"].map((name) => svg("g", { class: name }));
  const [grid, bars, labels] = layers;
  const heading = svg("text", { x: 0, y: 14, class: "title" });
  const defs = svg("defs", {}, stripes);
  const picture = svg("svg", { "aria-hidden": "true" }, defs, heading, ...layers);
  const element = document.createElement("div");
  element.className = "chart mirror";
  element.setAttribute("role", "img");
  element.append(picture);

  let size = null;
  let state = null;
  let rects = [];

  /** Bars stay while their number does, so that a change of height can be eased. */
  function barsFor(count) {
    if (rects.length === 2 * count) return rects;
    rects = Array.from({ length: 2 * count }, (_, i) =>
      svg("rect", { class: i < count ? "bar right" : "bar wrong" }));
    rects.slice(count).forEach((rect) => rect.setAttribute("fill", `url(#${hatch})`));
    bars.replaceChildren(...rects);
    return rects;
  }

  function draw(next = state) {
    state = next;
    if (!state || !size) return;
    const { right, wrong, top, title, left = 40, description, style } = state;
    const { width, height } = size;
    const [ceiling, floor, edge] = box(width, height);
    const middle = (ceiling + floor) / 2;
    const step = ticks(top, 2);
    const x = (p) => left + p * (edge - left);
    const end = step.at(-1);
    const length = (share) => (Math.min(share, end) / end) * (middle - ceiling);
    picture.setAttribute("class", `line-${style}`);
    element.setAttribute("aria-label", `${title}. ${description}`);
    element.shares = { right, wrong };

    if (heading.textContent !== title) heading.textContent = title;
    drawGrid(width, height, left, step);
    const count = right.length;
    const cut = [];
    barsFor(count).forEach((rect, i) => {
      const share = i < count ? right[i] : wrong[i - count];
      const bin = i % count;
      const size = Math.max(0, length(share));
      // As styles and not as attributes: these a style sheet can ease.
      rect.style.x = `${x(bin / count) + 0.75}px`;
      rect.style.width = `${Math.max(0.5, (edge - left) / count - 1.5)}px`;
      rect.style.y = `${i < count ? middle - size : middle}px`;
      rect.style.height = `${size}px`;
      if (share > end) cut.push({ share, bin, up: i < count });
    });
    labels.replaceChildren(...cut.map(({ share, bin, up }) => {
      const side = bin < count / 2 ? 1 : -1;
      const at = x((bin + (side > 0 ? 1 : 0)) / count) + 4 * side;
      const place = { x: at, y: up ? ceiling + 9 : floor - 9, dy: "0.35em", class: "cut" };
      return svg("text", { ...place, "text-anchor": side > 0 ? "start" : "end" }, percent(share));
    }));
  }

  const drawGrid = whenChanged((width, height, left, step) => {
    const [ceiling, floor, edge] = box(width, height);
    const middle = (ceiling + floor) / 2;
    const heights = [...step.slice(1).map((share) => -share).reverse(), ...step];
    const y = (share) => middle - (share / step.at(-1)) * (middle - ceiling);
    const name = (text, at) =>
      svg("text", { x: (left + edge) / 2, y: at, class: "name", ...centred }, text);
    picture.setAttribute("viewBox", `0 0 ${width} ${height}`);
    picture.setAttribute("width", width);
    picture.setAttribute("height", height);
    grid.replaceChildren(
      ...heights.map((share) =>
        svg("g", { transform: `translate(0 ${y(share)})` },
          svg("line", { x1: left, x2: edge, class: share === 0 ? "axis" : "rule" }),
          svg("text", { x: left - 8, dy: "0.35em", "text-anchor": "end" },
            `${format(100 * Math.abs(share))}%`))),
      ...TICKS.map((p) =>
        svg("g", { transform: `translate(${left + p * (edge - left)} ${floor})` },
          svg("line", { y2: 5, class: "axis" }),
          svg("text", { y: 18, "text-anchor": "middle" }, format(p)))),
      name("right label", ceiling + 9),
      name("wrong label", floor - 9));
  });

  const destroy = followWidth(element, shape, (next) => {
    size = next;
    draw();
  });
  return { element, picture, draw, destroy };
}
