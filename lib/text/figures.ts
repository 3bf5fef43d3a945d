import { show, ValueError } from '../program/errors.js';

function checkLoss(who: string, crossEntropy: unknown): number {
  if (typeof crossEntropy !== 'number' || !(crossEntropy >= 0))
    throw new ValueError(`${who}: expected a mean crossentropy in nats, at least 0, got ${show(crossEntropy)}.`);
  return crossEntropy;
}

/** How many equally likely tokens a model chooses from, on average: e^H of its mean crossentropy H in nats. */
export function perplexity(crossEntropy: number): number {
  return Math.exp(checkLoss('perplexity', crossEntropy));
}

/** A mean crossentropy per token in bits instead of nats: for a model of characters, bits per character. */
export function bitsPerToken(crossEntropy: number): number {
  return checkLoss('bitsPerToken', crossEntropy) / Math.LN2;
}
