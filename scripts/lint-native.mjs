// clang-tidy over the C++ sources of the addon (not its tests), kernels as the scalar set compiles them. Arguments narrow it: paths or parts of them.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { capture, root } from './support/shell.mjs';

const database = join(root, 'build', 'compile_commands.json');
const folder = join(root, 'build', 'lint');
const wanted = process.argv.slice(2);

function sources() {
  const entries = JSON.parse(readFileSync(database, 'utf8')).filter(({ file, command }) => {
    const isa = /-DSEQNN_ISA=(\w+)/.exec(command)?.[1];
    return /[\\/]native[\\/](?!tests)/.test(file) && (isa === undefined || isa === 'scalar');
  });
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'compile_commands.json'), JSON.stringify(entries));
  const files = [...new Set(entries.map(({ file }) => file))];
  return wanted.length === 0 ? files : files.filter((file) => wanted.some((part) => file.includes(part)));
}

const tidy = (file) =>
  new Promise((resolve) => {
    const child = spawn('clang-tidy', ['--quiet', '-p', folder, file], { cwd: root });
    let output = '';
    child.stdout.on('data', (chunk) => (output += chunk));
    child.on('close', (status) => {
      if (status !== 0) console.log(output);
      resolve(status === 0);
    });
  });

async function main() {
  if (capture(['clang-tidy', '--version']) === null)
    throw new Error('expected clang-tidy on the PATH (apt-get install clang-tidy)');
  if (!existsSync(database)) throw new Error(`expected ${database}: npm run build (with CMake and Ninja or Make)`);
  const queue = sources();
  const total = queue.length;
  let bad = 0;
  const worker = async () => {
    while (queue.length > 0) if (!(await tidy(queue.shift()))) ++bad;
  };
  await Promise.all(cpus().map(worker));
  console.log(`${total} files, ${bad} with findings`);
  process.exitCode = bad === 0 ? 0 : 1;
}

await main();
