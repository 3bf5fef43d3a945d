import { compile, ops, type DType, type Layer, type Tensor, type TensorBase } from '../../../lib/index.js';
import { SymbolicTensor } from '../../../lib/program/graph.js';
import { close, distance, EPSILON, fact, largest, type Finding, type Scale } from '../compare.js';
import { camelCase, makeLayer } from '../configs.js';
import { decode, decodeAll, type Case, type StoredTensor } from '../fixture.js';

/** Length of the sums behind a layer's results and gradients. */
export function scaleOf(fixture: Case, xs: readonly Tensor[], dtype: 'float32' | 'float64'): Scale {
  const sizes = [...xs.map((x) => x.shape.at(-1) ?? 1), ...fixture.weights.flatMap(([, w]) => w.shape)];
  return { steps: Math.max(...xs.map((x) => x.shape[1] ?? 1)), width: Math.max(...sizes), epsilon: EPSILON[dtype] };
}

/** The layer with the case's weights; the first call has made them all, those of a cell's own layers, too. */
function loaded(fixture: Case, x: Tensor | readonly Tensor[], dtype: DType): Layer {
  const layer = makeLayer(fixture.config, dtype);
  layer.apply(x);
  layer.resetStates();
  layer.setWeights(fixture.weights.map(([, w]) => decode(w, dtype)));
  return layer;
}

interface Run {
  outputs: Tensor[];
  masks: Tensor[];
  dx: (Tensor | null)[];
  dstates: Tensor[];
  dweights: Map<object, Tensor>;
}

/** One call of the layer with the gradients of sum(outputs · dy). */
export function run(
  layer: Layer,
  xs: readonly Tensor[],
  single: boolean,
  masks: readonly (Tensor | null)[],
  states: readonly Tensor[],
  dy: readonly Tensor[],
  kwargs: object,
): Run {
  const floating = xs.filter((x) => x.dtype !== 'int32');
  const real = masks.filter((m): m is Tensor => m !== null);
  let counts = [0, 0];
  const fn = compile((...args: TensorBase[]) => {
    const take = (n: number) => args.splice(0, n);
    const [x, mask, state, seeds] = [take(xs.length), take(real.length), take(states.length), take(dy.length)];
    const masked = masks.map((m) => (m ? (mask.shift() ?? null) : null));
    const result: unknown = layer.invoke(single ? x[0] : x, {
      ...kwargs,
      ...(masks.length > 0 && { mask: single ? masked[0] : masked }),
      ...(states.length > 0 && { initialState: state }),
    });
    const outputs = (Array.isArray(result) ? result : [result]) as TensorBase[];
    const out = outputs.flatMap((o) => (o instanceof SymbolicTensor && o.mask ? [o.mask] : []));
    counts = [outputs.length, out.length];
    const wrt = [...x.filter((t) => t.dtype !== 'int32'), ...state, ...layer.trainableWeights];
    return [...outputs, ...out, ...ops.gradients(outputs, wrt, seeds)];
  });
  const results = fn(...xs, ...real, ...states, ...dy);
  const take = (n: number) => results.splice(0, n);
  const [outputs, out, grads, dstates] = [take(counts[0]), take(counts[1]), take(floating.length), take(states.length)];
  return {
    outputs,
    masks: out,
    dx: xs.map((x) => (x.dtype === 'int32' ? null : (grads.shift() as Tensor))),
    dstates,
    dweights: new Map(layer.trainableWeights.map((v, i) => [v, results[i]])),
  };
}

// Gradients that are zero in exact arithmetic stay below this in float64.
const NOISE = 1e-13;

function compareWeightGrads(
  layer: Layer,
  grads: Case['grads'],
  dweights: Map<object, Tensor>,
  scale: Scale,
): Finding[] {
  const expected: readonly (StoredTensor | null)[] = grads?.weights ?? [];
  const all = Math.max(
    0,
    ...[...decodeAll(grads?.inputs), ...decodeAll(expected)].map((t) => (t ? largest(t.data) : 0)),
  );
  return layer.weights.flatMap((v, i) => {
    const e = expected[i];
    const found = dweights.get(v);
    if (!e || !found) return e || found ? [fact(`d ${v.name} is ${e ? 'missing' : 'too much'}`, false)] : [];
    // What is nothing but noise in float64 is a sum of larger terms that cancel, and so may a single number be.
    const cancels = largest(decode(e).data) < NOISE || v.size === 1;
    return [close(`d ${v.name}`, found, decode(e), cancels ? { ...scale, size: all } : scale)];
  });
}

function callOptions(call: Case['call']): Record<string, unknown> {
  return Object.fromEntries(Object.entries(call ?? {}).map(([key, value]) => [camelCase(key), value]));
}

export function checkLayer(fixture: Case, dtype: 'float32' | 'float64'): Finding[] {
  const { inputs, grads, outputs } = fixture;
  const single = !Array.isArray(inputs.x);
  const xs = decodeAll(inputs.x, dtype) as Tensor[];
  const layer = loaded(fixture, single ? xs[0] : xs, dtype);
  const extra = ['query_mask', 'value_mask', 'attention_mask']
    .filter((k) => inputs[k])
    .map((k) => [camelCase(k), decode(inputs[k])]);
  const kwargs = { ...callOptions(fixture.call), ...Object.fromEntries(extra) };
  const states = decodeAll(inputs.initial_state, dtype) as Tensor[];
  const result = run(
    layer,
    xs,
    single,
    decodeAll(inputs.mask),
    states,
    decodeAll(fixture.dy, dtype) as Tensor[],
    kwargs,
  );
  const scale = scaleOf(fixture, xs, dtype);
  const expected = decodeAll(outputs) as Tensor[];
  const findings = [
    fact(`${expected.length} outputs, got ${result.outputs.length}`, expected.length === result.outputs.length),
  ];
  expected.forEach((e, i) => findings.push(close(`output ${i}`, result.outputs[i], e, scale)));
  decodeAll(grads?.inputs).forEach(
    (e, i) => e && findings.push(close(`d input ${i}`, result.dx[i] as Tensor, e, scale)),
  );
  decodeAll(grads?.initial_state).forEach(
    (e, i) => e && findings.push(close(`d initial state ${i}`, result.dstates[i], e, scale)),
  );
  findings.push(...compareWeightGrads(layer, grads, result.dweights, scale));
  if (fixture.output_mask)
    findings.push(
      fact('output mask', result.masks.length > 0 && distance(result.masks[0], decode(fixture.output_mask)) === 0),
    );
  (fixture.weights_after ?? []).forEach(([name, w]: [string, StoredTensor], i: number) =>
    findings.push(close(`${name} after`, layer.getWeights()[i], decode(w), scale)),
  );
  return findings;
}

/** A stateful layer called several times; what it carries over is a constant for the gradient. */
export function checkLayerCalls(fixture: Case, dtype: 'float32' | 'float64'): Finding[] {
  const xs = decodeAll(fixture.inputs.x, dtype) as Tensor[];
  const masks = decodeAll(fixture.inputs.mask);
  const layer = loaded(fixture, xs[0], dtype);
  const scale = scaleOf(fixture, xs, dtype);
  const expected = decodeAll(fixture.outputs) as Tensor[];
  const dy = decodeAll(fixture.dy, dtype) as Tensor[];
  const per = expected.length / xs.length;
  const findings: Finding[] = [];
  const total = new Map<object, Tensor>();
  xs.forEach((x, k) => {
    const result = run(
      layer,
      [x],
      true,
      masks[k] ? [masks[k]] : [],
      [],
      dy.slice(k * per, (k + 1) * per),
      callOptions(fixture.call),
    );
    result.outputs.forEach((o, i) => findings.push(close(`call ${k} output ${i}`, o, expected[k * per + i], scale)));
    const dx = fixture.grads.inputs[k];
    if (dx) findings.push(close(`call ${k} d input`, result.dx[0] as Tensor, decode(dx), scale));
    for (const [v, g] of result.dweights) total.set(v, total.has(v) ? ops.add(total.get(v) as Tensor, g) : g);
  });
  findings.push(...compareWeightGrads(layer, fixture.grads, total, scale));
  return findings;
}
