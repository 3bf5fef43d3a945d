import { readFileSync } from 'node:fs';
import { release } from 'node:os';
import type { FoundLibrary } from '../runtime/addon.js';
import { about, gpuLibraries } from '../runtime/machine.js';

export interface Findings {
  seqnn: string;
  node: string;
  platform: string;
  addon: { loaded: boolean; error?: string };
  compiler?: string;
  isa?: string;
  isas?: string[];
  threads?: number;
  cores?: number;
  device?: string;
  libraries: Record<string, FoundLibrary>;
}

/** What works without each library. */
const WITHOUT = {
  BLAS: 'the matrix products are kernels of its own (npm run bench -- --blas, in the repository, compares)',
  CUDA: 'everything runs on the CPU',
  cuBLAS: 'the GPU multiplies with kernels of its own',
  cuDNN: 'the GPU kernels are its own',
  MPI: 'a model trains in one process',
};

function version(): string {
  const manifest = new URL('../../../package.json', import.meta.url);
  return (JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }).version;
}

/** What was built, what this machine gives it, and what is missing with the reason. */
export function examine(): Findings {
  const findings: Findings = {
    seqnn: version(),
    node: process.version,
    platform: `${process.platform}-${process.arch} (${release()})`,
    addon: { loaded: false },
    libraries: Object.fromEntries(
      Object.entries(WITHOUT).map(([name, instead]) => [
        name,
        { found: false, reason: `not built in this version; ${instead}` },
      ]),
    ),
  };
  try {
    const { compiler, isa, isas, threads, cores, device, gpu } = about();
    const there = gpu.count > 0;
    const unsought = (name: keyof typeof WITHOUT) => ({
      found: false,
      reason: `not looked for without a GPU; ${WITHOUT[name]}`,
    });
    const libraries = {
      ...findings.libraries,
      CUDA: { found: there, reason: gpu.description },
      ...(there ? gpuLibraries() : { cuBLAS: unsought('cuBLAS'), cuDNN: unsought('cuDNN') }),
    };
    return { ...findings, addon: { loaded: true }, compiler, isa, isas, threads, cores, device, libraries };
  } catch (error) {
    return { ...findings, addon: { loaded: false, error: error instanceof Error ? error.message : String(error) } };
  }
}

/** The findings as lines for people. */
export function describe(findings: Findings): string {
  const lines: [string, string][] = [
    ['seqnn', findings.seqnn],
    ['Node', findings.node],
    ['platform', findings.platform],
    ['addon', findings.addon.error ?? `loaded, compiler ${findings.compiler}`],
  ];
  if (findings.addon.loaded) {
    lines.push(['instruction set', `${findings.isa} (usable here: ${findings.isas?.join(', ')}; SEQNN_ISA chooses)`]);
    lines.push(['device', `${findings.device} (SEQNN_DEVICE chooses)`]);
    lines.push(['threads', `${findings.threads} of ${findings.cores} cores (SEQNN_NUM_THREADS chooses)`]);
  }
  for (const [name, { found, reason }] of Object.entries(findings.libraries))
    lines.push([name, `${found ? 'found' : 'no'}: ${reason}`]);
  return lines.map(([name, value]) => `${name.padEnd(16)} ${value}`).join('\n');
}
