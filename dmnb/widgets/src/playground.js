// The playground: two networks learn the same noisy points, one by cross-entropy, one by the
// reader's emphasis. All settings live in the model's traits; the networks in a match.

import { createEmphasis, createSettings } from "./controls.js";
import { createCourse } from "./course.js";
import { createData } from "./data2d.js";
import { announcer, button, choice, copyButton, h } from "./dom.js";
import { createDrawing } from "./drawing.js";
import { createMatch, isNoisy } from "./match.js";
import { createPanel, tellSide } from "./panel.js";
import panels from "./panels.css";
import playgroundStyle from "./playground.css";
import {
  DATA, DEFAULTS, defaultsOf, EMPHASIS, emphasisOf, FAMILIES, faults, SPEEDS,
} from "./playground-state.js";
import { breakable, createRoot, followTraits } from "./shell.js";
import { settingsOf, STORIES, storyOf } from "./stories.js";
import studioStyle from "./studio.css";
import style from "./style.css";

const TRAINING = Object.keys(DEFAULTS).filter((name) => name !== "speed");
const START = TRAINING.filter((name) => !EMPHASIS.includes(name)); // what the first weights follow
const LAST = 1000; // epochs
const BUDGET = 9; // ms of training in a frame: the rest of its 33 is for drawing and for the reader
const CALM = 500; // ms between pictures for readers who asked for less motion
const CHARTED = 6; // frames between redrawn charts
const SETTLED = 250; // ms after a change until the picture is refined
const SIDES = ["cce", "own"];
const OWN_WORDS =
  "Your own setting. Press play, and compare what the two networks make of the wrong labels.";

const sameTraits = (names, a, b) =>
  names.every((name) => JSON.stringify(a[name]) === JSON.stringify(b[name]));

function render({ model, el }) {
  let shown = null; // the traits last drawn, with their emphasis and the names of both sides
  let match = null;
  let playing = false;
  let request = 0;
  let frames = 0;
  let pictured = 0; // when the networks were last drawn
  let settling = 0; // the timer until they are drawn finely
  const { element: spoken, say } = announcer();
  const calm = window.matchMedia("(prefers-reduced-motion: reduce)");

  // State ----------------------------------------------------------------------------------------

  const message = h("p", { class: "message", role: "alert" });
  const { read, set, change, restored, end } = followTraits(model, {
    defaults: DEFAULTS, faults, told: defaultsOf, message, draw: () => draw(),
  });

  function restart() {
    const { traits, emphasis } = shown;
    const kept = match && sameTraits(DATA, match.traits, traits) ? match.data : createData(traits);
    match = { ...createMatch(traits, emphasis, kept), traits };
  }

  /** Brings the match in line with the traits; whether its networks are other ones now. */
  function follow() {
    const { traits, emphasis } = shown;
    if (match && sameTraits(TRAINING, match.traits, traits)) return false;
    const atStart = match?.steps() === 0 && sameTraits(START, match.traits, traits);
    if (!atStart) restart();
    match.traits = traits;
    match.sides[1].emphasis = emphasis;
    return !atStart;
  }

  // Playing --------------------------------------------------------------------------------------

  const isOver = () => match.epoch() >= LAST;

  function frame(now) {
    if (!playing) return;
    match.advance(SPEEDS[shown.traits.speed], performance.now() + BUDGET);
    if (isOver()) return pause(`Stopped after ${LAST} epochs.`);
    request = requestAnimationFrame(frame);
    if (calm.matches && now - pictured < CALM) return;
    pictured = now;
    drawMatch("moving", [frames % 2]);
    if (frames % CHARTED === 0) drawCourse();
    frames += 1;
  }

  function play() {
    playing = true;
    drawButtons();
    cancelAnimationFrame(request);
    request = requestAnimationFrame(frame);
  }

  /** Frames while it plays and can be seen. */
  const inSight = new IntersectionObserver((entries) => {
    cancelAnimationFrame(request);
    if (playing && entries.at(-1).isIntersecting) request = requestAnimationFrame(frame);
  });

  function pause(note = "") {
    playing = false;
    cancelAnimationFrame(request);
    drawButtons();
    drawMatch();
    drawCourse();
    say(`${note} ${summary()}`.trim());
  }

  function stepOnce() {
    match.advance(match.perEpoch);
    pause();
  }

  function reset() {
    restart();
    pause("Back at the start.");
  }

  function tell(story) {
    if (playing) pause();
    change(settingsOf(story, shown.traits));
    say(`${story.name}. ${story.text}`);
  }

  // Controls -------------------------------------------------------------------------------------

  const stories = STORIES.map((story, i) =>
    h("button",
      { type: "button", class: "story", "data-story": story.name, onclick: () => tell(story) },
      h("span", { class: "number", "aria-hidden": "true" }, String(i + 1)), story.name));
  const telling = h("p", { class: "telling" });

  const playButton = button("Play", () => (playing ? pause() : play()), { class: "button play" });
  const stepButton = button("Step", stepOnce, { title: "Train for one epoch" });
  const resetButton = button("Reset", reset, { title: "Back to the networks’ first weights" });
  const epoch = h("output", { class: "epoch", "aria-label": "Epoch", "aria-live": "off" });
  const speed = choice({
    legend: "Speed", options: Object.fromEntries(Object.keys(SPEEDS).map((name) => [name, name])),
    onChange: (value) => change({ speed: value }),
  });

  const emphasisControls = createEmphasis(change, (family) =>
    change({ family, ...(family === "drawn" ? { drawn: traced() } : {}) }));
  const settings = createSettings(change, () =>
    change({ seed: (shown.traits.seed * 31 + 17) % 10000 }));
  const code = h("code");

  /** Points of the emphasis at hand, where drawing starts. */
  const traced = () =>
    [0, 0.1, 0.25, 0.4, 0.6, 0.8, 1].map((p) =>
      [p, Number(shown.emphasis.density(p).toPrecision(3))]);

  const isDrawn = () => shown?.traits.family === "drawn";
  const drawing = createDrawing({
    read: () => isDrawn() &&
      { points: shown.traits.drawn.map(([p, w]) => ({ p, w })), emphasis: shown.emphasis },
    onChange: (points) => change({ drawn: points.map(({ p, w }) => [p, w]) }),
    onNote: (note) => set({}, note),
  });
  const tools = h("div", { class: "tools drawing" },
    h("span", {}, "Drag a point, click to add one, double-click one to remove it."),
    ...drawing.buttons);

  // Pictures -------------------------------------------------------------------------------------

  const sides = SIDES.map((id, k) =>
    createPanel(id, {
      onResize: () => match && sides[k].drawField(match.sides[k], match.data),
      onLayout: (layout) => id === "own" && drawing.place(layout),
    }));
  sides[1].overlay(drawing.element);
  sides[1].spread.addEventListener("click", drawing.clicked);
  const course = createCourse();

  const summary = () => {
    const told = match.sides.map((side, k) => tellSide(side, shown.names[k]));
    return `Epoch ${match.epoch()}. ${told.join(". ")}.`;
  };

  const drawFacts = () =>
    sides.forEach((side, k) => side.drawFacts(match.sides[k], match.data, shown.names[k]));
  const drawCourse = () => course.draw(match, shown.names, summary());

  function drawMatch(motion = "still", fields = [0, 1]) {
    match.look();
    fields.forEach((k) => sides[k].drawField(match.sides[k], match.data, motion));
    sides.forEach((side, k) => side.drawSpread(match.sides[k], match.data));
    drawFacts();
    epoch.textContent = `epoch ${match.epoch()}`;
  }

  /** A quick picture now and a fine one once nothing changes: a slider that moves must not wait. */
  function drawSoon() {
    clearTimeout(settling);
    drawMatch("moving");
    settling = setTimeout(() => playing || drawMatch(), SETTLED);
  }

  function drawButtons() {
    playButton.textContent = playing ? "Pause" : "Play";
    playButton.classList.toggle("playing", playing);
    playButton.disabled = isOver();
    stepButton.disabled = isOver();
  }

  function drawControls() {
    const { traits, emphasis, names } = shown;
    const story = storyOf(traits);
    stories.forEach((one, i) => one.setAttribute("aria-pressed", STORIES[i] === story));
    telling.textContent = story?.text ?? OWN_WORDS;
    emphasisControls.set(traits, emphasis);
    settings.set(traits);
    tools.hidden = !isDrawn();
    speed.set(traits.speed);
    const both = isNoisy(match.data);
    const tops = [undefined, drawing.top()];
    sides.forEach((side, k) =>
      side.setCurve(match.sides[k].emphasis, names[k], { both, top: tops[k] }));
    const line = `loss = dmnb.DMLoss(dmnb.emphasis.${emphasis.python})`;
    code.replaceChildren(...breakable(line));
  }

  function draw() {
    if (restored()) return null;
    const traits = read();
    const own = FAMILIES[traits.family];
    const names = ["Cross-entropy", own[0].toUpperCase() + own.slice(1)];
    shown = { traits, emphasis: emphasisOf(traits), names };
    const isOther = follow();
    drawControls();
    drawButtons();
    if (playing) return null; // the next frame draws the rest
    if (isOther) drawSoon();
    else drawFacts();
    drawCourse();
    return say(summary());
  }

  // The page -------------------------------------------------------------------------------------

  const mark = (shape, words) => {
    const swatch = h("span", { class: "sign", "aria-hidden": "true" });
    swatch.innerHTML = `<svg width="16" height="16" viewBox="-8 -8 16 16">${shape}</svg>`;
    return h("span", { class: "legend" }, swatch, words);
  };
  const marks = h("p", { class: "marks" },
    mark('<circle r="4.5" class="disc"/>', "right label"),
    mark('<path d="M0-6L6 0L0 6L-6 0Z" class="full"/>', "wrong label, learnt"),
    mark('<path d="M0-6L6 0L0 6L-6 0Z" class="hollow"/>', "wrong label, not learnt"));
  const root = createRoot("playground", "Playground", [style, panels, studioStyle, playgroundStyle],
    h("div", { class: "stories", role: "group", "aria-label": "Stories" }, ...stories),
    telling,
    emphasisControls.bar,
    emphasisControls.parameters,
    tools,
    message,
    h("div", { class: "bar deck" },
      h("div", { class: "tools" }, playButton, stepButton, resetButton), epoch, speed.element),
    h("div", { class: "sides" }, ...sides.map(({ element }) => element)),
    marks,
    course.element,
    course.readout,
    settings.element,
    h("div", { class: "code" }, code, copyButton({
      label: "Copy the Python line", text: () => code.textContent, say,
    })),
    spoken);
  // The colour of the text changes with the theme, whoever changes it.
  root.addEventListener("transitionrun", ({ target }) => {
    if (target === root && !playing) drawMatch();
  });
  el.append(root);
  inSight.observe(root);

  draw();
  return () => {
    playing = false;
    cancelAnimationFrame(request);
    clearTimeout(settling);
    inSight.disconnect();
    end();
    [course, ...sides].forEach((one) => one.destroy());
  };
}

export default { render };
