import { expect, test } from 'vitest';
import { editDistance, nearestName } from '../../../../../src/core/dialects/onnx/spelling.ts';

const OPERATORS = ['Relu', 'LeakyRelu', 'BatchNormalization', 'Conv', 'ConvTranspose', 'Cos', 'Cosh', 'MatMul'];

test.each([
  ['Reluu', 'Relu'],
  ['relu', 'Relu'],
  ['batch_normalization', 'BatchNormalization'],
  ['BatchNormalisation', 'BatchNormalization'],
  ['Covn', 'Conv'],
  ['Matmull', 'MatMul'],
  ['Cosz', 'Cos'],
  ['Frobnicate', undefined],
  ['X', undefined],
  ['Co', undefined],
  ['conv_transpose', 'ConvTranspose'],
])('%s: %s', (misspelt, meant) => {
  expect(nearestName(misspelt, OPERATORS)).toBe(meant);
});

test('changes are counted: letters put in, left out, replaced, swapped', () => {
  expect(editDistance('kernel_shape', 'kernel_shape')).toBe(0);
  expect(editDistance('alhpa', 'alpha')).toBe(1);
  expect(editDistance('kitten', 'sitting')).toBe(3);
  expect(editDistance('', 'abc')).toBe(3);
});

test('counting ends early where there are more changes than asked for, swaps at the end included', () => {
  expect(editDistance('abcdefgh', 'stuvwxyz', 2)).toBe(3);
  expect(editDistance('abcdef', 'abcdfe', 1)).toBe(1);
  expect(editDistance('ba', 'ab', 1)).toBe(1);
});
