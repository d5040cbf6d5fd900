/** Networks as Caffe's frameworks read them: which layers count, old layers, shared blobs, two files that go together. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { readCaffeNet } from '../../../../../src/core/formats/caffe/read.ts';
import { FileBytes } from '../../../../../src/core/ir/bytes.ts';
import { validateModel } from '../../../../../src/core/ir/validate.ts';
import { caught, encodedAs, layersOf, problemsOf, readBytes, readText } from './support.ts';

const folder = mkdtempSync(join(tmpdir(), 'graphwright-caffe-'));
afterAll(() => rmSync(folder, { recursive: true }));

function withWeights(text: string, weights: object) {
  const [prototxt, caffemodel] = [join(folder, 'deploy.prototxt'), join(folder, 'weights.caffemodel')];
  writeFileSync(prototxt, text);
  writeFileSync(caffemodel, encodedAs('bvlc', weights));
  const read = readCaffeNet(new FileBytes(caffemodel), { prototxt });
  validateModel(read.model);
  return read;
}

const INPUT =
  'layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 1 dim: 3 dim: 8 dim: 8 } } }\n';
const relu = (name: string, more: string) =>
  `layer { name: "${name}" type: "ReLU" bottom: "data" top: "${name}" ${more} }`;

describe('layers that count', () => {
  const rules = [
    ['always', ''],
    ['training', 'include { phase: TRAIN }'],
    ['not training', 'exclude { phase: TRAIN }'],
    ['never', 'exclude { phase: TEST }'],
    ['one of two', 'include { phase: TRAIN } include { phase: TEST }'],
    ['deploy', 'include { stage: "deploy" }'],
    ['both stages', 'include { stage: "deploy" stage: "fast" }'],
    ['not deploy', 'include { not_stage: "deploy" }'],
    ['level 1', 'include { min_level: 1 }'],
    ['up to level 1', 'include { max_level: 1 }'],
  ] as const;
  const text = `${INPUT}${rules.map(([name, rule]) => relu(name, rule)).join('\n')}`;
  const named = (read: ReturnType<typeof readText>) => [...read.model.graph.nodes].map((node) => node.name);

  test('by phase, level and stage', () => {
    expect(named(readText(text))).toEqual(['always', 'not training', 'one of two', 'not deploy', 'up to level 1']);
  });

  test('by stages that are asked for, and a state that the network has itself', () => {
    expect(named(readText(text, { stages: ['deploy'] }))).toContain('deploy');
    expect(named(readText(text, { stages: ['deploy'] }))).not.toContain('both stages');
    expect(named(readText(text, { stages: ['deploy', 'fast'] }))).toContain('both stages');
    const stated = named(readText(`state { level: 2 stage: "deploy" }\n${text}`));
    expect(stated).toEqual(['always', 'not training', 'one of two', 'deploy', 'level 1']);
  });

  test('rules of both kinds are a problem', () => {
    const read = readText(INPUT + relu('r', 'include { phase: TEST } exclude { stage: "x" }'));
    expect(problemsOf(read)).toEqual([
      'rules-contradict 2: caffe::ReLU has rules of inclusion and of exclusion: Caffe takes one kind.',
    ]);
  });
});

test('inputs in all forms that there are', () => {
  const shapes = (text: string) =>
    readText(`${text} layer { name: "s" type: "Silence" bottom: "a" bottom: "b" }`).model.graph.inputs.map(
      ({ name, shape }) => [name, shape],
    );
  const four = (size: number) => `input_dim: 1 input_dim: ${size} input_dim: 2 input_dim: 2`;
  const expected = [
    ['a', [1, 3, 2, 2]],
    ['b', [1, 4, 2, 2]],
  ];
  expect(shapes(`input: "a" ${four(3)} input: "b" ${four(4)}`)).toEqual(expected);
  const shape = (size: number) => `input_shape { dim: 1 dim: ${size} dim: 2 dim: 2 }`;
  expect(shapes(`input: "a" input: "b" ${shape(3)} ${shape(4)}`)).toEqual(expected);
  expect(
    shapes('layer { name: "i" type: "Input" top: "a" top: "b" input_param { shape { dim: [1, 3, 2, 2] } } }'),
  ).toEqual([
    ['a', [1, 3, 2, 2]],
    ['b', [1, 3, 2, 2]],
  ]);
  expect(shapes('input: "a" input: "b"')).toEqual([
    ['a', undefined],
    ['b', undefined],
  ]);
});

test('what nobody reads is an output; a top that is written in place is the last of its name', () => {
  const { graph } = readText(`${INPUT}
    layer { name: "slice" type: "Slice" bottom: "data" top: "a" top: "b" top: "c" }
    layer { name: "r" type: "ReLU" bottom: "b" top: "b" }
    layer { name: "s" type: "Silence" bottom: "c" }`).model;
  expect(graph.outputs.map((value) => `${value.producer?.name}.${value.name}`)).toEqual(['slice.a', 'r.b']);
});

describe('networks from before 2014', () => {
  const V1 = `input: "data" input_dim: 1 input_dim: 2 input_dim: 4 input_dim: 4
    layers { name: "conv" type: CONVOLUTION bottom: "data" top: "conv" blobs_lr: 1 blobs_lr: 2 param: "w" param: ""
      convolution_param { num_output: 1 kernel_size: 1 } }
    layers { name: "relu" type: RELU bottom: "conv" top: "conv" }
    layers { name: "pool" type: POOLING bottom: "conv" top: "pool" pooling_param { pool: AVE kernel_size: 2 stride: 2 } }
    layers { name: "loss" type: SOFTMAX_LOSS bottom: "pool" top: "loss" include: { phase: TRAIN } }`;

  test('types that were numbers are called what they are called today', () => {
    const read = readText(V1);
    expect(layersOf(read)).toEqual([
      'Convolution conv (data) -> conv',
      'ReLU relu (conv) -> conv',
      'Pooling pool (conv) -> pool',
    ]);
    const [conv, , pool] = [...read.model.graph.nodes];
    expect(conv?.float('param[1].lr_mult')).toBe(2);
    expect(conv?.string('param[0].name')).toBe('w');
    expect(pool?.string('pooling_param.pool')).toBe('AVE');
    expect(conv?.origin[0]?.line).toBe(2);
    expect(problemsOf(read)[0]).toMatch(/^layers-upgraded 2: .* before 2014/);
  });

  test('from a .caffemodel, with blobs that have four sizes', () => {
    const blob = (height: number, width: number, data: number[]) => ({ num: 1, channels: 1, height, width, data });
    const read = readBytes(
      encodedAs('bvlc', {
        input: ['data'],
        input_dim: [1, 2, 1, 1],
        layers: [
          {
            name: 'fc',
            type: 'INNER_PRODUCT',
            bottom: ['data'],
            top: ['fc'],
            blobs: [blob(3, 2, [1, 2, 3, 4, 5, 6]), blob(1, 3, [7, 8, 9])],
            inner_product_param: { num_output: 3 },
          },
        ],
      }),
    );
    expect(layersOf(read)).toEqual(['InnerProduct fc (data, fc.weight, fc.bias) -> fc']);
    const [fc] = [...read.model.graph.nodes];
    expect([fc?.input(1)?.shape, fc?.input(2)?.shape]).toEqual([[3, 2], [3]]);
    expect(fc?.input(1)?.constant?.source.kind).toBe('file');
    expect(fc?.int('inner_product_param.num_output')).toBe(3n);
    expect(read.problems.map(({ code }) => code)).toEqual(['layers-upgraded']);
  });

  test('layers that only pad give their padding to those that read them', () => {
    const read = readText(`input: "data" input_dim: 1 input_dim: 2 input_dim: 4 input_dim: 4
      layers { layer { name: "pad" type: "padding" pad: 2 } bottom: "data" top: "padded" }
      layers { layer { name: "conv" type: "conv" num_output: 1 kernelsize: 5 stride: 1 biasterm: false
        weight_filler { type: "gaussian" std: 0.01 } blobs_lr: 1. } bottom: "padded" top: "conv" }
      layers { layer { name: "pool" type: "pool" pool: AVE kernelsize: 2 stride: 2 } bottom: "conv" top: "pool" }
      layers { layer { name: "n" type: "lrn" local_size: 3 alpha: 0.1 } bottom: "pool" top: "n" }`);
    expect(layersOf(read)).toEqual([
      'Convolution conv (data) -> conv',
      'Pooling pool (conv) -> pool',
      'LRN n (pool) -> n',
    ]);
    const [conv, pool, norm] = [...read.model.graph.nodes];
    expect([conv?.ints('convolution_param.pad'), conv?.ints('convolution_param.kernel_size')]).toEqual([[2n], [5n]]);
    expect(conv?.attribute('convolution_param.bias_term', 'bool')).toBe(false);
    expect(pool?.string('pooling_param.pool')).toBe('AVE');
    expect(norm?.int('lrn_param.local_size')).toBe(3n);
    expect(problemsOf(read)[0]).toMatch(/before 2013/);
  });

  test.each([
    [
      'layers { layer { type: "padding" pad: 1 } bottom: "x" top: "p" } layers { layer { type: "relu" } bottom: "p" top: "y" }',
      'only conv and pool can',
    ],
    ['layers { layer { type: "magic" } bottom: "x" top: "y" }', 'no layer of type "magic"'],
    ['layers { type: MAGIC bottom: "x" top: "y" }', 'not MAGIC'],
  ])('%s', (text, message) => {
    const error = caught(() => readText(`input: "x"\n${text}`));
    expect(error.message).toContain(message);
    expect(error.place?.line).toBe(2);
  });
});

test('blobs that are called alike are one', () => {
  const layer = (name: string, blobs: object[]) => ({
    name,
    type: 'InnerProduct',
    bottom: ['data'],
    top: [name],
    param: [{ name: 'w' }],
    blobs,
    inner_product_param: { num_output: 1, bias_term: false },
  });
  const blob = { shape: { dim: [1, 2] }, data: [1, 2] };
  const read = readBytes(
    encodedAs('bvlc', {
      input: ['data'],
      input_dim: [1, 2, 1, 1],
      layer: [layer('a', [blob]), layer('b', [blob]), layer('c', [])],
    }),
  );
  expect(layersOf(read)).toEqual(['a', 'b', 'c'].map((name) => `InnerProduct ${name} (data, a.weight) -> ${name}`));
  expect([...read.model.graph.initializers]).toHaveLength(1);
  expect(read.problems).toEqual([]);
});

test.each([
  ['nvcaffe', { raw_data_type: 'FLOAT16', raw_data: Uint8Array.of(0, 0x38, 0, 0xc0) }, 'float16', [0.5, -2]],
  [
    'nvcaffe',
    { raw_data_type: 'FLOAT', raw_data: new Uint8Array(Float32Array.of(0.5, -2).buffer) },
    'float32',
    [0.5, -2],
  ],
  ['nvcaffe', { raw_data: new Uint8Array(Float64Array.of(0.5, -2).buffer) }, 'float64', [0.5, -2]],
  ['bvlc', { double_data: [0.5, -2] }, 'float64', [0.5, -2]],
  ['ascend', { int8_data: Uint8Array.of(1, 255) }, 'int8', [1, -1]],
  ['ascend', { int32_data: [7, -70000] }, 'int32', [7, -70000]],
] as const)('a blob of %s holds %o', (dialect, numbers, dtype, values) => {
  const bytes = encodedAs(dialect, {
    input: ['data'],
    layer: [{ name: 'p', type: 'PReLU', bottom: ['data'], top: ['y'], blobs: [{ shape: { dim: [2] }, ...numbers }] }],
  });
  const read = readBytes(bytes, { dialect });
  const slope = [...read.model.graph.nodes][0]?.input(1)?.constant;
  expect([slope?.dtype, slope?.numbers()]).toEqual([dtype, values]);
});

describe('a .prototxt and the .caffemodel of another network', () => {
  const text = `${INPUT}layer { name: "a" type: "Convolution" bottom: "data" top: "a" convolution_param { num_output: 2 kernel_size: 3 } }
layer { name: "b" type: "Convolution" bottom: "data" top: "b" convolution_param { num_output: 2 kernel_size: 3 bias_term: false } }
layer { name: "c" type: "InnerProduct" bottom: "data" top: "c" inner_product_param { num_output: 2 } }
layer { name: "d" type: "ReLU" bottom: "data" top: "d" }`;
  const blob = (dim: number[]) => ({ shape: { dim }, data: Array(dim.reduce((a, b) => a * b)).fill(0) });
  const layer = (name: string, ...dims: number[][]) => ({ name, type: 'Convolution', blobs: dims.map(blob) });

  test('one that fits', () => {
    const read = withWeights(text, {
      layer: [layer('c', [2, 5], [2]), layer('a', [2, 3, 3, 3], [2]), layer('b', [2, 3, 3, 3])],
    });
    expect(problemsOf(read)).toEqual([]);
    expect(layersOf(read)[0]).toBe('Convolution a (data, a.weight, a.bias) -> a');
  });

  test('what is missing, what is surplus and what does not fit is said layer by layer', () => {
    const read = withWeights(text, {
      layer: [layer('a', [2, 3, 5, 5], [2]), layer('b', [2, 3, 3, 3], [2]), layer('e', [1])],
    });
    const caffemodel = join(folder, 'weights.caffemodel');
    expect(problemsOf(read)).toEqual([
      `blobs-mismatch 2: The blobs of caffe::Convolution do not fit its parameters: weight is [2, 3, 5, 5], expected [2, ?, 3, 3] (in ${caffemodel} at byte 0).`,
      `blobs-mismatch 3: The blobs of caffe::Convolution do not fit its parameters: it has 2, expected 1 (weight) (in ${caffemodel} at byte 651).`,
      `blobs-missing 4: caffe::InnerProduct needs blobs (weight and bias): ${caffemodel} has none for it.`,
      `layer-unmatched @918: The .caffemodel has blobs of a layer e (Convolution), which the .prototxt does not have: they are left out.`,
    ]);
  });

  test('of layers of one name the first that has blobs gives them', () => {
    const [first, second] = [layer('a', [2, 3, 3, 3], [2]), layer('a', [2, 3, 5, 5], [2])];
    const others = [layer('c', [2, 5], [2]), layer('b', [2, 3, 3, 3])];
    expect(problemsOf(withWeights(text, { layer: [layer('a'), first, second, ...others] }))).toEqual([]);
  });

  test('a .prototxt alone says once that it has no weights', () => {
    expect(problemsOf(readText(text))).toEqual([
      'weights-missing 1: The network has no weights, which 3 of its layers need (a, b, …): name the .caffemodel, with the .prototxt as --prototxt.',
    ]);
  });
});

test('a layer that measures another network, and writes nothing to its top', () => {
  const line =
    'bottom: "x" bottom: "l" top: "y" trt_param { deploy: "a.prototxt" model: "a.caffemodel" deploy_outputs: "p" }';
  const read = readText(`input: "x" input: "l" layer { name: "t" type: "TRT" ${line} }`, { dialect: 'nvcaffe' });
  expect(problemsOf(read)).toContain(
    'training-layer 1: caffe::TRT belongs to training (it measures how good the network of another file is, and makes nothing): ' +
      'the network that is deployed has the layers of that file.',
  );
});

test('networks that train, run Python or make a blob twice', () => {
  const read =
    readText(`layer { name: "d" type: "Data" top: "data" top: "label" data_param { source: "x" batch_size: 1 } transform_param { scale: 2 } }
layer { name: "p" type: "Python" bottom: "data" top: "p" python_param { module: "rpn" layer: "Proposal" } }
layer { name: "p2" type: "ReLU" bottom: "data" top: "p" }
layer { name: "l" type: "SoftmaxWithLoss" bottom: "p" bottom: "label" top: "loss" }`);
  expect(problemsOf(read)).toEqual([
    'training-layer 1: caffe::Data belongs to training (it reads data): the network that is deployed has an Input layer in its place.',
    'python-layer 2: caffe::Python runs Python code (rpn.Proposal), which is in no file of the model.',
    "top-redefined 3: caffe::ReLU makes the blob 'p', which layer p makes already: only a layer that reads it may write it again.",
    'training-layer 4: caffe::SoftmaxWithLoss belongs to training (it measures the loss): the network that is deployed has what it reads as its output.',
  ]);
});
