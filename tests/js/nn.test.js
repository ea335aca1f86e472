// nn.js against PyTorch in float64, at the networks that nn.py trained.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { CCE, DM, fromDict, logOdds as logOddsOf } from "../../dmnb/widgets/src/emphasis.js";
import {
  createNetwork, forward, initialise, logOdds, predicted, step,
} from "../../dmnb/widgets/src/nn.js";
import { seeded } from "../../dmnb/widgets/src/random.js";

const cases = JSON.parse(readFileSync(new URL("nn.json", import.meta.url)));

/** ||a - b|| / ||b||. */
function distance(a, b) {
  let [difference, size] = [0, 0];
  b.forEach((value, i) => {
    difference += (a[i] - value) ** 2;
    size += value ** 2;
  });
  return Math.sqrt(difference / size);
}

function load(c) {
  const network = createNetwork(c.widths, c.activation);
  network.parameters.set(c.initial);
  const data = { points: Float64Array.from(c.points), labels: Uint8Array.from(c.labels) };
  const emphasis = fromDict(c.emphasis);
  const weightAt = c.normalization === "integral" ? emphasis.densityAt : emphasis.weightAt;
  const batchOf = (i) => ({
    order: Uint16Array.from({ length: c.batch }, (_, k) =>
      ((i * c.batch + k) * 7) % c.labels.length),
    from: 0,
    to: c.batch,
  });
  return { network, data, weightAt, batchOf };
}

for (const c of cases) {
  const name = `${c.widths.join("-")} ${c.activation}, ${c.emphasis.family}, ${c.normalization}`;
  test(`${name}: the gradient`, () => {
    const { network, data, weightAt, batchOf } = load(c);
    step(network, data, batchOf(0), weightAt, c);
    assert.equal(network.gradient.length, c.gradient.length);
    assert.ok(distance(network.gradient, c.gradient) <= 1e-10);
    c.gradient.forEach((value, i) =>
      assert.ok(Math.abs(network.gradient[i] - value) <= 1e-10 * Math.abs(value) + 1e-15, `${i}`));
  });

  test(`${name}: ${c.steps} steps`, () => {
    const { network, data, weightAt, batchOf } = load(c);
    for (let i = 0; i < c.steps; i += 1) step(network, data, batchOf(i), weightAt, c);
    assert.ok(distance(network.parameters, c.initial) > 1e-2, "it must have learnt something");
    const error = distance(network.parameters, c.final);
    assert.ok(error <= 1e-6, `relative difference ${error}`);
  });
}

test("the gradient at the logits has the weight as its L1 norm, at any distance", () => {
  const emphasis = DM(0.5, 12);
  const network = createNetwork([2, 3]);
  const data = { points: Float64Array.of(0, 0), labels: Uint8Array.of(1) };
  const batch = { order: [0], from: 0, to: 1 };
  for (const gap of [-800, -60, -3, 0, 2, 40, 700]) {
    network.parameters.set([0, 0, 0, 0, 0, 0, 0, gap, -1]);
    step(network, data, batch, emphasis.weightAt, { lr: 0, momentum: 0 });
    const [first, own, last] = network.delta;
    forward(network, data.points, 0);
    const m = logOdds(network, 1);
    assert.ok(Math.abs(m - (gap - Math.log1p(Math.exp(-1)))) <= 1e-13 * Math.max(1, Math.abs(gap)));
    const w = emphasis.weightAt(m);
    assert.ok(Math.abs(own + w / 2) <= 1e-12 * w);
    assert.ok(Math.abs(first + last - w / 2) <= 1e-12 * w && first > last && last > 0);
  }
});

test("cross-entropy's gradient is softmax minus one-hot", () => {
  const network = createNetwork([2, 4]);
  initialise(network, seeded(3));
  const data = { points: Float64Array.of(0.7, -1.2), labels: Uint8Array.of(2) };
  step(network, data, { order: [0], from: 0, to: 1 }, CCE().weightAt, { lr: 0, momentum: 0 });
  const delta = Array.from(network.delta);
  const z = Array.from(forward(network, data.points, 0), Math.exp);
  const sum = z.reduce((a, b) => a + b);
  delta.forEach((value, j) =>
    assert.ok(Math.abs(value - (z[j] / sum - (j === 2 ? 1 : 0))) <= 1e-14, `${value}`));
});

test("log-odds and the predicted class", () => {
  const network = createNetwork([2, 3]);
  network.parameters.set([0, 0, 0, 0, 0, 0, Math.log(0.2), Math.log(0.5), Math.log(0.3)]);
  forward(network, Float64Array.of(1, 1), 0);
  assert.equal(predicted(network), 1);
  [0.2, 0.5, 0.3].forEach((p, y) =>
    assert.ok(Math.abs(logOdds(network, y) - logOddsOf(p)) <= 1e-14));
});

test("the same seed starts the same network, another seed another", () => {
  const started = (seed) => {
    const network = createNetwork([2, 16, 16, 3], "relu");
    initialise(network, seeded(seed));
    return Array.from(network.parameters);
  };
  assert.deepEqual(started(1), started(1));
  assert.notDeepEqual(started(1), started(2));
});

test("random numbers fill their range", () => {
  const random = seeded(9);
  const uniform = Array.from({ length: 20000 }, random.uniform);
  const normal = Array.from({ length: 20000 }, random.normal);
  const mean = (values) => values.reduce((a, b) => a + b) / values.length;
  assert.ok(uniform.every((u) => u >= 0 && u < 1));
  assert.ok(Math.abs(mean(uniform) - 0.5) < 0.01);
  assert.ok(Math.abs(mean(normal)) < 0.03 && Math.abs(mean(normal.map((z) => z * z)) - 1) < 0.05);
  const order = random.shuffle(Array.from({ length: 50 }, (_, i) => i));
  assert.deepEqual([...order].sort((a, b) => a - b), Array.from({ length: 50 }, (_, i) => i));
});

// Numbers that pass between functions may be boxed; an array for a row or a layer would be 5 kB.
test("a step allocates no arrays", { skip: !globalThis.gc && "needs --expose-gc" }, () => {
  const c = cases[0];
  const { network, data, weightAt, batchOf } = load(c);
  const batch = batchOf(0);
  const run = (steps) => {
    for (let i = 0; i < steps; i += 1) step(network, data, batch, weightAt, c);
  };
  run(2000);
  globalThis.gc();
  const before = process.memoryUsage().heapUsed;
  run(2000);
  const perStep = (process.memoryUsage().heapUsed - before) / 2000;
  assert.ok(perStep < 2000, `${perStep} bytes a step`);
});
