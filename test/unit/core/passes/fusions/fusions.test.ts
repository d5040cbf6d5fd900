import { describe, expect, test } from 'vitest';
import { erfGelu, swish, tanhGelu } from '../../../../../src/core/passes/fusions/activations.ts';
import { gemmAndSum, matmulAndSum } from '../../../../../src/core/passes/fusions/linear.ts';
import { becomes, missesOf, sameNumbers } from '../pattern/support.ts';

const gelu = (body: string, constants = 'float s = {1.41421356}, float one = {1}, float half = {0.5}') =>
  `g (float[2,5] x) => (float[2,5] y) <${constants}> { ${body} }`;

describe('erf-gelu', () => {
  test.each([
    'a = Div (x, s) b = Erf (a) c = Add (b, one) d = Mul (x, c) y = Mul (d, half)',
    'h = Mul (half, x) a = Div (x, s) b = Erf (a) c = Add (one, b) y = Mul (h, c)',
    'a = Div (x, s) b = Erf (a) c = Add (b, one) d = Mul (c, half) y = Mul (d, x)',
  ])('%s', async (body) => {
    expect(await sameNumbers(erfGelu, gelu(body))).toEqual(['y = Gelu (x)']);
  });

  test('not of another value, another constant, or at an opset without Gelu', () => {
    const body = 'a = Div (x, s) b = Erf (a) c = Add (b, one) d = Mul (x, c) y = Mul (d, half)';
    const near = gelu(body, 'float s = {1.414}, float one = {1}, float half = {0.5}');
    expect(missesOf(erfGelu, near, 'y')).toEqual([
      's, input 1 of Div, is 1.4140000343322754, the rule wants 1.4142135623730951',
    ]);
    const other = gelu('v = Neg (x) a = Div (v, s) b = Erf (a) c = Add (b, one) d = Mul (x, c) y = Mul (d, half)');
    expect(missesOf(erfGelu, other, 'y')[0]).toMatch(/is not v, which stands for `x` elsewhere|is not x, which/);
    const old = `<ir_version: 8, opset_import: ["" : 17]> ${gelu(body)}`;
    expect(becomes(erfGelu, old)).toHaveLength(5);
  });
});

test('tanh-gelu', async () => {
  const text = gelu(
    'p = Pow (x, three) q = Mul (k, p) r = Add (x, q) u = Mul (r, s) v = Tanh (u) w = Add (v, one) h = Mul (x, half) y = Mul (h, w)',
    'float s = {0.79788456}, float one = {1}, float half = {0.5}, float three = {3}, float k = {0.044715}',
  );
  expect(await sameNumbers(tanhGelu, text)).toEqual(['y = Gelu <approximate = "tanh"> (x)']);
  expect(becomes(tanhGelu, text.replace('0.044715', '0.0447'))).toHaveLength(8);
});

test('swish', () => {
  const text = (opset: number) =>
    `<ir_version: 10, opset_import: ["" : ${opset}]> g (float[2] x) => (float[2] y) { s = Sigmoid (x) y = Mul (s, x) }`;
  expect(becomes(swish, text(24))).toEqual(['y = Swish (x)']);
  expect(becomes(swish, text(23))).toHaveLength(2);
});

describe('product-and-sum', () => {
  const text = (x: string, b: string, more = '') =>
    `g (float${x} x, float${b} b) => (float y) <float[3,2] w = {1,2,3,4,5,6}> { t = MatMul (x, w) y = Add (b, t) ${more} }`;

  test.each(['[2]', '[1]', '[4,2]', '[1,2]', '[4,1]', ''])('a bias of %s', async (b) => {
    expect(await sameNumbers(matmulAndSum, text('[4,3]', b))).toEqual(['y = Gemm (x, w, b)']);
  });

  test.each([
    ['[5,4,3]', '[2]', '`x` has rank 3; the rule wants rank(x) == 2'],
    ['[3]', '[2]', '`x` has rank 1; the rule wants rank(x) == 2'],
    ['[1,3]', '[5,4,2]', 'broadcasts(b, t) does not hold; the rule wants broadcasts(b, t)'],
    ['[1,3]', '[4,2]', 'broadcasts(b, t) does not hold; the rule wants broadcasts(b, t)'],
    ['[n,3]', '[m,2]', 'whether b has the sizes of t is not known; the rule wants broadcasts(b, t)'],
  ])('not of x%s and b%s', (x, b, reason) => {
    expect(missesOf(matmulAndSum, text(x, b), 'y')).toEqual([reason]);
  });
});

test('gemm-and-sum', async () => {
  const text = (c: string) =>
    `g (float[3,4] x, float[2] b) => (float y) <float[3,2] w = {1,2,3,4,5,6}, float[2] c = {1, 2}> {
      t = Gemm <transA = 1, beta = 3.0> (x, w${c}) y = Add (b, t)
    }`;
  expect(await sameNumbers(gemmAndSum, text(''))).toEqual(['y = Gemm <transA = 1> (x, w, b)']);
  expect(missesOf(gemmAndSum, text(', c'), 'y')).toEqual(['Gemm has an input 2, which the rule does not take']);
});
