/**
 * Where frameworks mean different things by the same layer, a case computed by hand for each row of the table in docs/caffe.md
 * and of Caffe against ONNX. Axes, shapes, types of numbers and the structure of networks.
 */
import { describe, expect, test } from 'vitest';
import { blob, counted, gives, layer, refused, weights } from './support.ts';

describe('Permute vs Transpose', () => {
  test('Permute of SSD appends the axes that are not said, Transpose of NART wants all', () => {
    const turned = { y: blob([1, 3, 2], [1, 4, 2, 5, 3, 6]) };
    gives(layer('Permute', 'permute_param { order: 0 order: 2 }'), { x: counted(1, 2, 3) }, turned, 'ssd');
    gives(layer('Transpose', 'transpose_param { dim: 0 dim: 2 dim: 1 }'), { x: counted(1, 2, 3) }, turned, 'nart');
  });

  test('ncnn cannot move the images', () =>
    expect(refused(layer('Permute', 'permute_param { order: 1 order: 0 }'), { x: counted(1, 2, 3) }, 'ncnn')).toContain(
      'its framework does not move the images',
    ));
});

describe('Slice/Split/Concat', () => {
  test('points cover the axis; what is not wanted goes to a top of its own and to Silence', () =>
    gives(
      `${layer('Slice', 'slice_param { slice_point: 1 slice_point: 3 }', ['x'], ['a', 'y', 'b'])}
       layer { name: "s" type: "Silence" bottom: "a" bottom: "b" }`,
      { x: counted(1, 4) },
      { y: blob([1, 2], [2, 3]) },
    ));

  test('Concat joins the channels where it does not say', () =>
    gives(
      layer('Concat', '', ['a', 'b']),
      { a: counted(2, 1), b: blob([2, 1], [8, 9]) },
      { y: blob([2, 2], [1, 8, 2, 9]) },
    ));
});

describe('Reshape/Flatten', () => {
  const x = counted(1, 2, 3, 4);
  const reshape = (...dims: readonly number[]) =>
    layer('Reshape', `reshape_param { shape { ${dims.map((dim) => `dim: ${dim}`).join(' ')} } }`);

  test('0 keeps the axis at its place, -1 takes what is left', () =>
    gives(reshape(0, 0, -1), { x }, { y: counted(1, 2, 12) }));

  // Its blobs have channels, height and width: of three sizes two are height and width, and 0 keeps the height, 3.
  test('ncnn has no images, and counts from the end', () =>
    gives(reshape(0, 0, -1), { x }, { y: counted(1, 3, 8) }, 'ncnn'));

  test('one size is all of an image in ncnn, all of the blob in BVLC', () => {
    gives(reshape(-1), { x }, { y: counted(1, 24) }, 'ncnn');
    gives(reshape(-1), { x }, { y: counted(24) });
  });

  test('Flatten joins the axes from 1 on where it does not say', () =>
    gives(layer('Flatten'), { x }, { y: counted(1, 24) }));
});

describe('ShuffleChannel', () => {
  test.each(['ncnn', 'mnn', 'tengine', 'openvino', 'ascend', 'cambricon', 'nart'])('%s', (dialect) =>
    gives(
      layer('ShuffleChannel', 'shuffle_channel_param { group: 2 }'),
      { x: counted(1, 4, 1, 1) },
      { y: blob([1, 4, 1, 1], [1, 3, 2, 4]) },
      dialect,
    ),
  );

  test('as Reshape, Permute and Reshape', () =>
    gives(
      `layer { name: "a" type: "Reshape" bottom: "x" top: "a"
         reshape_param { shape { dim: 0 dim: 2 dim: 2 dim: 1 dim: 1 } } }
       layer { name: "b" type: "Permute" bottom: "a" top: "b" permute_param { order: 0 order: 2 order: 1 } }
       ${layer('Reshape', 'reshape_param { shape { dim: 0 dim: 4 dim: 1 dim: 1 } }', ['b'])}`,
      { x: counted(1, 4, 1, 1) },
      { y: blob([1, 4, 1, 1], [1, 3, 2, 4]) },
      'ssd',
    ));
});

describe('Crop, Reverse, ArgMax, Reduction', () => {
  test('Crop by a second bottom, or the middle', () => {
    gives(
      layer('Crop', 'crop_param { offset: 0 offset: 1 }', ['x', 'like']),
      { x: counted(1, 1, 1, 4), like: counted(1, 1, 1, 2) },
      { y: blob([1, 1, 1, 2], [2, 3]) },
    );
    gives(
      layer('Crop', 'crop_param { crop_h: 1 crop_w: 2 }'),
      { x: counted(1, 1, 3, 5) },
      { y: blob([1, 1, 1, 2], [7, 8]) },
      'nart',
    );
    // Tengine's source/operator/prototype/crop.c takes all sizes from the second bottom, and needs one.
    gives(
      layer('Crop', 'crop_param { offset: 1 }', ['x', 'like']),
      { x: counted(1, 2, 2, 3), like: counted(1, 1, 1, 2) },
      { y: blob([1, 1, 1, 2], [5, 6]) },
      'tengine',
    );
    expect(
      refused(layer('Crop', 'crop_param { crop_h: 1 crop_w: 2 }'), { x: counted(1, 1, 3, 5) }, 'tengine'),
    ).toContain('second bottom');
  });

  test('Reverse along one axis (OpenVINO), several (Ascend), or the channels (Cambricon)', () => {
    const x = counted(1, 2, 2);
    gives(layer('Reverse', 'reverse_param { axis: 2 }'), { x }, { y: blob([1, 2, 2], [2, 1, 4, 3]) }, 'openvino');
    gives(layer('Reverse', 'reverse_param { axis: 1 axis: 2 }'), { x }, { y: blob([1, 2, 2], [4, 3, 2, 1]) }, 'ascend');
    gives(layer('Reverse'), { x }, { y: blob([1, 2, 2], [3, 4, 1, 2]) }, 'cambricon');
    gives(layer('Reverse'), { x: counted(2, 1) }, { y: blob([2, 1], [2, 1]) }, 'openvino');
  });

  test('ArgMax without an axis takes an image for a row; of equals the later is the greatest', () =>
    gives(layer('ArgMax'), { x: blob([1, 2, 2], [1, 7, 3, 7]) }, { y: blob([1, 1, 1], [3]) }));

  test('Reduction takes all axes from one on (Tengine: those that it lists)', () => {
    gives(
      layer('Reduction', 'reduction_param { axis: 1 operation: SUMSQ coeff: 0.5 }'),
      { x: counted(1, 2, 2) },
      { y: blob([1], [15]) },
    );
    gives(
      layer('Reduction', 'reduction_param { operation: MAX dim_0: 2 dim_1: -2 dim_2: -2 dim_3: -2 }'),
      { x: counted(1, 2, 2) },
      { y: blob([1, 2, 1], [2, 4]) },
      'tengine',
    );
  });

  test('Reorg as darknet numbers, or block by block', () => {
    const x = counted(1, 4, 2, 2);
    const reorg = layer('Reorg', 'reorg_param { stride: 2 }');
    // The four channels read as one of 4 x 4.
    const darknet = { y: blob([1, 16, 1, 1], [1, 3, 9, 11, 2, 4, 10, 12, 5, 7, 13, 15, 6, 8, 14, 16]) };
    for (const dialect of ['intel', 'cambricon', 'tengine', 'ascend']) gives(reorg, { x }, darknet, dialect);
    gives(layer('ReorgYolo', 'reorg_yolo_param { stride: 2 }'), { x }, darknet, 'openvino');
    gives(reorg, { x }, { y: counted(1, 16, 1, 1) }, 'ncnn');
  });
});

describe('5-D, N>1, dtypes', () => {
  test.each([
    ['mnn', 'Convolution3D', 'kernel_size: 1 kernel_depth: 2'],
    ['cambricon', 'Convolution3D', 'kernel_size: 1 kernel_depth: 2'],
    ['nart', 'Convolution3d', 'kernel_d: 2 kernel_h: 1 kernel_w: 1'],
  ])('convolution of %s over time', (dialect, type, kernel) =>
    gives(
      layer(
        type,
        `convolution3d_param { num_output: 1 ${kernel} bias_term: false } ${weights(blob([1, 1, 2, 1, 1], [1, 10]))}`,
      ),
      { x: counted(1, 1, 3, 1, 1) },
      { y: blob([1, 1, 2, 1, 1], [21, 32]) },
      dialect,
    ),
  );

  test.each([
    ['cambricon', 'Pooling3D', 'kernel_size: 1 kernel_depth: 2 temporal_stride: 2'],
    ['nart', 'Pooling3d', 'kernel_d: 2 kernel_h: 1 kernel_w: 1 stride_d: 2'],
  ])('pooling of %s over time', (dialect, type, sizes) =>
    gives(
      layer(type, `pooling3d_param { pool: AVE ${sizes} }`),
      { x: counted(1, 1, 3, 1, 1) },
      { y: blob([1, 1, 2, 1, 1], [1.5, 3]) },
      dialect,
    ),
  );

  test('pooling of mnn over time rounds down', () =>
    gives(
      layer('Pooling3D', 'pooling3d_param { pool: AVE kernel_size: 1 kernel_depth: 2 temporal_stride: 2 }'),
      { x: counted(1, 1, 3, 1, 1) },
      { y: blob([1, 1, 1, 1, 1], [1.5]) },
      'mnn',
    ));

  test('Cambricon pads the MAX and the AVE of Pooling3D differently, so neither is run', () => {
    const padded = layer('Pooling3D', 'pooling3d_param { kernel_size: 2 kernel_depth: 1 pad: 1 }');
    gives(padded, { x: counted(1, 1, 1, 1, 1) }, { y: blob([1, 1, 1, 2, 2], [1]) }, 'mnn');
    expect(refused(padded, { x: counted(1, 1, 1, 1, 1) }, 'cambricon')).toContain(
      'its framework does not pad images of three axes alike',
    );
  });

  test('several images, each for itself', () =>
    gives(
      layer('MVN', 'mvn_param { normalize_variance: false across_channels: true }'),
      { x: counted(2, 1, 1, 2) },
      { y: blob([2, 1, 1, 2], [-0.5, 0.5, -0.5, 0.5]) },
    ));

  test.each([
    ['single', 'bvlc', 'data: 0.5'],
    ['double', 'bvlc', 'double_data: 0.5'],
    ['half (NVIDIA)', 'nvcaffe', String.raw`raw_data_type: FLOAT16 raw_data: "\000\070"`],
    ['half (OpenCV)', 'opencv', String.raw`raw_data_type: FLOAT16 raw_data: "\000\070"`],
  ])('weights of %s precision', (_, dialect, numbers) =>
    gives(
      layer('PReLU', `blobs { shape { dim: 1 } ${numbers} }`),
      { x: blob([1, 1], [-4]) },
      { y: blob([1, 1], [-2]) },
      dialect,
    ),
  );

  test('weights of bytes (Ascend)', () =>
    gives(
      layer('PReLU', String.raw`blobs { shape { dim: 1 } int8_data: "\003" }`),
      { x: blob([1, 1], [-4]) },
      { y: blob([1, 1], [-12]) },
      'ascend',
    ));

  test('blobs of the old shape', () =>
    gives(
      layer(
        'InnerProduct',
        'inner_product_param { num_output: 1 bias_term: false } blobs { num: 1 channels: 1 height: 1 width: 2 data: 1 data: 10 }',
      ),
      { x: counted(1, 2) },
      { y: blob([1, 1], [21]) },
    ));
});

describe('Structure', () => {
  const power = (name: string, from: string, to: string, shift: number) =>
    `layer { name: "${name}" type: "Power" bottom: "${from}" top: "${to}" power_param { shift: ${shift} } }`;

  test('layers in place stand one behind the other under one name', () =>
    gives(
      `${power('a', 'x', 'y', 1)} ${power('b', 'y', 'y', 10)} ${power('c', 'y', 'y', 100)}`,
      { x: blob([1], [0]) },
      { y: blob([1], [111]) },
    ));

  test('who reads before a layer in place has what was there before', () =>
    gives(
      `${power('a', 'x', 'a', 1)} ${power('b', 'a', 'b', 10)} ${power('c', 'a', 'a', 100)} ${layer('Eltwise', '', ['a', 'b'])}`,
      { x: blob([1], [0]) },
      { y: blob([1], [112]) },
    ));

  test('a top that several layers read needs no Split', () =>
    gives(
      `${power('a', 'x', 'a', 1)} ${power('b', 'a', 'y', 10)} ${power('c', 'a', 'z', 100)}`,
      { x: blob([1], [0]) },
      { y: blob([1], [11]), z: blob([1], [101]) },
    ));

  test('input and input_dim are an Input layer', () => {
    const net = `input: "x" input_dim: 1 input_dim: 1 input_dim: 1 input_dim: 2 ${power('a', 'x', 'y', 1)}`;
    gives(net, { x: counted(1, 1, 1, 2) }, { y: blob([1, 1, 1, 2], [2, 3]) });
  });

  test('Dropout does nothing', () =>
    gives(layer('Dropout', 'dropout_param { dropout_ratio: 0.5 }'), { x: counted(1, 2) }, { y: counted(1, 2) }));
});
