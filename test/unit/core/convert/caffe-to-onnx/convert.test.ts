/** What holds for every layer: names, origins, blobs, and what is said of layers that cannot be converted. */
import { describe, expect, test } from 'vitest';
import { caffeToOnnx } from '../../../../../src/core/convert/caffe-to-onnx/convert.ts';
import { encodeOnnx } from '../../../../../src/core/formats/onnx/write.ts';
import { Tensor } from '../../../../../src/core/ir/tensor.ts';
import { runModel } from '../../../../../src/core/runtime/onnxruntime.ts';
import { caffeBackend } from '../../../../../src/core/targets/caffe-backends.ts';
import { input, layer } from '../../formats/caffe/lines.ts';
import { encodedAs, readBytes, readText } from '../../formats/caffe/support.ts';
import { agrees, converted, operatorsOf, problemsOf } from './support.ts';

const DATA = input('data', 1, 2, 3, 3);

describe('names and origins', () => {
  test('a node has the name of its layer, and leads back to its line', () => {
    const { model } = converted([
      DATA,
      layer('data => conv: Convolution convolution_param { num_output: 2 kernel_size: 1 }', [[2, 2, 1, 1], [2]]),
      layer('conv => conv: ReLU'),
      layer('conv, data => sum: Eltwise eltwise_param { coeff: 2 coeff: 1 }'),
    ]);
    const rows = [...model.graph.nodes].map((node) => {
      const outputs = node.outputs.map(({ name }) => name);
      return `${node.op} ${node.name} of ${node.sourceName}, line ${node.origin[0]?.line} -> ${outputs}`;
    });
    expect(rows).toEqual([
      'Conv conv of conv, line 2 -> conv',
      'Relu conv_2 of conv, line 3 -> conv_2',
      'Mul sum/Mul of sum, line 4 -> sum/Mul_output_0',
      'Add sum of sum, line 4 -> sum',
    ]);
    expect([...model.graph.initializers].map(({ name }) => name)).toEqual(['conv.weight', 'conv.bias', 'float32_2']);
  });

  test('inputs and outputs keep their names and their order, also where they are the same blob', async () => {
    const { model } = await agrees([
      DATA,
      input('unused', 1, 1),
      layer('data => a, b: Split'),
      layer('a => c: Dropout'),
      layer('b => d: ReLU'),
      layer('d => e, f: Split'),
    ]);
    expect(model.graph.inputs.map(({ name }) => name)).toEqual(['data', 'unused']);
    expect(model.graph.outputs.map(({ name }) => name)).toEqual(['unused', 'c', 'e', 'f']);
  });

  test('an output that is written in place has its name, and what it was before has another', async () => {
    const { model } = await agrees([
      DATA,
      layer('data => y: ReLU'),
      layer('y => y: ReLU relu_param { negative_slope: 2 }'),
    ]);
    expect([...model.graph.nodes].map((node) => node.output().name)).toEqual(['y_2', 'y']);
  });

  test('layers that take blobs and make nothing leave nothing', async () => {
    const net = [DATA, layer('data => a, b: Split'), layer('b => : Silence'), layer('a => y: ReLU')];
    expect(operatorsOf(await agrees(net))).toEqual(['Relu']);
  });
});

describe('blobs', () => {
  const numbers = [0.5, -2, 1, 3];
  const net = (blob: object) => ({
    input: ['data'],
    input_shape: [{ dim: [1, 2, 1, 1] }],
    layer: [
      {
        name: 'y',
        type: 'Convolution',
        bottom: ['data'],
        top: ['y'],
        convolution_param: { num_output: 2, kernel_size: [1], bias_term: false },
        blobs: [blob],
      },
    ],
  });

  test.each([
    ['single precision', 'bvlc', { shape: { dim: [2, 2, 1, 1] }, data: numbers }],
    ['old shapes', 'bvlc', { num: 2, channels: 2, height: 1, width: 1, data: numbers }],
    ['double precision', 'bvlc', { shape: { dim: [2, 2, 1, 1] }, double_data: numbers }],
    [
      'half precision',
      'nvcaffe',
      {
        shape: { dim: [2, 2, 1, 1] },
        raw_data_type: 'FLOAT16',
        raw_data: Tensor.of('float16', [4], numbers).bytes(),
      },
    ],
  ])('%s', async (_, dialect, blob) => {
    const { model, problems } = readBytes(encodedAs(dialect, net(blob)), { dialect });
    expect(problems).toEqual([]);
    const result = caffeToOnnx(model, caffeBackend(dialect));
    expect(result.problems).toEqual([]);
    const found = await runModel(
      encodeOnnx(result.model),
      new Map([['data', Tensor.of('float32', [1, 2, 1, 1], [2, 4])]]),
    );
    expect(found.get('y')?.numbers()).toEqual([-7, 14]);
  });

  test('integers are refused', () => {
    const bytes = encodedAs('ascend', net({ shape: { dim: [2, 2, 1, 1] }, int8_data: new Uint8Array(4) }));
    const { problems } = caffeToOnnx(readBytes(bytes, { dialect: 'ascend' }).model, caffeBackend('ascend'));
    expect(problems.map(({ code }) => code)).toEqual(['dtype-not-taken']);
  });

  test('layers that share a blob share the initializer', async () => {
    const shared = 'param { name: "w" } inner_product_param { num_output: 2 bias_term: false }';
    const { model } = await agrees([
      input('data', 1, 2),
      layer(`data => a: InnerProduct ${shared}`, [[2, 2]]),
      layer(`a => b: InnerProduct ${shared}`),
    ]);
    expect([...model.graph.initializers].map(({ name }) => name)).toEqual(['a.weight']);
  });
});

describe('what cannot be converted is a problem with its line', () => {
  const placed = (text: string, dialect = 'bvlc') =>
    caffeToOnnx(readText(text, { dialect }).model, caffeBackend(dialect)).problems.map(
      ({ code, message, origin, node }) => `${origin[0]?.line} ${node?.name} ${code}: ${message}`,
    );

  test('all of them at once, but not what only follows from one', () => {
    expect(
      placed(
        [
          DATA,
          layer('data => a: Mystery'),
          layer('a => b: ReLU'),
          layer('data => c: Eltwise eltwise_param { coeff: 1 coeff: 2 }'),
        ].join('\n'),
      ),
    ).toEqual([
      '2 a unsupported-operator: ONNX has no operator for caffe::Mystery.',
      '4 c invalid-model: The model is not valid: it has 2 coefficients for 1 bottoms.',
    ]);
  });

  test.each([
    ['ReLU', 'data, data => y', 'it has 2 bottoms, and takes 1'],
    ['ReLU', 'data => y, z', 'it has 2 tops, and makes 1'],
    [
      'Convolution convolution_param { num_output: 1 kernel_size: 1 }',
      'data, data => y',
      'it has 2 bottoms for 1 tops',
    ],
    ['Silence', 'data => y', 'it has 1 tops, and makes 0'],
    ['Silence', '=> ', 'it has no bottoms'],
    ['Eltwise', '=> y', 'it has no bottom 0'],
    ['Tile', 'data => y', 'it does not say how many tiles'],
    ['SPP', 'data => y', 'it does not say pyramid_height'],
    ['ArgMax argmax_param { axis: 1 top_k: 3 }', 'data => y', 'its top_k 3 is none of 2'],
    ['ArgMax argmax_param { top_k: 0 }', 'data => y', 'its top_k 0 is none of 18'],
    ['Axpy', 'data, data, data => y', 'its factors are [1, 2, 3, 3], its bottoms [1, 2, 3, 3]'],
  ])('%s: %s', (line, blobs, reason) => {
    const weights = line.startsWith('Convolution') ? [[1, 2, 1, 1], [1]] : [];
    expect(problemsOf([DATA, layer(`${blobs}: ${line}`, weights)])).toEqual([
      `invalid-model: The model is not valid: ${reason}.`,
    ]);
  });

  test('an input without sizes', () => {
    expect(placed('input: "data" layer { name: "y" type: "ReLU" bottom: "data" top: "y" }')).toEqual([
      'undefined undefined shape-unknown: The shape that the input data needs is not known: the network does not say its sizes.',
    ]);
  });

  test('a field that no rule asks for', () => {
    const fused = layer(
      'data => y: Convolution convolution_param { num_output: 1 kernel_size: 1 bias_term: false fusion_type: SUM_FUSION }',
      [[1, 2, 1, 1]],
    );
    expect(problemsOf([DATA, fused], 'intel')).toEqual([
      'unsupported-attribute: ONNX cannot express caffe::Convolution with convolution_param.fusion_type: it is not known what it does.',
    ]);
  });

  test('a field that the framework does not read is told of', () => {
    const lrn = layer('data => y: LRN lrn_param { k: 2 }');
    expect(problemsOf([DATA, lrn], 'ncnn')).toEqual([
      'parameter-unread: caffe::LRN has lrn_param.k, which layers of its type do not read.',
    ]);
  });

  test('fields of other numbers than those of the dialect can be accepted', () => {
    const bytes = encodedAs('nvcaffe', {
      input: ['data'],
      input_shape: [{ dim: [1] }],
      layer: [{ name: 'y', type: 'ReLU', bottom: ['data'], top: ['y'], forward_type: 'FLOAT16' }],
    });
    const { problems } = caffeToOnnx(readBytes(bytes, { dialect: 'bvlc' }).model, caffeBackend('bvlc'));
    expect(problems.map(({ code, message }) => `${code}: ${message}`)).toEqual([
      'inexact: ONNX has only an approximation of caffe::ReLU: it has fields that BVLC does not know (unknown_fields).',
    ]);
  });
});
