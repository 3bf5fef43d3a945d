import { readFile } from 'node:fs/promises';
import { show, ValueError } from '../program/errors.js';
import { Tokenizer, type TokenizerJSON } from './tokenizer.js';

/** The tokenizer that `toJSON` described. @throws ValueError for anything else. */
export function tokenizerFromJSON(given: TokenizerJSON | string, who = 'tokenizerFromJSON'): Tokenizer {
  const json = typeof given === 'string' ? parse(who, given) : given;
  if (typeof json !== 'object' || json === null || json.version !== 1 || !Array.isArray(json.tokens))
    throw new ValueError(`${who}: expected the JSON of a tokenizer, version 1, got ${show(json)}.`);
  const { level, lowercase, filter, specials, maxTokens, minFrequency } = json;
  // Roles that are not named were left out on purpose.
  const result = new Tokenizer({
    level,
    lowercase,
    filter,
    specials: { pad: false, go: false, eos: false, unk: false, ...specials },
    maxTokens,
    minFrequency,
  });
  result.vocabulary.set(json.tokens);
  return result;
}

/** Reads a tokenizer that `save` wrote. */
export async function loadTokenizer(path: string): Promise<Tokenizer> {
  return tokenizerFromJSON(await readFile(path, 'utf8'), `loadTokenizer: ${path}`);
}

function parse(who: string, text: string): TokenizerJSON {
  try {
    return JSON.parse(text) as TokenizerJSON;
  } catch (error) {
    throw new ValueError(`${who}: not JSON: ${(error as Error).message}`);
  }
}
