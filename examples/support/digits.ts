import { fileURLToPath } from 'node:url';
import { data, type Tensor } from 'seqnn';

export interface Digits {
  /** Pixels in [0, 1], [n, rows, columns]. */
  x: Tensor;
  /** [n] */
  y: Tensor;
  xTest: Tensor;
  yTest: Tensor;
}

/** Relative to the compiled file, dist/examples/support/: the 8×8 digits of data/. */
const FILES = ['train-images-idx3', 'train-labels-idx1', 'test-images-idx3', 'test-labels-idx1'].map((name) =>
  fileURLToPath(new URL(`../../../data/digits-${name}-ubyte`, import.meta.url)),
);

/** Four IDX files, gzipped or not: images and labels for training, then for testing. */
export async function readDigits(files: readonly string[] = FILES): Promise<Digits> {
  const pixels = { dtype: 'float32', scale: 1 / 255 } as const;
  const [x, y, xTest, yTest] = await Promise.all(files.map((file, i) => data.readIdx(file, i % 2 === 0 ? pixels : {})));
  return { x, y, xTest, yTest };
}
