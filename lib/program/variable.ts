import { native, type NativeBuffer } from '../runtime/addon.js';
import { ShapeError, StateError } from './errors.js';
import { currentDevice, onDevice } from './placement.js';
import { TensorBase, Tensor, tensor, type TensorLike } from './tensor.js';
import { allocate, DTYPES, sameShape, showShape, sizeOf, type DType, type Shape, type TypedArray } from './types.js';

/** A weight, an optimizer slot, a counter: native memory with a shape and a name that programs read and write in place. */
export class Variable extends TensorBase {
  readonly shape: Shape;
  readonly dtype: DType;
  readonly buffer: NativeBuffer;
  /** Where it stays, as what a layer with a device makes does; undefined: where its programs run. */
  readonly device = currentDevice();
  private chosen: string | undefined;
  /** A penalty that joins the loss while this variable is trained. */
  regularizer: ((x: TensorBase) => TensorBase) | null = null;
  /** What an optimizer makes of each new value. */
  constraint: ((x: TensorBase) => TensorBase) | null = null;

  /**
   * @param value The first value; copied.
   * @param name For messages and files.
   * @param trainable Whether an optimizer changes it.
   */
  constructor(
    value: TensorLike,
    public name = 'variable',
    public trainable = true,
  ) {
    super();
    const first = tensor(value);
    this.shape = first.shape;
    this.dtype = first.dtype;
    this.buffer = new (native().Buffer)(DTYPES.indexOf(first.dtype), sizeOf(first.shape));
    if (this.device) this.goTo(this.device);
    this.buffer.write(0, first.data);
  }

  /** A variable that is not trained, beside this one: an optimizer's slot, say. */
  sibling(value: TensorLike, name: string): Variable {
    return onDevice(this.device, () => new Variable(value, `${this.name}/${name}`, false));
  }

  /** A copy of the current value. */
  value(): Tensor {
    return new Tensor(this.buffer.read(0, allocate(this.dtype, this.size)), this.shape, this.dtype);
  }

  /** A copy of the elements. */
  get data(): TypedArray {
    return this.value().data;
  }

  item(): number {
    return this.value().item();
  }

  toArray(): any {
    return this.value().toArray();
  }

  /**
   * Puts it on a device: 'cpu', 'gpu' or 'gpu:0'. Programs that use it run there from then on. A variable of a layer that
   * has a device of its own stays there.
   *
   * @throws StateError when there is no such device, with the reason.
   */
  to(device: string): void {
    if (!this.device) this.goTo(device);
  }

  /** Where programs run that use it: 'cpu', 'gpu:0'. */
  get runsOn(): string {
    return this.device ?? this.chosen ?? native().about().device;
  }

  private goTo(device: string): void {
    try {
      this.buffer.to(device);
      this.chosen = device;
    } catch (error) {
      throw new StateError(`${this.name}: ${(error as Error).message}`);
    }
  }

  /** Replaces the value. @throws ShapeError when the shape differs. */
  assign(value: TensorLike): void {
    const next = tensor(value, undefined, this.dtype, this.name);
    if (!sameShape(next.shape, this.shape))
      throw new ShapeError(`${this.name}: expected shape ${showShape(this.shape)}, got ${showShape(next.shape)}.`);
    this.buffer.write(0, next.data);
  }
}
