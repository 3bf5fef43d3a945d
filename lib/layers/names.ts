const taken = new Map<string, number>();

/** `SimpleRNN` as `simple_rnn`, as Keras writes it. */
export function snakeCase(name: string): string {
  return name
    .replace(/(.)([A-Z][a-z]+)/g, '$1_$2')
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase();
}

/** `lstm`, `lstm_1`, … : a name for the next layer of a class. */
export function uniqueName(className: string): string {
  const base = snakeCase(className);
  const count = taken.get(base) ?? 0;
  taken.set(base, count + 1);
  return count === 0 ? base : `${base}_${count}`;
}
