/** Matrix products. */
import type { Tensor } from '../../../../src/core/ir/tensor.ts';
import { filled } from '../tensors.ts';
import type { Recipe } from './recipe.ts';

export const matmul: Recipe = async (grow) => {
  const x = grow.any(['float32', 'float32', 'float64'], 1, 4);
  const k = x.tensor.shape.at(-1) ?? 1;
  const fits = ({ dtype, shape: other }: Tensor) =>
    dtype === x.tensor.dtype &&
    other.length >= 2 &&
    other.at(-2) === k &&
    (other.length === 2 || x.tensor.shape.length === 2);
  const other =
    (grow.chance.flip(0.4) ? grow.find(fits) : undefined) ??
    grow.constant(filled(grow.chance, x.tensor.dtype, [k, grow.chance.int(1, 5)]));
  return grow.add('MatMul', [x, other]);
};

export const gemm: Recipe = async (grow) => {
  const x = grow.any(['float32'], 2, 2);
  const transA = grow.chance.flip(0.2) ? 1 : 0;
  const k = x.tensor.shape[transA ? 0 : 1] ?? 1;
  const m = x.tensor.shape[transA ? 1 : 0] ?? 1;
  const n = grow.chance.int(1, 5);
  const transB = grow.chance.int(0, 1);
  const b = grow.constant(filled(grow.chance, 'float32', transB ? [n, k] : [k, n]));
  const c =
    grow.chance.flip(0.7) || grow.opset < 11
      ? grow.constant(filled(grow.chance, 'float32', grow.chance.pick([[n], [1, n], [m, n], [1], []])))
      : undefined;
  const scale = () => grow.chance.pick([undefined, undefined, { float: 0.5 }, { float: 0 }]);
  const [alpha, beta] = [scale(), scale()];
  // onnxruntime 1.30 gives c as it is where nothing is added up.
  return grow.add('Gemm', [x, b, c], { attributes: { transA, transB, alpha, beta: k === 0 ? undefined : beta } });
};

export const einsum: Recipe = async (grow) => {
  const x = grow.any(['float32'], 2, 2);
  const other = grow.constant(filled(grow.chance, 'float32', [x.tensor.shape[1] ?? 1, 3]));
  return grow.add('Einsum', [x, other], {
    attributes: { equation: grow.chance.pick(['ij,jk->ik', 'ij,jk->ki', 'ij,jk']) },
  });
};
