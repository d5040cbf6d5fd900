/** Limits that the reference interpreter does not see, since its layers take more: what is written stays within them. */
import { expect, test } from 'vitest';
import { problemsOf, runsTheSame } from './support.ts';

test('ncnn pools whole images by windows: its global pooling leaves one axis', async () => {
  const { prototxt } = await runsTheSame('float[1,4,5,6] x => y = GlobalAveragePool (x)', 'ncnn');
  expect(prototxt).not.toContain('global_pooling');
  expect(prototxt).toContain('kernel_h: 5');
});

test('ncnn has one image, and two axes to four', () => {
  const first = (graph: string) => problemsOf(graph, 'ncnn')[0]?.message;
  expect(first('float[2,3,4,4] x => y = Relu (x)')).toContain(
    'input x with the shape [2, 3, 4, 4]: the first axis of its blobs is 1',
  );
  expect(first('float[1,3,4,4,5] x => y = Relu (x)')).toContain('its blobs have 2 to 4 axes');
});

test('MNN scales what was reshaped by a convolution, and images by Scale', async () => {
  const rows = await runsTheSame('float[1,5,6] x, float[5,1] d => y = Add (x, d)', 'mnn');
  expect(rows.layers).toEqual(['Reshape', 'Convolution', 'Reshape']);
  const image = await runsTheSame('float[1,5,6,2] x, float[5,1,1] d => y = Add (x, d)', 'mnn');
  expect(image.layers).toEqual(['Scale']);
});

test('MNN has no coefficients but those of a difference, and no Clip', async () => {
  const sums = 'float[1,3,4,4] x, float[1,3,4,4] x1 => y = Sub (x, x1) y1 = Mean (x, x1)';
  expect((await runsTheSame(sums, 'mnn')).layers).toEqual(['Eltwise', 'Scale', 'Scale', 'Eltwise']);
  const bounds = 'float[1,3,4,4] x | float lo = {-0.5}, float hi = {0.7} => y = Clip (x, lo, hi)';
  expect((await runsTheSame(bounds, 'mnn')).layers).not.toContain('Clip');
});

test('Tengine is told a stride of 1, which it would take for 2', async () => {
  const { prototxt } = await runsTheSame(
    'float[1,2,6,6] x => y = MaxPool <kernel_shape = [3,3], pads = [1,1,1,1]> (x)',
    'tengine',
  );
  expect(prototxt).toMatch(/pooling_param \{[^}]*stride: 1/);
  const uneven = await runsTheSame(
    'float[1,2,6,6] x => y = MaxPool <kernel_shape = [3,3], strides = [1,2]> (x)',
    'tengine',
  );
  // `stride` would be taken for both.
  expect(uneven.prototxt).not.toMatch(/ stride:/);
});

test('Ascend pools windows of at most 255', () => {
  const [first] = problemsOf('float[1,2,300] x, float[300] s => y = LayerNormalization (x, s)', 'ascend');
  expect(first?.message).toContain('kernel_h of its Pooling is 255 at most');
});

test('NART turns everything behind the first axis into one for InnerProduct, so rows become pixels', async () => {
  const { layers } = await runsTheSame('float[1,5,6] x, float[6,4] w => y = MatMul (x, w)', 'nart');
  expect(layers).not.toContain('InnerProduct');
});
