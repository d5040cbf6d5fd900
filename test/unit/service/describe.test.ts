/** Words for attributes, hyperparameters and elements. */
import { expect, test } from 'vitest';
import { float, int, ints, string, tensor } from '../../../src/core/ir/attribute.ts';
import { MemoryBytes } from '../../../src/core/ir/bytes.ts';
import { Expression } from '../../../src/core/ir/expression.ts';
import { Node } from '../../../src/core/ir/node.ts';
import { FileSource, Tensor } from '../../../src/core/ir/tensor.ts';
import { tensorType } from '../../../src/core/ir/type.ts';
import { categoryOf } from '../../../src/service/categories.ts';
import { attributeRow, hyperparametersOf, shapeLabel } from '../../../src/service/describe.ts';
import { elementTexts, shortestFloat32 } from '../../../src/service/elements.ts';

test('shapes are short', () => {
  expect(shapeLabel(tensorType('float32', [1, undefined, Expression.symbol('h')]))).toBe('1×?×h');
  expect(shapeLabel(tensorType('float32', []))).toBe('scalar');
  expect(shapeLabel(tensorType('float32'))).toBe('');
});

test('hyperparameters say what is unusual', () => {
  const conv = new Node('Conv', [], {
    attributes: {
      kernel_shape: ints([3, 3]),
      strides: ints([2, 1]),
      pads: ints([0, 0, 0, 0]),
      dilations: ints([2, 2]),
      group: int(32),
    },
  });
  expect(hyperparametersOf(conv)).toEqual(['3×3', 'stride 2, 1', 'dilation 2', 'groups 32']);
  expect(hyperparametersOf(new Node('Cast', [], { attributes: { to: int(10) } }))).toEqual(['→ float16']);
  expect(hyperparametersOf(new Node('Transpose', [], { attributes: { perm: ints([0, 2, 1]) } }))).toEqual([
    'perm 0 2 1',
  ]);
  expect(hyperparametersOf(new Node('Relu'))).toEqual([]);
});

test('attributes are written out, long ones shortened', () => {
  expect(attributeRow('epsilon', float(Math.fround(1e-5)))).toEqual({
    name: 'epsilon',
    type: 'float',
    text: '0.00001',
  });
  expect(attributeRow('mode', string('linear'))).toEqual({ name: 'mode', type: 'string', text: '"linear"' });
  const long = attributeRow('values', ints(Array.from({ length: 100 }, (_, k) => k)));
  expect(long).toMatchObject({ elided: 100, text: expect.stringMatching(/^\[0, 1, .*, 31, …\]$/) });
  const value = tensor(Tensor.of('float32', [2], [0.1, 2]));
  expect(attributeRow('value', value).text).toBe('float32[2] = [0.1, 2]');
});

test('a float32 is written with as few digits as read back the same', () => {
  for (const value of [0.1, 1 / 3, 1e-45, 3.4028235e38, 16777216, -0.0001]) {
    const single = Math.fround(value);
    const text = shortestFloat32(single);
    expect(Math.fround(Number(text))).toBe(single);
    expect(text.length).toBeLessThanOrEqual(String(single).length);
  }
  expect(shortestFloat32(Math.fround(0.1))).toBe('0.1');
});

test('a page of elements reads only its bytes', () => {
  const reads: number[] = [];
  const bytes = new Uint8Array(new Float32Array(1000).map((_, k) => k / 2).buffer);
  const memory = new MemoryBytes('weights', bytes);
  const file = {
    name: 'weights',
    size: bytes.length,
    read: (offset: number, length: number) => {
      reads.push(length);
      return memory.read(offset, length);
    },
  };
  const big = new Tensor('float32', [10, 100], new FileSource(file, 0, 4000));
  expect(elementTexts(big, 500, 3)).toEqual(['250', '250.5', '251']);
  expect(reads).toEqual([12]);
  expect(elementTexts(big, 998, 10)).toEqual(['499', '499.5']);
  expect(elementTexts(big, 2000, 10)).toEqual([]);
});

test('elements of every kind of type are text', () => {
  expect(elementTexts(Tensor.of('int64', [2], [9007199254740993n, -1n]), 0, 2)).toEqual(['9007199254740993', '-1']);
  expect(elementTexts(Tensor.of('bool', [2], [true, false]), 0, 2)).toEqual(['true', 'false']);
  expect(elementTexts(Tensor.ofBytes('int4', [3], Uint8Array.of(0xf1, 0x08)), 0, 3)).toEqual(['1', '-1', '-8']);
  expect(elementTexts(Tensor.ofBytes('float8e4m3fn', [1], Uint8Array.of(0x7e)), 0, 1)).toEqual(['0x7e']);
  const complex = new Uint8Array(new Float32Array([1, -2]).buffer);
  expect(elementTexts(Tensor.ofBytes('complex64', [1], complex), 0, 1)).toEqual(['1-2i']);
  expect(elementTexts(Tensor.ofStrings([1], [new TextEncoder().encode('a"b')]), 0, 1)).toEqual(['"a\\"b"']);
});

test('every dialect has its colours, and operators of other people too', () => {
  const category = (op: string, domain = '') => categoryOf({ op, domain });
  expect(category('Conv')).toBe('convolution');
  expect(category('conv2d', 'aten')).toBe('convolution');
  expect(category('InnerProduct', 'caffe')).toBe('linear');
  expect(category('swish', 'acme')).toBe('custom');
  expect(category('NeverHeardOf')).toBe('other');
});
