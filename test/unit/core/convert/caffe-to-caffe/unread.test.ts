/** Tops that a Silence layer took, for frameworks that have none: no further output comes, and what is read stays as it is. */
import { expect, test } from 'vitest';
import { transcode } from '../../../../../src/core/convert/caffe-to-caffe/transcode.ts';
import { caffeBackend } from '../../../../../src/core/targets/caffe-backends.ts';
import { input, layer } from '../../formats/caffe/lines.ts';
import { readText } from '../../formats/caffe/support.ts';
import { difference, runOf } from './support.ts';

const silenced = (shape: readonly number[], slice: string) =>
  [input('a', ...shape), layer(`a => r, y: Slice ${slice}`), layer('r => : Silence')].join('\n');

function typesFor(net: string, to: string) {
  const { model } = readText(net, { dialect: 'bvlc' });
  const problems = transcode(model, caffeBackend('bvlc'), caffeBackend(to));
  return { types: [...model.graph.nodes].map(({ op }) => op), problems };
}

// MNN 3.6.1 (mnnconvert -f CAFFE) makes outputs of r and y where nobody reads r, and of y alone behind such a Crop.
test.each<[string, string, readonly number[], string, readonly string[]]>([
  ['along channels', 'mnn', [1, 4, 6, 6], '', ['Slice', 'Crop']],
  ['along rows', 'mnn', [1, 4, 6, 6], 'slice_param { axis: 2 slice_point: 1 }', ['Slice', 'Crop']],
  ['along columns', 'mnn', [1, 4, 6, 6], 'slice_param { axis: 3 slice_point: 1 }', ['Slice', 'Convolution', 'Crop']],
  ['wide', 'mnn', [1, 4, 6, 7], 'slice_param { axis: 3 slice_point: 5 }', ['Slice', 'Convolution', 'Crop']],
  ['of two axes', 'openvino', [2, 9], 'slice_param { axis: 1 slice_point: 5 }', ['Slice', 'InnerProduct', 'Crop']],
  ['in equal parts', 'openvino', [2, 8], 'slice_param { axis: 1 }', ['Slice', 'Crop']],
])('a part %s for %s', (_, to, shape, slice, types) => {
  const net = silenced(shape, slice);
  expect(typesFor(net, to)).toEqual({ types, problems: [] });
  expect(difference(net, runOf(net, 'bvlc'), to as 'mnn')).toBe(0);
});

test('a framework that has Silence keeps it', () =>
  expect(typesFor(silenced([1, 4, 6, 6], ''), 'ncnn')).toEqual({ types: ['Slice', 'Silence'], problems: [] }));

test('an input that only a Silence read goes to Tengine as it is, and not where it would be an output', () => {
  const net = [input('a', 1, 4, 6, 6), input('info', 1, 3), layer('a => y: ReLU'), layer('info => : Silence')].join(
    '\n',
  );
  expect(typesFor(net, 'tengine')).toEqual({ types: ['ReLU'], problems: [] });
  expect(difference(net, runOf(net, 'bvlc'), 'tengine')).toBe(0);
  expect(typesFor(net, 'openvino').problems.map(({ code }) => code)).toEqual(['inexact']);
});

test('an input that Tengine does not read is no output of its network, nor of another', () => {
  const net = [input('a', 1, 4, 6, 6), input('info', 1, 3), layer('a => y: ReLU')].join('\n');
  const run = runOf(net, 'tengine');
  expect([...run.outputs.keys()]).toEqual(['y']);
  expect([...runOf(net, 'bvlc').outputs.keys()]).toEqual(['info', 'y']);
  expect(difference(net, run, 'ssd')).toBe(0);
});

test.each([
  ['nart', ''],
  // Its Crop takes no last axis (source/device/cpu/op/crop/crop_ref.c).
  ['tengine', 'slice_param { axis: 3 slice_point: 5 }'],
])('where no layer of %s can read it, the further output is said', (to, slice) => {
  const { problems } = typesFor(silenced([1, 4, 6, 6], slice), to);
  expect(problems.map(({ code, message }) => `${code}: ${message}`)).toEqual([
    expect.stringMatching(/^inexact: .*nobody reads r, which becomes one more output/),
  ]);
});
