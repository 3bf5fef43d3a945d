import { input, layers, losses, model, ops, optimizers, seq2seq, type GraphModel, type Tensor } from 'seqnn';
import { EOS, GO, source, sources, STEPS, target, type DatePair } from './support/dates.js';

const UNITS = 64;

/** An encoder and a decoder that share their weights with the model that is trained. */
export interface DateTranslator {
  /** [written, given] to logits. */
  readonly trained: GraphModel;
  /** Written to [memory, state]. */
  readonly encoder: GraphModel;
  readonly decoder: seq2seq.Decoder;
}

export interface TranslatorOptions {
  attention?: seq2seq.AttentionCellOptions['attention'];
  style?: seq2seq.AttentionCellOptions['style'];
  samplingProbability?: seq2seq.DecoderOptions['samplingProbability'];
  samplingMode?: seq2seq.DecoderOptions['samplingMode'];
  /** Train with a sampled softmax. */
  numSampled?: number;
}

/** A GRU reads the characters, another one with attention writes them. */
export function dateTranslator({ attention, style, ...rest }: TranslatorOptions = {}): DateTranslator {
  const written = input({ shape: [null], dtype: 'int32', name: 'written' });
  const given = input({ shape: [null], dtype: 'int32', name: 'given' });
  const characters = layers.embedding({ inputDim: source.size, outputDim: 32, maskZero: true }).apply(written);
  const [memory, state] = layers.gru({ units: UNITS, returnSequences: true, returnState: true }).apply(characters);
  const decoder = seq2seq.decoder({
    vocabularySize: target.size,
    embeddingSize: 16,
    cell: seq2seq.attentionCell({ cell: layers.gruCell({ units: UNITS }), attention, style }),
    ...rest,
  });
  const trained = model({ inputs: [written, given], outputs: decoder.apply([given, memory, state]) });
  trained.compile({
    optimizer: optimizers.adam({ learningRate: 0.005, clipnorm: 1 }),
    loss: rest.numSampled ? losses.sampledSoftmax() : losses.sparseCategoricalCrossentropy({ fromLogits: true }),
    metrics: rest.numSampled ? [] : ['accuracy'],
  });
  return { trained, encoder: model({ inputs: written, outputs: [memory, state] }), decoder };
}

/** ISO dates of written ones, found by a search of this width (1 is greedy), the best first. */
export async function translate({ encoder, decoder }: DateTranslator, dates: readonly DatePair[], width = 1) {
  const x = sources(dates);
  const [memory, state] = (await encoder.predict(x)) as Tensor[];
  const mask = ops.notEqual(x, 0) as Tensor;
  return decoder.beamSearch({ memory, mask, initialState: [state], start: GO, end: EOS, maxSteps: STEPS, width });
}

/** Share of dates that are translated without a fault. */
export function exactMatch(found: readonly seq2seq.Hypothesis[][], dates: readonly DatePair[]): number {
  const right = dates.filter(({ iso }, i) => target.decode(found[i][0].tokens) === iso);
  return right.length / dates.length;
}
