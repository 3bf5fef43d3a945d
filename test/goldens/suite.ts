import type { Finding } from './compare.js';
import { Unsupported } from './configs.js';
import { familyOf, readCases, type Case } from './fixture.js';
import { checkInitializer } from './kinds/initializer.js';
import { checkLayer, checkLayerCalls } from './kinds/layer.js';
import { checkLoss } from './kinds/loss.js';
import { checkMetric } from './kinds/metric.js';
import { checkOptimizer, checkSchedule } from './kinds/optimizer.js';
import { checkTf1 } from './kinds/tf1.js';
import { checkTrace } from './kinds/trace.js';

/** Each kind's check; those in two dtypes are run in both. */
const IN_BOTH: Readonly<Record<string, (fixture: Case, dtype: 'float32' | 'float64') => Finding[]>> = {
  layer: checkLayer,
  layer_calls: checkLayerCalls,
  loss: checkLoss,
  optimizer: checkOptimizer,
  tf1: checkTf1,
};
const IN_ONE: Readonly<Record<string, (fixture: Case) => Finding[]>> = {
  initializer: checkInitializer,
  metric: checkMetric,
  schedule: checkSchedule,
  trace: checkTrace,
};

export interface Failure {
  case: string;
  what: string;
  error: number | string;
  bound: number;
}
export interface Family {
  passed: number;
  failed: number;
  unsupported: number;
  /** Relative where values are above 1. */
  max_error: number;
}
export interface Report {
  passed: number;
  failed: number;
  unsupported: number;
  families: Record<string, Family>;
  failures: Failure[];
  unsupported_cases: string[];
}

/** The findings of one case. @throws Unsupported. */
function check(fixture: Case): { single: Finding[]; double: Finding[] } {
  const both = IN_BOTH[fixture.kind];
  if (both)
    return {
      single: both(fixture, 'float32'),
      double: both(fixture, 'float64').map((f) => ({ ...f, what: `${f.what} in float64` })),
    };
  const one = IN_ONE[fixture.kind];
  if (!one) throw new Unsupported(`kind ${fixture.kind}`);
  return { single: one(fixture), double: [] };
}

/** Runs every case of a folder, or those whose names contain `only`. */
export function runFolder(
  folder: string,
  only = '',
  onCase: (name: string, reason?: string) => void = () => {},
): Report {
  const report: Report = { passed: 0, failed: 0, unsupported: 0, families: {}, failures: [], unsupported_cases: [] };
  for (const fixture of readCases(folder)) {
    if (!fixture.name.includes(only)) continue;
    const family = (report.families[familyOf(fixture.name)] ??= { passed: 0, failed: 0, unsupported: 0, max_error: 0 });
    const outcome = (which: 'passed' | 'failed' | 'unsupported') => {
      report[which] += 1;
      family[which] += 1;
    };
    try {
      const { single, double } = check(fixture);
      for (const { error, size = 1 } of single)
        if (Number.isFinite(error)) family.max_error = Math.max(family.max_error, error / size);
      const bad = [...single, ...double].filter(({ error, bound }) => !(error <= bound));
      report.failures.push(
        ...bad.map((f) => ({
          case: fixture.name,
          what: f.what,
          error: Number.isFinite(f.error) ? f.error : String(f.error),
          bound: f.bound,
        })),
      );
      outcome(bad.length === 0 ? 'passed' : 'failed');
    } catch (error) {
      if (error instanceof Unsupported) {
        outcome('unsupported');
        report.unsupported_cases.push(fixture.name);
        onCase(fixture.name, error.message);
        continue;
      }
      outcome('failed');
      report.failures.push({ case: fixture.name, what: (error as Error).message, error: 'threw', bound: 0 });
    }
    onCase(fixture.name);
  }
  return report;
}
