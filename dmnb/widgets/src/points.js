// The points { p, w } of a drawn curve, in the order of p.

export const MOST = 32;
const APART = 0.005; // the least distance of two points in p
const START = [0, 0.06, 0.15, 0.3, 0.45, 0.6, 0.75, 0.9, 1];

const digits = (value, count) => Number(value.toPrecision(count));
const point = (p, w) => ({ p: Math.round(1000 * p) / 1000, w: digits(Math.max(0, w), 4) });

export const pointsOf = ({ parameters: { p, w } }) => p.map((at, k) => ({ p: at, w: w[k] }));

/** The curve that goes through the points, as a dict. */
export const through = (points) => ({
  family: "tabulated", p: points.map(({ p }) => p), w: points.map(({ w }) => w),
});

/** A few points of another emphasis's density, the mode among them: where drawing starts. */
export function tracedFrom({ mode, density }) {
  const marked = mode > 0.02 && mode < 0.98;
  const others = START.filter((p) => !marked || Math.abs(p - mode) > 0.05);
  const places = [...others, ...(marked ? [mode] : [])].sort((a, b) => a - b);
  return places.map((p) => point(p, density(p)));
}

/** points with point k moved to (p, w): between its neighbours, not below 0, and not all 0. */
export function moved(points, k, p, w) {
  const gap = (to) => Math.min(APART, Math.abs(points[k].p - to) / 2);
  const low = k === 0 ? 0 : points[k - 1].p + gap(points[k - 1].p);
  const high = k === points.length - 1 ? 1 : points[k + 1].p - gap(points[k + 1].p);
  const free = point(p, w);
  const held = { ...free, p: digits(Math.min(high, Math.max(low, free.p)), 6) };
  const next = points.map((other, i) => (i === k ? held : other));
  return next.some((other) => other.w > 0) ? next : points;
}

/** points with one more at (p, w), and its index; null where that is too close to another. */
export function inserted(points, p, w) {
  const fresh = point(p, w);
  if (points.some((other) => Math.abs(other.p - fresh.p) < 2 * APART)) return null;
  const next = [...points, fresh].sort((a, b) => a.p - b.p);
  return { points: next, index: next.indexOf(fresh) };
}

/** points without point k; null where too little would be left. */
export function removed(points, k) {
  const rest = points.filter((_, i) => i !== k);
  return rest.length >= 2 && rest.some(({ w }) => w > 0) ? rest : null;
}
