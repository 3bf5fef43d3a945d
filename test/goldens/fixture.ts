import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Tensor, type DType } from '../../lib/index.js';

// The fixtures' format: cases/README.md.

export interface StoredTensor {
  readonly shape: readonly number[];
  readonly dtype: DType;
  readonly data: string;
}
export interface Config {
  readonly class_name: string;
  readonly config: Readonly<Record<string, any>>;
}
export interface Case {
  readonly name: string;
  readonly kind: string;
  readonly config: Config;
  readonly inputs: any;
  readonly outputs: any;
  readonly weights: readonly (readonly [string, StoredTensor])[];
  readonly dy: readonly StoredTensor[];
  readonly grads: any;
  readonly call?: Readonly<Record<string, any>>;
  readonly [key: string]: any;
}

/** `recurrent` of `recurrent_042_GRU_no-use_bias`. */
export const familyOf = (name: string): string => name.replace(/_\d{3}.*$/, '');

export function isStored(value: unknown): value is StoredTensor {
  return typeof value === 'object' && value !== null && 'data' in value && 'dtype' in value;
}

/** A stored tensor; floating data in the given dtype, else in its own. */
export function decode({ shape, dtype, data }: StoredTensor, floating?: DType): Tensor {
  const bytes = new Uint8Array(Buffer.from(data, 'base64'));
  const arrays = { float32: Float32Array, float64: Float64Array, int32: Int32Array, bool: Uint8Array } as const;
  const stored = new arrays[dtype](bytes.buffer);
  if (floating === undefined || dtype === floating || dtype === 'int32' || dtype === 'bool')
    return new Tensor(stored, shape, dtype);
  return new Tensor(floating === 'float64' ? Float64Array.from(stored) : Float32Array.from(stored), shape);
}

/** A tensor or a list of them (with nulls), all decoded, as a list. */
export function decodeAll(
  value: StoredTensor | readonly (StoredTensor | null)[] | undefined | null,
  floating?: DType,
): (Tensor | null)[] {
  if (value === undefined || value === null) return [];
  return (Array.isArray(value) ? (value as (StoredTensor | null)[]) : [value as StoredTensor]).map(
    (v) => v && decode(v, floating),
  );
}

/** All cases in a folder and in those inside it, by path; what else lies there is left alone. */
export function readCases(folder: string): Case[] {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((f) => f.endsWith('.json'));
  return files
    .sort()
    .map((f) => JSON.parse(readFileSync(join(folder, f), 'utf8')) as Partial<Case>)
    .filter((c): c is Case => typeof c.name === 'string' && typeof c.kind === 'string');
}
