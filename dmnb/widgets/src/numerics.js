// Quadrature and interpolation, as dmnb.emphasis does them.

// Nodes in log-odds, even in asinh(m): dense where p moves, wide in the tails.
export const NODES = Array.from({ length: 513 }, (_, i) => Math.sinh((i - 256) / 16));

// The rule of Gauss and Legendre with ten points, on [-1, 1].
const HALF = [
  [0.14887433898163122, 0.29552422471475287],
  [0.4333953941292472, 0.26926671930999635],
  [0.6794095682990244, 0.21908636251598204],
  [0.8650633666889845, 0.14945134915058059],
  [0.9739065285171717, 0.06667134430868814],
];
const GAUSS = [...HALF.map(([t, share]) => [-t, share]).reverse(), ...HALF];

/**
 * Ten points in each cell between nodes of m: p = sigmoid(m), r = sigmoid(-m), and the width dm of
 * each point, so that ∫ f dm is the sum of f dm.
 */
export function cellsBetween(nodes, sigmoid) {
  const count = 10 * (nodes.length - 1);
  const [p, r, dm] = Array.from({ length: 3 }, () => new Float64Array(count));
  for (let k = 1, i = 0; k < nodes.length; k += 1) {
    const half = (nodes[k] - nodes[k - 1]) / 2;
    const centre = (nodes[k] + nodes[k - 1]) / 2;
    for (const [t, share] of GAUSS) {
      const m = centre + half * t;
      p[i] = sigmoid(m);
      r[i] = sigmoid(-m);
      dm[i] = half * share;
      i += 1;
    }
  }
  return { p, r, dm };
}

/** The mean of f over [a, b]. */
export function meanOver(f, a, b) {
  const [centre, half] = [(a + b) / 2, (b - a) / 2];
  let sum = 0;
  for (const [t, share] of HALF) sum += share * (f(centre - half * t) + f(centre + half * t));
  return sum / 2;
}

/** The k with knots[k] <= x < knots[k + 1], within the knots. */
export function search(knots, x) {
  let [low, high] = [0, knots.length - 1];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (knots[middle] <= x) low = middle;
    else high = middle;
  }
  return low;
}

// A three-point slope at an end, kept from overshooting.
function endSlope(h0, h1, delta0, delta1) {
  const slope = ((2 * h0 + h1) * delta0 - h0 * delta1) / (h0 + h1);
  if (Math.sign(slope) !== Math.sign(delta0)) return 0;
  if (Math.sign(delta0) !== Math.sign(delta1) && Math.abs(slope) > 3 * Math.abs(delta0))
    return 3 * delta0;
  return slope;
}

/**
 * The shape-preserving cubic through (x, y), constant beyond its ends: the slopes of
 * scipy.interpolate.PchipInterpolator (Fritsch and Butland, SIAM J. Sci. Stat. Comput. 5, 1984).
 */
export function pchip(x, y) {
  const last = x.length - 1;
  const h = Array.from({ length: last }, (_, i) => x[i + 1] - x[i]);
  const delta = h.map((width, i) => (y[i + 1] - y[i]) / width);
  const slopes = Array.from(x, (_, i) => {
    if (last === 1) return delta[0];
    if (i === 0) return endSlope(h[0], h[1], delta[0], delta[1]);
    if (i === last) return endSlope(h[i - 1], h[i - 2], delta[i - 1], delta[i - 2]);
    if (delta[i - 1] * delta[i] <= 0) return 0;
    const [before, after] = [2 * h[i] + h[i - 1], h[i] + 2 * h[i - 1]];
    return (before + after) / (before / delta[i - 1] + after / delta[i]);
  });
  return (at) => {
    if (at >= x[last]) return y[last]; // exactly: a weight of 0 at the end is not 1e-16
    const inside = Math.max(x[0], at);
    const k = search(x, inside);
    const s = inside - x[k];
    const bend = (slopes[k] + slopes[k + 1] - 2 * delta[k]) / h[k];
    const square = (delta[k] - slopes[k]) / h[k] - bend;
    return (((bend / h[k]) * s + square) * s + slopes[k]) * s + y[k];
  };
}
