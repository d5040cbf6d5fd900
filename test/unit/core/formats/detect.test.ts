import { expect, test } from 'vitest';
import { detectFormat } from '../../../../src/core/formats/detect.ts';
import { encodeOnnx } from '../../../../src/core/formats/onnx/write.ts';
import { MemoryBytes } from '../../../../src/core/ir/bytes.ts';
import { InputError } from '../../../../src/core/ir/errors.ts';
import { model } from '../../text-model.ts';

const ascii = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));

/** What the bytes are said to be: a format, or the code and message of the error. */
function detected(bytes: Uint8Array | string): string {
  try {
    return detectFormat(new MemoryBytes('file', typeof bytes === 'string' ? ascii(bytes) : bytes));
  } catch (error) {
    if (error instanceof InputError) return `${error.code}: ${error.message}`;
    throw error;
  }
}

test('formats are known by their content', () => {
  const onnx = encodeOnnx(model('g (float x) => (y) { y = Relu (x) }'));
  expect(detected(onnx)).toBe('onnx');
  expect(detected(onnx.subarray(0, 5))).toBe('onnx');
  expect(detected('PK\x03\x04....')).toBe('torch');
  expect(detected('\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19.')).toBe('torch');
  expect(detected(`${'\0'.repeat(257).replace(/^./, 'x')}ustar`)).toBe('torch');
  expect(detected('<\n ir_version: 8 >')).toBe('onnxtxt');
  expect(detected('# a graph\n\ng (float[2] x) => (y) {}')).toBe('onnxtxt');
  expect(detected('"a b" () => (y) {}')).toBe('onnxtxt');
  expect(detected('# net\nname: "LeNet"\nlayer {\n  name: "a"\n}')).toBe('prototxt');
  expect(detected('input: "data"\ninput_dim: 1')).toBe('prototxt');
  expect(detected('layers { type: DATA }')).toBe('prototxt');
  // A name, then a layer: the field numbers of the present format and of the first ones.
  expect(detected('\x0a\x03net\xa2\x06\x05\x0a\x03abc')).toBe('caffemodel');
  expect(detected('\x0a\x03net\x12\x05\x0a\x03abc')).toBe('caffemodel');
});

test('what cannot be opened is named', () => {
  expect(detected('version https://git-lfs.github.com/spec/v1\noid sha256:1\nsize 2\n')).toMatch(/^git-lfs-pointer/);
  expect(detected('')).toBe('file-truncated: the file is empty');
  expect(detected(new Uint8Array(100_000))).toBe('file-truncated: the file starts with 4096 zero bytes');
  expect(detected('cposix\nsystem\n(Vls\ntR.')).toBe('torch');
  expect(detected('\x1c\0\0\0TFL3')).toMatch('format-unsupported: this is a TensorFlow Lite model');
  expect(detected('\x08\x01\x12\x02\x0a\x00')).toMatch('TensorFlow SavedModel');
  expect(detected('\x0a\x01x\x0a\x01y')).toMatch('TensorFlow graph');
  expect(detected('\x08\x04\x12\x00\xa2\x1f\x00')).toMatch('Core ML');
  expect(detected('\x08\x02\x10\x01\x42\x01x\x4a\x00')).toMatch('one tensor of ONNX');
  expect(detected('\x10\0\0\0\0\0\0\0{"__metadata__"')).toMatch('safetensors');
  expect(detected('<!DOCTYPE html><html>')).toMatch('web page');
  expect(detected('{"a": 1}')).toMatch('JSON');
  expect(detected('ir_version: 7\ngraph {')).toMatch('protobuf text');
  expect(detected('import torch\n')).toBe("format-unknown: this is text that no model starts with: 'import torch'");
  expect(detected('\xff\xfe\x00\x01')).toBe(
    'format-unknown: the file starts with the bytes ff fe 00 01, which no format that we know starts with',
  );
});

test('any bytes give a format or an error with a next step', () => {
  let state = 1;
  const random = () => {
    state = (state * 1103515245 + 12345) % 2 ** 31;
    return state >> 16;
  };
  for (let k = 0; k < 3000; k++) {
    expect(detected(Uint8Array.from({ length: random() % 40 }, () => random() & 255))).toBeTypeOf('string');
  }
});
