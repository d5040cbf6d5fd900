import { expect, test } from 'vitest';
import { parseDim } from '../../../../src/core/formats/torch/symbolic.ts';
import { SIZE_BOUNDS } from '../../../../src/core/ir/bounds.ts';
import { type Algebra, Expression } from '../../../../src/core/ir/expression.ts';
import {
  add,
  atMost,
  ceilDivide,
  type Dim,
  exactQuotient,
  floorDivide,
  maximum,
  minimum,
  modulo,
  multiply,
  sameDim,
  subtract,
} from '../../../../src/core/ir/shape.ts';

const [h, w, n] = ['h', 'w', 'n'].map((name): Dim => Expression.symbol(name, SIZE_BOUNDS));
const plus = (a: Dim, b: number) => subtract(a, -b);

test.each([
  ['whole multiples stand outside of a quotient', floorDivide(plus(multiply(2, h), 3), 2), 'h + 1'],
  ['a pooling of 2 by 2', plus(floorDivide(plus(h, -2), 2), 1), 'floordiv(h, 2)'],
  ['quotients of quotients', floorDivide(plus(floorDivide(plus(h, 1), 2), 1), 2), 'floordiv(h + 3, 4)'],
  ['a shared factor', floorDivide(plus(multiply(2, h), 1), 4), 'floordiv(h, 2)'],
  ['a shared symbol', floorDivide(multiply(h, n), multiply(2, n)), 'floordiv(h, 2)'],
  ['rounding up', ceilDivide(h, 7), 'floordiv(h + 6, 7)'],
  ['rounding up, said otherwise', multiply(-1, floorDivide(multiply(-1, h), 7)), 'floordiv(h + 6, 7)'],
  ['a remainder', modulo(plus(multiply(4, h), 9), 4), '1'],
  ['padding to whole windows', exactQuotient(add(h, modulo(multiply(-1, h), 7)), 7), 'floordiv(h + 6, 7)'],
  [
    'a product by one of its factors',
    exactQuotient(multiply(n, multiply(plus(h, -2), plus(w, 2))), plus(h, -2)),
    '2*n + n*w',
  ],
  ['no whole quotient', exactQuotient(h, 2), 'undefined'],
  ['a quotient of less is less', minimum(floorDivide(h, 2), floorDivide(plus(h, 1), 2)), 'floordiv(h, 2)'],
  ['a size is at least 1', minimum(h, 1), '1'],
  ['and at least 0 when halved', maximum(floorDivide(h, 2), 0), 'floordiv(h, 2)'],
])('%s', (_, dim, expected) => {
  expect(String(dim)).toBe(expected);
});

test.each([
  [h, 0, false],
  [h, 1, undefined],
  [plus(h, 1), 1, false],
  [plus(h, 1), h, false],
  [h, w, undefined],
])('%s and %s: the same %s', (a, b, expected) => {
  expect(sameDim(a, b)).toBe(expected);
});

test.each([
  [1, h, true],
  [h, 0, false],
  [h, plus(h, 2), true],
  [h, w, undefined],
  [plus(multiply(h, w), 1), 2, undefined],
])('%s at most %s: %s', (a, b, expected) => {
  expect(atMost(a, b)).toBe(expected);
});

/** The numbers of an expression where its symbols have numbers. */
const numbers = (values: Readonly<Record<string, number>>): Algebra<number> => ({
  number: (value) => value,
  symbol: (name) => values[name] ?? Number.NaN,
  plus: (a, b) => a + b,
  times: (a, b) => a * b,
  apply: (fn, a, b) => {
    if (fn === 'min') return Math.min(a, b);
    if (fn === 'max') return Math.max(a, b);
    return fn === 'floordiv' ? Math.floor(a / b) : a - b * Math.floor(a / b);
  },
});

test('simplifying changes no number', () => {
  let seed = 1;
  const random = (below: number) => {
    seed = (seed * 48271) % 2147483647;
    return seed % below;
  };
  const text = (depth: number): string => {
    const kind = random(depth > 3 ? 2 : 8);
    if (kind === 0) return String(random(9) - 4);
    if (kind === 1) return random(2) ? 'h' : 'w';
    const [a, b] = [text(depth + 1), text(depth + 1)];
    if (kind < 4) return `(${a} + ${b})`;
    if (kind === 4) return `(${a} * ${b})`;
    if (kind === 5) return `FloorDiv(${a}, ${random(7) + 1})`;
    return kind === 6 ? `Mod(${a}, ${random(7) + 1})` : `${random(2) ? 'Max' : 'Min'}(${a}, ${b})`;
  };
  const evaluate = (source: string, values: Readonly<Record<string, number>>): number => {
    const functions = {
      FloorDiv: (a: number, b: number) => Math.floor(a / b),
      Mod: (a: number, b: number) => a - b * Math.floor(a / b),
      Max: Math.max,
      Min: Math.min,
    };
    const names = [...Object.keys(functions), 'h', 'w'];
    return new Function(...names, `return ${source};`)(...Object.values(functions), values.h, values.w);
  };
  for (let k = 0; k < 3000; k++) {
    const source = text(0);
    const dim = parseDim(source);
    if (dim === undefined) continue;
    const bound = Expression.of(dim).substitute(
      new Map([
        ['h', Expression.symbol('h', SIZE_BOUNDS)],
        ['w', Expression.symbol('w', SIZE_BOUNDS)],
      ]),
    );
    const { least, most } = bound.bounds;
    for (const values of [
      { h: 1, w: 1 },
      { h: 5, w: 2 },
      { h: 28, w: 13 },
      { h: 3, w: 224 },
    ]) {
      const expected = evaluate(source, values) + 0;
      expect([source, bound.evaluate(numbers(values)) + 0]).toEqual([source, expected]);
      expect(least <= expected && expected <= most).toBe(true);
    }
  }
});
