// node dist/examples/41_devices.js: a deep recurrent network whose cells are on different devices, as many as there are; without a GPU all are on the processor.
import { about, data, layers, sequential, setRandomSeed } from 'seqnn';
import { size } from './support/size.js';

setRandomSeed(1);
const STEPS = 50;
const x = data.generateTimeSeries(size(4000, 64), STEPS + 1, { seed: 1 });
const [inputs, next] = [x.slice([null, [0, STEPS]]), x.slice([null, -1])];

const { count } = about().gpu;
const devices = [0, 1, 2].map((i) => (count === 0 ? 'cpu' : `gpu:${i % count}`));
const cells = devices.map((device) => layers.deviceCell(device, layers.gruCell({ units: 20 })));
// The model is wherever SEQNN_DEVICE says: only the cells have a place of their own. A layer takes `device`, too.
const model = sequential([
  layers.rnn({ cell: layers.stackedRNNCells({ cells }), inputShape: [STEPS, 1] }),
  layers.dense({ units: 1, device: 'cpu' }),
]);
model.compile({ optimizer: 'adam', loss: 'mse' });
const { history } = await model.fit(inputs, next, { epochs: size(10, 1), validationSplit: 0.2, verbose: 0, seed: 1 });
console.log(`cells on ${devices.join(', ')}: validation MSE ${history.val_loss.at(-1)?.toFixed(5)}`);
