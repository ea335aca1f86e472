// Random numbers that are the same in every browser for the same seed (mulberry32).

/** seeded(7) -> { uniform() in [0, 1), normal(), shuffle(array) in place }. */
export function seeded(seed) {
  let state = seed >>> 0;

  function uniform() {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }

  const normal = () =>
    Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());

  function shuffle(array) {
    for (let i = array.length - 1; i > 0; i -= 1) {
      const j = Math.floor(uniform() * (i + 1));
      const kept = array[i];
      array[i] = array[j];
      array[j] = kept;
    }
    return array;
  }

  return { uniform, normal, shuffle };
}
