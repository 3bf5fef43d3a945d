import { activations, Layer, layers, type RNNCell, type TensorBase } from 'seqnn';

/** SimpleRNNCell without its activation, then LayerNormalization, then tanh. */
export class LNSimpleRNNCell extends Layer implements RNNCell {
  readonly stateSize: number;
  private readonly cell;
  private readonly norm;
  private readonly activation;

  constructor(units: number, activation: activations.ActivationLike = 'tanh') {
    super();
    this.stateSize = units;
    this.cell = this.track(layers.simpleRNNCell({ units, activation: null }));
    this.norm = this.track(layers.layerNormalization());
    this.activation = activations.get(activation);
  }

  override call(inputs: TensorBase, states: TensorBase[]): [TensorBase, TensorBase[]] {
    const [outputs] = this.cell.call(inputs, states);
    const y = this.activation(this.norm.call(outputs));
    return [y, [y]];
  }
}
