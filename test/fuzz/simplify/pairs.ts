/** Operators that follow each other and that rules make one of, or none: cuts, joins, moved axes, products. */
import { elementCount } from '../../../src/core/ir/shape.ts';
import type { Grow } from './grow.ts';
import { picture } from './operators/pictures.ts';
import type { Known } from './program.ts';
import type { Composite, Names } from './spelled.ts';
import { filled, tensorOf } from './tensors.ts';

const numbers = (grow: Grow, ...shape: number[]): Known => grow.constant(filled(grow.chance, 'float32', shape));

/** A value with elements, one of its axes, one place on that axis, and all places. */
function placed(grow: Grow): Names | undefined {
  const { chance } = grow;
  const x = grow.any(['float32', 'int64', 'float64'], 1, 4);
  const { shape } = x.tensor;
  if (elementCount(shape) === 0) return undefined;
  const axis = chance.int(0, shape.length - 1);
  const size = shape[axis] ?? 1;
  const at = chance.int(0, size - 1);
  const end = chance.int(at + 1, 2 * size);
  const pads = () => shape.map(() => chance.int(0, 2)).concat(shape.map(() => chance.int(0, 1)));
  return {
    x,
    axis: [axis],
    axes: shape.map((_, k) => k).filter((k) => k === axis || chance.flip(0.2)),
    other: [chance.int(0, shape.length - 1)],
    order: chance.shuffled(shape.map((_, k) => k)),
    from: [at],
    to: [at + 1],
    end: [end],
    step: [chance.pick([1, 1, 2])],
    one: grow.constant(tensorOf('int64', [1], [at])),
    all: grow.constant(
      tensorOf(
        'int64',
        [1, size],
        Array.from({ length: size }, (_, k) => k),
      ),
    ),
    pads: pads(),
    more: pads(),
  };
}

const CUT = 'Slice {starts: from, ends: end, axes: axis}';
const CUTS: Composite = {
  names: placed,
  texts: [
    'Squeeze {axes: axis} (Slice {starts: from, ends: to, axes: axis} (x))',
    'Squeeze {axes: axis} (Gather {axis: axis} (x, one))',
    'Concat {axis: axis} (Unsqueeze {axes: axis} (x), Unsqueeze {axes: axis} (Neg (x)))',
    'Concat {axis: other} (Unsqueeze {axes: axis} (x), Unsqueeze {axes: axis} (Abs (x)))',
    'Gather {axis: axis} (x, all)',
    `${CUT} (Concat {axis: axis} (x, Neg (x)))`,
    `${CUT} (Concat {axis: axis} (x, Neg (x), Abs (x)))`,
    `${CUT} (Concat {axis: other} (x, x))`,
    `${CUT} (${CUT} (x))`,
    `${CUT} (Slice {starts: from, ends: end, axes: other, steps: step} (x))`,
    'Pad {pads: pads} (Pad {pads: more} (x))',
    'ReduceSum {axes: axes} (Transpose {perm: order} (x))',
    'ReduceMax {axes: axes, keepdims: 0} (Transpose {perm: order} (x))',
    'ReduceMean {axes: axes, keepdims: 0} (Transpose {perm: order} (x))',
  ],
};

/** Matrices, and constants that fit them. */
function matrices(grow: Grow): Names {
  const [rows, depth, width] = [1, 2, 3].map((least) => grow.chance.int(least, 4)) as [number, number, number];
  const matrix = (...shape: number[]): Known =>
    grow.find((tensor) => tensor.dtype === 'float32' && String(tensor.shape) === String(shape)) ??
    grow.source(filled(grow.chance, 'float32', shape));
  return {
    x: matrix(rows, depth),
    turned: matrix(depth, rows),
    w: grow.chance.flip(0.8) ? numbers(grow, depth, width) : matrix(depth, width),
    v: numbers(grow, width, depth),
    b: grow.chance.pick([() => numbers(grow, width), () => numbers(grow, rows, width), () => numbers(grow, 1)])(),
    c: numbers(grow, 1, 1, width),
    r: matrix(rows, width),
    parts: [1, rows, depth],
    flat: [rows * width],
    first: [0],
  };
}

const PRODUCTS: Composite = {
  names: matrices,
  texts: [
    'MatMul (Transpose {perm: [1, 0]} (turned), w)',
    'MatMul (x, Transpose {perm: [1, 0]} (v))',
    'Gemm (Transpose {perm: [1, 0]} (turned), w)',
    'Gemm {transA: 1, transB: 1} (Transpose {perm: [1, 0]} (x), v)',
    'Add (Gemm (x, w), b)',
    'Add (Gemm {alpha: 2.5} (x, w), b)',
    'Add (Gemm (x, w), r)',
    'Add (MatMul (x, w), r)',
    'Mul (Transpose {perm: [1, 0]} (MatMul (x, w)), 0.5)',
    'Div (Reshape {shape: flat} (MatMul (x, w)), 2)',
    'Reshape {shape: flat} (Add (MatMul (Reshape {shape: parts} (x), w), b))',
    'Squeeze {axes: first} (Add (MatMul (x, w), c))',
    'Reshape {shape: flat} (Add (MatMul (x, w), c))',
  ],
};

/** A picture, what is spread over it, and settings with which operators do nothing to it. */
function spread(grow: Grow): Names {
  const x = picture(grow);
  const { shape } = x.tensor;
  const [count = 1, channels = 1] = shape;
  return {
    x,
    row: grow.source(filled(grow.chance, 'float32', shape.slice(1))),
    single: grow.source(filled(grow.chance, 'float32', [count, channels, 1, 1])),
    whole: grow.constant(tensorOf('int64', [shape.length], shape)),
    scales: grow.constant(tensorOf('float32', [4], [1, 1, 1, 1])),
    region: grow.constant(tensorOf('float32', [0], [])),
    first: [0],
    ones: [1, 1],
    none: [0, 0, 0, 0, 0, 0, 0, 0],
  };
}

const IDLE: Composite = {
  names: spread,
  texts: [
    'Pad {pads: none} (x)',
    'MaxPool {kernel_shape: ones} (x)',
    'AveragePool {kernel_shape: ones} (x)',
    'GlobalAveragePool (single)',
    'GlobalMaxPool (Neg (single))',
    'Resize (x, region, scales)',
    'Add (Unsqueeze {axes: first} (row), x)',
    'Mul (x, Expand (row, whole))',
    'Sub (Expand (single, whole), x)',
  ],
};

export const PAIRS: readonly Composite[] = [CUTS, CUTS, PRODUCTS, IDLE];
