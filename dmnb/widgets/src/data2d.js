// Points in the plane with labels, some of them wrong; the same for the same seed.

import { seeded } from "./random.js";

/** Points lie in about [-EXTENT, EXTENT]^2: wide enough for a network's first layer to bend in. */
export const EXTENT = 4;

const TURN = 2 * Math.PI;
const TESTED = 480; // points to test on

/** shape(k, classes, random) -> (x, y): one point of class k, in units of EXTENT. */
const SHAPES = {
  // Half circles, open downwards and upwards in turn, each reaching into the next.
  moons(k, classes, { uniform, normal }) {
    const angle = (uniform() * TURN) / 2;
    const side = k % 2 === 0 ? 1 : -1;
    const scale = 1.8 / (classes + 1);
    const x = k - (classes - 1) / 2 + Math.cos(angle) + 0.1 * normal();
    const y = side * (Math.sin(angle) - 0.25) + 0.1 * normal();
    return [scale * x, scale * y];
  },
  // A disc and the rings around it.
  circles(k, classes, { uniform, normal }) {
    const radius = (k + 0.45) / (classes - 0.3) + (0.13 / classes) * normal();
    const angle = uniform() * TURN;
    return [radius * Math.cos(angle), radius * Math.sin(angle)];
  },
  // Arms that start at the centre, three quarters of a turn long.
  spirals(k, classes, { uniform, normal }) {
    const t = Math.sqrt(uniform());
    const angle = TURN * (k / classes + 0.75 * t) + (0.3 / classes) * normal();
    const radius = 0.08 + 0.88 * t;
    return [radius * Math.cos(angle), radius * Math.sin(angle)];
  },
  // Round clouds that overlap a little.
  blobs(k, classes, { normal }) {
    const angle = TURN * (k / classes + 0.125);
    const spread = 0.42 / Math.sqrt(classes + 1.5);
    return [0.6 * Math.cos(angle) + spread * normal(), 0.6 * Math.sin(angle) + spread * normal()];
  },
};

export const DATASETS = Object.keys(SHAPES);

/** How many of `total` points each class has: the first `ratio` times as many as the last. */
export function classSizes(total, classes, ratio) {
  const parts = Array.from({ length: classes }, (_, k) => ratio ** (-k / (classes - 1)));
  const sum = parts.reduce((a, b) => a + b);
  const sizes = parts.map((part) => Math.max(2, Math.round((total * part) / sum)));
  sizes[0] += total - sizes.reduce((a, b) => a + b);
  return sizes;
}

function draw(dataset, sizes, random) {
  const total = sizes.reduce((a, b) => a + b);
  const points = new Float64Array(2 * total);
  const clean = new Uint8Array(total);
  let i = 0;
  sizes.forEach((size, k) => {
    for (let n = 0; n < size; n += 1, i += 1) {
      clean[i] = k;
      const [x, y] = SHAPES[dataset](k, sizes.length, random);
      points.set([EXTENT * x, EXTENT * y], 2 * i);
    }
  });
  return { points, clean };
}

/** Labels of which round(rate * N) are wrong: any other class, or for "asymmetric" the next. */
function mislabel(clean, classes, kind, rate, { uniform, shuffle }) {
  const labels = clean.slice();
  const order = shuffle(Array.from(clean.keys()));
  for (const i of order.slice(0, Math.round(rate * clean.length))) {
    const shift = kind === "asymmetric" ? 1 : 1 + Math.floor(uniform() * (classes - 1));
    labels[i] = (clean[i] + shift) % classes;
  }
  return labels;
}

/**
 * Training data { points (N x 2, flat), clean, labels } of `size` points, and test: { points,
 * clean }, balanced and without noise.
 */
export function createData({ dataset, classes, noise, rate, imbalance, seed, size }) {
  const random = seeded(seed);
  const train = draw(dataset, classSizes(size, classes, imbalance), random);
  const test = draw(dataset, Array(classes).fill(Math.round(TESTED / classes)), random);
  const labels = mislabel(train.clean, classes, noise, rate, random);
  return { ...train, labels, test };
}
