/**
 * Where frameworks mean different things by the same layer, a case computed by hand for each row of the table in docs/caffe.md
 * and of Caffe against ONNX. Normalisation, scales, products and functions.
 */
import { describe, expect, test } from 'vitest';
import { blob, counted, gives, layer, refused, weights } from './support.ts';

describe('BatchNorm', () => {
  // (x - mean) / sqrt(variance + eps) with x 5: mean 2, variance 3, eps 1 is 1.5.
  const x = blob([1, 1, 1, 1], [5]);
  const one = (...values: readonly number[]) => values.map((value) => blob([1], [value]));
  const norm = (fields: string, ...values: readonly number[]) =>
    layer('BatchNorm', `batch_norm_param { eps: 1 ${fields} } ${weights(...one(...values))}`);
  const y = (value: number) => ({ y: blob([1, 1, 1, 1], [value]) });

  test.each(['bvlc', 'nvcaffe', 'intel', 'cambricon', 'openvino', 'ncnn', 'mnn', 'nart', 'opencv'])(
    '%s divides both by the factor, and takes 0 for 0',
    (dialect) => {
      gives(norm('', 4, 6, 2), { x }, y(1.5), dialect);
      gives(norm('', 4, 6, 0), { x }, y(5), dialect);
    },
  );

  // tools/convert_tool/caffe/caffe2tengine.cpp names two blobs, and source/operator/prototype/batchnorm.c a factor of 1.
  test('Tengine takes both as they are', () => gives(norm('', 2, 3, 7), { x }, y(1.5), 'tengine'));

  test('NVIDIA does not where a scale and a bias follow, and has no eps below 1e-5', () => {
    gives(norm('scale_bias: true', 2, 3, 7, 1, 0), { x }, y(1.5), 'nvcaffe');
    gives(
      layer('BatchNorm', `batch_norm_param { eps: 0 } ${weights(...one(4.5, 0, 1))}`),
      { x },
      y(0.5 / Math.sqrt(1e-5)),
      'nvcaffe',
    );
  });

  // Net::CopyTrainedLayersFrom: scale, bias, mean, variance and one number that says nothing.
  test('NVIDIA reads the five blobs of DIGITS in the order of those', () =>
    gives(
      layer(
        'BatchNorm',
        `batch_norm_param { eps: 1 scale_bias: true } ${weights(
          ...[
            [10, 1],
            [0.5, 0],
            [2, 5],
            [3, 0],
          ].map((values) => blob([2], values)),
          blob([1], [7]),
        )}`,
      ),
      { x: blob([1, 2, 1, 1], [5, 5]) },
      { y: blob([1, 2, 1, 1], [15.5, 0]) },
      'nvcaffe',
    ));

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

  const batch = { x: blob([1, 1, 1, 2], [4, 6]) };
  const told = norm('use_global_stats: false', 2, 3, 1);

  test.each(['bvlc', 'intel', 'cambricon'])('%s takes the statistics of the batch where it is told to', (dialect) =>
    gives(told, batch, { y: blob([1, 1, 1, 2], [-Math.SQRT1_2, Math.SQRT1_2]) }, dialect),
  );

  test.each(['nvcaffe', 'ncnn', 'mnn', 'tengine', 'openvino'])('%s never does', (dialect) =>
    gives(told, batch, { y: blob([1, 1, 1, 2], [1, 2]) }, dialect),
  );
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
