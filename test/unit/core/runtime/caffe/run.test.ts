/** What a network is given, what it means, and what is said where it cannot run. */
import { describe, expect, test } from 'vitest';
import type { Tensor } from '../../../../../src/core/ir/tensor.ts';
import { runCaffe } from '../../../../../src/core/runtime/caffe/run.ts';
import { caught, readText } from '../../formats/caffe/support.ts';
import { counted, layer, netOf, tensorsOf } from './support.ts';

const average = layer('Pooling', 'pooling_param { pool: AVE kernel_h: 1 kernel_w: 2 pad_h: 0 pad_w: 1 }');
const x = counted(1, 1, 1, 2);
const { model } = readText(netOf(average, { x }), { dialect: 'bvlc' });
const top = (inputs: ReadonlyMap<string, Tensor>, dialect?: string) =>
  runCaffe(model, inputs, dialect).get('y')?.numbers();

describe('the dialect', () => {
  test('is that which the network was read in', () => expect(top(tensorsOf({ x }))).toEqual([0.5, 1.5, 1]));

  test("may be another one: that which a user's own is like", () =>
    expect(top(tensorsOf({ x }), 'ncnn')).toEqual([1, 1.5, 2]));

  test('of a name that is not known means what BVLC does', () =>
    expect(top(tensorsOf({ x }), 'acme')).toEqual([0.5, 1.5, 1]));
});

describe('inputs', () => {
  test('go by position where names differ', () => expect(top(tensorsOf({ other: x }))).toEqual([0.5, 1.5, 1]));

  test.each([
    ['none', {}, 'it is not given its input x'],
    ['another size', { x: counted(1, 1, 1, 3) }, 'its input x is [1, 1, 1, 2], not [1, 1, 1, 3]'],
  ])('%s', (_, inputs, message) => {
    const error = caught(() => top(tensorsOf(inputs)));
    expect([error.code, error.message]).toEqual(['runtime-failed', message]);
  });
});

test('what a layer lacks is said by layer', () =>
  expect(caught(() => runCaffe(readText(netOf(layer('PReLU'), { x })).model, tensorsOf({ x }))).message).toBe(
    'layer y (PReLU) is not run here: it has no blob 0',
  ));
