// A workload as an ONNX model with weights of no meaning: what an exporter would write.
import proto from 'onnx-proto';

const { onnx } = proto;
const { FLOAT, INT64 } = onnx.TensorProto.DataType;
const ATTRIBUTE = onnx.AttributeProto.AttributeType;

const bytesOf = (array) => new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
const sizeOf = (dims) => dims.reduce((a, b) => a * b, 1);

/** Nodes and weights of one graph; names are made up as it grows. */
class Graph {
  nodes = [];
  initializers = [];

  constructor(prefix) {
    this.prefix = prefix;
  }

  name() {
    return `${this.prefix}${this.nodes.length}_${this.initializers.length}`;
  }

  weight(...dims) {
    const values = Float32Array.from({ length: sizeOf(dims) }, (_, i) => 0.1 * Math.sin(i * 1.7 + dims.length));
    return this.constant(FLOAT, values, dims);
  }

  integers(...values) {
    return this.constant(INT64, BigInt64Array.from(values, BigInt), [values.length]);
  }

  constant(dataType, values, dims) {
    const name = `w${this.name()}`;
    this.initializers.push({ name, dataType, dims, rawData: bytesOf(values) });
    return name;
  }

  /** The name of the output chosen of `outputs`: RNNs give all steps first, the last state second. */
  node(opType, input, attributes = {}, which = 0) {
    const output = Array.from({ length: which + 1 }, (_, i) => `v${this.name()}_${i}`);
    this.nodes.push({ opType, input, output, attribute: Object.entries(attributes).map(attributeOf) });
    return output[which];
  }

  /** `width`: of the outputs [B, width], which the body of a Scan must say. */
  encoded(name, inputs, outputs, width) {
    const shape = width && { dim: [{ dimParam: 'batch' }, { dimValue: width }] };
    const value = (of) => ({ name: of, type: { tensorType: { elemType: FLOAT } } });
    const result = (of) => ({ name: of, type: { tensorType: { elemType: FLOAT, shape } } });
    return {
      name,
      node: this.nodes,
      initializer: this.initializers,
      input: inputs.map(value),
      output: outputs.map(result),
    };
  }
}

function attributeOf([name, value]) {
  if (Array.isArray(value)) return { name, type: ATTRIBUTE.INTS, ints: value };
  if (typeof value === 'string') return { name, type: ATTRIBUTE.STRING, s: new TextEncoder().encode(value) };
  if (typeof value === 'object') return { name, type: ATTRIBUTE.GRAPH, g: value };
  return Number.isInteger(value) ? { name, type: ATTRIBUTE.INT, i: value } : { name, type: ATTRIBUTE.FLOAT, f: value };
}

const GATES = { RNN: 1, GRU: 3, LSTM: 4 };

/** x [T, B, width] */
function recurrent(graph, op, x, width, units, last) {
  const rows = GATES[op] * units;
  const operands = [x, graph.weight(1, rows, width), graph.weight(1, rows, units), graph.weight(1, 2 * rows)];
  const options = op === 'GRU' ? { hidden_size: units, linear_before_reset: 1 } : { hidden_size: units };
  const steps = graph.node(op, operands, options, last ? 1 : 0);
  return graph.node('Squeeze', [steps, graph.integers(last ? 0 : 1)]);
}

/** A cell of the user's own: x [T, B, width] through a Scan. */
function normed(graph, x, width, units) {
  const body = new Graph('s');
  const sum = body.node('Add', [
    body.node('Add', [body.node('MatMul', ['step', body.weight(width, units)]), body.weight(units)]),
    body.node('MatMul', ['before', body.weight(units, units)]),
  ]);
  const norm = body.node('LayerNormalization', [sum, body.weight(units), body.weight(units)], { epsilon: 1e-3 });
  const after = body.node('Tanh', [norm]);
  const step = body.node('Identity', [after]);
  const shape = graph.node('Shape', [x], { start: 1, end: 2 });
  const start = graph.node('Expand', [
    graph.constant(FLOAT, new Float32Array(units), [1, units]),
    graph.node('Concat', [shape, graph.integers(units)], { axis: 0 }),
  ]);
  return graph.node(
    'Scan',
    [start, x],
    { num_scan_inputs: 1, body: body.encoded('step', ['before', 'step'], [after, step], units) },
    1,
  );
}

/** x [T, B, width] */
function convolution(graph, x, width, filters, [kernel, stride, dilation, padding, activation]) {
  const channels = graph.node('Transpose', [x], { perm: [1, 2, 0] });
  const z = graph.node('Conv', [channels, graph.weight(filters, width, kernel), graph.weight(filters)], {
    kernel_shape: [kernel],
    strides: [stride],
    dilations: [dilation],
    pads: [padding === 'causal' ? (kernel - 1) * dilation : 0, 0],
  });
  return graph.node('Transpose', [activation === 'relu' ? graph.node('Relu', [z]) : z], { perm: [2, 0, 1] });
}

function layer(graph, x, width, [kind, units, ...rest]) {
  if (kind === 'LNRNN') return normed(graph, x, width, units);
  if (kind === 'Conv1D') return convolution(graph, x, width, units, rest);
  if (kind.endsWith('Dense'))
    return graph.node('Add', [graph.node('MatMul', [x, graph.weight(width, units)]), graph.weight(units)]);
  return recurrent(graph, kind.replace('Simple', ''), x, width, units, rest[0] === 'last');
}

/** Input `x` [B, T, F]; the output of the last layer. */
export function onnxModel({ features, layers }) {
  const graph = new Graph('g');
  let x = graph.node('Transpose', ['x'], { perm: [1, 0, 2] });
  let width = features;
  for (const spec of layers) {
    x = layer(graph, x, width, spec);
    width = spec[1];
  }
  if (!layers.some((spec) => spec[2] === 'last')) x = graph.node('Transpose', [x], { perm: [1, 0, 2] });
  return onnx.ModelProto.encode({
    irVersion: 8,
    opsetImport: [{ domain: '', version: 17 }],
    graph: graph.encoded('workload', ['x'], [x]),
  }).finish();
}
