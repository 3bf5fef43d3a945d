import { createReadStream } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { normal, checkSeed, freshSeed } from '../ops/random.js';
import { checkChoice, checkOptions, ShapeError, show, ValueError } from '../program/errors.js';
import { within } from '../program/graph.js';
import { Tensor, tensor, type TensorLike } from '../program/tensor.js';
import { showShape } from '../program/types.js';
import { Tokenizer } from './tokenizer.js';
import { Vocabulary } from './vocabulary.js';

const MISSING = ['zeros', 'normal'] as const;

export interface EmbeddingMatrixOptions {
  /** Rows of tokens without a vector: zeros, or normal numbers as spread out as the vectors'. Default zeros. */
  missing?: (typeof MISSING)[number];
  /** Of the normal numbers. Default: a fresh one. */
  seed?: number;
}

const vocabularyOf = (given: Tokenizer | Vocabulary) => (given instanceof Tokenizer ? given.vocabulary : given);

/** Tokens and a vector for each. */
export class WordVectors {
  private readonly rows: ReadonlyMap<string, number>;

  /** @param vectors [tokens, D] */
  constructor(
    readonly tokens: readonly string[],
    readonly vectors: Tensor,
  ) {
    if (vectors.rank !== 2 || vectors.shape[0] !== tokens.length)
      throw new ShapeError(
        `wordVectors: expected vectors [${tokens.length}, D] for ${tokens.length} tokens, got ${showShape(vectors.shape)}.`,
      );
    this.rows = new Map(tokens.map((token, i) => [token, i]));
  }

  /** Length of a vector. */
  get dimensions(): number {
    return this.vectors.shape[1];
  }

  /** A copy of a token's vector, if it has one. */
  get(token: string): Float32Array | undefined {
    const row = this.rows.get(token);
    if (row === undefined) return undefined;
    return Float32Array.from(this.vectors.data.subarray(row * this.dimensions, (row + 1) * this.dimensions));
  }

  /** The part of a vocabulary's tokens, special ones aside, that have a vector. */
  coverage(of: Tokenizer | Vocabulary): number {
    const { tokens, specials } = vocabularyOf(of);
    const others = tokens.slice(Object.keys(specials).length);
    return others.length === 0 ? 1 : others.filter((token) => this.rows.has(token)).length / others.length;
  }

  /**
   * The `weights` of an embedding layer for a vocabulary: row i belongs to its token i; that of `<pad>` is zero.
   *
   * @returns float32 [size, D]
   */
  embeddingMatrix(of: Tokenizer | Vocabulary, options: EmbeddingMatrixOptions = {}): Tensor {
    const who = 'embeddingMatrix';
    checkOptions(who, options, ['missing', 'seed']);
    const missing = checkChoice(who, 'missing', options.missing ?? 'zeros', MISSING);
    const seed = options.seed === undefined ? freshSeed() : checkSeed(who, options.seed);
    const known = vocabularyOf(of);
    const { dimensions } = this;
    const shape = [known.size, dimensions];
    const data =
      missing === 'zeros'
        ? new Float32Array(known.size * dimensions)
        : within(undefined, () => normal(shape, 0, spread(this.vectors), { seed }) as Tensor).data.slice();
    known.tokens.forEach((token, id) => {
      const vector = this.get(token);
      if (vector) data.set(vector, id * dimensions);
    });
    const pad = known.specialId('pad');
    if (pad !== null) data.fill(0, pad * dimensions, (pad + 1) * dimensions);
    return new Tensor(data, shape);
  }
}

/** The root of the mean square of all numbers. */
function spread({ data }: Tensor): number {
  let sum = 0;
  for (const v of data) sum += v * v;
  return data.length === 0 ? 0 : Math.sqrt(sum / data.length);
}

export interface ReadVectorsOptions {
  /** Only the tokens of this vocabulary are kept, which spares memory. Default: all. */
  only?: Tokenizer | Vocabulary;
}

/**
 * Reads vectors from a text file as GloVe's are: a token and its numbers on every line, with spaces between. The first line
 * may give their count and length instead, as word2vec's and fastText's do. Of tokens that come twice the first counts.
 *
 * @throws ValueError, with the line, for lines of other lengths or what is no number.
 */
export async function readVectors(path: string, options: ReadVectorsOptions = {}): Promise<WordVectors> {
  checkOptions('readVectors', options, ['only']);
  const wanted = options.only && new Set(vocabularyOf(options.only).tokens);
  const found = new Map<string, Float32Array>();
  let dimensions: number | null = null;
  let number = 0;
  const file = createReadStream(path, 'utf8');
  for await (const line of createInterface({ input: file, crlfDelay: Infinity })) {
    number++;
    const fields = line.trimEnd().split(' ');
    if (fields.length === 1 && fields[0] === '') continue;
    if (number === 1 && fields.length === 2 && fields.every((field) => /^\d+$/.test(field))) {
      dimensions = Number(fields[1]);
      continue;
    }
    dimensions ??= fields.length - 1;
    // A few tokens of the published files have spaces in them: the numbers are counted from the end.
    const token = fields.slice(0, -dimensions).join(' ');
    const vector = Float32Array.from(fields.slice(-dimensions), (field) => (field === '' ? NaN : Number(field)));
    if (dimensions < 1 || token === '' || vector.some(Number.isNaN))
      throw new ValueError(
        `readVectors: ${path}, line ${number}: expected a token and ${Math.max(1, dimensions)} numbers, got ${show(line.slice(0, 60))}.`,
      );
    if ((!wanted || wanted.has(token)) && !found.has(token)) found.set(token, vector);
  }
  const size = dimensions ?? 0;
  const data = new Float32Array(found.size * size);
  [...found.values()].forEach((vector, i) => data.set(vector, i * size));
  return new WordVectors([...found.keys()], new Tensor(data, [found.size, size]));
}

/** Writes what `readVectors` reads. @param vectors [tokens, D], such as the weights of an embedding layer. */
export async function writeVectors(path: string, tokens: readonly string[], vectors: TensorLike): Promise<void> {
  const { shape, data } = new WordVectors(tokens, tensor(vectors, undefined, 'float32', 'writeVectors')).vectors;
  const width = shape[1];
  const lines = tokens.map((token, i) => {
    if (/[\r\n]|^\s*$|\s$/u.test(token))
      throw new ValueError(`writeVectors: the token ${show(token)} cannot stand on a line of its own.`);
    return `${token} ${Array.from(data.subarray(i * width, (i + 1) * width)).join(' ')}\n`;
  });
  await writeFile(path, lines.join(''));
}
