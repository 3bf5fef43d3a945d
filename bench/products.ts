import { ops, setThreads, tensor, type Tensor } from '../lib/index.js';
import { Program } from '../lib/program/program.js';
import { trace } from '../lib/program/trace.js';
import { withCompiled } from './compiled.js';
import { GATES } from './roofline.js';
import type { Workload } from './workloads.js';

// npm run bench -- --blas: the large products of the workloads, by the project's own kernels and by the BLAS of this
// machine where there is one, one thread each, in turns.

export interface ProductTiming {
  shape: readonly [number, number, number];
  own_ms: number;
  blas_ms: number;
}

type Shape = ProductTiming['shape'];
const LARGE_UNITS = 128;
const TURNS = 3;

/** [M, K, N] of each large recurrent layer: one step, the inputs of all steps, the gradient of the weights. */
function shapesOf(workloads: readonly Workload[]): Shape[] {
  const shapes = workloads.flatMap((w) =>
    w.layers.flatMap(([kind, second]): Shape[] => {
      const units = second as number;
      if (!(String(kind) in GATES) || units < LARGE_UNITS) return [];
      const rows = GATES[kind as string] * units;
      const samples = w.batch * w.steps;
      return [
        [rows, units, w.batch],
        [rows, units, samples],
        [rows, samples, units],
      ];
    }),
  );
  return [...new Map(shapes.map((shape) => [shape.join(), shape])).values()];
}

const filled = (...dims: number[]) =>
  tensor(
    Float32Array.from({ length: dims[0] * dims[1] }, (_, i) => Math.sin(i)),
    dims,
  );

/** Into one result, as the BLAS does: the pages of a new one would cost as much as a small product. */
function bestOf(budget: number, a: Tensor, b: Tensor): number {
  const { graph, outputs } = trace([a, b], ops.matmul);
  const program = new Program(graph, outputs);
  let best = Infinity;
  let result: Tensor[] = [];
  for (const start = performance.now(); performance.now() - start < budget;) {
    const before = performance.now();
    result = program.run([a, b], result);
    best = Math.min(best, performance.now() - before);
  }
  return best;
}

/** Times them and prints a table; empty where there is no BLAS. */
export function benchProducts(
  workloads: readonly Workload[],
  budget: number,
  print: (line: string) => void,
): ProductTiming[] {
  setThreads(1);
  const shapes = shapesOf(workloads);
  const results = shapes.map((shape) => ({ shape, own_ms: Infinity, blas_ms: Infinity }));
  const each = budget / TURNS;
  const operands = shapes.map(([M, K, N]) => [filled(M, K), filled(K, N)] as const);
  const library = withCompiled('blas.cc', (run) => {
    let found: string | null = null;
    for (let turn = 0; turn < TURNS; ++turn) {
      const blas = run(String(each), ...shapes.map(String)) as { library: string | null; ms: number[] };
      found = blas.library;
      if (found === null) break;
      results.forEach((r, i) => {
        r.blas_ms = Math.min(r.blas_ms, blas.ms[i]);
        r.own_ms = Math.min(r.own_ms, bestOf(each, ...operands[i]));
      });
    }
    return found;
  });
  if (library === null) {
    print('no BLAS here (or no compiler to call it with): SEQNN_BLAS names a library that has cblas_sgemm');
    return [];
  }
  print(`${library}, one thread, best of ${TURNS} turns`);
  print(`${'M, K, N'.padEnd(20)}${['own ms', 'BLAS ms', 'BLAS / own'].map((h) => h.padStart(12)).join('')}`);
  for (const { shape, own_ms, blas_ms } of results) {
    const cells = [own_ms.toFixed(4), blas_ms.toFixed(4), (blas_ms / own_ms).toFixed(2)];
    print(`${shape.join(', ').padEnd(20)}${cells.map((c) => c.padStart(12)).join('')}`);
  }
  return results;
}
