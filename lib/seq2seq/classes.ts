// The layers and cells of this room, by the names under which a saved model finds them.
export { AttentionCell } from './attention_cell.js';
export { AttentionRNN } from './attention_rnn.js';
export { Decoder } from './decoder.js';
export { AdditiveMechanism, DotMechanism, GeneralMechanism } from './mechanisms.js';
export { MultiHeadMechanism } from './multi_head.js';
export { ScheduledSamplingCell } from './scheduled_sampling.js';
