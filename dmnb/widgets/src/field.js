// What a network has learnt, as a picture: the classes' regions and the training points on them.

import { EXTENT } from "./data2d.js";
import { isUntrained } from "./match.js";
import { forward } from "./nn.js";
import { followWidth } from "./svg.js";

const CELLS = { moving: 50, still: 120 }; // of the coarse picture that is smoothed over the canvas
const REACH = 1.1 * EXTENT;
const SHAPE = { aspect: 1, least: 120, most: 460 };

/** Fill colours that stay apart for colour-blind readers, alone and as tints of the page. */
const CLASS_COLOURS = {
  light: ["#46B1E1", "#E8A33D", "#882255", "#7A7F87", "#D55E00"],
  dark: ["#46B1E1", "#E8A33D", "#C9478F", "#A2A7AF", "#E2662A"],
};
const channels = (hex) => [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16));

/** A small canvas of cells, their centres in the plane, and its pixels (RGBA). */
function createRaster(cells) {
  const centres = new Float64Array(2 * cells * cells);
  for (let i = 0; i < cells * cells; i += 1) {
    centres[2 * i] = REACH * ((2 * (i % cells) + 1) / cells - 1);
    centres[2 * i + 1] = REACH * (1 - (2 * Math.floor(i / cells) + 1) / cells);
  }
  const canvas = document.createElement("canvas");
  canvas.width = cells;
  canvas.height = cells;
  const context = canvas.getContext("2d");
  return { canvas, context, centres, image: context.createImageData(cells, cells) };
}

/** Fills the raster with the classes' colours mixed by the softmax of the logits. */
function paint(network, { context, centres, image }, rgb) {
  const { logits } = network;
  const pixels = image.data;
  for (let i = 0; i < centres.length / 2; i += 1) {
    forward(network, centres, i);
    let top = logits[0];
    for (let j = 1; j < logits.length; j += 1) if (logits[j] > top) top = logits[j];
    let [red, green, blue, sum] = [0, 0, 0, 0];
    for (let j = 0; j < logits.length; j += 1) {
      const share = Math.exp(logits[j] - top);
      sum += share;
      red += share * rgb[j][0];
      green += share * rgb[j][1];
      blue += share * rgb[j][2];
    }
    pixels[4 * i] = red / sum;
    pixels[4 * i + 1] = green / sum;
    pixels[4 * i + 2] = blue / sum;
    pixels[4 * i + 3] = 255;
  }
  context.putImageData(image, 0, 0);
}

function diamond(context, x, y, r) {
  context.beginPath();
  context.moveTo(x, y - r);
  context.lineTo(x + r, y);
  context.lineTo(x, y + r);
  context.lineTo(x - r, y);
  context.closePath();
}

/**
 * createField(onResize) -> { element, draw(side, data, motion), destroy }; motion: "moving", or
 * "still" for a finer picture. Right labels are discs; wrong ones diamonds, full where the network
 * has learnt them and hollow where it has not.
 */
export function createField(onResize) {
  const canvas = document.createElement("canvas");
  const element = document.createElement("div");
  element.className = "field";
  element.setAttribute("role", "img");
  element.append(canvas);
  const context = canvas.getContext("2d");
  const rasters = { moving: createRaster(CELLS.moving), still: createRaster(CELLS.still) };
  let width = 0;

  function drawPoint(i, radius, { points, clean, labels }, side, { ink, paper, classes }) {
    const x = ((points[2 * i] / REACH + 1) / 2) * width;
    const y = ((1 - points[2 * i + 1] / REACH) / 2) * width;
    const colour = classes[labels[i]];
    if (labels[i] === clean[i]) {
      context.beginPath();
      context.arc(x, y, radius, 0, 2 * Math.PI);
      context.fillStyle = colour;
      context.strokeStyle = paper;
      context.lineWidth = 1;
    } else {
      const hollow = isUntrained(side) || side.guess[i] !== labels[i];
      diamond(context, x, y, 1.55 * radius);
      context.fillStyle = hollow ? paper : colour;
      context.strokeStyle = hollow ? colour : ink;
      context.lineWidth = hollow ? 1.8 : 1.5;
    }
    context.fill();
    context.stroke();
  }

  function colours() {
    const computed = getComputedStyle(element);
    return {
      ink: computed.getPropertyValue("--ink"),
      paper: computed.getPropertyValue("--paper"),
      classes: CLASS_COLOURS[computed.colorScheme === "dark" ? "dark" : "light"],
    };
  }

  function draw(side, data, motion = "still") {
    if (width === 0) return;
    const { labels, clean } = data;
    const tints = colours();
    paint(side.network, rasters[motion], tints.classes.map(channels));
    context.globalAlpha = 1;
    context.fillStyle = tints.paper;
    context.fillRect(0, 0, width, width);
    context.globalAlpha = 0.42;
    context.imageSmoothingQuality = "high";
    context.drawImage(rasters[motion].canvas, 0, 0, width, width);
    context.globalAlpha = 1;
    const radius = Math.max(2, Math.min(4.2, width / 85)) * (labels.length > 300 ? 0.8 : 1);
    for (const wrong of [false, true])
      for (let i = 0; i < labels.length; i += 1)
        if ((labels[i] !== clean[i]) === wrong) drawPoint(i, radius, data, side, tints);
  }

  const destroy = followWidth(element, SHAPE, (size) => {
    const scale = Math.min(2, window.devicePixelRatio || 1);
    ({ width } = size);
    canvas.width = Math.round(width * scale);
    canvas.height = canvas.width;
    context.setTransform(scale, 0, 0, scale, 0, 0);
    onResize();
  });
  return { element, draw, destroy };
}
