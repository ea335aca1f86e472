// The dynamics player: two recorded runs side by side, epoch by epoch. All state is in the model's
// traits; drawRuns() renders the choice of runs, drawMoment() the epoch.

import palette from "../../palette.json";
import { createMirror } from "./bars.js";
import { createChart, ticks } from "./chart.js";
import { announcer, button, choice, h, numberField, select } from "./dom.js";
import dynamicsStyle from "./dynamics.css";
import panels from "./panels.css";
import { histogramAt, shares, soundRuns } from "./runs.js";
import { createRoot } from "./shell.js";
import style from "./style.css";
import { format, percent } from "./svg.js";

const SIDES = ["left", "right"];
const SERIES = ["epoch", "accuracy", "p_clean", "p_noisy", "ess"];
const SPEEDS = { slow: "slow", normal: "normal", fast: "fast" };
const RATES = { slow: 5, normal: 15, fast: 45 }; // epochs a second
const CHARTS = [
  { key: "accuracy", title: "test accuracy, %", names: { accuracy: "" }, factor: 100 },
  { key: "p", title: "mean p of the labels", names: { p_clean: "", p_noisy: ", wrong" }, factor: 1 },
  { key: "ess", title: "effective sample size, share", names: { ess: "" }, factor: 1 },
];
const MEASURES = [
  "test accuracy", "mean p, right labels", "mean p, wrong labels", "effective sample size",
];
const MIRROR = { aspect: 0.6, least: 200, most: 260 };
const TOP = 0.2; // of the axes of shares: few bins hold more, and both sides stay comparable
const CURVE = { aspect: 0.8, least: 190, most: 230 };

const shortOf = ({ label }) => label.split(/[(,]/)[0].trim();

/** The last value of run[name] by the epoch, NaN where none was measured. */
function valueAt(run, name, epoch) {
  const index = run.epoch.findLastIndex((at) => at <= epoch);
  return run[name][Math.max(0, index)] ?? NaN;
}

function render({ model, el }) {
  const { element: spoken, say } = announcer();
  const { runs, complaint } = soundRuns(model.get("_runs"), SERIES);
  const root = createRoot("dynamics", "Dynamics player", [style, panels, dynamicsStyle]);
  const message = h("p", { class: "message", role: "alert" });
  el.append(root);
  if (runs.length === 0) {
    root.append(message);
    message.textContent = "There is no recorded run here that can be shown.";
    return undefined;
  }

  // State ----------------------------------------------------------------------------------------

  let quiet = false;
  let speed = "normal";
  let playing = null; // the frame that has been asked for
  const lastEpoch = Math.max(...runs.map(({ epoch }) => epoch.at(-1)));
  const defaults = { left: 0, right: Math.min(1, runs.length - 1), epoch: lastEpoch };
  const NAMES = Object.keys(defaults);
  const read = () => Object.fromEntries(NAMES.map((name) => [name, model.get(name)]));
  const runOf = (side) => runs[model.get(side)];

  function set(changes, { note = "", save = true } = {}) {
    quiet = true;
    for (const [name, value] of Object.entries(changes)) model.set(name, value);
    quiet = false;
    if (save) model.save_changes();
    message.textContent = note;
    if ("left" in changes || "right" in changes) drawRuns();
    drawMoment();
  }

  function change(changes, options) {
    const allowed = {
      left: [0, runs.length - 1], right: [0, runs.length - 1], epoch: [1, lastEpoch],
    };
    const next = { ...read(), ...changes };
    const wrong = NAMES.filter((name) => {
      const [low, high] = allowed[name];
      return !(Number.isInteger(next[name]) && next[name] >= low && next[name] <= high);
    });
    if (wrong.length === 0) return set(changes, options);
    const sentences = wrong.map((name) => {
      const [low, high] = allowed[name];
      return `${name} must be a whole number from ${low} to ${high}, not ${next[name]}. ` +
        `Restored the default ${name} = ${defaults[name]}.`;
    });
    const restored = Object.fromEntries(wrong.map((name) => [name, defaults[name]]));
    return set({ ...changes, ...restored }, { note: sentences.join(" ") });
  }

  // Time -----------------------------------------------------------------------------------------

  function pause() {
    if (playing === null) return;
    cancelAnimationFrame(playing);
    playing = null;
    model.save_changes();
    drawMoment();
  }

  function play() {
    const start = model.get("epoch") >= lastEpoch ? 1 : model.get("epoch");
    let [position, before] = [start, null];
    function frame(now) {
      before ??= now; // a frame may be older than the click that asked for it, or long after the last
      position = Math.min(lastEpoch, position + (Math.min(100, now - before) / 1000) * RATES[speed]);
      before = now;
      playing = position < lastEpoch ? requestAnimationFrame(frame) : playing;
      change({ epoch: Math.floor(position) }, { save: false });
      if (position >= lastEpoch) pause();
    }
    playing = requestAnimationFrame(frame);
    change({ epoch: start }, { save: false });
  }

  function scrub(epoch) {
    pause();
    change({ epoch });
  }

  // Controls -------------------------------------------------------------------------------------

  const playButton = button("Play", () => (playing === null ? play() : pause()));
  const slider = h("input", {
    type: "range", min: 1, max: lastEpoch, step: 1, "aria-label": "Epoch", "data-trait": "epoch",
    oninput: () => scrub(Number(slider.value)),
  });
  const field = numberField({
    min: 1, max: lastEpoch, step: 1, "aria-label": "Epoch: number", "data-trait": "epoch",
    onCommit: scrub,
  });
  const pace = choice({
    legend: "Speed", options: SPEEDS, onChange: (value) => (speed = value),
  });
  pace.set(speed);

  const options = Object.fromEntries(runs.map(({ label }, index) => [index, label]));
  const sides = Object.fromEntries(SIDES.map((side) => {
    const chosen = select({
      label: `The run on the ${side}`, options,
      onChange: (index) => change({ [side]: Number(index) }),
    });
    const mirror = createMirror({ shape: MIRROR });
    const values = MEASURES.map(() => h("span"));
    const facts = h("div", { class: "measures" },
      ...MEASURES.map((name, i) => h("div", {}, h("span", {}, name), values[i])));
    const element = h("div", { class: `side line-${side}` }, chosen.element, mirror.element, facts);
    return [side, { chosen, mirror, values, element }];
  }));

  // Charts ---------------------------------------------------------------------------------------

  const charts = CHARTS.map((what) => {
    const chart = createChart({
      name: `${what.title}: move through the epochs`, step: 1, shape: CURVE, filled: false,
      read: (epoch) => `epoch ${epoch}: ${valuesOf(what, epoch)}`,
      xLabel: "epoch", margin: 36, xDomain: [0, lastEpoch],
      xTicks: ticks(lastEpoch, 3).filter((epoch) => epoch <= lastEpoch),
      onProbe(epoch, event) {
        // A finger that moves may only scroll the page.
        const dragged = event.buttons > 0 && event.pointerType === "mouse";
        const meant = dragged || event.type === "keydown" || event.type === "click";
        if (epoch !== null && meant) scrub(Math.max(1, Math.round(epoch)));
      },
    });
    chart.element.dataset.series = what.key;
    return { ...what, chart };
  });

  const linesOf = ({ names, factor }) =>
    SIDES.flatMap((side) => Object.entries(names).map(([name, suffix]) => {
      const run = runOf(side);
      return {
        id: `${side}-${name}`, style: name === "p_noisy" ? `${side}-wrong` : side,
        label: `${nameOf(side)}${suffix}`,
        x: run.epoch, y: run[name].map((value) => factor * (value ?? NaN)),
        at: (epoch) => factor * valueAt(run, name, epoch),
      };
    }));
  const valuesOf = (what, epoch) =>
    linesOf(what).map(({ label, at }) => `${label} ${format(at(epoch))}`).join(", ");

  /** The method's name, or the side where both have one method. */
  function nameOf(side) {
    const [left, right] = SIDES.map((one) => shortOf(runOf(one)));
    return left === right ? side : shortOf(runOf(side));
  }

  function drawRuns() {
    const colours = SIDES.map((side) => palette[runOf(side).style] ?? palette.neutral);
    if (colours[0] === colours[1]) colours[1] = palette["dm-authors"];
    SIDES.forEach((side, i) => {
      root.style.setProperty(`--${side}`, colours[i]);
      sides[side].chosen.set(model.get(side));
    });
    for (const { chart, title, factor, names } of charts)
      chart.draw({
        curves: linesOf({ names, factor }), yLabel: title, yTop: factor, marker: null,
        description: title,
      });
  }

  function drawSide(side, epoch) {
    const { mirror, values } = sides[side];
    const run = runOf(side);
    const histogram = histogramAt(run, epoch);
    const both = shares(histogram);
    const [p, q] = ["p_clean", "p_noisy"].map((name) => format(valueAt(run, name, epoch), 2));
    mirror.draw({
      ...both, top: TOP, style: side, left: 46,
      title: `share of the examples, by p, epoch ${histogram.epoch}`,
      description: `Mean p ${p} of right labels, ${q} of wrong ones.`,
    });
    const [accuracy, ess] = ["accuracy", "ess"].map((name) => percent(valueAt(run, name, epoch)));
    [accuracy, p, q, ess].forEach((value, i) => (values[i].textContent = value));
  }

  function drawMoment() {
    const epoch = model.get("epoch");
    playButton.textContent = playing === null ? "Play" : "Pause";
    root.classList.toggle("playing", playing !== null);
    slider.value = epoch;
    field.value = epoch;
    slider.style.setProperty("--filled", `${(100 * (epoch - 1)) / Math.max(1, lastEpoch - 1)}%`);
    SIDES.forEach((side) => drawSide(side, epoch));
    charts.forEach(({ chart }) => chart.probe(epoch));
    if (playing === null) say(`Epoch ${epoch}: test accuracy ${valuesOf(charts[0], epoch)}`);
  }

  // The page -------------------------------------------------------------------------------------

  root.append(
    h("div", { class: "time" }, playButton, slider, field, pace.element),
    message,
    h("div", { class: "charts" }, ...SIDES.map((side) => sides[side].element)),
    h("div", { class: "series" }, ...charts.map(({ chart }) => chart.element)),
    spoken);

  const listen = () => {
    if (quiet) return;
    pause();
    change(read());
  };
  NAMES.forEach((name) => model.on(`change:${name}`, listen));
  change(read());
  if (complaint) message.textContent = `${message.textContent} ${complaint}`.trim();
  return () => {
    pause();
    NAMES.forEach((name) => model.off(`change:${name}`, listen));
    [...charts.map(({ chart }) => chart), ...SIDES.map((side) => sides[side].mirror)]
      .forEach((panel) => panel.destroy());
  };
}

export default { render };
