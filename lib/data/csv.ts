import { readFile } from 'node:fs/promises';
import { checkOptions, SeqnnError, suggestion, ValueError } from '../program/errors.js';
import { Tensor } from '../program/tensor.js';
import { allocate } from '../program/types.js';

export interface CsvOptions {
  /** Default ','. */
  delimiter?: string;
  /** Whether the first line holds the names; otherwise they are '0', '1', … Default true. */
  header?: boolean;
  /** Fields that stand for a missing number, besides the empty one. Default NA, NaN, null. */
  missing?: readonly string[];
}

/** The columns of a CSV file. */
export class Table {
  constructor(
    readonly names: readonly string[],
    private readonly rows: readonly (readonly string[])[],
    private readonly missing: ReadonlySet<string>,
  ) {}

  /** Number of rows. */
  get length(): number {
    return this.rows.length;
  }

  /** The fields of a column as they stand in the file. */
  text(name: string): string[] {
    const at = this.names.indexOf(name);
    if (at < 0) throw new ValueError(`table: no column '${name}'.${suggestion(name, this.names)}`);
    return this.rows.map((row) => row[at]);
  }

  /** A column as numbers, NaN where one is missing. @throws when a field is no number. */
  numbers(name: string): Float64Array {
    return Float64Array.from(this.text(name), (field, row) => {
      const trimmed = field.trim();
      if (trimmed === '' || this.missing.has(trimmed)) return NaN;
      const value = Number(trimmed);
      if (Number.isNaN(value))
        throw new ValueError(`table: row ${row} of column '${name}' is '${field}', expected a number.`);
      return value;
    });
  }

  /** Columns as a tensor [rows, columns]. */
  tensor(names: readonly string[] = this.names, dtype: 'float32' | 'float64' = 'float32'): Tensor {
    const data = allocate(dtype, this.length * names.length);
    names.forEach((name, column) =>
      this.numbers(name).forEach((value, row) => (data[row * names.length + column] = value)),
    );
    return new Tensor(data, [this.length, names.length], dtype);
  }
}

/** The records of a text as RFC 4180 has them: quoted fields may hold delimiters, line ends and doubled quotes. */
function records(text: string, delimiter: string): string[][] {
  const result: string[][] = [];
  let record: string[] = [];
  let at = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  while (at < text.length) {
    let field = '';
    const quoted = text[at] === '"';
    if (quoted) {
      const opened = at;
      for (;;) {
        const close = text.indexOf('"', at + 1);
        if (close < 0) throw new SeqnnError(`parseCsv: the quote at position ${opened} is never closed.`);
        field += text.slice(at + 1, close);
        at = close + 1;
        if (text[at] !== '"') break;
        field += '"';
      }
    }
    const plain = at;
    while (at < text.length && text[at] !== delimiter && text[at] !== '\n' && text[at] !== '\r') at++;
    record.push(field + text.slice(plain, at));
    if (text[at] === delimiter) {
      at++;
      if (at < text.length) continue;
      record.push('');
    }
    if (text[at] === '\r' && text[at + 1] === '\n') at++;
    at++;
    // A line of nothing is none; an empty field in quotes is one.
    if (record.length > 1 || record[0] !== '' || quoted) result.push(record);
    record = [];
  }
  return result;
}

/** The table in the text of a CSV file. */
export function parseCsv(text: string, options: CsvOptions = {}): Table {
  checkOptions('parseCsv', options, ['delimiter', 'header', 'missing']);
  const delimiter = options.delimiter ?? ',';
  if (delimiter.length !== 1 || '"\r\n'.includes(delimiter))
    throw new ValueError(`parseCsv: delimiter must be one character, got '${delimiter}'.`);
  const rows = records(text, delimiter);
  const header = options.header ?? true;
  const names = header ? rows.shift() : rows[0]?.map((_, i) => String(i));
  if (names === undefined) throw new SeqnnError('parseCsv: expected at least one line, got none.');
  const twice = names.find((name, i) => names.indexOf(name) < i);
  if (twice !== undefined) throw new ValueError(`parseCsv: two columns are called '${twice}'; names must differ.`);
  const short = rows.findIndex((row) => row.length !== names.length);
  if (short >= 0)
    throw new SeqnnError(
      `parseCsv: row ${short} has ${rows[short].length} fields, expected ${names.length} (${names.join(', ')}).`,
    );
  return new Table(names, rows, new Set(options.missing ?? ['NA', 'NaN', 'nan', 'null']));
}

/** Reads a CSV file. */
export async function readCsv(path: string, options: CsvOptions = {}): Promise<Table> {
  return parseCsv(await readFile(path, 'utf8'), options);
}
