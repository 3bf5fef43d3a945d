import { existsSync } from 'node:fs';
import { runFolder, type Report } from './suite.js';

// npm run goldens -- DIR [--json] [--only TEXT]

function print({ families, failures, passed, failed, unsupported }: Report, reasons: Map<string, string>): void {
  const width = Math.max(...Object.keys(families).map((f) => f.length), 6);
  for (const [name, f] of Object.entries(families)) {
    const counts = `${String(f.passed).padStart(4)} passed ${String(f.failed).padStart(4)} failed ${String(f.unsupported).padStart(4)} unsupported`;
    console.log(`${name.padEnd(width)} ${counts}   largest error ${f.max_error.toExponential(1)}`);
  }
  for (const f of failures)
    console.log(
      `FAILED ${f.case}: ${f.what} (error ${typeof f.error === 'number' ? f.error.toExponential(2) : f.error}, bound ${f.bound.toExponential(2)})`,
    );
  for (const [name, reason] of reasons) console.log(`unsupported ${name}: ${reason}`);
  console.log(`${passed} passed, ${failed} failed${unsupported > 0 ? `, ${unsupported} unsupported` : ''}`);
}

const args = process.argv.slice(2);
const only = args.includes('--only') ? args.splice(args.indexOf('--only'), 2)[1] : '';
const folder = args.find((a) => !a.startsWith('--'));
const unknown = args.find((a) => a.startsWith('--') && a !== '--json');
if (folder === undefined || unknown !== undefined || !existsSync(folder)) {
  console.error(
    unknown
      ? `unknown option ${unknown}`
      : folder === undefined
        ? 'expected the folder with the fixtures'
        : `no folder ${folder}`,
  );
  console.error('usage: npm run goldens -- DIR [--json] [--only TEXT]');
  process.exit(2);
}
const reasons = new Map<string, string>();
const report = runFolder(folder, only, (name, reason) => {
  if (reason !== undefined) reasons.set(name, reason);
});
if (args.includes('--json')) console.log(JSON.stringify(report, null, 2));
else print(report, reasons);
process.exitCode = report.failed > 0 ? 1 : 0;
