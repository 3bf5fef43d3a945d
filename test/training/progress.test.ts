import assert from 'node:assert/strict';
import { ProgressBar, showTime } from '../../lib/training/progress.js';
import { compiled, linearData } from './models.js';

/** What `body` writes to stdout. */
async function written(body: () => Promise<unknown>): Promise<string> {
  const original = process.stdout.write;
  let text = '';
  process.stdout.write = (chunk: string) => {
    text += chunk;
    return true;
  };
  try {
    await body();
  } finally {
    process.stdout.write = original;
  }
  return text;
}

const plain = (text: string) => text.replace(new RegExp(`${String.fromCharCode(27)}\\[\\d*[mK]`, 'g'), '');

describe('progress', () => {
  const { x, y } = linearData(10);

  it('is silent at verbose 0', async () => {
    assert.equal(await written(() => compiled().fit(x, y, { verbose: 0, epochs: 2 })), '');
    assert.equal(await written(() => compiled().evaluate(x, y)), '');
  });

  it('is one plain line per epoch where stdout is no terminal', async () => {
    const text = await written(() =>
      compiled().fit(x, y, { epochs: 2, batchSize: 5, validationData: [x, y], verbose: 2 }),
    );
    assert.match(
      text,
      /^Epoch 1\/2\n2\/2 - \ds - \S+\/step - loss: \d\.\d{4} - mae: \d\.\d{4} - val_loss: \d\.\d{4} - val_mae: \d\.\d{4}\nEpoch 2\/2\n2\/2 - /,
    );
  });

  it('redraws a bar on a terminal, at most ten times a second', () => {
    let text = '';
    const bar = new ProgressBar(1, { write: (t: string) => (text += t), isTTY: true, columns: 200 });
    let clock = 0;
    const now = performance.now;
    performance.now = () => clock;
    try {
      bar.begin(200, { epoch: 0, epochs: 3 });
      for (let done = 1; done <= 100; done++) {
        clock += 10;
        bar.update(done, () => ({ loss: 0.5 }));
      }
      clock += 1000;
      bar.end({ loss: 0.25, val_loss: 1e-5 }, 200);
    } finally {
      performance.now = now;
    }
    const lines = plain(text).split(/[\r\n]+/);
    assert.equal(lines[0], 'Epoch 1/3');
    assert.equal(lines.length, 1 + 10 + 1 + 1);
    assert.equal(lines[10], '100/200 ━━━━━━━━━━━━━━━━━━━━ 1s 10ms/step - loss: 0.5000');
    assert.equal(lines[11], '200/200 ━━━━━━━━━━━━━━━━━━━━ 2s 10ms/step - loss: 0.2500 - val_loss: 1.0000e-5');
  });

  it('does not wrap', () => {
    let text = '';
    const bar = new ProgressBar(1, { write: (t: string) => (text += t), isTTY: true, columns: 40 });
    bar.begin(10);
    const now = performance.now;
    performance.now = () => now.call(performance) + 1000;
    try {
      bar.update(5, () => ({ loss: 0.5, another: 1, third: 2 }));
    } finally {
      performance.now = now;
    }
    assert.ok(plain(text).replace('\r', '').length < 40);
  });

  it('writes times as Keras does', () => {
    assert.deepEqual([0.2, 5.4, 65, 3725].map(showTime), ['0s', '5s', '1:05', '1:02:05']);
  });
});
