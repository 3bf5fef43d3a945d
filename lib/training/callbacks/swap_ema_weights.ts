import { checkOptions, StateError } from '../../program/errors.js';
import type { Tensor } from '../../program/tensor.js';
import { checkFlag } from '../../ops/checks.js';
import { Callback } from './callback.js';

export interface SwapEMAWeightsOptions {
  /** Also from the end of an epoch to the start of the next, so that checkpoints hold the averages; default false. */
  swapOnEpoch?: boolean;
}

/**
 * Puts the averages that an optimizer with useEma keeps in the place of the weights while the model is validated. With
 * swapOnEpoch it must stand before the callbacks that save the model.
 */
export class SwapEMAWeights extends Callback {
  private readonly swapOnEpoch: boolean;
  /** The weights themselves while the averages are in their place. */
  private put: Tensor[] | null = null;

  constructor(options: SwapEMAWeightsOptions = {}) {
    super();
    checkOptions('swapEMAWeights', options, ['swapOnEpoch']);
    this.swapOnEpoch = checkFlag('swapEMAWeights', 'swapOnEpoch', options.swapOnEpoch ?? false);
  }

  override onTrainBegin(): void {
    this.put = null;
    if (!this.model.optimizer.options.useEma)
      throw new StateError('swapEMAWeights: the optimizer keeps no averages; give it useEma: true.');
  }

  override onEpochBegin(): void {
    this.back();
  }

  override onTestBegin(): void {
    this.swap();
  }

  override onTestEnd(): void {
    this.back();
  }

  override onEpochEnd(): void {
    if (this.swapOnEpoch) this.swap();
  }

  // A fit ends with the averages in place: nothing is put back.
  override onTrainEnd(): void {
    this.put = null;
  }

  private swap(): void {
    const { optimizer, weights } = this.model;
    if (this.put) return;
    this.put = this.model.getWeights();
    for (const v of weights) {
      const average = optimizer.averageOf(v);
      if (average) v.assign(average);
    }
  }

  private back(): void {
    if (this.put) this.model.setWeights(this.put);
    this.put = null;
  }
}
