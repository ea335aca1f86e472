// The emphasis explorer: two sliders, one curve against p and against log-odds, and the Python
// line that makes it. All state lives in the model's traits; draw() renders them.

import { createChart, format } from "./chart.js";
import { announcer, choice, copyButton, h, lineToggle, numberField, parameter } from "./dom.js";
import { AnchoredDM, DM, fromMode, logOdds, sigmoid } from "./emphasis.js";
import { GRID_M, GRID_P } from "./pair.js";
import { breakable, createRoot, followTraits } from "./shell.js";
import style from "./style.css";
import {
  DEFAULTS, defaultsOf, FAMILIES, faults, LOSSES, RANGE, STEP, SYMBOL, VIEWS, written,
} from "./traits.js";

const HINT = "Point at a curve, or focus a panel and use the arrow keys, to read values.";

const rounded = (value) => Number(value.toFixed(4));
const fieldText = (value) =>
  value < 1e5 ? Number(value.toPrecision(4)) : value.toExponential(2).replace("+", "");

function formulaOf({ family, lam, beta }) {
  const power = { 0: "", 1: "<i>p</i> " }[lam] ?? `<i>p</i><sup>${lam}</sup> `;
  const end = family === "anchored" ? " − 1" : "";
  return `<i>w</i> = exp(${written(beta)} ${power}(1 − <i>p</i>))${end}`;
}

function pythonOf({ view }, emphasis) {
  const option = view === "weight" ? ', normalization="none"' : "";
  return `loss = dmnb.DMLoss(dmnb.emphasis.${emphasis.python}${option})`;
}

function summaryOf({ family, lam, beta }, { mode, contrast }) {
  const where = Number.isNaN(mode) ? "none, all weights are equal" : format(mode);
  const name = `${FAMILIES[family]}, lambda ${lam}, beta ${beta}`;
  return `${name}: mode ${where}, contrast ${format(contrast)}`;
}

function render({ model, el }) {
  let shown = null; // the traits last drawn, with their emphasis and curves
  const { element: spoken, say } = announcer();

  // State ----------------------------------------------------------------------------------------

  const message = h("p", { class: "message", role: "alert" });
  const { read, set, change, restored, end } = followTraits(model, {
    defaults: DEFAULTS, faults, told: defaultsOf, message, draw: () => draw(),
  });

  function changeMode(mode, contrast) {
    if (!(mode >= 0 && mode <= 0.8)) return set({}, "The mode must be a number from 0 to 0.8.");
    const target = fromMode(mode, contrast);
    const lam = rounded(target.lam);
    if (shown.family === "anchored" || (shown.beta <= 0 && contrast === 1)) return change({ lam });
    if (!(contrast >= 1 && contrast < Infinity))
      return set({}, "The contrast must be a number of at least 1.");
    const beta = rounded(target.beta);
    const end = RANGE.beta[1];
    if (beta <= end) return change({ lam, beta });
    const wish = `A contrast of ${format(contrast)} at mode ${format(mode)}`;
    return set({ lam, beta: end }, `${wish} needs β = ${format(beta)}; β ends at ${end}.`);
  }

  // Controls -------------------------------------------------------------------------------------

  const family = choice({
    legend: "Emphasis", options: FAMILIES, onChange: (value) => change({ family: value }),
  });
  const view = choice({
    legend: "Show", options: VIEWS, onChange: (value) => change({ view: value }),
  });
  const slider = (trait, words) =>
    parameter({
      trait, symbol: SYMBOL[trait], label: `${SYMBOL[trait]}, ${words}`,
      min: RANGE[trait][0], max: RANGE[trait][1], step: STEP[trait],
      onChange: (value) => change({ [trait]: value }),
    });
  const lam = slider("lam", "where the emphasis peaks");
  const beta = slider("beta", "how strong the emphasis is");
  const mode = numberField({
    "aria-label": "mode psi: the p with the largest weight", "data-trait": "mode",
    min: 0, max: 0.8, step: 0.05, placeholder: "none",
    onCommit: (value) => changeMode(value, shown.emphasis.contrast),
  });
  const contrast = numberField({
    "aria-label": "contrast R: the largest weight over the weight at p = 1",
    "data-trait": "contrast", min: 1, step: 1, placeholder: "∞",
    onCommit: (value) => changeMode(shown.lam / (shown.lam + 1), value),
  });
  const chosen = () => overlays.filter(({ input }) => input.checked).map(({ id }) => id);
  const overlays = Object.entries(LOSSES).map(([id, { label, note }]) =>
    lineToggle({
      id, label: note ? `${label}, ${note}` : label, onChange: () => change({ overlays: chosen() }),
    }));
  const formula = h("span", { class: "formula" });
  const code = h("code");
  const copy = copyButton({ label: "Copy the Python line", text: () => code.textContent, say });
  const readout = h("p", { class: "readout" });

  // Charts ---------------------------------------------------------------------------------------

  function readAt(p, r, m) {
    const values = shown.curves.map(({ label, emphasis }) =>
      `${label} ${format(emphasis[shown.view](p, r))}`);
    return `p = ${format(p)} (m = ${format(m)}): ${values.join(", ")}`;
  }
  const readP = (p) => readAt(p, 1 - p, logOdds(p));
  const readM = (m) => readAt(sigmoid(m), sigmoid(-m), m);

  /** Both panels read the same example, or none. */
  function point(p, m, text) {
    panelP.probe(p);
    panelM.probe(m);
    readout.textContent = text;
  }

  const panelP = createChart({
    name: "Read the curves at probability p", read: readP, step: 0.01,
    xLabel: "p, the labelled class’s probability",
    xDomain: [0, 1], xTicks: [0, 0.25, 0.5, 0.75, 1],
    onProbe: (p) => (p === null ? point(null, null, HINT) : point(p, logOdds(p), readP(p))),
  });
  const panelM = createChart({
    name: "Read the curves at log-odds m", read: readM, step: 0.1,
    xLabel: "m = log p/(1 − p), its log-odds", xDomain: [-8, 8], xTicks: [-8, -4, 0, 4, 8],
    onProbe: (m) => (m === null ? point(null, null, HINT) : point(sigmoid(m), m, readM(m))),
  });
  panelP.element.dataset.axis = "p";
  panelM.element.dataset.axis = "m";

  function drawCharts({ view: key, curves, emphasis, summary }) {
    const along = (grid, at) =>
      curves.map((c) => ({ ...c, x: grid, y: grid.map((x) => at(c, x)), at: (x) => at(c, x) }));
    const psi = emphasis.mode;
    const marked = psi > 0 && psi < 1;
    const density = key === "density" && "emphasis density, w / ∫w dp";
    panelP.draw({
      curves: along(GRID_P, (c, p) => c.emphasis[key](p)),
      yLabel: density || "weight w = ‖∂L/∂z‖₁",
      marker: marked ? { x: psi, text: `ψ = ${format(psi)}` } : null,
      description: summary,
    });
    panelM.draw({
      curves: along(GRID_M, (c, m) => c.emphasis[`${key}At`](m)),
      yLabel: density || "weight w = 2 |dL/dm|",
      marker: marked ? { x: logOdds(psi), text: "" } : null,
      description: summary,
    });
    point(null, null, HINT);
  }

  function draw() {
    if (restored()) return null;
    const traits = read();
    const emphasis = (traits.family === "anchored" ? AnchoredDM : DM)(traits.lam, traits.beta);
    const own = { id: traits.family, label: FAMILIES[traits.family], emphasis };
    const compared = traits.overlays.map((id) => ({ id, ...LOSSES[id] }));
    const summary = summaryOf(traits, emphasis);
    shown = { ...traits, emphasis, summary, curves: [own, ...compared] };

    family.set(traits.family);
    view.set(traits.view);
    lam.set(traits.lam);
    beta.set(traits.beta, traits.family === "anchored" ? STEP.beta : RANGE.beta[0]);
    overlays.forEach(({ id, input }) => (input.checked = traits.overlays.includes(id)));
    mode.value = Number.isNaN(emphasis.mode) ? "" : fieldText(emphasis.mode);
    contrast.disabled = emphasis.contrast === Infinity;
    contrast.value = contrast.disabled ? "" : fieldText(emphasis.contrast);
    formula.innerHTML = formulaOf(traits);
    code.replaceChildren(...breakable(pythonOf(traits, emphasis)));
    drawCharts(shown);
    return say(summary);
  }

  // The page -------------------------------------------------------------------------------------

  const comparison = h("fieldset", { class: "overlays" },
    h("legend", {}, "Compare with"), ...overlays.map(({ element }) => element));
  const facts = h("div", { class: "facts" },
    h("label", {}, "mode ", h("i", {}, "ψ"), mode),
    h("label", {}, "contrast ", h("i", {}, "R"), contrast));
  const root = createRoot("explorer", "Emphasis explorer", [style],
    h("div", { class: "bar" }, family.element, formula, view.element),
    h("div", { class: "parameters" }, lam.element, beta.element),
    h("div", { class: "charts" }, panelP.element, panelM.element),
    readout,
    h("div", { class: "bar" }, comparison, facts),
    message,
    h("div", { class: "code" }, code, copy),
    spoken);
  el.append(root);

  draw();
  return () => {
    end();
    [panelP, panelM].forEach((panel) => panel.destroy());
  };
}

export default { render };
