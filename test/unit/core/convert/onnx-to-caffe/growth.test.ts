/** Products of many elements by parts, and what grows or falls without bound: exactly where layers do, else refused with that reason. */
import { expect, test } from 'vitest';
import { Tensor } from '../../../../../src/core/ir/tensor.ts';
import { runCaffe } from '../../../../../src/core/runtime/caffe/run.ts';
import { caffeBackend } from '../../../../../src/core/targets/caffe-backends.ts';
import { modelOf, runsTheSame, toCaffe } from './support.ts';

test.each([
  ['matrices', 'float[1,9,120,140] x, float[1,9,140,110] x1'],
  ['rows of one', 'float[260,250] x, float[250,260] x1'],
])('16 million products at most are one blob: %s', async (_, operands) => {
  const { layers } = await runsTheSame(`${operands} => y = MatMul (x, x1)`, 'mnn');
  const products = layers.filter((type) => type === 'Eltwise');
  expect(products.length).toBe(2);
});

test('too many parts are refused', () => {
  const { problems } = toCaffe(
    modelOf('float[1,2000,400,30] x, float[1,2000,30,400] x1 => y = MatMul (x, x1)'),
    caffeBackend('mnn'),
  );
  expect(problems.map(({ message }) => message)).toEqual([expect.stringContaining('too many to be made one by one')]);
});

test('OpenVINO has no Exp: it is the quotient of two Sigmoids, wherever single precision has the result', () => {
  const { model, problems } = toCaffe(modelOf('float[1,9] x => y = Exp (x)'), caffeBackend('openvino'));
  expect(problems).toEqual([]);
  const given = [-Infinity, -87, -20, -1, 0, 1, 20, 88, Infinity];
  const found = runCaffe(model, new Map([['x', Tensor.of('float32', [1, 9], given)]]), 'openvino').get('y');
  for (const [k, value] of (found?.numbers() ?? []).entries()) {
    const expected = Math.exp(given[k] ?? 0);
    if (Number.isFinite(expected)) expect(Math.abs(value - expected)).toBeLessThanOrEqual(4e-6 * expected);
    else expect(value).toBe(expected);
  }
});

test.each([
  ['mnn', 'Exp', 'grow faster than powers'],
  ['tengine', 'Exp', 'grow faster than powers'],
  ['mnn', 'Log', 'numbers near 0'],
  ['tengine', 'Log', 'numbers near 0'],
])('%s, %s: why not', (backend, operator, reason) => {
  const { problems } = toCaffe(modelOf(`float[1,3] x => y = ${operator} (x)`), caffeBackend(backend));
  expect(problems.map(({ message }) => message)).toEqual([expect.stringContaining(reason)]);
});
