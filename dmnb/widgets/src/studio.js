// The emphasis studio: a family with its parameters or a curve drawn by hand, against p and against
// log-odds, over the p of a recorded run. All state is in the model's traits; draw() renders them.

import { claimAddress } from "./address.js";
import { createComparison } from "./comparison.js";
import { createCrowd } from "./crowd.js";
import { announcer, button, choice, copyButton, h, numberField, parameter, select } from "./dom.js";
import { createDrawing } from "./drawing.js";
import { fromDict, fromMode, symbolOf } from "./emphasis.js";
import { createPair } from "./pair.js";
import panels from "./panels.css";
import { download, toPng, toSvg } from "./picture.js";
import { pointsOf, through, tracedFrom } from "./points.js";
import { soundRuns } from "./runs.js";
import { breakable, createRoot, followTraits } from "./shell.js";
import {
  AGAINST, decode, DEFAULTS, defaultsOf, encode, faults, formulaOf, LABELS, MEANINGS, SLIDERS, STARTS,
  summaryOf, VIEWS,
} from "./studio-state.js";
import studioStyle from "./studio.css";
import style from "./style.css";
import { whenChanged } from "./svg.js";

const HINT = "Point at a curve, or focus a panel and use the arrow keys, to read values.";
const DRAWING =
  "Drag a point, click to add one, double-click one to remove it; or arrow keys, Enter and Delete.";
const PLACES = { density: "Points are moved in the view of the weight.", weight: DRAWING };

const rounded = (value) => Number(value.toFixed(4));

function render({ model, el }) {
  let shown = null; // the traits last drawn, with their emphasis, curves and the layout of panelP
  let past = []; // what undo goes back to
  const { element: spoken, say } = announcer();
  const { runs, complaint } = soundRuns(model.get("_runs") ?? []);
  const comparison = createComparison(model.get("_library"), (overlays) => change({ overlays }));
  const address = claimAddress(model.get("address") ?? "studio");

  // State ----------------------------------------------------------------------------------------

  const message = h("p", { class: "message", role: "alert" });
  const { read, set, change, restored, end } = followTraits(model, {
    defaults: DEFAULTS, told: defaultsOf, message, draw: () => draw(),
    faults: (traits) => faults(traits, comparison.known, runs),
    saved: () => address.write(encode(shown.traits)),
  });
  const origin = read();

  function chooseFamily(family) {
    if (family === "tabulated") return startDrawing();
    const { lam, beta } = shown.emphasis.parameters;
    const keep = ["dm", "anchored"].includes(family) && lam !== undefined && beta > 0;
    return change({ curve: { family, ...(keep ? { lam, beta } : STARTS[family]) } });
  }

  function changeMode(mode, contrast) {
    if (!(mode >= 0 && mode < 1))
      return set({}, "The mode must be a number from 0 to below 1.");
    if (!(contrast >= 1 && contrast < Infinity))
      return set({}, "The contrast must be a number of at least 1.");
    const target = fromMode(mode, contrast);
    const beta = shown.emphasis.family === "dm" ? rounded(target.beta) : shown.traits.curve.beta;
    return change({ curve: { ...shown.traits.curve, lam: rounded(target.lam), beta } });
  }

  // Drawing --------------------------------------------------------------------------------------

  const isDrawn = () => shown.emphasis.family === "tabulated";
  const isMovable = () => isDrawn() && shown.traits.view === "weight";
  function remember() {
    const { curve, view } = shown.traits;
    past = [...past.slice(-99), { curve, view }];
  }

  function startDrawing() {
    remember();
    change({ curve: through(tracedFrom(shown.emphasis)), view: "weight" });
    drawing.focus(0);
  }

  function undo() {
    const last = past.at(-1);
    past = past.slice(0, -1);
    if (last) change(last);
  }

  const drawing = createDrawing({
    read: () => isMovable() && { points: pointsOf(shown.emphasis), emphasis: shown.emphasis },
    onBegin: remember,
    onChange: (points) => change({ curve: through(points) }),
    onNote: (note) => set({}, note),
  });

  // Controls -------------------------------------------------------------------------------------

  const family = select({ label: "Emphasis", options: LABELS, onChange: chooseFamily });
  const drawButton = button("Draw it by hand", startDrawing);
  const formula = h("span", { class: "formula" });
  const sliders = Object.entries(SLIDERS).map(([name, [min, max, step]]) => ({
    name,
    ...parameter({
      trait: name, symbol: symbolOf(name), label: `${symbolOf(name)}, ${MEANINGS[name]}`,
      min, max, step,
      onChange: (value) => change({ curve: { ...shown.traits.curve, [name]: value } }),
    }),
  }));
  const mode = numberField({
    "aria-label": "mode psi: the p with the largest weight", "data-trait": "mode-of-curve",
    min: 0, max: 1, step: 0.05, placeholder: "none",
    onCommit: (value) => changeMode(value, shown.emphasis.contrast),
  });
  const contrast = numberField({
    "aria-label": "contrast R: the largest weight over the weight at p = 1",
    "data-trait": "contrast", min: 1, step: 1, placeholder: "∞",
    onCommit: (value) => changeMode(shown.emphasis.mode, value),
  });
  const undoButton = button("Undo", undo);
  const tools = h("div", { class: "tools" }, ...drawing.buttons, undoButton);
  const view = choice({
    legend: "Against p, show", options: VIEWS, onChange: (value) => change({ view: value }),
  });
  const against = choice({
    legend: "Against log-odds, show", options: AGAINST,
    onChange: (value) => change({ against: value }),
  });
  const code = h("code");

  async function save(kind) {
    pair.rest();
    const file = toSvg([pair.p.picture, pair.m.picture], root, shown.summary);
    const text = () => new Blob([file.text], { type: "image/svg+xml" });
    download(kind === "svg" ? text() : await toPng(file), `emphasis.${kind}`);
    say(`Saved emphasis.${kind}`);
  }

  const exports = h("div", { class: "tools" },
    copyButton({
      label: "Copy as JSON", face: "JSON", say,
      text: () => JSON.stringify(shown.emphasis.toDict()),
    }),
    ...(address.link("") === null ? [] : [copyButton({
      label: "Copy a link to this curve", face: "Link", say,
      text: () => address.link(encode(shown.traits)),
    })]),
    button("SVG", () => save("svg"), { "aria-label": "Download as SVG" }),
    button("PNG", () => save("png"), { "aria-label": "Download as PNG" }),
    button("Reset", () => {
      past = [];
      change(origin);
    }));

  // Charts ---------------------------------------------------------------------------------------

  const pair = createPair({
    onLayout(layout) {
      shown.layout = layout;
      drawing.place(layout);
      drawCrowd();
    },
    onPlace: drawing.insert,
  });

  /** Room above a curve that is drawn; none is made while a finger holds a point. */
  function yTop() {
    if (!isMovable()) return undefined;
    return drawing.top() ?? 1.2 * Math.max(...shown.emphasis.parameters.w);
  }

  const crowd = runs.length ? createCrowd({
    runs, onRun: (run) => change({ run }), onEpoch: (epoch) => change({ epoch }),
  }) : null;
  function drawCrowd() {
    const { traits: { run, epoch }, curves, layout } = shown;
    crowd?.draw({ run, epoch, curves, left: layout.box[0] });
  }

  function drawControls() {
    const { traits, emphasis } = shown;
    const { parameters } = emphasis;
    family.set(emphasis.family);
    drawButton.hidden = isDrawn();
    tools.hidden = !isMovable();
    undoButton.disabled = past.length === 0;
    drawFormula(formulaOf(emphasis));
    sliders.forEach(({ name, element, set: setSlider }) => {
      element.hidden = !(name in parameters);
      if (!element.hidden) setSlider(parameters[name]);
    });
    view.set(traits.view);
    against.set(traits.against);
    comparison.set(traits.overlays);
    const settable = "lam" in parameters && parameters.beta > 0;
    mode.disabled = !settable;
    mode.value = Number.isNaN(emphasis.mode) ? "" : Number(emphasis.mode.toPrecision(4));
    contrast.disabled = !settable || emphasis.contrast === Infinity;
    contrast.value = emphasis.contrast < Infinity ? Number(emphasis.contrast.toPrecision(4)) : "";
    const option = traits.view === "weight" && !isDrawn() ? ', normalization="none"' : "";
    const line = `loss = dmnb.DMLoss(dmnb.emphasis.${emphasis.python}${option})`;
    code.replaceChildren(...breakable(line));
  }
  const drawFormula = whenChanged((html) => (formula.innerHTML = html));

  function draw() {
    if (restored()) return null;
    const traits = read();
    const emphasis = fromDict(traits.curve);
    const own = { id: "own", label: LABELS[emphasis.family], emphasis, own: true };
    const scale = (one) => (traits.view === "density" ? one.integral : 1);
    const curves = [own, ...comparison.curves(traits.overlays)];
    shown = {
      traits, emphasis, layout: shown?.layout, summary: summaryOf(emphasis),
      curves: curves.map((c) => ({ style: "own", ...c, scale: scale(c.emphasis) })),
    };
    drawControls();
    const hint = isDrawn() ? PLACES[traits.view] : HINT;
    pair.draw({ ...traits, curves: shown.curves, summary: shown.summary, yTop: yTop(), hint });
    return say(shown.summary);
  }

  // The page -------------------------------------------------------------------------------------

  const facts = h("div", { class: "facts" },
    h("label", {}, "mode ", h("i", {}, "ψ"), mode),
    h("label", {}, "contrast ", h("i", {}, "R"), contrast));
  const root = createRoot("studio", "Emphasis studio", [style, panels, studioStyle],
    h("div", { class: "bar" }, family.element, formula, drawButton),
    h("div", { class: "parameters" }, ...sliders.map(({ element }) => element)),
    h("div", { class: "bar" }, facts, tools),
    message,
    h("div", { class: "charts" },
      h("div", { class: "panel" }, view.element,
        h("div", { class: "canvas" }, pair.p.element, drawing.element)),
      h("div", { class: "panel" }, against.element, pair.m.element)),
    pair.readout,
    comparison.element,
    ...(crowd ? [crowd.element] : []),
    h("div", { class: "code" }, code, copyButton({
      label: "Copy the Python line", text: () => code.textContent, say,
    })),
    exports,
    spoken);
  el.append(root);

  function follow() {
    const text = address.read();
    if (text !== null) set(decode(text));
    return text !== null;
  }
  draw();
  if (complaint) message.textContent = complaint;
  if (follow()) setTimeout(() => (address.anchor() ?? root).scrollIntoView());
  address.onChange(follow);
  return () => {
    end();
    address.release();
    crowd?.destroy();
    pair.destroy();
  };
}

export default { render };
