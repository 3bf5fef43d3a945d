import { ratioOf } from './rows.js';

// Areas under curves given by the confusion counts at falling numbers of positives.

export const CURVES = ['ROC', 'PR'] as const;
export type Curve = (typeof CURVES)[number];
export const SUMMATIONS = ['interpolation', 'minoring', 'majoring'] as const;
export type Summation = (typeof SUMMATIONS)[number];

/** True and false positives and negatives, one entry per threshold, lowest threshold first. */
export type Counts = readonly { tp: number; fp: number; fn: number; tn: number }[];

const HEIGHTS: Readonly<Record<Summation, (a: number, b: number) => number>> = {
  interpolation: (a, b) => (a + b) / 2,
  minoring: Math.min,
  majoring: Math.max,
};

export function area(counts: Counts, curve: Curve, summation: Summation): number {
  if (curve === 'PR' && summation === 'interpolation') return interpolatedPrecision(counts);
  const points = counts.map(({ tp, fp, fn, tn }) => {
    const recall = ratioOf(tp, tp + fn);
    return curve === 'ROC' ? { x: ratioOf(fp, fp + tn), y: recall } : { x: recall, y: ratioOf(tp, tp + fp) };
  });
  return overPairs(points, (a, b) => (a.x - b.x) * HEIGHTS[summation](a.y, b.y));
}

/** Between two points the true positives, not the precision, grow linearly with the positives. */
function interpolatedPrecision(counts: Counts): number {
  return overPairs(counts, (a, b) => {
    const [from, to] = [a.tp + a.fp, b.tp + b.fp];
    const slope = ratioOf(a.tp - b.tp, Math.max(from - to, 0));
    const ratio = from > 0 && to > 0 ? from / to : 1;
    const grown = slope * (a.tp - b.tp + (b.tp - slope * to) * Math.log(ratio));
    return ratioOf(grown, Math.max(b.tp + b.fn, 0));
  });
}

function overPairs<P>(points: readonly P[], part: (a: P, b: P) => number): number {
  let total = 0;
  for (let i = 1; i < points.length; i++) total += part(points[i - 1], points[i]);
  return total;
}
