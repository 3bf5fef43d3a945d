// node dist/examples/12_seeing_gradients.js: how the gradient fades or grows over 100 steps, in numbers and as gradients.html.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { callbacks, data, initializers, layers, optimizers, report, sequential, setRandomSeed } from 'seqnn';
import type { GradientFlow, Layer } from 'seqnn';
import { size } from './support/size.js';

setRandomSeed(1);
const PAGE = size('gradients.html', join(tmpdir(), `seqnn-gradients-${process.pid}.html`));
const STEPS = 100;
const UNITS = 20;
const series = data.generateTimeSeries(size(512, 64), STEPS + 1, { seed: 42 });
const [x, y] = data.forecastWindows(series, { steps: STEPS });

function compiled(layer: Layer, clipnorm?: number) {
  const model = sequential([layer, layers.dense({ units: 1, dtype: 'float64' })]);
  model.compile({ optimizer: optimizers.sgd({ learningRate: 0.05, clipnorm }), loss: 'mse' });
  return model;
}
// In double, where a gradient may fade to 1e-308 before it is 0.
const common = { units: UNITS, inputShape: [null, 1], dtype: 'float64' } as const;
const turned = (gain: number) => ({ ...common, recurrentInitializer: initializers.orthogonal({ gain }) });
/** A forget gate that is open for about 1 … STEPS steps (Tallec & Ollivier 2018). */
function longMemory(): Layer {
  const layer = layers.lstm({ ...common, name: 'lstm, long memory' });
  layer.build([null, null, 1]);
  const [kernel, recurrent, bias] = layer.getWeights();
  for (let k = 0; k < UNITS; k++) {
    const open = Math.log(1 + ((STEPS - 1) * (k + 0.5)) / UNITS);
    bias.data[k] = -open;
    bias.data[UNITS + k] = open;
  }
  layer.setWeights([kernel, recurrent, bias]);
  return layer;
}

const candidates = [
  layers.simpleRNN({ ...common, activation: 'sigmoid', name: 'sigmoid' }),
  layers.simpleRNN({ ...common, name: 'tanh' }),
  layers.simpleRNN({ ...turned(1.5), name: 'tanh, gain 1.5' }),
  layers.simpleRNN({ ...turned(1.2), activation: null, name: 'linear, gain 1.2' }),
  layers.lstm({ ...common, name: 'lstm' }),
  longMemory(),
];
const start: GradientFlow['steps'][number][] = [];
console.log('norm of dL/dh_t before training'.padEnd(36), 't = 0'.padStart(10), `t = ${STEPS - 1}`.padStart(10));
for (const layer of candidates) {
  const { steps } = await compiled(layer).gradientFlow(x, y);
  const [{ name, norms }] = steps;
  start.push({ name, norms });
  console.log(name.padEnd(36), norms[0].toExponential(1).padStart(10), norms[STEPS - 1].toExponential(1).padStart(10));
}

// The exploding one, trained as it is and with its gradient cut; TensorBoard would read the folder of its logs.
const logDir = await mkdtemp(join(tmpdir(), 'seqnn-gradients-'));
const flows: Record<string, GradientFlow[]> = {};
const losses: string[] = [];
for (const clipnorm of [undefined, 1]) {
  const title = clipnorm === undefined ? 'as it is' : `clipnorm ${clipnorm}`;
  setRandomSeed(2);
  const model = compiled(layers.simpleRNN({ ...turned(1.5), name: 'tanh, gain 1.5' }), clipnorm);
  const seen: GradientFlow[] = (flows[title] = []);
  const look = { onEpochBegin: async () => void seen.push(await model.gradientFlow(x, y, { perStep: false })) };
  const board = callbacks.tensorBoard({ logDir: join(logDir, title), histogramFreq: 1, gradientData: [x, y] });
  const { history } = await model.fit(x, y, { epochs: size(30, 2), verbose: 0, callbacks: [look, board] });
  losses.push(`gain 1.5 trained ${title}: loss ${history.loss[0].toPrecision(3)} → ${history.loss.at(-1)?.toPrecision(3)}`); // prettier-ignore
}
await rm(logDir, { recursive: true });

await report({
  path: PAGE,
  title: 'Where the gradient goes',
  intro: `The gradient of the loss by the state at each of ${STEPS} steps; the loss looks at the last one only.`,
  gradients: [
    { title: 'Before training, by time step', flow: { steps: start, layers: { names: [], norms: [] } } },
    ...Object.entries(flows).map(([title, flow]) => ({ title: `Gain 1.5 trained ${title}, by epoch`, flow })),
  ],
});
console.log(`Pictures: ${PAGE}`);
for (const loss of losses) console.log(loss);
