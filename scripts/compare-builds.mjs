// CMake and node-gyp must build the same addon: the same exports, operations and instruction sets, and the same bits in
// the weights of a small trained model, on every instruction set.
import { cpSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { buildWithGyp } from './support/gyp.mjs';
import { capture, must, root } from './support/shell.mjs';

/** node-gyp always builds into build/ beside binding.gyp: so it gets a copy of the sources. */
function gypAddon() {
  const folder = join(root, 'build-gyp');
  mkdirSync(folder, { recursive: true });
  for (const part of ['native', 'scripts', 'binding.gyp', 'package.json']) {
    rmSync(join(folder, part), { recursive: true, force: true });
    cpSync(join(root, part), join(folder, part), { recursive: true, preserveTimestamps: true });
  }
  rmSync(join(folder, 'node_modules'), { recursive: true, force: true });
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'), 'junction');
  buildWithGyp(folder);
  return join(folder, 'build', 'Release', 'seqnn.node');
}

function probe(addon, isa) {
  const env = { ...process.env, SEQNN_ADDON: addon, ...(isa ? { SEQNN_ISA: isa } : {}) };
  const answer = capture([process.execPath, join(root, 'scripts', 'support', 'probe.mjs')], {
    env,
    stdio: ['ignore', 'pipe', 2],
  });
  if (answer === null) throw new Error(`the addon ${addon} (SEQNN_ISA=${isa ?? ''}) does not run the probe`);
  return JSON.parse(answer);
}

must([process.execPath, join(root, 'scripts', 'build.mjs')]);
const [cmake, gyp] = [join(root, 'build', 'Release', 'seqnn.node'), gypAddon()];
let differences = 0;
const isas = probe(cmake).isas;
for (const isa of isas) {
  const [a, b] = [probe(cmake, isa), probe(gyp, isa)];
  for (const key of Object.keys({ ...a, ...b })) {
    if (JSON.stringify(a[key]) === JSON.stringify(b[key])) continue;
    console.log(`${isa}: ${key} differs: CMake ${JSON.stringify(a[key])}, node-gyp ${JSON.stringify(b[key])}`);
    ++differences;
  }
}
console.log(`CMake and node-gyp on ${isas.join(', ')}: ${differences} differences`);
process.exitCode = differences === 0 ? 0 : 1;
