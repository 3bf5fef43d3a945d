import assert from 'node:assert/strict';

/** Equal but for `tolerance`, of each number or, for small ones, of 1. */
export function near(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): void {
  assert.equal(actual.length, expected.length);
  for (let i = 0; i < expected.length; i++) {
    const bound = tolerance * (1 + Math.abs(expected[i]));
    assert.ok(Math.abs(actual[i] - expected[i]) <= bound, `${i}: ${actual[i]}, expected ${expected[i]}`);
  }
}
