/** Columns whose part that the ones before do not explain is smaller than this share of them count as their repetition. */
const RANK_TOLERANCE = 1e-10;

/**
 * The x that makes |A x − b|² least, in double precision by Householder reflections (Golub 1965). A column that the ones before
 * it explain gets the coefficient 0.
 *
 * @param columns Of A, each as long as b.
 */
export function leastSquares(columns: readonly ArrayLike<number>[], b: ArrayLike<number>): Float64Array {
  const a = columns.map((column) => Float64Array.from(column));
  const rest = Float64Array.from(b);
  const norm = (v: Float64Array, from: number) => Math.sqrt(v.subarray(from).reduce((sum, x) => sum + x * x, 0));
  // Row of the triangle that each column got; a repeated column has none.
  const rowOf: number[] = [];
  let row = 0;
  a.forEach((column, j) => {
    const size = row < rest.length ? norm(column, row) : 0;
    if (size <= RANK_TOLERANCE * norm(column, 0)) {
      rowOf.push(-1);
      return;
    }
    const alpha = column[row] > 0 ? -size : size;
    const mirror = column.slice(row);
    mirror[0] -= alpha;
    const scale = 2 / mirror.reduce((sum, x) => sum + x * x, 0);
    for (const v of [...a.slice(j), rest]) {
      let dot = 0;
      for (let i = 0; i < mirror.length; i++) dot += mirror[i] * v[row + i];
      for (let i = 0; i < mirror.length; i++) v[row + i] -= scale * dot * mirror[i];
    }
    rowOf.push(row++);
  });
  const x = new Float64Array(a.length);
  for (let j = a.length - 1; j >= 0; j--) {
    if (rowOf[j] < 0) continue;
    let value = rest[rowOf[j]];
    for (let k = j + 1; k < a.length; k++) value -= a[k][rowOf[j]] * x[k];
    x[j] = value / a[j][rowOf[j]];
  }
  return x;
}
