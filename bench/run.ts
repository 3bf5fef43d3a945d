import { execFileSync } from 'node:child_process';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { about, setThreads } from '../lib/index.js';
import { nearest } from '../lib/program/errors.js';
import { checkNumbers } from './check.js';
import { measure, type Timing } from './measure.js';
import { findPeers, runPeer, type PeerTiming } from './peers.js';
import { timeStart } from './start.js';
import { readWorkloads } from './workloads.js';

// npm run bench [-- --json] [--workloads FILE] [--only NAME,…] [--threads N] [--peers] [--budget MS]

const { values: options } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    workloads: { type: 'string', default: fileURLToPath(new URL('../../bench/workloads.json', import.meta.url)) },
    only: { type: 'string' },
    threads: { type: 'string' },
    peers: { type: 'boolean', default: false },
    budget: { type: 'string', default: '1500' },
  },
});

const all = readWorkloads(options.workloads);
const names = options.only?.split(',') ?? Object.keys(all);
for (const name of names) {
  if (!all[name]) throw new Error(`bench: no workload '${name}'; did you mean '${nearest(name, Object.keys(all))}'?`);
}
if (options.threads !== undefined) setThreads(Number(options.threads));

function commit(): string {
  try {
    return execFileSync('git', ['rev-parse', '--short', 'HEAD'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    return 'unknown';
  }
}

const print = (line: string) => (options.json ? process.stderr : process.stdout).write(`${line}\n`);
const { isa, threads } = about();
const machine = `${cpus()[0]?.model ?? 'unknown processor'}, ${cpus().length} cores`;
const date = new Date().toISOString();
const peers = options.peers ? findPeers() : [];
print(`${machine}; ${isa}; ${threads} threads; commit ${commit()}; ${date}`);
print(
  `${'workload'.padEnd(16)}${['train ms', 'predict ms', 'one ms'].map((h) => h.padStart(11)).join('')}${peers.map((p) => p.name.padStart(20)).join('')}${peers.length ? '   against the best' : ''}`,
);

const workloads: Record<string, Timing & { checked: true; peers?: Record<string, PeerTiming | null> }> = {};
for (const name of names) {
  const w = all[name];
  await checkNumbers(name, w);
  const timing = await measure(w, Number(options.budget));
  const others = Object.fromEntries(peers.map((p) => [p.name, runPeer(p, options.workloads, name)]));
  workloads[name] = { ...timing, checked: true, ...(peers.length ? { peers: others } : {}) };
  const best = Math.min(...Object.values(others).map((o) => o?.train_ms ?? Infinity));
  const cells = [timing.train_ms, timing.predict_ms, timing.predict1_ms].map((v) => v.toFixed(4).padStart(11)).join('');
  const theirs = peers.map((p) => (others[p.name]?.train_ms.toFixed(3) ?? 'failed').padStart(20)).join('');
  print(
    `${name.padEnd(16)}${cells}${theirs}${peers.length ? `${(best / timing.train_ms).toFixed(1)}×`.padStart(19) : ''}`,
  );
}
const start_ms = timeStart();
print(`process start to first trained step of lstm20x2_seq: ${start_ms.toFixed(0)} ms`);
if (options.json)
  console.log(JSON.stringify({ machine, isa, threads, commit: commit(), date, start_ms, workloads }, null, 2));
