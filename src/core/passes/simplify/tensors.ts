/** Constants made from others without being read: their bytes are computed where somebody asks for them. */
import { DATA_TYPES } from '../../ir/dtype.ts';
import { stridedSource } from '../../ir/strided-source.ts';
import { Tensor } from '../../ir/tensor.ts';

/** The elements with axes in another order: `order[k]` is the old axis that becomes axis k. Undefined for elements that are no whole bytes. */
export function transposedTensor(tensor: Tensor, order: readonly number[]): Tensor | undefined {
  const { bits } = DATA_TYPES[tensor.dtype];
  const shape = order.map((axis) => tensor.shape[axis] ?? 1);
  const moving = order.filter((axis) => tensor.shape[axis] !== 1);
  if (moving.every((axis, k) => k === 0 || axis > (moving[k - 1] ?? 0))) return tensor.reshaped(shape);
  if (bits === 0 || bits % 8 !== 0) return undefined;
  const strides = Array<number>(tensor.shape.length).fill(1);
  for (let k = strides.length - 2; k >= 0; k--) strides[k] = (strides[k + 1] ?? 1) * (tensor.shape[k + 1] ?? 1);
  const picked = order.map((axis) => strides[axis] ?? 1);
  return new Tensor(tensor.dtype, shape, stridedSource(tensor.source, tensor.dtype, shape, picked, 0));
}
