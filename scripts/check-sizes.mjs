// A file is one idea: none over 500 lines, and the median is printed.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { filesUnder } from './support/files.mjs';
import { root } from './support/shell.mjs';

const limit = 500;
const sizes = filesUnder(['lib', 'native', 'test', 'bench', 'examples', 'scripts'], /\.(c?ts|mjs|cc|h|inc|def)$/)
  .map((file) => ({ file, lines: readFileSync(join(root, file), 'utf8').split('\n').length - 1 }))
  .sort((a, b) => a.lines - b.lines);
const over = sizes.filter(({ lines }) => lines > limit);
for (const { file, lines } of over) console.log(`${file}: ${lines} lines, more than ${limit}`);
console.log(`${sizes.length} files, median ${sizes[sizes.length >> 1].lines} lines, longest ${sizes.at(-1).lines}`);
process.exitCode = over.length === 0 ? 0 : 1;
