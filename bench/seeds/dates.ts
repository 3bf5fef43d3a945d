import { setRandomSeed } from 'seqnn';
import { dateTranslator, exactMatch, translate } from '../../examples/date_translator.js';
import { batches, randomDates } from '../../examples/support/dates.js';
import type { OwnRow } from './rows.js';

const [TRAINED, HELD] = [10_000, 2000];

/** Written dates to ISO dates by an encoder and a decoder with attention: the share without a fault, greedily decoded. */
export const dates: OwnRow = {
  name: 'dates',
  epochs: 5,
  async run(seed, epochs) {
    const all = randomDates(TRAINED + HELD, seed);
    setRandomSeed(seed);
    const translator = dateTranslator();
    const train = batches(all.slice(0, TRAINED), 64, seed);
    await translator.trained.fit(train, { epochs, verbose: 0, seed });
    const held = all.slice(TRAINED);
    const accuracy = exactMatch(await translate(translator, held), held);
    return { figures: { accuracy }, params: translator.trained.countParams() };
  },
};
