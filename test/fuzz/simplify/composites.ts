/** Operators that exporters spell out, in the forms in which they do: what fusions look for, at whatever opset. */
import type { Tensor } from '../../../src/core/ir/tensor.ts';
import type { Grow } from './grow.ts';
import { picture } from './operators/pictures.ts';
import type { Recipe } from './operators/recipe.ts';
import { PAIRS } from './pairs.ts';
import type { Known } from './program.ts';
import { type Composite, type Names, spelled } from './spelled.ts';
import { filled, tensorOf } from './tensors.ts';

const anything = (grow: Grow): Names => ({ x: grow.any(['float32', 'float32', 'float16', 'float64']) });
const ones = (size: number): Tensor => tensorOf('float32', [size], Array<number>(size).fill(1));

/** A value, and vectors along its last axis. Of one number less its mean nothing but the rounding of others is left. */
function rows(grow: Grow): Names {
  const isRows = ({ dtype, shape }: Tensor) => dtype === 'float32' && shape.length >= 2 && (shape.at(-1) ?? 0) > 1;
  const x = grow.find(isRows) ?? grow.source(filled(grow.chance, 'float32', [3, 4]));
  const size = x.tensor.shape.slice(-1);
  const vector = () => grow.constant(filled(grow.chance, 'float32', size));
  return { x, w: vector(), b: vector() };
}

/** A value, and an axis of it. */
function along(grow: Grow): Names {
  const x = grow.any(['float32', 'float32', 'float64'], 1, 4);
  const axis = grow.chance.int(0, x.tensor.shape.length - 1);
  return { x, axis: [axis], at: grow.constant(tensorOf('int64', [], [axis])) };
}

const SIX = ['Clip {min: 0, max: 6} (Add (x, 3))', 'Min (Max (Add (x, 3), 0), 6)', 'Min (Relu (Add (x, 3)), 6)'];
const CENTRED = 'Sub (x, ReduceMean {axes: [-1]} (x))';
const VARIANCE = [`Mul (${CENTRED}, ${CENTRED})`, `Pow (${CENTRED}, 2)`].map(
  (square) => `Add (ReduceMean {axes: [-1]} (${square}), 0.00001)`,
);
const MEAN_SQUARES = ['Mul (x, x)', 'Pow (x, 2)'].map((square) => `Add (ReduceMean {axes: [-1]} (${square}), 0.00001)`);
const INNER = 'Mul (Add (x, Mul (Pow (x, 3), 0.044715)), 0.7978845608)';
const BELOW_ZERO = ['Less (x, 0)', 'LessOrEqual (x, 0)'];
const ABOVE_ZERO = ['Greater (x, 0)', 'GreaterOrEqual (x, 0)'];

/** x above 0, and something else below. */
function sides(other: string): string[] {
  return [
    ...ABOVE_ZERO.map((above) => `Where (${above}, x, ${other})`),
    ...BELOW_ZERO.map((below) => `Where (${below}, ${other}, x)`),
  ];
}

const ACTIVATIONS: Composite = {
  names: anything,
  texts: [
    ...SIX.flatMap((six) => [`Mul (x, Div (${six}, 6))`, `Div (Mul (x, ${six}), 6)`, `Div (${six}, 6)`]),
    'Mul (x, HardSigmoid {alpha: 0.16666667, beta: 0.5} (x))',
    'Clip {min: 0, max: 1} (Add (Mul (x, 0.2), 0.5))',
    'Mul (x, Tanh (Softplus (x)))',
    'Mul (x, Tanh (Log (Add (Exp (x), 1))))',
    'Mul (x, Sigmoid (x))',
    'Mul (x, Sigmoid (Mul (x, 1.702)))',
    'Mul (x, Div (1, Add (Exp (Neg (x)), 1)))',
    'Div (1, Add (1, Exp (Neg (x))))',
    'Div (x, Add (Abs (x), 1))',
    'Log (Add (Exp (x), 1))',
    'Add (Relu (x), Softplus (Neg (Abs (x))))',
    `Mul (Mul (x, 0.5), Add (Tanh (${INNER}), 1))`,
    'Mul (Mul (x, 0.5), Add (Erf (Div (x, 1.4142135)), 1))',
    'Mul (x, Mul (Add (Erf (Mul (x, 0.70710678)), 1), 0.5))',
    ...sides('0'),
    'Mul (x, Cast {to: 1} (Greater (x, 0)))',
    'Where (Greater (x, 0.5), x, 0)',
    'Where (LessOrEqual (x, 1), 0, x)',
    'Mul (x, Cast {to: 1} (Greater (x, 2)))',
    'Where (Not (Less (x, 0.5)), Neg (x), x)',
    'Where (Not (Greater (x, 0)), 0, x)',
    'Ceil (Floor (x))',
    'Relu (Max (x, 0.5))',
    ...sides('Mul (x, 0.1)'),
    ...sides('Sub (Exp (x), 1)'),
    ...sides('Mul (Sub (Exp (x), 1), 0.5)'),
    'Max (x, Mul (x, 0.2))',
    'Sub (Relu (x), Mul (Relu (Neg (x)), 0.3))',
    'Add (Relu (x), Mul (Relu (Neg (x)), -0.3))',
    'Add (Relu (x), Min (Sub (Exp (x), 1), 0))',
    'Mul (Elu (Div (x, 0.5)), 0.5)',
    'Mul (Elu (x), 1.0507)',
  ],
};

const NORMALIZATIONS: Composite = {
  names: rows,
  texts: [
    ...VARIANCE.flatMap((variance) => [
      `Add (Mul (Div (${CENTRED}, Sqrt (${variance})), w), b)`,
      `Mul (Div (${CENTRED}, Sqrt (${variance})), w)`,
      `Add (Mul (Mul (${CENTRED}, Reciprocal (Sqrt (${variance}))), w), b)`,
      `Add (Mul (x, Mul (Reciprocal (Sqrt (${variance})), w)), Sub (b, Mul (ReduceMean {axes: [-1]} (x), Mul (Reciprocal (Sqrt (${variance})), w))))`,
    ]),
    ...MEAN_SQUARES.flatMap((squares) => [
      `Mul (Div (x, Sqrt (${squares})), w)`,
      `Mul (w, Mul (x, Reciprocal (Sqrt (${squares}))))`,
      `Mul (x, Pow (${squares}, -0.5))`,
    ]),
    ...sides('Mul (x, w)'),
    'Sub (Relu (x), Mul (Relu (Neg (x)), w))',
    'Add (Relu (x), Mul (Relu (Neg (x)), w))',
  ],
};

const REDUCTIONS: Composite = {
  names: along,
  texts: [
    'Div (x, ReduceL2 {axes: axis} (x))',
    'Div (x, Max (ReduceL2 {axes: axis} (x), 0.000001))',
    'Div (x, Clip {min: 0.000001} (ReduceL2 {axes: axis} (x)))',
    'Div (x, Sqrt (ReduceSum {axes: axis} (Mul (x, x))))',
    'Div (x, ReduceL1 {axes: axis} (x))',
    'Div (Exp (x), ReduceSum {axes: axis} (Exp (x)))',
    'Div (Exp (Sub (x, ReduceMax {axes: axis} (x))), ReduceSum {axes: axis} (Exp (Sub (x, ReduceMax {axes: axis} (x)))))',
    'Log (ReduceSum {axes: axis} (Exp (x)))',
    'ReduceSum {axes: axis} (Abs (x))',
    'Sqrt (ReduceSum {axes: axis} (Pow (x, 2)))',
    'ReduceSumSquare {axes: axis} (Sub (x, 0.5))',
    'Log (Softmax {axis: axis} (x))',
    'ArgMax {axis: axis} (Softmax {axis: axis} (x))',
    'ArgMax {axis: axis, keepdims: 0} (LogSoftmax {axis: axis} (x))',
    'ArgMin {axis: axis} (LogSoftmax {axis: axis} (x))',
    'CumSum (ReduceSum {axes: axis} (x), at)',
  ],
};

const GROUPS: Composite = {
  texts: [
    'Add (Mul (Reshape {shape: whole} (InstanceNormalization (Reshape {shape: apart} (x), one, zero)), w), b)',
    'Add (Mul (Reshape (InstanceNormalization (Reshape {shape: apart} (x), one, zero), Shape (x)), w), b)',
    'Reshape (InstanceNormalization (Reshape {shape: apart} (x), one, zero), Shape (x))',
  ],
  names(grow) {
    const x = picture(grow);
    const [, channels = 1] = x.tensor.shape;
    const groups = grow.chance.pick([1, 2, channels].filter((count) => channels % count === 0));
    const vector = () =>
      grow.constant(
        filled(
          grow.chance,
          'float32',
          grow.chance.pick([
            [channels, 1, 1],
            [1, channels, 1, 1],
          ]),
        ),
      );
    return {
      x,
      w: vector(),
      b: vector(),
      one: grow.constant(ones(groups)),
      zero: grow.constant(tensorOf('float32', [groups], Array<number>(groups).fill(0))),
      apart: [0, groups, -1],
      whole: x.tensor.shape,
    };
  },
};

/** Reshape, Transpose, Reshape: blocks of pixels to and from channels, channels between groups. */
const REARRANGED: Composite = {
  texts: [
    'Reshape {shape: space} (Transpose {perm: [0, 1, 4, 2, 5, 3]} (Reshape {shape: crd} (x)))',
    'Reshape {shape: space} (Transpose {perm: [0, 3, 4, 1, 5, 2]} (Reshape {shape: dcr} (x)))',
    'Reshape {shape: depth} (Transpose {perm: [0, 3, 5, 1, 2, 4]} (Reshape {shape: blocks} (x)))',
    'Reshape {shape: depth} (Transpose {perm: [0, 1, 3, 5, 2, 4]} (Reshape {shape: blocks} (x)))',
    'Reshape {shape: whole} (Transpose {perm: [0, 2, 1, 3, 4]} (Reshape {shape: groups} (x)))',
  ],
  names(grow) {
    const channels = grow.chance.pick([4, 8]);
    const [n, h, w] = [grow.chance.int(1, 2), 2 * grow.chance.int(1, 2), 2 * grow.chance.int(1, 3)];
    const found = grow.find(({ dtype, shape }) => dtype === 'float32' && String(shape) === String([n, channels, h, w]));
    return {
      x: found ?? grow.source(filled(grow.chance, 'float32', [n, channels, h, w])),
      crd: [n, channels / 4, 2, 2, h, w],
      dcr: [n, 2, 2, channels / 4, h, w],
      space: [n, channels / 4, 2 * h, 2 * w],
      blocks: [n, channels, h / 2, 2, w / 2, 2],
      depth: [n, 4 * channels, h / 2, w / 2],
      groups: [n, 2, channels / 2, h, w],
      whole: [n, channels, h, w],
    };
  },
};

const SCORES = [
  'MatMul (q, Transpose {perm: [0, 1, 3, 2]} (k))',
  'Mul (MatMul (q, Transpose {perm: [0, 1, 3, 2]} (k)), 0.5)',
  'Div (MatMul (q, Transpose {perm: [0, 1, 3, 2]} (k)), 1.7320508)',
  'MatMul (Mul (q, 0.7), Mul (Transpose {perm: [0, 1, 3, 2]} (k), 0.7))',
  'MatMul (Mul (q, 0.5), Transpose {perm: [0, 1, 3, 2]} (k))',
];
const ATTENTION: Composite = {
  texts: SCORES.flatMap((scores) => [
    `MatMul (Softmax {axis: 3} (${scores}), v)`,
    `MatMul (Softmax {axis: 3} (Add (${scores}, m)), v)`,
    `Reshape {shape: merged} (Transpose {perm: [0, 2, 1, 3]} (MatMul (Softmax {axis: 3} (${scores}), v)))`,
  ]),
  names(grow) {
    const [n, heads, queries, keys] = [1, 2, 2, 3].map((most) => grow.chance.int(1, most)) as [
      number,
      number,
      number,
      number,
    ];
    const value = (...shape: number[]): Known => grow.source(filled(grow.chance, 'float32', shape));
    return {
      q: value(n, heads, queries, 3),
      k: value(n, heads, keys, 3),
      v: value(n, heads, keys, 4),
      m: grow.constant(
        filled(
          grow.chance,
          'float32',
          grow.chance.pick([[1, 1, queries, keys], [queries, keys], [queries, keys], [keys]]),
        ),
      ),
      merged: [n, queries, 4 * heads],
    };
  },
};

const COMPOSITES = [
  ACTIVATIONS,
  ACTIVATIONS,
  NORMALIZATIONS,
  NORMALIZATIONS,
  REDUCTIONS,
  GROUPS,
  REARRANGED,
  ATTENTION,
  ...PAIRS,
  ...PAIRS,
];

/** Every spelling of every composite once. */
const SPELLINGS = [...new Set(COMPOSITES)].flatMap(({ texts, names }) => texts.map((text) => ({ text, names })));

/** Whose turn it is, and how often all have had theirs before. */
export function spelling(turn: number): { readonly add: Recipe; readonly round: number } {
  const found = SPELLINGS[turn % SPELLINGS.length];
  return {
    round: Math.floor(turn / SPELLINGS.length),
    add: async (grow) => {
      const names = found?.names(grow);
      return found && names && spelled(grow, found.text, names);
    },
  };
}

/** Adds one composite in one of its spellings, as far as the opset has its operators. */
export const composite: Recipe = async (grow) => {
  const { texts, names } = grow.chance.pick(COMPOSITES);
  const found = names(grow);
  return found && spelled(grow, grow.chance.pick(texts), found);
};
