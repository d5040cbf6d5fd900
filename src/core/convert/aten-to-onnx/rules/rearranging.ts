/** Elements put in another order: turned round, read from the end, along diagonals and windows, from blocks. */
import type { Node } from '../../../ir/node.ts';
import { add, type Dim, elementCount, floorDivide, modulo, multiply, type Shape } from '../../../ir/shape.ts';
import { Tensor } from '../../../ir/tensor.ts';
import type { Value } from '../../../ir/value.ts';
import type { OnnxBuilder } from '../../builder.ts';
import { lowerings } from '../lowering.ts';
import {
  axesFrom,
  axisFrom,
  dimAt,
  dimsOf,
  filled,
  placesOf,
  range,
  rankOf,
  resultDims,
  resultSizes,
  sizeAt,
} from '../support.ts';
import { sliced, swapAxes } from './shape.ts';

export const rearranging = lowerings({
  'aten::flip': ({ self, dims }, onnx, node) => flipped(onnx, self, axesFrom(dims, rankOf(self, node))),
  'aten::roll': ({ self, shifts, dims }, onnx, node) => {
    const flat = dims.length === 0 ? onnx.reshape(self, [-1]) : self;
    const axes = shifts.map((_, k) => axisFrom(dims[k] ?? 0, rankOf(flat, node)));
    return onnx.reshape(rolled(onnx, flat, axes, shifts, node), resultDims(node));
  },
  'aten::unfold': ({ self, dimension, size, step }, onnx, node) => {
    if (rankOf(self, node) === 0) return onnx.reshape(self, resultSizes(node));
    const axis = axisFrom(dimension, rankOf(self, node));
    // Windows [count, size] of places along the axis; their own axis goes last.
    const places = windowPlaces(onnx, resultDims(node)[axis], step, range(size), 1);
    const windows = onnx.Gather(self, places, { axis });
    const rank = rankOf(self, node) + 1;
    const order = range(rank).filter((each) => each !== axis + 1);
    return onnx.transpose(windows, [...order, axis + 1]);
  },
  'aten::fliplr': ({ self }, onnx) => flipped(onnx, self, [1]),
  'aten::flipud': ({ self }, onnx) => flipped(onnx, self, [0]),
  'aten::rot90': ({ self, k, dims }, onnx, node) => {
    const [a = 0, b = 1] = axesFrom(dims, rankOf(self, node));
    const turns = ((k % 4) + 4) % 4;
    if (turns === 0) return self;
    if (turns === 2) return flipped(onnx, self, [a, b]);
    const x = turns === 1 ? flipped(onnx, self, [b]) : self;
    const turnedOnce = swapAxes(onnx, x, a, b, node);
    return turns === 1 ? turnedOnce : flipped(onnx, turnedOnce, [b]);
  },
  'aten::diag_embed': ({ self, offset, dim1, dim2 }, onnx, node) => {
    const result = resultDims(node);
    const [a, b] = [axisFrom(dim1, result.length), axisFrom(dim2, result.length)];
    const rank = rankOf(self, node);
    const square = squareOf(onnx, self, offset, result[a], node);
    const order = range(result.length);
    const others = order.filter((axis) => axis !== a && axis !== b);
    return onnx.transpose(
      square,
      order.map((axis) => (axis === a ? rank - 1 : axis === b ? rank : others.indexOf(axis))),
    );
  },
  'aten::tril': ({ self, diagonal }, onnx) => onnx.Trilu(self, onnx.size(diagonal), { upper: 0 }),
  'aten::triu': ({ self, diagonal }, onnx) => onnx.Trilu(self, onnx.size(diagonal), { upper: 1 }),
  'aten::diagonal': diagonalOf,
  'aten::linalg_diagonal': ({ A, offset, dim1, dim2 }, onnx, node) =>
    diagonalOf({ self: A, offset, dim1, dim2 }, onnx, node),
  'aten::pixel_shuffle': ({ self, upscale_factor }, onnx, node) => {
    const four = fourAxes(onnx, self, node);
    const result = onnx.DepthToSpace(four, { blocksize: upscale_factor, mode: 'CRD' });
    return onnx.reshape(result, resultDims(node));
  },
  'aten::pixel_unshuffle': ({ self, downscale_factor: r }, onnx, node) => {
    const shape = dimsOf(self, node);
    const [channels, height, width] = shape.slice(-3);
    const outer = elementCount(shape.slice(0, -3));
    const blocks = onnx.reshape(self, [outer, channels, floorDivide(height, r), r, floorDivide(width, r), r]);
    return onnx.reshape(onnx.transpose(blocks, [0, 1, 3, 5, 2, 4]), resultDims(node));
  },
  'aten::channel_shuffle': ({ self, groups }, onnx, node) => {
    const [batch, channels, ...rest] = dimsOf(self, node);
    const grouped = onnx.reshape(self, [batch, groups, floorDivide(channels, groups), ...rest]);
    return onnx.reshape(onnx.transpose(grouped, [0, 2, 1, ...range(rest.length, 3)]), resultDims(node));
  },
});

/** Everything before the last three axes as one. */
function fourAxes(onnx: OnnxBuilder, self: Value, node: Node): Value {
  const shape = dimsOf(self, node);
  return onnx.reshape(self, [elementCount(shape.slice(0, -3)), ...shape.slice(-3)]);
}

/** Axes turned round: what leaves at the end comes in at the front. */
export function rolled(onnx: OnnxBuilder, self: Value, axes: readonly number[], shifts: Shape, node: Node): Value {
  let x = self;
  for (const [k, axis] of axes.entries()) {
    const size = dimAt(self, axis, node);
    const from = size === 0 ? 0 : modulo(multiply(-1, shifts[k]), size);
    if (from === 0) continue;
    const parts = [
      sliced(onnx, x, axis, { start: from, end: size }, node),
      sliced(onnx, x, axis, { start: 0, end: from }, node),
    ];
    x = onnx.Concat(...parts, { axis });
  }
  return x;
}

/** Axes from the last element to the first. */
export function flipped(onnx: OnnxBuilder, self: Value, axes: readonly number[]): Value {
  if (axes.length === 0) return self;
  const each = (value: number | bigint) => onnx.ints(axes.map(() => value));
  // Ends before the first element.
  return onnx.Slice(self, each(-1), each(-(2n ** 63n)), onnx.ints(axes), each(-1));
}

interface Diagonal {
  readonly self: Value;
  readonly offset: number;
  readonly dim1: number;
  readonly dim2: number;
}

export function diagonalOf({ self, offset, dim1, dim2 }: Diagonal, onnx: OnnxBuilder, node: Node): Value {
  const rank = rankOf(self, node);
  const [a, b] = [axisFrom(dim1, rank), axisFrom(dim2, rank)];
  const shape = dimsOf(self, node);
  const [rows, columns] = [shape[a], shape[b]];
  const length = resultDims(node).at(-1);
  const order = [...range(rank).filter((axis) => axis !== a && axis !== b), a, b];
  const outer = order.slice(0, -2).map((axis) => shape[axis]);
  const flat = onnx.reshape(onnx.transpose(self, order), [...outer, multiply(rows, columns)]);
  const first = offset >= 0 ? offset : multiply(-offset, columns);
  return onnx.Gather(flat, everyPlace(onnx, first, length, add(columns, 1)), { axis: rank - 2 });
}

/** `count` places, so many apart. */
function everyPlace(onnx: OnnxBuilder, first: Dim, count: Dim, step: Dim): Value {
  if (typeof first === 'number' && typeof count === 'number' && typeof step === 'number') {
    return onnx.ints(range(count).map((k) => first + k * step));
  }
  return onnx.Range(onnx.size(first), onnx.size(add(first, multiply(count, step))), onnx.size(step));
}

/**
 * The places of windows along an axis: [count, within] where `axis` is 1, [within, count] where it is 0. `within` are those of the
 * first window, and `step` is from one window to the next.
 */
export function windowPlaces(
  onnx: OnnxBuilder,
  count: Dim,
  step: number,
  within: readonly number[],
  axis: 0 | 1,
): Value {
  if (typeof count === 'number') {
    const list =
      axis === 1
        ? range(count).flatMap((k) => within.map((at) => k * step + at))
        : within.flatMap((at) => range(count).map((k) => k * step + at));
    return onnx.constant(Tensor.of('int64', axis === 1 ? [count, within.length] : [within.length, count], list));
  }
  const starts = onnx.Mul(placesOf(onnx, count), onnx.size(step));
  return onnx.Add(onnx.unsqueeze(starts, [axis]), onnx.unsqueeze(onnx.ints(within), [1 - axis]));
}

/** The last axis on a diagonal of squares of zeros, `offset` from the main one: [..., side, side]. */
export function squareOf(onnx: OnnxBuilder, self: Value, offset: number, side: Dim, node: Node): Value {
  const rank = rankOf(self, node);
  const behind = (count: number) => {
    const pads = [...Array<number>(2 * rank - 1).fill(0), count];
    return count === 0 ? self : onnx.Pad(self, onnx.ints(pads), onnx.like(self, 0));
  };
  if (typeof side === 'number') {
    // Each element lies in a row of its own; the other places hold the zero behind all.
    const length = sizeAt(self, rank - 1, node);
    const places = range(side).flatMap((row) =>
      range(side).map((column) => (column - row === offset ? Math.min(row, column) : length)),
    );
    return onnx.Gather(behind(1), onnx.reshape(onnx.ints(places), [side, side]), { axis: rank - 1 });
  }
  const on = onnx.EyeLike(filled(onnx, [side, side], 0n, 'int64'), { k: offset });
  // Above the main diagonal rows count the elements, below it columns.
  const spread = onnx.unsqueeze(behind(Math.abs(offset)), [offset >= 0 ? rank : rank - 1]);
  return onnx.Where(onnx.cast(on, 'bool'), spread, onnx.like(self, 0));
}
