/** What SegNet's Caffe has of its own: BN with its two modes, Upsample by the mask of a pooling, Dropout that drops when it runs. */
import { describe, expect, test } from 'vitest';
import { inferCaffe } from '../../../../../src/core/dialects/caffe/infer.ts';
import { vocabularyOf } from '../../../../../src/core/formats/caffe/dialects.ts';
import { encodeCaffe } from '../../../../../src/core/formats/caffe/write.ts';
import { encodeOnnx } from '../../../../../src/core/formats/onnx/write.ts';
import { Tensor } from '../../../../../src/core/ir/tensor.ts';
import { runCaffe } from '../../../../../src/core/runtime/caffe/run.ts';
import { runModel } from '../../../../../src/core/runtime/onnxruntime.ts';
import { caffeBackend } from '../../../../../src/core/targets/caffe-backends.ts';
import { layer, namedInput } from '../../formats/caffe/lines.ts';
import { readBytes } from '../../formats/caffe/support.ts';
import { agrees, converted, networkOf, operatorsOf, problemsOf } from './support.ts';

const dialect = 'segnet';
const DATA = namedInput('data', 2, 3, 5, 7);

test('an encoder and its decoder: each element goes back to the place that it was pooled from', async () => {
  const net = [
    namedInput('data', 2, 3, 9, 8),
    layer('data => a: Convolution convolution_param { num_output: 4 kernel_size: 3 pad: 1 }', [[4, 3, 3, 3], [4]]),
    layer('a => a: BN bn_param { bn_mode: INFERENCE scale_filler { value: 1 } shift_filler { value: 0 } }', [
      [1, 4, 1, 1],
      [1, 4, 1, 1],
    ]),
    layer('a => a: ReLU'),
    layer('a => b, mask: Pooling pooling_param { pool: MAX kernel_size: 2 stride: 2 }'),
    layer('b => c: Convolution convolution_param { num_output: 4 kernel_size: 3 pad: 1 }', [[4, 4, 3, 3], [4]]),
    layer('c, mask => d: Upsample upsample_param { scale: 2 pad_out_h: true }'),
    layer('d => y: Softmax'),
  ];
  const result = await agrees(net, { dialect });
  expect(result.found.get('y')?.shape).toEqual([2, 4, 9, 8]);
  expect(operatorsOf(result)).toContain('ScatterElements');
});

describe('Upsample', () => {
  const net = (parameters: string, of = 'data, mask') => [
    namedInput('data', 1, 1, 2, 2),
    namedInput('mask', 1, 1, 2, 2),
    layer(`${of} => y: Upsample upsample_param { ${parameters} }`),
  ];

  test.each([
    ['', [1, 1, 4, 4]],
    ['scale: 3', [1, 1, 6, 6]],
    ['scale_h: 2 scale_w: 3', [1, 1, 4, 6]],
    ['pad_out_h: true', [1, 1, 3, 4]],
    ['scale_h: 3 scale_w: 2 pad_out_w: true', [1, 1, 6, 3]],
    ['scale: 2 upsample_h: 3 upsample_w: 5', [1, 1, 3, 5]],
  ])('%s', async (parameters, shape) => {
    const inputs = { data: [1, 2, 3, 4], mask: [0, 3, 7, 5] };
    const gives = Array<number>(shape.reduce((a, b) => a * b, 1)).fill(0);
    inputs.mask.forEach((place, k) => {
      gives[place] = inputs.data[k] ?? 0;
    });
    const { found } = await agrees(net(parameters), { dialect, inputs, gives: { y: gives } });
    expect(found.get('y')?.shape).toEqual(shape);
    const { graph } = networkOf(net(parameters), dialect);
    inferCaffe(graph, vocabularyOf(dialect));
    expect(graph.outputs[0]?.shape).toEqual(shape);
  });

  test('of several at one place the last stays, in an opset whose ScatterElements says which', () =>
    agrees(net(''), {
      dialect,
      inputs: { data: [1, 2, 3, 4], mask: [9, 3, 9, 3] },
      gives: { y: [0, 0, 0, 4, 0, 0, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0] },
    }));

  test.each([
    ['scale: 1', 'it scales by 2 where it pads, and by more than 1'],
    ['scale: 3 pad_out_w: true', 'it scales by 2 where it pads, and by more than 1'],
    ['scale: 2 scale_h: 2 scale_w: 2', 'it says one scale, or one for each axis'],
    ['scale_h: 2', 'it says one scale, or one for each axis'],
  ])('%s does not run there', (parameters, reason) => {
    expect(problemsOf(net(parameters), dialect)[0]).toContain(reason);
    expect(() => runCaffe(networkOf(net(parameters), dialect), inputs)).toThrow(reason);
  });

  test('there is always a mask', () => {
    expect(problemsOf(net('', 'data'), dialect)[0]).toContain('it has no bottom 1');
    expect(() => runCaffe(networkOf(net('', 'data'), dialect), inputs)).toThrow('it has no bottom 1');
  });

  const four = Tensor.of('float32', [1, 1, 2, 2], [0, 1, 2, 3]);
  const inputs = new Map([
    ['data', four],
    ['mask', four],
  ]);
});

describe('BN', () => {
  const scale = Tensor.of('float32', [1, 1, 1, 1], [10]);
  const shift = Tensor.of('float32', [1, 1, 1, 1], [0.5]);
  const of = (parameters: string, tops = 'y') => [
    namedInput('x', 2, 1, 1, 1),
    layer(`x => ${tops}: BN bn_param { ${parameters} }`, [scale, shift]),
  ];

  test('INFERENCE scales and shifts', () =>
    agrees(of('bn_mode: INFERENCE'), { dialect, inputs: { x: [1, 3] }, gives: { y: [10.5, 30.5] } }));

  test('LEARN, which it is where nothing is said, normalises by what it is given, and gives that too', async () => {
    await agrees(of('', 'y, mean, variance'), {
      dialect,
      inputs: { x: [1, 3] },
      gives: { y: [-9.5, 10.5], mean: [2], variance: [1] },
    });
    const net = [
      DATA,
      layer('data => y: BN', [
        [1, 3, 1, 1],
        [1, 3, 1, 1],
      ]),
    ];
    expect(operatorsOf(await agrees(net, { dialect }))).toContain('ReduceMean');
  });
});

describe('Dropout', () => {
  const net = [DATA, layer('data => y: Dropout dropout_param { dropout_ratio: 0.25 sample_weights_test: true }')];

  test('that drops when it runs is one that trains in ONNX, which is to be accepted', async () => {
    const { model, problems } = converted(net, dialect);
    expect(problems.map(({ code, message }) => `${code}: ${message}`)).toEqual([
      'inexact: ONNX has only an approximation of caffe::Dropout: it drops elements at random when the network runs, so that no two runs give the same.',
    ]);
    const ones = Tensor.of('float32', [2, 3, 5, 7], Array<number>(210).fill(3));
    const found = (await runModel(encodeOnnx(model), new Map([['data', ones]]))).get('y')?.numbers() ?? [];
    // What is kept makes up for the rest: 3 / (1 - 0.25).
    expect(new Set(found)).toEqual(new Set([0, 4]));
    expect(found.filter((value) => value === 0).length).toBeGreaterThan(10);
    expect(() => runCaffe(networkOf(net, dialect), new Map([['data', ones]]))).toThrow('at random');
  });

  test('is nothing elsewhere', () =>
    agrees([DATA, layer('data => y: Dropout dropout_param { dropout_ratio: 0.25 }')], { dialect }));
});

test('inputs are named where the framework has no Input layer', () => {
  const net = networkOf([DATA, layer('data => y: ReLU')], dialect);
  const { prototxt, caffemodel } = encodeCaffe(net, caffeBackend(dialect));
  expect(prototxt).toContain('input: "data"');
  expect(prototxt).not.toContain('Input');
  const again = readBytes(caffemodel, { dialect }).model.graph;
  expect(again.inputs.map(({ name, shape }) => [name, shape])).toEqual([['data', [2, 3, 5, 7]]]);
});
