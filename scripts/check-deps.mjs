// Proves what docs/architecture.md says: dependencies point down only, there are no circular imports, only lib/runtime
// knows the addon and only native/binding knows Node-API.
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { filesUnder } from './support/files.mjs';
import { root } from './support/shell.mjs';

// Lowest first; rooms of one line do not see each other.
const libLevels = [
  ['runtime'],
  ['program'],
  ['ops'],
  ['data'],
  ['text'],
  ['activations', 'constraints', 'initializers', 'regularizers'],
  ['losses', 'optimizers'],
  ['metrics'],
  ['layers'],
  ['seq2seq'],
  ['training'],
  ['forecasting', 'formats'],
  ['report'],
  ['tfjs'],
  ['exports'],
  ['tf'],
  ['index'],
  ['cli'],
];
const nativeLevels = [['runtime'], ['cpu/simd'], ['cells'], ['cpu'], ['cuda'], ['binding'], ['tests']];

const faults = [];

/** The level of a room by name, or a fault: a new room must be given its place here. */
function levelOf(levels, room, file) {
  const level = levels.findIndex((rooms) => rooms.includes(room));
  if (level < 0) faults.push(`${file}: the room "${room}" has no level in scripts/check-deps.mjs`);
  return level;
}

function checkDirection(levels, roomOf, from, to) {
  const [a, b] = [roomOf(from), roomOf(to)];
  const [above, below] = [levelOf(levels, a, from), levelOf(levels, b, to)];
  if (a !== b && above <= below) faults.push(`${from} imports ${to}: ${a} must not know ${b}`);
}

/**
 * Every file on a cycle is reported once, with the cycle. Gradient rules of ops call each other (a product's needs a sum,
 * a sum's a broadcast), long after all files are loaded: cycles inside lib/ops are in the nature of the thing.
 */
function checkCycles(graph) {
  const state = new Map();
  const visit = (file, path) => {
    if (state.get(file) === 'done') return;
    if (state.get(file) === 'open') {
      faults.push(`circular import: ${[...path.slice(path.indexOf(file)), file].join(' -> ')}`);
      return;
    }
    state.set(file, 'open');
    for (const next of graph.get(file) ?? []) visit(next, [...path, file]);
    state.set(file, 'done');
  };
  for (const file of graph.keys()) visit(file, []);
}

const libRoom = (file) => file.split('/')[1].replace(/\.c?ts$/, '');
const statement = /^\s*(?:import|export)\s+(type\s)?(?:[^'"`;]*?\sfrom\s*)?['"]([^'"]+)['"]/gm;

function checkLib() {
  const graph = new Map();
  for (const file of filesUnder(['lib'], /\.c?ts$/)) {
    const text = readFileSync(join(root, file), 'utf8');
    const values = [];
    for (const [, type, target] of text.matchAll(statement)) {
      if (!target.startsWith('.')) {
        if (!target.startsWith('node:')) faults.push(`${file} imports ${target}: the library has no dependencies`);
        continue;
      }
      const to = normalize(join(dirname(file), target))
        .replaceAll('\\', '/')
        .replace(/\.(c?)js$/, '.$1ts');
      if (!existsSync(join(root, to))) faults.push(`${file} imports ${target}: no such file`);
      checkDirection(libLevels, libRoom, file, to);
      if (!type && !(libRoom(file) === 'ops' && libRoom(to) === 'ops')) values.push(to);
    }
    if (libRoom(file) !== 'runtime' && /\.node['"`]|load\.cjs/.test(text))
      faults.push(`${file}: only lib/runtime may load the addon`);
    graph.set(file, values);
  }
  checkCycles(graph);
}

const nativeRoom = (file) => {
  if (file.startsWith('native/cpu/simd/')) return 'cpu/simd';
  return file.startsWith('native/cuda/tests/') ? 'tests' : file.split('/')[1];
};

function checkNative() {
  for (const file of filesUnder(['native'], /\.(cc|h|inc|def)$/)) {
    const text = readFileSync(join(root, file), 'utf8');
    for (const [, target] of text.matchAll(/^\s*#\s*include\s+"([^"]+)"/gm)) {
      if (!existsSync(join(root, 'native', target)))
        faults.push(`${file} includes "${target}": no such file under native/`);
      else checkDirection(nativeLevels, nativeRoom, file, `native/${target}`);
    }
    if (nativeRoom(file) !== 'binding' && /#\s*include\s*<(napi|node_api|node|uv)\b/.test(text))
      faults.push(`${file}: only native/binding may use Node-API`);
  }
}

/** Examples are written as a user would write them. */
function checkExamples() {
  for (const file of filesUnder(['examples'], /\.ts$/)) {
    for (const [, , target] of readFileSync(join(root, file), 'utf8').matchAll(statement)) {
      if (target.includes('/lib/')) faults.push(`${file} imports ${target}: an example imports from 'seqnn'`);
    }
  }
}

checkLib();
checkNative();
checkExamples();
for (const fault of faults) console.log(fault);
process.exitCode = faults.length === 0 ? 0 : 1;
