import { appendFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { parseCsv } from '../../data/csv.js';
import { checkOptions, show, ValueError } from '../../program/errors.js';
import type { Logs } from '../compiled.js';
import { checkFlag } from '../../ops/checks.js';
import { Callback } from './callback.js';

export interface CSVLoggerOptions {
  filename: string;
  /** Between the columns; default ','. */
  separator?: string;
  /** Go on with a file that is there, in its columns; default false: begin anew. */
  append?: boolean;
}

/** Writes the figures of every epoch as a line of a CSV file: epoch (from 0), then the figures by name; NA where one is missing. */
export class CSVLogger extends Callback {
  private readonly filename: string;
  private readonly separator: string;
  private readonly append: boolean;
  private columns: string[] | null = null;

  constructor(options: CSVLoggerOptions) {
    super();
    const who = 'csvLogger';
    checkOptions(who, options ?? {}, ['filename', 'separator', 'append']);
    if (typeof options?.filename !== 'string' || options.filename === '')
      throw new ValueError(`${who}: filename must be a path, got ${show(options?.filename)}.`);
    this.filename = options.filename;
    this.separator = options.separator ?? ',';
    if (typeof this.separator !== 'string' || !/^[^"\r\n]$/.test(this.separator))
      throw new ValueError(`${who}: separator must be one character, got ${show(options.separator)}.`);
    this.append = checkFlag(who, 'append', options.append ?? false);
  }

  override async onTrainBegin(): Promise<void> {
    this.columns = null;
    await mkdir(dirname(this.filename), { recursive: true });
    const before = this.append ? await readFile(this.filename, 'utf8').catch(missing) : '';
    if (before === '') await writeFile(this.filename, '');
    else {
      const [head] = before.split(/\r?\n/, 1);
      this.columns = parseCsv(head, { delimiter: this.separator }).names.slice(1);
      // A line that a dying process left unfinished must not swallow the next one.
      if (!before.endsWith('\n')) await appendFile(this.filename, '\n');
    }
  }

  override async onEpochEnd(epoch: number, logs: Logs): Promise<void> {
    if (!this.columns) {
      this.columns = this.figures(logs).sort();
      await this.write(['epoch', ...this.columns]);
    }
    await this.write([epoch, ...this.columns.map((name) => logs[name] ?? 'NA')]);
  }

  /** Those that later epochs have, too, where the first one is not validated. */
  private figures(logs: Logs): string[] {
    const names = Object.keys(logs);
    if (this.params.validationFreq === undefined || names.some((name) => name.startsWith('val_'))) return names;
    return [...names, ...names.filter((name) => name !== 'learningRate').map((name) => `val_${name}`)];
  }

  private async write(cells: readonly (string | number)[]): Promise<void> {
    const quoted = cells.map((cell) => {
      const text = String(cell);
      return text.includes(this.separator) || /["\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
    });
    await appendFile(this.filename, `${quoted.join(this.separator)}\n`);
  }
}

function missing(error: NodeJS.ErrnoException): string {
  if (error.code === 'ENOENT') return '';
  throw error;
}
