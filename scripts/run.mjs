// node scripts/run.mjs <source.ts> [args]: builds what changed, then runs the compiled file with the arguments.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { must, root } from './support/shell.mjs';

const [source, ...args] = process.argv.slice(2);
must([process.execPath, join(root, 'scripts', 'build.mjs')]);
const compiled = join(root, 'dist', source.replace(/\.ts$/, '.js'));
process.argv = [process.argv[0], compiled, ...args];
process.setSourceMapsEnabled?.(true);
await import(pathToFileURL(compiled).href);
