/** Functions of each element by numbers computed by hand. */
import { describe, expect, test } from 'vitest';
import { blob, gives, layer, refused, weights } from './support.ts';

const row = (...values: readonly number[]) => blob([1, values.length], values);
const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));

describe.each<[type: string, dialect: string, cases: readonly [string, readonly number[], readonly number[]][]]>([
  ['AbsVal', 'bvlc', [['', [-2, 3], [2, 3]]]],
  ['Abs', 'nart', [['', [-2, 3], [2, 3]]]],
  ['BNLL', 'bvlc', [['', [0, 100, -100], [Math.LN2, 100, 0]]]],
  ['Clip', 'bvlc', [['clip_param { min: -1 max: 2 }', [-3, 0.5, 3], [-1, 0.5, 2]]]],
  [
    'Dropout',
    'ncnn',
    [
      ['dropout_param { dropout_ratio: 0.25 }', [4], [4]],
      ['dropout_param { dropout_ratio: 0.25 scale_train: false }', [4], [3]],
    ],
  ],
  ['ELU', 'bvlc', [['elu_param { alpha: 2 }', [3, -1, 0], [3, 2 * (1 / Math.E - 1), 0]]]],
  [
    'Exp',
    'bvlc',
    [
      ['', [0, 1], [1, Math.E]],
      ['exp_param { base: 2 scale: 3 shift: 1 }', [1, -1], [16, 0.25]],
    ],
  ],
  ['HSigmoid', 'nart', [['', [-4, 0, 3, 1.5], [0, 0.5, 1, 0.75]]]],
  ['Hsigmoid', 'nart', [['', [-4, 0, 3], [0, 0.5, 1]]]],
  ['HSwish', 'nart', [['', [-4, 0, 1, 4], [0, 0, 4 / 6, 4]]]],
  ['Hswish', 'nart', [['', [1], [4 / 6]]]],
  [
    'Log',
    'bvlc',
    [
      ['', [1, Math.E], [0, 1]],
      ['log_param { base: 2 scale: 3 shift: 1 }', [1, 5], [2, 4]],
    ],
  ],
  ['Mish', 'yolo-upsample', [['', [0, 1], [0, Math.tanh(Math.log(1 + Math.E))]]]],
  [
    'Power',
    'bvlc',
    [
      ['power_param { power: 2 scale: 3 shift: 1 }', [1, -1], [16, 4]],
      // Not even no number counts where the scale or the power is 0.
      ['power_param { power: 2 scale: 0 shift: 3 }', [Number.NaN], [9]],
      ['power_param { power: 0 }', [0], [1]],
    ],
  ],
  ['Reciprocal', 'nart', [['', [4, -0.5], [0.25, -2]]]],
  [
    'ReLU',
    'bvlc',
    [
      ['', [-2, 3], [0, 3]],
      ['relu_param { negative_slope: 0.5 }', [-2, 3], [-1, 3]],
    ],
  ],
  ['ReLU', 'cambricon', [['relu_param { upper_limit: 6 negative_slope: 1 }', [-2, 3, 8], [-2, 3, 6]]]],
  ['ReLU3d', 'nart', [['relu3d_param { negative_slope: 0.5 }', [-2, 3], [-1, 3]]]],
  ['ReLU6', 'nart', [['', [-2, 3, 8], [0, 3, 6]]]],
  ['Scales', 'nart', [['scales_param { alpha: 2 beta: 1 }', [3], [7]]]],
  ['Sigmoid', 'bvlc', [['', [0, 2, -200], [0.5, sigmoid(2), 0]]]],
  ['Sqrt', 'cambricon', [['', [9, 2], [3, Math.SQRT2]]]],
  [
    'Swish',
    'bvlc',
    [
      ['', [2], [2 * sigmoid(2)]],
      ['swish_param { beta: 3 }', [2], [2 * sigmoid(6)]],
    ],
  ],
  ['TanH', 'bvlc', [['', [0, 1], [0, Math.tanh(1)]]]],
  [
    'Threshold',
    'bvlc',
    [
      ['', [-1, 0, 1], [0, 0, 1]],
      ['threshold_param { threshold: 2 }', [2, 3], [0, 1]],
    ],
  ],
])('%s in %s', (type, dialect, cases) => {
  test.each(cases)('%s', (parameters, given, expected) =>
    gives(layer(type, parameters), { x: row(...given) }, { y: row(...expected) }, dialect),
  );
});

describe('PReLU', () => {
  const x = blob([1, 2, 1, 2], [-1, 2, -1, 2]);

  test('a slope for each channel', () =>
    gives(layer('PReLU', weights(blob([2], [0.5, 0.25]))), { x }, { y: blob([1, 2, 1, 2], [-0.5, 2, -0.25, 2]) }));

  test('channel_shared: one for all', () =>
    gives(
      layer('PReLU', `prelu_param { channel_shared: true } ${weights(blob([1], [3]))}`),
      { x },
      { y: blob([1, 2, 1, 2], [-3, 2, -3, 2]) },
    ));

  test('as many slopes as there are no channels are refused', () =>
    expect(refused(layer('PReLU', weights(blob([3], [0.5]))), { x })).toContain(
      'its 3 slopes do not go with 2 channels',
    ));
});

describe('CReLU', () => {
  test('positive parts, then those of -x, along the channels', () =>
    gives(
      layer('CReLU', 'crelu_param { negative_slope: 0.5 }'),
      { x: blob([2, 2], [1, -2, 3, 4]) },
      { y: blob([2, 4], [1, -1, -0.5, 2, 3, 4, -1.5, -2]) },
      'cambricon',
    ));
});

test('a base that has no logarithm is refused', () =>
  expect(refused(layer('Exp', 'exp_param { base: 0 }'), { x: row(1) })).toBe(
    'layer y (Exp) is not run here: its base is 0',
  ));

test('a type that nobody has is refused', () =>
  expect(refused(layer('Nothing'), { x: row(1) })).toBe('layers of type Nothing are not run here'));
