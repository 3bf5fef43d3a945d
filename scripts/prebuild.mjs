// Copies the built addon to prebuilds/<platform>-<arch>/, where the published package carries it.
import { copyFileSync, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { must, root } from './support/shell.mjs';

must([process.execPath, join(root, 'scripts', 'build.mjs')]);
const built = join(root, 'build', 'Release', 'seqnn.node');
if (!existsSync(built)) throw new Error(`expected the built addon at ${built}`);
const folder = join(root, 'prebuilds', `${process.platform}-${process.arch}`);
mkdirSync(folder, { recursive: true });
copyFileSync(built, join(folder, 'seqnn.node'));
console.error(`packed ${folder}`);
