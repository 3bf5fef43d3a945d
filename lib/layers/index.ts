import { Activation } from './activation.js';
import { Bidirectional } from './bidirectional.js';
import { Conv1D } from './conv1d.js';
import { Dense } from './dense.js';
import { Dropout } from './dropout.js';
import { Embedding } from './embedding.js';
import { Flatten } from './flatten.js';
import { InputLayer } from './input.js';
import { LayerNormalization } from './layer_normalization.js';
import { Masking } from './masking.js';
import { GRU, GRUCell } from './recurrent/gru.js';
import { LSTM, LSTMCell } from './recurrent/lstm.js';
import { RNN } from './recurrent/rnn.js';
import { SimpleRNN, SimpleRNNCell } from './recurrent/simple_rnn.js';
import { StackedRNNCells } from './recurrent/stacked.js';
import { Reshape } from './reshape.js';
import { TimeDistributed } from './time_distributed.js';

export { input } from './input.js';
export * from './classes.js';

// One line per layer: layers.lstm(options) makes an LSTM.
const factory =
  <A extends unknown[], L>(Class: new (...options: A) => L) =>
  (...options: A): L =>
    new Class(...options);

export const activation = factory(Activation);
export const bidirectional = factory(Bidirectional);
export const conv1d = factory(Conv1D);
/** The same under Keras' spelling. */
export const conv1D = conv1d;
export const dense = factory(Dense);
export const dropout = factory(Dropout);
export const embedding = factory(Embedding);
export const flatten = factory(Flatten);
export const gru = factory(GRU);
export const gruCell = factory(GRUCell);
export const inputLayer = factory(InputLayer);
export const layerNormalization = factory(LayerNormalization);
export const lstm = factory(LSTM);
export const lstmCell = factory(LSTMCell);
export const masking = factory(Masking);
export const reshape = factory(Reshape);
export const rnn = factory(RNN);
export const simpleRNN = factory(SimpleRNN);
export const simpleRNNCell = factory(SimpleRNNCell);
export const stackedRNNCells = factory(StackedRNNCells);
export const timeDistributed = factory(TimeDistributed);
