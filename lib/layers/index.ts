import * as classes from './classes.js';
import { checkCallsOf } from './call_args.js';

export * from './classes.js';

checkCallsOf(classes);

// One line per layer: layers.lstm(options) makes an LSTM.
const factory =
  <A extends unknown[], L>(Class: new (...options: A) => L) =>
  (...options: A): L =>
    new Class(...((options[0] === undefined ? [{}] : options) as A));

export const activation = factory(classes.Activation);
export const activityRegularization = factory(classes.ActivityRegularization);
export const add = factory(classes.Add);
export const additiveAttention = factory(classes.AdditiveAttention);
export const attention = factory(classes.Attention);
export const average = factory(classes.Average);
export const averagePooling1d = factory(classes.AveragePooling1D);
export const batchNormalization = factory(classes.BatchNormalization);
export const bidirectional = factory(classes.Bidirectional);
export const concatenate = factory(classes.Concatenate);
export const conv1d = factory(classes.Conv1D);
export const conv1dTranspose = factory(classes.Conv1DTranspose);
export const cropping1d = factory(classes.Cropping1D);
export const dense = factory(classes.Dense);
export const depthwiseConv1d = factory(classes.DepthwiseConv1D);
/** The cell on a device of its own: `deviceCell('gpu:0', cell)`. */
export const deviceCell = (device: string, cell: classes.DeviceCellOptions['cell']): classes.DeviceCell =>
  new classes.DeviceCell({ device, cell });
export const dot = factory(classes.Dot);
export const dropout = factory(classes.Dropout);
export const dropoutWrapper = factory(classes.DropoutWrapper);
export const elu = factory(classes.ELU);
export const embedding = factory(classes.Embedding);
export const flatten = factory(classes.Flatten);
export const gaussianDropout = factory(classes.GaussianDropout);
export const gaussianNoise = factory(classes.GaussianNoise);
export const globalAveragePooling1d = factory(classes.GlobalAveragePooling1D);
export const globalMaxPooling1d = factory(classes.GlobalMaxPooling1D);
export const groupNormalization = factory(classes.GroupNormalization);
export const gru = factory(classes.GRU);
export const gruCell = factory(classes.GRUCell);
export const identity = factory(classes.Identity);
export const inputLayer = factory(classes.InputLayer);
export const lambda = factory(classes.Lambda);
export const layerNormBasicLSTMCell = factory(classes.LayerNormBasicLSTMCell);
export const layerNormGRUCell = factory(classes.LayerNormGRUCell);
export const layerNormLSTMCell = factory(classes.LayerNormLSTMCell);
export const layerNormalization = factory(classes.LayerNormalization);
export const leakyReLU = factory(classes.LeakyReLU);
export const lstm = factory(classes.LSTM);
export const lstmCell = factory(classes.LSTMCell);
export const masking = factory(classes.Masking);
export const maximum = factory(classes.Maximum);
export const maxPooling1d = factory(classes.MaxPooling1D);
export const minimum = factory(classes.Minimum);
export const multiHeadAttention = factory(classes.MultiHeadAttention);
export const multiply = factory(classes.Multiply);
export const outputProjectionWrapper = factory(classes.OutputProjectionWrapper);
export const permute = factory(classes.Permute);
export const prelu = factory(classes.PReLU);
export const reLU = factory(classes.ReLU);
export const repeatVector = factory(classes.RepeatVector);
export const rescaling = factory(classes.Rescaling);
export const reshape = factory(classes.Reshape);
export const residualWrapper = factory(classes.ResidualWrapper);
export const rmsNormalization = factory(classes.RMSNormalization);
export const rnn = factory(classes.RNN);
export const sampledSoftmax = factory(classes.SampledSoftmax);
export const separableConv1d = factory(classes.SeparableConv1D);
export const simpleRNN = factory(classes.SimpleRNN);
export const simpleRNNCell = factory(classes.SimpleRNNCell);
export const softmax = factory(classes.Softmax);
export const spatialDropout1d = factory(classes.SpatialDropout1D);
export const stackedRNNCells = factory(classes.StackedRNNCells);
export const subtract = factory(classes.Subtract);
export const timeDistributed = factory(classes.TimeDistributed);
export const unitNormalization = factory(classes.UnitNormalization);
export const upSampling1d = factory(classes.UpSampling1D);
export const zeroPadding1d = factory(classes.ZeroPadding1D);
export const zoneoutCell = factory(classes.ZoneoutCell);

// The same under Keras' spelling.
export const averagePooling1D = averagePooling1d;
export const conv1D = conv1d;
export const conv1DTranspose = conv1dTranspose;
export const cropping1D = cropping1d;
export const depthwiseConv1D = depthwiseConv1d;
export const globalAveragePooling1D = globalAveragePooling1d;
export const globalMaxPooling1D = globalMaxPooling1d;
export const maxPooling1D = maxPooling1d;
export const separableConv1D = separableConv1d;
export const spatialDropout1D = spatialDropout1d;
export const upSampling1D = upSampling1d;
export const zeroPadding1D = zeroPadding1d;

// Their short names, under both spellings.
export const avgPool1d = averagePooling1d;
export const avgPool1D = averagePooling1d;
export const globalAvgPool1d = globalAveragePooling1d;
export const globalAvgPool1D = globalAveragePooling1d;
export const globalMaxPool1d = globalMaxPooling1d;
export const globalMaxPool1D = globalMaxPooling1d;
export const maxPool1d = maxPooling1d;
export const maxPool1D = maxPooling1d;
