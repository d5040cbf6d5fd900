/**
 * Kernels that make one number of many, and those that order numbers. Rules: the ONNX operator specification. Floats are
 * summed as doubles and rounded once.
 */
import { DATA_TYPES, type DataType, isFloat } from '../../../ir/dtype.ts';
import { elementCount, stridesOf } from '../../../ir/shape.ts';
import { type Dense, dense, isWide, type Narrow, numbersOf, room, type Wide } from './dense.ts';
import { around, axesFrom, axisFrom, intsAt, type Kernel, type Kernels, numberAt, rows } from './kernel.ts';
import { all, placesOf } from './picking.ts';

/** One number of a row; undefined where it has no answer. */
interface Fold {
  readonly float?: (row: Narrow, dtype: DataType) => number | undefined;
  readonly integer?: (row: Narrow, dtype: DataType) => number | undefined;
  readonly wide?: (row: Wide, dtype: DataType) => bigint | undefined;
}

function run(row: Narrow, step: (a: number, b: number) => number, start: number): number {
  let result = start;
  for (const value of row) result = step(result, value);
  return result;
}

const sum = (row: Narrow): number => run(row, (a, b) => a + b, 0);
const wrappedSum = (row: Narrow): number => run(row, (a, b) => (a + b) | 0, 0);
const wideSum = (row: Wide): bigint => {
  let total = 0n;
  for (const value of row) total += value;
  return total;
};
const least = (row: Narrow): number => run(row, (a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
const most = (row: Narrow): number => run(row, (a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
const squares = (row: Narrow): number => run(row, (a, b) => a + b * b, 0);

/** Of no integers the least is the largest that there is, and the other way round. */
function bound(dtype: DataType, highest: boolean): bigint {
  const { bits, kind } = DATA_TYPES[dtype];
  if (kind === 'bool') return highest ? 1n : 0n;
  const signed = kind === 'int' ? 1n : 0n;
  return highest ? (1n << (BigInt(bits) - signed)) - 1n : signed === 1n ? -(1n << BigInt(bits - 1)) : 0n;
}

const FOLDS: Readonly<Record<string, Fold>> = {
  ReduceSum: { float: sum, integer: wrappedSum, wide: wideSum },
  ReduceProd: {
    float: (row) => run(row, (a, b) => a * b, 1),
    integer: (row) => run(row, (a, b) => Math.imul(a, b), 1),
    wide: (row) => {
      let product = 1n;
      for (const value of row) product = BigInt.asIntN(64, product * value);
      return product;
    },
  },
  ReduceMin: {
    float: least,
    integer: (row, dtype) => (row.length === 0 ? Number(bound(dtype, true)) : least(row)),
    wide: (row, dtype) => {
      let found = bound(dtype, true);
      for (const value of row) if (value < found) found = value;
      return found;
    },
  },
  ReduceMax: {
    float: most,
    integer: (row, dtype) => (row.length === 0 ? Number(bound(dtype, false)) : most(row)),
    wide: (row, dtype) => {
      let found = bound(dtype, false);
      for (const value of row) if (value > found) found = value;
      return found;
    },
  },
  ReduceMean: {
    float: (row) => sum(row) / row.length,
    integer: (row) => (row.length === 0 ? undefined : Math.trunc(wrappedSum(row) / row.length)),
    wide: (row) => (row.length === 0 ? undefined : BigInt.asIntN(64, wideSum(row)) / BigInt(row.length)),
  },
  ReduceL1: { float: (row) => run(row, (a, b) => a + Math.abs(b), 0) },
  ReduceL2: { float: (row) => Math.sqrt(squares(row)) },
  ReduceSumSquare: {
    float: squares,
    integer: (row) => run(row, (a, b) => (a + Math.imul(b, b)) | 0, 0),
    wide: (row) => {
      let total = 0n;
      for (const value of row) total += value * value;
      return total;
    },
  },
  ReduceLogSum: { float: (row) => Math.log(sum(row)) },
  ReduceLogSumExp: {
    float: (row) => {
      const highest = most(row);
      if (!Number.isFinite(highest)) return highest;
      return highest + Math.log(run(row, (a, b) => a + Math.exp(b - highest), 0));
    },
  },
};

/** Which folds of floats depend on no order. */
const EXACT = new Set(['ReduceMin', 'ReduceMax']);

function reduce(fold: Fold): Kernel {
  return (call) => {
    const [x] = call.inputs;
    if (!x) return undefined;
    const rank = x.shape.length;
    const given = intsAt(call, 1, 'axes');
    if (!given?.length && call.node.int('noop_with_empty_axes', 0n) === 1n) return unreduced(fold, x);
    const axes = given?.length ? axesFrom(given, rank) : all(rank);
    if (!axes) return undefined;
    const reduced = new Set(axes);
    const kept = all(rank).filter((axis) => !reduced.has(axis));
    const shape =
      call.node.int('keepdims', 1n) === 1n
        ? x.shape.map((size, axis) => (reduced.has(axis) ? 1 : size))
        : kept.map((axis) => x.shape[axis] ?? 1);
    const length = axes.reduce((product, axis) => product * (x.shape[axis] ?? 1), 1);
    return folded(fold, grouped(x, [...kept, ...axes.toSorted((a, b) => a - b)]), shape, length);
  };
}

/** Every element by itself: what an empty list of axes asks for since opset 18. */
function unreduced(fold: Fold, x: Dense): readonly Dense[] | undefined {
  return folded(fold, x, x.shape, 1);
}

/** `x` with its axes in another order. */
function grouped(x: Dense, order: readonly number[]): Dense {
  if (order.every((axis, k) => axis === k)) return x;
  const strides = stridesOf(x.shape);
  const shape = order.map((axis) => x.shape[axis] ?? 1);
  const places = placesOf(
    shape,
    order.map((axis) => strides[axis] ?? 1),
  );
  const values = room(x.dtype, places.length);
  // Both arrays are of one type.
  const [to, from] = [values as Float64Array, x.values as Float64Array];
  places.forEach((place, k) => {
    to[k] = from[place] ?? 0;
  });
  return { dtype: x.dtype, shape, values };
}

/** Each run of `length` elements folded to one. */
function folded(fold: Fold, x: Dense, shape: readonly number[], length: number): readonly Dense[] | undefined {
  const { dtype } = x;
  const values = room(dtype, elementCount(shape));
  for (let k = 0; k < values.length; k++) {
    if (isWide(values)) {
      const value = fold.wide?.((x.values as Wide).subarray(k * length, (k + 1) * length), dtype);
      if (value === undefined) return undefined;
      values[k] = value;
    } else {
      const kind = isFloat(dtype) ? fold.float : fold.integer;
      const value = kind?.((x.values as Narrow).subarray(k * length, (k + 1) * length), dtype);
      if (value === undefined) return undefined;
      values[k] = value;
    }
  }
  return [dense(dtype, shape, values)];
}

const cumSum: Kernel = (call) => {
  const [x] = call.inputs;
  const axis = x && axisFrom(numberAt(call, 1), x.shape.length);
  if (!x || axis === undefined) return undefined;
  const [outer, size, inner] = around(x.shape, axis);
  const exclusive = call.node.int('exclusive', 0n) === 1n;
  const backwards = call.node.int('reverse', 0n) === 1n;
  const values = room(x.dtype, x.values.length);
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < inner; i++) {
      let [total, wide] = [0, 0n];
      for (let step = 0; step < size; step++) {
        const at = (o * size + (backwards ? size - 1 - step : step)) * inner + i;
        const value = x.values[at] ?? 0;
        if (isWide(values)) {
          if (exclusive) values[at] = wide;
          wide = BigInt.asIntN(64, wide + BigInt(value));
          if (!exclusive) values[at] = wide;
        } else {
          if (exclusive) values[at] = total;
          total = x.dtype === 'float32' ? Math.fround(total + Number(value)) : total + Number(value);
          if (!exclusive) values[at] = total;
        }
      }
    }
  }
  return [dense(x.dtype, x.shape, values)];
};

/** Index of the largest (or least) along an axis; of equals the first, or the last where that is asked for. */
function argument(sign: 1 | -1): Kernel {
  return ({ node, inputs: [x] }) => {
    const axis = x && axisFrom(node.int('axis', 0n), x.shape.length);
    if (!x || axis === undefined || (x.shape[axis] ?? 0) === 0) return undefined;
    const [outer, size, inner] = around(x.shape, axis);
    const takesLast = node.int('select_last_index', 0n) === 1n;
    const values = new BigInt64Array(outer * inner);
    for (let k = 0; k < values.length; k++) {
      const start = Math.floor(k / inner) * size * inner + (k % inner);
      let best = 0;
      for (let at = 1; at < size; at++) {
        const [value = 0, other = 0] = [x.values[start + at * inner], x.values[start + best * inner]];
        if (Number.isNaN(value) || Number.isNaN(other)) return undefined;
        if (sign > 0 ? value > other : value < other) best = at;
        else if (takesLast && value === other) best = at;
      }
      values[k] = BigInt(best);
    }
    const kept = x.shape.map((each, k) => (k === axis ? 1 : each));
    const shape = node.int('keepdims', 1n) === 1n ? kept : x.shape.filter((_, k) => k !== axis);
    return [{ dtype: 'int64', shape, values }];
  };
}

/** Equal elements stand by their index. */
const topK: Kernel = (call) => {
  const { node, opset } = call;
  const [x] = call.inputs;
  const axis = x && axisFrom(node.int('axis', -1n), x.shape.length);
  const count = opset < 10 ? Number(node.int('k', 0n)) : numberAt(call, 1);
  if (!x || axis === undefined || count === undefined) return undefined;
  const [outer, size, inner] = around(x.shape, axis);
  if (!(count >= 0 && count <= size)) return undefined;
  const largest = node.int('largest', 1n) === 1n;
  const shape = x.shape.map((each, k) => (k === axis ? count : each));
  const values = room(x.dtype, elementCount(shape));
  const indices = new BigInt64Array(values.length);
  if (numbersOf(x).some(Number.isNaN) || node.int('sorted', 1n) !== 1n) return undefined;
  for (let row = 0; row < outer * inner; row++) {
    const [o, i] = [Math.floor(row / inner), row % inner];
    const at = (k: number) => x.values[(o * size + k) * inner + i] ?? 0;
    const order = all(size).sort((a, b) => {
      const [left, right] = [at(a), at(b)];
      if (left === right) return a - b;
      return left > right === largest ? -1 : 1;
    });
    for (let k = 0; k < count; k++) {
      const to = (o * count + k) * inner + i;
      (values as Float64Array)[to] = at(order[k] ?? 0) as number;
      indices[to] = BigInt(order[k] ?? 0);
    }
  }
  return [
    { dtype: x.dtype, shape, values },
    { dtype: 'int64', shape, values: indices },
  ];
};

export const reductions: Kernels = {
  ...Object.fromEntries(
    Object.entries(FOLDS).map(([op, fold]) => [
      op,
      { kernel: reduce(fold), accuracy: EXACT.has(op) ? 'exact' : 'rounded' } as const,
    ]),
  ),
  ...rows('rounded', { CumSum: cumSum }),
  ...rows('exact', { ArgMax: argument(1), ArgMin: argument(-1), TopK: topK }),
};
