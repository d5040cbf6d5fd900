import { expect, test } from 'vitest';
import { packBits, unpackBits } from '../../../../src/core/ir/packing.ts';

// The bytes are those that numpy_helper of onnx 1.23.1 packs.
test('elements of 6 bits lie one behind the other', () => {
  expect(packBits(Uint8Array.of(8, 8, 8, 8, 8), 6)).toEqual(Uint8Array.of(0x08, 0x82, 0x20, 0x08));
  expect(unpackBits(Uint8Array.of(0x08, 0x82, 0x20, 0x08), 6, 5)).toEqual(Uint8Array.of(8, 8, 8, 8, 8));
});

test.each([2, 4, 6])('elements of %i bits come back', (bits) => {
  const elements = Uint8Array.from({ length: 21 }, (_, k) => (k * 29) & ((1 << bits) - 1));
  const packed = packBits(elements, bits);
  expect(packed.length).toBe(Math.ceil((21 * bits) / 8));
  expect(unpackBits(packed, bits, 21)).toEqual(elements);
});

test('bits beyond the width are left out', () => {
  expect(packBits(Uint8Array.of(0xff, 0), 4)).toEqual(Uint8Array.of(0x0f));
});
