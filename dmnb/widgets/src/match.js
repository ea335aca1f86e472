// Two networks from the same start on the same batches: cross-entropy against another emphasis.
// Everything here is a function of the settings and the number of steps, and nothing else.

import { createData } from "./data2d.js";
import { CCE, sigmoid } from "./emphasis.js";
import { createNetwork, forward, initialise, logOdds, predicted, step } from "./nn.js";
import { seeded } from "./random.js";

const CROSS_ENTROPY = CCE();
const BATCH = 40;
const MOMENTUM = 0.9;
const RECORDS = 64; // at least that many of the course so far, and fewer than twice as many more

function createSide(emphasis, { classes, hidden, activation, seed }, size) {
  const network = createNetwork([2, ...hidden, classes], activation);
  initialise(network, seeded(seed + 1e6));
  return {
    emphasis,
    network,
    p: new Float64Array(size), // of each training point's label
    guess: new Uint8Array(size),
    course: { accuracy: [], learnt: [] },
  };
}

/** Fraction of the test points whose class the network finds. */
function testAccuracy({ network }, { points, clean }) {
  let right = 0;
  for (let i = 0; i < clean.length; i += 1) {
    forward(network, points, i);
    right += predicted(network) === clean[i];
  }
  return right / clean.length;
}

/** Brings p, guess and now, the two figures, up to date. */
function look(side, data) {
  const { network, p, guess } = side;
  const { points, labels } = data;
  for (let i = 0; i < labels.length; i += 1) {
    forward(network, points, i);
    guess[i] = predicted(network);
    p[i] = sigmoid(logOdds(network, labels[i]));
  }
  side.now = { accuracy: testAccuracy(side, data.test), learnt: learnt(side, data) };
}

/** Whether any of the labels is wrong. */
export const isNoisy = ({ clean, labels }) => labels.some((label, i) => label !== clean[i]);

/** Whether a side has not seen every example yet: what it gets right is luck. */
export const isUntrained = ({ course }) => course.accuracy.length === 0;

/** Of the wrong labels, the fraction that the network has learnt; NaN where there is none. */
function learnt({ guess }, { clean, labels }) {
  let [wrong, hits] = [0, 0];
  for (let i = 0; i < labels.length; i += 1) {
    if (labels[i] === clean[i]) continue;
    wrong += 1;
    hits += guess[i] === labels[i];
  }
  return hits / wrong;
}

/** Share of the weight that lies on wrong labels now; NaN where nothing has a weight. */
export function wrongShare({ p, emphasis }, { clean, labels }) {
  let [wrong, total] = [0, 0];
  for (let i = 0; i < labels.length; i += 1) {
    const w = emphasis.weight(p[i]);
    total += w;
    if (labels[i] !== clean[i]) wrong += w;
  }
  return wrong / total;
}

/**
 * createMatch(settings, emphasis, data) -> { sides: [cross-entropy's, the emphasis's], data,
 * epochs: when each record of a side's course was made, the first after the first epoch, steps(),
 * epoch(), advance(count, until), look() }. advance takes up to `count` steps and stops at the
 * time `until`, by performance.now().
 */
export function createMatch(settings, emphasis, data = createData(settings)) {
  const size = data.labels.length;
  const sides = [CROSS_ENTROPY, emphasis].map((one) => createSide(one, settings, size));
  const order = Uint16Array.from({ length: size }, (_, i) => i);
  const batch = { order, from: 0, to: 0 };
  const options = { lr: settings.lr, momentum: MOMENTUM };
  const random = seeded(settings.seed + 2e6);
  const epochs = [];
  let taken = 0;
  let epoch = 0;

  const lookAgain = () => sides.forEach((side) => look(side, data));

  function record() {
    lookAgain();
    epochs.push(epoch);
    for (const { course, now } of sides)
      for (const [name, value] of Object.entries(now)) course[name].push(value);
  }

  function one() {
    if (batch.to === 0) random.shuffle(order);
    batch.from = batch.to;
    batch.to = Math.min(size, batch.from + BATCH);
    sides.forEach(({ network, emphasis: { densityAt } }) =>
      step(network, data, batch, densityAt, options));
    taken += 1;
    if (batch.to < size) return;
    batch.to = 0;
    epoch += 1;
    // Every epoch at first, every second from 64 on, every fourth from 128 on...
    if (epoch % 2 ** Math.max(0, Math.floor(Math.log2(epoch / RECORDS)) + 1) === 0) record();
  }

  function advance(count, until = Infinity) {
    for (let i = 0; i < count && performance.now() < until; i += 1) one();
  }

  lookAgain();
  return {
    sides, data, epochs, advance, look: lookAgain,
    steps: () => taken,
    epoch: () => epoch,
    perEpoch: Math.ceil(size / BATCH),
  };
}
