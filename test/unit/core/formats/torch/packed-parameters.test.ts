import { expect, test } from 'vitest';
import type { PickledTensor, PickleValue, ScriptObject } from '../../../../../src/core/formats/torch/archive.ts';
import {
  isPacked,
  type PackedParameters,
  readPackedParameters,
} from '../../../../../src/core/formats/torch/packed-parameters.ts';
import { stored } from '../../capture/support.ts';
import { errorOf, torchScript } from './build.ts';

const { root } = torchScript('packed.pt');

function packed(name: string): PackedParameters {
  const object = root.attributes.get(name);
  if (typeof object !== 'object' || object === null || !('className' in object) || object.kind !== 'object')
    throw new Error(`no object at ${name}`);
  expect(isPacked(object)).toBe(true);
  return readPackedParameters(object, 'packed.pt');
}

test('convolutions have their geometry, their integers and what these stand for', () => {
  const convolution = packed('conv');
  expect(convolution).toMatchObject({
    operator: 'convolution',
    stride: [2, 1],
    padding: [1, 0],
    dilation: [1, 3],
    outputPadding: [0, 0],
    groups: 1,
    transposed: false,
    weight: { dtype: 'int8', shape: [4, 1, 3, 3], quantization: { scheme: 'per-channel', axis: 0 } },
  });
  if (convolution.operator !== 'convolution') return;
  expect(convolution.bias?.tensor.numbers()).toEqual([0, 1, 2, 3]);
  // 1 is 2 * 0.5, 4 * 0.25, 1 * 1, and 0.5 * 2, which is rounded to an even number
  const integers = convolution.weight.tensor.numbers();
  expect([0, 9, 18, 27].map((k) => integers[k])).toEqual([2, 4, 1, 0]);
  const { quantization } = convolution.weight;
  expect(quantization?.scheme === 'per-channel' && quantization.scales.tensor.numbers()).toEqual([0.5, 0.25, 1, 2]);
});

test('transposed convolutions are told', () => {
  expect(packed('deconv')).toMatchObject({
    bias: undefined,
    stride: [2, 2, 2],
    padding: [1, 1, 1],
    outputPadding: [1, 0, 0],
    groups: 2,
    transposed: true,
    weight: { shape: [2, 1, 3, 3, 3], quantization: { scheme: 'per-tensor', scale: Math.fround(0.1), zeroPoint: 2n } },
  });
});

test('products and embeddings', () => {
  expect(packed('linear')).toMatchObject({ operator: 'linear', weight: { shape: [5, 4] }, bias: { shape: [5] } });
  expect(packed('half')).toMatchObject({ operator: 'linear', weight: { dtype: 'float32' }, bias: undefined });
  expect(packed('rows')).toMatchObject({ operator: 'embedding', bits: 8, weight: { dtype: 'uint8', shape: [3, 2] } });
});

const list = (...items: PickleValue[]): PickleValue => ({ kind: 'list', items, type: undefined });
const tuple = (...items: PickleValue[]): PickleValue => ({ kind: 'tuple', items });
const scalar = (value: number): PickledTensor => stored('int64', [], [value]);
const weight = stored('int8', [4, 2, 3, 3]);

function convolutionOf(state: PickleValue): ScriptObject {
  const className = '__torch__.torch.classes.quantized.Conv2dPackedParamsBase';
  return { kind: 'object', className, attributes: new Map(), state };
}

test('the first layout of convolutions (PyTorch 1.4), and the third', () => {
  const expected = {
    stride: [1, 2],
    padding: [3, 4],
    dilation: [5, 6],
    outputPadding: [0, 0],
    groups: 2,
    bias: undefined,
  };
  const sizes = (a: number, b: number) => list(scalar(a), scalar(b));
  const first = convolutionOf(tuple(weight, null, sizes(1, 2), sizes(3, 4), sizes(5, 6), scalar(2)));
  expect(readPackedParameters(first, 'a.pt')).toMatchObject({ ...expected, transposed: false, weight });
  const numbers = [2n, 1n, 2n, 3n, 4n, 5n, 6n, 0n, 0n, 2n, 1n];
  const third = convolutionOf(tuple(3n, list(...numbers), list(null, weight, null)));
  expect(readPackedParameters(third, 'a.pt')).toMatchObject({ ...expected, transposed: true, weight });
});

test.each<[string, PickleValue, string]>([
  ['nothing', null, 'expected a list as the state of torch.classes.quantized.Conv2dPackedParamsBase'],
  ['another version', tuple('4', list(), list()), 'version 2 or 3'],
  ['too few numbers', tuple(3n, list(2n, 1n), list(null, weight, null)), 'geometry'],
  ['no weight', tuple(3n, list(1n, 1n, 1n, 1n, 1n, 1n, 0n), list(null, null, null)), 'expected a tensor as'],
])('a state of %s is damaged', (_, state, message) => {
  const error = errorOf(() => readPackedParameters(convolutionOf(state), 'a.pt'));
  expect([error.code, error.message]).toEqual(['file-malformed', expect.stringContaining(message)]);
});
