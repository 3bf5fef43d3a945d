// node dist/examples/34_dates.js: "April 22, 2019" to "2019-04-22", character by character: an encoder, a decoder with attention, greedy and beam search; dates.html shows where it looked.
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { report, setRandomSeed, type Tensor } from 'seqnn';
import { dateTranslator, exactMatch, translate } from './date_translator.js';
import { batches, randomDates, target } from './support/dates.js';
import { size } from './support/size.js';

setRandomSeed(1);
const [TRAINED, HELD, EPOCHS] = [size(10_000, 1000), size(2000, 60), size(6, 2)];
const dates = randomDates(TRAINED + HELD, 1);
const held = dates.slice(TRAINED);

const translator = dateTranslator();
const train = batches(dates.slice(0, TRAINED), 64, 1);
const buckets = train.buckets.map(({ steps, rows }) => `${rows} of up to ${steps[0]}`).join(', ');
console.log(`${TRAINED} dates in ${train.buckets.length} buckets: ${buckets} characters`);
const start = performance.now();
await translator.trained.fit(train, { epochs: EPOCHS, verbose: size(2, 0) });
console.log(`trained for ${((performance.now() - start) / 1000).toFixed(1)} s`);

// Once before the clock starts: programs are made on the way.
for (const width of [1, 4]) await translate(translator, held, width);
const figures: string[] = [];
for (const width of [1, 4]) {
  const from = performance.now();
  const found = await translate(translator, held, width);
  const ms = (performance.now() - from) / HELD;
  const name = width === 1 ? 'greedy' : `beam of ${width}`;
  figures.push(`${name.padEnd(10)} ${(100 * exactMatch(found, held)).toFixed(2)}% of ${HELD} dates never seen are right, ${ms.toFixed(2)} ms each`); // prettier-ignore
}

const shown = held.slice(0, 4);
const found = await translate(translator, shown, 4);
const path = join(process.argv.includes('--quick') ? tmpdir() : '.', 'dates.html');
await report({
  path,
  title: 'Dates',
  intro:
    'Each row is a character that the decoder wrote, each column one that the encoder read, from the right to the left. The stronger the colour, the more the decoder looked there.',
  heatMaps: shown.map(({ written, iso }, i) => {
    const [{ tokens, attention, logProb }] = found[i];
    const columns = Array.from(written).toReversed();
    return {
      title: `${written} to ${target.decode(tokens)}`,
      caption: `right: ${iso}; probability ${Math.exp(logProb).toFixed(3)}`,
      values: (attention as Tensor).slice([null, [0, columns.length]]),
      rows: tokens.map((token) => target.decode([token])),
      columns: columns.map((c) => (c === ' ' ? '␣' : c)),
    };
  }),
});
console.log(`Where the decoder looked: ${path}`);
for (const figure of figures) console.log(figure);
