// Recorded runs, as dmnb.widgets hands them over: histograms of p, and curves over the epochs.

import { meanOver } from "./numerics.js";

const numbers = (list) =>
  Array.isArray(list) && list.every((x) => x === null || Number.isFinite(x));

function sound(run, series) {
  const { label, epoch, histograms } = run ?? {};
  const whole = ({ epoch: at, clean, noisy }) =>
    Number.isFinite(at) && numbers(clean) && numbers(noisy) && clean.length === noisy.length;
  return (
    typeof label === "string" &&
    Array.isArray(histograms) && histograms.length > 0 && histograms.every(whole) &&
    series.every((name) => numbers(run[name]) && run[name].length === epoch.length)
  );
}

/** The runs that can be shown, with lists of the names in `series`; a sentence about the others. */
export function soundRuns(runs, series = []) {
  const given = Array.isArray(runs) ? runs : [];
  const kept = given.filter((run) => sound(run, series));
  const lost = given.length - kept.length + (Array.isArray(runs) ? 0 : 1);
  return { runs: kept, complaint: lost ? `${lost} of the recorded runs cannot be read.` : "" };
}

/** The last of run.histograms that was made by the epoch; null for the last of all. */
export function histogramAt({ histograms }, epoch) {
  if (epoch === null) return histograms.at(-1);
  return histograms.findLast((histogram) => histogram.epoch <= epoch) ?? histograms[0];
}

const sum = (list) => list.reduce((total, x) => total + x, 0);

/** Each bin's share of all the examples: { right, wrong }. */
export function shares({ clean, noisy }, weights = clean.map(() => 1)) {
  const weighted = (counts) => counts.map((count, i) => count * weights[i]);
  const [right, wrong] = [weighted(clean), weighted(noisy)];
  const total = sum(right) + sum(wrong) || 1;
  return { right: right.map((x) => x / total), wrong: wrong.map((x) => x / total) };
}

export const wrongShare = ({ right, wrong }) => sum(wrong) / (sum(right) + sum(wrong));

const kept = new WeakMap();

/** The mean density in each of `count` equal bins of p: where in its bin an example is, is lost. */
export function binWeights(emphasis, count) {
  if (kept.get(emphasis)?.length === count) return kept.get(emphasis);
  const mean = (_, i) => meanOver((p) => emphasis.density(p), i / count, (i + 1) / count);
  const weights = Array.from({ length: count }, mean);
  kept.set(emphasis, weights);
  return weights;
}
