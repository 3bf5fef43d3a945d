import { add, multiply } from '../ops/arithmetic.js';
import { concatenate, flip } from '../ops/shape.js';
import { checkChoice, show, ValueError } from '../program/errors.js';
import type { TensorBase } from '../program/tensor.js';
import { Layer, type CallArgs, type Inputs, type LayerConfig, type PartialShape } from './layer.js';
import { SequenceLayer } from './recurrent/sequence.js';

const MERGES = {
  concat: (a: TensorBase, b: TensorBase) => concatenate([a, b], -1),
  sum: (a: TensorBase, b: TensorBase) => add(a, b),
  mul: (a: TensorBase, b: TensorBase) => multiply(a, b),
  ave: (a: TensorBase, b: TensorBase) => multiply(add(a, b), 0.5),
} as const;

export interface BidirectionalOptions extends LayerConfig {
  /** A recurrent layer that walks forwards. */
  layer: SequenceLayer;
  /** The one that walks backwards; default one of the same options. */
  backwardLayer?: SequenceLayer | null;
  /** How the two outputs become one; null: [forward, backward]. Default 'concat'. */
  mergeMode?: keyof typeof MERGES | null;
}

/** A recurrent layer from both ends of the sequence (Schuster & Paliwal 1997). */
export class Bidirectional extends Layer {
  readonly forwardLayer: SequenceLayer;
  readonly backwardLayer: SequenceLayer;
  readonly mergeMode: keyof typeof MERGES | null;

  constructor(options: BidirectionalOptions) {
    super(options, ['layer', 'backwardLayer', 'mergeMode']);
    const { layer, backwardLayer, mergeMode = 'concat' } = options;
    if (!(layer instanceof SequenceLayer))
      throw new ValueError(`${this.name}: expected a recurrent layer, got ${show(layer)}.`);
    if (mergeMode !== null) checkChoice(this.name, 'mergeMode', mergeMode, Object.keys(MERGES));
    this.mergeMode = mergeMode;
    this.forwardLayer = this.track(layer);
    this.backwardLayer = this.track(
      backwardLayer ?? layer.clone({ goBackwards: !layer.goBackwards, name: `backward_${layer.name}` }),
    );
    this.check();
    this.supportsMasking = true;
  }

  private check(): void {
    const { forwardLayer: a, backwardLayer: b } = this;
    if (!(b instanceof SequenceLayer))
      throw new ValueError(`${this.name}: expected a recurrent layer as backwardLayer, got ${show(b)}.`);
    if (a.goBackwards === b.goBackwards)
      throw new ValueError(
        `${this.name}: both layers have goBackwards ${String(a.goBackwards)}; they must walk in opposite directions.`,
      );
    for (const option of ['returnSequences', 'returnState', 'stateful'] as const) {
      if (a[option] !== b[option])
        throw new ValueError(
          `${this.name}: ${option} is ${String(a[option])} in one layer and ${String(b[option])} in the other.`,
        );
    }
  }

  override build(inputShape: PartialShape): void {
    this.forwardLayer.build(inputShape);
    this.backwardLayer.build(inputShape);
  }

  override computeMask(_inputs: Inputs, mask: CallArgs['mask']): CallArgs['mask'] {
    const { returnSequences, returnState } = this.forwardLayer;
    const own = returnSequences
      ? ((Array.isArray(mask) ? (mask[0] as TensorBase | null) : (mask as TensorBase | null | undefined)) ?? null)
      : null;
    if (this.mergeMode === null) return [own, own];
    return returnState ? [own] : own;
  }

  protected override get callArgs(): readonly string[] {
    return ['initialState', 'sequenceLength'];
  }

  call(inputs: TensorBase | readonly TensorBase[], kwargs: CallArgs = {}): any {
    const [x, ...rest] = (Array.isArray(inputs) ? inputs : [inputs]) as TensorBase[];
    const given = rest.length > 0 ? rest : [kwargs.initialState ?? []].flat();
    const half = given.length / 2;
    if (!Number.isInteger(half))
      throw new ValueError(
        `${this.name}: initialState has ${given.length} tensors, expected the forward layer's and as many for the backward layer.`,
      );
    const { training, mask, sequenceLength } = kwargs;
    const of = (layer: SequenceLayer, states: unknown[]) => {
      const result: unknown = layer.invoke(x, {
        training,
        mask,
        sequenceLength,
        initialState: states.length > 0 ? (states as TensorBase[]) : null,
      });
      return (Array.isArray(result) ? result : [result]) as TensorBase[];
    };
    const [forward, ...forwardStates] = of(this.forwardLayer, given.slice(0, half));
    const [reversed, ...backwardStates] = of(this.backwardLayer, given.slice(half));
    const backward = this.forwardLayer.returnSequences ? flip(reversed, 1) : reversed;
    const outputs = this.mergeMode === null ? [forward, backward] : [MERGES[this.mergeMode](forward, backward)];
    const all = [...outputs, ...forwardStates, ...backwardStates];
    return all.length === 1 ? all[0] : all;
  }

  override getConfig(): Record<string, any> {
    return { ...super.getConfig(), backwardLayer: this.backwardLayer };
  }
}
