// Direct labels: each curve's name beside its line, so that no legend has to be looked up.

// Places beside a point of the line, as [dx, dy, cost]; half is half the name's width in px.
const places = (half) => [
  [half + 9, -10, 0],
  [0, -13, 0],
  [-half - 9, -10, 1],
  [half + 9, 11, 6],
  [-half - 9, 11, 7],
  [0, 15, 9],
];

/** Vertical distance in px from a name's box to a line, 0 when they meet, at most 24. */
function clearance(line, x, y, half) {
  let [high, low] = [Infinity, -Infinity];
  for (let i = 0; i < line.x.length; i += 1) {
    if (line.x[i] < x - half - 8) continue;
    if (line.x[i] > x + half + 8) break;
    high = Math.min(high, line.y[i]);
    low = Math.max(low, line.y[i]);
  }
  return Math.min(24, Math.max(0, high - y - 7, y - 7 - low));
}

const collide = (a, b) => Math.abs(a.x - b.x) < a.half + b.half + 9 && Math.abs(a.y - b.y) < 15;

/**
 * Where to write each name: high up (low down where the lines hang), clear of the other lines and of what is taken already.
 * lines: [{ label, x, y }] in px; box: [left, top, right, bottom]; taken: [{ x, y, half }].
 * Returns a centre { x, y, half } for each line, or null where there is no room.
 */
export function placeLabels(lines, [left, top, right, bottom], taken, upward = true) {
  const occupied = [...taken];
  return lines.map((own) => {
    const half = own.label.length * 3.6;
    let best = { score: -Infinity };
    for (let i = 1; i < own.x.length - 1; i += 2) {
      for (const [dx, dy, cost] of places(half)) {
        const spot = { x: own.x[i] + dx, y: own.y[i] + dy, half };
        const inside = spot.x - half >= left && spot.x + half <= right;
        if (!inside || spot.y < top - 6 || spot.y > bottom - 8) continue;
        const far = upward ? bottom - own.y[i] : own.y[i] - top;
        const merit = (10 * far) / (bottom - top) - cost;
        if (merit + 24 <= best.score || occupied.some((other) => collide(spot, other))) continue;
        if (clearance(own, spot.x, spot.y, half) === 0) continue;
        const needed = Math.max(2, best.score - merit);
        let free = 24;
        for (const line of lines) {
          if (line !== own) free = Math.min(free, clearance(line, spot.x, spot.y, half));
          if (free <= needed) break;
        }
        if (free > needed) best = { ...spot, score: merit + free };
      }
    }
    if (best.score === -Infinity) return null;
    occupied.push(best);
    return best;
  });
}
