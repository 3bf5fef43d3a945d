import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './support/shell.mjs';

for (const folder of ['build', 'build-asan', 'build-core', 'dist', 'prebuilds'])
  rmSync(join(root, folder), { recursive: true, force: true });
