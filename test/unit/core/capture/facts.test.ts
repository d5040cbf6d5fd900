/** What conditions on the way tell of numbers. */
import { expect, test } from 'vitest';
import { Facts } from '../../../../src/core/capture/values/facts.ts';
import { ScalarValue } from '../../../../src/core/capture/values/scalars.ts';
import { SIZE_BOUNDS, UNBOUNDED } from '../../../../src/core/ir/bounds.ts';
import { Expression } from '../../../../src/core/ir/expression.ts';

const [n, m] = [Expression.symbol('n', SIZE_BOUNDS), Expression.symbol('m')];
const plus = (a: Expression, b: number) => a.plus(Expression.of(b));

/** Facts after `difference` compares so with 0, or does not. */
function assuming(comparison: string, difference: Expression, holds = true, facts = new Facts(true)): Facts {
  const condition = new ScalarValue('bool', Expression.symbol(`b${comparison}${difference}`));
  facts.note(condition, { comparison, difference });
  facts.assume(condition, holds);
  return facts;
}

test('an equality puts a number in the place of a symbol', () => {
  const facts = assuming('eq', plus(n, -3));
  expect(facts.shape([n, 4, n.plus(m)]).map(String)).toEqual(['3', '4', 'm + 3']);
  expect(facts.value(new ScalarValue('int', n))).toBe(3n);
  expect(assuming('ne', plus(n, -3), false).size(n)).toBe(3);
});

test('an equality of two symbols makes them one, with what is known of either', () => {
  const facts = assuming('eq', n.minus(m));
  expect(String(facts.size(n.minus(m)))).toBe('0');
  expect(assuming('eq', plus(m, -2), true, facts).shape([n, m])).toEqual([2, 2]);
});

test.each([
  ['lt', true, -4, { least: 1, most: 3 }],
  ['lt', false, -4, { least: 4, most: Number.POSITIVE_INFINITY }],
  ['gt', true, -4, { least: 5, most: Number.POSITIVE_INFINITY }],
  ['le', true, -4, { least: 1, most: 4 }],
  ['ne', true, -1, { least: 2, most: Number.POSITIVE_INFINITY }],
])('n %s is %s with n%i: bounds', (comparison, holds, offset, bounds) => {
  const size = assuming(comparison, plus(n, offset), holds).size(n);
  expect(size instanceof Expression && size.bounds).toEqual(bounds);
});

test('an upper bound of what is taken away is a lower one', () => {
  const size = assuming('ge', Expression.of(5).minus(m)).size(m);
  expect(size instanceof Expression && size.bounds).toEqual({ ...UNBOUNDED, most: 5 });
});

test('what is no single symbol is known as unequal alone', () => {
  const product = n.times(m);
  const facts = assuming('ne', product);
  expect([facts.areUnequal(product), facts.areUnequal(n)]).toEqual([true, false]);
});

test('a contrary, and what a way leaves behind', () => {
  const facts = new Facts(true);
  const [first, contrary] = ['p', 'q'].map((name) => new ScalarValue('bool', Expression.symbol(name)));
  if (!first || !contrary) return;
  facts.note(first, { comparison: 'eq', difference: plus(n, -3) });
  facts.note(contrary, { not: first });
  const known = facts.within(() => {
    facts.assume(contrary, false);
    expect([facts.value(first), facts.value(contrary)]).toEqual([true, false]);
    return facts.knowledge();
  });
  expect([facts.assumed, facts.size(n), known(n)]).toEqual([false, n, 3]);
});

test('nothing is noted where programs are not taken apart', () => {
  expect(assuming('eq', plus(n, -3), true, new Facts(false)).assumed).toBe(false);
});
