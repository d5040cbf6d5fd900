import { expect, test } from 'vitest';
import { operatorNames } from '../../../../src/core/dialects/onnx/operators.ts';
import { closest } from '../../../../src/core/language/closest.ts';

test.each([
  ['Cnov', 'Conv'],
  ['relu', 'Relu'],
  ['MaxPol', 'MaxPool'],
  ['BatchNormalisation', 'BatchNormalization'],
  ['Sofmax', 'Softmax'],
  ['Frobnicate', undefined],
  ['', undefined],
])('%s was meant as %s', (wrong, meant) => {
  expect(closest(wrong, operatorNames(''))).toBe(meant);
});

test('a name is not its own nearest', () => {
  expect(closest('Add', ['Add'])).toBeUndefined();
});
