import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { native } from '../../lib/runtime/addon.js';

const root = fileURLToPath(new URL('../../../', import.meta.url));

/** The text of every TypeScript file of a room. */
function sources(room: string): string {
  return readdirSync(`${root}lib/${room}`, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => readFileSync(`${root}lib/${room}/${name}`, 'utf8'))
    .join('\n');
}

function matches(text: string, pattern: RegExp): Set<string> {
  return new Set([...text.matchAll(pattern)].map((m) => m[1]));
}

describe('the op list', () => {
  const text = sources('ops') + sources('program') + sources('optimizers');

  it('has a kernel for every op that TypeScript makes, and no kernel that nothing uses', () => {
    const kernels = new Set(native().opNames());
    const named = matches(text, /\bname: '(\w+)'/g);
    const updates = matches(text, /updateOp\('(\w+)'/g);
    const virtual = new Set(['reshape', 'stopGradient', 'cast', 'broadcastTo', 'input', 'variable', 'constant']);
    for (const name of [...named, ...updates])
      assert.ok(kernels.has(name) || virtual.has(name), `no kernel for '${name}'`);
    for (const kernel of kernels) {
      if (kernel !== 'elementwise')
        assert.ok(new RegExp(`'${kernel}'`).test(text), `kernel '${kernel}' has no op in lib/ops`);
    }
  });

  it('has a step of the elementwise kernel for every pointwise op', () => {
    const steps = matches(readFileSync(`${root}native/cpu/ops/micro_ops.def`, 'utf8'), /^MICRO\((\w+),/gm);
    const used = new Set([
      ...matches(text, /(?:unary|binary|pointwiseOp)\('(\w+)'/g),
      ...matches(text, /pointwise: '(\w+)'/g),
    ]);
    for (const name of used) assert.ok(steps.has(name), `no elementwise step '${name}'`);
  });
});
