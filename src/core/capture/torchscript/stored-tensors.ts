/** Tensors of a file as values of a program: parameters become initializers when they are first read. */
import type { Scalar } from '../../dialects/aten/arguments.ts';
import { contiguousStrides } from '../../dialects/aten/layout.ts';
import type { PickledTensor, Quantization } from '../../formats/torch/archive.ts';
import { elementCount } from '../../ir/shape.ts';
import { ComputedSource, Tensor } from '../../ir/tensor.ts';
import type { Memory } from '../memory.ts';
import type { Recorder } from '../recorder.ts';
import { QuantizedValue } from '../values/quantized-values.ts';
import { Storage, TensorValue } from '../values/tensor.ts';

/** Constants this small are read while capturing, because sizes are computed from them. */
const SMALL = 1;

/** Tensors of a file as values: one for each view of a storage, linked where two views share one. */
export class StoredTensors {
  private readonly tensors = new Map<string, TensorValue>();
  private readonly storages = new Map<string, Storage[]>();

  constructor(
    private readonly recorder: Recorder,
    private readonly memory: Memory,
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

  /** A quantised tensor: a constant of the numbers that its integers stand for, made when it is written. */
  quantized(stored: PickledTensor, name: string): QuantizedValue | undefined {
    const { quantization, dtype } = stored;
    if (!quantization || (dtype !== 'int8' && dtype !== 'uint8')) return undefined;
    const numbers = this.of(dequantized(stored, quantization), name, false);
    const single = quantization.scheme === 'per-tensor' ? quantization : undefined;
    return new QuantizedValue(numbers, { dtype, scale: single?.scale, zeroPoint: single?.zeroPoint });
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

/** The same tensor as packed float32. */
function dequantized(stored: PickledTensor, quantization: Quantization): PickledTensor {
  const { shape } = stored;
  const source = new ComputedSource('computed', () => {
    const axis = quantization.scheme === 'per-channel' ? quantization.axis : 0;
    const inner = shape.slice(axis + 1).reduce((a, b) => a * b, 1);
    const channels = shape[axis] ?? 1;
    const [scales, zeros] =
      quantization.scheme === 'per-channel'
        ? [quantization.scales.tensor.numbers(), quantization.zeroPoints.tensor.numbers()]
        : [[quantization.scale], [Number(quantization.zeroPoint)]];
    const channelOf = (k: number) => (quantization.scheme === 'per-channel' ? Math.floor(k / inner) % channels : 0);
    const numbers = Float32Array.from(stored.tensor.numbers(), (integer, k) => {
      const channel = channelOf(k);
      return Math.fround(scales[channel] ?? 1) * (integer - (zeros[channel] ?? 0));
    });
    return new Uint8Array(numbers.buffer);
  });
  const dtype = 'float32';
  const storage = { key: `${stored.storage.key} as numbers`, dtype, count: elementCount(shape), source } as const;
  const tensor = new Tensor(dtype, shape, source);
  const strides = contiguousStrides(shape);
  return { ...stored, dtype, strides, offset: 0, storage, tensor, quantization: undefined };
}

function elementOf({ tensor, dtype }: PickledTensor): Scalar | undefined {
  if (dtype === 'bool') return tensor.numbers()[0] === 1;
  if (/^u?int/.test(dtype)) return tensor.bigints()[0];
  return /^(b?float)/.test(dtype) ? tensor.numbers()[0] : undefined;
}
