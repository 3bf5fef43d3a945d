#!/usr/bin/env node
import { suggestion } from '../program/errors.js';
import { describe, examine } from './doctor.js';

const USAGE = `seqnn doctor [--json]    what was built, which instruction set this machine gets, what is missing and why`;

function doctor(args: readonly string[]): number {
  const unknown = args.find((arg) => arg !== '--json');
  if (unknown !== undefined) {
    console.error(`seqnn doctor: unknown option '${unknown}'.${suggestion(unknown, ['--json'])}`);
    return 2;
  }
  const findings = examine();
  console.log(args.includes('--json') ? JSON.stringify(findings) : describe(findings));
  return findings.addon.loaded ? 0 : 1;
}

function main([command, ...args]: readonly string[]): number {
  if (command === 'doctor') return doctor(args);
  if (command === undefined || command === '--help' || command === 'help') {
    console.log(USAGE);
    return command === undefined ? 2 : 0;
  }
  console.error(`seqnn: unknown command '${command}'.${suggestion(command, ['doctor'])}\n${USAGE}`);
  return 2;
}

process.exitCode = main(process.argv.slice(2));
