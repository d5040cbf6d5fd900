import { expect, test } from 'vitest';
import { readOnnxText } from '../../../../../src/core/formats/onnxtxt/read.ts';
import { MemoryBytes } from '../../../../../src/core/ir/bytes.ts';

test('a file of text is read; one that is no text, or too long, is refused', () => {
  const bytes = (text: string) => new MemoryBytes('m.onnxtxt', new TextEncoder().encode(text));
  const found = readOnnxText(bytes('\ufeffg ("ü") => (y) { y = Relu ("ü") }'));
  expect(found.graph.inputs[0]?.name).toBe('ü');
  expect(() => readOnnxText(new MemoryBytes('m', Uint8Array.of(0x67, 0xff)))).toThrow('the text is not in UTF-8');
  const long = { name: 'm', size: 2 ** 40, read: () => new Uint8Array(0) };
  expect(() => readOnnxText(long)).toThrow(expect.objectContaining({ code: 'file-too-large' }));
});
