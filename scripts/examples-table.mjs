// node scripts/examples-table.mjs: writes examples/README.md anew, a line per example out of the comment at its top.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { root } from './support/shell.mjs';

const folder = join(root, 'examples');
const file = join(folder, 'README.md');

/** The first sentence behind "how to run it:" in the comment at the top. */
function described(source) {
  const lines = readFileSync(join(folder, source), 'utf8').split('\n');
  const end = lines.findIndex((line) => !line.startsWith('// '));
  const comment = lines.slice(0, end).map((line) => line.slice(3)).join(' '); // prettier-ignore
  const text = /^[^:]+: (.+?)(\.$|\. (?=[A-Z])|$)/.exec(comment)?.[1];
  if (!text) throw new Error(`examples/${source}: the first line must be "// how to run it: what it shows".`);
  return text.replaceAll('|', '\\|');
}

const sources = readdirSync(folder)
  .filter((name) => /^(\d\d_\w+|demo)\.ts$/.test(name))
  .sort((a, b) => (b === 'demo.ts') - (a === 'demo.ts') || (a < b ? -1 : 1));
const rows = sources.map((source) => `| \`${source}\` | ${described(source)} |`);
const head = readFileSync(file, 'utf8').split('\n| ')[0];
const text = `${head}\n| example | shows |\n| --- | --- |\n${rows.join('\n')}\n`;
writeFileSync(file, await format(text, { ...(await resolveConfig(file)), filepath: file }));
