// Every class of this room, and the types that a layer of one's own needs.
export { Activation } from './activation.js';
export { ActivityRegularization, type ActivityRegularizationOptions } from './activity_regularization.js';
export { AdditiveAttention, type AdditiveAttentionOptions } from './additive_attention.js';
export { Attention, type AttentionOptions } from './attention.js';
export { BatchNormalization, type BatchNormalizationOptions } from './batch_normalization.js';
export { Bidirectional, type BidirectionalOptions } from './bidirectional.js';
export { Concatenate, type ConcatenateOptions } from './concatenate.js';
export { LayerTensor } from './connect.js';
export { Conv1D, type Conv1DOptions } from './conv1d.js';
export { Conv1DTranspose, type Conv1DTransposeOptions } from './conv1d_transpose.js';
export { Dense, type DenseOptions } from './dense.js';
export { DepthwiseConv1D, type DepthwiseOptions } from './depthwise_conv1d.js';
export { Dot, type DotOptions } from './dot.js';
export { Dropout, type DropoutOptions } from './dropout.js';
export { Embedding, type EmbeddingOptions } from './embedding.js';
export { Flatten, type FlattenOptions } from './flatten.js';
export { GlobalAveragePooling1D, GlobalMaxPooling1D, type GlobalPooling1DOptions } from './global_pooling1d.js';
export { GroupNormalization, type GroupNormalizationOptions } from './group_normalization.js';
export { Identity } from './identity.js';
export { input, InputLayer, type InputOptions } from './input.js';
export { Lambda, type LambdaOptions } from './lambda.js';
export { Layer, type CallArgs, type LayerConfig, type PartialShape, type WeightOptions } from './layer.js';
export { LayerNormalization, type LayerNormalizationOptions } from './layer_normalization.js';
export { Masking } from './masking.js';
export { Add, Average, Maximum, Minimum, Multiply, Subtract } from './merge.js';
export { MultiHeadAttention, type MultiHeadAttentionOptions } from './multi_head_attention.js';
export {
  GaussianDropout,
  GaussianNoise,
  SpatialDropout1D,
  type DropRateOptions,
  type GaussianNoiseOptions,
} from './noise.js';
export {
  Cropping1D,
  UpSampling1D,
  ZeroPadding1D,
  type Cropping1DOptions,
  type UpSampling1DOptions,
  type ZeroPadding1DOptions,
} from './padding1d.js';
export { Permute, type PermuteOptions } from './permute.js';
export { AveragePooling1D, MaxPooling1D, type Pooling1DOptions } from './pooling1d.js';
export { PReLU, type PReLUOptions } from './prelu.js';
export { ELU, LeakyReLU, ReLU, type ELUOptions, type LeakyReLUOptions, type ReLUOptions } from './rectifiers.js';
export type { RNNCell } from './recurrent/cell.js';
export { CellWrapper, type CellWrapperOptions } from './recurrent/cell_wrapper.js';
export { DeviceCell, type DeviceCellOptions } from './recurrent/device_cell.js';
export { DropoutWrapper, type DropoutWrapperOptions } from './recurrent/dropout_wrapper.js';
export { GRU, GRUCell, type GRUCellOptions, type GRUOptions } from './recurrent/gru.js';
export { LayerNormGRUCell, type LayerNormGRUCellOptions } from './recurrent/layer_norm_gru.js';
export {
  LayerNormBasicLSTMCell,
  LayerNormLSTMCell,
  type LayerNormLSTMCellOptions,
} from './recurrent/layer_norm_lstm.js';
export { LSTM, LSTMCell, type LSTMCellOptions, type LSTMOptions } from './recurrent/lstm.js';
export { OutputProjectionWrapper, type OutputProjectionWrapperOptions } from './recurrent/output_projection.js';
export { ResidualWrapper } from './recurrent/residual_wrapper.js';
export { RNN, type RNNOptions } from './recurrent/rnn.js';
export { SimpleRNN, SimpleRNNCell, type SimpleRNNCellOptions, type SimpleRNNOptions } from './recurrent/simple_rnn.js';
export { StackedRNNCells } from './recurrent/stacked.js';
export { ZoneoutCell, type ZoneoutCellOptions } from './recurrent/zoneout.js';
export { RepeatVector, type RepeatVectorOptions } from './repeat_vector.js';
export { Rescaling, type RescalingOptions } from './rescaling.js';
export { Reshape } from './reshape.js';
export { RMSNormalization, type RMSNormalizationOptions } from './rms_normalization.js';
export { SampledSoftmax, type SampledSoftmaxLayerOptions } from './sampled_softmax.js';
export { SeparableConv1D, type SeparableConv1DOptions } from './separable_conv1d.js';
export { Softmax, type SoftmaxOptions } from './softmax.js';
export { TimeDistributed } from './time_distributed.js';
export { UnitNormalization, type UnitNormalizationOptions } from './unit_normalization.js';
