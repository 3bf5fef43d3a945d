// Predictions of one workload by onnxruntime-node: node onnx_steps.mjs WORKLOADS.json NAME THREADS; prints milliseconds as JSON.
import { readFileSync } from 'node:fs';
import ort from 'onnxruntime-node';
import { onnxModel } from './onnx_model.mjs';

const [path, name, threads] = process.argv.slice(2);
const w = JSON.parse(readFileSync(path, 'utf8'))[name];
const session = await ort.InferenceSession.create(onnxModel(w), { intraOpNumThreads: Number(threads) });

/** The fastest of the calls of a second, behind ten that are not counted. */
async function clock(batch) {
  const wave = Float32Array.from({ length: batch * w.steps * w.features }, (_, i) => Math.sin(i * 0.37));
  const inputs = { x: new ort.Tensor('float32', wave, [batch, w.steps, w.features]) };
  const times = [];
  for (const start = performance.now(); times.length < 20 || performance.now() - start < 1000;) {
    const before = performance.now();
    await session.run(inputs);
    times.push(performance.now() - before);
  }
  return Math.min(...times.slice(10));
}

console.log(JSON.stringify({ predict_ms: await clock(w.batch), predict1_ms: await clock(1) }));
