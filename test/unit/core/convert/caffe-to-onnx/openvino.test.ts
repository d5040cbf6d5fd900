/** Layers that OpenVINO alone reads: onnxruntime on what was converted, against the interpreter. */
import { describe, expect, test } from 'vitest';
import { Tensor } from '../../../../../src/core/ir/tensor.ts';
import { runCaffe } from '../../../../../src/core/runtime/caffe/run.ts';
import { randomInputs } from '../../../../../src/core/runtime/inputs.ts';
import { input, layer } from '../../formats/caffe/lines.ts';
import { agrees, converted, networkOf, operatorsOf, problemsOf } from './support.ts';

const SEEDS = [1, 2, 3];
const dialect = 'openvino';

describe('Resample', () => {
  const net = (parameters: string, ...further: readonly string[]) => [
    input('x', 2, 3, 7, 8),
    ...further,
    layer(`x${further.length > 0 ? ', like' : ''} => y: Resample resample_param { ${parameters} }`),
  ];

  test.each([
    'factor: 2',
    'height: 10 width: 20 antialias: false',
    'height: 3 width: 5',
    'height: 3 width: 20',
    'height: 3 width: 5 antialias: false',
    'factor: 2.5 type: NEAREST',
    'height: 3 width: 5 type: NEAREST',
    'factor: 1.7 type: CUBIC',
    'height: 4 width: 5 type: CUBIC',
  ])('%s', async (parameters) => {
    await agrees(net(parameters), { dialect });
  });

  test('as large as another blob', async () => {
    await agrees(net('type: LINEAR', input('like', 1, 1, 9, 12)), { dialect });
  });

  test('by areas is refused', () => {
    expect(problemsOf(net('factor: 2 type: AREA'), dialect)[0]).toContain('has no such mode');
  });
});

describe('SpatialTransformer', () => {
  const net = (numbers: number, parameters = '') => [
    input('x', 2, 3, 5, 6),
    input('theta', 2, numbers),
    layer(`x, theta => y: SpatialTransformer st_param { ${parameters} }`),
  ];

  test.each([
    [6, ''],
    [6, 'output_H: 4 output_W: 9'],
    [2, 'theta_1_2: 0.25 theta_2_1: -0.5 theta_2_2: 0.75 theta_2_3: 0.1'],
  ])('%s numbers, %s', async (numbers, parameters) => {
    for (const seed of SEEDS) await agrees(net(numbers, parameters), { dialect, seed });
  });

  test('a transformation that changes nothing', async () => {
    const { found } = await agrees(net(6), { dialect, inputs: { theta: [1, 0, 0, 0, 1, 0, 1, 0, 0, 0, 1, 0] } });
    const [x] = [...randomInputs(networkOf(net(6), dialect).graph, { seed: 11 }).values()];
    for (const [k, value] of (x?.numbers() ?? []).entries()) expect(found.get('y')?.numbers()[k]).toBeCloseTo(value, 5);
  });

  test('what does not fit is refused', () => {
    expect(problemsOf(net(5), dialect)[0]).toContain('10 numbers');
    expect(problemsOf(net(6, 'sampler_type: "nearest"'), dialect)[0]).toContain('sampler_type');
    expect(problemsOf(net(6, 'de_transform: true'), dialect)[0]).toContain('de_transform');
  });
});

test('PowerFile adds what OpenVINO does, which is told', () => {
  const net = [input('x', 2, 6), layer('x => y: PowerFile power_file_param { shift_file: "shift.txt" }')];
  expect(problemsOf(net, dialect)).toEqual([expect.stringContaining('1 0 0 0 1 0')]);
  expect(operatorsOf(converted(net, dialect))).toEqual(['Add']);
  const zeros = new Map([['x', Tensor.of('float32', [2, 6], Array(12).fill(0))]]);
  expect(runCaffe(networkOf(net, dialect), zeros).get('y')?.numbers()).toEqual([1, 0, 0, 0, 1, 0, 1, 0, 0, 0, 1, 0]);
});

describe('CTCGreedyDecoder', () => {
  const net = (parameters: string) => [
    input('x', 6, 3, 4),
    input('mask', 6, 3),
    layer(`x, mask => y: CTCGreedyDecoder ctc_decoder_param { ${parameters} }`),
  ];
  // The second stream ends behind its third step, the third goes on only behind a gap that ends it.
  const mask = [1, 1, 0, 1, 1, 1, 1, 1, 1, 1, 0, 1, 1, 0, 1, 1, 1, 1];

  test.each(['', 'ctc_merge_repeated: false', 'blank_index: 2'])('%s', async (parameters) => {
    for (const seed of SEEDS) await agrees(net(parameters), { dialect, inputs: { mask }, seed });
    const repeated = Array.from({ length: 72 }, (_, k) => ([0, 1, 1, 3, 0, 0][Math.floor(k / 12)] === k % 4 ? 1 : 0));
    await agrees(net(parameters), { dialect, inputs: { mask: Array(18).fill(1), x: repeated } });
  });
});

describe('Accum', () => {
  const net = (parameters: string) => [
    input('a', 2, 1, 4, 5),
    input('b', 2, 3, 7, 3),
    input('c', 2, 2, 2, 9),
    layer(`a, b, c => y: Accum accum_param { ${parameters} }`),
  ];

  test.each([
    ['', [2, 6, 7, 9]],
    ['have_reference: true', [2, 4, 2, 9]],
    ['size_divisible_by: 8', [2, 6, 8, 16]],
    ['top_height: 9 top_width: 12', [2, 6, 9, 12]],
    ['top_height: 9 top_width: 4', [2, 6, 7, 9]],
  ])('%s', async (parameters, shape) => {
    const { found } = await agrees(net(parameters), { dialect });
    expect(found.get('y')?.shape).toEqual(shape);
  });
});

describe('DataAugmentation', () => {
  const blobs = (iterations: number, height: number, width: number) => [
    Tensor.of('float32', [1], [iterations]),
    [1, 3, height, width],
    [1, 3, 1, 1],
  ];
  const net = (parameters: string, own: readonly (Tensor | readonly number[])[] = []) => [
    input('x', 2, 3, 5, 6),
    layer(`x => y: DataAugmentation augmentation_param { ${parameters} }`, own),
  ];

  test.each([
    ['max_multiplier: 1 mean: [0.5, 0.25, 1] mean_per_pixel: false', []],
    ['crop_width: 4 crop_height: 4 mirror { rand_type: "bernoulli" prob: 0.5 }', []],
    ['crop_width: 6 crop_height: 5', []],
    ['recompute_mean: 10 mean_per_pixel: false', blobs(10, 5, 6)],
    ['recompute_mean: 10', blobs(11, 5, 6)],
    ['recompute_mean: 10', blobs(11, 2, 3)],
    ['recompute_mean: 10 crop_width: 3 crop_height: 2', blobs(11, 2, 3)],
  ])('%s', async (parameters, own) => {
    await agrees(net(parameters, own), { dialect });
  });

  test('what changes from run to run is refused', () => {
    expect(problemsOf(net('recompute_mean: 10', blobs(9, 5, 6)), dialect)[0]).toContain('goes on counting');
    const augmented = 'crop_width: 4 crop_height: 4 augment_during_test: true';
    expect(problemsOf(net(augmented), dialect)[0]).toContain('random');
  });
});

test('Axpy', async () => {
  const images = ['x', 'z'].map((name) => input(name, 2, 3, 4, 5));
  await agrees([input('a', 2, 3, 1, 1), ...images, layer('a, x, z => y: Axpy')], { dialect });
});

describe('networks of two values', () => {
  test('Binarization is 1 above 0, else -1', async () => {
    await agrees([input('x', 1, 1, 1, 4), layer('x => y: Binarization')], {
      dialect,
      inputs: { x: [-2, 0, 1e-20, 3] },
      gives: { y: [-1, -1, 1, 1] },
    });
  });

  test('ConvolutionBinary multiplies by its weights as they are', async () => {
    const net = [
      input('x', 1, 2, 5, 5),
      layer('x => b: Binarization'),
      layer('b => y: ConvolutionBinary convolution_param { num_output: 3 kernel_size: 3 pad: 1 stride: 2 }', [
        [3, 2, 3, 3],
        [3],
      ]),
    ];
    const result = await agrees(net, { dialect });
    expect(operatorsOf(result)).toEqual(['Greater', 'Where', 'Conv']);
  });
});
