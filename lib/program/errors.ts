/** Base of every error that this library throws on purpose. */
export class SeqnnError extends Error {
  override name = 'SeqnnError';
}

/** A value of the wrong kind: dtype, unknown option, ragged array. */
export class ValueError extends SeqnnError {
  override name = 'ValueError';
}

/** Shapes that do not fit together. */
export class ShapeError extends SeqnnError {
  override name = 'ShapeError';
}

/** Something asked for at the wrong time: an unbuilt model, a fit during a fit. */
export class StateError extends SeqnnError {
  override name = 'StateError';
}

function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next[j] = Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1));
    }
    row = next;
  }
  return row[b.length];
}

/** The valid name closest to a mistyped one, or undefined when none is near. snake_case counts as camelCase. */
export function nearest(name: string, valid: readonly string[]): string | undefined {
  const plain = (s: string) => s.replace(/[_\s-]/g, '').toLowerCase();
  let best: string | undefined;
  let bestDistance = Infinity;
  for (const candidate of valid) {
    const d = distance(plain(name), plain(candidate));
    if (d < bestDistance) [best, bestDistance] = [candidate, d];
  }
  return best !== undefined && bestDistance <= Math.max(2, best.length * 0.4) ? best : undefined;
}

/** ` Did you mean 'x'?` or the list of all valid names. */
export function suggestion(name: string, valid: readonly string[]): string {
  const near = nearest(name, valid);
  return near !== undefined ? ` Did you mean '${near}'?` : ` Expected one of: ${valid.join(', ')}.`;
}

/** Refuses what is no object of options; `example` is one of them. */
export function checkObject(who: string, options: unknown, example?: string): asserts options is object {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) throw noOptions(who, options, example);
}

function noOptions(who: string, options: unknown, example?: string): ValueError {
  const form = example === undefined ? '' : `, like { ${example}: … }`;
  return new ValueError(`${who}: expected an object of options${form}, got ${show(options)}.`);
}

/** Refuses what is no object of options, and options that `who` does not have. */
export function checkOptions(who: string, options: unknown, valid: readonly string[]): asserts options is object {
  checkObject(who, options, valid[0]);
  for (const key of Object.keys(options)) {
    if (valid.includes(key)) continue;
    // An object of a class that has nothing of these is no slip of a name.
    if (!isPlain(options)) throw noOptions(who, options, valid[0]);
    throw new ValueError(`${who}: unknown option '${key}'.${suggestion(key, valid)}`);
  }
}

// By the prototype's own prototype, as an object of another realm (a vm context, a test runner) is plain, too.
function isPlain(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** An integer of at least `low`, or an error that names the option. */
export function checkInteger(who: string, option: string, value: unknown, low: number): number {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < low) {
    const least = low === -Infinity ? '' : ` of at least ${low}`;
    throw new ValueError(`${who}: ${option} must be an integer${least}, got ${show(value)}.`);
  }
  return value;
}

/** One of the valid values, or an error that names the option and the nearest of them. */
export function checkChoice<V extends string>(who: string, option: string, value: unknown, valid: readonly V[]): V {
  if (typeof value !== 'string' || !valid.includes(value as V)) {
    throw new ValueError(`${who}: unknown ${option} ${show(value)}.${suggestion(String(value), valid)}`);
  }
  return value as V;
}

/** A short rendering of any value for an error message. */
export function show(value: unknown): string {
  if (typeof value === 'string') return `'${value}'`;
  if (typeof value === 'function') return `function ${value.name || '(anonymous)'}`;
  if (Array.isArray(value)) return `[${value.slice(0, 6).map(show).join(', ')}${value.length > 6 ? ', …' : ''}]`;
  if (typeof value === 'object' && value !== null) return value.constructor?.name ?? 'object';
  return String(value);
}
