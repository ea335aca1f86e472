// The playground: two networks learn the same noisy points, one by cross-entropy, one by the
// reader's emphasis. All settings live in the model's traits; the networks in a match.

import palette from "../../palette.json";
import { createChart } from "./chart.js";
import { createData } from "./data2d.js";
import { announcer, button, choice, copyButton, h, parameter, select } from "./dom.js";
import { CLASS_COLOURS, createField } from "./field.js";
import { createHandles } from "./handles.js";
import { createMatch, DATA, wrongShare } from "./match.js";
import panels from "./panels.css";
import playgroundStyle from "./playground.css";
import {
  ACTIVATIONS, DATA_NAMES, DEFAULTS, defaultsOf, emphasisOf, FAMILIES, faults, NOISES, RANGE,
  settingsOf, SPEEDS, STEP, STORIES, storyOf,
} from "./playground-state.js";
import { inserted, MOST, removed } from "./points.js";
import { createSpread, histograms } from "./spread.js";
import { formulaOf } from "./studio-state.js";
import studioStyle from "./studio.css";
import style from "./style.css";
import { format, percent, ticks } from "./svg.js";

const NAMES = Object.keys(DEFAULTS);
const TRAINING = NAMES.filter((name) => name !== "speed");
const EMPHASIS = ["family", "lam", "beta", "q", "drawn"];
const BEFORE = TRAINING.filter((name) => !EMPHASIS.includes(name)); // what the start depends on
const LAST = 1000; // epochs
const BUDGET = 9; // ms of training in a frame: the rest of its 33 is for drawing and for the reader
const CALM = 500; // ms between pictures for readers who asked for less motion
const CHARTED = 6; // frames between redrawn charts
const SETTLED = 250; // ms after a change until the picture is refined
const SIDES = ["cce", "own"];
const HINT = "Point at a chart, or focus it and use the arrow keys, to read values.";

const shares = (value) => (Number.isFinite(value) ? percent(value) : "–");
const pairs = (points) => points.map(({ p, w }) => [p, w]);
const sameTraits = (names, a, b) =>
  names.every((name) => JSON.stringify(a[name]) === JSON.stringify(b[name]));

function render({ model, el }) {
  let shown = null; // the traits last drawn, with their emphasis
  let match = null;
  let playing = false;
  let request = 0;
  let frames = 0;
  let pictured = 0; // when the networks were last drawn
  let settling = 0; // the timer until they are drawn finely
  let quiet = false;
  let held = null; // the top of the axis while a point is dragged
  let layout = null; // of the emphasis that is drawn on
  const { element: spoken, say } = announcer();
  const calm = window.matchMedia("(prefers-reduced-motion: reduce)");

  // State ----------------------------------------------------------------------------------------

  const read = () =>
    Object.fromEntries(NAMES.map((name) => [name, model.get(name) ?? DEFAULTS[name]]));

  function set(changes, note = "") {
    quiet = true;
    for (const [name, value] of Object.entries(changes)) model.set(name, value);
    quiet = false;
    model.save_changes();
    message.textContent = note;
    draw();
  }

  /** Make the changes, but for those that are wrong: these get their default, and a sentence. */
  function change(changes, found = faults({ ...read(), ...changes })) {
    const wrong = Object.keys(found);
    if (wrong.length === 0) return set(changes);
    const restored = Object.fromEntries(wrong.map((name) => [name, DEFAULTS[name]]));
    const sentences = Object.values(found).join(" ");
    return set({ ...changes, ...restored }, `${sentences} Restored the default ${defaultsOf(wrong)}.`);
  }

  function restart() {
    const { traits, emphasis } = shown;
    const kept = match && sameTraits(DATA, match.traits, traits) ? match.data : createData(traits);
    match = { ...createMatch(traits, emphasis, kept), traits };
  }

  /** Brings the match in line with the traits; whether its networks are other ones now. */
  function follow() {
    const { traits, emphasis } = shown;
    if (match && sameTraits(TRAINING, match.traits, traits)) return false;
    const atStart = match?.steps() === 0 && sameTraits(BEFORE, match.traits, traits);
    if (!atStart) restart();
    Object.assign(match, { traits });
    match.sides[1].emphasis = emphasis;
    return !atStart;
  }

  // Playing --------------------------------------------------------------------------------------

  const isNoisy = () => Number.isFinite(sideOf("cce").course.learned[0]);
  const isOver = () => match.epoch() >= LAST;

  function frame(now) {
    if (!playing) return;
    match.advance(SPEEDS[shown.traits.speed], performance.now() + BUDGET);
    if (isOver()) return pause(`Stopped after ${LAST} epochs.`);
    request = requestAnimationFrame(frame);
    if (calm.matches && now - pictured < CALM) return;
    pictured = now;
    drawMatch("moving", [SIDES[frames % 2]]);
    if (frames % CHARTED === 0) drawCourse();
    frames += 1;
  }

  function play() {
    playing = true;
    drawButtons();
    cancelAnimationFrame(request);
    request = requestAnimationFrame(frame);
  }

  function pause(note = "") {
    playing = false;
    cancelAnimationFrame(request);
    drawButtons();
    drawMatch();
    drawCourse();
    say(`${note} ${summary()}`.trim());
  }

  function stepOnce() {
    if (playing) pause();
    match.advance(match.perEpoch);
    pause();
  }

  function reset() {
    restart();
    pause("Back at the start.");
  }

  function tell(story) {
    pause();
    change(settingsOf(story, shown.traits));
    say(`${story.name}. ${story.text}`);
  }

  // Controls -------------------------------------------------------------------------------------

  const stories = STORIES.map((story, i) =>
    button("", () => tell(story), { class: "story", "data-story": story.name, "aria-pressed": "false" }));
  stories.forEach((one, i) =>
    one.append(h("span", { class: "number", "aria-hidden": "true" }, String(i + 1)), STORIES[i].name));
  const text = h("p", { class: "telling" });

  const playButton = button("Play", () => (playing ? pause() : play()), { class: "button play" });
  const stepButton = button("Step", stepOnce, { title: "Train for one epoch" });
  const resetButton = button("Reset", reset, { title: "Back to the networks’ first weights" });
  const epoch = h("output", { class: "epoch", "aria-label": "Epoch", "aria-live": "off" });
  const speed = choice({
    legend: "Speed", options: Object.fromEntries(Object.keys(SPEEDS).map((name) => [name, name])),
    onChange: (value) => change({ speed: value }),
  });

  const slider = (trait, symbol, words) => ({
    trait,
    ...parameter({
      trait, symbol, label: words, min: RANGE[trait][0], max: RANGE[trait][1], step: STEP[trait],
      onChange: (value) => change({ [trait]: value }),
    }),
  });
  const family = select({
    label: "Emphasis", options: FAMILIES, "data-trait": "family",
    onChange: (value) => change({ family: value, ...(value === "drawn" ? { drawn: traced() } : {}) }),
  });
  const sliders = [
    slider("lam", "λ", "λ, where the emphasis peaks"),
    slider("beta", "β", "β, how strong the emphasis is"),
    slider("q", "q", "q, between CCE at 0 and MAE at 1"),
  ];
  const uses = { dm: ["lam", "beta"], anchored: ["lam", "beta"], gce: ["q"] };
  const formula = h("span", { class: "formula" });
  const code = h("code");
  const message = h("p", { class: "message", role: "alert" });

  /** A labelled list of values; one that is not in it is added while it holds. */
  function setting(trait, words, options, { write = String, parse = Number } = {}) {
    const list = select({
      label: words, options, "data-trait": trait,
      onChange: (value) => change({ [trait]: parse(value) }),
    });
    const { element } = list;
    return {
      trait,
      element: h("label", { class: "setting" }, h("span", {}, words), element),
      set(value) {
        const key = write(value);
        element.querySelector("[data-extra]")?.remove();
        if (![...element.options].some((option) => option.value === key))
          element.append(h("option", { value: key, "data-extra": "" }, key));
        list.set(key);
      },
    };
  }
  const listed = (values, suffix = "") =>
    Object.fromEntries(values.map((value) => [String(value), `${value}${suffix}`]));
  const words = { parse: (value) => value };
  const layers = { write: (value) => value.join(", "), parse: (value) => value.split(", ").map(Number) };
  const settings = [
    setting("dataset", "points", DATA_NAMES, words),
    setting("classes", "classes", listed(["2", "3", "4", "5"])),
    setting("size", "how many", listed(["80", "160", "240", "400"])),
    setting("imbalance", "imbalance", listed(["1", "3", "10", "30"], " : 1")),
    setting("noise", "a wrong label is", NOISES, words),
    setting("seed", "seed", listed(["0", "1", "2", "3", "4"])),
    setting("hidden", "hidden units",
      listed(["8", "16", "8, 8", "16, 16", "24, 24", "32, 32", "16, 16, 16", "24, 24, 24"]), layers),
    setting("activation", "activation", ACTIVATIONS, words),
    setting("lr", "learning rate", listed(["0.003", "0.01", "0.03", "0.1", "0.3"])),
  ];
  const rate = slider("rate", "r", "r, fraction of wrong labels");
  const newSeed = button("New seed", () => change({ seed: (shown.traits.seed * 31 + 17) % 10000 }));

  // Drawing the emphasis by hand -------------------------------------------------------------------

  const isDrawn = () => shown.traits.family === "drawn";
  const drawnPoints = () => shown.traits.drawn.map(([p, w]) => ({ p, w }));

  /** Points of the emphasis at hand, where drawing starts. */
  function traced() {
    if (shown.traits.family === "drawn") return shown.traits.drawn;
    return [0, 0.1, 0.25, 0.4, 0.6, 0.8, 1].map((p) =>
      [p, Number(shown.emphasis.density(p).toPrecision(3))]);
  }

  function insert(p, w) {
    if (shown.traits.drawn.length >= MOST) return set({}, `A drawn curve has at most ${MOST} points.`);
    const next = inserted(drawnPoints(), p, w);
    if (!next) return set({}, "There is a point there already.");
    change({ drawn: pairs(next.points) });
    return handles.focus(next.index);
  }

  function insertAfter(k) {
    const points = drawnPoints();
    const from = Math.min(k, points.length - 2);
    const middle = (points[from].p + points[from + 1].p) / 2;
    return insert(middle, shown.emphasis.weight(middle));
  }

  function remove(k) {
    const next = removed(drawnPoints(), k);
    if (!next) return set({}, "A drawn curve keeps two points, and a weight above 0.");
    change({ drawn: pairs(next) });
    return handles.focus(Math.min(k, next.length - 1));
  }

  const handles = createHandles({
    onMove(points, stays) {
      held = stays ? null : (held ?? layout.yMax);
      change({ drawn: pairs(points) });
    },
    onRemove: remove,
    onInsert: insertAfter,
  });
  const tools = h("div", { class: "tools drawing" },
    h("span", {}, "Drag a point, click to add one, double-click one to remove it."),
    button("Add a point", () => insertAfter(handles.current())),
    button("Remove the point", () => remove(handles.current())));

  // The two sides --------------------------------------------------------------------------------

  function createPanel(id, placeHandles) {
    const name = h("p", { class: "heading" });
    const field = createField(() => match && drawSide(id));
    const spread = createSpread(id, placeHandles);
    const figure = ["accuracy", "learned", "pull"].map((key) =>
      h("dd", { "data-figure": key }));
    const facts = h("dl", { class: "figures" },
      h("div", {}, h("dt", {}, "clean test accuracy"), figure[0]),
      h("div", {}, h("dt", {}, "wrong labels learned"), figure[1]),
      h("div", {}, h("dt", {}, "weight on wrong ones"), figure[2]));
    const canvas = h("div", { class: "canvas" }, spread.element);
    const element = h("section", { class: `side line-${id}`, "data-side": id },
      name, field.element, facts, canvas);
    return { name, field, spread, figure, facts, canvas, element };
  }

  const panelOf = {
    cce: createPanel("cce"),
    own: createPanel("own", (next) => {
      layout = next;
      handles.element.hidden = !isDrawn();
      if (isDrawn()) handles.place(drawnPoints(), { ...next, y: (w) => next.y(w / shown.emphasis.integral) });
    }),
  };
  panelOf.own.canvas.append(handles.element);
  panelOf.own.spread.element.addEventListener("click", (event) => {
    if (!isDrawn()) return;
    const { left, top } = panelOf.own.canvas.getBoundingClientRect();
    const p = Math.min(1, Math.max(0, layout.valueAt(event.clientX - left)));
    insert(p, Math.min(layout.yMax, layout.heightAt(event.clientY - top)) * shown.emphasis.integral);
  });

  const sideOf = (id) => match.sides[SIDES.indexOf(id)];
  const labelOf = (id) => (id === "cce" ? "Cross-entropy" : capital(FAMILIES[shown.traits.family]));
  const capital = (name) => name[0].toUpperCase() + name.slice(1);
  const latest = ({ course }) => ({ accuracy: course.accuracy.at(-1), learned: course.learned.at(-1) });

  const colours = () => {
    const computed = getComputedStyle(root);
    return {
      ink: computed.getPropertyValue("--ink"),
      paper: computed.getPropertyValue("--paper"),
      classes: CLASS_COLOURS[computed.colorScheme === "dark" ? "dark" : "light"],
    };
  };

  function summary() {
    const told = SIDES.map((id) => {
      const { accuracy, learned } = latest(sideOf(id));
      const wrong = Number.isFinite(learned) ? `, ${percent(learned)} of the wrong labels learned` : "";
      return `${labelOf(id)}: accuracy ${percent(accuracy)}${wrong}`;
    });
    return `Epoch ${match.epoch()}. ${told.join(". ")}.`;
  }

  function drawSide(id, motion = "still", tints = colours()) {
    panelOf[id].field.draw(sideOf(id), match.data, tints, motion);
  }

  function drawFigures(id) {
    const { figure, field, spread } = panelOf[id];
    const side = sideOf(id);
    const { accuracy, learned } = latest(side);
    const pull = wrongShare(side, match.data);
    const noisy = Number.isFinite(learned);
    [accuracy, learned, noisy ? pull : NaN].forEach((value, i) => (figure[i].textContent = shares(value)));
    const wrong = noisy ? `, ${percent(learned)} of the wrong labels learned` : "";
    const what = `${labelOf(id)}: accuracy ${percent(accuracy)} on clean test data${wrong}`;
    field.element.setAttribute("aria-label", `${what}. Regions of the classes with the training points.`);
    spread.element.setAttribute("aria-label",
      `${labelOf(id)}: the training points’ p over the emphasis density, right labels upwards, wrong ones downwards.`);
  }

  function drawMatch(motion = "still", fields = SIDES) {
    match.look();
    const tints = colours();
    fields.forEach((id) => drawSide(id, motion, tints));
    SIDES.forEach((id) => {
      panelOf[id].spread.drawBars(histograms(sideOf(id).p, match.data));
      drawFigures(id);
    });
    epoch.textContent = `epoch ${match.epoch()}`;
  }

  /** A quick picture now and a fine one once nothing changes: a slider that moves must not wait. */
  function drawSoon() {
    clearTimeout(settling);
    drawMatch("moving");
    settling = setTimeout(() => playing || drawMatch(), SETTLED);
  }

  // Over time ------------------------------------------------------------------------------------

  const at = (values, x) => {
    let k = match.epochs.length - 1;
    while (k > 0 && match.epochs[k] > x) k -= 1;
    return values[k];
  };
  const readout = h("p", { class: "readout" });
  function createCourse(key, yLabel, name) {
    const readAt = (x) => {
      const told = SIDES.map((id) => `${labelOf(id)} ${shares(at(sideOf(id).course[key], x))}`);
      return `Epoch ${Math.round(x)}, ${yLabel}: ${told.join(", ")}`;
    };
    const chart = createChart({
      name, read: readAt, step: 1, xLabel: "epoch", xDomain: [0, 20], xTicks: [0, 10, 20],
      filled: false, shape: { aspect: 0.55, least: 170, most: 230 },
      onProbe: (x) => {
        chart.probe(x);
        readout.textContent = x === null ? HINT : readAt(x);
      },
    });
    chart.element.dataset.course = key;
    return {
      ...chart,
      show(end) {
        chart.draw({
          curves: [...SIDES].reverse().map((id) => ({
            id, label: id === "cce" ? "CCE" : FAMILIES[shown.traits.family],
            x: match.epochs, y: sideOf(id).course[key].map((value) => 100 * value),
            at: (x) => 100 * at(sideOf(id).course[key], x),
          })),
          yLabel: `${yLabel}, %`, yTop: 100, xDomain: [0, end], xTicks: ticks(end).filter((tick) => tick <= end),
          marker: null, description: summary(),
        });
      },
    };
  }
  const courses = {
    accuracy: createCourse("accuracy", "accuracy on clean test data", "Accuracy over time"),
    learned: createCourse("learned", "wrong labels learned", "Wrong labels learned over time"),
  };

  function drawCourse() {
    const end = [20, 50, 100, 200, 500, LAST].find((top) => top >= match.epoch()) ?? match.epoch();
    const noisy = isNoisy();
    courses.learned.element.hidden = !noisy;
    courses.accuracy.show(end);
    if (noisy) courses.learned.show(end);
  }

  // Everything -----------------------------------------------------------------------------------

  function drawButtons() {
    playButton.textContent = playing ? "Pause" : "Play";
    playButton.classList.toggle("playing", playing);
    playButton.disabled = isOver();
    stepButton.disabled = isOver();
  }

  function drawControls() {
    const { traits, emphasis } = shown;
    const story = storyOf(traits);
    const noisy = isNoisy();
    stories.forEach((one, i) => one.setAttribute("aria-pressed", String(STORIES[i] === story)));
    text.textContent = story?.text ??
      "Your own setting. Press play, and compare what the two networks make of the wrong labels.";
    family.set(traits.family);
    formula.innerHTML = formulaOf(emphasis);
    for (const { trait, element, set: setSlider } of sliders) {
      element.hidden = !uses[traits.family]?.includes(trait);
      const low = trait === "beta" && traits.family === "anchored" ? STEP.beta : RANGE[trait][0];
      if (!element.hidden) setSlider(traits[trait], low);
    }
    tools.hidden = !isDrawn();
    settings.forEach((one) => one.set(traits[one.trait]));
    rate.set(traits.rate);
    speed.set(traits.speed);
    SIDES.forEach((id) => {
      panelOf[id].name.textContent = labelOf(id);
      panelOf[id].facts.classList.toggle("all", noisy);
      panelOf[id].spread.drawCurve(sideOf(id).emphasis, {
        both: noisy, top: id === "own" ? held ?? undefined : undefined,
      });
    });
    const line = `loss = dmnb.DMLoss(dmnb.emphasis.${emphasis.python})`;
    code.replaceChildren(...line.split(/(?<=[(,] ?)(?=\w)/).flatMap((piece) => [piece, h("wbr")]));
  }

  function draw() {
    const traits = read();
    const found = faults(traits);
    if (Object.keys(found).length) return change({}, found);
    shown = { traits, emphasis: emphasisOf(traits) };
    const isOther = follow();
    drawControls();
    drawButtons();
    if (playing) return null; // the next frame draws the rest
    if (isOther) drawSoon();
    else SIDES.forEach(drawFigures);
    drawCourse();
    return say(summary());
  }

  // The page -------------------------------------------------------------------------------------

  const mark = (shape, name) => {
    const swatch = h("span", { class: "mark", "aria-hidden": "true" });
    swatch.innerHTML = `<svg width="16" height="16" viewBox="-8 -8 16 16">${shape}</svg>`;
    return h("span", { class: "legend" }, swatch, name);
  };
  const legend = h("p", { class: "marks" },
    mark('<circle r="4.5" class="disc"/>', "right label"),
    mark('<path d="M0-6L6 0L0 6L-6 0Z" class="full"/>', "wrong label, learned"),
    mark('<path d="M0-6L6 0L0 6L-6 0Z" class="hollow"/>', "wrong label, not learned"));
  const root = h("div", { class: "dmnb playground", role: "group", "aria-label": "Playground" },
    h("style", {}, style, panels, studioStyle, playgroundStyle),
    h("div", { class: "stories", role: "group", "aria-label": "Stories" }, ...stories),
    text,
    h("div", { class: "bar emphasis" },
      h("label", { class: "versus" }, h("span", {}, "Cross-entropy against"), family.element), formula),
    h("div", { class: "parameters" }, ...sliders.map(({ element }) => element)),
    tools,
    message,
    h("div", { class: "bar deck" },
      h("div", { class: "tools" }, playButton, stepButton, resetButton), epoch, speed.element),
    h("div", { class: "sides" }, ...SIDES.map((id) => panelOf[id].element)),
    legend,
    h("div", { class: "charts" }, ...Object.values(courses).map(({ element }) => element)),
    readout,
    h("div", { class: "settings" },
      ...settings.slice(0, 4).map(({ element }) => element),
      h("div", { class: "setting rate" }, h("span", {}, "fraction of wrong labels"), rate.element),
      ...settings.slice(4).map(({ element }) => element),
      newSeed),
    h("div", { class: "code" }, code, copyButton({
      label: "Copy the Python line", text: () => code.textContent, say,
    })),
    spoken);
  for (const [name, colour] of Object.entries(palette)) root.style.setProperty(`--${name}`, colour);
  readout.textContent = HINT;
  // Notebooks bind these keys to moving between cells.
  root.addEventListener("keydown", (event) => {
    if (/^(Arrow|Home|End|Page|Delete|Backspace|Enter|Insert)/.test(event.key)) event.stopPropagation();
  });
  // The colour of the text changes with the theme, whoever changes it.
  root.addEventListener("transitionrun", ({ target }) => {
    if (target === root && !playing) drawMatch();
  });
  el.append(root);

  const listen = () => quiet || draw();
  NAMES.forEach((name) => model.on(`change:${name}`, listen));
  draw();
  drawMatch();
  return () => {
    playing = false;
    cancelAnimationFrame(request);
    clearTimeout(settling);
    NAMES.forEach((name) => model.off(`change:${name}`, listen));
    Object.values(courses).forEach(({ destroy }) => destroy());
    Object.values(panelOf).forEach(({ field, spread }) => [field, spread].forEach((one) => one.destroy()));
  };
}

export default { render };
