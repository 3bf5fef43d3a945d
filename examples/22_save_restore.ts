// node dist/examples/22_save_restore.js: a model is trained and saved in one process and restored in another, which predicts the same bits.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { data, layers, loadModel, sequential, setRandomSeed, type Model, type Tensor } from 'seqnn';
import { size } from './support/size.js';

const series = data.generateTimeSeries(size(2000, 200), 51, { seed: 42 });
const [x, y] = data.forecastWindows(series, { steps: 50 });

/** Of the bytes of all predictions. */
async function hashOf(model: Model): Promise<string> {
  const { data: values } = (await model.predict(x)) as Tensor;
  return createHash('sha256')
    .update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength))
    .digest('hex');
}

const restoring = process.argv.indexOf('--restore');
if (restoring >= 0) {
  // The other process: it knows the file and nothing else.
  console.log(await hashOf(await loadModel(process.argv[restoring + 1])));
} else {
  setRandomSeed(1);
  const model = sequential([
    layers.lstm({ units: 20, returnSequences: true, inputShape: [null, 1] }),
    layers.layerNormalization(),
    layers.gru({ units: 10 }),
    layers.dense({ units: 1 }),
  ]);
  model.compile({ optimizer: 'adam', loss: 'mse' });
  await model.fit(x, y, { epochs: size(3, 1), batchSize: 32, verbose: 0 });
  const folder = mkdtempSync(join(tmpdir(), 'seqnn-'));
  try {
    const file = join(folder, 'model.safetensors');
    await model.save(file);
    const flags = process.argv.slice(2);
    const there = execFileSync(process.execPath, [fileURLToPath(import.meta.url), ...flags, '--restore', file]);
    const [here, restored] = [await hashOf(model), there.toString().trim()];
    console.log(`trained here    ${here}`);
    console.log(`restored there  ${restored}`);
    console.log(`${x.shape[0]} predictions, hashes equal: ${here === restored}`);
    if (here !== restored) process.exitCode = 1;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
