// Emphasis functions, as in dmnb.emphasis: the weight w(p) of an example whose labelled class has
// probability p in [0, 1]. With log-odds m = log(p / (1 - p)): p = sigmoid(m), 1 - p = sigmoid(-m).
//
// Every family is given by log w as a function of p and of its complement r = 1 - p, kept apart
// because r is lost in p when p is close to 1. Working with log w keeps beta = 200 finite.

export const sigmoid = (m) =>
  m >= 0 ? 1 / (1 + Math.exp(-m)) : Math.exp(m) / (1 + Math.exp(m));

// Nodes of the tanh-sinh rule on [0, 1], as distances from the nearer end: it converges for the
// p^lambda singularity at p = 0 and for a peak at either end.
const STEP = 1 / 16;
const NODES = [];
for (let k = -64; k <= 64; k += 1) {
  const t = k * STEP;
  const s = Math.PI * Math.sinh(t);
  const distance = 1 / (1 + Math.exp(Math.abs(s)));
  const width = STEP * Math.PI * Math.cosh(t) * distance * (1 - distance);
  if (width > 0) NODES.push({ right: s > 0, distance, width });
}

/** ∫_a^b f(p, 1 - p) dp, for f smooth inside (a, b). */
export function integrate(f, a, b) {
  let sum = 0;
  for (const { right, distance, width } of NODES) {
    const offset = (b - a) * distance;
    sum += width * (right ? f(b - offset, 1 - b + offset) : f(a + offset, 1 - a - offset));
  }
  return (b - a) * sum;
}

/**
 * An emphasis from log w(p, r): weight(p), weightAt(m), density(p) = w / ∫_0^1 w dp and
 * densityAt(m); mode = argmax w, contrast = max w / w(1), and the Python expression of it.
 */
function emphasis({ logWeight, mode, peak = logWeight(mode, 1 - mode), python }) {
  const split = mode > 0 && mode < 1 ? mode : 0.5;
  const scaled = (p, r) => Math.exp(logWeight(p, r) - peak);
  // ∫_0^1 w / max w: never overflows, whatever the weights.
  const integral = integrate(scaled, 0, split) + integrate(scaled, split, 1);
  const weight = (p, r = 1 - p) => Math.exp(logWeight(p, r));
  const density = (p, r = 1 - p) => scaled(p, r) / integral;
  return {
    mode,
    contrast: Math.exp(peak - logWeight(1, 0)),
    python,
    weight,
    density,
    weightAt: (m) => weight(sigmoid(m), sigmoid(-m)),
    densityAt: (m) => density(sigmoid(m), sigmoid(-m)),
  };
}

/** Derivative manipulation: w = exp(beta p^lambda (1 - p)); equation 12 of the paper. */
export function DM(lam, beta) {
  const logWeight = (p, r) => beta * p ** lam * r;
  const psi = lam / (lam + 1);
  const mode = beta > 0 ? psi : beta === 0 ? NaN : lam === 0 ? 1 : 0;
  const peak = beta > 0 ? logWeight(psi, 1 - psi) : 0;
  return emphasis({ logWeight, mode, peak, python: `DM(lam=${lam}, beta=${beta})` });
}

/** Ours: w = exp(beta p^lambda (1 - p)) - 1, the same mode, zero at p = 1; beta > 0. */
export function AnchoredDM(lam, beta) {
  const logWeight = (p, r) => {
    const x = beta * p ** lam * r;
    return x + Math.log(-Math.expm1(-x));
  };
  return emphasis({
    logWeight,
    mode: lam / (lam + 1),
    python: `AnchoredDM(lam=${lam}, beta=${beta})`,
  });
}

/** DM with the given mode and contrast: the inverse of its two closed forms. */
export function fromMode(mode, contrast) {
  const lam = mode / (1 - mode);
  return { lam, beta: Math.log(contrast) / (mode ** lam * (1 - mode)) };
}

const LOG2 = Math.LN2;

/** Cross-entropy: w = 2 (1 - p). */
export const CCE = () =>
  emphasis({ logWeight: (p, r) => LOG2 + Math.log(r), mode: 0, python: "CCE()" });

/** Mean absolute error: w = 2 p (1 - p). */
export const MAE = () =>
  emphasis({ logWeight: (p, r) => LOG2 + Math.log(p) + Math.log(r), mode: 1 / 2, python: "MAE()" });

/** Mean squared error: w = 4 p (1 - p)^2. */
export const MSE = () =>
  emphasis({
    logWeight: (p, r) => 2 * LOG2 + Math.log(p) + 2 * Math.log(r),
    mode: 1 / 3,
    python: "MSE()",
  });

/** Generalised cross-entropy, 0 < q <= 1: w = 2 p^q (1 - p). */
export const GCE = (q) =>
  emphasis({
    logWeight: (p, r) => LOG2 + q * Math.log(p) + Math.log(r),
    mode: q / (q + 1),
    python: `GCE(q=${q})`,
  });
