/** Caffe's files: what is written, what is read, and what is said of files that are broken. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import protobuf from 'protobufjs';
import { afterEach, expect, test } from 'vitest';
import bvlcProto from '../../../../../proto/caffe/bvlc.proto?raw';
import { readCaffe, readCaffeNet } from '../../../../../src/core/formats/caffe/read.ts';
import { encodeCaffe, writeCaffe } from '../../../../../src/core/formats/caffe/write.ts';
import { FileBytes, MemoryBytes } from '../../../../../src/core/ir/bytes.ts';
import { CancelledError } from '../../../../../src/core/ir/errors.ts';
import { Graph } from '../../../../../src/core/ir/graph.ts';
import { type Model, makeModel } from '../../../../../src/core/ir/model.ts';
import { Node } from '../../../../../src/core/ir/node.ts';
import { Tensor } from '../../../../../src/core/ir/tensor.ts';
import { tensorType } from '../../../../../src/core/ir/type.ts';
import { validateModel } from '../../../../../src/core/ir/validate.ts';
import { silent } from '../../../../../src/core/progress.ts';
import { caught } from './support.ts';

const folders: string[] = [];

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'graphwright-caffe-'));
  folders.push(made);
  return made;
}

afterEach(() => {
  for (const each of folders.splice(0)) rmSync(each, { recursive: true });
});

const bvlc = { dialect: 'bvlc' } as const;

/** Convolution of half-precision weights, then two layers of one name. */
function network(): Model {
  const graph = new Graph('net "1"');
  const x = graph.addInput({ name: 'data', type: tensorType('float32', [1, 2, 4, 4]) });
  const weight = graph.addInitializer({ constant: Tensor.of('float16', [1, 2, 1, 1], [0.5, -2]) });
  const conv = new Node('Convolution', [x, weight], {
    domain: 'caffe',
    name: 'conv',
    attributes: {
      'convolution_param.num_output': { type: 'int', value: 1n },
      'convolution_param.bias_term': { type: 'bool', value: false },
      'convolution_param.kernel_size': { type: 'ints', value: [1n] },
    },
    outputs: [{ name: 'conv' }],
  });
  const relu = new Node('ReLU', [conv.output()], {
    domain: 'caffe',
    name: 'conv',
    attributes: { 'relu_param.negative_slope': { type: 'float', value: Math.fround(0.1) } },
    outputs: [{ name: 'conv' }],
  });
  graph.nodes.append(conv, relu);
  graph.addOutput(relu.output());
  return makeModel('caffe', graph);
}

const TEXT = `name: "net \\"1\\""
layer {
  name: "data"
  type: "Input"
  top: "data"
  input_param {
    shape {
      dim: 1
      dim: 2
      dim: 4
      dim: 4
    }
  }
}
layer {
  name: "conv_2"
  type: "Convolution"
  bottom: "data"
  top: "conv_2"
  convolution_param {
    num_output: 1
    bias_term: false
    kernel_size: 1
  }
}
layer {
  name: "conv"
  type: "ReLU"
  bottom: "conv_2"
  top: "conv"
  relu_param {
    negative_slope: 0.1
  }
}
`;

test('the prototxt is the network, with names that are unique and an output that keeps its own', () => {
  expect(encodeCaffe(network(), bvlc).prototxt).toBe(TEXT);
});

test('the caffemodel is what protobufjs reads by the same schema', () => {
  const type = protobuf.parse(bvlcProto, { keepCase: true }).root.lookupType('NetParameter');
  const net = type.toObject(type.decode(encodeCaffe(network(), bvlc).caffemodel), { longs: Number, enums: String });
  expect(net).toEqual({
    name: 'net "1"',
    layer: [
      { name: 'data', type: 'Input', top: ['data'], input_param: { shape: [{ dim: [1, 2, 4, 4] }] } },
      {
        name: 'conv_2',
        type: 'Convolution',
        bottom: ['data'],
        top: ['conv_2'],
        blobs: [{ shape: { dim: [1, 2, 1, 1] }, data: [0.5, -2] }],
        convolution_param: { num_output: 1, bias_term: false, kernel_size: [1] },
      },
      {
        name: 'conv',
        type: 'ReLU',
        bottom: ['conv_2'],
        top: ['conv'],
        relu_param: { negative_slope: Math.fround(0.1) },
      },
    ],
  });
});

test('both files are read back, each from the other, with the lines of the prototxt', async () => {
  const at = folder();
  const paths = { caffemodel: join(at, 'net.caffemodel'), prototxt: join(at, 'net.prototxt') };
  expect(await writeCaffe(network(), bvlc, paths, { force: false, progress: silent })).toEqual(Object.values(paths));
  for (const path of Object.values(paths)) {
    const model = readCaffe(new FileBytes(path));
    validateModel(model);
    const [conv, relu] = [...model.graph.nodes];
    expect(model.graph.inputs.map(({ name, shape }) => [name, shape])).toEqual([['data', [1, 2, 4, 4]]]);
    expect(conv?.operator).toBe('caffe::Convolution');
    expect(conv?.input(1)?.name).toBe('conv_2.weight');
    expect(conv?.input(1)?.constant?.source.kind).toBe('file');
    expect(conv?.input(1)?.constant?.numbers()).toEqual([0.5, -2]);
    expect(conv?.ints('convolution_param.kernel_size')).toEqual([1n]);
    expect(relu?.origin).toEqual([{ kind: 'prototxt', file: paths.prototxt, line: 26, column: 1 }]);
    expect(encodeCaffe(model, bvlc).prototxt).toBe(TEXT);
  }
});

test('nothing is left behind where writing is cancelled, and no file is replaced unasked', async () => {
  const at = folder();
  const paths = { caffemodel: join(at, 'net.caffemodel'), prototxt: join(at, 'net.prototxt') };
  const stop = () => {
    throw new CancelledError();
  };
  const cancelled = { step: async () => {}, check: stop };
  await expect(writeCaffe(network(), bvlc, paths, { force: false, progress: cancelled })).rejects.toThrow(
    CancelledError,
  );
  expect(readdirSync(at)).toEqual([]);
  writeFileSync(paths.prototxt, 'mine');
  await expect(writeCaffe(network(), bvlc, paths, { force: false, progress: silent })).rejects.toThrow(
    /exists already/,
  );
  expect(readdirSync(at)).toEqual(['net.prototxt']);
  expect(readFileSync(paths.prototxt, 'utf8')).toBe('mine');
  await writeCaffe(network(), bvlc, paths, { force: true, progress: silent });
  expect(readdirSync(at).sort()).toEqual(['net.caffemodel', 'net.prototxt']);
});

function textModel(text: string): Model {
  return readCaffe(new MemoryBytes('net.prototxt', new TextEncoder().encode(text)));
}

test('prototxt as people write it', () => {
  const { graph } = textModel(`
    # inputs as they were before there was a layer for them
    input: "data" input_dim: 1 input_dim: 3 input_dim: 0x8 input_dim: 010
    layer < name: 'c' "onv" type: "Convolution", bottom: "data"; top: "c"
      param { lr_mult: 1 } convolution_param { num_output: 2 kernel_size: [3, 3] weight_filler { type: "xavier" } } >
    layer { name: "drop" type: "Dropout" bottom: "c" top: "c" dropout_param { dropout_ratio: .5f } include { phase: TRAIN } }
    layer { name: "relu" type: "ReLU" bottom: "c" top: "c" }
    layer { name: "pool" type: "Pooling" bottom: "c" top: "p" pooling_param { pool: AVE global_pooling: true } }`);
  const nodes = [...graph.nodes];
  expect(graph.inputs[0]?.shape).toEqual([1, 3, 8, 8]);
  expect(nodes.map((node) => `${node.op} ${node.name}`)).toEqual(['Convolution conv', 'ReLU relu', 'Pooling pool']);
  expect(nodes[0]?.ints('convolution_param.kernel_size')).toEqual([3n, 3n]);
  expect(nodes[2]?.string('pooling_param.pool')).toBe('AVE');
  // The top of an in-place layer stands for its bottom from there on.
  expect(nodes[2]?.input(0)?.producer).toBe(nodes[1]);
  expect(graph.outputs.map((value) => value.name)).toEqual(['p']);
});

test.each([
  ['layer {\n  name: 3\n}', 'syntax-error', 'name takes string, not 3', 2],
  ['layer {\n pooling_param { pool: MIN } }', 'syntax-error', 'pool takes MAX, AVE, STOCHASTIC, not MIN', 2],
  ['layer { name: "a"', 'syntax-error', 'expected } before the end', 1],
  ['layer { type: "ReLU" bottom: "x" top: "y" }', 'file-malformed', 'reads blob x', 1],
  ['layer { name: "a" }', 'file-malformed', 'has no type', 1],
  ['layer { name: "a" }\nlayers { name: "b" type: RELU }', 'file-malformed', 'layers of different ages', 2],
  ['name: "empty"', 'file-malformed', 'no layers', undefined],
] as const)('%s', (text, code, message, line) => {
  const error = caught(() => textModel(text));
  expect([error.code, error.place?.line]).toEqual([code, line]);
  expect(error.message).toContain(message);
});

test.each([
  [Uint8Array.of(0, 0, 0, 0), 'file-malformed', 'expected a field'],
  [Uint8Array.of(0xa2, 0x06, 0x7f, 0), 'file-truncated', 'but the file at byte 4'],
  // layer { name with a length beyond the layer }
  [Uint8Array.of(0xa2, 0x06, 3, 0x0a, 9, 0x61, 0, 0, 0, 0, 0, 0, 0, 0), 'file-malformed', 'the message around it'],
  // layers { type: 99 }: no type that there is
  [Uint8Array.of(0x12, 2, 0x28, 99), 'file-malformed', 'has no type'],
] as const)('broken bytes %#', (bytes, code, message) => {
  const error = caught(() => readCaffe(new MemoryBytes('net.caffemodel', bytes)));
  expect(error.code).toBe(code);
  expect(error.message).toContain(message);
});

test('the dialect of a caffemodel follows from what its numbers can mean', () => {
  const pooling = (field: string, value: unknown) => {
    const { root } = protobuf.parse(bvlcProto, { keepCase: true });
    const type = root.lookupType('NetParameter');
    const layer = [{ name: 'p', type: 'Pooling', top: ['y'], pooling_param: { [field]: value } }];
    return readCaffe(new MemoryBytes('net.caffemodel', type.encode(type.fromObject({ layer })).finish()));
  };
  const bvlcModel = pooling('round_mode', 1);
  expect(bvlcModel.metadata.get('caffe.dialect')).toBe('bvlc');
  expect([...bvlcModel.graph.nodes][0]?.string('pooling_param.round_mode')).toBe('FLOOR');
  // 13 with the value 0 is a default in one dialect, and ceil_mode: false in the other.
  const opencvModel = pooling('round_mode', 0);
  expect(opencvModel.metadata.get('caffe.dialect')).toBe('opencv');
});

test('weights that do not fill their shape are refused', () => {
  const model = network();
  const { caffemodel } = encodeCaffe(model, bvlc);
  // The first size of the weights' shape, 1, becomes 3.
  const at = Buffer.from(caffemodel).indexOf(Buffer.from([0x0a, 4, 1, 2, 1, 1]));
  caffemodel[at + 2] = 3;
  const error = caught(() => readCaffe(new MemoryBytes('net.caffemodel', caffemodel)));
  expect(error.message).toContain('blob 0 of layer conv_2');
});

test('a file beyond 2 GB is read without its weights, and is too large to be written', async () => {
  const at = folder();
  const path = join(at, 'large.caffemodel');
  const outputs = 2 ** 20;
  const varint = (value: number): number[] =>
    value < 128 ? [value] : [(value % 128) | 128, ...varint(Math.floor(value / 128))];
  const field = (number: number, content: Uint8Array | number[], length = content.length) =>
    Buffer.from([...varint(number * 8 + 2), ...varint(length), ...content]);
  const bytes = outputs * 600 * 4;
  const data = field(5, [], bytes);
  const shape = field(7, field(1, [...varint(outputs), ...varint(600)]));
  const blob = field(7, Buffer.concat([shape, data]), shape.length + data.length + bytes);
  const words = [field(1, Buffer.from('fc')), field(2, Buffer.from('InnerProduct')), field(3, Buffer.from('data'))];
  const head = Buffer.concat([
    ...words,
    field(4, Buffer.from('fc')),
    field(117, [0x08, ...varint(outputs), 0x10, 0]),
    blob,
  ]);
  const start = Buffer.concat([field(3, Buffer.from('data')), field(100, head, head.length + bytes)]);
  writeFileSync(path, start);
  // The weights are a hole in the file.
  truncateSync(path, start.length + bytes);
  const file = new FileBytes(path);
  const read = readCaffeNet(file);
  expect(read.problems).toEqual([]);
  expect([...read.model.graph.nodes][0]?.input(1)?.shape).toEqual([outputs, 600]);
  const paths = { caffemodel: join(at, 'out.caffemodel'), prototxt: join(at, 'out.prototxt') };
  await expect(writeCaffe(read.model, bvlc, paths, { force: false, progress: silent })).rejects.toThrow(
    expect.objectContaining({ code: 'file-too-large' }),
  );
  file.close();
});

test.each([
  ['name: "a" name: "b"', 'name is given twice'],
  ['input: "a" input_dim: 99999999999', 'input_dim takes int32, not 99999999999'],
  ['layer { blobs { num: [1] } }', 'num has one value, no list'],
  [`${'a {'.repeat(100)}`, 'nested deeper than 64'],
])('%s is no network', (text, message) => {
  const error = caught(() => textModel(text));
  expect([error.code, error.place?.line]).toEqual(['syntax-error', 1]);
  expect(error.message).toContain(message);
});
