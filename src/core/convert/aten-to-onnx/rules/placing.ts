/** Elements placed by masks, flat indices and diagonals, and lists of all choices of elements. */
import type { Scalar } from '../../../dialects/aten/arguments.ts';
import type { Expression } from '../../../ir/expression.ts';
import type { Node } from '../../../ir/node.ts';
import { elementCount } from '../../../ir/shape.ts';
import type { Value } from '../../../ir/value.ts';
import { dtypeOf, type OnnxBuilder } from '../../builder.ts';
import { type Lowering, lowerings } from '../lowering.ts';
import {
  axisFrom,
  commonType,
  dimsOf,
  filled,
  operand,
  range,
  rankOf,
  resultDims,
  resultSizes,
  resultType,
  sizeAt,
  sizes,
} from '../support.ts';
import { scatterReduced } from './indexing.ts';
import { diagonalOf, squareOf } from './rearranging.ts';
import { expandTo } from './shape.ts';

interface Unpool {
  readonly self: Value;
  readonly indices: Value;
  readonly output_size: readonly (number | Expression)[];
}

/** Every element at its flat place in its plane; zeros elsewhere. */
const unpool: Lowering<Unpool> = ({ self, indices, output_size }, onnx, node) => {
  const outer = dimsOf(self, node).slice(0, -output_size.length);
  const plane = elementCount(output_size);
  const zeros = filled(onnx, [...outer, plane], 0, dtypeOf(self));
  const flat = (x: Value) => onnx.reshape(x, [...outer, -1]);
  return onnx.reshape(onnx.ScatterElements(zeros, flat(indices), flat(self), { axis: outer.length }), resultDims(node));
};

/** Whether each element is one of several. */
function oneOf(elements: Value | Scalar, tests: Value | Scalar, invert: boolean, onnx: OnnxBuilder, node: Node): Value {
  const dtype = commonType(elements, tests);
  const x = operand(onnx, elements, dtype);
  const list = onnx.reshape(operand(onnx, tests, dtype), [-1]);
  if (sizeAt(list, 0, node) === 0) return filled(onnx, resultSizes(node), invert, 'bool');
  const equal = onnx.Equal(onnx.unsqueeze(x, [rankOf(x, node)]), list);
  const found = onnx.cast(onnx.ReduceMax(onnx.cast(equal, 'int32'), onnx.ints([-1]), { keepdims: 0 }), 'bool');
  return invert ? onnx.Not(found) : found;
}

/** All choices of r of n places, in order. */
function choices(n: number, r: number, repeating: boolean, from = 0): number[][] {
  if (r === 0) return [[]];
  return range(n - from, from).flatMap((first) =>
    choices(n, r - 1, repeating, repeating ? first : first + 1).map((rest) => [first, ...rest]),
  );
}

export const placing = lowerings({
  'aten::bincount': ({ self, weights, minlength }, onnx, node) => {
    const dtype = resultType(node);
    const numbers = onnx.cast(self, 'int64');
    const last = onnx.ReduceMax(numbers, undefined, { keepdims: 0 });
    const depth = onnx.Max(onnx.Add(last, onnx.constant(1n)), onnx.constant(BigInt(minlength)));
    const rows = onnx.cast(onnx.OneHot(numbers, depth, onnx.ints([0, 1]), { axis: -1 }), dtype);
    const weighted = weights ? onnx.Mul(rows, onnx.unsqueeze(onnx.cast(weights, dtype), [1])) : rows;
    return onnx.ReduceSum(weighted, onnx.ints([0]), { keepdims: 0 });
  },
  'aten::max_unpool2d': unpool,
  'aten::max_unpool3d': unpool,
  // The k-th true place takes the k-th element of the source.
  'aten::masked_scatter': ({ self, mask, source }, onnx, node) => {
    const shape = resultSizes(node);
    const wide = expandTo(onnx, onnx.cast(mask, 'bool'), shape, node);
    const flat = onnx.reshape(wide, [-1]);
    const counted = onnx.CumSum(onnx.cast(flat, 'int64'), onnx.constant(0n));
    const places = onnx.Max(onnx.Sub(counted, onnx.constant(1n)), onnx.constant(0n));
    const list = onnx.reshape(source, [-1]);
    const last = onnx.constant(BigInt(Math.max(sizeAt(list, 0, node) - 1, 0)));
    const taken = onnx.reshape(onnx.Gather(list, onnx.Min(places, last), { axis: 0 }), shape);
    return onnx.Where(wide, taken, expandTo(onnx, self, shape, node));
  },
  'aten::put': ({ self, index, source, accumulate }, onnx, node) => {
    const flat = (x: Value) => onnx.reshape(x, [-1]);
    const changed = onnx.ScatterElements(flat(self), flat(index), flat(source), {
      axis: 0,
      ...(accumulate && { reduction: 'add' }),
    });
    return onnx.reshape(changed, sizes(self, node));
  },
  'aten::index_reduce': ({ self, dim, index, source, reduce, include_self }, onnx, node) => {
    const rank = rankOf(source, node);
    const axis = axisFrom(dim, rank);
    const places = onnx.unsqueeze(
      onnx.cast(index, 'int64'),
      range(rank).filter((each) => each !== axis),
    );
    const wide = expandTo(onnx, places, sizes(source, node), node);
    return scatterReduced({ self, dim, index: wide, src: source, reduce, include_self }, onnx, node);
  },
  'aten::isin': ({ elements, element, test_elements, test_element, invert }, onnx, node) =>
    oneOf(elements ?? element ?? 0, test_elements ?? test_element ?? 0, invert, onnx, node),
  'aten::diag': ({ self, diagonal }, onnx, node) => {
    if (rankOf(self, node) === 1) return squareOf(onnx, self, diagonal, resultDims(node)[0], node);
    return diagonalOf({ self, offset: diagonal, dim1: 0, dim2: 1 }, onnx, node);
  },
  'aten::diagflat': ({ self, offset }, onnx, node) =>
    squareOf(onnx, onnx.reshape(self, [-1]), offset, resultDims(node)[0], node),
  'aten::diagonal_scatter': ({ self, src, offset, dim1, dim2 }, onnx, node) => {
    const shape = sizes(self, node);
    const [a, b] = [axisFrom(dim1, shape.length), axisFrom(dim2, shape.length)];
    const order = [...range(shape.length).filter((axis) => axis !== a && axis !== b), a, b];
    const moved = order.map((axis) => shape[axis] ?? 1);
    const outer = moved.slice(0, -2);
    const [rows = 0, columns = 0] = moved.slice(-2);
    // Behind all elements stand the new ones: a place on the diagonal takes its own.
    const flat = onnx.reshape(onnx.transpose(self, order), [...outer, rows * columns]);
    const all = onnx.Concat(flat, onnx.cast(src, resultType(node)), { axis: outer.length });
    const places = range(rows).flatMap((row) =>
      range(columns).map((column) =>
        column - row === offset ? rows * columns + Math.min(row, column) : row * columns + column,
      ),
    );
    const placed = onnx.reshape(onnx.Gather(all, onnx.ints(places), { axis: outer.length }), moved);
    return onnx.transpose(
      placed,
      range(shape.length).map((axis) => order.indexOf(axis)),
    );
  },
  'aten::pad_sequence': ({ sequences, batch_first, padding_value, padding_side }, onnx, node) => {
    const shape = resultSizes(node);
    const longest = shape[batch_first ? 1 : 0] ?? 0;
    const rows = sequences.map((each) => {
      const [length = 0, ...rest] = sizes(each, node);
      if (length === longest) return each;
      const padding = filled(onnx, [longest - length, ...rest], padding_value, dtypeOf(each));
      return padding_side === 'left'
        ? onnx.Concat(padding, each, { axis: 0 })
        : onnx.Concat(each, padding, { axis: 0 });
    });
    const axis = batch_first ? 0 : 1;
    return onnx.Concat(...rows.map((each) => onnx.unsqueeze(each, [axis])), { axis });
  },
  'aten::cartesian_prod': ({ tensors }, onnx, node) => {
    const [only] = tensors;
    if (tensors.length === 1 && only) return only;
    const dtype = resultType(node);
    const counts = tensors.map((each) => sizeAt(each, 0, node));
    const columns = tensors.map((each, k) => {
      const wide = onnx.unsqueeze(
        onnx.cast(each, dtype),
        range(tensors.length).filter((axis) => axis !== k),
      );
      return onnx.reshape(expandTo(onnx, wide, counts, node), [-1, 1]);
    });
    return onnx.Concat(...columns, { axis: 1 });
  },
  'aten::combinations': ({ self, r, with_replacement }, onnx, node) => {
    const all = choices(sizeAt(self, 0, node), r, with_replacement);
    return onnx.Gather(self, onnx.reshape(onnx.ints(all.flat()), [all.length, r]), { axis: 0 });
  },
});
