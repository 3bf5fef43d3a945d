import { activations, Layer, layers, type RNNCell, type TensorBase } from '../../lib/index.js';

/** A cell as a user writes it: a plain cell without activation, layer normalization, activation; the state is the output. */
export class LNSimpleRNNCell extends Layer implements RNNCell {
  readonly stateSize: number;
  private readonly cell: layers.SimpleRNNCell;
  private readonly norm: layers.LayerNormalization;
  private readonly activation: activations.Activation;

  constructor(
    readonly units: number,
    epsilon?: number,
    activation: activations.ActivationName = 'tanh',
  ) {
    super();
    this.stateSize = units;
    this.cell = this.track(layers.simpleRNNCell({ units, activation: null }));
    this.norm = this.track(layers.layerNormalization({ epsilon }));
    this.activation = activations.get(activation);
  }

  call(inputs: TensorBase, states: TensorBase[]): [TensorBase, TensorBase[]] {
    const [outputs] = this.cell.call(inputs, states);
    const y = this.activation(this.norm.call(outputs));
    return [y, [y]];
  }

  override clone(): this {
    return new LNSimpleRNNCell(this.units) as this;
  }
}
