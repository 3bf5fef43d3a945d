// Prints what the addon named by SEQNN_ADDON exports and computes, for compare-builds.mjs.
import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { join } from 'node:path';
import { root } from './shell.mjs';

const addon = createRequire(import.meta.url)(process.env.SEQNN_ADDON);
const { data, layers, sequential, setRandomSeed } = await import(
  pathToFileURL(join(root, 'dist', 'lib', 'index.js')).href
);

const digest = (tensor) => createHash('sha256').update(new Uint8Array(tensor.data.buffer)).digest('hex').slice(0, 16);

/** A few steps of a model that holds one layer of each kind. */
async function train() {
  setRandomSeed(1);
  const series = data.generateTimeSeries(64, 21, { seed: 7 });
  const model = sequential([
    layers.conv1D({ filters: 5, kernelSize: 3, padding: 'causal', inputShape: [null, 1] }),
    layers.simpleRNN({ units: 7, returnSequences: true }),
    layers.lstm({ units: 9, returnSequences: true }),
    layers.gru({ units: 3 }),
    layers.dense({ units: 1 }),
  ]);
  model.compile({ optimizer: 'adam', loss: 'mse' });
  const [x, y] = [series.slice([null, [0, 20]]), series.slice([null, 20])];
  await model.fit(x, y, { epochs: 3, batchSize: 16, verbose: 0, seed: 1 });
  return [...model.getWeights(), await model.predict(x)].map(digest);
}

const methods = (value) =>
  typeof value === 'function' && value.prototype ? Object.getOwnPropertyNames(value.prototype).sort() : [];
const { isa, isas } = addon.about();
console.log(
  JSON.stringify({
    exports: Object.keys(addon)
      .sort()
      .map((name) => [name, methods(addon[name])]),
    ops: addon.opNames(),
    isa,
    isas,
    trained: await train(),
  }),
);
