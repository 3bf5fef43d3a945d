import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  activations,
  callbacks,
  constraints,
  input,
  Layer,
  layers,
  loadModel,
  losses,
  metrics,
  model as graph,
  ops,
  optimizers,
  regularizers,
  SeqnnError,
  sequential,
  type LayerConfig,
  type Model,
  type Tensor,
  type TensorBase,
} from '../../lib/index.js';
import { decodeMetadata, decodeTensors, encodeTensors } from '../../lib/training/weights_file.js';
import { linearData, random32 } from './models.js';

const quiet = { verbose: 0, batchSize: 8, seed: 5 } as const;
const values = (model: Model) => model.getWeights().map((w) => Array.from(w.data));

/** A cell that needs an option of its own. */
class Leaky extends Layer {
  readonly stateSize: number;
  private readonly inner: Layer;

  constructor(private readonly own: { units: number; leak: number; name?: string }) {
    super(own, ['units', 'leak']);
    this.stateSize = own.units;
    this.inner = this.track(layers.dense({ units: own.units }));
  }

  call(x: TensorBase, [h]: TensorBase[]): [TensorBase, TensorBase[]] {
    const next = h.multiply(this.own.leak).add(this.inner.call(x).tanh());
    return [next, [next]];
  }
}
/** A layer that keeps its option to itself. */
class Scaled extends Layer {
  constructor(private readonly factor: number) {
    super();
  }

  call(x: TensorBase): TensorBase {
    return x.multiply(this.factor);
  }
}

const swish2: activations.Activation = (x) => ops.multiply(x, ops.sigmoid(ops.multiply(x, 2)));

describe('save and loadModel', function () {
  this.timeout(20000);
  let folder: string;
  let path: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'seqnn-save-'));
    path = join(folder, 'model.safetensors');
  });
  after(() => rm(folder, { recursive: true }));

  const small = () =>
    sequential([
      layers.dense({ units: 5, activation: 'tanh', inputShape: [4], kernelRegularizer: regularizers.l2({ l2: 0.01 }) }),
      layers.dropout({ rate: 0.3 }),
      layers.dense({ units: 1, kernelInitializer: () => random32([5, 1], 3) }),
    ]);

  /** The model predicts the same after the round trip. */
  async function trip(model: Model, x: any, customObjects = {}): Promise<Model> {
    await model.save(path);
    const other = await loadModel(path, { customObjects });
    assert.deepEqual(values(other), values(model));
    assert.deepEqual(
      other.layers.map((l) => [l.name, l.trainable]),
      model.layers.map((l) => [l.name, l.trainable]),
    );
    const flat = (y: any) => [y].flat().map((t) => Array.from(t.data));
    assert.deepEqual(flat(await other.predict(x)), flat(await model.predict(x)));
    return other;
  }

  for (const [name, optimizer] of Object.entries({
    adam: () => optimizers.adam({ learningRate: 0.01, amsgrad: true, weightDecay: 0.1, useEma: true }),
    adamW: () => {
      const made = optimizers.adamW();
      made.excludeFromWeightDecay({ names: ['bias'] });
      return made;
    },
    accumulating: () => optimizers.nadam({ gradientAccumulationSteps: 3 }),
    schedule: () =>
      optimizers.sgd({
        momentum: 0.9,
        learningRate: optimizers.exponentialDecay({ initialLearningRate: 0.1, decaySteps: 3, decayRate: 0.5 }),
      }),
  })) {
    it(`training goes on with the same bits: ${name}`, async () => {
      const { x, y } = linearData(40);
      const model = small();
      model.compile({ optimizer: optimizer(), loss: losses.huber({ delta: 0.5 }), metrics: ['mae'] });
      await model.fit(x, y, { ...quiet, epochs: 2 });
      const other = await trip(model, x);
      const rest = { verbose: 0, batchSize: 8, epochs: 4, initialEpoch: 2 } as const;
      const [a, b] = [await model.fit(x, y, rest), await other.fit(x, y, rest)];
      assert.deepEqual(b.history, a.history);
      assert.deepEqual(values(other), values(model));
    });
  }

  it('restores the same bits in another process', async () => {
    const { x, y } = linearData(40);
    const model = small();
    model.compile({ optimizer: 'adam', loss: 'mse' });
    await model.fit(x, y, quiet);
    await model.save(path);
    const index = new URL('../../lib/index.js', import.meta.url).href;
    const script = `import { loadModel } from ${JSON.stringify(index)};
      const model = await loadModel(${JSON.stringify(path)});
      const x = new Float32Array(${JSON.stringify(Array.from(x.data))});
      const y = await model.predict({ data: x, shape: [40, 4] });
      process.stdout.write(JSON.stringify(Array.from(y.data)));`;
    const out = execFileSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' });
    assert.deepEqual(JSON.parse(out), Array.from((await model.predict(x)).data));
  });

  it('graphs: several inputs and outputs, shared layers, nested models, states handed on', async () => {
    const [a, b] = [input({ shape: [6, 3], name: 'a' }), input({ shape: [null, 3], name: 'b' })];
    const shared = layers.lstm({ units: 4, returnState: true });
    const [first, h, c] = shared.apply(a);
    const second = layers.lstm({ units: 4 }).apply(b, { initialState: [h, c] });
    const nested = sequential([layers.dense({ units: 4, activation: 'relu', inputShape: [4] })]);
    nested.layers[0].trainable = false;
    const sum = layers.add().apply([nested.apply(first), nested.apply(second), shared.apply(b)[0]]);
    const model = graph({ inputs: [a, b], outputs: [sum, layers.dense({ units: 2, name: 'two' }).apply(sum)] });
    const x = [random32([5, 6, 3], 1), random32([5, 4, 3], 2)];
    model.compile({ loss: { two: 'mse' }, metrics: { two: [metrics.meanAbsoluteError({ name: 'm' })] } });
    const other = await trip(model, x);
    assert.deepEqual(other.metricsNames, model.metricsNames);
    assert.equal(other.trainableWeights.length, model.trainableWeights.length);
  });

  it('wrappers, and cells and functions of the user', async () => {
    const x = random32([3, 5, 4], 1);
    const model = sequential([
      layers.bidirectional({ layer: layers.gru({ units: 3, returnSequences: true }), inputShape: [5, 4] }),
      layers.timeDistributed({ layer: layers.dense({ units: 4, activation: swish2 }) }),
      layers.rnn({ cell: [new Leaky({ units: 4, leak: 0.5 }), layers.lstmCell({ units: 3 })], returnSequences: true }),
      layers.rnn({ cell: layers.residualWrapper({ cell: layers.gruCell({ units: 3 }) }) }),
    ]);
    const mine = (t: TensorBase, p: TensorBase) => t.subtract(p).abs();
    model.compile({ optimizer: 'sgd', loss: mine, metrics: [mine, 'mse'] });
    await trip(model, x, { Leaky, swish2, mine });
    await assert.rejects(loadModel(path), /'swish2' is not part of the library; give customObjects: { swish2 }/);
    await assert.rejects(loadModel(path, { customObjects: { swish2, mine } }), /customObjects: { Leaky }/);
    model.compile({ loss: [(t: TensorBase) => t] });
    await assert.rejects(model.save(path), /compile\.loss\[0\] is a function without a name/);
  });

  it('finds the values of each weight by its name, where the file has them in another order', async () => {
    const model = sequential([layers.dense({ units: 2, name: 'a', inputShape: [2] }), layers.dense({ units: 2, name: 'b' })]); // prettier-ignore
    model.compile({ optimizer: 'adam', loss: 'mse' });
    await model.fit(random32([8, 2], 1), random32([8, 2], 2), quiet);
    await model.save(path);
    const bytes = await readFile(path);
    const entries = [...decodeTensors(path, bytes)];
    const own = entries.filter(([name]) => !name.startsWith('optimizer'));
    const renamed = [2, 3, 0, 1].map((from, i): [string, Tensor] => [
      own[from][0].replace(/^\d+/, String(i)),
      own[from][1],
    ]);
    const metadata = decodeMetadata(path, bytes);
    const seqnn = metadata.seqnn.replace('"slots":[0,1,2,3]', '"slots":[2,3,0,1]');
    assert.notEqual(seqnn, metadata.seqnn);
    await writeFile(path, encodeTensors(new Map([...renamed, ...entries.slice(own.length)]), { seqnn }));
    const other = await loadModel(path);
    assert.deepEqual(values(other), values(model));
    const [x, y] = [random32([8, 2], 3), random32([8, 2], 4)];
    assert.deepEqual((await other.fit(x, y, quiet)).history, (await model.fit(x, y, quiet)).history);
  });

  it('loadWeights goes by places: names that nobody chose may stand for other layers', async () => {
    const chain = (names: string[]) =>
      sequential([layers.dense({ units: 2, name: names[0], inputShape: [2] }), layers.dense({ units: 2, name: names[1] })]); // prettier-ignore
    const [first, other] = [chain(['dense', 'dense_1']), chain(['dense_1', 'dense'])];
    await first.saveWeights(path);
    await other.loadWeights(path);
    assert.deepEqual(values(other), values(first));
  });

  it('weights of a class of its own keep what their initializers make', async () => {
    class Scale extends Layer {
      private readonly table = layers.layerNormalization(); // not tracked: what it is made of is not in the file
      constructor(options: LayerConfig = {}) {
        super(options);
      }
      call(x: TensorBase): TensorBase {
        return this.table.call(x);
      }
    }
    await trip(sequential([new Scale({ inputShape: [3] }), layers.dense({ units: 1 })]), random32([4, 3], 1), {
      Scale,
    });
  });

  it('functions as layers, by their names', async () => {
    const last = (x: TensorBase) => x.slice([null, -1]);
    const model = sequential([layers.gru({ units: 2, returnSequences: true, inputShape: [3, 1] }), layers.lambda({ function: last })]); // prettier-ignore
    await trip(model, random32([4, 3, 1], 1), { last });
  });

  it('a model on every step, with a part that is frozen', async () => {
    const inner = sequential([layers.dense({ units: 2, inputShape: [3] }), layers.dense({ units: 1 })]);
    inner.layers[0].trainable = false;
    const model = sequential([layers.timeDistributed({ layer: inner, inputShape: [2, 3] })]);
    const other = await trip(model, random32([4, 2, 3], 1));
    assert.equal(other.trainableWeights.length, 2);
  });

  it('a cell that is frozen in a layer that is not', async () => {
    const lstm = layers.lstm({ units: 2, inputShape: [3, 1] });
    const both = layers.bidirectional({ layer: layers.gru({ units: 2, returnSequences: true }), inputShape: [3, 1] });
    for (const [layer, inner] of [
      [lstm, lstm.tracked[0]],
      [both, both.tracked[1]],
    ] as const) {
      // prettier-ignore
      const model = sequential([layer, layers.flatten(), layers.dense({ units: 1 })]);
      inner.trainable = false;
      const count = model.trainableWeights.length;
      assert.ok(count < model.weights.length && layer.trainable);
      const other = await trip(model, random32([4, 3, 1], 1));
      const frozen = (m: Model) => m.nonTrainableWeights.map((v) => m.weights.indexOf(v));
      assert.deepEqual(frozen(other), frozen(model));
      assert.equal(other.layers[0].trainable, true);
    }
  });

  it('layers with rules, functions and options of every kind; metrics with options', async () => {
    const bidirectional = layers.bidirectional({
      mergeMode: 'sum',
      backwardLayer: layers.lstm({ units: 4, goBackwards: true, name: 'back' }),
      layer: layers.lstm({ units: 4, usePeepholes: true, cellClip: 3, name: 'forth' }),
    });
    bidirectional.forwardLayer.trainable = false;
    const model = sequential([
      layers.conv1d({ filters: 4, kernelSize: 3, activation: 'gelu', inputShape: [8, 2], biasConstraint: 'nonNeg' }),
      layers.batchNormalization(),
      layers.activation({ activation: activations.relu }),
      layers.maxPooling1d({ poolSize: 2 }),
      layers.layerNormalization({ trainable: false }),
      layers.prelu({ sharedAxes: [1], alphaConstraint: constraints.maxNorm({ maxValue: 1 }) }),
      layers.activityRegularization({ l1: 0.1 }),
      layers.reLU({ maxValue: Infinity, activityRegularizer: regularizers.l1() }),
      bidirectional,
      layers.dense({ units: 1, activation: 'sigmoid', dtype: 'float64' }),
    ]);
    const twice = (t: TensorBase, p: TensorBase) => t.subtract(p).multiply(2);
    const list = [
      metrics.auc({ numThresholds: 20 }),
      metrics.binaryAccuracy({ threshold: 0.3 }),
      metrics.meanSquaredError,
      'acc',
      twice,
    ];
    model.compile({ loss: 'binaryCrossentropy', metrics: list });
    const x = random32([6, 8, 2], 1);
    const y = [[0], [1], [1], [0], [1], [0]];
    await model.fit(x, y, { verbose: 0, seed: 1 });
    const other = await trip(model, x, { twice });
    assert.deepEqual(await other.evaluate(x, y, { verbose: 0 }), await model.evaluate(x, y, { verbose: 0 }));
    assert.equal(other.trainableWeights.length, model.trainableWeights.length);
    await other.loadWeights(path);
  });

  it('modelCheckpoint saves whole models', async () => {
    const { x, y } = linearData(16);
    const model = small();
    model.compile({ loss: 'mse' });
    await model.fit(x, y, {
      ...quiet,
      callbacks: callbacks.modelCheckpoint({ filepath: path, saveWeightsOnly: false }),
    });
    assert.deepEqual(values(await loadModel(path)), values(model));
  });

  it('a model of layers on devices is served where these are not', async () => {
    const { x, y } = linearData(16);
    const model = sequential([layers.dense({ units: 3, inputShape: [4], device: 'cpu' }), layers.dense({ units: 1 })]);
    model.compile({ optimizer: 'adam', loss: 'mse' });
    await model.fit(x, y, quiet);
    const path = join(folder, 'devices');
    await model.save(path);
    assert.deepEqual(values(await loadModel(path)), values(model));
    // As if it had been built where there is such a device.
    const [first] = model.layers;
    const config = first.getConfig();
    first.getConfig = () => ({ ...config, device: 'gpu:99' });
    await model.save(path);
    const warned = new Promise<Error>((resolve) => process.once('warning', resolve));
    const loaded = await loadModel(path);
    assert.deepEqual(values(loaded), values(model));
    assert.match((await warned).message, /layer 'dense\w*' was on gpu:99, which is not here; it is on (cpu|gpu:0) now/);
  });

  it('says what is wrong with a file', async () => {
    const model = small();
    await model.save(path);
    const bytes = await readFile(path);
    await writeFile(path, bytes.subarray(0, bytes.length - 4));
    await assert.rejects(loadModel(path), /outside the file/);
    await writeFile(path, bytes.subarray(0, 30));
    await assert.rejects(loadModel(path), /not a safetensors file, or cut off/);
    await writeFile(path, 'something else altogether');
    await assert.rejects(loadModel(path), /not a safetensors file/);
    await model.saveWeights(path);
    await assert.rejects(loadModel(path), /holds no model, expected a file of model\.save\(\)/);
    const scaled = sequential([layers.dense({ units: 2, inputShape: [4] }), new Scaled(3)]);
    await assert.rejects(scaled.save(path), /Scaled does not say how it was made; hand its options on to super/);
    await assert.rejects(sequential([layers.dense({ units: 1 })]).save(path), /not built yet/);
    const onFolder = [() => model.save(folder), () => model.saveWeights(folder), () => model.loadWeights(folder), () => loadModel(folder)]; // prettier-ignore
    for (const call of onFolder)
      await assert.rejects(call(), /a folder, expected the path of a file, like '.*model\.safetensors'/);
  });

  it('refuses a damaged description, whatever it says', async () => {
    await small().save(path);
    const bytes = await readFile(path);
    const tensors = decodeTensors(path, bytes);
    const { seqnn } = decodeMetadata(path, bytes);
    const places: string[][] = [];
    const visit = (value: any, place: string[]) => {
      for (const key of typeof value === 'object' && value !== null ? Object.keys(value as object) : []) {
        places.push([...place, key]);
        visit(value[key], [...place, key]);
      }
    };
    visit(JSON.parse(seqnn), []);
    let refused = 0;
    for (const place of places) {
      for (const wrong of [undefined, null, -1, 'x', [], {}, { $: 'place' }, { $: 'same', id: 99 }]) {
        const saved = JSON.parse(seqnn);
        const last = place.length - 1;
        place.slice(0, last).reduce((at, key) => at[key], saved)[place[last]] = wrong;
        await writeFile(path, encodeTensors(tensors, { seqnn: JSON.stringify(saved) }));
        await loadModel(path).catch((error: unknown) => {
          assert.ok(error instanceof SeqnnError, `${place.join('.')} = ${JSON.stringify(wrong)}: ${String(error)}`);
          refused++;
        });
      }
    }
    assert.ok(refused > places.length);
  });
});
