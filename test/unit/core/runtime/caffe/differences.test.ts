/**
 * Where frameworks mean different things by the same layer, a case computed by hand for each: the rows of the table in
 * docs/caffe.md and those of Caffe against ONNX. Resizing and detection have files of their own beside this one.
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
});

describe('BatchNorm', () => {
  // (x - mean) / sqrt(variance + eps) with x 5: mean 2, variance 3, eps 1 is 1.5.
  const x = blob([1, 1, 1, 1], [5]);
  const one = (...values: readonly number[]) => values.map((value) => blob([1], [value]));
  const norm = (fields: string, ...values: readonly number[]) =>
    layer('BatchNorm', `batch_norm_param { eps: 1 ${fields} } ${weights(...one(...values))}`);
  const y = (value: number) => ({ y: blob([1, 1, 1, 1], [value]) });

  test.each(['bvlc', 'nvcaffe', 'intel', 'cambricon', 'openvino', 'ncnn', 'mnn', 'tengine', 'nart', 'opencv'])(
    '%s divides both by the factor, and takes 0 for 0',
    (dialect) => {
      gives(norm('', 4, 6, 2), { x }, y(1.5), dialect);
      gives(norm('', 4, 6, 0), { x }, y(5), dialect);
    },
  );

  test('NVIDIA does not where a scale and a bias follow, and has no eps below 1e-5', () => {
    gives(norm('scale_bias: true', 2, 3, 7, 1, 0), { x }, y(1.5), 'nvcaffe');
    gives(
      layer('BatchNorm', `batch_norm_param { eps: 0 } ${weights(...one(4.5, 0, 1))}`),
      { x },
      y(0.5 / Math.sqrt(1e-5)),
      'nvcaffe',
    );
  });

  test('scale and bias behind it: NVIDIA by scale_bias, Cambricon by use_alpha_beta', () => {
    gives(norm('scale_bias: true', 2, 3, 1, 10, 0.5), { x }, y(15.5), 'nvcaffe');
    gives(norm('use_alpha_beta: true', 2, 3, 1, 10, 0.5), { x }, y(15.5), 'cambricon');
  });

  test.each([
    ['cambricon', 'bn_param { eps: 1 }'],
    ['openvino', ''],
    ['nart', 'bn_param { var_eps: 1 }'],
  ])('BN of %s: scale, bias, mean, variance', (dialect, fields) => {
    const eps = fields === '' ? 1e-5 : 1;
    gives(
      layer('BN', `${fields} ${weights(...one(10, 0.5, 2, 3))}`),
      { x },
      y((3 / Math.sqrt(3 + eps)) * 10 + 0.5),
      dialect,
    );
  });

  test("NART's eps is 1e-10, Cambricon's 1e-5 where it is not given", () => {
    const still = layer('BN', weights(...one(1, 0, 5 - 1e-5, 0)));
    const difference = 5 - Math.fround(5 - 1e-5);
    gives(still, { x }, y(difference / Math.sqrt(1e-10)), 'nart');
    gives(still, { x }, y(difference / Math.sqrt(1e-5)), 'cambricon');
  });

  test('BN of ncnn: scale and bias, with the statistics in them', () =>
    gives(layer('BN', weights(...one(10, 0.5))), { x }, y(50.5), 'ncnn'));

  test('CuDNNBatchNorm of MNN: mean, variance, scale, bias', () =>
    gives(
      layer('CuDNNBatchNorm', `batch_norm_param { eps: 1 } ${weights(...one(2, 3, 10, 0.5))}`),
      { x },
      y(15.5),
      'mnn',
    ));

  test('BVLC and Cambricon take the statistics of the batch where they are told to; ncnn, MNN and Tengine never', () => {
    const told = norm('use_global_stats: false', 2, 3, 1);
    gives(
      told,
      { x: blob([1, 1, 1, 2], [4, 6]) },
      { y: blob([1, 1, 1, 2], [-1 / Math.SQRT2, 1 / Math.SQRT2]) },
      'bvlc',
    );
    gives(told, { x: blob([1, 1, 1, 2], [4, 6]) }, { y: blob([1, 1, 1, 2], [1, 2]) }, 'ncnn');
  });
});

describe('Scale/Bias/Power', () => {
  test('Power is (shift + scale x) ^ power', () =>
    gives(
      layer('Power', 'power_param { power: -1 scale: 2 shift: 1 }'),
      { x: blob([1], [1.5]) },
      { y: blob([1], [0.25]) },
    ));

  test.each(['bvlc', 'ascend', 'ncnn'])('a scale of %s has one number for each channel', (dialect) =>
    gives(
      layer('Scale', `scale_param { bias_term: true } ${weights(blob([2], [2, 3]), blob([2], [0.5, 0.25]))}`),
      { x: counted(1, 2, 1, 1) },
      { y: blob([1, 2, 1, 1], [2.5, 6.25]) },
      dialect,
    ),
  );
});

describe('Exp and Log', () => {
  const [exp, log] = ['Exp', 'Log'].map((type) => layer(type, `${type.toLowerCase()}_param { base: 2 shift: 1 }`)) as [
    string,
    string,
  ];
  const x = blob([1], [3]);

  test.each([
    ['bvlc', 16, 2],
    ['opencv', 16, Math.log(3)],
    ['ncnn', Math.exp(3), Math.log(3)],
  ])('%s', (dialect, power, logarithm) => {
    gives(exp, { x }, { y: blob([1], [power]) }, dialect);
    gives(log, { x }, { y: blob([1], [logarithm]) }, dialect);
  });
});

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

describe('Normalize', () => {
  const x = blob([1, 2, 1, 1], [3, 4]);
  const plain = 'across_spatial: false channel_shared: false eps: 11';
  const normalize = (fields: string, scale: readonly number[]) =>
    layer('Normalize', `norm_param { ${fields} } ${weights(blob([scale.length], scale))}`);

  test.each(['ssd', 'ncnn', 'mnn', 'intel', 'nvcaffe', 'cambricon', 'ascend'])(
    'eps of %s is under the root',
    (dialect) => gives(normalize(plain, [6, 12]), { x }, { y: blob([1, 2, 1, 1], [3, 8]) }, dialect),
  );

  test('Tengine has no eps, and neither a common scale nor across_spatial', () => {
    gives(normalize(plain, [5, 10]), { x }, { y: blob([1, 2, 1, 1], [3, 8]) }, 'tengine');
    expect(refused(normalize('across_spatial: false', [5]), { x }, 'tengine')).toContain('has no channel_shared');
    expect(refused(normalize('channel_shared: false', [5, 5]), { x }, 'tengine')).toContain('has no across_spatial');
  });

  test('MNN has no common scale', () =>
    expect(refused(normalize('', [5]), { x }, 'mnn')).toContain('has no channel_shared'));

  test("NART's normalize_param is a coefficient, without eps", () =>
    gives(layer('Normalize', 'normalize_param { coeff: 10 }'), { x }, { y: blob([1, 2, 1, 1], [6, 8]) }, 'nart'));
});

describe('LRN and MVN', () => {
  const lrn = layer('LRN', 'lrn_param { local_size: 1 alpha: 1 beta: 1 k: 3 }');
  const x = blob([1, 1, 1, 1], [2]);

  test.each([
    ['bvlc', 2 / 7],
    ['openvino', 2 / 7],
    ['ncnn', 2 / 5],
    ['mnn', 2 / 5],
    ['tengine', 2 / 8],
  ])('k of LRN in %s', (dialect, y) => gives(lrn, { x }, { y: blob([1, 1, 1, 1], [y]) }, dialect));

  test('Tengine has no LRN within channels', () =>
    expect(refused(layer('LRN', 'lrn_param { norm_region: WITHIN_CHANNEL }'), { x }, 'tengine')).toContain(
      'its framework has only ACROSS_CHANNELS',
    ));

  // Mean 2, deviation 1; the squares 1 and 9 have the mean 5.
  test.each([
    ['bvlc', 1 / (1 + 3)],
    ['ncnn', 1 / (1 + 3)],
    ['openvino', 1 / Math.sqrt(1 + 3)],
    ['tengine', 1 / (Math.sqrt(5) + 3)],
  ])('eps of MVN in %s', (dialect, y) =>
    gives(
      layer('MVN', 'mvn_param { eps: 3 }'),
      { x: blob([1, 1, 1, 2], [1, 3]) },
      { y: blob([1, 1, 1, 2], [-y, y]) },
      dialect,
    ),
  );
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

test('Softmax axis: the channels, one by one for each place', () =>
  gives(
    layer('Softmax'),
    { x: blob([1, 2, 1, 2], [0, 0, Math.log(3), 0]) },
    { y: blob([1, 2, 1, 2], [0.25, 0.5, 0.75, 0.5]) },
  ));

describe('InnerProduct', () => {
  const inner = (fields: string, shape: readonly number[], values: readonly number[]) =>
    layer(
      'InnerProduct',
      `inner_product_param { num_output: 1 bias_term: false ${fields} } ${weights(blob(shape, values))}`,
    );

  test.each([
    ['bvlc', [1, 1]],
    ['nart', [1, 1]],
    ['tengine', [1, 1, 1, 1]],
    ['ncnn', [1, 1]],
  ])('%s puts an image in a row', (dialect, to) =>
    gives(inner('', [1, 4], [1, 10, 100, 1000]), { x: counted(1, 2, 1, 2) }, { y: blob(to, [4321]) }, dialect),
  );

  test('BVLC keeps the axes before `axis`; NART does not read it', () => {
    gives(inner('axis: 2', [1, 2], [1, 10]), { x: counted(1, 2, 2) }, { y: blob([1, 2, 1], [21, 43]) });
    expect(refused(inner('axis: 2', [1, 2], [1, 10]), { x: counted(1, 2, 2) }, 'nart')).toContain(
      'its blob 0 has 2 numbers in the place of 4',
    );
  });

  test('ncnn multiplies row by row where the weights are as long as a row', () =>
    gives(inner('', [1, 2], [1, 10]), { x: counted(1, 2, 2) }, { y: blob([1, 2, 1], [21, 43]) }, 'ncnn'));

  test('transpose turns the weights; ncnn does not read it', () => {
    const two = layer(
      'InnerProduct',
      `inner_product_param { num_output: 2 bias_term: false transpose: true } ${weights(blob([2, 2], [1, 2, 3, 4]))}`,
    );
    gives(two, { x: blob([1, 2], [1, 10]) }, { y: blob([1, 2], [31, 42]) });
    gives(two, { x: blob([1, 2], [1, 10]) }, { y: blob([1, 2], [21, 43]) }, 'ncnn');
  });

  test('batches of matrices: MatMul of NART, BatchMatMul of Ascend', () => {
    const given = { a: counted(2, 1, 2), b: blob([2, 2, 1], [1, 10, 100, 1000]) };
    const y = { y: blob([2, 1, 1], [21, 4300]) };
    gives(layer('MatMul', '', ['a', 'b']), given, y, 'nart');
    gives(layer('BatchMatMul', '', ['a', 'b']), given, y, 'ascend');
  });
});

describe('PReLU', () => {
  const x = blob([1, 2], [-2, 8]);

  test('channel_shared has one slope; LeakyReLU is ReLU with a slope', () => {
    const y = { y: blob([1, 2], [-1, 8]) };
    gives(layer('PReLU', `prelu_param { channel_shared: true } ${weights(blob([1], [0.5]))}`), { x }, y);
    gives(layer('ReLU', 'relu_param { negative_slope: 0.5 }'), { x }, y);
  });

  test.each([
    ['nart', layer('ReLU6', 'relu6_param { negative_slope: 0.5 }')],
    ['openvino', layer('ReLU6')],
    ['openvino', layer('ReLU6', 'relu6_param { n: 6 }')],
    ['opencv', layer('ReLU6')],
    ['bvlc', layer('Clip', 'clip_param { min: 0 max: 6 }')],
    ['tengine', layer('Clip', 'clip_param { max: 6 }')],
    ['cambricon', layer('ReLU', 'relu_param { upper_limit: 6 }')],
  ])('ReLU6 of %s: %s', (dialect, net) => gives(net, { x }, { y: blob([1, 2], [0, 6]) }, dialect));
});

describe('HardSwish/HardSigmoid/Swish/Mish', () => {
  const x = blob([1, 3], [-4, 1, 4]);
  const y = { y: blob([1, 3], [0, 4 / 6, 4]) };

  test('NART has both spellings', () => {
    gives(layer('Hswish'), { x }, y, 'nart');
    gives(layer('HSwish'), { x }, y, 'nart');
  });

  test('composed of Power, Clip, Power and Eltwise', () =>
    gives(
      `layer { name: "a" type: "Power" bottom: "x" top: "a" power_param { shift: 3 } }
       layer { name: "b" type: "Clip" bottom: "a" top: "b" clip_param { min: 0 max: 6 } }
       layer { name: "c" type: "Power" bottom: "b" top: "c" power_param { scale: 0.16666667 } }
       ${layer('Eltwise', 'eltwise_param { operation: PROD }', ['x', 'c'])}`,
      { x },
      y,
    ));

  test('beta of Swish', () =>
    gives(layer('Swish', 'swish_param { beta: 0 }'), { x }, { y: blob([1, 3], [-2, 0.5, 2]) }));
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

describe('Eltwise', () => {
  const given = { a: blob([1, 2], [3, 8]), b: blob([1, 2], [1, 2]) };
  const subtract = layer('Eltwise', 'eltwise_param { coeff: 1 coeff: -1 }', ['a', 'b']);

  test('a difference has the coefficients 1 and -1; Tengine does not read them', () => {
    gives(subtract, given, { y: blob([1, 2], [2, 6]) });
    gives(subtract, given, { y: blob([1, 2], [4, 10]) }, 'tengine');
  });

  test('a quotient is a product with Power -1', () =>
    gives(
      `layer { name: "r" type: "Power" bottom: "b" top: "r" power_param { power: -1 } }
       ${layer('Eltwise', 'eltwise_param { operation: PROD }', ['a', 'r'])}`,
      given,
      { y: blob([1, 2], [3, 4]) },
    ));

  test("shapes are the same; NART's Mul repeats axes", () => {
    const wide = { a: counted(1, 2, 2), b: blob([1, 2, 1], [10, 100]) };
    expect(refused(layer('Eltwise', '', ['a', 'b']), wide)).toContain('its bottoms are 1x2x2 and 1x2x1');
    gives(layer('Mul', '', ['a', 'b']), wide, { y: blob([1, 2, 2], [10, 20, 300, 400]) }, 'nart');
  });
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
    gives(
      layer('Crop', 'crop_param { crop_h: 1 crop_w: 2 center_crop: true }'),
      { x: counted(1, 1, 3, 5) },
      { y: blob([1, 1, 1, 2], [7, 8]) },
      'tengine',
    );
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
