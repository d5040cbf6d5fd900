/** Targets as words. */
import { expect, test } from 'vitest';
import { parseTarget, targetTitle, targetWord } from '../../../src/shared/target-text.ts';

test.each([
  ['onnx', { target: 'onnx' }, 'ONNX'],
  ['onnx@17', { target: 'onnx', opset: 17 }, 'ONNX, opset 17'],
  ['onnx@13,ai.onnx.ml:2', { target: 'onnx', opset: 13, mlOpset: 2 }, 'ONNX, opset 13, ai.onnx.ml 2'],
  ['onnx@ai.onnx.ml:2', { target: 'onnx', mlOpset: 2 }, 'ONNX, ai.onnx.ml 2'],
  ['onnx:tensorrt-10', { target: 'onnx:tensorrt-10' }, 'TensorRT 10'],
  ['caffe:opencv', { target: 'caffe:opencv' }, 'caffe:opencv'],
  ['/a@b/chip.json@13', { target: '/a@b/chip.json', opset: 13 }, 'chip.json, opset 13'],
  ['C:\\a\\chip.json', { target: 'C:\\a\\chip.json' }, 'chip.json'],
])('%s', (word, choice, title) => {
  expect(parseTarget(` ${word} `)).toEqual(choice);
  expect(targetWord(choice)).toBe(word);
  const rows = [
    { id: 'onnx', title: 'ONNX', description: '' },
    { id: 'onnx:tensorrt-10', title: 'TensorRT 10', description: '' },
  ];
  expect(targetTitle(choice, rows)).toBe(title);
});

test('nothing is ONNX at the own opset of the file', () => expect(parseTarget('')).toEqual({ target: 'onnx' }));
