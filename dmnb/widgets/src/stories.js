// The stories that the playground tells, each in one click: settings that show it for every seed.

import { DEFAULTS } from "./playground-state.js";

const spirals = { dataset: "spirals", rate: 0, size: 240 };

/** What a story's settings leave out is at its default. */
export const STORIES = [
  {
    name: "Memorise",
    settings: { lam: 0, beta: 4 },
    text: `Four labels in ten are wrong; press play. Cross-entropy, like any emphasis on the
      examples that fit worst, finds the three groups at once and then bends around the wrong
      labels: the diamonds fill up while the accuracy falls.`,
  },
  {
    name: "Ignore",
    settings: { lam: 1, beta: 16 },
    text: `The same points, start and batches. On the right the emphasis has moved to the middle: a
      label that looks hopeless pulls no harder than one that is learnt. Wrong labels end with
      40% of the weight, their share, and no more. The diamonds stay hollow.`,
  },
  {
    name: "Underfit",
    settings: { ...spirals, classes: 5, hidden: [16, 16], family: "mae" },
    text: `No label is wrong now, but five arms are hard. MAE’s emphasis fades towards p = 0, where
      most examples begin, so that whole stretches of an arm never get learnt. Ignoring what is
      hard has a price.`,
  },
  {
    name: "Collapse",
    settings: { ...spirals, lam: 0.5, beta: 2 },
    text: `Too little contrast: a fitted example pulls nearly half as hard as any other, and never
      stops. The crowd of fitted examples drags the network away from what it had learnt. Raise β
      to 10 and see it hold.`,
  },
  {
    name: "Imbalance",
    settings: { ...spirals, imbalance: 10, family: "mae" },
    text: `No label is wrong, but one arm has a tenth of the points of another. A rare class starts
      at low p, just as a wrong label does, and MAE passes it over. Which emphasis brings it
      back?`,
  },
  {
    name: "Draw your own",
    settings: { family: "drawn" },
    text: `Your curve starts as cross-entropy’s own line, so both networks stay the same. Press
      play, then drag its points: how little weight do the hopeless examples need before the
      diamonds stay hollow?`,
  },
].map((story) => ({ ...story, text: story.text.replace(/\s+/g, " ") }));

const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);

/** Every trait of a story; the speed stays the reader's. */
export const settingsOf = ({ settings }, { speed }) => ({ ...DEFAULTS, ...settings, speed });

/** The story that the traits are those of, if any; another seed or drawn curve does not end it. */
export function storyOf(traits) {
  const told = ({ seed, drawn, ...rest }) => rest;
  return STORIES.find((story) => same(told(settingsOf(story, traits)), told(traits)));
}
