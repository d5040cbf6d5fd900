/** Comparisons, choices and places where numbers are equal: the same as onnxruntime's on every backend. */
import { describe, expect, test } from 'vitest';
import { CAFFE_BACKENDS } from '../../../../../src/core/targets/caffe-backends.ts';
import { problemsOf, runsTheSame } from './support.ts';

/** `r` and `s` have many equal numbers, 0 among them. */
const GIVEN = 'float[1,12,3,4] x | float zero = {0}, float one = {1} => r = Relu (x) s = Sign (x)';
const CASES = {
  'the first of equals': `${GIVEN} a = ArgMax <axis = 1> (s) y = Cast <to = 1> (a)`,
  'the last of equals': `${GIVEN} a = ArgMax <axis = 1, select_last_index = 1> (s) y = Cast <to = 1> (a)`,
  'the first of the lowest': `${GIVEN} a = ArgMin <axis = 3, keepdims = 0> (r) y = Cast <to = 1> (a)`,
  'above and not below': `${GIVEN} a = Greater (r, zero) b = GreaterOrEqual (r, zero) y = Cast <to = 1> (a) y1 = Cast <to = 1> (b)`,
  'below, and not above': `${GIVEN} a = Less (s, r) b = LessOrEqual (s, r) y = Cast <to = 1> (a) y1 = Cast <to = 1> (b)`,
  equal: `${GIVEN} a = Equal (s, one) b = Not (a) y = Cast <to = 1> (b)`,
  'truths together': `${GIVEN} a = Greater (x, zero) b = Less (x, one) c = And (a, b) d = Xor (a, b) e = Or (c, d) y = Cast <to = 1> (c) y1 = Cast <to = 1> (d) y2 = Cast <to = 1> (e)`,
  'what is near the threshold':
    'float[1,4,3,4] x | float tiny = {1e-30} => t = Mul (x, tiny) a = Greater (t, tiny) y = Cast <to = 1> (a)',
  'a rectifier with a threshold': `${GIVEN} y = ThresholdedRelu <alpha = 0.25> (x) y1 = ThresholdedRelu <alpha = -0.5> (x)`,
  'choices and constants': `${GIVEN} c = Greater (x, zero) y = Where (c, one, x) y1 = Where (c, r, zero) y2 = Where (c, zero, one)`,
} as const;

describe.each(CAFFE_BACKENDS.map(({ id }) => id))('caffe:%s', (backend) => {
  test.each(Object.entries(CASES))('%s', async (_name, graph) => {
    await runsTheSame(graph, backend);
  });
});

const codes = (graph: string, backend = 'ncnn') =>
  problemsOf(graph, backend).map(({ code, severity }) => [code, severity]);

test('where(x > 0, x, 0) is a ReLU, and the user is told that NaN is not the same', async () => {
  const graph = 'float[1,3,4,4] x | float zero = {0} => g = Greater (x, zero) y = Where (g, x, zero)';
  expect((await runsTheSame(graph, 'ncnn')).layers).toEqual(['ReLU']);
  expect(codes(graph)).toEqual([['nan-differs', 'information']]);
  expect(problemsOf(graph, 'ncnn')[0]?.message).toContain('it becomes 0, here it stays');
});

test('what may be infinite where it is not chosen is nearly the same', () => {
  const graph = (of: string) =>
    `float[1,4] x | float zero = {0} => g = Greater (x, zero) v = ${of} (x) y = Where (g, v, x)`;
  expect(codes(graph('Log'), 'bvlc')).toEqual([['inexact', 'error']]);
  expect(codes(graph('Tanh'), 'bvlc')).toEqual([]);
});

test('a choice of minus infinity, as masks have it, is refused', () => {
  const graph = 'float[1,4] x | float zero = {0}, float low = {-inf} => g = Greater (x, zero) y = Where (g, x, low)';
  expect(problemsOf(graph, 'bvlc')[0]?.message).toContain('a choice that is infinite');
});

test('integers are held where they are places, and refused where they count', () => {
  expect(codes('float[1,3] x => y = Cast <to = 7> (x)')).toEqual([['dtype-not-taken', 'error']]);
  expect(codes('float[1,3] x => a = ArgMax <axis = 1> (x) y = Add (a, a)', 'bvlc')).toEqual([
    ['dtype-not-taken', 'error'],
  ]);
});
