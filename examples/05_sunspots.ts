// node dist/examples/05_sunspots.js: a measured series from a CSV file, scaled, forecast and put back into its units.
import { fileURLToPath } from 'node:url';
import { data, layers, ops, optimizers, sequential, setRandomSeed, type Tensor, type TensorBase } from 'seqnn';
import { size } from './support/size.js';

setRandomSeed(1);
const YEARS = 309;
const STEPS = 30;
const HELD = 60;

const table = await data.readCsv(fileURLToPath(new URL('../../data/sunspots.csv', import.meta.url)));
const spots = table.tensor(['sunspots']);
// Measured on the past only: the held-out years must not leak into the scale.
const scaler = data.standardScaler().fit(spots.slice([[0, YEARS - HELD]]));
const [x, y] = data.forecastWindows(scaler.transform(spots), { steps: STEPS });
const [[xTrain, yTrain], [xTest, yTest]] = data.split([x, y], { sizes: [null, HELD] });

const model = sequential([layers.gru({ units: 16, inputShape: [STEPS, 1] }), layers.dense({ units: 1 })]);
model.compile({ optimizer: optimizers.adam({ learningRate: 0.005 }), loss: 'mse' });
await model.fit(xTrain, yTrain, { epochs: size(60, 2), batchSize: 16, verbose: 0 });

const inSpots = (t: TensorBase) => scaler.inverseTransform(t);
const rmse = (forecast: TensorBase) =>
  Math.sqrt((ops.mean(ops.square(ops.subtract(inSpots(forecast), inSpots(yTest)))) as Tensor).item());
console.log(
  `RMSE over the last ${HELD} years: last year's value ${rmse(xTest.slice([null, -1])).toFixed(1)}, GRU ${rmse(await model.predict(xTest)).toFixed(1)}`,
);
