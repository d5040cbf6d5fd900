import { expect, test } from 'vitest';
import { checkOnnx } from '../../../../../src/core/dialects/onnx/check.ts';
import { model } from '../../../text-model.ts';

/** What is told of one node that reads `x`. */
const told = (node: string, opset = 22) =>
  checkOnnx(
    model(`<ir_version: 10, opset_import: ["" : ${opset}]>
      g (float[1, 1, 4, 4] x, float[1, 1, 1, 1] w, int64[8] p) => (y) { ${node} }`),
  ).flatMap(({ severity, message, part }) => (severity === 'warning' ? [{ message, part }] : []));

test('a misspelt word is told with the nearest one', () => {
  expect(told('y = Conv <auto_pad = "SAME_UPER"> (x, w)')).toEqual([
    {
      message:
        'Conv does not know SAME_UPER for auto_pad (did you mean SAME_UPPER?): expected one of NOTSET, SAME_UPPER, ' +
        'SAME_LOWER, VALID.',
      part: { kind: 'attribute', name: 'auto_pad' },
    },
  ]);
});

test('a word that came later is told', () => {
  const wrapped = 'y = Pad <mode = "wrap"> (x, p)';
  expect(told(wrapped, 18).map(({ message }) => message)).toEqual([
    'Pad does not know wrap for mode: expected one of constant, reflect, edge.',
  ]);
  expect(told(wrapped, 19)).toEqual([]);
});

test('a number without a meaning is told, a flag that is not 1 is not', () => {
  expect(told('y = ArgMax <keepdims = 2> (x)')).toEqual([]);
  expect(told('y = LpNormalization <p = 3> (x)').map(({ message }) => message)).toEqual([
    'LpNormalization does not know 3 for p: expected one of 1 (L1), 2 (L2).',
  ]);
});

test('what is in order is not told', () => {
  expect(told('y = Conv <auto_pad = "VALID"> (x, w)')).toEqual([]);
  expect(told('y = Einsum <equation = "abij,cdkl->ai"> (x, w)')).toEqual([]);
});
