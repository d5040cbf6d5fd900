/** Determinants, powers, norms and products of matrices, by the definitions of torch.linalg. */
import type { Scalar } from '../../../dialects/aten/arguments.ts';
import type { Node } from '../../../ir/node.ts';
import type { Value } from '../../../ir/value.ts';
import { dtypeOf, type OnnxBuilder } from '../../builder.ts';
import { type Lowering, lowerings } from '../lowering.ts';
import {
  axesFrom,
  axisFrom,
  filled,
  operand,
  range,
  rankOf,
  refuseArgument,
  resultSizes,
  resultType,
  sizes,
} from '../support.ts';
import { norm } from './reduction.ts';

const determinant: Lowering<{ readonly A?: Value; readonly self?: Value }> = (args, onnx, node) =>
  onnx.Det(matrixOf(args, node));

function matrixOf({ A, self }: { readonly A?: Value; readonly self?: Value }, node: Node): Value {
  const matrix = A ?? self;
  if (!matrix) throw new Error(`${node.operator} has no matrix`);
  return matrix;
}

const signAndLog: Lowering<{ readonly A?: Value; readonly self?: Value }> = (args, onnx, node) => {
  const det = onnx.Det(matrixOf(args, node));
  return [onnx.Sign(det), onnx.Log(onnx.Abs(det))];
};

/** Squares of squares; the inverse of a matrix has no operator in ONNX. */
const power: Lowering<{ readonly self: Value; readonly n: number }> = ({ self, n }, onnx, node) => {
  if (n < 0) refuseArgument(node, 'a negative power', 'ONNX inverts no matrix');
  const shape = sizes(self, node);
  const rank = shape.length;
  if (n === 0) {
    const side = shape[rank - 1] ?? 0;
    const ones = range(side * side).map((at) => (at % (side + 1) === 0 ? 1 : 0));
    return onnx.Expand(onnx.reshape(onnx.constant(ones, dtypeOf(self)), [side, side]), onnx.ints(shape));
  }
  let [result, square]: [Value | undefined, Value] = [undefined, self];
  for (let rest = n; rest > 0; rest >>= 1) {
    if (rest % 2 === 1) result = result ? onnx.MatMul(result, square) : square;
    if (rest > 1) square = onnx.MatMul(square, square);
  }
  return result ?? self;
};

interface MatrixNorm {
  readonly self: Value;
  readonly dim: readonly number[];
  readonly keepdim: boolean;
}

/** `fro` is the norm of all elements; 1 and infinity sum along one axis, and take the largest (or smallest) of the other. */
function matrixNorm(args: MatrixNorm, ord: Scalar | string, onnx: OnnxBuilder, node: Node): Value {
  const { self, keepdim } = args;
  const [rows = 0, columns = 1] = axesFrom(args.dim, rankOf(self, node));
  if (ord === 'fro') return norm({ self, dim: [rows, columns], keepdim, order: 2 }, onnx, node);
  const order = Number(ord);
  if (typeof ord === 'string' || (Math.abs(order) !== 1 && Number.isFinite(order)))
    refuseArgument(node, `ord=${ord}`, 'it needs singular values, which ONNX does not compute');
  const [summed, left] = Math.abs(order) === 1 ? [rows, columns] : [columns, rows];
  const sums = onnx.ReduceSum(onnx.Abs(onnx.cast(self, resultType(node))), onnx.ints([summed]));
  const most = onnx[order > 0 ? 'ReduceMax' : 'ReduceMin'](sums, onnx.ints([left]));
  return keepdim ? most : onnx.squeeze(most, [rows, columns]);
}

/** The length of every slice along an axis, as [1, ..., size, ..., 1]. */
function lengths(v: Value, dim: number, p: number, onnx: OnnxBuilder, node: Node): Value {
  if (dim === -1) return norm({ self: v, dim: undefined, keepdim: false, order: p }, onnx, node);
  const axis = axisFrom(dim, rankOf(v, node));
  const others = range(rankOf(v, node)).filter((each) => each !== axis);
  return norm({ self: v, dim: others, keepdim: true, order: p }, onnx, node);
}

interface WeightNorm {
  readonly v: Value;
  readonly g: Value;
  readonly dim: number;
}

function weightNorm({ v, g, dim }: WeightNorm, onnx: OnnxBuilder, node: Node): [Value, Value] {
  const length = lengths(v, dim, 2, onnx, node);
  return [onnx.Mul(v, onnx.Div(g, length)), length];
}

/** Between neighbours the mean of both heights, times how far apart they are. */
const integral: Lowering<{
  readonly y: Value;
  readonly x?: Value | undefined;
  readonly dx?: Scalar | undefined;
  readonly dim: number;
}> = ({ y, x, dx, dim }, onnx, node) => {
  const dtype = resultType(node);
  const heights = onnx.cast(y, dtype);
  const neighbours = (of: Value, axis: number) => {
    const size = sizes(of, node)[axis] ?? 1;
    const part = (start: number, end: number) =>
      onnx.Slice(of, onnx.ints([start]), onnx.ints([end]), onnx.ints([axis]));
    return [part(0, size - 1), part(1, size)] as const;
  };
  const rank = rankOf(y, node);
  const axis = axisFrom(dim, rank);
  const [left, right] = neighbours(heights, axis);
  const means = onnx.Mul(onnx.Add(left, right), operand(onnx, 0.5, dtype));
  let widths = operand(onnx, dx ?? 1, dtype);
  if (x) {
    const places = onnx.cast(x, dtype);
    const single = rankOf(x, node) === 1;
    const [from, to] = neighbours(places, single ? 0 : axisFrom(dim, rankOf(x, node)));
    const gaps = onnx.Sub(to, from);
    widths = single ? onnx.unsqueeze(gaps, range(rank - 1 - axis, 1)) : gaps;
  }
  return onnx.ReduceSum(onnx.Mul(means, widths), onnx.ints([axis - rank]), { keepdims: 0 });
};

export const matrices = lowerings({
  'aten::linalg_det': determinant,
  'aten::det': determinant,
  'aten::logdet': ({ self }, onnx) => onnx.Log(onnx.Det(self)),
  'aten::linalg_slogdet': signAndLog,
  'aten::slogdet': signAndLog,
  'aten::linalg_matrix_power': power,
  'aten::matrix_power': power,
  'aten::linalg_multi_dot': ({ tensors }, onnx) => tensors.reduce((product, each) => onnx.MatMul(product, each)),
  'aten::chain_matmul': ({ matrices: all }, onnx) => all.reduce((product, each) => onnx.MatMul(product, each)),
  'aten::linalg_vecdot': ({ x, y, dim }, onnx, node) => {
    const dtype = resultType(node);
    const product = onnx.Mul(onnx.cast(x, dtype), onnx.cast(y, dtype));
    return onnx.ReduceSum(product, onnx.ints([axisFrom(dim, rankOf(product, node))]), { keepdims: 0 });
  },
  'aten::linalg_matrix_norm': (args, onnx, node) => matrixNorm(args, args.ord, onnx, node),
  // Without an order it is the length of all elements; with one, that of a vector or of a matrix, by the axes.
  'aten::linalg_norm': ({ self, ord, dim, keepdim }, onnx, node) => {
    const axes = dim ?? (ord === undefined ? undefined : range(rankOf(self, node)));
    if (ord !== undefined && axes?.length === 2) return matrixNorm({ self, dim: axes, keepdim }, ord, onnx, node);
    return norm({ self, dim: axes, keepdim, order: ord === undefined ? 2 : Number(ord) }, onnx, node);
  },
  'aten::trapezoid': integral,
  'aten::trapz': integral,
  'aten::norm_except_dim': ({ v, pow, dim }, onnx, node) => lengths(v, dim, pow, onnx, node),
  'aten::_weight_norm': (args, onnx, node) => weightNorm(args, onnx, node)[0],
  'aten::_weight_norm_interface': (args, onnx, node) => weightNorm(args, onnx, node),
  // Slices that are too long are shortened; PyTorch divides by a little more than their length.
  'aten::renorm': ({ self, p, dim, maxnorm }, onnx, node) => {
    const axis = axisFrom(dim, rankOf(self, node));
    const length = lengths(self, axis, Number(p), onnx, node);
    const most = onnx.like(length, Number(maxnorm));
    const shorter = onnx.Div(most, onnx.Add(length, onnx.like(length, 1e-7)));
    return onnx.Mul(self, onnx.Where(onnx.Greater(length, most), shorter, onnx.like(length, 1)));
  },
  'aten::kron': ({ self, other }, onnx, node) => {
    const rank = Math.max(rankOf(self, node), rankOf(other, node));
    const dtype = resultType(node);
    // Each element of one stands before a whole of the other.
    const wide = (x: Value, place: 0 | 1) => {
      const full = onnx.unsqueeze(onnx.cast(x, dtype), range(rank - rankOf(x, node)));
      return onnx.unsqueeze(
        full,
        range(rank).map((axis) => 2 * axis + (1 - place)),
      );
    };
    return onnx.reshape(onnx.Mul(wide(self, 0), wide(other, 1)), resultSizes(node));
  },
  'aten::block_diag': ({ tensors }, onnx, node) => {
    const [, total = 0] = resultSizes(node);
    const dtype = resultType(node);
    let before = 0;
    const bands = tensors.map((each) => {
      const block = onnx.unsqueeze(onnx.cast(each, dtype), range(2 - rankOf(each, node)));
      const [height = 1, width = 1] = sizes(block, node);
      const band = onnx.Concat(
        filled(onnx, [height, before], 0, dtype),
        block,
        filled(onnx, [height, total - before - width], 0, dtype),
        { axis: 1 },
      );
      before += width;
      return band;
    });
    return onnx.Concat(...bands, { axis: 0 });
  },
});
