/** Layers that join, cut, repeat, turn and reshape, or take blobs by number. */
import { describe, expect, test } from 'vitest';
import { type Blob, input, layer } from '../../formats/caffe/lines.ts';
import { agrees, problemsOf } from './support.ts';

const DATA = input('data', 2, 4, 7, 6);
/** A network of one layer: `type parameters`. */
const one = (line: string, blobs: readonly Blob[] = []) => [DATA, layer(`data => y: ${line}`, blobs)];

describe('joining, cutting and repeating', () => {
  test.each(['', 'concat_param { axis: 2 }', 'concat_param { concat_dim: 3 }', 'concat_param { axis: -1 }'])(
    'Concat %s',
    async (parameters) => {
      await agrees([DATA, layer('data => b: ReLU'), layer(`data, b => y: Concat ${parameters}`)]);
    },
  );

  test('one bottom is itself', async () => {
    await agrees([DATA, layer('data => b: Concat'), layer('b => y: ReLU')]);
  });

  test.each([
    ['a, b', ''],
    ['a, b, c', 'slice_param { slice_point: [1, 3] }'],
    ['a, b', 'slice_param { axis: -1 slice_point: 4 }'],
    ['a, b', 'slice_param { slice_dim: 3 slice_point: 2 }'],
    ['a', ''],
  ])('Slice to %s %s', async (tops, parameters) => {
    await agrees([DATA, layer(`data => ${tops}: Slice ${parameters}`)]);
  });

  test.each([
    ['slice_param { slice_point: [1, 2] }', 'it has 2 slice points for 2 tops'],
    ['slice_param { axis: 2 }', 'its axis of 7 does not make 2 equal pieces'],
    ['slice_param { slice_point: 4 }', 'its slice points 4 do not lie in order within 4'],
    ['slice_param { slice_point: 1 axis: 1 slice_dim: 1 }', 'it has both axis and slice_dim'],
  ])('Slice %s is refused', (parameters, reason) => {
    expect(problemsOf([DATA, layer(`data => a, b: Slice ${parameters}`)])).toEqual([
      `invalid-model: The model is not valid: ${reason}.`,
    ]);
  });

  test.each(['crop_param { offset: 1 }', 'crop_param { axis: 1 offset: [0, 2, 1] }', 'crop_param { axis: 3 }'])(
    'Crop %s',
    async (parameters) => {
      await agrees([DATA, input('like', 2, 4, 3, 4), layer(`data, like => y: Crop ${parameters}`)], { opencv: true });
    },
  );

  test('the middle, as NART cuts it', async () => {
    const parameters = 'crop_param { crop_h: 3 crop_w: 4 offset_h: 1 }';
    await agrees(one(`Crop ${parameters}`), { dialect: 'nart' });
  });

  test('a Crop that does not fit is refused', () => {
    expect(
      problemsOf([DATA, input('like', 2, 4, 7, 6), layer('data, like => y: Crop crop_param { offset: 1 }')]),
    ).toEqual(['invalid-model: The model is not valid: it cuts 7 from 1 on of an axis of 7.']);
  });

  test.each(['tile_param { tiles: 3 }', 'tile_param { tiles: 2 axis: -1 }'])('Tile %s', async (parameters) => {
    await agrees(one(`Tile ${parameters}`));
  });

  test('what is dropped in training', async () => {
    await agrees([DATA, layer('data => a: Dropout'), layer('a => y: ReLU')], { opencv: true });
    await agrees(one('Dropout dropout_param { dropout_ratio: 0.25 scale_train: false }'), { dialect: 'ncnn' });
  });

  test('padding', async () => {
    await agrees(one('Pad pad_param { pads: [0, 0, 1, 2, 0, 0, 3, 0] value: 0.5 }'), { dialect: 'nart' });
    await agrees(one('Pad pad_param { mode: "reflect" pads: [0, 0, 1, 2, 0, 0, 3, 0] }'), { dialect: 'nart' });
    await agrees([input('x', 1, 1, 1, 2), layer('x => y: AddPad addpad_param { pad_h: 0 pad_w: 1 }')], {
      dialect: 'cambricon',
      interpreter: false,
      inputs: { x: [1, 2] },
      gives: { y: [0, 1, 2, 0] },
    });
  });
});

describe('shapes and orders', () => {
  test.each([
    ['shape { dim: 0 dim: 2 dim: -1 dim: 3 }', true],
    ['shape { dim: [-1, 6] } axis: 1', false],
    ['shape { dim: [0, 2, 2] } num_axes: 2', false],
    ['shape { dim: 24 } axis: -4', false],
    ['shape { } axis: 1 num_axes: 0', false],
  ])('Reshape %s', async (parameters, opencv) => {
    const net = [input('data', 2, 4, 3, 2), layer(`data => y: Reshape reshape_param { ${parameters} }`)];
    await agrees(net, { opencv });
  });

  test.each(['', 'flatten_param { axis: 0 }', 'flatten_param { axis: 1 end_axis: 2 }', 'flatten_param { axis: -2 }'])(
    'Flatten %s',
    async (parameters) => {
      await agrees(one(`Flatten ${parameters}`));
    },
  );

  test.each([
    ['ssd', 'Permute permute_param { order: [0, 2, 3, 1] }'],
    ['ssd', 'Permute permute_param { order: [0, 3] }'],
    ['ncnn', 'Permute permute_param { order: [0, 3, 1, 2] }'],
    ['nart', 'Transpose transpose_param { dim: [3, 1, 0, 2] }'],
    ['nart', 'Exchange'],
    ['ascend', 'Reverse reverse_param { axis: [1, -1] }'],
    ['openvino', 'Reverse reverse_param { axis: 2 }'],
    ['cambricon', 'Reverse'],
    ['ncnn', 'ShuffleChannel shuffle_channel_param { group: 2 }'],
    ['nart', 'ChannelShuffle channel_shuffle_param { group: 2 }'],
  ])('%s: %s', async (dialect, line) => {
    await agrees(one(line), { dialect });
  });

  test('Permute of SSD in OpenCV', async () => {
    await agrees(one('Permute permute_param { order: [0, 2, 3, 1] }'), { dialect: 'ssd', opencv: true });
  });

  test.each([
    ['intel', 'Reorg reorg_param { stride: 2 }'],
    ['intel', 'Reorg reorg_param { stride: 2 reverse: true }'],
    ['cambricon', 'Reorg reorg_param { stride: 2 }'],
    ['tengine', 'Reorg reorg_param { stride: 2 }'],
    ['ascend', 'Reorg reorg_param { stride: 2 }'],
    ['openvino', 'ReorgYolo reorg_yolo_param { stride: 2 }'],
    ['ncnn', 'Reorg reorg_param { stride: 2 }'],
    ['nart', 'SubpixelDown subpixel_down_param { downsample: 2 }'],
    ['nart', 'SubpixelUp subpixel_up_param { upsample: 2 }'],
  ])('%s: %s', async (dialect, line) => {
    await agrees([input('data', 2, 8, 4, 6), layer(`data => y: ${line}`)], { dialect });
  });

  test.each([
    ['shape { dim: [0, -1] }', [2, 24]],
    ['shape { dim: [0, 0, -1] }', [2, 3, 8]],
    ['shape { dim: [1, 2, 4, 3] }', [2, 2, 4, 3]],
  ])('ncnn has no axis of images: Reshape %s', async (parameters, shape) => {
    const net = [input('data', 2, 4, 3, 2), layer(`data => y: Reshape reshape_param { ${parameters} }`)];
    const { found } = await agrees(net, { dialect: 'ncnn' });
    expect(found.get('y')?.shape).toEqual(shape);
  });

  test('ncnn does not move images', () => {
    expect(problemsOf(one('Permute permute_param { order: [1, 0, 2, 3] }'), 'ncnn')).toEqual([
      'unsupported-attribute: ONNX cannot express caffe::Permute with permute_param.order: the framework does not move the axis of images.',
    ]);
  });
});

describe('blobs by number', () => {
  test('Embed', async () => {
    const line = 'Embed embed_param { input_dim: 5 num_output: 3 }';
    await agrees([input('x', 2, 2), layer(`x => y: ${line}`, [[5, 3], [3]])], { inputs: { x: [4, 0, 2, 2] } });
  });

  test('BatchReindex', async () => {
    const net = [input('x', 3, 2), input('by', 4), layer('x, by => y: BatchReindex')];
    await agrees(net, { inputs: { by: [2, 0, 0, 1] } });
  });

  test('a Filter that does not choose images is refused', () => {
    const net = [input('x', 3, 2), input('by', 3, 2), layer('x, by => y: Filter')];
    expect(problemsOf(net)).toEqual([
      expect.stringContaining('its last bottom [3, 2] is not one number for each image'),
    ]);
  });

  test('Filter', async () => {
    const net = [input('x', 3, 2), input('z', 3, 1, 2), input('by', 3, 1), layer('x, z, by => y, w: Filter')];
    await agrees(net, { inputs: { by: [1, 0, 2] } });
  });
});

describe('constants', () => {
  test('Parameter', async () => {
    const parameter = layer('=> p: Parameter parameter_param { shape { dim: [2, 4, 7, 6] } }', [[2, 4, 7, 6]]);
    await agrees([DATA, parameter, layer('data, p => y: Eltwise')]);
    await agrees([
      input('x', 1),
      layer('=> p: Parameter parameter_param { shape { dim: 3 } }', [[3]]),
      layer('x => y: ReLU'),
    ]);
  });

  test('DummyData', async () => {
    const filled = 'DummyData dummy_data_param { shape { dim: [2, 3] } data_filler { type: "constant" value: 1.5 } }';
    await agrees([input('x', 2, 3), layer(`=> d: ${filled}`), layer('x, d => y: Eltwise')]);
    const old = 'DummyData dummy_data_param { num: 1 channels: 2 height: 1 width: 3 }';
    await agrees([input('x', 1, 2, 1, 3), layer(`=> d: ${old}`), layer('x, d => y: Eltwise')]);
    const random = 'DummyData dummy_data_param { shape { dim: 2 } data_filler { type: "gaussian" } }';
    expect(problemsOf([input('x', 2), layer(`=> d: ${random}`), layer('x, d => y: Eltwise')])).toEqual([
      'unsupported-attribute: ONNX cannot express caffe::DummyData with a filler gaussian: it makes other numbers in every run.',
    ]);
  });
});
