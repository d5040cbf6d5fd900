import { expect, test } from 'vitest';
import { parseDim } from '../../../../../src/core/formats/torch/symbolic.ts';

test.each([
  ["Symbol('s0', positive=True, integer=True)", 's0'],
  ["Mul(Integer(2), Symbol('s0', integer=True))", '2*s0'],
  ["Add(FloorDiv(Add(Symbol('s0'), Integer(-3)), Integer(2)), Integer(1))", 'floordiv(s0 + 1, 2) - 1'],
  ["Max(Symbol('s0'), Symbol('s1'))", 'max(s0, s1)'],
  ["Pow(Symbol('s0'), Integer(2))", 's0*s0'],
  ['2*s0 + 1', '2*s0 + 1'],
  ['((s0//2))*s1 - Mod(s0, 3)', 'floordiv(s0, 2)*s1 + 3*floordiv(s0, 3) - s0'],
  ['Integer(4)', '4'],
  ['64', '64'],
])('%s', (text, expected) => {
  expect(String(parseDim(text))).toBe(expected);
});

test.each(['TruncToInt(s0)', 's0 +', "Pow(Symbol('s0'), Integer(-1))", 's0 / 2', 'f"x"', '(s0 + s1)**9'])(
  '%s is unknown',
  (text) => {
    expect(parseDim(text)).toBeUndefined();
  },
);

test('a product of many sums is unknown, not endless', () => {
  expect(parseDim(Array.from({ length: 40 }, (_, k) => `(a${k} + b${k})`).join('*'))).toBeUndefined();
});
