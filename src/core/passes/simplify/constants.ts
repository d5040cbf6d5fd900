/** What rules ask of constants. Elements are read where there are few of them; weights stay unread. */
import { constantOf } from '../../dialects/onnx/data.ts';
import { DATA_TYPES, type DataType } from '../../ir/dtype.ts';
import { Tensor } from '../../ir/tensor.ts';
import type { Value } from '../../ir/value.ts';

/** Above this many elements a constant is weights: masks of two thousand positions are none. */
const MOST_ELEMENTS = 1 << 22;
/** Up to so many elements are read as numbers, to which both zeros are one. */
const FEW_ELEMENTS = 1 << 13;

/** What all elements of a tensor are; undefined where they differ. Read once: many nodes share a constant. */
const uniform = new WeakMap<Tensor, number | undefined>();

/** Whether a value is a constant whose every element is that number; not so where it has none. */
export function isUniform(value: Value, number: number): boolean {
  const constant = constantOf(value);
  return constant !== undefined && uniformOf(constant) === number;
}

/** The number that every element of a constant is, unless it is weights. */
export function uniformOf(tensor: Tensor): number | undefined {
  if (!uniform.has(tensor)) uniform.set(tensor, readUniform(tensor));
  return uniform.get(tensor);
}

function readUniform(tensor: Tensor): number | undefined {
  const { bits, kind } = DATA_TYPES[tensor.dtype];
  if (tensor.count === 0 || tensor.count > MOST_ELEMENTS || bits < 8 || kind === 'complex' || kind === 'string')
    return undefined;
  if (kind === 'float' && bits < 16) return undefined;
  const bytes = tensor.bytes();
  if (tensor.count > FEW_ELEMENTS) return repeatedIn(tensor.dtype, bytes, bits / 8);
  // Of most constants the first element and the last tell enough.
  const [start, end] = [bytes.subarray(0, bits / 8), bytes.subarray(-bits / 8)];
  const [one, last] = Tensor.ofBytes(tensor.dtype, [2], Buffer.concat([start, end])).numbers();
  if (tensor.count > 1 && one !== last) return undefined;
  const [first, ...others] = tensor.numbers();
  return others.every((each) => each === first) ? first : undefined;
}

/** The number whose bytes stand there over and over: they are then the same one element further on. */
function repeatedIn(dtype: DataType, bytes: Uint8Array, size: number): number | undefined {
  if (Buffer.compare(bytes.subarray(size), bytes.subarray(0, bytes.length - size)) !== 0) return undefined;
  return Tensor.ofBytes(dtype, [], bytes.subarray(0, size)).numbers()[0];
}
