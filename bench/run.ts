import { execFileSync } from 'node:child_process';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { about, setThreads } from '../lib/index.js';
import { nearest } from '../lib/program/errors.js';
import { checkNumbers } from './check.js';
import { benchCosts } from './costs.js';
import { benchGrowth } from './growth.js';
import { measure, type Timing } from './measure.js';
import { benchOptions } from './options.js';
import { benchProducts } from './products.js';
import { measurePeak, roofOf, type Roof } from './roofline.js';
import { findPeers, runPeer, type PeerTiming } from './peers.js';
import { timeStart } from './start.js';
import { readWorkloads, type Workload } from './workloads.js';

// npm run bench [-- --json] [--workloads FILE] [--only NAME,…] [--threads N] [--peers] [--roofline] [--passes N] [--budget MS]
// npm run bench -- --costs [--json]
// npm run bench -- --growth [--json] [--budget MS]
// npm run bench -- --blas [--workloads FILE] [--json] [--budget MS]
// npm run bench -- --options [--option TEXT] [--only LAYER,…] [--json] [--threads N] [--budget MS]

const { values: options } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    workloads: { type: 'string', default: fileURLToPath(new URL('../../bench/workloads.json', import.meta.url)) },
    only: { type: 'string' },
    threads: { type: 'string' },
    peers: { type: 'boolean', default: false },
    roofline: { type: 'boolean', default: false },
    costs: { type: 'boolean', default: false },
    growth: { type: 'boolean', default: false },
    blas: { type: 'boolean', default: false },
    budget: { type: 'string', default: '1500' },
    passes: { type: 'string', default: '1' },
    options: { type: 'boolean', default: false },
    option: { type: 'string' },
  },
});
if (options.threads !== undefined) setThreads(Number(options.threads));
const budget = Number(options.budget);
const passes = Number(options.passes);
const only = options.only?.split(',');
const print = (line: string) => (options.json ? process.stderr : process.stdout).write(`${line}\n`);

function commit(): string {
  try {
    return execFileSync('git', ['describe', '--always', '--dirty', '--exclude=*'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    return 'unknown';
  }
}

const { isa, threads } = about();
const machine = `${cpus()[0]?.model ?? 'unknown processor'}, ${cpus().length} cores`;
const run = { machine, isa, threads, commit: commit(), date: new Date().toISOString() };
print(`${machine}; ${isa}; ${threads} threads; commit ${run.commit}; ${run.date}`);

const FIGURES = ['train_ms', 'predict_ms', 'predict1_ms'] as const;
type Figure = (typeof FIGURES)[number];
/** The best peer's time over ours, or over the bound. */
function timesOf(peers: Record<string, PeerTiming | null>, figure: Figure, ours: number): string {
  const theirs = Object.values(peers).flatMap((p) => p?.[figure] ?? []);
  return theirs.length > 0 ? (Math.min(...theirs) / ours).toFixed(1) : '-';
}

/** Of two passes over a workload: each figure's shorter time. */
function fastest<P extends PeerTiming | null>(a: P, b: P): P {
  if (!a || !b) return a ?? b;
  const least = (figure: Figure) => Math.min(a[figure] ?? Infinity, b[figure] ?? Infinity);
  return { ...a, ...Object.fromEntries(FIGURES.filter((f) => a[f] != null).map((f) => [f, least(f)])) };
}

type Result = Timing & { checked: true; peers?: Record<string, PeerTiming | null>; roof?: Roof };

/**
 * Adds to each result what its train step needs at least, and prints the share of the bound that it reaches; beside peers, also
 * how many times the best one's speed the bound would be.
 */
function printRoofline(all: Record<string, Workload>, results: Record<string, Result>): void {
  const peak = measurePeak(about().threads);
  if (!peak) {
    print('no compiler (CXX, c++) to measure the machine with: no roofline');
    return;
  }
  print(`\nthis machine, ${about().threads} threads: ${peak.gflops} GFLOP/s, ${peak.gbytes} GB/s from memory`);
  const heads = ['MFLOP', 'MB', 'bound ms', 'train ms', 'of it', ...(options.peers ? ['at most ×'] : [])];
  print(`${'workload'.padEnd(16)}${heads.map((h) => h.padStart(11)).join('')}`);
  for (const [name, result] of Object.entries(results)) {
    const roof = (result.roof = roofOf(all[name], peak));
    const cells = [roof.mflop, roof.mbytes, roof.bound_ms, result.train_ms].map((v) => v.toFixed(3));
    cells.push(`${((100 * roof.bound_ms) / result.train_ms).toFixed(0)}%`);
    if (result.peers) cells.push(timesOf(result.peers, 'train_ms', roof.bound_ms));
    print(`${name.padEnd(16)}${cells.map((c) => c.padStart(11)).join('')}`);
  }
}

async function benchWorkloads() {
  const all = readWorkloads(options.workloads);
  const names = only ?? Object.keys(all);
  for (const name of names) {
    if (!all[name]) throw new Error(`bench: no workload '${name}'; did you mean '${nearest(name, Object.keys(all))}'?`);
  }
  const peers = options.peers ? findPeers() : [];
  const against = peers.length > 0 ? ['train ×', 'predict ×', 'one ×'] : [];
  const row = (first: string, cells: readonly string[]) =>
    print(`${first.padEnd(20)}${cells.map((c) => c.padStart(12)).join('')}`);
  row('workload', ['train ms', 'predict ms', 'one ms', ...against]);
  const workloads: Record<string, Result> = {};
  for (const name of names) {
    const w = all[name];
    await checkNumbers(name, w);
    let timing = await measure(w, budget);
    const others = Object.fromEntries(peers.map((p) => [p.name, runPeer(p, options.workloads, name)]));
    for (let pass = 1; pass < passes; ++pass) {
      timing = fastest(timing, await measure(w, budget));
      for (const p of peers) others[p.name] = fastest(others[p.name], runPeer(p, options.workloads, name));
    }
    workloads[name] = { ...timing, checked: true, ...(peers.length ? { peers: others } : {}) };
    const times = (figure: Figure) => timesOf(others, figure, timing[figure]);
    row(name, [...FIGURES.map((f) => timing[f].toFixed(4)), ...(peers.length > 0 ? FIGURES.map(times) : [])]);
    for (const [peer, theirs] of Object.entries(others))
      row(`  ${peer}`, theirs ? FIGURES.map((f) => theirs[f]?.toFixed(4) ?? '-') : ['failed']);
  }
  if (options.roofline) printRoofline(all, workloads);
  const start_ms = timeStart();
  print(`process start to first trained step of lstm20x2_seq: ${start_ms.toFixed(0)} ms`);
  return { start_ms, workloads };
}

async function bench() {
  if (options.options) return { options: await benchOptions({ only, option: options.option, budget, print }) };
  if (options.costs) return { costs: await benchCosts(readWorkloads(options.workloads).lstm20x2_seq, print) };
  if (options.growth) return { growth: await benchGrowth(budget, print) };
  if (options.blas) return { products: benchProducts(Object.values(readWorkloads(options.workloads)), budget, print) };
  return benchWorkloads();
}

const results = await bench();
if (options.json) console.log(JSON.stringify({ ...run, ...results }, null, 2));
