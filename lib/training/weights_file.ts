import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { show, ValueError } from '../program/errors.js';
import { Tensor } from '../program/tensor.js';
import type { Variable } from '../program/variable.js';
import { allocate, bytesPerElement, sizeOf, type DType, type TypedArray } from '../program/types.js';

// The safetensors format: 8 bytes with the length of a JSON header, the header (name → dtype, shape, place), the data.

const TYPES: Readonly<Record<string, DType>> = { F32: 'float32', F64: 'float64', I32: 'int32', BOOL: 'bool' };
const NAMES = Object.fromEntries(Object.entries(TYPES).map(([name, dtype]) => [dtype, name]));
const HEADER_LIMIT = 100e6;

interface Entry {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data_offsets: readonly [number, number];
}

function bytesOf(data: TypedArray): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

/** Tensors by name as the bytes of a safetensors file. */
export function encodeTensors(
  tensors: ReadonlyMap<string, Tensor>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  const header: Record<string, unknown> = Object.keys(metadata).length > 0 ? { __metadata__: metadata } : {};
  let offset = 0;
  for (const [name, t] of tensors) {
    header[name] = { dtype: NAMES[t.dtype], shape: t.shape, data_offsets: [offset, offset + t.data.byteLength] };
    offset += t.data.byteLength;
  }
  // Padded so that the data starts at a multiple of 8.
  const json = JSON.stringify(header);
  const length = Math.ceil(Buffer.byteLength(json) / 8) * 8;
  const bytes = Buffer.alloc(8 + length + offset, ' ');
  bytes.writeBigUInt64LE(BigInt(length), 0);
  bytes.write(json, 8);
  let at = 8 + length;
  for (const t of tensors.values()) {
    bytes.set(bytesOf(t.data), at);
    at += t.data.byteLength;
  }
  return bytes;
}

interface Header {
  readonly entries: Readonly<Record<string, Entry>>;
  readonly metadata: Readonly<Record<string, string>>;
  /** In bytes, behind the first 8. */
  readonly length: number;
}

function headerOf(who: string, view: Buffer): Header {
  const length = view.length >= 8 ? Number(view.readBigUInt64LE(0)) : Infinity;
  if (length > HEADER_LIMIT || 8 + length > view.length)
    throw new ValueError(`${who}: not a safetensors file, or cut off.`);
  try {
    const { __metadata__: metadata = {}, ...entries } = JSON.parse(view.toString('utf8', 8, 8 + length));
    return { entries, metadata, length };
  } catch {
    throw new ValueError(`${who}: the header is not JSON.`);
  }
}

/** The texts by name that stand beside the tensors. */
export function decodeMetadata(who: string, bytes: Uint8Array): Readonly<Record<string, string>> {
  return headerOf(who, Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)).metadata;
}

/** @param who For messages: the file. @throws ValueError when the bytes are not a safetensors file. */
export function decodeTensors(who: string, bytes: Uint8Array): Map<string, Tensor> {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const { entries, length } = headerOf(who, view);
  const tensors = new Map<string, Tensor>();
  for (const [name, entry] of Object.entries(entries)) {
    const dtype = Object.hasOwn(TYPES, entry?.dtype) ? TYPES[entry.dtype] : undefined;
    if (!dtype)
      throw new ValueError(
        `${who}: '${name}' has dtype ${show(entry?.dtype)}; expected one of ${Object.keys(TYPES).join(', ')}.`,
      );
    const [from, to] = Array.isArray(entry.data_offsets) ? entry.data_offsets : [NaN, NaN];
    const size = Array.isArray(entry.shape) ? sizeOf(entry.shape) : NaN;
    // Before there is memory for it: what a damaged header says may be anything.
    if (!(from >= 0) || to - from !== size * bytesPerElement(dtype) || 8 + length + to > view.length)
      throw new ValueError(`${who}: '${name}' lies outside the file or has the wrong size.`);
    const data = allocate(dtype, size);
    bytesOf(data).set(view.subarray(8 + length + from, 8 + length + to));
    tensors.set(name, new Tensor(data, entry.shape, dtype));
  }
  return tensors;
}

/** The path of a file as people write it, without tfjs' file://. */
export function pathOf(who: string, path: unknown): string {
  if (typeof path !== 'string' || path === '') throw new ValueError(`${who}: expected a path, got ${show(path)}.`);
  return path.replace(/^file:\/\//, '');
}

/**
 * The variables of a model that a file describes, names and all, in the order of its entries `number:name`: by their names
 * where each stands for one, else as they come.
 */
export function inFileOrder(
  entries: readonly (readonly [string, Tensor])[],
  variables: readonly Variable[],
): readonly Variable[] {
  const byName = new Map(variables.map((v) => [v.name, v]));
  const found = entries.map(([name]) => byName.get(name.slice(name.indexOf(':') + 1)));
  const same =
    byName.size === variables.length && new Set(found).size === variables.length && !found.includes(undefined);
  return same ? (found as Variable[]) : variables;
}

/** Writes beside the file first, so that nobody ever finds half of it. */
export async function writeTensors(
  path: string,
  tensors: ReadonlyMap<string, Tensor>,
  metadata?: Readonly<Record<string, string>>,
): Promise<void> {
  const partial = `${path}.partial`;
  try {
    await writeFile(partial, encodeTensors(tensors, metadata));
    await rename(partial, path);
  } catch (error) {
    await rm(partial, { force: true });
    throw unlessFolder(path, error as NodeJS.ErrnoException);
  }
}

export async function readBytes(path: string): Promise<Uint8Array> {
  return readFile(path).catch((error: NodeJS.ErrnoException) => {
    throw unlessFolder(path, error);
  });
}

export async function readTensors(path: string): Promise<Map<string, Tensor>> {
  return decodeTensors(path, await readBytes(path));
}

/** tfjs saves to folders, so scripts that come from it name one. */
function unlessFolder(path: string, error: NodeJS.ErrnoException): Error {
  if (error.code !== 'EISDIR') return error;
  const inside = join(path, 'model.safetensors');
  return new ValueError(`${path}: a folder, expected the path of a file, like '${inside}'.`, { cause: error });
}
