/** How steady a network is: what its outputs do when the last digits of its inputs move. */
import { isFloat } from '../../src/core/ir/dtype.ts';
import { Tensor } from '../../src/core/ir/tensor.ts';
import { uniform } from './caffe/nets/random.ts';

/** By how much of itself a number moves at most: some last digits of single precision. */
const NUDGE = 1e-6;

/** Inputs that are nearly the same; whole numbers (sizes, images of regions, tokens) stay what they are. */
export function nudged(inputs: ReadonlyMap<string, Tensor>, seed: number): Map<string, Tensor> {
  const random = uniform(seed ^ 0x5bd1e995);
  const moved = (value: number) => (Number.isInteger(value) ? value : value * (1 + NUDGE * (2 * random() - 1)));
  const movedTensor = (tensor: Tensor) =>
    isFloat(tensor.dtype) ? Tensor.of(tensor.dtype, tensor.shape, tensor.numbers().map(moved)) : tensor;
  return new Map([...inputs].map(([name, tensor]) => [name, movedTensor(tensor)]));
}
