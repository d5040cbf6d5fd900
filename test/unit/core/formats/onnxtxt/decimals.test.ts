import { describe, expect, test } from 'vitest';
import {
  floatText,
  numberAt,
  numberEnd,
  readNumbers,
  skipNumbers,
} from '../../../../../src/core/formats/onnxtxt/decimals.ts';

describe('numberEnd', () => {
  test.each([
    ['12,', 2],
    ['-7 ', 2],
    ['1.', 2],
    ['1.5e-3x', 6],
    ['1E+2', 4],
    // Without digits it is no exponent.
    ['1e', 1],
    ['1e-', 1],
    ['-x', 0],
    ['.5', 0],
    ['', 0],
  ])('%j ends at %i', (text, end) => {
    expect(numberEnd(text, 0)).toBe(end);
  });
});

describe('numberAt', () => {
  test.each([
    '0',
    '-0',
    '1.',
    '3.0517578125e-05',
    '0.1',
    '123456789012345',
    '9007199254740993',
    '0.30000000000000004',
    '1e22',
    '1e23',
    '123456789012345e22',
    '4.9e-324',
    '1e400',
    '-2.2250738585072011e-308',
    '00012.50',
  ])('%s is what JavaScript reads', (text) => {
    expect(numberAt(`(${text})`, 1, 1 + text.length)).toBe(Number(text));
  });

  test('decimals of all lengths and exponents', () => {
    let state = 1;
    const random = () => {
      state = (state * 48271) % 2147483647;
      return state;
    };
    for (let k = 0; k < 2000; k++) {
      const digits = String(random()) + String(random());
      const text = `${digits.slice(0, 1 + (k % 18))}.${digits.slice(5, 5 + (random() % 12))}e${(random() % 60) - 30}`;
      expect(numberAt(text, 0, text.length), text).toBe(Number(text));
    }
  });
});

describe('readNumbers', () => {
  const read = (text: string, count: number, integers = false) => readNumbers(text, 0, text.length, count, integers);

  test('numbers with commas and space between', () => {
    expect(read(' 1,-2.5 ,\n3e1 ', 3)).toEqual([1, -2.5, 30]);
    expect(read('', 0)).toEqual([]);
  });

  test.each(['1, inf', '1 2', '1,,2', '1, # one\n 2', '"1"', '1x'])('%j is not numbers alone', (text) => {
    expect(read(text, 2)).toBeUndefined();
  });

  test('another count than was told', () => {
    expect(read('1, 2', 3)).toBeUndefined();
  });

  test('integers that are exact', () => {
    expect(read('-5, 123456789012345', 2, true)).toEqual([-5, 123456789012345]);
    expect(read('1.0', 1, true)).toBeUndefined();
    expect(read('1e2', 1, true)).toBeUndefined();
    expect(read('9223372036854775807', 1, true)).toBeUndefined();
  });
});

describe('skipNumbers', () => {
  test.each([
    ['1, 2, 3}', 2, 6],
    ['1, 2, nan}', 1, 3],
    ['1, }', 0, 0],
    ['1,2,-', 1, 2],
    ['1}', 0, 0],
  ])('%j: passes %i', (text, count, at) => {
    expect(skipNumbers(text, 0, text.length)).toEqual({ count, at });
  });

  test('nothing beyond the limit', () => {
    expect(skipNumbers('1, 2, 3', 0, 2)).toEqual({ count: 0, at: 0 });
  });
});

describe('floatText', () => {
  test.each([
    [0.1, '0.1'],
    [-0.5, '-0.5'],
    [1234.5, '1234.5'],
    [1 / 3, '0.33333334'],
    [0.000001, '0.000001'],
    [1e-7, '1e-7'],
    [3.4028234663852886e38, '3.4028235e+38'],
    [1.401298464324817e-45, '1.4013e-45'],
    [16777216.5, '16777216'],
    [999999.94, '999999.94'],
  ])('%d', (value, text) => {
    expect(floatText(Math.fround(value))).toBe(text);
  });

  test('no fewer digits give the same float', () => {
    const view = new DataView(new ArrayBuffer(4));
    for (let k = 0; k < 3000; k++) {
      view.setUint32(0, (k * 2654435761) >>> 0);
      const value = view.getFloat32(0);
      if (!Number.isFinite(value)) continue;
      const text = floatText(value);
      expect(Math.fround(Number(text)), text).toBe(value);
      const digits = text.replace(/e.*$|[-.]/g, '').replace(/^0+|0+$/g, '').length;
      if (digits > 6) expect(Math.fround(Number(value.toPrecision(digits - 1))), text).not.toBe(value);
    }
  });
});
