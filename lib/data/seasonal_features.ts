import { checkChoice, checkInteger, checkOptions, show, ValueError } from '../program/errors.js';
import { Tensor } from '../program/tensor.js';

export interface SeasonalFeaturesOptions {
  /** Steps of a season, not necessarily whole (365.25 / 7 weeks a year); or several seasons. */
  period: number | readonly number[];
  /** Waves per season: sin and cos of 1, 2, … times its frequency. Default 1. */
  harmonics?: number;
  /** Number of the first step. Default 0. */
  start?: number;
}

const DAY = 86_400_000;
/** Share of each cycle that has passed at a time, in UTC. */
const CYCLES = {
  day: (date: Date) => (date.getTime() % DAY) / DAY,
  // The first of January 1970 was a Thursday.
  week: (date: Date) => (((date.getTime() / DAY + 3) % 7) + 7) % 7 / 7, // prettier-ignore
  year: (date: Date) => {
    const begin = Date.UTC(date.getUTCFullYear(), 0);
    return (date.getTime() - begin) / (Date.UTC(date.getUTCFullYear() + 1, 0) - begin);
  },
};
export type Cycle = keyof typeof CYCLES;

export interface CalendarFeaturesOptions {
  /** `day`: the hour of it; `week`: the day of it; `year`: the date in it. */
  cycles: readonly Cycle[];
  /** Waves per cycle. Default 1. */
  harmonics?: number;
}

/**
 * Where in its seasons each step lies, as points on circles: sin and cos of 2π · k · t / period, inputs that are known ahead.
 *
 * @returns [length, 2 · harmonics · periods]
 */
export function seasonalFeatures(length: number, options: SeasonalFeaturesOptions): Tensor {
  const who = 'seasonalFeatures';
  checkOptions(who, options, ['period', 'harmonics', 'start']);
  checkInteger(who, 'length', length, 0);
  const start = checkInteger(who, 'start', options.start ?? 0, 0);
  const periods = [options.period].flat();
  for (const period of periods) {
    if (!(typeof period === 'number' && period > 0 && Number.isFinite(period)))
      throw new ValueError(`${who}: period must be a number of steps above 0, got ${show(period)}.`);
  }
  return waves(who, length, options.harmonics, (t) => periods.map((period) => ((start + t) / period) % 1));
}

/**
 * Where in the day, the week or the year each date lies, as points on circles (see seasonalFeatures), in UTC.
 *
 * @param dates Dates, or texts such as '1958-03-29'.
 * @returns [dates, 2 · harmonics · cycles] @throws ValueError for what is no date.
 */
export function calendarFeatures(dates: readonly (Date | string)[], options: CalendarFeaturesOptions): Tensor {
  const who = 'calendarFeatures';
  checkOptions(who, options, ['cycles', 'harmonics']);
  const names = Object.keys(CYCLES) as Cycle[];
  const cycles = [options.cycles].flat().map((cycle) => CYCLES[checkChoice(who, 'cycle', cycle, names)]);
  const times = dates.map((given) => {
    // A text without a zone is in UTC, not in that of this machine.
    const plain = typeof given === 'string' && !/(z|gmt|utc|[+-]\d\d:?\d\d)\s*$/i.test(given);
    const date = plain ? inUTC(given) : new Date(given);
    if (Number.isNaN(date.getTime())) throw new ValueError(`${who}: ${show(given)} is not a date.`);
    return date;
  });
  return waves(who, times.length, options.harmonics, (t) => cycles.map((passed) => passed(times[t])));
}

function waves(who: string, length: number, harmonics = 1, phases: (t: number) => readonly number[]): Tensor {
  checkInteger(who, 'harmonics', harmonics, 1);
  const values: number[] = [];
  for (let t = 0; t < length; t++) {
    for (const phase of phases(t)) {
      for (let k = 1; k <= harmonics; k++)
        values.push(Math.sin(2 * Math.PI * k * phase), Math.cos(2 * Math.PI * k * phase));
    }
  }
  return new Tensor(Float32Array.from(values), [length, length === 0 ? 0 : values.length / length]);
}

function inUTC(text: string): Date {
  const local = new Date(text);
  // A day alone is in UTC already, where it is written with hyphens.
  if (/^\s*[+-]?\d+-\d\d-\d\d\s*$/.test(text)) return local;
  return new Date(local.getTime() - local.getTimezoneOffset() * 60_000);
}
