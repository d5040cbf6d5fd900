/**
 * Where frameworks mean different things by the same layer, a case computed by hand for each row of the table in docs/caffe.md
 * and of Caffe against ONNX. Pooling, padding, resizing and Deconvolution.
 */
import { describe, expect, test } from 'vitest';
import { blob, counted, gives, layer, refused, weights } from './support.ts';

const pool = (fields: string) => layer('Pooling', `pooling_param { ${fields} }`);

describe('Pooling size', () => {
  // 5 elements, windows of 2, steps of 2: 2.5 windows.
  const x = counted(1, 1, 1, 5);
  const row = 'kernel_h: 1 kernel_w: 2 stride_h: 1 stride_w: 2';
  const up = { y: blob([1, 1, 1, 3], [2, 4, 5]) };
  const down = { y: blob([1, 1, 1, 2], [2, 4]) };

  test.each(['bvlc', 'ssd', 'nvcaffe', 'intel', 'openvino', 'ascend', 'cambricon', 'nart', 'ncnn', 'mnn', 'tengine'])(
    '%s rounds up where nothing is said',
    (dialect) => gives(pool(row), { x }, up, dialect),
  );

  test.each([
    ['bvlc', 'round_mode: FLOOR'],
    ['ascend', 'round_mode: FLOOR'],
    ['ascend', 'ceil_mode: false'],
    ['openvino', 'ceil_mode: false'],
    ['nart', 'ceil_mode: false'],
    ['cambricon', 'ceil_mode: false'],
  ])('%s rounds down by %s', (dialect, mode) => gives(pool(`${row} ${mode}`), { x }, down, dialect));

  test('MNN has round_mode and does not read it', () => gives(pool(`${row} round_mode: FLOOR`), { x }, up, 'mnn'));

  // 4 elements, one of padding at each side, windows of 2, steps of 3: the third begins at 5, where pad and image end.
  const padded = 'kernel_h: 1 kernel_w: 2 stride_h: 1 stride_w: 3 pad_h: 0 pad_w: 1';
  const clipped = { y: blob([1, 1, 1, 2], [1, 4]) };

  test.each(['bvlc', 'intel', 'openvino', 'nart', 'cambricon', 'tengine'])(
    'with a pad, the last window of %s begins within image and pad',
    (dialect) => gives(pool(padded), { x: counted(1, 1, 1, 4) }, clipped, dialect),
  );

  test.each(['ncnn', 'mnn'])('%s keeps that window, in which there is nothing', (dialect) =>
    gives(pool(padded), { x: counted(1, 1, 1, 4) }, { y: blob([1, 1, 1, 3], [1, 4, -3.4028234663852886e38]) }, dialect),
  );

  // 6 columns, windows of 2, steps of 3: the third begins at 6, where the image ends; only the rows are padded.
  test('OpenCV takes such a window away along padded axes only, BVLC along both', () => {
    const rows = pool('kernel_size: 2 stride: 3 pad_h: 1 pad_w: 0');
    gives(rows, { x: counted(1, 1, 1, 6) }, { y: blob([1, 1, 1, 2], [2, 5]) }, 'bvlc');
    gives(rows, { x: counted(1, 1, 1, 6) }, { y: blob([1, 1, 1, 3], [2, 5, -3.4028234663852886e38]) }, 'opencv');
  });

  // 4 elements, windows of one, steps of 3: the last would begin at 3, which is within. Of 3 elements it is not.
  test('Intel takes such a window away also where the kernel has one element', () => {
    const single = 'kernel_size: 1 stride_h: 1 stride_w: 3';
    gives(pool(single), { x: counted(1, 1, 1, 3) }, { y: blob([1, 1, 1, 1], [1]) }, 'intel');
    gives(pool(single), { x: counted(1, 1, 1, 3) }, { y: blob([1, 1, 1, 2], [1, -3.4028234663852886e38]) }, 'bvlc');
  });

  // 2 rows of 3: Tengine counts 2 + (3 - 3 - 1) / 2 windows in a row, in whole numbers 2; the second has the last element.
  test('Tengine has a second window where the first is just as long as the row', () => {
    const whole = 'kernel_h: 1 kernel_w: 3 stride_h: 1 stride_w: 2';
    gives(pool(whole), { x: counted(1, 1, 2, 3) }, { y: blob([1, 1, 2, 1], [3, 6]) }, 'bvlc');
    gives(pool(whole), { x: counted(1, 1, 2, 3) }, { y: blob([1, 1, 2, 2], [3, 3, 6, 6]) }, 'tengine');
    gives(pool('kernel_size: 2 stride: 2'), { x: counted(1, 1, 2, 2) }, { y: blob([1, 1, 1, 1], [4]) }, 'tengine');
  });

  test('MNN makes a kernel no larger than image and pad', () =>
    gives(
      pool('pool: AVE kernel_h: 1 kernel_w: 9'),
      { x: counted(1, 1, 1, 5) },
      { y: blob([1, 1, 1, 1], [3]) },
      'mnn',
    ));
});

describe('AVE pool', () => {
  // 2 and 4 with one of padding at each side: windows of 2.
  const x = blob([1, 1, 1, 2], [2, 4]);
  const average = (more = '') =>
    pool(`pool: AVE kernel_h: 1 kernel_w: 2 stride_h: 1 stride_w: 1 pad_h: 0 pad_w: 1 ${more}`);
  const withPadding = { y: blob([1, 1, 1, 3], [1, 3, 2]) };
  const imageOnly = { y: blob([1, 1, 1, 3], [2, 3, 4]) };

  test.each(['bvlc', 'intel', 'openvino', 'nart', 'cambricon', 'mnn', 'tengine'])(
    '%s divides by the window with its padding',
    (dialect) => gives(average(), { x }, withPadding, dialect),
  );

  test('ncnn divides by what stands in the image', () => gives(average(), { x }, imageOnly, 'ncnn'));

  test("avg_include_pad is for Intel's MKL engines; MNN has it and does not read it", () => {
    gives(average('avg_include_pad: false engine: MKLDNN'), { x }, imageOnly, 'intel');
    gives(average('avg_include_pad: false'), { x }, withPadding, 'intel');
    gives(average('avg_include_pad: false'), { x }, withPadding, 'mnn');
  });

  // 5 elements, windows of 3, steps of 2 from the pad on: -1 to 1, 1 to 3, 3 to 5 (the last place is padding).
  test('what reaches beyond the padding does not count', () =>
    gives(
      pool('pool: AVE kernel_h: 1 kernel_w: 4 stride_h: 1 stride_w: 3 pad_h: 0 pad_w: 1'),
      { x: counted(1, 1, 1, 5) },
      // 0 1 2 3 of four; 3 4 5 and one of padding, not two
      { y: blob([1, 1, 1, 2], [6 / 4, 12 / 4]) },
    ));
});

describe('Asymmetric pads', () => {
  const right = [0, 0, 0, 0, 0, 0, 0, 1].map((size) => `pads: ${size}`).join(' ');
  const twice = 'pooling_param { pool: AVE kernel_h: 1 kernel_w: 2 }';

  test("NART's Pad before the layer", () =>
    gives(
      `${layer('Pad', `pad_param { ${right} }`, ['x'], ['p'])}
       layer { name: "q" type: "Pooling" bottom: "p" top: "y" ${twice} }`,
      { x: counted(1, 1, 1, 3) },
      { y: blob([1, 1, 1, 3], [1.5, 2.5, 1.5]) },
      'nart',
    ));

  test('elsewhere a pad of both sides, and Crop behind it', () =>
    gives(
      `layer { name: "p" type: "Pooling" bottom: "x" top: "p"
         pooling_param { pool: AVE kernel_h: 1 kernel_w: 2 pad_h: 0 pad_w: 1 } }
       ${layer('Crop', 'crop_param { axis: 3 offset: 1 }', ['p', 'x'])}`,
      { x: counted(1, 1, 1, 3) },
      { y: blob([1, 1, 1, 3], [1.5, 2.5, 1.5]) },
    ));
});

describe('Upsample/Interp/Resize', () => {
  // Kernel 2 s - s % 2 = 4, pad ceil((s - 1) / 2) = 1: a triangle over two places.
  test('a bilinear Deconvolution is half-pixel resizing within the image, not at its borders', () => {
    const triangle = weights(blob([1, 1, 1, 4], [0.25, 0.75, 0.75, 0.25]));
    const sizes = 'num_output: 1 kernel_h: 1 kernel_w: 4 stride_h: 1 stride_w: 2 pad_h: 0 pad_w: 1 bias_term: false';
    // Half-pixel resizing gives 1, 1.25, 1.75, 2.25, 2.75, 3.
    gives(
      layer('Deconvolution', `convolution_param { ${sizes} } ${triangle}`),
      { x: counted(1, 1, 1, 3) },
      { y: blob([1, 1, 1, 6], [0.75, 1.25, 1.75, 2.25, 2.75, 2.25]) },
    );
  });

  // Two elements become four: their centres at 1/8, 3/8, ... of the row, or the first and last where they were.
  test.each([
    ['mnn', 'height: 1 width: 4', [1, 4 / 3, 5 / 3, 2]],
    ['openvino', 'height: 1 width: 4', [1, 4 / 3, 5 / 3, 2]],
    ['ncnn', 'height: 1 width: 4', [1, 1.25, 1.75, 2]],
  ])('Interp of %s', (dialect, fields, y) =>
    gives(
      layer('Interp', `interp_param { ${fields} }`),
      { x: counted(1, 1, 1, 2) },
      { y: blob([1, 1, 1, 4], y) },
      dialect,
    ),
  );

  test('Upsample repeats elements', () =>
    gives(
      layer('Upsample', 'upsample_param { scale: 2 }'),
      { x: counted(1, 1, 1, 2) },
      { y: blob([1, 1, 2, 4], [1, 1, 2, 2, 1, 1, 2, 2]) },
      'yolo-upsample',
    ));
});

describe('Deconvolution', () => {
  test('(n - 1) stride + kernel - 2 pad, with nothing added at the end', () =>
    gives(
      layer(
        'Deconvolution',
        `convolution_param { num_output: 1 kernel_size: 2 stride: 3 bias_term: false } ${weights(blob([1, 1, 2, 2], [1]))}`,
      ),
      { x: blob([1, 1, 1, 2], [5, 7]) },
      { y: blob([1, 1, 2, 5], [5, 5, 0, 7, 7, 5, 5, 0, 7, 7]) },
    ));

  test("dilation of BVLC is a hole in NART's HoleConvolution", () => {
    const kernel = weights(blob([1, 1, 1, 2], [1, 10]));
    const sizes = 'num_output: 1 kernel_h: 1 kernel_w: 2 bias_term: false';
    const y = { y: blob([1, 1, 1, 1], [31]) };
    gives(
      layer('Convolution', `convolution_param { ${sizes} dilation: 1 dilation: 2 } ${kernel}`),
      { x: counted(1, 1, 1, 3) },
      y,
    );
    gives(
      layer('HoleConvolution', `convolution_param { ${sizes} hole_h: 1 hole_w: 2 } ${kernel}`),
      { x: counted(1, 1, 1, 3) },
      y,
      'nart',
    );
  });

  test.each([
    ['bvlc', 'Convolution', 'group: 2'],
    ['ncnn', 'ConvolutionDepthwise', ''],
    ['ncnn', 'DepthwiseConvolution', ''],
    ['mnn', 'DepthwiseConv', ''],
    ['cambricon', 'ConvolutionDepthwise', ''],
    ['opencv', 'ConvolutionDepthwise', ''],
  ])('depthwise of %s is called %s', (dialect, type, group) =>
    gives(
      layer(
        type,
        `convolution_param { num_output: 2 kernel_size: 1 bias_term: false ${group} } ${weights(blob([2, 1, 1, 1], [10, 100]))}`,
      ),
      { x: counted(1, 2, 1, 1) },
      { y: blob([1, 2, 1, 1], [10, 200]) },
      dialect,
    ),
  );
});

describe('ROI/SSD heads', () => {
  // The whole image of 4 x 4 in bins of 2 x 2.
  test.each(['mnn', 'opencv', 'nart', 'intel', 'cambricon'])('ROIPooling of %s', (dialect) =>
    gives(
      layer('ROIPooling', 'roi_pooling_param { pooled_h: 2 pooled_w: 2 spatial_scale: 1 }', ['x', 'rois']),
      { x: counted(1, 1, 4, 4), rois: blob([1, 5], [0, 0, 0, 3, 3]) },
      { y: blob([1, 1, 2, 2], [6, 8, 14, 16]) },
      dialect,
    ),
  );

  test('ROIPooling and PSROIPooling of ncnn take one region of four numbers', () => {
    const rois = blob([1, 4], [0, 0, 1, 1]);
    const max = layer('ROIPooling', 'roi_pooling_param { pooled_h: 1 pooled_w: 1 }', ['x', 'rois']);
    const mean = layer('PSROIPooling', 'psroi_pooling_param { group_size: 1 output_dim: 1 spatial_scale: 1 }', [
      'x',
      'rois',
    ]);
    gives(max, { x: counted(1, 1, 4, 4), rois }, { y: blob([1, 1, 1, 1], [6]) }, 'ncnn');
    gives(mean, { x: counted(1, 1, 4, 4), rois }, { y: blob([1, 1, 1, 1], [3.5]) }, 'ncnn');
    expect(refused(max, { x: counted(1, 1, 4, 4), rois: blob([1, 5], [0, 0, 0, 1, 1]) }, 'ncnn')).toContain(
      'four numbers',
    );
  });

  test('Crop of ncnn cuts channels and rows, too', () => {
    const net = layer('Crop', 'crop_param { axis: 3 offset: 1 }', ['x', 'like']);
    const given = { x: counted(1, 2, 2, 3), like: blob([1, 1, 1, 2], [0, 0]) };
    gives(net, given, { y: blob([1, 1, 1, 2], [2, 3]) }, 'ncnn');
  });

  // One place in the middle of an image of 10 x 10: boxes of 4 and of 6 around it.
  test.each(['ssd', 'opencv'])('PriorBox of %s takes several sizes', (dialect) => {
    const given = { x: blob([1, 1, 1, 1], [0]), data: blob([1, 3, 10, 10], [0]) };
    const prior = (fields: string) => layer('PriorBox', `prior_box_param { ${fields} variance: 0.1 }`, ['x', 'data']);
    const [four, six, variance] = [
      [0.3, 0.3, 0.7, 0.7],
      [0.2, 0.2, 0.8, 0.8],
      [0.1, 0.1, 0.1, 0.1],
    ];
    gives(
      prior('min_size: 4 min_size: 6'),
      given,
      { y: blob([1, 2, 8], [...four, ...six, ...variance, ...variance]) },
      dialect,
    );
    gives(prior('min_size: 4'), given, { y: blob([1, 2, 4], [...four, ...variance]) }, dialect);
  });
});
