import type { Activation } from '../activations/index.js';
import { show, ValueError } from '../program/errors.js';
import type { TensorBase } from '../program/tensor.js';

export { checkRate } from '../ops/checks.js';

/** What keeps a division finite: a number of at least 0, or an error. */
export function epsilonOf(who: string, { epsilon }: { readonly epsilon?: number }, fallback: number): number {
  if (epsilon === undefined) return fallback;
  if (typeof epsilon !== 'number' || !(epsilon >= 0))
    throw new ValueError(`${who}: epsilon must be a number of at least 0, got ${show(epsilon)}.`);
  return epsilon;
}

/** Whether all axes lie behind that of the steps in [B, T, …]. */
export function behindSteps(axis: number | readonly number[], rank: number): boolean {
  return [axis].flat().every((i) => (i < 0 ? i + rank : i) > 1);
}

/** The name under which a kernel can apply an activation as it stores its result; undefined: there is none, or nothing to do. */
export function storedActivation(activation: Activation): string | undefined {
  return activation.fused === 'linear' ? undefined : activation.fused;
}

/** The activation, unless the kernel that made y applied it already. */
export function activate(activation: Activation, y: TensorBase): TensorBase {
  return activation.fused === undefined ? activation(y) : y;
}
