// emphasis.js against dmnb.emphasis, at the values that emphasis.py wrote.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { DM, fromDict, fromMode, sigmoid } from "../../dmnb/widgets/src/emphasis.js";

const { p, m, rows } = JSON.parse(readFileSync(new URL("emphasis.json", import.meta.url)));

function assertClose(actual, expected, tolerance, what) {
  const error = Math.abs(actual - expected) / Math.abs(expected);
  const equal = actual === expected || error <= tolerance;
  assert.ok(equal, `${what}: ${actual} is not ${expected}, relative error ${error}`);
}

for (const row of rows)
  test(row.python, () => {
    const emphasis = fromDict(row.emphasis);
    assert.deepEqual(emphasis.toDict(), row.emphasis);
    assertClose(emphasis.integral, row.integral, 1e-10, "integral");
    if (row.mode === null) assert.ok(Number.isNaN(emphasis.mode));
    else assert.ok(Math.abs(emphasis.mode - row.mode) < 1e-6, `mode ${emphasis.mode}, ${row.mode}`);
    assertClose(emphasis.contrast, row.contrast ?? Infinity, 1e-8, "contrast");
    p.forEach((x, i) => {
      assertClose(emphasis.weight(x), row.weight[i], 1e-10, `weight(${x})`);
      assertClose(emphasis.density(x), row.weight[i] / row.integral, 1e-10, `density(${x})`);
    });
    m.forEach((x, i) => {
      assertClose(emphasis.weightAt(x), row.weight_at[i], 1e-10, `weightAt(${x})`);
      assertClose(emphasis.slopeAt(x), -row.weight_at[i] / 2, 1e-10, `slopeAt(${x})`);
      const [mine, theirs] = [emphasis.objective(x), row.objective[i]];
      const error = Math.abs(mine - theirs) / (Math.abs(theirs) + row.integral);
      assert.ok(error <= 1e-8, `objective(${x}): ${mine} is not ${theirs}`);
    });
  });

test("objectives that are known losses, to the last digits", () => {
  const losses = [
    [{ family: "cce" }, (x) => Math.log1p(Math.exp(-x))],
    [{ family: "mae" }, (x) => sigmoid(-x)],
    [{ family: "mse" }, (x) => sigmoid(-x) ** 2],
    [{ family: "gce", q: 0.7 }, (x) => -Math.expm1(-0.7 * Math.log1p(Math.exp(-x))) / 0.7],
    [{ family: "uniform" }, (x) => -x / 2],
  ];
  for (const [values, loss] of losses)
    for (const x of [-600, -30, -2, -0.1, 0, 0.3, 1, 5, 21, 44])
      assertClose(fromDict(values).objective(x), loss(x), 1e-8, `${values.family} at ${x}`);
});

test("the objective falls by half the weight", () => {
  for (const { emphasis: values } of rows) {
    const emphasis = fromDict(values);
    for (const x of [-3.1, 0, 1.4]) {
      const [above, below] = [emphasis.objective(x + 1e-4), emphasis.objective(x - 1e-4)];
      const scale = Math.max(emphasis.weightAt(x), 1e-3 * Math.abs(above));
      assert.ok(Math.abs((above - below) / 2e-4 - emphasis.slopeAt(x)) < 1e-4 * scale);
    }
  }
});

test("ends of the line", () => {
  for (const { emphasis: values } of rows) {
    const emphasis = fromDict(values);
    assert.equal(emphasis.weightAt(Infinity), emphasis.weight(1));
    assert.equal(emphasis.weightAt(-Infinity), emphasis.weight(0));
    assert.equal(emphasis.objective(Infinity), emphasis.weight(1) > 0 ? -Infinity : 0);
    if (emphasis.weight(0) > 0) assert.equal(emphasis.objective(-Infinity), Infinity);
  }
});

test("mode and contrast give lambda and beta", () => {
  const { lam, beta } = fromMode(0.4, 25);
  const emphasis = DM(lam, beta);
  assertClose(emphasis.mode, 0.4, 1e-14, "mode");
  assertClose(emphasis.contrast, 25, 1e-12, "contrast");
  assertClose(sigmoid(-40), Math.exp(-40), 1e-14, "sigmoid");
});

test("weights at the ends of the numbers are added up or refused", () => {
  const steep = fromDict({ family: "exponential", beta: 700 });
  assert.ok(steep.integral > 1e300 && steep.integral < Infinity);
  assert.throws(() => fromDict({ family: "beta", alpha: 2000, eta: 2000 }).integral, /too small/);
});

test("nonsense is refused by name", () => {
  const cases = [
    [{ family: "dm", lam: -1, beta: 2 }, /λ must be finite and at least 0, not −1/],
    [{ family: "dm", lam: 0.5, beta: 1e9 }, /β must be small enough/],
    [{ family: "dm", lam: 0.5 }, /β must be a finite number, not missing/],
    [{ family: "dm", lam: "1", beta: 2 }, /λ must be/],
    [{ family: "anchored", lam: 1, beta: 0 }, /β must be finite and above 0/],
    [{ family: "normal", mode: NaN, beta: 2 }, /ψ must be a finite number/],
    [{ family: "beta", alpha: 0.5, eta: 2 }, /α must be finite and at least 1/],
    [{ family: "gce", q: 1.5 }, /q must be from 0 to 1/],
    [{ family: "tabulated", p: [0, 1], w: [1] }, /as many p as w/],
    [{ family: "tabulated", p: [0, 0.5, 0.5], w: [1, 1, 1] }, /must increase/],
    [{ family: "tabulated", p: [0, 1], w: [0, 0] }, /not all 0/],
    [{ family: "tabulated", p: [0, 1], w: [NaN, 1] }, /two points or more/],
    [{ family: "toString" }, /There is no family “toString”/],
    [null, /There is no family/],
  ];
  for (const [values, words] of cases)
    assert.throws(() => fromDict(values), { name: "RangeError", message: words });
});
