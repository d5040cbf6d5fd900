/** Determinants, powers, norms and products of matrices and vectors. Rules: ATen/native/LinearAlgebra.cpp, BatchLinearAlgebra.cpp. */
import { add, type Dim, multiply, type Shape, sameShape } from '../../../ir/shape.ts';
import { floatType, resultType } from '../promotion.ts';
import {
  axisOf,
  broadcast,
  each,
  fresh,
  mismatch,
  numberOf,
  packed,
  type Rule,
  type RuleArguments,
  type RuleTable,
  sizeAt,
  type TensorInfo,
} from '../rule.ts';

function matrix(args: RuleArguments): TensorInfo {
  return args.optionalTensor('A') ?? args.tensor('self');
}

const square: Rule = (args) => ({ ...matrix(args), strides: undefined });
const perMatrix: Rule = (args) => fresh(matrix(args).dtype, matrix(args).shape.slice(0, -2));

/** PyTorch's code of success for each matrix. */
function perMatrixInfo(args: RuleArguments): TensorInfo {
  return fresh('int32', matrix(args).shape.slice(0, -2));
}

/** Of one system for each matrix, or of several side by side. */
function solution(args: RuleArguments): TensorInfo {
  const [a, b] = [args.tensor('A'), args.tensor('B')];
  const outer = a.shape.slice(0, -2);
  const vector =
    b.shape.length === 1 ||
    (b.shape.length === a.shape.length - 1 && sameShape(b.shape, a.shape.slice(0, -1)) === true);
  const shape = vector ? a.shape.slice(0, -1) : [...broadcast(outer, b.shape.slice(0, -2)), ...b.shape.slice(-2)];
  return { dtype: a.dtype, shape, strides: undefined };
}

function withoutAxes(shape: Shape, axes: readonly number[], keep: boolean): Dim[] {
  const gone = new Set(axes.map((axis) => axisOf(axis, shape.length)));
  return keep ? shape.map((size, axis) => (gone.has(axis) ? 1 : size)) : shape.filter((_, axis) => !gone.has(axis));
}

const norm: Rule = (args) => {
  const self = args.tensor('self');
  const all = self.shape.map((_, axis) => axis);
  const dims = args.optionalNumbers('dim');
  const keep = args.optionalBool('keepdim') ?? false;
  const dtype = args.dtype('dtype') ?? floatType(self.dtype);
  return packed(dtype, withoutAxes(self.shape, dims === undefined || dims.length === 0 ? all : dims, keep), self);
};

/** All axes but one are summed. */
function normsExcept(v: TensorInfo, dim: number): TensorInfo {
  if (dim === -1) return fresh(v.dtype, []);
  const axis = axisOf(dim, v.shape.length);
  return fresh(
    v.dtype,
    v.shape.map((size, k) => (k === axis ? size : 1)),
  );
}

/** A chain of products; its ends may be vectors. */
const chain: Rule = (args) => {
  const tensors = args.tensors(args.schema.name === 'chain_matmul' ? 'matrices' : 'tensors');
  const [first, last] = [tensors[0], tensors.at(-1)];
  if (!first || !last) return mismatch('a product of no tensors');
  if (tensors.length === 1) return first;
  const shape = [...first.shape.slice(0, -1), ...last.shape.slice(1)];
  return { dtype: first.dtype, shape, strides: undefined };
};

/** How many of n things come before k others of them. */
function pairs(count: Dim): number {
  const n = numberOf(count, 'how many rows there are');
  return (n * (n - 1)) / 2;
}

export const matrices: RuleTable = {
  ...each('linalg_det det logdet', perMatrix),
  ...each('linalg_slogdet slogdet', (args) => {
    const result = fresh(matrix(args).dtype, matrix(args).shape.slice(0, -2));
    return [result, result];
  }),
  ...each('linalg_matrix_power matrix_power', square),
  linalg_inv_ex: (args) => [{ ...matrix(args), strides: undefined }, perMatrixInfo(args)],
  linalg_solve: (args) => solution(args),
  linalg_solve_ex: (args) => [solution(args), perMatrixInfo(args)],
  ...each('linalg_norm linalg_matrix_norm', norm),
  ...each('linalg_multi_dot chain_matmul', chain),
  linalg_vecdot: (args) => {
    const [x, y] = [args.tensor('x'), args.tensor('y')];
    const shape = broadcast(x.shape, y.shape);
    return { dtype: resultType([x, y]), shape: withoutAxes(shape, [args.number('dim')], false), strides: undefined };
  },
  norm_except_dim: (args) => normsExcept(args.tensor('v'), args.number('dim')),
  _weight_norm: (args) => ({ ...args.tensor('v'), strides: undefined }),
  _weight_norm_interface: (args) => [
    { ...args.tensor('v'), strides: undefined },
    { ...args.tensor('g'), strides: undefined },
  ],
  renorm: (args) => ({ ...args.tensor('self'), strides: undefined }),
  kron: (args) => {
    const [a, b] = [args.tensor('self'), args.tensor('other')];
    const rank = Math.max(a.shape.length, b.shape.length);
    const at = (shape: Shape, k: number) => (k < rank - shape.length ? 1 : shape[k - rank + shape.length]);
    const shape = Array.from({ length: rank }, (_, k) => multiply(at(a.shape, k), at(b.shape, k)));
    return { dtype: resultType([a, b]), shape, strides: undefined };
  },
  block_diag: (args) => {
    const blocks = args.tensors('tensors').map(({ shape }) => [...Array<Dim>(2 - shape.length).fill(1), ...shape]);
    const total = (axis: number) => blocks.reduce((sum: Dim, shape) => add(sum, shape[axis]), 0);
    return fresh(resultType(args.tensors('tensors')), [total(0), total(1)]);
  },
  ...each('diagflat', (args) => {
    const self = args.tensor('self');
    const side = add(self.shape.reduce(multiply, 1), Math.abs(args.number('offset')));
    return fresh(self.dtype, [side, side]);
  }),
  ...each('pdist _pdist_forward', (args) =>
    fresh(args.tensor('self').dtype, [pairs(sizeAt(args.tensor('self').shape, 0))]),
  ),
  trapezoid: integral,
  trapz: integral,
};

function integral(args: RuleArguments): TensorInfo {
  const y = args.tensor('y');
  const x = args.optionalTensor('x');
  const dtype = floatType(resultType(x ? [y, x] : [y]));
  return { dtype, shape: withoutAxes(y.shape, [args.number('dim')], false), strides: undefined };
}
