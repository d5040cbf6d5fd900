import { expect, test } from 'vitest';
import { DocumentText, type TextEdit } from '../../../../src/core/language/text.ts';
import { randomNumbers } from './random.ts';

const at = (line: number, character: number) => ({ line, character });

test('finds offsets and positions, and keeps what lies outside within the text', () => {
  const text = new DocumentText('ab\r\ncd\n\nx');
  expect(text.lineCount).toBe(4);
  expect(text.offsetAt(at(1, 1))).toBe(5);
  expect(text.positionAt(5)).toEqual(at(1, 1));
  expect(text.offsetAt(at(0, 99))).toBe(2);
  expect(text.offsetAt(at(99, 0))).toBe(9);
  expect(text.offsetAt(at(-1, Number.NaN))).toBe(0);
  expect(text.positionAt(99)).toEqual(at(3, 1));
});

test('an edit replaces a range and tells which', () => {
  const text = new DocumentText('one\ntwo\nthree');
  const splice = text.apply({ range: { start: at(0, 2), end: at(1, 1) }, text: 'X\nY\nZ' });
  expect(text.text).toBe('onX\nY\nZwo\nthree');
  expect(splice).toEqual({ start: 2, end: 5, length: 5 });
  expect(text.positionAt(text.text.indexOf('three'))).toEqual(at(3, 0));
});

test('after any edits the lines are those of a fresh text', () => {
  const random = randomNumbers();
  const text = new DocumentText('a\nbc\n\nd');
  for (let k = 0; k < 300; k++) {
    const position = () => text.positionAt(random.below(text.length + 1));
    const pieces = ['', '\n', 'x', 'yy\nz', '\r\n'];
    const edit: TextEdit = { range: { start: position(), end: position() }, text: random.pick(pieces) };
    text.apply(edit);
    const fresh = new DocumentText(text.text);
    for (let offset = 0; offset <= text.length; offset++) {
      expect(text.positionAt(offset), random.hint).toEqual(fresh.positionAt(offset));
    }
  }
});
