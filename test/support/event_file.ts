import assert from 'node:assert/strict';

/** What an event file says, read with nothing of what wrote it. */
export interface ReadEvent {
  readonly step: number;
  readonly version?: string;
  readonly tag?: string;
  readonly value?: number;
  /** min, max, num, sum, sum of squares; limits and counts of the buckets. */
  readonly histogram?: { readonly stats: number[]; readonly limits: number[]; readonly counts: number[] };
}

/** CRC-32C bit by bit, from its polynomial. */
export function checksum(bytes: Uint8Array): number {
  let crc = 0xffffffffn;
  for (const byte of bytes) {
    crc ^= BigInt(byte);
    for (let bit = 0; bit < 8; bit++) crc = (crc & 1n) === 1n ? (crc >> 1n) ^ 0x82f63b78n : crc >> 1n;
  }
  return Number(crc ^ 0xffffffffn);
}

function masked(bytes: Uint8Array): number {
  const crc = BigInt(checksum(bytes));
  return Number((((crc >> 15n) | (crc << 17n)) + 0xa282ead8n) & 0xffffffffn);
}

/** Fields of a protobuf message: numbers, or bytes. */
function fieldsOf(bytes: Buffer): [field: number, value: number | Buffer][] {
  const fields: [number, number | Buffer][] = [];
  let at = 0;
  const varint = () => {
    let [value, scale, byte] = [0, 1, 0];
    do {
      byte = bytes[at++];
      value += (byte & 127) * scale;
      scale *= 128;
    } while (byte > 127);
    return value;
  };
  while (at < bytes.length) {
    const key = varint();
    const field = Math.floor(key / 8);
    switch (key % 8) {
      case 0:
        fields.push([field, varint()]);
        break;
      case 1:
        fields.push([field, bytes.readDoubleLE(at)]);
        at += 8;
        break;
      case 2: {
        const length = varint();
        fields.push([field, bytes.subarray(at, at + length)]);
        at += length;
        break;
      }
      case 5:
        fields.push([field, bytes.readFloatLE(at)]);
        at += 4;
        break;
      default:
        assert.fail(`wire type ${key % 8}`);
    }
  }
  assert.equal(at, bytes.length);
  return fields;
}

const doubles = (bytes: Buffer) => Array.from({ length: bytes.length / 8 }, (_, i) => bytes.readDoubleLE(8 * i));

function histogramOf(bytes: Buffer): ReadEvent['histogram'] {
  const fields = new Map(fieldsOf(bytes));
  return {
    stats: [1, 2, 3, 4, 5].map((n) => fields.get(n) as number),
    limits: doubles(fields.get(6) as Buffer),
    counts: doubles(fields.get(7) as Buffer),
  };
}

/** @throws AssertionError for a record whose checksums do not fit. */
export function readEvents(file: Buffer): ReadEvent[] {
  const events: ReadEvent[] = [];
  for (let at = 0; at < file.length;) {
    const length = Number(file.readBigUInt64LE(at));
    assert.equal(file.readUInt32LE(at + 8), masked(file.subarray(at, at + 8)));
    const body = file.subarray(at + 12, at + 12 + length);
    assert.equal(file.readUInt32LE(at + 12 + length), masked(body));
    at += 16 + length;
    const fields = new Map(fieldsOf(body));
    const step = (fields.get(2) ?? 0) as number;
    if (fields.has(3)) events.push({ step, version: String(fields.get(3)) });
    if (!fields.has(5)) continue;
    for (const [, value] of fieldsOf(fields.get(5) as Buffer)) {
      const entry = new Map(fieldsOf(value as Buffer));
      const histogram = entry.has(5) ? histogramOf(entry.get(5) as Buffer) : undefined;
      events.push({ step, tag: String(entry.get(1)), value: entry.get(2) as number | undefined, histogram });
    }
  }
  return events;
}
