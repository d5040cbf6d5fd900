/** What rules ask of constants. Elements are read where there are few of them; weights stay unread. */
import { constantOf } from '../../dialects/onnx/data.ts';
import { DATA_TYPES } from '../../ir/dtype.ts';
import type { Tensor } from '../../ir/tensor.ts';
import type { Value } from '../../ir/value.ts';

/** Above this many elements a constant is weights. */
const MOST_ELEMENTS = 1 << 13;

/** What all elements of a tensor are; undefined where they differ. Read once: many nodes share a constant. */
const uniform = new WeakMap<Tensor, number | undefined>();

/** Whether a value is a constant whose every element is that number; not so where it has none. */
export function isUniform(value: Value, number: number): boolean {
  const constant = constantOf(value);
  return constant !== undefined && uniformOf(constant) === number;
}

/** The number that every element of a small constant is. */
export function uniformOf(tensor: Tensor): number | undefined {
  if (!uniform.has(tensor)) uniform.set(tensor, readUniform(tensor));
  return uniform.get(tensor);
}

function readUniform(tensor: Tensor): number | undefined {
  const { bits, kind } = DATA_TYPES[tensor.dtype];
  if (tensor.count === 0 || tensor.count > MOST_ELEMENTS || bits < 8 || kind === 'complex' || kind === 'string')
    return undefined;
  if (kind === 'float' && bits < 16) return undefined;
  const [first, ...others] = tensor.numbers();
  return others.every((each) => each === first) ? first : undefined;
}
