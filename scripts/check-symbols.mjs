// The linker keeps one copy of a function that several object files define. If kernel files built for AVX-512 defined one
// outside their own namespace (an instantiated std:: template), that copy could be run on a machine without AVX-512.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { filesUnder } from './support/files.mjs';
import { capture, parse, root } from './support/shell.mjs';

const [options] = parse(process.argv.slice(2));
const build = options.out?.at(-1) ?? 'build';
// Data that every file with exception handlers holds; no code.
const harmless = /^DW\.ref\./;
let objects = 0;
let faults = 0;

for (const file of filesUnder([build], /\.(o|obj)$/)) {
  const isa = /\/kernels_(\w+)\.dir\//.exec(file)?.[1];
  if (!isa || isa === 'scalar') continue;
  ++objects;
  const symbols = capture(['nm', '-C', '--defined-only', join(root, file)]);
  if (symbols === null) throw new Error(`nm cannot read ${file}`);
  for (const [, kind, name] of symbols.matchAll(/^[0-9a-f]* *([A-Za-z]) (.*)$/gm)) {
    const shared = /[A-Zuvw]/.test(kind) && kind !== 'U';
    if (!shared || harmless.test(name) || name.includes(`seqnn::${isa}::`)) continue;
    console.log(`${file}: "${name}" (${kind}) lies outside seqnn::${isa}`);
    ++faults;
  }
}
if (objects === 0)
  console.log(
    existsSync(join(root, build)) ? `no kernel objects under ${build}` : `no build in ${build}: npm run build`,
  );
else console.log(`${objects} kernel objects of wide instruction sets, ${faults} symbols outside their namespace`);
process.exitCode = objects > 0 && faults === 0 ? 0 : 1;
