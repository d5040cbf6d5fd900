/** LSTM and RNN that are ONNX's own where states go on: onnxruntime on what was converted, against the interpreter. */
import { describe, expect, test } from 'vitest';
import { Tensor } from '../../../../../src/core/ir/tensor.ts';
import { input, layer } from '../../formats/caffe/lines.ts';
import { agrees, operatorsOf, problemsOf } from './support.ts';

const SEEDS = [1, 2, 3];

/** Whether states go on, made in the network: what the first step says, then 1. */
const going = (first: number, steps: number, streams: number) => {
  const filled = (top: string, count: number, value: number) =>
    layer(
      `=> ${top}: DummyData dummy_data_param { shape { dim: ${count} dim: ${streams} }
         data_filler { type: "constant" value: ${value} } }`,
    );
  return [
    filled('first', 1, first),
    filled('later', steps - 1, 1),
    layer('first, later => cont: Concat concat_param { axis: 0 }'),
  ];
};

describe.each([
  ['LSTM', 4, [[8, 2]]],
  ['RNN', 1, [[2, 2], [2, 2], [2]]],
] as const)('%s', (type, gates, own) => {
  const blobs = [[gates * 2, 10], [gates * 2], ...own];
  const net = (cont: readonly string[], more = { bottoms: '', tops: 'y', parameters: '' }, inputs: string[] = []) => [
    input('x', 4, 3, 2, 5),
    ...inputs,
    ...cont,
    layer(
      `x, cont${more.bottoms} => ${more.tops}: ${type} recurrent_param { num_output: 2 ${more.parameters} }`,
      blobs,
    ),
  ];
  const names = type === 'LSTM' ? ['h', 'c'] : ['h'];
  const exposed = {
    bottoms: names.map((name) => `, ${name}0`).join(''),
    tops: ['y', ...names].join(', '),
    parameters: 'expose_hidden: true',
  };
  const states = names.map((name) => input(`${name}0`, 1, 3, 2));

  test.each([0, 1])('states of zeros that go on from the second step on, the first says %s', async (first) => {
    for (const seed of SEEDS) {
      const operators = operatorsOf(await agrees(net(going(first, 4, 3)), { seed, opset: 17 }));
      expect(operators).toContain(type);
      expect(operators).not.toContain('Scan');
    }
  });

  test.each([0, 1])('states that are handed in and out, the first step says %s', async (first) => {
    const operators = operatorsOf(await agrees(net(going(first, 4, 3), exposed, states)));
    expect(operators).toContain(type);
  });

  test.each([
    [
      'a sequence that begins anew',
      layer('=> cont: Parameter parameter_param { shape { dim: 4 dim: 3 } }', [
        Tensor.of('float32', [4, 3], [0, 0, 0, 1, 1, 1, 1, 0, 1, 1, 1, 1]),
      ]),
    ],
    ['what only a run tells', input('cont', 4, 3)],
  ])('%s stays a Scan', async (_, cont) => {
    expect(operatorsOf(await agrees(net([cont])))).toContain('Scan');
  });
});

describe('ncnn', () => {
  const net = (line: string, ...inputs: readonly string[]) => [
    ...inputs,
    layer(`${line}: LSTM recurrent_param { num_output: 3 }`, [[12, 5], [12], [12, 3]]),
  ];

  test('over rows', async () => {
    for (const seed of SEEDS) {
      expect(operatorsOf(await agrees(net('x => y', input('x', 1, 6, 5)), { dialect: 'ncnn', seed }))).toContain(
        'LSTM',
      );
    }
    await agrees(net('x, cont => y', input('x', 1, 1, 6, 5), input('cont', 6)), { dialect: 'ncnn' });
  });

  test('states in and out', async () => {
    const states = [input('h0', 1, 1, 3), input('c0', 1, 1, 3)];
    await agrees(net('x, h0, c0 => y, h, c', input('x', 1, 6, 5), ...states), { dialect: 'ncnn' });
  });

  test('several images are refused', () => {
    expect(problemsOf(net('x => y', input('x', 2, 6, 5)), 'ncnn')[0]).toContain('rows of one image');
  });
});

describe('MNN', () => {
  test.each([
    ['Lstm', [[12, 5], [12, 3], [12]]],
    ['OCRLSTM', [[12, 5], [12, 3], [24]]],
    ['OCRLSTMQ', [[12, 5], [12, 3], [12]]],
    ['CuDNNLstmForward', [[12 * (5 + 3 + 2)]]],
  ])('%s', async (type, blobs) => {
    const net = [input('x', 2, 6, 1, 5), layer(`x => y: ${type} lstm_param { num_output: 3 }`, blobs)];
    for (const seed of SEEDS) await agrees(net, { dialect: 'mnn', seed });
  });

  test('Im2seq and Seq2out', async () => {
    const net = [input('x', 2, 3, 4, 5), layer('x => s: Im2seq'), layer('s => t: Seq2out'), layer('t => y: ReLU')];
    await agrees(net, { dialect: 'mnn' });
  });

  test.each([
    'Resize img_size_param { x_scaling: 1.5 y_scaling: 2.4 }',
    'Resize img_size_param { x_scaling: 0.5 y_scaling: 0.7 }',
    'Resize img_size_param { y_scaling: 3 }',
    'Upsample upsample_param { scale: 2.5 }',
  ])('%s', async (line) => {
    await agrees([input('x', 2, 3, 7, 8), layer(`x => y: ${line}`)], { dialect: 'mnn' });
  });
});
