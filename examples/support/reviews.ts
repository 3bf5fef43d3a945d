import { text } from 'seqnn';

const THINGS = ['plot', 'acting', 'music', 'ending', 'dialogue', 'camera work'];
const GOOD = ['good', 'great', 'funny', 'moving', 'clever', 'original'];
const BAD = ['bad', 'dull', 'silly', 'endless', 'clumsy', 'predictable'];
const JOINTS = [' . ', ' , and ', ' , but '];

/** Generated reviews and whether each is favourable (1) or not (0). */
export interface Reviews {
  readonly texts: string[];
  readonly labels: number[];
}

/**
 * Reviews of three opinions; what most of them say decides. Half of the opinions are negated, and a negation turns only its
 * own: which words there are says little without their order.
 */
export function reviews(count: number, seed: number): Reviews {
  const draw = text.sampler({ seed });
  const below = (n: number) => draw.next(new Float32Array(n));
  const one = (list: readonly string[]) => list[below(list.length)];
  const opinion = () => {
    const [good, negated] = [below(2), below(2)];
    const said = `${one(['', 'very ', 'rather '])}${one(good ? GOOD : BAD)}`;
    const turned = [`the ${one(THINGS)} was not ${said}`, `nobody found the ${one(THINGS)} ${said}`][below(2)];
    return { favourable: good !== negated, words: negated ? turned : `the ${one(THINGS)} was ${said}` };
  };
  const [texts, labels]: [string[], number[]] = [[], []];
  for (let i = 0; i < count; i++) {
    const opinions = [opinion(), opinion(), opinion()];
    texts.push(opinions.reduce((before, { words }) => before + (before && one(JOINTS)) + words, ''));
    labels.push(opinions.filter(({ favourable }) => favourable).length >= 2 ? 1 : 0);
  }
  return { texts, labels };
}
