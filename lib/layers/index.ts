import * as classes from './classes.js';

export * from './classes.js';

// One line per layer: layers.lstm(options) makes an LSTM.
const factory =
  <A extends unknown[], L>(Class: new (...options: A) => L) =>
  (...options: A): L =>
    new Class(...options);

export const activation = factory(classes.Activation);
export const bidirectional = factory(classes.Bidirectional);
export const conv1d = factory(classes.Conv1D);
/** The same under Keras' spelling. */
export const conv1D = conv1d;
export const dense = factory(classes.Dense);
export const dropout = factory(classes.Dropout);
export const embedding = factory(classes.Embedding);
export const flatten = factory(classes.Flatten);
export const gru = factory(classes.GRU);
export const gruCell = factory(classes.GRUCell);
export const inputLayer = factory(classes.InputLayer);
export const layerNormalization = factory(classes.LayerNormalization);
export const lstm = factory(classes.LSTM);
export const lstmCell = factory(classes.LSTMCell);
export const masking = factory(classes.Masking);
export const reshape = factory(classes.Reshape);
export const rnn = factory(classes.RNN);
export const simpleRNN = factory(classes.SimpleRNN);
export const simpleRNNCell = factory(classes.SimpleRNNCell);
export const stackedRNNCells = factory(classes.StackedRNNCells);
export const timeDistributed = factory(classes.TimeDistributed);
