/** Limits that the reference interpreter does not see, since its layers take more: what is written stays within them. */
import { describe, expect, test } from 'vitest';
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

test('MNN scales what was reshaped as it scales images: its blobs keep one layout', async () => {
  const rows = await runsTheSame('float[1,5,6] x, float[5,1] d => y = Add (x, d)', 'mnn');
  expect(rows.layers).toEqual(['Reshape', 'Scale', 'Reshape']);
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

describe('Tengine, by what its convert_tool and runtime made of these networks', () => {
  const made = (graph: string) => runsTheSame(graph, 'tengine');

  test('a top that nobody reads would take the place of the first, so parts are cut off by convolutions', async () => {
    const pooled = await made('float[1,2,8,8] x => y = MaxPool <kernel_shape = [3,3], strides = [2,2]> (x)');
    expect(pooled.layers).toEqual(['Pooling', 'Convolution', 'Convolution']);
    const parts = 'float[1,6,4,3] x | int64[3] s = {2,1,3} => a, y1, y = Split <axis = 1> (x, s)';
    expect((await made(parts)).layers).toEqual(['Reshape', 'Convolution', 'Reshape', 'Slice', 'Scale', 'Scale']);
    const inner = await made(
      'float[2,5,3] x | int64[1] b = {1}, int64[1] e = {4}, int64[1] a = {1} => y = Slice (x, b, e, a)',
    );
    expect(inner.layers).toEqual(['Reshape', 'Convolution', 'Reshape']);
  });

  test('its Slice keeps one point, or cuts equal parts without any', async () => {
    const unlike = await made(
      'float[1,6,4,3] x | int64[3] s = {2,1,3} => a, b, c = Split <axis = 1> (x, s) y = Relu (a) y1 = Relu (b) y2 = Relu (c)',
    );
    expect(unlike.layers.filter((type) => type === 'Slice')).toHaveLength(2);
    const alike = await made(
      'float[1,6,4,3] x => a, b, c = Split <axis = 1, num_outputs = 3> (x) y = Relu (a) y1 = Relu (b) y2 = Relu (c)',
    );
    expect(alike.layers.filter((type) => type === 'Slice')).toHaveLength(1);
    expect(alike.prototxt).not.toContain('slice_point');
  });

  test('what is an output is no top among several', async () => {
    const { layers } = await made('float[1,6,4,3] x => y, y1 = Split <axis = 1, num_outputs = 2> (x)');
    expect(layers).toEqual(['Slice', 'Scale', 'Scale']);
  });

  test('its Permute moves channels behind, and again only what another layer has written', async () => {
    const { prototxt, layers } = await made('float[1,4,3,5] x => y = Transpose <perm = [0,2,1,3]> (x)');
    expect(layers).toEqual(['Permute', 'Reshape', 'Split', 'Permute', 'Reshape']);
    expect(prototxt.match(/order: \d/g)?.join()).toBe(Array(2).fill('order: 0,order: 2,order: 3,order: 1').join());
    const all = await made('float[2,4,3,5] x => y = Transpose <perm = [3,1,0,2]> (x)');
    expect(all.layers).toContain('Split');
  });

  test('its Eltwise takes no rows', async () => {
    const { layers } = await made('float[2,5] x, float[2,5] x1 => y = Add (x, x1)');
    expect(layers).toEqual(['Reshape', 'Reshape', 'Eltwise', 'Reshape']);
  });

  test('its convert_tool gives PReLU no slopes, and does not write AbsVal', async () => {
    const slopes = await made('float[1,3,4,4] x, float[3,1,1] slope => y = PRelu (x, slope)');
    expect(slopes.layers).not.toContain('PReLU');
    expect((await made('float[1,3,4,4] x => y = Abs (x)')).layers).not.toContain('AbsVal');
  });

  test('a BatchNorm would go into a Convolution that others read too', async () => {
    const shared = `float[1,3,4,4] x, float[3,3,1,1] w, float[3] s, float[3] b, float[3] m, float[3] variance
      => a = Conv (x, w) n = BatchNormalization (a, s, b, m, variance) y = Add (a, n)`;
    expect((await made(shared)).layers).toEqual(['Convolution', 'Split', 'BatchNorm', 'Scale', 'Eltwise']);
  });

  test('a Clip behind a Convolution would become ReLU6', async () => {
    const bounds =
      'float[1,3,4,4] x, float[2,3,1,1] w | float lo = {0}, float hi = {1} => a = Conv (x, w) y = Clip (a, lo, hi)';
    expect((await made(bounds)).layers).toEqual(['Convolution', 'Split', 'Clip']);
  });
});

test('Ascend pools windows of at most 255', () => {
  const [first] = problemsOf('float[1,2,300] x, float[300] s => y = LayerNormalization (x, s)', 'ascend');
  expect(first?.message).toContain('kernel_h of its Pooling is 255 at most');
});

test('NART turns everything behind the first axis into one for InnerProduct, so rows become pixels', async () => {
  const { layers } = await runsTheSame('float[1,5,6] x, float[6,4] w => y = MatMul (x, w)', 'nart');
  expect(layers).not.toContain('InnerProduct');
});
