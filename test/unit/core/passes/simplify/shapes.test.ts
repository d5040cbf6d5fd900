import { describe } from 'vitest';
import { reshapeRules } from '../../../../../src/core/passes/simplify/reshapes.ts';
import { transposeRegionRules } from '../../../../../src/core/passes/simplify/transpose-regions.ts';
import { transposeRules } from '../../../../../src/core/passes/simplify/transposes.ts';
import { type Case, testEach } from './simplifying.ts';

describe('changes of the shape that follow each other', () => {
  const fit: readonly Case[] = [
    [
      'float[2,6] x => float[3,4] y <int64[2] a = {4, 3}, int64[2] b = {3, -1}>',
      'r = Reshape (x, a)\ny = Reshape (r, b)',
      'Reshape',
    ],
    [
      'float[2,6] x => float[4,3] y <int64[2] a = {4, 3}, int64[2] b = {0, 3}>',
      'r = Reshape (x, a)\ny = Reshape (r, b)',
      'Reshape',
    ],
    [
      'float[n,6] x => float[n,3,2] y <int64[3] a = {0, 2, 3}, int64[3] b = {0, 3, 2}>',
      'r = Reshape (x, a)\ny = Reshape (r, b)',
      'Reshape',
    ],
    [
      'float[1,2,1,3] x => float[2,3] y <int64[1] a = {0}, int64[1] b = {1}>',
      'r = Squeeze (x, a)\ny = Squeeze (r, b)',
      'Squeeze',
    ],
    [
      'float[n,m] x => float[1,n,m,1] y <int64[1] a = {-1}, int64[1] b = {0}>',
      'r = Unsqueeze (x, a)\ny = Unsqueeze (r, b)',
      'Unsqueeze',
    ],
    [
      'float[n,m] x => float[n,m] y <int64[1] a = {1}>',
      'q = Neg (x)\nr = Unsqueeze (q, a)\ns = Squeeze (r, a)\ny = Neg (s)',
      'Neg Neg',
    ],
    [
      'float[2,3] x => float[3,2] y <int64[1] a = {0}, int64[2] b = {3, 2}>',
      'r = Unsqueeze (x, a)\ny = Reshape (r, b)',
      'Reshape',
    ],
    ['float[2,3,1,1] x => float[2,3] y', 'r = Transpose <perm = [0,2,3,1]> (x)\ny = Flatten (r)', 'Reshape'],
    [
      'float[2,3] x => float[2,1,3] y <int64[3] b = {2, 3, 1}>',
      'r = Reshape (x, b)\ny = Transpose <perm = [0,2,1]> (r)',
      'Reshape',
    ],
  ];
  testEach(fit, { rules: reshapeRules });
  const unfit: readonly Case[] = [
    // The size that -1 stands for is copied from the middle.
    [
      'float[n,6] x => float[m,3] y <int64[2] a = {-1, 3}, int64[2] b = {0, 3}, int64[3] c = {2, -1, 3}>',
      'r = Reshape (x, a)\ns = Neg (r)\ny = Reshape (s, b)',
    ],
    ['float[2,3,4,1] x => float[2,12] y', 'r = Transpose <perm = [0,2,1,3]> (x)\ny = Flatten (r)'],
    [
      'float[2,6] x => float[4,3] r, float[3,4] y <int64[2] a = {4, 3}, int64[2] b = {3, -1}>',
      'r = Reshape (x, a)\ny = Reshape (r, b)',
    ],
  ];
  testEach(unfit, { rules: reshapeRules });
  testEach(
    [
      ['float[1,2,1] x => float[2] y', 'r = Squeeze <axes = [0]> (x)\ny = Squeeze <axes = [1]> (r)', 'Squeeze'],
      // Before opset 14 an axis of size 0 can only be copied, here from one that the first input does not have.
      ['float[3,0] x => float[3,1,0] y <int64[3] s = {3, 1, 0}>', 'r = Unsqueeze <axes = [0]> (x)\ny = Reshape (r, s)'],
    ],
    { rules: reshapeRules, opset: 9 },
  );
});

describe('reductions keep or drop axes', () => {
  testEach(
    [
      [
        'float[2,3,4] x => float[2,1,4] y <int64[1] a = {1}>',
        'r = ReduceMean <axes = [1], keepdims = 0> (x)\ny = Unsqueeze (r, a)',
        'ReduceMean',
      ],
      ['float[n,m,k] x => float[n,k] y <int64[1] a = {1}>', 'r = ReduceSum (x, a)\ny = Squeeze (r, a)', 'ReduceSum'],
      ['float[2,3,4] x => int64[2,4] y <int64[1] a = {1}>', 'r = ArgMax <axis = -2> (x)\ny = Squeeze (r, a)', 'ArgMax'],
      [
        'float[2,3,4] x => float[2,4,1] y <int64[1] a = {2}>',
        'r = ReduceMean <axes = [1], keepdims = 0> (x)\ny = Unsqueeze (r, a)',
      ],
      ['float[2,3,4] x => float[2,4] y, float[2,1,4] r <int64[1] a = {1}>', 'r = ReduceSum (x, a)\ny = Squeeze (r, a)'],
    ],
    { rules: reshapeRules },
  );
});

describe('operators that broadcast by themselves', () => {
  testEach(
    [
      ['float[3] x, float[2,3] z => float[2,3] y <int64[2] s = {2, 3}>', 'e = Expand (x, s)\ny = Add (e, z)', 'Add'],
      ['float[3] x, float[n,3] z => float[n,3] y <int64[1] s = {0}>', 'e = Unsqueeze (x, s)\ny = Mul (z, e)', 'Mul'],
      ['float[1,3] x, float[2,3] z => float[2,3] y <int64[2] s = {2, 1}>', 'e = Tile (x, s)\ny = Add (e, z)', 'Add'],
      ['float[3] x, float[3] z => float[2,3] y <int64[2] s = {2, 3}>', 'e = Expand (x, s)\ny = Add (e, z)'],
      ['float[3] x, float[3,1] z => float[3,3] y <int64[1] s = {0}>', 'e = Unsqueeze (x, s)\ny = Add (e, z)', 'Add'],
      ['float[3] x, float[3,3] z => float[3,3] y <int64[1] s = {1}>', 'e = Unsqueeze (x, s)\ny = Add (e, z)'],
    ],
    { rules: reshapeRules },
  );
});

describe('constants with axes of size 1 in front', () => {
  testEach(
    [
      [
        'float[2,3] x => float[2,3] y <float[1,2,1] c = {5, 6}, int64[2] s = {2, 3}>',
        'a = Add (x, c)\ny = Reshape (a, s)',
        'Add',
      ],
      [
        'float[2,3] x => float[2,3] y <float[1,1,3] c = {5, 6, 7}, int64[1] k = {0}>',
        'a = Sub (c, x)\ny = Squeeze (a, k)',
        'Sub',
      ],
      [
        'float[2,3] x => float[4,3] y <float[2,1,1] c = {5, 6}, int64[2] s = {4, 3}>',
        'a = Add (x, c)\ny = Reshape (a, s)',
      ],
      ['float[2,3] x, float[1,2,1] c => float[2,3] y <int64[2] s = {2, 3}>', 'a = Add (x, c)\ny = Reshape (a, s)'],
    ],
    { rules: reshapeRules },
  );
});

describe('Transposes', () => {
  testEach(
    [
      [
        'float[2,3,4] x => float[4,2,3] y',
        'r = Transpose <perm = [1,0,2]> (x)\ny = Transpose <perm = [2,1,0]> (r)',
        'Transpose',
      ],
      [
        'float[2,3,4] x => float[2,3,4] y',
        'n = Neg (x)\nr = Transpose <perm = [1,2,0]> (n)\ny = Transpose <perm = [2,0,1]> (r)',
        'Neg',
      ],
      ['float[2,3] x => float[2,3] y', 'n = Neg (x)\nr = Transpose (n)\ny = Transpose (r)', 'Neg'],
      [
        'float[2,3,4,5] x => float[2,3] y',
        'r = Transpose <perm = [0,2,3,1]> (x)\ny = ReduceMean <axes = [1,2], keepdims = 0> (r)',
        'ReduceMean',
      ],
      [
        'float[2,3,4,5] x => float[3,2] y',
        'r = Transpose <perm = [2,1,3,0]> (x)\ny = ReduceMean <axes = [0,2], keepdims = 0> (r)',
      ],
    ],
    { rules: transposeRules },
  );
});

describe('Transposes across', () => {
  const T = 'Transpose <perm = [0,2,3,1]>';
  const B = 'Transpose <perm = [0,3,1,2]>';
  testEach(
    [
      ['float[1,2,3,4] x => float[1,2,3,4] y', `a = ${T} (x)\nb = Relu (a)\ny = ${B} (b)`, 'Relu'],
      [
        'float[1,2,3,4] x => float[1,2,3,4] y <float[2] c = {3, 5}, float one = {1}>',
        `a = ${T} (x)\nb = Mul (a, c)\nd = Add (b, one)\ny = ${B} (d)`,
        'Mul Add',
      ],
      [
        'float[1,2,3,4] x, float[1,2,3,4] z => float[1,4,3,4] y',
        `a = ${T} (x)\nb = ${T} (z)\nc = Concat <axis = 3> (a, b)\ny = ${B} (c)`,
        'Concat',
      ],
      // What is an output, and stands for another value too, keeps its name.
      [
        'float[3,6,1] x => float[2,2,8] y, float[2,2,8] z <int64[6] p = {0,2,-1,-1,0,2}>',
        `a = Pad (x, p)
         y = Transpose <perm = [0,2,1]> (a)
         b = Transpose <perm = [2,0,1]> (a)
         c = Relu (b)
         d = Mul (c, c)
         z = Transpose <perm = [1,0,2]> (d)`,
        'Transpose Pad Relu Mul',
      ],
      [
        'float[1,2,3,4] x, float[1,2,3,4] z => float[1,3,4,2] y',
        `a = ${T} (x)\nb = ${T} (z)\ny = Add (a, b)`,
        'Add Transpose',
      ],
      [
        'float[1,2,3,4] x => float[1,2,3,4] y <int64[8] p = {0,1,0,0,0,0,2,0}, int64[1] s = {1}, int64[1] e = {4}>',
        `a = ${T} (x)\nb = Pad (a, p)\nc = Slice (b, s, e, s)\nd = Softmax <axis = -1> (c)\ny = ${B} (d)`,
        'Pad Slice Softmax',
      ],
      [
        'float[1,4,3,2] x => float[1,2,3,2] y, float[1,2,3,2] z <int64[2] s = {2, 2}>',
        `a = ${T} (x)\nb, c = Split <axis = 3> (a, s)\ny = ${B} (b)\nz = ${B} (c)`,
        'Split',
      ],
      [
        'float[1,2,3,4] x => float[1,2,3,1] y',
        `a = ${T} (x)\nb = ReduceMax <axes = [2]> (a)\ny = ${B} (b)`,
        'ReduceMax',
      ],
      [
        'float[1,2,3,4] x => float[1,2,3,4] y <float[4,2] c = {1,2,3,4,5,6,7,8}>',
        `a = ${T} (x)\nb = Mul (a, c)\ny = ${B} (b)`,
        'Mul',
      ],
      [
        'float[2,3,4] x => float[2,5,4] y <float[3,5] w = {1,2,3,4,5,6,7,8,9,1,2,3,4,5,6}, float[5] b = {1,2,3,4,5}>',
        'a = Transpose <perm = [0,2,1]> (x)\nm = MatMul (a, w)\nc = Add (m, b)\ny = Transpose <perm = [0,2,1]> (c)',
        'MatMul Add',
      ],
      [
        'float[2,3,4] x, float[2,3,5] z => float[2,5,4] y',
        'a = Transpose <perm = [0,2,1]> (x)\nm = MatMul (a, z)\ny = Transpose <perm = [0,2,1]> (m)',
        'Transpose MatMul',
      ],
      // A branch that is read in the old order keeps one Transpose: nothing is won.
      [
        'float[1,2,3,4] x => float[1,2,3,4] y, float[1,3,4,2] b',
        `a = ${T} (x)\nb = Relu (a)\ny = ${B} (b)`,
        'Relu Transpose',
      ],
      [
        'float[1,2,3,4] x, float[1,3,4,2] z => float[1,2,3,4] y',
        `a = ${T} (x)\nb = Add (a, z)\ny = ${B} (b)`,
        'Transpose Add',
      ],
      // Two outputs are one value then: the node between them stands behind its maker.
      [
        'float[1,2,3,4] x => float[1,2,3,4] y, float[1,2,3,4] z',
        `a = ${T} (x)\nb = Relu (a)\nc = Add (b, b)\ny = ${B} (c)\nz = ${B} (c)`,
        'Relu Add Identity',
      ],
      // A residual: both ends read the middle.
      [
        'float[1,2,3,4] x => float[1,2,3,4] y',
        `a = ${T} (x)\nb = Relu (a)\nc = Sigmoid (b)\nd = Mul (b, c)\ny = ${B} (d)`,
        'Relu Sigmoid Mul',
      ],
      ['float[1,3,4,2] x => float[1,2,3,4] y, float[1,3,4,2] z', `z = Relu (x)\ny = ${B} (z)`],
      ['float[1,2,3,4] x, float[2,2] w => float[1,2,3,4] y', `a = ${T} (x)\nb = MatMul (a, w)\ny = ${B} (b)`],
      ['float[1,2,3,4] x, float[2] w => float[1,2,3,4] y', `a = ${T} (x)\nb = Mul (a, w)\ny = ${B} (b)`],
    ],
    { rules: transposeRegionRules },
  );
});
