import { describe } from 'vitest';
import { cutRules } from '../../../../../src/core/passes/simplify/cuts.ts';
import { type Case, testEach } from './simplifying.ts';

const INTS =
  'int64[1] zero = {0}, int64[1] one = {1}, int64[1] two = {2}, int64[1] three = {3}, int64[1] five = {5}, int64[1] m1 = {-1}, int64[1] max = {9223372036854775807}';

const FIT: readonly Case[] = [
  [
    'float[2,9] x => float[2,2] y, float[2,5] z, float[2,2] u <int64[4] s = {2, 3, 2, 2}>',
    'a, b, c, d = Split <axis = 1> (x, s)\nz = Concat <axis = -1> (b, c)\ny = Neg (a)\nu = Relu (d)',
    'Split Neg Relu',
  ],
  [
    'float[2,6] x => float[2,4] y, float[2,2] z <int64[3] s = {2, 2, 2}>',
    'a, b, c = Split <axis = 1> (x, s)\nj = Concat <axis = 1> (a, b)\ny = Exp (j)\nz = Neg (c)',
    'Split Exp Neg',
  ],
  [`float[6,5] x => float[4,3] y <${INTS}>`, 'a = Slice (x, two, max, zero)\ny = Slice (a, one, m1, one)', 'Slice'],
  [`float[n,5] x => float[m,3] y <${INTS}>`, 'a = Slice (x, m1, max, zero)\ny = Slice (a, one, m1, one)', 'Slice'],
  [`float[9] x => float[3] y <${INTS}>`, 'a = Slice (x, one, max, zero, two)\ny = Slice (a, one, max, zero)', 'Slice'],
  [`float[9] x => float[2] y <${INTS}>`, 'a = Slice (x, one, m1, zero)\ny = Slice (a, one, max, zero, three)', 'Slice'],
  [`float[9] x => float[0] y <${INTS}>`, 'a = Slice (x, one, two, zero)\ny = Slice (a, five, max, zero)', 'Slice'],
  [
    `float[2,3] x, float[2,2] z => float[2,2] y <${INTS}>`,
    'n = Neg (z)\nc = Concat <axis = 1> (x, n)\ny = Slice (c, three, five, one)',
    'Neg',
  ],
  [
    `float[2,3] x, float[2,2] z => float[2,1] y <${INTS}>`,
    'c = Concat <axis = 1> (x, z)\ny = Slice (c, one, two, one)',
    'Slice',
  ],
  [
    `float[1,2] x, float[1,2] z, float[2,2] w => float[2,2] y <${INTS}>`,
    'c = Concat <axis = 0> (x, z, w)\ny = Slice (c, zero, two, zero)',
    'Concat',
  ],
  [
    'float[2,3] x, float[2,2] z => float[2,3] y, float[2,2] v <int64[2] s = {3, 2}>',
    'a = Neg (x)\nb = Abs (z)\nc = Concat <axis = 1> (a, b)\nd, e = Split <axis = 1> (c, s)\ny = Relu (d)\nv = Relu (e)',
    'Neg Abs Relu Relu',
  ],
  [
    'float[2,1] x, float[2,2] z, float[2,3] w => float[2,3] y, float[2,3] v <int64[2] s = {3, 3}>',
    'n = Neg (w)\nc = Concat <axis = 1> (x, z, n)\ny, v = Split <axis = 1> (c, s)',
    'Neg Concat',
  ],
  [
    'float[2] x, float[2] z => float[8] y',
    'a = Concat <axis = 0> (x, z)\nb = Concat <axis = -1> (z, x)\ny = Concat <axis = 0> (a, b)',
    'Concat',
  ],
  ['float[2,0] x, float[2,2] z => float[2,4] y', 'y = Concat <axis = 1> (z, x, z)', 'Concat'],
  // Each join reads the one before, which the one behind reads too.
  [
    'float[2,2] x, float[2,3] z => float[2,7] y, float[2,9] v, float[2,12] w',
    'a = Concat <axis = 1> (x, z)\ny = Concat <axis = 1> (x, a)\nb = Concat <axis = -1> (a, x)\nv = Concat <axis = 1> (b, x)\nw = Concat <axis = 1> (z, b, x)',
    'Concat Concat Concat',
  ],
  [
    'float[2,4] x => float[2,4] y <int64[2] s = {3, 1}>',
    'n = Neg (x)\na, b = Split <axis = 1> (n, s)\nc = Concat <axis = 1> (a, b)\ny = Abs (c)',
    'Neg Abs',
  ],
  [
    'float[2,4] x => float[2,5] y <int64[2] s = {3, 1}, int64[1] k = {1}>',
    'a, b = Split <axis = 1> (x, s)\ne = ReduceSum <keepdims = 1> (x, k)\ny = Concat <axis = 1> (a, b, e)',
    'ReduceSum Concat',
  ],
  [
    `float[2,5] x => float[2,2] y <${INTS}>`,
    'a = Slice (x, one, two, one)\nb = Slice (x, two, three, one)\ny = Concat <axis = 1> (a, b)',
    'Slice',
  ],
  [
    'float[2] x => float[6] y <int64[2] p = {1, 0}, int64[2] q = {1, 2}, float z = {0}>',
    'a = Pad (x, p)\ny = Pad (a, q, z)',
    'Pad',
  ],
  [
    `float[2,5] x => float[2,2] y, float[2,3] z <${INTS}>`,
    'y = Slice (x, zero, two, one)\nz = Slice (x, two, max, one)',
    'Split',
  ],
  [
    `float[6,6] x => float[3,3] y, float[3,3] z <${INTS}>`,
    'a = Slice (x, zero, max, zero, two)\ny = Slice (a, zero, max, one, two)\nz = Slice (a, one, max, one, two)',
    'Slice Slice',
  ],
];

const UNFIT: readonly Case[] = [
  // Neighbours in another order, of which others read, along another axis.
  [
    'float[2,6] x => float[2,6] y <int64[3] s = {2, 2, 2}>',
    'a, b, c = Split <axis = 1> (x, s)\nj = Concat <axis = 1> (b, a, c)\ny = Exp (j)',
  ],
  [
    'float[2,6] x => float[2,4] y, float[2,2] z <int64[3] s = {2, 2, 2}>',
    'a, b, c = Split <axis = 1> (x, s)\ny = Concat <axis = 1> (a, b)\nd = Mul (b, c)\nz = Neg (d)',
  ],
  [
    'float[2,6] x => float[4,2] y, float[2,2] z <int64[3] s = {2, 2, 2}>',
    'a, b, c = Split <axis = 1> (x, s)\ny = Concat <axis = 0> (a, b)\nz = Neg (c)',
  ],
  [
    `float[6,5] x => float[4,5] a, float[4,3] y <${INTS}>`,
    'a = Slice (x, two, max, zero)\ny = Slice (a, one, m1, one)',
  ],
  [`float[n] x => float[m] y <${INTS}>`, 'a = Slice (x, one, max, zero)\ny = Slice (a, one, max, zero)'],
  [`float[9] x => float[2] y <${INTS}>`, 'a = Slice (x, m1, one, zero, m1)\ny = Slice (a, five, max, zero)'],
  [`float[2,3] x, float[2,2] z => float[2,2] y <${INTS}>`, 'c = Concat <axis = 1> (x, z)\ny = Slice (c, two, m1, one)'],
  [
    `float[2,3] x, float[2,2] z => float[1,5] y <${INTS}>`,
    'c = Concat <axis = 1> (x, z)\ny = Slice (c, one, two, zero)',
  ],
  [
    `float[2,3] x, float[2,2] z => float[2,1] y, float[2,5] c <${INTS}>`,
    'c = Concat <axis = 1> (x, z)\ny = Slice (c, one, two, one)',
  ],
  [
    'float[2,3] x, float[2,2] z => float[2,2] y, float[2,3] v <int64[2] s = {2, 3}>',
    'c = Concat <axis = 1> (x, z)\ny, v = Split <axis = 1> (c, s)',
  ],
  ['float[2,2] x, float[2,2] z => float[4,4] y', 'a = Concat <axis = 1> (x, z)\ny = Concat <axis = 0> (a, a)'],
  [
    'float[2,2] x, float[2,2] z => float[2,6] y, float[4,4] v',
    'a = Concat <axis = 1> (x, z)\ny = Concat <axis = 1> (a, x)\nv = Concat <axis = 0> (a, a)',
  ],
  [
    'float[2,2] x, float[2,2] z => float[2,6] y, float[2,4] v',
    'a = Concat <axis = 1> (x, z)\ny = Concat <axis = 1> (a, x)\nv = Neg (a)',
  ],
  [
    'float[2,4] x => float[2,4] y <int64[2] s = {3, 1}>',
    'a, b = Split <axis = 1> (x, s)\ny = Concat <axis = 1> (b, a)',
  ],
  [
    'float[2] x => float[6] y <int64[2] p = {1, 0}, int64[2] q = {1, 2}, float z = {2}>',
    'a = Pad (x, p)\ny = Pad (a, q, z)',
  ],
  ['float[2] x => float[4] y <int64[2] p = {-1, 0}, int64[2] q = {1, 2}>', 'a = Pad (x, p)\ny = Pad (a, q)'],
  [
    `float[2,5] x => float[2,2] y, float[2,2] z <${INTS}>`,
    'y = Slice (x, zero, two, one)\nz = Slice (x, three, max, one)',
  ],
];

describe('cuts and joins that undo each other', () => testEach(FIT, { rules: cutRules }));
describe('cuts and joins that stay', () => testEach(UNFIT, { rules: cutRules }));
describe('older forms', () => {
  testEach(
    [
      [
        'float[6,5] x => float[4,3] y',
        'a = Slice <starts = [2], ends = [9], axes = [0]> (x)\ny = Slice <starts = [1], ends = [-1], axes = [1]> (a)',
        'Slice',
      ],
    ],
    { rules: cutRules, opset: 9 },
  );
  testEach(
    [
      [
        'float[2,5] x => float[2,2] y, float[2,3] z',
        'y = Slice <starts = [0], ends = [2], axes = [1]> (x)\nz = Slice <starts = [2], ends = [9], axes = [1]> (x)',
        'Split',
      ],
    ],
    { rules: cutRules, opset: 9 },
  );
  testEach(
    [
      [
        'float[2] x => float[6] y',
        'a = Pad <pads = [1, 0], value = 2.0> (x)\ny = Pad <pads = [1, 2], value = 2.0> (a)',
        'Pad',
      ],
    ],
    { rules: cutRules, opset: 10 },
  );
});
