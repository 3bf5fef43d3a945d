import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const FLAGS = ['-std=c++17', '-O3', '-march=native', '-ffast-math', '-pthread'];

/** Compiles a C++ file of bench/ and hands `use` a function that runs it; null where there is no compiler. */
export function withCompiled<R>(file: string, use: (run: (...args: string[]) => unknown) => R): R | null {
  const folder = mkdtempSync(join(tmpdir(), 'seqnn-bench-'));
  try {
    const program = join(folder, 'program');
    const source = fileURLToPath(new URL(`../../bench/${file}`, import.meta.url));
    try {
      execFileSync(process.env.CXX ?? 'c++', [...FLAGS, source, '-o', program, '-ldl'], { stdio: 'ignore' });
    } catch {
      return null;
    }
    return use((...args) => JSON.parse(execFileSync(program, args, { encoding: 'utf8' })));
  } finally {
    rmSync(folder, { recursive: true });
  }
}
