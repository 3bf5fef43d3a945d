// npm run seeds [-- --json] [--only NAME,…] [--runs N] [--epochs N]: trains every model of the source material and prints
// each figure beside the published one and beside the spread of Keras' runs.
import { parseArgs } from 'node:util';
import { ROWS, type Row } from './seeds/rows.js';
import { table, type Result } from './seeds/table.js';
import { train } from './seeds/train.js';

const EPOCHS = 20;

function count(name: string, text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1)
    throw new Error(`seeds: --${name} must be an integer of at least 1, got '${text}'.`);
  return value;
}

function choose(only: string | undefined): readonly Row[] {
  if (only === undefined) return ROWS;
  const names = only.split(',');
  for (const name of names) {
    if (!ROWS.some((row) => row.name === name))
      throw new Error(`seeds: unknown model '${name}'. Expected some of: ${ROWS.map((row) => row.name).join(', ')}.`);
  }
  return ROWS.filter((row) => names.includes(row.name));
}

async function trainRow(row: Row, runs: number, epochs: number): Promise<Result> {
  const result: Result = { row, params: 0, runs: [], seconds: 0 };
  const start = performance.now();
  for (let seed = 0; seed < runs; seed++) {
    const { figures, params } = await train(row, seed, epochs);
    result.params = params;
    result.runs.push(figures);
    const shown = Object.entries(figures).map(([name, value]) => `${name} ${Number(value).toFixed(5)}`);
    process.stderr.write(`${row.name}, run ${seed + 1} of ${runs}: ${shown.join(', ')}\n`);
  }
  result.seconds = (performance.now() - start) / 1000;
  return result;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      json: { type: 'boolean', default: false },
      only: { type: 'string' },
      runs: { type: 'string', default: '3' },
      epochs: { type: 'string' },
    },
  });
  const [rows, runs] = [choose(values.only), count('runs', values.runs)];
  const epochs = values.epochs === undefined ? null : count('epochs', values.epochs);
  const results: Result[] = [];
  for (const row of rows) results.push(await trainRow(row, runs, epochs ?? row.epochs ?? EPOCHS));
  if (!values.json) {
    console.log(table(results));
    return;
  }
  const json = results.map(({ row, params, runs: figures, seconds }) => ({
    name: row.name,
    params,
    published: row.published ?? null,
    runs: figures,
    seconds: Number(seconds.toFixed(2)),
  }));
  console.log(JSON.stringify({ rows: json }));
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
