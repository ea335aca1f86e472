// The studio's state without a page: points, addresses, recorded runs.

import assert from "node:assert/strict";
import { test } from "node:test";
import { DM, fromDict, MAE, Tabulated, Uniform } from "../../dmnb/widgets/src/emphasis.js";
import {
  inserted, moved, MOST, pointsOf, removed, through, tracedFrom,
} from "../../dmnb/widgets/src/points.js";
import {
  binWeights, histogramAt, shares, soundRuns, wrongShare,
} from "../../dmnb/widgets/src/runs.js";
import { decode, DEFAULTS, encode, faults } from "../../dmnb/widgets/src/studio-state.js";

const POINTS = pointsOf(Tabulated([0, 0.2, 0.5, 1], [1, 3, 2, 0]));

test("points and curves are each other's inverse", () => {
  assert.deepEqual(pointsOf(fromDict(through(POINTS))), POINTS);
});

test("tracing keeps the mode and the density", () => {
  const emphasis = DM(0.5, 12);
  const points = tracedFrom(emphasis);
  assert.ok(points.length <= MOST);
  assert.ok(points.some(({ p }) => Math.abs(p - emphasis.mode) < 1e-3));
  for (const { p, w } of points) assert.ok(Math.abs(w - emphasis.density(p)) < 0.01);
  fromDict(through(points));
});

test("moved points keep their order, stay above 0 and never all vanish", () => {
  for (let i = 0; i < 500; i += 1) {
    const [k, p, w] = [i % 4, -1 + (i * 0.618) % 3, -2 + (i * 0.755) % 6];
    fromDict(through(moved(POINTS, k, p, w)));
  }
  const last = [{ p: 0, w: 0 }, { p: 1, w: 2 }];
  assert.deepEqual(moved(last, 1, 1, -5), last);
  const close = pointsOf(Tabulated([0, 1e-4, 2e-4], [1, 1, 1]));
  for (const p of [-1, 0, 1e-4, 1]) fromDict(through(moved(close, 1, p, 2)));
});

test("points are added where there is room", () => {
  assert.equal(inserted(POINTS, 0.201, 1), null);
  const { points, index } = inserted(POINTS, 0.7, 1.5);
  assert.deepEqual(points[index], { p: 0.7, w: 1.5 });
  fromDict(through(points));
});

test("the last two points, and the last weight, stay", () => {
  assert.equal(removed(POINTS, 1).length, 3);
  assert.equal(removed(POINTS.slice(0, 2), 0), null);
  assert.equal(removed([{ p: 0, w: 0 }, { p: 0.5, w: 1 }, { p: 1, w: 0 }], 1), null);
});

test("an address keeps the state", () => {
  const states = [
    DEFAULTS,
    { ...DEFAULTS, curve: through(POINTS), overlays: [], epoch: 81, run: 2 },
    { ...DEFAULTS, curve: { family: "uniform" }, overlays: ["cce", "x-Focal"], view: "weight" },
    { ...DEFAULTS, curve: { family: "normal", mode: -0.25, beta: 1e-7 }, against: "objective" },
  ];
  for (const state of states) assert.deepEqual(decode(encode(state)), state);
});

test("no address makes anything but sound traits or named faults", () => {
  const alphabet = "dm:,~.0159-eNtabulatedcoscce%<";
  let seed = 1;
  const random = () => (seed = (seed * 48271) % 2147483647) / 2147483647;
  for (let i = 0; i < 2000; i += 1) {
    const letter = () => alphabet[Math.floor(alphabet.length * random())];
    const text = Array.from({ length: Math.floor(30 * random()) }, letter).join("");
    const found = faults({ ...DEFAULTS, ...decode(text) }, ["cce"], []);
    for (const sentence of Object.values(found)) assert.match(sentence, /\.$/);
  }
});

test("shares of the weight", () => {
  const histogram = { epoch: 1, clean: [10, 0], noisy: [10, 20] };
  assert.equal(wrongShare(shares(histogram)), 0.75);
  const ofMae = wrongShare(shares(histogram, binWeights(MAE(), 2)));
  assert.ok(Math.abs(ofMae - 0.75) < 1e-12, "MAE's two halves weigh alike");
  assert.deepEqual(binWeights(Uniform(), 3).map((w) => w.toFixed(9)), Array(3).fill("1.000000000"));
});

test("the histogram of an epoch is the last one made by then", () => {
  const run = { histograms: [1, 6, 11].map((epoch) => ({ epoch })) };
  const chosen = [null, 0, 1, 5, 6, 99].map((epoch) => histogramAt(run, epoch).epoch);
  assert.deepEqual(chosen, [11, 1, 1, 1, 6, 11]);
});

test("runs that cannot be read are left out and counted", () => {
  const whole = { label: "a", histograms: [{ epoch: 1, clean: [1], noisy: [1] }] };
  const bare = { ...whole, histograms: [{ epoch: 1 }] };
  const broken = [null, {}, { label: "b", histograms: [] }, bare];
  const { runs, complaint } = soundRuns([whole, ...broken]);
  assert.deepEqual(runs, [whole]);
  assert.match(complaint, /^4 of/);
  assert.equal(soundRuns([]).complaint, "");
  assert.equal(soundRuns([{ ...whole, epoch: [1], ess: [1, 2] }], ["epoch", "ess"]).runs.length, 0);
});
