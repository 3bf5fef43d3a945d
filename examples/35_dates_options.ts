// node dist/examples/35_dates_options.js: what attention, scheduled sampling and buckets do to the translator of dates, after a few passes over few of them.
import { seq2seq, setRandomSeed } from 'seqnn';
import { dateTranslator, exactMatch, translate, type TranslatorOptions } from './date_translator.js';
import { batches, randomDates } from './support/dates.js';
import { size } from './support/size.js';

const [TRAINED, HELD, EPOCHS] = [size(2000, 200), size(500, 20), size(5, 1)];
const dates = randomDates(TRAINED + HELD, 2);
const [trained, held] = [dates.slice(0, TRAINED), dates.slice(TRAINED)];

// The decoder is fed its own tokens more and more often: half of them at the end.
const half = seq2seq.linearSampling({ steps: (EPOCHS * TRAINED) / 64, to: 0.5 });
const variants: [string, TranslatorOptions, boolean?][] = [
  ['general scores (Luong)', { attention: 'general' }],
  ['dot product', { attention: 'dot' }],
  ['additive scores (Bahdanau)', { attention: 'additive', style: 'bahdanau' }],
  ['multi-head, 4 heads', { attention: seq2seq.multiHead({ numHeads: 4, keyDim: 16 }) }],
  ['general, one bucket', { attention: 'general' }, true],
  ['general, sampling 0 to 0.5', { samplingProbability: half }],
  ['general, the same, drawn', { samplingProbability: half, samplingMode: 'sample' }],
  ['general, sampled softmax', { numSampled: 10 }],
];
console.log(`${TRAINED} dates, ${EPOCHS} epochs; ${HELD} dates never seen`);
console.log(`${''.padEnd(28)}${['seconds', 'greedy', 'beam of 4'].map((c) => c.padStart(11)).join('')}`);
for (const [name, options, whole] of size(variants, variants.slice(3, 6))) {
  setRandomSeed(1);
  const translator = dateTranslator(options);
  const start = performance.now();
  const feed = batches(trained, 64, 1, whole ? [] : undefined);
  await translator.trained.fit(feed, { epochs: EPOCHS, verbose: 0 });
  const seconds = (performance.now() - start) / 1000;
  const right = [];
  for (const width of [1, 4]) right.push(100 * exactMatch(await translate(translator, held, width), held));
  const cells = [seconds.toFixed(1), ...right.map((r) => `${r.toFixed(1)}%`)];
  console.log(`${name.padEnd(28)}${cells.map((c) => c.padStart(11)).join('')}`);
}
