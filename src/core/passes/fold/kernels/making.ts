/** Kernels that make tensors out of sizes, or tell sizes. Rules: the ONNX operator specification. */
import { elementCount } from '../../../ir/shape.ts';
import { dense, isHeld, isWide, load, room } from './dense.ts';
import { areSizes, type Kernel, type Kernels, MOST_ELEMENTS, numberAt, rows } from './kernel.ts';

const constantOfShape: Kernel = ({ node, inputs: [sizes] }) => {
  const shape = sizes && Array.from(sizes.values, Number);
  if (!shape || !areSizes(shape)) return undefined;
  const given = node.attribute('value', 'tensor');
  if (given && !isHeld(given.dtype)) return undefined;
  const values = room(given?.dtype ?? 'float32', elementCount(shape));
  const [value] = given ? load(given).values : [];
  if (value !== undefined) (values as Float64Array).fill(value as number);
  return [{ dtype: given?.dtype ?? 'float32', shape, values }];
};

const range: Kernel = (call) => {
  const [first, last, step] = call.inputs;
  const [from, to, by] = [numberAt(call, 0), numberAt(call, 1), numberAt(call, 2)];
  if (!first || !last || !step || from === undefined || to === undefined || !by) return undefined;
  const count = Math.max(Math.ceil((to - from) / by), 0);
  if (!(count <= MOST_ELEMENTS)) return undefined;
  const values = room(first.dtype, count);
  if (isWide(values)) {
    const [start, delta] = [first.values[0] as bigint, step.values[0] as bigint];
    for (let k = 0; k < count; k++) values[k] = start + BigInt(k) * delta;
    return [{ dtype: first.dtype, shape: [count], values }];
  }
  for (let k = 0; k < count; k++) values[k] = from + k * by;
  return [dense(first.dtype, [count], values)];
};

const shape: Kernel = ({ node, inputs: [x] }) => {
  if (!x) return undefined;
  const [start, end] = [node.int('start', 0n), node.int('end')];
  const sizes = x.shape.slice(Number(start), end === undefined ? undefined : Number(end));
  return [{ dtype: 'int64', shape: [sizes.length], values: BigInt64Array.from(sizes, BigInt) }];
};

const size: Kernel = ({ inputs: [x] }) =>
  x && [{ dtype: 'int64', shape: [], values: BigInt64Array.of(BigInt(x.values.length)) }];

export const making: Kernels = {
  ...rows('exact', { ConstantOfShape: constantOfShape, Shape: shape, Size: size }),
  ...rows('rounded', { Range: range }),
};
