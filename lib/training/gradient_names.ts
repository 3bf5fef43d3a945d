import type { Layer } from '../layers/layer.js';
import type { Variable } from '../program/variable.js';

/** A trained weight and where it belongs. */
export interface NamedWeight {
  readonly layer: string;
  /** Starts with the layer's name. */
  readonly name: string;
  readonly variable: Variable;
}

/** The layers of a model, those of models inside it in their place. */
export function leavesOf(layers: readonly Layer[]): Layer[] {
  return layers.flatMap((layer) => {
    const { layers: inner } = layer as Layer & { layers?: readonly Layer[] };
    return Array.isArray(inner) ? leavesOf(inner) : [layer];
  });
}

/** Weights with names, each once, in the order of the layers. */
export function namedWeights(layers: readonly Layer[], variables: readonly Variable[]): NamedWeight[] {
  const wanted = new Set(variables);
  return leavesOf(layers).flatMap((layer) =>
    layer.weights
      .filter((variable) => wanted.delete(variable))
      .map((variable) => {
        const own = variable.name.startsWith(`${layer.name}/`);
        return { layer: layer.name, name: own ? variable.name : `${layer.name}/${variable.name}`, variable };
      }),
  );
}
