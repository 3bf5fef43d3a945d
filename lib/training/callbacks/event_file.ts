import { appendFile, mkdir } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { TypedArray } from '../../program/types.js';

// TensorBoard's event files: records (length, its checksum, bytes, their checksum) of protobuf messages. Four messages
// of a few fields each do not pay for a protobuf library.

const TABLE = Uint32Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let bit = 0; bit < 8; bit++) c = c & 1 ? (c >>> 1) ^ 0x82f63b78 : c >>> 1;
  return c;
});

/** CRC-32C (Castagnoli), masked as TFRecord files have it. */
function maskedChecksum(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = TABLE[(crc ^ byte) & 0xff] ^ (crc >>> 8);
  crc = ~crc >>> 0;
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  return Buffer.from([...bytes, rest]);
}

// Fields of messages by number and kind: protobuf's wire types 0, 1, 2 and 5.
const key = (field: number, wire: number): Buffer => varint(field * 8 + wire);
const integer = (field: number, value: number): Buffer => Buffer.concat([key(field, 0), varint(value)]);
const message = (field: number, ...parts: Buffer[]): Buffer => {
  const body = Buffer.concat(parts);
  return Buffer.concat([key(field, 2), varint(body.length), body]);
};
const text = (field: number, value: string): Buffer => message(field, Buffer.from(value));
function doubles(values: readonly number[]): Buffer {
  const body = Buffer.alloc(8 * values.length);
  values.forEach((value, i) => body.writeDoubleLE(value, 8 * i));
  return body;
}
const double = (field: number, value: number): Buffer => Buffer.concat([key(field, 1), doubles([value])]);
function single(field: number, value: number): Buffer {
  const body = Buffer.alloc(4);
  body.writeFloatLE(value);
  return Buffer.concat([key(field, 5), body]);
}

const BUCKETS = 30;

/** HistogramProto of the finite ones of some numbers: buckets of equal width between the least and the greatest. */
function histogramOf(values: TypedArray): Buffer {
  let [count, low, high, total, squares] = [0, Infinity, -Infinity, 0, 0];
  for (const v of values) {
    if (!Number.isFinite(v)) continue;
    count++;
    low = Math.min(low, v);
    high = Math.max(high, v);
    total += v;
    squares += v * v;
  }
  if (count === 0) [low, high] = [0, 0];
  const width = (high - low) / BUCKETS;
  const counts = new Array<number>(width > 0 ? BUCKETS : 1).fill(0);
  for (const v of values) {
    if (Number.isFinite(v)) counts[width > 0 ? Math.min(BUCKETS - 1, Math.floor((v - low) / width)) : 0]++;
  }
  const limits = counts.map((_, i) => (i === counts.length - 1 ? high : low + (i + 1) * width));
  return Buffer.concat([
    ...[low, high, count, total, squares].map((value, i) => double(i + 1, value)),
    message(6, doubles(limits)),
    message(7, doubles(counts)),
  ]);
}

let files = 0;

/** One event file. Events wait until they are flushed; the file is made at the first flush that has any. */
export class EventFile {
  private path: string | null = null;
  private waiting: Buffer[] = [];

  constructor(private readonly folder: string) {}

  scalar(tag: string, value: number, step: number): void {
    this.add(step, message(5, message(1, text(1, tag), single(2, value))));
  }

  histogram(tag: string, values: TypedArray, step: number): void {
    this.add(step, message(5, message(1, text(1, tag), message(5, histogramOf(values)))));
  }

  private add(step: number, what: Buffer): void {
    this.waiting.push(framed(Buffer.concat([double(1, Date.now() / 1000), integer(2, step), what])));
  }

  async flush(): Promise<void> {
    if (this.waiting.length === 0) return;
    const events = this.waiting;
    this.waiting = [];
    if (!this.path) {
      const now = Date.now() / 1000;
      this.path = join(
        this.folder,
        `events.out.tfevents.${Math.floor(now)}.${hostname()}.${process.pid}.${files++}.v2`,
      );
      await mkdir(this.folder, { recursive: true });
      events.unshift(framed(Buffer.concat([double(1, now), text(3, 'brain.Event:2')])));
    }
    await appendFile(this.path, Buffer.concat(events));
  }
}

/** An event as a record. */
function framed(event: Buffer): Buffer {
  const frame = Buffer.alloc(16 + event.length);
  frame.writeBigUInt64LE(BigInt(event.length));
  frame.writeUInt32LE(maskedChecksum(frame.subarray(0, 8)), 8);
  event.copy(frame, 12);
  frame.writeUInt32LE(maskedChecksum(event), 12 + event.length);
  return frame;
}
