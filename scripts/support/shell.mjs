import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

/** A command-line tool of a development dependency, run with this very Node. */
export const bin = (path) => [process.execPath, join(root, 'node_modules', path)];

/** Runs a command with its output on stderr, since stdout belongs to what the user asked for. @returns its exit status */
export function run([command, ...args], options = {}) {
  const { status, signal, error } = spawnSync(command, args, { cwd: root, stdio: ['ignore', 2, 2], ...options });
  if (error) throw error;
  return signal ? 1 : status;
}

/** Like run(), but ends the process when the command fails. */
export function must(command, options) {
  const status = run(command, options);
  if (status !== 0) {
    console.error(`failed with status ${status}: ${command.join(' ')}`);
    process.exit(status);
  }
}

/** The stdout of a command, or null when it cannot be run or fails. */
export function capture([command, ...args], options = {}) {
  const result = spawnSync(command, args, { cwd: root, encoding: 'utf8', maxBuffer: 1 << 28, ...options });
  return result.error || result.status !== 0 ? null : result.stdout;
}

/** The values of `--name value` and `--name=value`; repeated names collect. @returns [options, positional] */
export function parse(argv) {
  const options = {};
  const rest = [];
  for (let i = 0; i < argv.length; ++i) {
    const match = /^--([a-z-]+)(?:=(.*))?$/.exec(argv[i]);
    if (!match) {
      rest.push(argv[i]);
      continue;
    }
    const value = match[2] ?? (argv[i + 1] !== undefined && !argv[i + 1].startsWith('--') ? argv[++i] : 'true');
    (options[match[1]] ??= []).push(value);
  }
  return [options, rest];
}
