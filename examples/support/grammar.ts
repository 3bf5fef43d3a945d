import { text } from 'seqnn';

/** What each symbol may become, with weights: parts that are symbols themselves, and pieces of text. */
export type Grammar = Readonly<Record<string, readonly (readonly [weight: number, ...parts: string[]])[]>>;

/**
 * Sentences in which the verb agrees with a subject some words before it. Every sentence can be made in one way only, so
 * that its probability, and with it the entropy of the text, is known.
 */
export const ENGLISH: Grammar = {
  SENTENCE: [
    [1, 'SUBJECT1', ' ', 'VERB1', '. '],
    [1, 'SUBJECT2', ' ', 'VERB2', '. '],
  ],
  SUBJECT1: [
    [2, 'NOUN1'],
    [1, 'NOUN1', ' that ', 'CLAUSE'],
  ],
  SUBJECT2: [
    [2, 'NOUN2'],
    [1, 'NOUN2', ' that ', 'CLAUSE'],
  ],
  CLAUSE: [
    [1, 'NOUN1', ' ', 'SEE', 's'],
    [1, 'NOUN2', ' ', 'SEE'],
  ],
  VERB1: [
    [1, 'SLEEP', 's'],
    [1, 'SEE', 's ', 'OBJECT'],
  ],
  VERB2: [
    [1, 'SLEEP'],
    [1, 'SEE', ' ', 'OBJECT'],
  ],
  OBJECT: [
    [2, 'NOUN1'],
    [1, 'NOUN2'],
  ],
  NOUN1: [
    [2, 'the ', 'DOG'],
    [1, 'the ', 'OLD', ' ', 'DOG'],
  ],
  NOUN2: [
    [2, 'the ', 'DOG', 's'],
    [1, 'the ', 'OLD', ' ', 'DOG', 's'],
  ],
  DOG: [[5, 'dog'], [4, 'cat'], [3, 'bird'], [2, 'king'], [1, 'sailor'], [1, 'river']], // prettier-ignore
  OLD: [[3, 'old'], [2, 'small'], [1, 'clever'], [1, 'quiet']], // prettier-ignore
  SEE: [[4, 'see'], [3, 'follow'], [2, 'hear'], [1, 'forget']], // prettier-ignore
  SLEEP: [[3, 'sleep'], [2, 'wait'], [1, 'sing'], [1, 'disappear']], // prettier-ignore
};

/** Bits and characters of what a symbol becomes, on average. */
export function expected(grammar: Grammar, symbol: string): { bits: number; characters: number } {
  if (!(symbol in grammar)) return { bits: 0, characters: symbol.length };
  const total = grammar[symbol].reduce((sum, [weight]) => sum + weight, 0);
  const sum = { bits: 0, characters: 0 };
  for (const [weight, ...parts] of grammar[symbol]) {
    const p = weight / total;
    const inner = parts.map((part) => expected(grammar, part));
    sum.bits += p * inner.reduce((bits, part) => bits + part.bits, -Math.log2(p));
    sum.characters += p * inner.reduce((characters, part) => characters + part.characters, 0);
  }
  return sum;
}

/** Entropy of a text of such sentences: what no model can be better than. */
export function bitsPerCharacter(grammar: Grammar = ENGLISH): number {
  const { bits, characters } = expected(grammar, 'SENTENCE');
  return bits / characters;
}

/** A text of sentences, at least so long. */
export function write(length: number, seed: number, grammar: Grammar = ENGLISH): string {
  const draw = text.sampler({ seed });
  const expand = (symbol: string): string => {
    if (!(symbol in grammar)) return symbol;
    const [, ...parts] = grammar[symbol][draw.next(grammar[symbol].map(([weight]) => Math.log(weight)))];
    return parts.map(expand).join('');
  };
  let written = '';
  while (written.length < length) written += expand('SENTENCE');
  return written;
}

/** Bits per character of a text for one who knows how often each character follows the `order` before it in another text. */
export function countingBits(order: number, known: string, held: string): number {
  const alphabet = new Set(known + held).size;
  const counts = new Map<string, number>();
  const add = (key: string) => counts.set(key, (counts.get(key) ?? 0) + 1);
  for (let i = order; i < known.length; i++) {
    add(known.slice(i - order, i));
    add(`${known.slice(i - order, i)}|${known[i]}`);
  }
  let bits = 0;
  for (let i = order; i < held.length; i++) {
    const before = held.slice(i - order, i);
    const seen = (counts.get(`${before}|${held[i]}`) ?? 0) + 0.1;
    bits -= Math.log2(seen / ((counts.get(before) ?? 0) + 0.1 * alphabet));
  }
  return bits / (held.length - order);
}
