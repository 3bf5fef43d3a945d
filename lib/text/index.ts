export { bitsPerToken, perplexity } from './figures.js';
export { generate, type GenerateOptions, type StreamingModel } from './generate.js';
export { sampleLogits, Sampler, sampler, type SamplingOptions } from './sampling.js';
export {
  Tokenizer,
  tokenizer,
  type DecodeOptions,
  type EncodeBatchOptions,
  type EncodeOptions,
  type TokenizerJSON,
  type TokenizerOptions,
} from './tokenizer.js';
export { loadTokenizer, tokenizerFromJSON } from './tokenizer_file.js';
export {
  readVectors,
  WordVectors,
  writeVectors,
  type EmbeddingMatrixOptions,
  type ReadVectorsOptions,
} from './vectors.js';
export { Vocabulary, vocabulary, type SpecialTokens, type VocabularyOptions } from './vocabulary.js';
export {
  nextTokenWindows,
  statefulBatches,
  type NextTokenWindowsOptions,
  type StatefulBatchesOptions,
} from './windows.js';
