import { text } from 'seqnn';

// Invented names; nothing in them says whether they are of animals or of plants.
const COUNT = 120;
const SYLLABLES = ['ba', 'do', 'ki', 'lu', 'me', 'no', 'ra', 'si', 'tu', 've'];
/** Those of even places are animals, the others plants. */
export const NAMES = Array.from(
  { length: COUNT },
  (_, i) => SYLLABLES[i % 10] + SYLLABLES[Math.floor(i / 10) % 10] + SYLLABLES[(i * 7 + Math.floor(i / 30)) % 10],
);
const VERBS = [
  ['runs', 'sleeps', 'eats', 'listens', 'grows'],
  ['blooms', 'withers', 'sprouts', 'ripens', 'grows'],
];

const drawer = (seed: number) => {
  const draw = text.sampler({ seed });
  return (n: number) => draw.next(new Float32Array(n));
};

/** Two words each: a name, and what animals or plants do. */
export function tales(count: number, seed: number): string[] {
  const below = drawer(seed);
  return Array.from({ length: count }, () => {
    const i = below(COUNT);
    return `${NAMES[i]} ${VERBS[i % 2][below(5)]}`;
  });
}

/** Five names each, and whether most of them are plants. */
export function notes(count: number, seed: number): { texts: string[]; labels: number[] } {
  const below = drawer(seed);
  const all = Array.from({ length: count }, () => Array.from({ length: 5 }, () => below(COUNT)));
  return {
    texts: all.map((list) => list.map((i) => NAMES[i]).join(' ')),
    labels: all.map((list) => (list.filter((i) => i % 2 === 1).length >= 3 ? 1 : 0)),
  };
}
