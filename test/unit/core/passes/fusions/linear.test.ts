import { describe, expect, test } from 'vitest';
import { gemmAndSum, matmulAndSum } from '../../../../../src/core/passes/fusions/linear.ts';
import { missesOf, sameNumbers } from '../pattern/support.ts';

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
