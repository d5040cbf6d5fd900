import { describe } from 'vitest';
import { pickRules } from '../../../../../src/core/passes/simplify/picks.ts';
import { reshapeRules } from '../../../../../src/core/passes/simplify/reshapes.ts';
import { testEach } from './simplifying.ts';

const INTS =
  'int64[1] zero = {0}, int64[1] one = {1}, int64[1] two = {2}, int64[1] m1 = {-1}, int64[1] max = {9223372036854775807}, int64 k = {1}';

describe('single elements of an axis', () => {
  testEach(
    [
      [`float[2,3,4] x => float[2,4] y <${INTS}>`, 'a = Slice (x, one, two, one)\ny = Squeeze (a, one)', 'Gather'],
      [`float[2,3,4] x => float[2,4] y <${INTS}>`, 'a = Slice (x, m1, max, one)\ny = Squeeze (a, one)', 'Gather'],
      [`float[n,3,4] x => float[n,4] y <${INTS}>`, 'a = Gather <axis = 1> (x, two)\ny = Squeeze (a, one)', 'Gather'],
      [`float[2,3,4] x => float[2,1,4] y <${INTS}>`, 'a = Gather <axis = 1> (x, k)\ny = Unsqueeze (a, one)', 'Gather'],
      [
        'float[3,2,4] x => float[2,4] y, float[2,4] z <int64[1] zero = {0}>',
        'a, b, c = Split <axis = 0> (x)\ny = Squeeze (a, zero)\nz = Squeeze (c, zero)',
        'Gather Gather',
      ],
      [`float[1,3,4] x => float[1,4] y <${INTS}>`, 'a = Slice (x, one, two, one)\ny = Squeeze (a, one)', 'Gather'],
      [
        `float[1,3,4] x => float[1,4] y, float[1,1,4] a <${INTS}>`,
        'a = Slice (x, one, two, one)\ny = Squeeze (a, one)',
      ],
      [`float[1,3,4] x => float[1,4] y <${INTS}>`, 'a = Slice (x, one, two, one)\ny = Squeeze (a, zero)'],
      [`float[2,3,4] x => float[2,4,1] y <${INTS}>`, 'a = Gather <axis = 1> (x, k)\ny = Unsqueeze (a, two)'],
      [
        'float[3,2,4] x => float[1,2,4] a, float[2,4] z <int64[1] zero = {0}>',
        'a, b, c = Split <axis = 0> (x)\nz = Squeeze (c, zero)',
      ],
    ],
    { rules: pickRules },
  );
});

describe('elements whose axis goes with a change of the shape', () => {
  const nodes =
    'a, b = Split <axis = 0> (x)\nc = Squeeze (a, k)\nd = Squeeze (b, k)\ny = Reshape (c, s)\nz = Reshape (d, s)';
  const text = 'float[2,3,4] x => float[4,3] y, float[4,3] z <int64[1] k = {0}, int64[2] s = {4, 3}>';
  testEach([[text, nodes]], { rules: pickRules });
  testEach([[text, nodes, 'Split Reshape Reshape']], { rules: [...pickRules, ...reshapeRules] });
});

describe('every element in its order', () => {
  testEach(
    [
      ['float[3,2] x => float[1,3,1,2] y <int64[1,3,1] i = {0, 1, -1}>', 'y = Gather (x, i)', 'Reshape'],
      ['float[3,2] x => float[1,3,2] y <int64[1,3] i = {0, 2, 1}>', 'y = Gather (x, i)'],
      ['float[4,2] x => float[1,3,2] y <int64[1,3] i = {0, 1, 2}>', 'y = Gather (x, i)'],
    ],
    { rules: pickRules },
  );
});

describe('values stacked along a new axis', () => {
  testEach(
    [
      [
        'float[2,3] x, float[2,3] z => float[2,2,3] y <int64[1] k = {1}>',
        'a = Unsqueeze (x, k)\nb = Unsqueeze (z, k)\ny = Concat <axis = 1> (a, b)',
        'Concat Reshape',
      ],
      [
        'float[n,3] x, float[n,3] z => float[2,n,3] y <int64[1] k = {0}>',
        'a = Unsqueeze (x, k)\nb = Unsqueeze (z, k)\ny = Concat <axis = 0> (a, b)',
        'Concat Reshape',
      ],
      [
        'float[2,3] x, float[2,3] z => float[2,3,2] y <int64[1] k = {-1}>',
        'a = Unsqueeze (x, k)\nb = Unsqueeze (z, k)\ny = Concat <axis = 2> (a, b)',
      ],
      [
        'float[2,3] x, float[2,2,3] z => float[2,3,3] y <int64[1] k = {1}>',
        'a = Unsqueeze (x, k)\ny = Concat <axis = 1> (a, z)',
      ],
    ],
    { rules: pickRules },
  );
});
