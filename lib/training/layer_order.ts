import { parentsOf, type LayerNode, type LayerTensor } from '../layers/connect.js';
import { InputLayer } from '../layers/input.js';
import type { Layer } from '../layers/layer.js';
import type { Wiring } from './model.js';

/**
 * The layers of a graph in Keras' order, which is that of its weights: those with the most uses between them and an output
 * come first, and of equal ones those that a walk from the outputs meets first.
 */
export function inKerasOrder({ inputs, nodes, outputs }: Wiring): Layer[] {
  const starts = inputs.filter((t) => t.layer instanceof InputLayer).map((t) => t.node);
  const depths = depthsOf([...nodes.toReversed(), ...starts]);
  const met = new Map(walked(inputs, outputs).map((layer, i) => [layer, i]));
  // Inputs that lead nowhere are not met: they come first, in their order.
  const place = (layer: Layer) => met.get(layer) ?? -1;
  return [...depths.keys()].sort((a, b) => depths.get(b)! - depths.get(a)! || place(a) - place(b));
}

/** @param nodes Each before what it reads. */
function depthsOf(nodes: readonly LayerNode[]): Map<Layer, number> {
  const ofNodes = new Map<LayerNode, number>();
  const ofLayers = new Map<Layer, number>();
  for (const node of nodes) {
    const depth = Math.max(ofNodes.get(node) ?? 0, ofLayers.get(node.layer) ?? 0);
    ofLayers.set(node.layer, depth);
    for (const { node: parent } of parentsOf(node)) ofNodes.set(parent, Math.max(depth + 1, ofNodes.get(parent) ?? 0));
  }
  return ofLayers;
}

function walked(inputs: readonly LayerTensor[], outputs: readonly LayerTensor[]): Layer[] {
  const given = new Set(inputs.filter((t) => !(t.layer instanceof InputLayer)));
  const layers = new Set<Layer>();
  const seen = new Set<LayerNode>();
  const visit = (t: LayerTensor): void => {
    if (given.has(t) || seen.has(t.node)) return;
    seen.add(t.node);
    layers.add(t.layer);
    parentsOf(t.node).forEach(visit);
  };
  outputs.forEach(visit);
  return [...layers];
}
