import { checkOptions } from '../program/errors.js';
import { FIGURES, PerThreshold, thresholdsOf, type Count, type Selection } from './confusion.js';

export interface PrecisionOptions extends Selection {
  /** A prediction above it is positive; a list gives a list of results. Default 0.5, with topK none. */
  thresholds?: number | readonly number[] | null;
  name?: string;
}
const OPTIONS: readonly (keyof PrecisionOptions)[] = ['thresholds', 'topK', 'classId', 'name'];

/** True positives over the predicted or the real positives. */
abstract class Hits extends PerThreshold {
  protected readonly several: boolean;

  constructor(
    private readonly kind: 'precision' | 'recall',
    options: PrecisionOptions,
  ) {
    checkOptions(kind, options, OPTIONS);
    const fallback = options.topK == null ? 0.5 : -Infinity;
    super(kind, options.name ?? kind, thresholdsOf(kind, options.thresholds, fallback), options);
    this.several = Array.isArray(options.thresholds);
  }

  protected figure(count: Count): number {
    return FIGURES[this.kind](count);
  }
}

/**
 * How many of the predicted positives are real. Targets 0 or 1, predictions of their shape.
 * @throws ValueError for an unknown option or one out of its range.
 */
export class Precision extends Hits {
  constructor(options: PrecisionOptions = {}) {
    super('precision', options);
  }
}

/**
 * How many of the real positives are predicted. Targets 0 or 1, predictions of their shape.
 * @throws ValueError for an unknown option or one out of its range.
 */
export class Recall extends Hits {
  constructor(options: PrecisionOptions = {}) {
    super('recall', options);
  }
}
