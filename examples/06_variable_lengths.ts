// node dist/examples/06_variable_lengths.js: sequences of different lengths in one batch, masked in every way there is; each gives what every row gives alone.
import { data, layers, ops, sequential, setRandomSeed, tensor, type Tensor, type TensorBase } from 'seqnn';

setRandomSeed(1);
const LENGTHS = [5, 3, 7, 0]; // the last row is empty
const [FEATURES, UNITS, LONGEST] = [2, 8, 7];
const inputShape = [null, FEATURES];
const gru = layers.gru({ units: UNITS, inputShape });
const rows = LENGTHS.map((n) => ops.random.normal([Math.max(n, 1), FEATURES], 0, 1, { seed: 3 + n }) as Tensor);
const lists = rows.map((row, i) => (LENGTHS[i] === 0 ? [] : row.toArray())) as number[][][];

// Without any mask, one row at a time; an empty row leaves the states at zero.
const alone = rows.map((row, i) =>
  LENGTHS[i] === 0 ? ops.zeros([1, UNITS]) : (gru.apply(ops.expandDims(row, 0)) as TensorBase),
);
const truth = ops.concatenate(alone, 0);

const differences: number[] = [];
function compare(what: string, result: TensorBase, expected: TensorBase = truth): void {
  const difference = (ops.max(ops.abs(ops.subtract(result, expected))) as Tensor).item();
  differences.push(difference);
  console.log(`${what.padEnd(46)} largest difference ${difference.toExponential(1)}`);
}

const padded = (padding: 'pre' | 'post', value = 0) =>
  data.padSequences(lists, { maxLen: LONGEST, padding, value, dtype: 'float32' });
const masked = sequential([layers.masking({ inputShape }), gru]);
compare('masking, padded behind', masked.predictSync(padded('post')) as Tensor);
compare('masking, padded in front', masked.predictSync(padded('pre')) as Tensor);
const holes = lists.map((list) => list.flatMap((step, t) => (t % 2 === 0 ? [step, [0, 0]] : [step])));
compare('masking, holes', masked.predictSync(data.padSequences(holes, { dtype: 'float32' })) as Tensor);

// What the padding holds does not matter where the mask or the lengths are given.
const steps = Array.from({ length: LONGEST }, (_, t) => t);
const mask = tensor(LENGTHS.map((n) => steps.map((t) => t < n)));
compare('a mask of one’s own, padded with 99', gru.apply(padded('post', 99), { mask }) as Tensor);
compare('sequenceLength, padded with 99', gru.apply(padded('post', 99), { sequenceLength: LENGTHS }) as Tensor);

// The same layer with its steps declared beforehand, as TensorFlow 1's static_rnn; here both run in the same kernel.
const unrolled = layers.gru({ units: UNITS, unroll: true, inputShape: [LONGEST, FEATURES] });
const fixed = sequential([layers.masking({ inputShape: [LONGEST, FEATURES] }), unrolled]);
unrolled.setWeights(gru.getWeights());
compare('unrolled, padded behind', fixed.predictSync(padded('post')) as Tensor);

// Words: index 0 is no word.
const sentences = LENGTHS.map((n) => Array.from({ length: n }, (_, t) => 1 + ((3 * t + n) % 9)));
const embedding = layers.embedding({ inputDim: 10, outputDim: FEATURES, maskZero: true, inputShape: [null] });
const reader = sequential([embedding, layers.lstm({ units: UNITS })]);
const each = sentences.map((words) => (words.length === 0 ? ops.zeros([1, UNITS]) : reader.predictSync([words])));
const words = data.padSequences(sentences, { dtype: 'float32' });
compare('embedding with maskZero, padded in front', reader.predictSync(words) as Tensor, ops.concatenate(each, 0));

console.log(`largest difference of all ${Math.max(...differences).toExponential(1)}, expected below 1e-6`);
