import { setImmediate } from 'node:timers/promises';
import type { Dense } from '../layers/dense.js';
import type { Embedding } from '../layers/embedding.js';
import { SampledSoftmax } from '../layers/sampled_softmax.js';
import { stateSizes, type CellLayer } from '../layers/recurrent/cell.js';
import { log } from '../ops/arithmetic.js';
import { mean } from '../ops/reduce.js';
import { compile, type Compiled } from '../ops/grad.js';
import { stack } from '../ops/shape.js';
import { logSoftmax } from '../ops/softmax.js';
import type { Tensor, TensorBase } from '../program/tensor.js';
import { attentionCellsOf, withMemories } from './attention_cell.js';
import type { DecodeStep } from './hypothesis.js';

/** What a decoder's step is made of. */
export interface StepParts {
  readonly embedding: Embedding;
  readonly cell: CellLayer;
  readonly projection: Dense | SampledSoftmax;
}

/**
 * A decoder one step at a time: one native program that looks through a memory and one for a step. Both are kept, by
 * their shapes: nothing is traced again from step to step or from call to call.
 */
export class DecoderSteps {
  private readonly prepare: Compiled<Tensor[]>;
  private readonly advance: Compiled<Tensor[]>;
  /** How many keys each attention has. */
  private counts: readonly number[] = [];

  constructor(private readonly parts: StepParts) {
    const cells = attentionCellsOf(parts.cell);
    this.prepare = compile((values: TensorBase) => {
      const keys = cells.map((cell) => cell.attention.prepare(values));
      this.counts = keys.map((k) => k.length);
      return [values, ...keys.flat()];
    });
    const n = stateSizes(parts.cell).length;
    this.advance = compile((tokens: TensorBase, ...rest: TensorBase[]) => {
      const states = rest.slice(0, n);
      if (cells.length === 0) return this.once(tokens, states);
      const [values, mask, ...keys] = rest.slice(n);
      let at = 0;
      const memories = this.counts.map((count) => ({ values, mask, keys: keys.slice(at, (at += count)) }));
      const seen: TensorBase[] = [];
      const results = withMemories(
        cells,
        memories,
        () => this.once(tokens, states),
        (w) => seen.push(w),
      );
      return [...results, seen.length === 1 ? seen[0] : mean(stack(seen), 0)];
    });
  }

  private once(tokens: TensorBase, states: TensorBase[]): TensorBase[] {
    const { embedding, cell, projection } = this.parts;
    const [output, next] = cell.call(embedding.call(tokens), states) as [TensorBase, TensorBase | TensorBase[]];
    const found: TensorBase = projection.call(output);
    const logProbs = projection instanceof SampledSoftmax ? log(found) : logSoftmax(found);
    return [logProbs, ...(Array.isArray(next) ? next : [next])];
  }

  /** @param memory The values [B, S, M] and their mask [B, S]; null for a cell without attention. */
  from(memory: { values: Tensor; mask: Tensor } | null): DecodeStep {
    const [values, ...keys] = memory ? this.prepare(memory.values) : [];
    const constants = memory ? [values, memory.mask, ...keys] : [];
    return async (tokens, before) => {
      // Between two steps the event loop may turn.
      await setImmediate();
      const [logProbs, ...after] = this.advance(tokens, ...before, ...constants);
      const attention = memory ? (after.pop() as Tensor) : null;
      return { logProbs, states: after, attention };
    };
  }
}
