import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PEERS, runPeer } from '../../bench/peers.js';

const common = { note: '', batch: 2, steps: 4, features: 1, loss: 'mse', n: 2 };
const WORKLOADS = {
  recurrent: { ...common, layers: [['LSTM', 3], ['LNRNN', 2], ['TDDense', 1]] }, // prettier-ignore
  last: { ...common, loss: 'xent', layers: [['SimpleRNN', 3, 'last'], ['Dense', 4]] }, // prettier-ignore
  dilated: { ...common, layers: [['Conv1D', 3, 2, 1, 2, 'causal', 'relu']] },
};

describe('the peer that npm brings along', () => {
  const [tfjs] = PEERS.filter((p) => p.name === 'tfjs, cpu' && p.found());
  let folder: string;
  let file: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'seqnn-'));
    file = join(folder, 'workloads.json');
    writeFileSync(file, JSON.stringify(WORKLOADS));
  });
  after(() => rmSync(folder, { recursive: true }));

  for (const [name, trains] of [
    ['recurrent', true],
    ['last', true],
    ['dilated', false],
  ] as const)
    // prettier-ignore
    it(`is timed: ${name}`, () => {
      const timing = runPeer(tfjs, file, name);
      assert.ok(timing);
      assert.equal(timing.train_ms !== undefined && timing.train_ms > 0, trains);
      assert.ok(timing.predict_ms! > 0 && timing.predict1_ms! > 0);
    });
});
