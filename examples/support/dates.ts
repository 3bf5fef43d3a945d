import { data, ops, text, type Tensor } from 'seqnn';

const MONTHS = 'January February March April May June July August September October November December'.split(' ');
const FIRST = Date.UTC(1000, 0, 1) / 86_400_000;
const LAST = Date.UTC(9999, 11, 31) / 86_400_000;

/** A day as people write it, "April 22, 2019", and as machines do, "2019-04-22". */
export interface DatePair {
  readonly written: string;
  readonly iso: string;
}

/** Different days from 1000 to 9999, each as likely as the others. */
export function randomDates(count: number, seed: number): DatePair[] {
  // More numbers than days are wanted: some come twice.
  const draws = ops.random.uniform([2 * count + 10], FIRST, LAST + 1, { seed, dtype: 'float64' }) as Tensor;
  const days = [...new Set(Array.from(draws.data, Math.floor))].slice(0, count);
  return days.map((day) => {
    const iso = new Date(day * 86_400_000).toISOString().slice(0, 10);
    const [year, month, date] = iso.split('-').map(Number);
    return { written: `${MONTHS[month - 1]} ${date}, ${year}`, iso };
  });
}

const specials = { unk: false } as const;
/** Characters of written dates to ids: `<pad>`, `<go>` and `<eos>` come first. */
export const source = text.tokenizer({ level: 'char', specials }).fit([...MONTHS, '0123456789, ']);
/** Characters of ISO dates to ids. */
export const target = text.tokenizer({ level: 'char', specials }).fit('0123456789-');
export const GO = target.encode('', { addGo: true })[0];
export const EOS = target.encode('', { addEos: true })[0];
/** Characters of an ISO date and `<eos>`. */
export const STEPS = 11;

/** Backwards, so that what is read last is close to what is written first (Sutskever et al. 2014). */
const reversed = (written: string) => source.encode(written).toReversed();

/** Batches of dates of like lengths for fit: [[written backwards, `<go>` and the date], the date and `<eos>`]. */
export function batches(dates: readonly DatePair[], batchSize: number, seed: number, boundaries?: readonly number[]) {
  return data.bucketByLength(
    [
      dates.map(({ written }) => reversed(written)),
      dates.map(({ iso }) => target.encode(iso, { addGo: true })),
      dates.map(({ iso }) => target.encode(iso, { addEos: true })),
    ],
    { batchSize, seed, boundaries },
    ([x, given, y]) => [[x, given], y],
  );
}

/** Written dates for an encoder: int32 [n, steps]. */
export function sources(dates: readonly DatePair[]): Tensor {
  return data.padSequences(
    dates.map(({ written }) => reversed(written)),
    { padding: 'post' },
  );
}
