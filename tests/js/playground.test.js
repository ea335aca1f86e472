// The playground without a page: its data, its settings, and that its stories are true.

import assert from "node:assert/strict";
import { test } from "node:test";
import { classSizes, createData, DATASETS, EXTENT } from "../../dmnb/widgets/src/data2d.js";
import { DM } from "../../dmnb/widgets/src/emphasis.js";
import { createMatch, wrongShare } from "../../dmnb/widgets/src/match.js";
import { forward, predicted } from "../../dmnb/widgets/src/nn.js";
import {
  DEFAULTS, emphasisOf, faults,
} from "../../dmnb/widgets/src/playground-state.js";
import { settingsOf, STORIES, storyOf } from "../../dmnb/widgets/src/stories.js";

const settings = (changes) => ({ ...DEFAULTS, ...changes });
const wrongRows = ({ clean, labels }) => [...labels.keys()].filter((i) => labels[i] !== clean[i]);

test("data: shapes, sizes, and the noise that was asked for", () => {
  for (const dataset of DATASETS)
    for (const classes of [2, 3, 4, 5])
      for (const rate of [0, 0.25, 0.8]) {
        const data = createData(settings({ dataset, classes, rate, size: 201 }));
        assert.equal(data.points.length, 402);
        assert.ok(data.points.every((x) => Math.abs(x) < 1.6 * EXTENT), dataset);
        assert.equal(wrongRows(data).length, Math.round(rate * 201));
        assert.equal(new Set(data.clean).size, classes);
        assert.ok(data.labels.every((y) => y < classes));
        const counts = Array(classes).fill(0);
        data.test.clean.forEach((y) => (counts[y] += 1));
        assert.ok(counts.every((count) => count === counts[0]) && data.test.points.length > 900);
      }
});

test("asymmetric noise turns a class into the next, symmetric noise into every other", () => {
  const turns = (noise) => {
    const data = createData(settings({ noise, classes: 4, size: 400 }));
    return new Set(wrongRows(data).map((i) => (data.labels[i] - data.clean[i] + 4) % 4));
  };
  assert.deepEqual([...turns("asymmetric")], [1]);
  assert.deepEqual([...turns("symmetric")].sort(), [1, 2, 3]);
});

test("the first class is as many times the last as asked for", () => {
  assert.deepEqual(classSizes(200, 2, 1), [100, 100]);
  const [first, , last] = classSizes(444, 3, 10);
  assert.ok(Math.abs(first / last - 10) < 0.5);
  assert.equal(classSizes(41, 5, 50).reduce((a, b) => a + b), 41);
  assert.ok(Math.min(...classSizes(40, 5, 50)) >= 2);
});

test("the same seed gives the same data, another seed other data", () => {
  assert.deepEqual(createData(settings({ seed: 5 })), createData(settings({ seed: 5 })));
  assert.notDeepEqual(createData(settings({ seed: 5 })), createData(settings({ seed: 6 })));
});

test("a match depends on its settings and its steps, not on how they are sliced", () => {
  const [whole, sliced] = [createMatch(DEFAULTS, DM(1, 16)), createMatch(DEFAULTS, DM(1, 16))];
  whole.advance(137);
  for (let taken = 0; taken < 137; taken += 1) sliced.advance(1);
  assert.equal(sliced.steps(), 137);
  whole.sides.forEach((side, k) => {
    assert.deepEqual(side.network.parameters, sliced.sides[k].network.parameters);
    assert.deepEqual(side.course, sliced.sides[k].course);
  });
  whole.advance(5, -Infinity);
  assert.equal(whole.steps(), 137, "no time is left");
});

test("both sides start alike; cross-entropy drawn by hand stays alike", () => {
  const drawn = STORIES.find(({ name }) => name === "Draw your own");
  const traits = settingsOf(drawn, DEFAULTS);
  const match = createMatch(traits, emphasisOf(traits));
  const [left, right] = match.sides.map(({ network }) => network.parameters);
  assert.deepEqual(left, right);
  match.advance(60);
  left.forEach((value, i) => assert.ok(Math.abs(value - right[i]) < 1e-9));
});

test("the course begins with the first whole epoch: before it, what is right is luck", () => {
  const match = createMatch(DEFAULTS, DM(1, 16));
  match.advance(match.perEpoch - 1);
  assert.deepEqual([match.epochs, match.sides[0].course.accuracy], [[], []]);
  match.look();
  assert.ok(match.sides[0].p.every((p) => p > 0), "but p is known");
  match.advance(1);
  assert.deepEqual(match.epochs, [1]);
});

test("few records of a long course, the last never far behind", () => {
  const match = createMatch(settings({ size: 40, hidden: [2] }), DM(1, 16));
  match.advance(1000);
  assert.equal(match.epoch(), 1000);
  assert.ok(match.epochs.length < 400 && match.epochs.at(-1) > 980);
  assert.deepEqual(match.epochs.slice(0, 3), [1, 2, 3]);
  assert.equal(match.sides[0].course.accuracy.length, match.epochs.length);
});

test("what is told of an epoch is true of it, also between records", () => {
  const match = createMatch(settings({ size: 100 }), DM(1, 16));
  match.advance(match.perEpoch * 65);
  assert.ok(match.epochs.at(-1) < match.epoch());
  match.look();
  const { points, labels, clean } = match.data;
  for (const { network, guess, now } of match.sides) {
    const wrong = wrongRows({ labels, clean });
    const learnt = wrong.filter((i) => guess[i] === labels[i]).length / wrong.length;
    assert.equal(now.learnt, learnt);
    const { points: places, clean: right } = match.data.test;
    const hits = [...right].filter((y, i) => (forward(network, places, i), predicted(network) === y));
    assert.equal(now.accuracy, hits.length / right.length);
  }
});

test("the share of the weight on wrong labels", () => {
  const data = { clean: [0, 0, 1], labels: [0, 1, 1] };
  const emphasis = { weight: (p) => p };
  assert.ok(Math.abs(wrongShare({ p: [0.5, 0.25, 0.25], emphasis }, data) - 0.25) < 1e-15);
});

// The stories ------------------------------------------------------------------------------------

/** Both sides after some epochs: accuracy best and last, wrong labels learnt, weight on them. */
function play(name, { epochs = 400, seed = 0, ...changes } = {}) {
  const traits = { ...settingsOf(STORIES.find((story) => story.name === name), DEFAULTS), seed };
  Object.assign(traits, changes);
  const match = createMatch(traits, emphasisOf(traits));
  match.advance(epochs * match.perEpoch);
  match.look();
  return match.sides.map((side) => ({
    best: Math.max(...side.course.accuracy), last: side.course.accuracy.at(-1),
    learnt: side.course.learnt.at(-1), pull: wrongShare(side, match.data),
  }));
}

const report = (t, sides) =>
  t.diagnostic(sides.map((side) => Object.entries(side)
    .map(([key, value]) => `${key} ${(100 * value).toFixed(1)}`).join(", ")).join(" | "));

for (const seed of [0, 1]) {
  test(`Memorise, seed ${seed}: both networks learn the wrong labels and get worse`, (t) => {
    const sides = play("Memorise", { seed, epochs: 500 });
    report(t, sides);
    for (const { best, last, learnt } of sides)
      assert.ok(best > 0.9 && last < 0.8 && learnt > 0.4);
  });

  test(`Ignore, seed ${seed}: DM leaves the wrong labels alone and stays good`, (t) => {
    const [cce, dm] = play("Ignore", { seed });
    report(t, [cce, dm]);
    assert.ok(cce.learnt > 0.5 && dm.learnt < 0.15);
    assert.ok(dm.last > 0.85 && dm.last > cce.last + 0.15);
    assert.ok(Math.abs(dm.pull - 0.4) < 0.02 && cce.pull > 0.5);
    const [, gentle] = play("Ignore", { seed, lam: 0.5, beta: 12 });
    assert.ok(gentle.learnt > 0.25, "three clouds ask for more than ten digits do");
  });

  test(`Underfit, seed ${seed}: MAE misses what cross-entropy learns`, (t) => {
    const [cce, mae] = play("Underfit", { seed, epochs: 250 });
    report(t, [cce, mae]);
    assert.ok(cce.last > 0.93 && mae.last < cce.last - 0.08);
  });

  test(`Collapse, seed ${seed}: without contrast a good network goes bad`, (t) => {
    const [cce, dm] = play("Collapse", { seed, epochs: 250 });
    const [, held] = play("Collapse", { seed, epochs: 250, beta: 10 });
    report(t, [cce, dm, held]);
    assert.ok(cce.last > 0.93 && dm.best > 0.8 && dm.last < dm.best - 0.15);
    assert.ok(held.last > 0.85 && held.last > dm.last + 0.15);
  });

  test(`Imbalance, seed ${seed}: MAE passes the rare class over`, (t) => {
    const [cce, mae] = play("Imbalance", { seed, epochs: 250 });
    report(t, [cce, mae]);
    assert.ok(cce.last > 0.9 && mae.last < cce.last - 0.08);
  });
}

test("Draw your own: a curve that spares the hopeless keeps the diamonds hollow", (t) => {
  const [cce, drawn] = play("Draw your own", {
    drawn: [[0, 0.05], [0.25, 1], [0.5, 2], [0.75, 0.8], [1, 0]],
  });
  report(t, [cce, drawn]);
  assert.ok(cce.learnt > 0.5 && drawn.learnt < cce.learnt / 2 && drawn.last > cce.last + 0.1);
});

test("each story is recognised by its settings, also with another seed", () => {
  for (const story of STORIES) {
    const traits = settingsOf(story, { speed: "fast" });
    assert.deepEqual(faults(traits), {});
    assert.equal(storyOf({ ...traits, seed: 77 }), story);
    assert.equal(storyOf({ ...traits, rate: 0.35 }), undefined);
  }
});

// Nonsense ---------------------------------------------------------------------------------------

test("nonsense is told apart, in words, and never thrown", () => {
  const cases = [
    [{ lam: NaN }, "lam", /λ must be a number from 0 to 4, not NaN/],
    [{ beta: "7" }, "beta", /β must be a number/],
    [{ family: "toString" }, "family", /no emphasis “toString”/],
    [{ family: "anchored", beta: -1 }, "beta", /needs β > 0, not −1/],
    [{ dataset: null }, "dataset", /no dataset “null”/],
    [{ classes: 2.5 }, "classes", /whole number from 2 to 5/],
    [{ rate: 0.81 }, "rate", /from 0 to 0.8/],
    [{ imbalance: Infinity }, "imbalance", /from 1 to 50/],
    [{ size: 1e9 }, "size", /from 40 to 1000/],
    [{ seed: -1 }, "seed", /from 0 to 9999/],
    [{ lr: 0 }, "lr", /learning rate must be/],
    [{ hidden: [] }, "hidden", /1 to 3 hidden layers/],
    [{ hidden: [8, 99] }, "hidden", /of 1 to 32 units/],
    [{ hidden: "24" }, "hidden", /hidden layers/],
    [{ activation: "sine" }, "activation", /no activation “sine”/],
    [{ speed: "warp" }, "speed", /no speed/],
    [{ drawn: "curve" }, "drawn", /pairs/],
    [{ drawn: [[0, 1]] }, "drawn", /two points or more/],
    [{ drawn: [[0, NaN], [1, 1]] }, "drawn", /two points or more/],
    [{ drawn: [[0, 0], [1, 0]] }, "drawn", /not all 0/],
    [{ drawn: [null, 3] }, "drawn", /pairs/],
  ];
  for (const [changes, name, words] of cases) {
    const found = faults(settings(changes));
    assert.deepEqual(Object.keys(found), [name], JSON.stringify(changes));
    assert.match(found[name], words);
  }
  assert.deepEqual(faults(DEFAULTS), {});
});

test("every family trains", () => {
  for (const family of ["dm", "anchored", "gce", "mae", "mse", "cce", "uniform", "drawn"]) {
    const traits = settings({ family, size: 60 });
    const match = createMatch(traits, emphasisOf(traits));
    match.advance(50);
    const { parameters } = match.sides[1].network;
    assert.ok(parameters.every(Number.isFinite), family);
  }
});
