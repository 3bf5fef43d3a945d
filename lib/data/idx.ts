import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { checkOptions, SeqnnError, ValueError } from '../program/errors.js';
import { Tensor } from '../program/tensor.js';
import { allocate, sizeOf, type DType } from '../program/types.js';

// IDX, the format of MNIST: 0, 0, a type, the number of axes, the big-endian sizes, the elements.

interface ElementType {
  bytes: number;
  dtype: DType;
  read(view: DataView, offset: number): number;
}

const TYPES: Record<number, ElementType> = {
  0x08: { bytes: 1, dtype: 'int32', read: (view, at) => view.getUint8(at) },
  0x09: { bytes: 1, dtype: 'int32', read: (view, at) => view.getInt8(at) },
  0x0b: { bytes: 2, dtype: 'int32', read: (view, at) => view.getInt16(at) },
  0x0c: { bytes: 4, dtype: 'int32', read: (view, at) => view.getInt32(at) },
  0x0d: { bytes: 4, dtype: 'float32', read: (view, at) => view.getFloat32(at) },
  0x0e: { bytes: 8, dtype: 'float64', read: (view, at) => view.getFloat64(at) },
};

export interface IdxOptions {
  /** Default int32 for the integer types, else the file's own. */
  dtype?: DType;
  /** Every element is multiplied with it, as 1 / 255 for pixels. Default 1. */
  scale?: number;
}

/** The tensor in the bytes of an IDX file. @throws when they are not one, or not whole. */
export function parseIdx(bytes: Uint8Array, options: IdxOptions = {}, who = 'parseIdx'): Tensor {
  checkOptions(who, options, ['dtype', 'scale']);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const type = bytes.length >= 4 && view.getUint16(0) === 0 ? TYPES[bytes[2]] : undefined;
  if (type === undefined) {
    const head = Array.from(bytes.subarray(0, 4), (byte) => byte.toString(16).padStart(2, '0')).join(' ');
    throw new SeqnnError(
      `${who}: not an IDX file; expected 00 00 and a type (08 to 0e) first, got ${head || 'no bytes'}.`,
    );
  }
  const header = 4 + 4 * bytes[3];
  if (bytes.length < header)
    throw new SeqnnError(`${who}: an IDX file of ${bytes[3]} axes has at least ${header} bytes, got ${bytes.length}.`);
  const shape = Array.from({ length: bytes[3] }, (_, axis) => view.getUint32(4 + 4 * axis));
  const expected = header + sizeOf(shape) * type.bytes;
  if (bytes.length !== expected)
    throw new SeqnnError(
      `${who}: an IDX file of shape [${shape.join(', ')}] has ${expected} bytes, got ${bytes.length}.`,
    );
  const dtype = options.dtype ?? type.dtype;
  const scale = options.scale ?? 1;
  if (dtype === 'bool' || (dtype === 'int32' && scale !== 1))
    throw new ValueError(`${who}: dtype ${dtype} cannot hold elements times ${scale}; expected float32 or float64.`);
  const data = allocate(dtype, sizeOf(shape));
  for (let i = 0; i < data.length; i++) data[i] = type.read(view, header + i * type.bytes) * scale;
  return new Tensor(data, shape, dtype);
}

/** Reads an IDX file, gzipped or not. */
export async function readIdx(path: string, options: IdxOptions = {}): Promise<Tensor> {
  const bytes = await readFile(path);
  const zipped = bytes[0] === 0x1f && bytes[1] === 0x8b;
  return parseIdx(zipped ? await promisify(gunzip)(bytes) : bytes, options, `readIdx: ${path}`);
}
