/** BlobProto to a tensor: the numbers stay where they are, the shape is new (`shape`) or old (`num`, `channels`, ...). */
import type { StaticShape } from '../../ir/shape.ts';
import { elementCount } from '../../ir/shape.ts';
import { Tensor } from '../../ir/tensor.ts';
import type { Tree } from './tree.ts';

/** Undefined where the numbers do not fill the shape. */
export function blobTensor(blob: Tree): Tensor | undefined {
  const numbers = numbersOf(blob);
  const shape = shapeOf(blob, numbers.count);
  return elementCount(shape) === numbers.count ? numbers.reshaped(shape) : undefined;
}

const OLD_SIZES = ['num', 'channels', 'height', 'width'];

function shapeOf(blob: Tree, count: number): StaticShape {
  if (OLD_SIZES.some((name) => blob.number(name) !== undefined)) return OLD_SIZES.map((name) => blob.number(name) ?? 0);
  return blob.trees('shape').at(-1)?.numbers('dim') ?? [count];
}

function numbersOf(blob: Tree): Tensor {
  for (const name of ['double_data', 'data', 'raw_data']) {
    const tensor = blob.all(name).find((value) => value instanceof Tensor);
    if (tensor) return name === 'raw_data' ? rawNumbers(blob, tensor) : tensor;
  }
  // Weights may stand in a prototxt too.
  const values = blob.numbers('data');
  return Tensor.of('float32', [values.length], values);
}

const RAW_TYPES = { DOUBLE: 'float64', FLOAT: 'float32', FLOAT16: 'float16' } as const;

function rawNumbers(blob: Tree, bytes: Tensor): Tensor {
  const name = blob.string('raw_data_type') ?? 'DOUBLE';
  const dtype = name in RAW_TYPES ? RAW_TYPES[name as keyof typeof RAW_TYPES] : 'float64';
  const width = { float64: 8, float32: 4, float16: 2 }[dtype];
  return new Tensor(dtype, [Math.floor(bytes.count / width)], bytes.source);
}
