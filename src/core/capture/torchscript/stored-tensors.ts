/** Tensors of a file as values of a program: parameters become initializers when they are first read. */
import type { Scalar } from '../../dialects/aten/arguments.ts';
import type { PickledTensor } from '../../formats/torch/archive.ts';
import { elementCount } from '../../ir/shape.ts';
import type { Memory } from '../memory.ts';
import { quantizedConstant } from '../quantized-constants.ts';
import type { Recorder } from '../recorder.ts';
import type { QuantizedValue } from '../values/quantized-values.ts';
import { Storage, TensorValue } from '../values/tensor.ts';

/** Constants this small are read while capturing, because sizes are computed from them. */
const SMALL = 1;

/** Tensors of a file as values: one for each view of a storage, linked where two views share one. */
export class StoredTensors {
  private readonly tensors = new Map<string, TensorValue>();
  private readonly storages = new Map<string, Storage[]>();
  private readonly quantizedTensors = new Map<PickledTensor, QuantizedValue>();

  constructor(
    private readonly recorder: Recorder,
    private readonly memory: Memory,
    private readonly file: string,
  ) {}

  /** `state` says that it is a parameter or buffer, which later calls see. */
  of(stored: PickledTensor, name: string, state: boolean): TensorValue {
    const key = [stored.storage.key, stored.dtype, stored.offset, stored.shape.join(), stored.strides.join()].join('|');
    const before = this.tensors.get(key);
    if (before) return before;
    const storage = new Storage(
      () => this.recorder.graph.addInitializer({ name, constant: stored.tensor }),
      state ? name : undefined,
    );
    const info = stored.quantization
      ? this.refuseQuantized(stored, name)
      : { dtype: stored.dtype, shape: stored.shape, strides: stored.strides };
    const small = !state && elementCount(stored.shape) === SMALL && stored.shape.length === 0;
    const tensor = new TensorValue(storage, info, 0, [], small ? () => elementOf(stored) : undefined);
    const sharing = this.storages.get(stored.storage.key) ?? [];
    for (const other of sharing) this.memory.link(other, storage);
    this.storages.set(stored.storage.key, [...sharing, storage]);
    this.tensors.set(key, tensor);
    return tensor;
  }

  /** A quantised tensor; undefined where it is none, or of a type that no operator here takes. */
  quantized(stored: PickledTensor, name: string): QuantizedValue | undefined {
    const { quantization, dtype } = stored;
    if (!quantization || (dtype !== 'int8' && dtype !== 'uint8')) return undefined;
    const before = this.quantizedTensors.get(stored);
    const made = before ?? quantizedConstant(this.recorder, { stored, quantization, dtype, name }, this.file);
    this.quantizedTensors.set(stored, made);
    return made;
  }

  /** The integers of a quantised tensor are not its elements. */
  private refuseQuantized(stored: PickledTensor, name: string): undefined {
    this.recorder.report(
      'dtype-not-taken',
      { operator: name },
      { target: 'Capture', dtype: `quantised ${stored.dtype}` },
    );
    return undefined;
  }
}

function elementOf({ tensor, dtype }: PickledTensor): Scalar | undefined {
  if (dtype === 'bool') return tensor.numbers()[0] === 1;
  if (/^u?int/.test(dtype)) return tensor.bigints()[0];
  return /^(b?float)/.test(dtype) ? tensor.numbers()[0] : undefined;
}
