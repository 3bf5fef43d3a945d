import type { ConstraintLike } from '../constraints/index.js';
import type { InitializerLike } from '../initializers/index.js';
import type { RegularizerLike } from '../regularizers/index.js';

/** The options that a layer has for each of its weights: kernelInitializer, kernelRegularizer, kernelConstraint, … */
export type WeightRules<W extends string> = {
  [K in W as `${K}Initializer`]?: InitializerLike;
} & {
  /** Adds a penalty to the loss: a name, a function, or null. */
  [K in W as `${K}Regularizer`]?: RegularizerLike;
} & {
  /** What becomes of the weight after each update: a name, a function, or null. */
  [K in W as `${K}Constraint`]?: ConstraintLike;
};

/** Names of these options. */
export function ruleNames(...weights: readonly string[]): string[] {
  return weights.flatMap((w) => [`${w}Initializer`, `${w}Regularizer`, `${w}Constraint`]);
}

/** What `addWeight` needs to know of one weight. */
export interface WeightRule {
  initializer?: InitializerLike;
  regularizer?: RegularizerLike;
  constraint?: ConstraintLike;
}

/** One weight's rules among a layer's options. */
export function ruleOf(options: object, weight: string, initializer?: InitializerLike): WeightRule {
  const given = options as Record<string, any>;
  return {
    initializer: given[`${weight}Initializer`] ?? initializer,
    regularizer: given[`${weight}Regularizer`],
    constraint: given[`${weight}Constraint`],
  };
}
