import { checkInteger, checkOptions, show, StateError, ValueError } from '../program/errors.js';

/** What a special token stands for, in the order of their ids. */
const ROLES = ['pad', 'go', 'eos', 'unk'] as const;
export type Role = (typeof ROLES)[number];
const NAMES: Readonly<Record<Role, string>> = { pad: '<pad>', go: '<go>', eos: '<eos>', unk: '<unk>' };

/** Names of the special tokens; false leaves one out. */
export type SpecialTokens = { readonly [R in Role]?: string | false };

export interface VocabularyOptions {
  /**
   * `<pad>` fills short rows, `<go>` starts a sequence, `<eos>` ends one, `<unk>` stands for what is not known. They
   * have the ids 0, 1, 2, 3; those left out leave no gap. Default all four; false: none.
   */
  specials?: SpecialTokens | false;
  /** Tokens at most, special ones included. Default: no limit. */
  maxTokens?: number;
  /** Rarer tokens are left out. Default 1. */
  minFrequency?: number;
}
export const VOCABULARY_OPTIONS = ['specials', 'maxTokens', 'minFrequency'] as const;

/** Tokens and their numbers, 0 … size − 1: the special ones, then the others from the most frequent to the rarest. */
export class Vocabulary {
  readonly specials: Readonly<Partial<Record<Role, string>>>;
  private readonly maxTokens: number;
  private readonly minFrequency: number;
  private list: string[] = [];
  private ids = new Map<string, number>();
  private fitted = false;

  constructor(options: VocabularyOptions = {}, who = 'vocabulary') {
    checkOptions(who, options, VOCABULARY_OPTIONS);
    this.specials = specialsOf(who, options.specials);
    this.maxTokens =
      options.maxTokens === undefined
        ? Infinity
        : checkInteger(who, 'maxTokens', options.maxTokens, Object.keys(this.specials).length + 1);
    this.minFrequency = checkInteger(who, 'minFrequency', options.minFrequency ?? 1, 1);
  }

  /** Counts tokens and numbers them, most frequent first; of equally frequent ones the first seen comes first. */
  fit(tokens: Iterable<string>): this {
    const counts = new Map<string, number>();
    for (const token of tokens) counts.set(token, (counts.get(token) ?? 0) + 1);
    const frequent = [...counts].filter(([, count]) => count >= this.minFrequency);
    // Sorting is stable and a Map keeps the order of first appearance.
    frequent.sort((a, b) => b[1] - a[1]);
    return this.settle(frequent.map(([token]) => token));
  }

  /** Takes these tokens in this order behind the special ones. @throws ValueError for one that occurs twice. */
  set(tokens: readonly string[]): this {
    if (!Array.isArray(tokens) || tokens.some((token) => typeof token !== 'string'))
      throw new ValueError(`vocabulary: expected a list of tokens, got ${show(tokens)}.`);
    const seen = new Set<string>();
    const again = tokens.find((token) => seen.size === seen.add(token).size);
    if (again !== undefined) throw new ValueError(`vocabulary: the token ${show(again)} occurs twice.`);
    return this.settle(tokens);
  }

  private settle(tokens: readonly string[]): this {
    const special = Object.values(this.specials);
    const others = tokens.filter((token) => !special.includes(token));
    this.list = [...special, ...others].slice(0, this.maxTokens);
    this.ids = new Map(this.list.map((token, id) => [token, id]));
    this.fitted = true;
    return this;
  }

  /** What the next `fit` keeps to. */
  get limits(): Pick<VocabularyOptions, 'maxTokens' | 'minFrequency'> {
    const { maxTokens, minFrequency } = this;
    return Number.isFinite(maxTokens) ? { maxTokens, minFrequency } : { minFrequency };
  }

  /** Every token, by its id. */
  get tokens(): readonly string[] {
    this.require('tokens');
    return this.list;
  }

  get size(): number {
    return this.tokens.length;
  }

  has(token: string): boolean {
    return this.ids.has(token);
  }

  /** The id of a token; of one that is not known, that of `<unk>`. @throws ValueError when there is no `<unk>`. */
  idOf(token: string): number {
    this.require('idOf');
    const id = this.ids.get(token) ?? this.specialId('unk');
    if (id === null)
      throw new ValueError(
        `vocabulary: the token ${show(token)} is not among its ${this.list.length}, and it has no token for unknown ones (specials.unk).`,
      );
    return id;
  }

  /** The token of an id. @throws ValueError for a number that is none. */
  tokenOf(id: number): string {
    this.require('tokenOf');
    const token = this.list[id];
    if (token === undefined)
      throw new ValueError(`vocabulary: ids are integers from 0 to ${this.list.length - 1}, got ${show(id)}.`);
    return token;
  }

  /** The id of a special token; null where the vocabulary has none. */
  specialId(role: Role): number | null {
    const name = this.specials[role];
    return name === undefined ? null : Object.values(this.specials).indexOf(name);
  }

  private require(who: string): void {
    if (!this.fitted) throw new StateError(`vocabulary: ${who} before there are tokens; call fit(texts) first.`);
  }
}

function specialsOf(who: string, given: SpecialTokens | false | undefined): Partial<Record<Role, string>> {
  if (given === false) return {};
  const options = given ?? {};
  if (typeof options !== 'object' || options === null)
    throw new ValueError(`${who}: specials must be false or names by role, got ${show(given)}.`);
  checkOptions(`${who}: specials`, options, ROLES);
  const specials: Partial<Record<Role, string>> = {};
  for (const role of ROLES) {
    const name = options[role] ?? NAMES[role];
    if (name === false) continue;
    if (typeof name !== 'string' || name === '')
      throw new ValueError(`${who}: specials.${role} must be a name or false, got ${show(name)}.`);
    if (Object.values(specials).includes(name))
      throw new ValueError(`${who}: specials.${role} has the name of another special token, ${show(name)}.`);
    specials[role] = name;
  }
  return specials;
}

/** A vocabulary without a tokenizer: for tokens that are split already. Call `fit(tokens)` or `set(tokens)`. */
export function vocabulary(options: VocabularyOptions = {}): Vocabulary {
  return new Vocabulary(options);
}
