import { expect, test } from 'vitest';
import { parseJson } from '../../../../../src/core/formats/torch/json.ts';
import { errorOf } from './build.ts';

const parse = (text: string) => parseJson(text, { file: 'a.pt2', inside: 'models/model.json' });

test('integers of any size stay exact', () => {
  expect(parse('[9223372036854775807, -9223372036854775808, 0, 1e3, 1.0, -0.5]')).toEqual([
    9223372036854775807n,
    -9223372036854775808n,
    0n,
    1000,
    1,
    -0.5,
  ]);
});

test.each(['{"a": [true, false, null], "b": {"c": ""}}', '"\\u00e9\\n\\"\\\\ \\ud83d\\ude00 naïve"', ' [ ] ', '{}'])(
  '%s reads as JSON.parse reads it',
  (text) => {
    expect(parse(text)).toEqual(JSON.parse(text));
  },
);

test('the numbers that Python adds to JSON', () => {
  expect(parse('[NaN, Infinity, -Infinity]')).toEqual([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]);
});

test('a field called __proto__ is a field', () => {
  const value = parse('{"__proto__": {"polluted": true}}');
  expect(Object.keys(value as object)).toEqual(['__proto__']);
  expect('polluted' in (value as object)).toBe(false);
});

test.each([
  ['', 0],
  ['[1, 2', 5],
  ['[1, ]', 4],
  ['{"a" 1}', 5],
  ['{a: 1}', 1],
  ['"abc', 4],
  ['"\\', 3],
  ['"\\q"', 4],
  ['[1] 2', 4],
  ['01', 1],
  ['+1', 0],
  ['[1', 2],
])('%j is damaged, at %i', (text, offset) => {
  const error = errorOf(() => parse(text));
  expect([error.code, error.place]).toEqual(['file-malformed', { file: 'a.pt2', inside: 'models/model.json', offset }]);
});

test('deep or long input is refused, not a crash', () => {
  expect(errorOf(() => parse('['.repeat(100_000))).message).toContain('nested');
  expect(errorOf(() => parse('{"a":'.repeat(100_000))).message).toContain('nested');
  expect(errorOf(() => parse('1'.repeat(1_000_000))).message).toContain('digits');
});
