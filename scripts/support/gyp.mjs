import { cpSync, mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { bin, must } from './shell.mjs';

const require = createRequire(import.meta.url);

/**
 * A stand-in for an installed Node with the headers of node-api-headers, so that node-gyp downloads none.
 * Windows needs node.lib besides, which only the download has.
 */
function headers(folder) {
  const include = join(folder, 'build', 'headers', 'include', 'node');
  mkdirSync(include, { recursive: true });
  cpSync(require('node-api-headers').include_dir, include, { recursive: true });
  cpSync(join(folder, 'native', 'node-gyp.gypi'), join(include, 'common.gypi'));
  return join(folder, 'build', 'headers');
}

/** Builds the addon of a checkout (its node_modules included) with node-gyp into its build/Release. */
export function buildWithGyp(folder) {
  const node = process.platform === 'win32' ? [] : [`--nodedir=${headers(folder)}`, '--force-process-config'];
  const gyp = bin('node-gyp/bin/node-gyp.js');
  must([...gyp, 'configure', '--loglevel=warn', ...node], { cwd: folder });
  must([...gyp, 'build', '--loglevel=warn', `--jobs=${cpus().length}`, ...node], { cwd: folder });
}
