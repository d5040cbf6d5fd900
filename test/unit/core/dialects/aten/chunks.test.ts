/** Into how many pieces `chunk` cuts an axis whose size lies in a range. */
import { expect, test } from 'vitest';
import { UndecidedSize } from '../../../../../src/core/dialects/aten/rule.ts';
import { chunksOf } from '../../../../../src/core/dialects/aten/view-geometry.ts';
import { Expression } from '../../../../../src/core/ir/expression.ts';
import type { Dim } from '../../../../../src/core/ir/shape.ts';
import { captured, forward } from '../../capture/support.ts';

const among = (least: number, most: number) => Expression.symbol('n', { least, most });
const at = (size: Dim, n: number) =>
  size instanceof Expression ? size.substitute(new Map([['n', n]])).simplified() : size;
const range = (least: number, most: number) => Array.from({ length: most - least + 1 }, (_, k) => least + k);

/** As PyTorch cuts: pieces of one size until nothing is left. */
function pieces(n: number, chunks: number): number[] {
  const size = Math.ceil(n / chunks);
  return range(0, Math.ceil(n / size) - 1).map((k) => Math.min(size, n - k * size));
}

test('pieces of a range are those of each size in it, or their number is said to depend on it', () => {
  for (const chunks of range(1, 7)) {
    for (const least of range(1, 40)) {
      for (const most of [least, least + 1, least + 3, 60, Number.POSITIVE_INFINITY]) {
        if (most < least) continue;
        const sizes = range(least, Math.min(most, 80));
        const counts = new Set(sizes.map((n) => pieces(n, chunks).length));
        const title = `${chunks} chunks of ${least} to ${most}`;
        if (counts.size > 1) {
          expect(() => chunksOf(among(least, most), chunks), title).toThrow(UndecidedSize);
          continue;
        }
        const found = chunksOf(among(least, most), chunks);
        for (const n of sizes)
          expect([title, n, found.map((size) => at(size, n))]).toEqual([title, n, pieces(n, chunks)]);
      }
    }
  }
});

test('a program that takes the pieces apart says how many it wants', () => {
  const found = chunksOf(among(1, 9), 3, 3);
  for (const n of [3, 5, 6, 7, 8, 9]) expect(found.map((size) => at(size, n))).toEqual(pieces(n, 3));
});

test('more chunks than can be counted through are refused, unless their number is wanted', () => {
  expect(() => chunksOf(among(1, Number.POSITIVE_INFINITY), 65)).toThrow(UndecidedSize);
  expect(chunksOf(among(1, Number.POSITIVE_INFINITY), 65, 65)).toHaveLength(65);
});

test('the refusal tells the numbers that are possible', () => {
  const inputs = [{ key: 0, dtype: 'float32', shape: [Expression.symbol('n')] }] as const;
  const messages = (body: string) =>
    captured({ code: forward('x: Tensor', body) }, { inputs }).problems.map(({ message }) => message);
  const anything = among(1, Number.POSITIVE_INFINITY);
  expect(() => chunksOf(anything, 3)).toThrow(/how many pieces 3 chunks of .* are depends on it: 1, 2 or 3$/);
  expect(() => chunksOf(anything, 9)).toThrow('depends on it: 1 to 9');
  // Programs take them as a list, but for what may have no elements, of which PyTorch makes one piece.
  expect(messages('return torch.cat(torch.chunk(x, 3), 0)')).toEqual([]);
  expect(messages('return torch.cat(torch.chunk(torch.nonzero(x), 3), 0)')).toEqual([
    expect.stringContaining('The shape that aten::chunk needs is not known: the number of pieces of '),
  ]);
  expect(messages('a, b, c = torch.chunk(x, 3)\nreturn torch.cat([a, b, c], 0)')).toEqual([]);
});
