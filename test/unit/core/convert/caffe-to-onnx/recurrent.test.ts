/** Recurrence, correlation, deformable convolution, heat maps: onnxruntime on what was converted, against the interpreter. */
import { describe, expect, test } from 'vitest';
import { input, layer } from '../../formats/caffe/lines.ts';
import { agrees, operatorsOf, problemsOf } from './support.ts';

const SEEDS = [1, 2, 3];

/** Four steps of three streams; sequences begin here and there. */
const GOES_ON = [0, 0, 0, 1, 1, 0, 1, 0, 1, 1, 1, 1];

describe.each([
  ['LSTM', 4, [[8, 2]]],
  ['RNN', 1, [[2, 2], [2, 2], [2]]],
] as const)('%s', (type, gates, own) => {
  const blobs = [[gates * 2, 10], [gates * 2]];
  const net = (
    bottoms: string,
    more: readonly (readonly number[])[],
    inputs: readonly string[] = [],
    parameters = '',
    tops = 'y',
  ) => [
    input('x', 4, 3, 2, 5),
    input('cont', 4, 3),
    ...inputs,
    layer(`x, cont${bottoms} => ${tops}: ${type} recurrent_param { num_output: 2 ${parameters} }`, more),
  ];

  test('states that begin anew', async () => {
    for (const seed of SEEDS) await agrees(net('', [...blobs, ...own]), { inputs: { cont: GOES_ON }, seed, opset: 17 });
  });

  test('states that go on by halves', async () => {
    await agrees(net('', [...blobs, ...own]), { inputs: { cont: GOES_ON.map((value) => value * 0.5) } });
  });

  test('a static input', async () => {
    const with7 = net(', fixed', [...blobs, [gates * 2, 7], ...own], [input('fixed', 3, 7)]);
    for (const seed of SEEDS) await agrees(with7, { inputs: { cont: GOES_ON }, seed });
  });

  test('states that go in and out', async () => {
    const names = type === 'LSTM' ? ['h', 'c'] : ['h'];
    const bottoms = names.map((name) => `, ${name}0`).join('');
    const inputs = names.map((name) => input(`${name}0`, 1, 3, 2));
    const tops = ['y', ...names].join(', ');
    const exposed = net(bottoms, [...blobs, ...own], inputs, 'expose_hidden: true', tops);
    await agrees(exposed, { inputs: { cont: [1, 0, 1, ...GOES_ON.slice(3)] } });
  });

  test('what does not fit is refused', () => {
    const other = [
      input('x', 4, 3, 2, 5),
      input('cont', 4, 2),
      layer(`x, cont => y: ${type} recurrent_param { num_output: 2 }`, [...blobs, ...own]),
    ];
    expect(problemsOf(other)[0]).toContain('its second bottom is not [4, 3]');
  });
});

describe('Correlation', () => {
  test.each([
    'kernel_size: 1 max_displacement: 2 pad: 2',
    'kernel_size: 3 max_displacement: 2 pad: 3 stride_2: 2',
    'kernel_size: 1 max_displacement: 1 pad: 1 stride_1: 2',
    'kernel_size: 3 max_displacement: 1 pad: 2 stride_1: 2 correlation_type: SUBTRACT',
    'kernel_size: 1 max_displacement: 0',
  ])('%s', async (parameters) => {
    const net = [
      input('a', 2, 3, 6, 7),
      input('b', 2, 3, 6, 7),
      layer(`a, b => y: Correlation correlation_param { ${parameters} }`),
    ];
    await agrees(net, { dialect: 'openvino' });
  });

  test('NART, along rows', async () => {
    const net = [
      input('a', 2, 3, 4, 7),
      input('b', 2, 3, 4, 7),
      layer('a, b => y: Correlation1D correlation_param { max_displacement: 4 kernel_size: 1 single_direction: -1 }'),
    ];
    await agrees(net, { dialect: 'nart', opset: 17 });
  });

  test.each([
    ['groups: 4', [2, 4, 3, 2]],
    ['groups: 1', [2, 12, 3, 2]],
  ])('NART: %s', async (parameters, sizes) => {
    const net = [
      input('kernel', ...sizes),
      input('x', 2, 4, 5, 6),
      layer(`kernel, x => y: Correlation correlation_param { ${parameters} }`),
    ];
    expect(operatorsOf(await agrees(net, { dialect: 'nart' }))).toContain('Conv');
  });
});

describe('DeformableConvolution', () => {
  test.each([
    ['num_output: 4 kernel_size: 3 pad: 1 deformable_group: 1', [2, 18, 5, 6], [[4, 4, 3, 3], [4]]],
    [
      'num_output: 4 kernel_size: 3 stride: 2 pad: 2 hole: 2 deformable_group: 2 group: 2',
      [2, 36, 3, 3],
      [[4, 2, 3, 3], [4]],
    ],
    ['num_output: 2 kernel_h: 1 kernel_w: 2 deformable_group: 4 bias_term: false', [2, 16, 5, 5], [[2, 4, 1, 2]]],
  ])('%s', async (parameters, offsets, blobs) => {
    const net = [
      input('data', 2, 4, 5, 6),
      input('offsets', ...offsets),
      layer(`data, offsets => y: DeformableConvolution deformable_convolution_param { ${parameters} }`, blobs),
    ];
    for (const seed of SEEDS) await agrees(net, { dialect: 'nart', seed });
  });
});

test.each(['', 'coord_reposition: true'])('HeatMap2Coord %s', async (more) => {
  const net = [
    input('data', 2, 3, 4, 5),
    layer(`data => y: HeatMap2Coord heatmap_param { coord_h: 64 coord_w: 48 ${more} }`),
  ];
  for (const seed of SEEDS) await agrees(net, { dialect: 'nart', seed });
  const tied = Array.from({ length: 120 }, (_, k) => [0, 2, 1, 2][k % 4] ?? 0);
  await agrees(net, { dialect: 'nart', inputs: { data: tied } });
});

test.each([
  ['classes: 3 coords: 4 num: 2', 16],
  ['classes: 3 coords: 4 num: 9 mask: 1 mask: 2 mask: 4 do_softmax: false anchors: 1', 24],
])('RegionYolo %s', async (parameters, channels) => {
  const net = [input('data', 2, channels, 3, 4), layer(`data => y: RegionYolo region_yolo_param { ${parameters} }`)];
  await agrees(net, { dialect: 'openvino' });
});
