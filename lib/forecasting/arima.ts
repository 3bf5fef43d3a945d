import { checkInteger, checkOptions, ValueError } from '../program/errors.js';
import { arimaPackage } from './arima_package.cjs';
import { perFeature, type Baseline } from './forecaster.js';

export interface ArimaOptions {
  /** Autoregressive order; with `auto` the largest to try. Default 1. */
  p?: number;
  /** Differences. Default 0. */
  d?: number;
  /** Order of the moving average of the noise. Default 1. */
  q?: number;
  /** The same for the season. Default 0. */
  P?: number;
  D?: number;
  Q?: number;
  /** Steps of a season. Default 0: none. */
  s?: number;
  /** Chooses the orders itself. Default false. */
  auto?: boolean;
}
const ORDERS = ['p', 'd', 'q', 'P', 'D', 'Q', 's'] as const;

/**
 * ARIMA and seasonal ARIMA (Box & Jenkins 1970), estimated from each history by conditional least squares, by the optional package `arima`, which must be
 * installed beside this one. It computes on the calling thread and may print warnings about series that it finds hard.
 *
 * @throws when the package is missing, or the history is too short for the orders or has missing values.
 */
export function arima(options: ArimaOptions = {}): Baseline {
  checkOptions('arima', options, [...ORDERS, 'auto']);
  for (const order of ORDERS) if (options[order] !== undefined) checkInteger('arima', order, options[order], 0);
  const Model = arimaPackage();
  const { auto = false, p = 1, d = 0, q = 1, P = 0, D = 0, Q = 0, s = 0 } = options;
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  if (s === 0 && P + D + Q > 0) throw new ValueError(`arima: P, D and Q need a season, s of at least 2; got s ${s}.`);
  if (!auto && p + q + P + Q === 0)
    throw new ValueError(
      'arima: expected a term to estimate, p, q, P or Q of at least 1; naive and seasonalNaive have none.',
    );
  const season = s > 0 ? `(${P},${D},${Q})[${s}]` : '';
  const name = auto ? 'autoARIMA' : `ARIMA(${p},${d},${q})${season}`;
  return perFeature(name, 1, (values, ahead) => {
    if (values.some((v) => !Number.isFinite(v)))
      throw new ValueError(`${name}: the history has missing or infinite values; data.interpolateMissing fills them.`);
    // The conditional sum of squares: the package's likelihood can end in a model that explodes (sunspots, p 9, q 1).
    const model = new Model({ ...given, method: 1, verbose: false });
    try {
      return model.train(Array.from(values)).predict(ahead)[0];
    } catch (error) {
      throw new ValueError(`${name}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
    } finally {
      model.destroy();
    }
  });
}
