import { writeFile } from 'node:fs/promises';
import { padSequences } from '../data/pad_sequences.js';
import { oneHot } from '../ops/indexing.js';
import { checkChoice, checkInteger, checkOptions, ShapeError, show, ValueError } from '../program/errors.js';
import { Tensor, tensor, type TensorLike } from '../program/tensor.js';
import { showShape } from '../program/types.js';
import { Vocabulary, VOCABULARY_OPTIONS, type VocabularyOptions } from './vocabulary.js';

const LEVELS = ['word', 'char'] as const;
const SIDES = ['pre', 'post'] as const;
type Side = (typeof SIDES)[number];

/** What Keras' TextVectorization takes out of a text. */
const PUNCTUATION = '!"#$%&()*+,-./:;<=>?@[\\]^_`{|}~\'';

export interface TokenizerOptions extends VocabularyOptions {
  /** Words between white space, or characters (Unicode code points). Default `word`. */
  level?: (typeof LEVELS)[number];
  /** Default true for words, false for characters. */
  lowercase?: boolean;
  /** Characters that are taken out of a text. Default for words: Keras' punctuation; for characters: none. */
  filter?: string;
}

export interface EncodeOptions {
  /** Tokens at most, `<go>` and `<eos>` included; they are never cut. Default: no limit. */
  maxLength?: number;
  /** Where a long text is cut. Default `post`. */
  truncating?: Side;
  /** Puts `<go>` in front. Default false. */
  addGo?: boolean;
  /** Puts `<eos>` behind. Default false. */
  addEos?: boolean;
}
const ENCODE_OPTIONS = ['maxLength', 'truncating', 'addGo', 'addEos'] as const;

export interface EncodeBatchOptions extends EncodeOptions {
  /** Where a short text is filled with `<pad>`. Default `post`. */
  padding?: Side;
  /** Whether every row has maxLength tokens, and not only those of the longest text. Default false. */
  padToMaxLength?: boolean;
}

export interface DecodeOptions {
  /** Leaves `<pad>`, `<go>` and `<eos>` out and ends at the first `<eos>`. Default true. */
  skipSpecials?: boolean;
}

/** Texts to ids and back. */
export class Tokenizer {
  readonly vocabulary: Vocabulary;
  readonly level: (typeof LEVELS)[number];
  readonly lowercase: boolean;
  readonly filter: string;
  private readonly removed: ReadonlySet<string>;

  constructor(options: TokenizerOptions = {}) {
    const who = 'tokenizer';
    checkOptions(who, options, ['level', 'lowercase', 'filter', ...VOCABULARY_OPTIONS]);
    const { level = 'word', lowercase, filter, ...rest } = options;
    this.level = checkChoice(who, 'level', level, LEVELS);
    this.lowercase = lowercase ?? level === 'word';
    this.filter = filter ?? (level === 'word' ? PUNCTUATION : '');
    if (typeof this.lowercase !== 'boolean' || typeof this.filter !== 'string')
      throw new ValueError(
        `${who}: lowercase must be true or false and filter a string of characters, got ${show(lowercase)} and ${show(filter)}.`,
      );
    this.removed = new Set(this.filter);
    this.vocabulary = new Vocabulary(rest, who);
  }

  /** How many different ids there are. */
  get size(): number {
    return this.vocabulary.size;
  }

  /** A text's tokens, known or not. */
  split(text: string): string[] {
    if (typeof text !== 'string') throw new ValueError(`tokenizer: expected a text, got ${show(text)}.`);
    const lower = this.lowercase ? text.toLowerCase() : text;
    const characters = Array.from(lower);
    const kept = this.removed.size === 0 ? characters : characters.filter((c) => !this.removed.has(c));
    return this.level === 'char' ? kept : kept.join('').split(/\s+/u).filter(Boolean);
  }

  /** Numbers the tokens of these texts: the most frequent first, ties in the order of first appearance. */
  fit(texts: string | readonly string[]): this {
    this.vocabulary.fit(tokensOf(this, listOf('fit', texts)));
    return this;
  }

  /** `fit` under Keras' name. */
  adapt(texts: string | readonly string[]): this {
    return this.fit(texts);
  }

  /** The ids of a text. @throws ValueError for a token that is not known, where there is no `<unk>`. */
  encode(text: string, options: EncodeOptions = {}): number[] {
    checkOptions('encode', options, ENCODE_OPTIONS);
    const go = options.addGo ? [this.special('encode: addGo', 'go')] : [];
    const eos = options.addEos ? [this.special('encode: addEos', 'eos')] : [];
    const ids = this.split(text).map((token) => this.vocabulary.idOf(token));
    const { maxLength } = options;
    if (maxLength === undefined) return [...go, ...ids, ...eos];
    const room = checkInteger('encode', 'maxLength', maxLength, Math.max(1, go.length + eos.length)) - go.length - eos.length; // prettier-ignore
    const side = checkChoice('encode', 'truncating', options.truncating ?? 'post', SIDES);
    return [...go, ...(side === 'post' ? ids.slice(0, room) : ids.slice(Math.max(0, ids.length - room))), ...eos];
  }

  /** The ids of texts as one int32 tensor [B, T]. @throws ValueError for texts of several lengths without a `<pad>`. */
  encodeBatch(texts: readonly string[], options: EncodeBatchOptions = {}): Tensor {
    checkOptions('encodeBatch', options, [...ENCODE_OPTIONS, 'padding', 'padToMaxLength']);
    const { padding = 'post', padToMaxLength = false, ...rest } = options;
    checkChoice('encodeBatch', 'padding', padding, SIDES);
    if (padToMaxLength && rest.maxLength === undefined)
      throw new ValueError('encodeBatch: padToMaxLength needs a maxLength.');
    const rows = listOf('encodeBatch', texts).map((text) => this.encode(text, rest));
    const longest = rows.reduce((most, row) => Math.max(most, row.length), 0);
    const length = padToMaxLength ? (rest.maxLength as number) : longest;
    const value = rows.some((row) => row.length < length) ? this.special('encodeBatch: texts of several lengths', 'pad') : 0; // prettier-ignore
    if (length === 0) return new Tensor(new Int32Array(0), [rows.length, 0]);
    return padSequences(rows, { maxLen: length, padding, value });
  }

  /** The text of ids: words with a space between them, characters with nothing. */
  decode(ids: TensorLike, options: DecodeOptions = {}): string {
    checkOptions('decode', options, ['skipSpecials']);
    const { shape, data } = tensor(ids, undefined, 'int32', 'decode');
    if (shape.length !== 1)
      throw new ShapeError(`decode: expected the ids of one text, got shape ${showShape(shape)}.`);
    let list = Array.from(data);
    if (options.skipSpecials ?? true) {
      const { vocabulary } = this;
      const end = list.indexOf(vocabulary.specialId('eos') ?? -1);
      if (end >= 0) list = list.slice(0, end);
      const silent = [vocabulary.specialId('pad'), vocabulary.specialId('go')];
      list = list.filter((id) => !silent.includes(id));
    }
    return list.map((id) => this.vocabulary.tokenOf(id)).join(this.level === 'word' ? ' ' : '');
  }

  /** The texts of ids [B, T]. */
  decodeBatch(ids: TensorLike, options: DecodeOptions = {}): string[] {
    const { shape, data } = tensor(ids, undefined, 'int32', 'decodeBatch');
    if (shape.length !== 2) throw new ShapeError(`decodeBatch: expected ids [B, T], got shape ${showShape(shape)}.`);
    const [rows, steps] = shape;
    return Array.from({ length: rows }, (_, i) => this.decode(data.subarray(i * steps, (i + 1) * steps), options));
  }

  /** A text, or ids of any shape, as float32 rows of zeros with a one: [..., size]. */
  oneHot(given: string | TensorLike): Tensor {
    const ids = typeof given === 'string' ? Int32Array.from(this.encode(given)) : given;
    const index = tensor(ids, undefined, 'int32', 'oneHot');
    for (const id of index.data) this.vocabulary.tokenOf(id);
    return oneHot(index, this.size);
  }

  /** What `tokenizerFromJSON` makes an equal one of. */
  toJSON(): TokenizerJSON {
    const { level, lowercase, filter, vocabulary } = this;
    const { specials, limits, tokens } = vocabulary;
    return { version: 1, level, lowercase, filter, specials, ...limits, tokens };
  }

  /** Writes the tokenizer to a JSON file, for `loadTokenizer`. */
  async save(path: string): Promise<void> {
    await writeFile(path, JSON.stringify(this));
  }

  private special(who: string, role: 'pad' | 'go' | 'eos'): number {
    const id = this.vocabulary.specialId(role);
    if (id === null) throw new ValueError(`${who}: the tokenizer has no token for it (specials.${role}).`);
    return id;
  }
}

function* tokensOf(tokenizer: Tokenizer, texts: readonly string[]): Generator<string> {
  for (const text of texts) yield* tokenizer.split(text);
}

function listOf(who: string, texts: string | readonly string[]): readonly string[] {
  if (typeof texts === 'string') return [texts];
  if (!Array.isArray(texts)) throw new ValueError(`${who}: expected texts, got ${show(texts)}.`);
  return texts;
}

/** A fitted tokenizer as JSON. */
export interface TokenizerJSON {
  readonly version: 1;
  readonly level: (typeof LEVELS)[number];
  readonly lowercase: boolean;
  readonly filter: string;
  readonly specials: Vocabulary['specials'];
  readonly maxTokens?: number;
  readonly minFrequency?: number;
  readonly tokens: readonly string[];
}

/** Turns texts into ids and back; call `fit(texts)` first. */
export function tokenizer(options: TokenizerOptions = {}): Tokenizer {
  return new Tokenizer(options);
}
