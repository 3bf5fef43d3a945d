import type { Variable } from '../../program/variable.js';

/**
 * Where recurrent layers leave their last states for the next part of the same sequences: a list per call of a layer, in
 * the order of the calls, which is the same in every trace of a model.
 */
export class Carry {
  private calls = 0;

  /**
   * @param kept The lists, shared with the traces of other parts.
   * @param resumes Whether the states lie there already; false: the sequences begin.
   */
  constructor(
    private readonly kept: (readonly Variable[])[],
    readonly resumes: boolean,
  ) {}

  /** The variables of the next call. */
  take(make: () => readonly Variable[]): readonly Variable[] {
    return (this.kept[this.calls++] ??= make());
  }
}
