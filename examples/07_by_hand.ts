// node dist/examples/07_by_hand.js: what a recurrent layer computes, written out: two steps, three inputs, five neurons, four instances.
import { layers, ops, setRandomSeed, tensor, type Tensor, type TensorBase } from 'seqnn';

setRandomSeed(42);
const [INPUTS, NEURONS] = [3, 5];
// The instances at the first step and at the second.
const x0 = tensor([[0, 1, 2], [3, 4, 5], [6, 7, 8], [9, 0, 1]]); // prettier-ignore
const x1 = tensor([[9, 8, 7], [0, 0, 0], [6, 5, 4], [3, 2, 1]]); // prettier-ignore

const wx = ops.random.normal([INPUTS, NEURONS], 0, 0.3);
const wy = ops.random.normal([NEURONS, NEURONS], 0, 0.3);
const b = ops.random.normal([NEURONS], 0, 0.1);
const y0 = ops.tanh(x0.matmul(wx).add(b));
const y1 = ops.tanh(y0.matmul(wy).add(x1.matmul(wx)).add(b));
const byHand = ops.stack([y0, y1], 1); // [4, 2, 5]
console.log('first step', y0);
console.log('second step', y1);

const layer = layers.simpleRNN({ units: NEURONS, returnSequences: true, inputShape: [2, INPUTS] });
layer.build([null, 2, INPUTS]);
layer.setWeights([wx, wy, b] as Tensor[]);
const byLayer = layer.apply(ops.stack([x0, x1], 1)) as TensorBase;

const difference = (ops.max(ops.abs(ops.subtract(byHand, byLayer))) as Tensor).item();
console.log(`largest difference between the hand-written steps and the layer: ${difference.toExponential(1)}`);
