import { CELLS, VARIANTS, type CellName } from './options/variants.js';
import { timeVariants, type Measured, type Shape } from './options/time.js';

// npm run bench -- --options [--json] [--only lstm,…] [--option TEXT] [--budget MS]: what each option costs.

const SHAPES: readonly Omit<Shape, 'cell'>[] = [
  { units: 20, batch: 32, steps: 50, features: 1 },
  { units: 128, batch: 32, steps: 50, features: 32 },
];
/** An option may cost as much as the layer itself, no more. */
const LIMIT = 2;

export interface OptionTable {
  cell: CellName;
  shape: Omit<Shape, 'cell'>;
  rows: (Measured & { over: boolean })[];
}

interface Settings {
  /** Built-in layers; default all. */
  only?: readonly string[];
  /** Only options whose name holds this text. */
  option?: string;
  budget: number;
  print: (line: string) => void;
}

/** Times every option of the built-in recurrent layers beside the plain layer: milliseconds of a train step. */
export async function benchOptions({ only, option, budget, print }: Settings): Promise<OptionTable[]> {
  const cells = Object.keys(CELLS) as CellName[];
  const unknown = only?.find((name) => !cells.includes(name as CellName));
  if (unknown !== undefined) throw new Error(`bench: no layer '${unknown}'; expected some of ${cells.join(', ')}`);
  const tables: OptionTable[] = [];
  for (const shape of SHAPES) {
    for (const cell of cells.filter((name) => only?.includes(name) ?? true)) {
      const variants = VARIANTS.filter(
        (v, i) => (v.cells ?? cells).includes(cell) && (i === 0 || !option || v.name.includes(option)),
      );
      print(`\n2 × ${cell}(${shape.units}), batch ${shape.batch}, ${shape.steps} steps, ${shape.features} features`);
      print(`${'option'.padEnd(38)}${'train ms'.padStart(10)}${'ratio'.padStart(8)}  path`);
      const rows = (await timeVariants(variants, { ...shape, cell }, budget)).map((row) => ({
        ...row,
        over: row.ratio > LIMIT,
      }));
      for (const { name, ms, ratio, path, over } of rows) {
        const flag = over ? `   over ${LIMIT}×` : '';
        print(`${name.padEnd(38)}${ms.toFixed(4).padStart(10)}${ratio.toFixed(2).padStart(8)}  ${path}${flag}`);
      }
      tables.push({ cell, shape, rows });
    }
  }
  const over = tables.flatMap(({ cell, shape, rows }) =>
    rows.filter((row) => row.over).map((row) => `${cell}(${shape.units}) ${row.name}`),
  );
  print(`\n${over.length} over ${LIMIT}×${over.length > 0 ? `: ${over.join('; ')}` : ''}`);
  return tables;
}
