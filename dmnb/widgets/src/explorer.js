// The emphasis explorer: two sliders, one curve against p and against log-odds, and the Python
// line that makes it. All state lives in the model's traits; draw() renders them.

import palette from "../../palette.json";
import { createChart, format } from "./chart.js";
import { choice, copyButton, h, numberField } from "./dom.js";
import { AnchoredDM, CCE, DM, fromMode, GCE, MAE, MSE, sigmoid } from "./emphasis.js";
import style from "./style.css";

const DEFAULTS = { family: "dm", lam: 0.5, beta: 12, view: "density", overlays: ["cce"] };
const RANGE = { lam: [0, 4], beta: [-4, 24] };
const SLIDER_STEP = { lam: 0.05, beta: 0.25 };
const SYMBOL = { lam: "λ", beta: "β" };
const FAMILIES = { dm: "DM", anchored: "anchored DM" };
const VIEWS = { density: "density", weight: "weight" };
const LOSSES = {
  cce: { label: "CCE", emphasis: CCE() },
  gce: { label: "GCE", note: "q = 0.7", emphasis: GCE(0.7) },
  mse: { label: "MSE", emphasis: MSE() },
  mae: { label: "MAE", emphasis: MAE() },
};

// Dense at both ends of [0, 1], where p^lambda and a fitted example's weight change fast.
const GRID_P = Array.from({ length: 241 }, (_, i) => (i / 240) ** 2 * (3 - (2 * i) / 240));
const GRID_M = Array.from({ length: 241 }, (_, i) => -8 + i / 15);

const number = (value) => String(value).replace("-", "−");
const between = ([low, high]) => `from ${number(low)} to ${number(high)}`;
const inRange = (name, value) =>
  typeof value === "number" && value >= RANGE[name][0] && value <= RANGE[name][1];

/** What is wrong with the traits, as { trait: sentence }; empty when all is well. */
function faults({ family, lam, beta, view, overlays }) {
  const found = {};
  for (const [name, value] of Object.entries({ lam, beta }))
    if (!inRange(name, value))
      found[name] = `${SYMBOL[name]} must be a number ${between(RANGE[name])}, not ${number(value)}.`;
  if (!(family in FAMILIES)) found.family = `There is no family “${family}”.`;
  if (!(view in VIEWS)) found.view = `There is no view “${view}”.`;
  if (!Array.isArray(overlays) || overlays.some((id) => !(id in LOSSES)))
    found.overlays = `There is no comparison “${overlays}”.`;
  if (family === "anchored" && beta <= 0 && !found.beta)
    found.beta = `Anchored DM needs β > 0, not ${number(beta)}.`;
  return found;
}

function render({ model, el }) {
  let shown = null;
  let quiet = false;

  const read = () => Object.fromEntries(Object.keys(DEFAULTS).map((name) => [name, model.get(name)]));

  function set(changes, note = "") {
    quiet = true;
    for (const [name, value] of Object.entries(changes)) model.set(name, value);
    quiet = false;
    model.save_changes();
    message.textContent = note;
    draw();
  }

  /** Replace what is wrong by its default, and say so. */
  function repair(found) {
    const names = Object.keys(found);
    const restored = names.map((name) => `${SYMBOL[name] ?? name} = ${DEFAULTS[name]}`).join(", ");
    set(Object.fromEntries(names.map((name) => [name, DEFAULTS[name]])),
      `${Object.values(found).join(" ")} Restored the default ${restored}.`);
  }

  function change(changes) {
    const found = faults({ ...read(), ...changes });
    if (Object.keys(found).length === 0) return set(changes);
    const fine = Object.entries(changes).filter(([name]) => !(name in found));
    fine.forEach(([name, value]) => model.set(name, value));
    return repair(found);
  }

  // Controls -------------------------------------------------------------------------------------

  const family = choice({ legend: "Emphasis", options: FAMILIES, onChange: (value) => change({ family: value }) });
  const view = choice({ legend: "Show", options: VIEWS, onChange: (value) => change({ view: value }) });

  function parameter(name, words) {
    const [min, max] = RANGE[name];
    const step = SLIDER_STEP[name];
    const label = `${SYMBOL[name]}, ${words}`;
    const slider = h("input", {
      type: "range", min, max, step, "aria-label": label, "data-trait": name,
      oninput: () => change({ [name]: Number(slider.value) }),
    });
    const field = numberField({
      label: `${label}: number`, min, max, step, "data-trait": name,
      onCommit: (value) => change({ [name]: value }),
    });
    const element = h("div", { class: "parameter" },
      h("span", { class: "symbol", "aria-hidden": "true" }, SYMBOL[name]), slider, field);
    return {
      element,
      set: (value, low) => {
        slider.min = low;
        slider.value = value;
        slider.style.setProperty("--filled", `${(100 * (value - low)) / (max - low)}%`);
        field.min = low;
        field.value = value;
      },
    };
  }
  const lam = parameter("lam", "where the emphasis peaks");
  const beta = parameter("beta", "how strong the emphasis is");

  const mode = numberField({
    label: "mode psi: the p with the largest weight", min: 0, max: 0.8, step: 0.05, "data-trait": "mode",
    onCommit: (value) => changeMode(value, shown.emphasis.contrast),
  });
  const contrast = numberField({
    label: "contrast R: largest weight over the weight at p = 1", min: 1, step: 1, "data-trait": "contrast",
    onCommit: (value) => changeMode(shown.lam / (shown.lam + 1), value),
  });
  const rounded = (value) => Number(value.toFixed(4));

  function changeMode(psi, ratio) {
    if (!(psi >= 0 && psi <= 0.8))
      return repair({ lam: `The mode must be a number from 0 to 0.8, as λ = ψ/(1 − ψ) ends at 4.` });
    const target = fromMode(psi, ratio);
    if (shown.family === "anchored" || (shown.beta <= 0 && ratio === 1))
      return change({ lam: rounded(target.lam) });
    if (!(ratio >= 1 && ratio < Infinity))
      return repair({ beta: `The contrast must be a number of at least 1.` });
    if (target.beta > RANGE.beta[1])
      return set({ lam: rounded(target.lam), beta: RANGE.beta[1] },
        `A contrast of ${format(ratio)} at mode ${format(psi)} needs β = ${format(target.beta)}; β ends at 24.`);
    return change({ lam: rounded(target.lam), beta: rounded(target.beta) });
  }

  const overlays = Object.entries(LOSSES).map(([id, { label, note }]) => {
    const input = h("input", {
      type: "checkbox", value: id,
      onchange: () => change({ overlays: overlays.filter((o) => o.input.checked).map((o) => o.id) }),
    });
    const swatch = h("span", { class: "swatch", "aria-hidden": "true" });
    swatch.innerHTML = `<svg width="26" height="10"><path class="line line-${id}" d="M1 5H25"/></svg>`;
    return { id, input, element: h("label", { class: "overlay" }, input, swatch, note ? `${label}, ${note}` : label) };
  });

  const formula = h("span", { class: "formula" });
  const code = h("code");
  const copy = copyButton({ label: "Copy the Python line", text: () => code.textContent, say });
  const readout = h("p", { class: "readout" });
  const message = h("p", { class: "message", role: "alert" });
  const live = h("p", { class: "unseen", "aria-live": "polite" });
  let timer;
  /** Tell a screen reader, once the value rests. */
  function say(text) {
    clearTimeout(timer);
    timer = setTimeout(() => (live.textContent = text), 400);
  }

  // Charts ---------------------------------------------------------------------------------------

  const value = (emphasis, p, r) => emphasis[shown.view](p, r);
  const readAt = (p, r, m) =>
    `p = ${format(p)} (m = ${format(m)}): ` +
    shown.curves.map((c) => `${c.label} ${format(value(c.emphasis, p, r))}`).join(", ");
  const readings = {
    p: (p) => readAt(p, 1 - p, Math.log(p / (1 - p))),
    m: (m) => readAt(sigmoid(m), sigmoid(-m), m),
  };
  const charts = {
    p: createChart({
      xDomain: [0, 1], xTicks: [0, 0.25, 0.5, 0.75, 1], xLabel: "p, the labelled class’s probability",
      name: "Read the curves at probability p", step: 0.01, read: readings.p,
      onProbe: (p) => point(p === null ? null : { p, m: Math.log(p / (1 - p)), text: readings.p(p) }),
    }),
    m: createChart({
      xDomain: [-8, 8], xTicks: [-8, -4, 0, 4, 8], xLabel: "m = log p/(1 − p), its log-odds",
      name: "Read the curves at log-odds m", step: 0.1, read: readings.m,
      onProbe: (m) => point(m === null ? null : { p: sigmoid(m), m, text: readings.m(m) }),
    }),
  };
  charts.p.element.dataset.axis = "p";
  charts.m.element.dataset.axis = "m";

  /** Both panels read the same example: { p, m, text }, or null. */
  function point(example) {
    charts.p.probe(example && example.p);
    charts.m.probe(example && example.m);
    readout.textContent = example ? example.text
      : "Point at a curve, or focus a panel and use the arrow keys, to read values.";
  }

  function drawCharts() {
    const { view: key, curves, emphasis, summary } = shown;
    const marked = Number.isFinite(emphasis.mode) && emphasis.mode > 0 && emphasis.mode < 1;
    const yLabel = key === "density" ? "emphasis density, w / ∫w dp" : "weight w = ‖∂L/∂z‖₁";
    const onAxis = (grid, at) =>
      curves.map((c) => ({ ...c, x: grid, y: grid.map((x) => at(c, x)), at: (x) => at(c, x) }));
    charts.p.draw({
      curves: onAxis(GRID_P, (c, p) => c.emphasis[key](p)),
      yLabel, description: summary,
      marker: marked ? { x: emphasis.mode, text: `ψ = ${format(emphasis.mode)}` } : null,
    });
    charts.m.draw({
      curves: onAxis(GRID_M, (c, m) => c.emphasis[`${key}At`](m)),
      yLabel: key === "density" ? yLabel : "weight w = 2 |dL/dm|", description: summary,
      marker: marked ? { x: Math.log(emphasis.mode / (1 - emphasis.mode)), text: "" } : null,
    });
    point(null);
  }

  function draw() {
    const traits = read();
    const found = faults(traits);
    if (Object.keys(found).length) return repair(found);
    const emphasis = (traits.family === "anchored" ? AnchoredDM : DM)(traits.lam, traits.beta);
    const label = FAMILIES[traits.family];
    const summary = `${label}, lambda ${traits.lam}, beta ${traits.beta}: mode ` +
      `${Number.isNaN(emphasis.mode) ? "none, all weights are equal" : format(emphasis.mode)}, ` +
      `contrast ${format(emphasis.contrast)}`;
    const compared = traits.overlays.map((id) => ({ id, ...LOSSES[id] }));
    shown = { ...traits, emphasis, summary, curves: [{ id: traits.family, label, emphasis }, ...compared] };

    family.set(traits.family);
    view.set(traits.view);
    lam.set(traits.lam, RANGE.lam[0]);
    beta.set(traits.beta, traits.family === "anchored" ? SLIDER_STEP.beta : RANGE.beta[0]);
    overlays.forEach(({ id, input }) => (input.checked = traits.overlays.includes(id)));
    mode.value = Number.isNaN(emphasis.mode) ? "" : Number(emphasis.mode.toPrecision(4));
    mode.placeholder = "none";
    const bounded = Number.isFinite(emphasis.contrast);
    contrast.value = !bounded ? "" : emphasis.contrast < 1e5
      ? Number(emphasis.contrast.toPrecision(4)) : emphasis.contrast.toExponential(2).replace("+", "");
    contrast.placeholder = "∞";
    contrast.disabled = !bounded;
    const power = { 0: "", 1: "<i>p</i> " }[traits.lam] ?? `<i>p</i><sup>${traits.lam}</sup> `;
    formula.innerHTML = `<i>w</i> = exp(${number(traits.beta)} ${power}(1 − <i>p</i>))` +
      (traits.family === "anchored" ? " − 1" : "");
    const options = traits.view === "weight" ? ', normalization="none"' : "";
    const line = `loss = dmnb.DMLoss(dmnb.emphasis.${emphasis.python}${options})`;
    code.replaceChildren(...line.split(/(?<=[(,] ?)(?=\w)/).flatMap((part) => [part, h("wbr")]));
    drawCharts();
    return say(summary);
  }

  // The page -------------------------------------------------------------------------------------

  const root = h("div", { class: "dmnb", role: "group", "aria-label": "Emphasis explorer" },
    h("style", {}, style),
    h("div", { class: "bar" }, family.element, formula, view.element),
    h("div", { class: "parameters" }, lam.element, beta.element),
    h("div", { class: "charts" }, charts.p.element, charts.m.element),
    readout,
    h("div", { class: "bar" },
      h("fieldset", { class: "overlays" }, h("legend", {}, "Compare with"), ...overlays.map((o) => o.element)),
      h("div", { class: "facts" },
        h("label", {}, "mode ", h("i", {}, "ψ"), mode), h("label", {}, "contrast ", h("i", {}, "R"), contrast))),
    message,
    h("div", { class: "code" }, code, copy),
    live);
  for (const [name, colour] of Object.entries(palette)) root.style.setProperty(`--${name}`, colour);
  // Notebooks bind these keys to moving between cells.
  root.addEventListener("keydown", (event) => {
    if (/^(Arrow|Home|End|Page)/.test(event.key)) event.stopPropagation();
  });
  el.append(root);

  const listen = () => quiet || draw();
  for (const name of Object.keys(DEFAULTS)) model.on(`change:${name}`, listen);
  draw();
  return () => {
    for (const name of Object.keys(DEFAULTS)) model.off(`change:${name}`, listen);
    Object.values(charts).forEach((chart) => chart.destroy());
  };
}

export default { render };
