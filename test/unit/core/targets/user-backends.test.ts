/** Backends of a user's own: a schema and a few facts beside the model, and nothing to build. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { InputError } from '../../../../src/core/ir/errors.ts';
import { openModel } from '../../../../src/core/open.ts';
import { convertModel } from '../../../../src/core/pipeline.ts';
import { silent } from '../../../../src/core/progress.ts';
import { PLAIN_READING } from '../../../../src/core/reading.ts';
import { targetOf } from '../../../../src/core/targets/table.ts';
import { parseBackends, userBackends } from '../../../../src/core/targets/user-backends.ts';

/** A file whose entry is whole but for that. */
const entryWith = (limit: string) => `{"version": 1, "backends": [{"name": "a", "proto": "acme.proto", ${limit}}]}`;

const folder = mkdtempSync(join(tmpdir(), 'graphwright-backends-'));
const nets = join(folder, 'nets');
const model = join(nets, 'net.prototxt');
afterAll(() => rmSync(folder, { recursive: true }));

const ENTRY = {
  name: 'acme',
  title: 'Acme NPU',
  proto: 'acme.proto',
  like: 'bvlc',
  adds: { Mish: { parameters: 'mish_param' } },
  lacks: ['Python', 'LRN'],
  floorPooling: { path: 'pooling_param.ceil_mode', value: false },
};

beforeAll(() => {
  mkdirSync(nets);
  writeFileSync(
    join(folder, 'graphwright.caffe.json'),
    `// ours\n${JSON.stringify({ version: 1, backends: [ENTRY] })}`,
  );
  writeFileSync(
    join(folder, 'acme.proto'),
    `syntax = "proto2"; package acme; import "bvlc.proto";
     message LayerParameter { optional MishParameter mish_param = 4711; }
     message MishParameter { optional float threshold = 1 [default = 20]; }
     message PoolingParameter { reserved "round_mode"; optional bool ceil_mode = 99 [default = true]; }`,
  );
  writeFileSync(
    model,
    `input: "data" input_shape { dim: 1 dim: 1 dim: 4 dim: 4 }
     layer { name: "p" type: "Pooling" bottom: "data" top: "p" pooling_param { kernel_size: 3 stride: 2 round_mode: FLOOR } }
     layer { name: "r" type: "ReLU" bottom: "p" top: "r" }`,
  );
});

test('they are found upward from the model, and written and read like others', async () => {
  const [acme] = userBackends(model);
  expect([acme?.id, acme?.title, acme?.has('Mish'), acme?.has('LRN'), acme?.has('Clip')]).toEqual([
    'acme',
    'Acme NPU',
    true,
    false,
    true,
  ]);
  expect(targetOf('caffe:acme', model).title).toBe('Caffe (Acme NPU)');
  const output = join(nets, 'out.caffemodel');
  const wish = { input: model, target: { target: 'caffe:acme' }, output, force: false, simplify: false, verify: true };
  const result = await convertModel({ ...wish, reading: PLAIN_READING }, silent);
  expect([result.status, result.problems]).toEqual(['done', []]);
  expect(result.verification?.relativeError).toBe(0);
  expect(readFileSync(join(nets, 'out.prototxt'), 'utf8')).toContain('ceil_mode: false');
  // It is told by what only it has, and can be named.
  const opened = await openModel(output, PLAIN_READING, silent);
  expect(opened.dialects?.[0]).toEqual({ id: 'acme', title: 'Acme NPU', score: 1 });
  opened.close();
  const named = await openModel(model, { ...PLAIN_READING, from: 'caffe:acme' }, silent);
  expect(named.problems.map(({ message }) => message)).toEqual([
    expect.stringMatching(/^PoolingParameter has no field round_mode in the Caffe dialect acme: bvlc, yolo-upsample/),
  ]);
  named.close();
});

test('limits of its own hold for networks of other dialects and for ONNX models', async () => {
  const vendor = join(folder, 'vendor');
  mkdirSync(vendor);
  const limited = {
    ...ENTRY,
    proto: '../acme.proto',
    blobs: { axes: 4, batch: 'one' },
    takes: { Convolution: { most: { kernel_size: 2, kernel_h: 2, kernel_w: 2 } } },
  };
  writeFileSync(join(vendor, 'graphwright.caffe.json'), JSON.stringify({ version: 1, backends: [limited] }));
  const refusals = async (name: string, text: string) => {
    const input = join(vendor, name);
    writeFileSync(input, text);
    const wish = { input, target: { target: 'caffe:acme' }, output: join(vendor, 'out.caffemodel') };
    const rest = { force: true, simplify: false, verify: false, reading: PLAIN_READING };
    const { problems } = await convertModel({ ...wish, ...rest }, silent);
    return problems.filter(({ severity }) => severity === 'error').map(({ message }) => message);
  };
  const data = (batch: number) => `input: "data" input_shape { dim: ${batch} dim: 1 dim: 4 dim: 4 }`;
  const convolution = (size: number) =>
    `layer { name: "c" type: "Convolution" bottom: "data" top: "c" convolution_param { num_output: 1 kernel_size: ${size} bias_term: false }
      blobs { shape { dim: 1 dim: 1 dim: ${size} dim: ${size} } ${'data: 1 '.repeat(size * size)} } }`;
  expect(await refusals('two.prototxt', data(1) + convolution(2))).toEqual([]);
  expect(await refusals('three.prototxt', data(1) + convolution(3))).toEqual([
    expect.stringContaining('kernel_size of its Convolution is 2 at most'),
  ]);
  expect(await refusals('batch.prototxt', data(2) + convolution(2))).toEqual([
    expect.stringContaining('the first axis of its blobs is 1'),
  ]);
  const onnx = `<ir_version: 8, opset_import: ["" : 17]> g (float[1,1,4,4] x) => (float[1,1,2,2] y)
    <float[1,1,3,3] w = {1,1,1,1,1,1,1,1,1}> { y = Conv (x, w) }`;
  expect(await refusals('net.onnxtxt', onnx)).toEqual([expect.stringContaining('of its Convolution is 2 at most')]);
});

test('another dialect becomes one with numbers of its own, and comes back from it', async () => {
  const input = join(nets, 'mish.prototxt');
  writeFileSync(
    input,
    `input: "data" input_shape { dim: 1 dim: 2 dim: 4 dim: 4 }
     layer { name: "p" type: "Pooling" bottom: "data" top: "p" pooling_param { kernel_size: 3 stride: 2 ceil_mode: false } }
     layer { name: "m" type: "Mish" bottom: "p" top: "m" mish_param { threshold: 5 } }`,
  );
  const to = (target: string) =>
    convertModel(
      {
        input,
        target: { target },
        output: join(nets, 'mish-out.caffemodel'),
        reading: { ...PLAIN_READING, from: 'caffe:acme' },
        ...{ force: true, simplify: false, verify: false },
      },
      silent,
    );
  expect((await to('caffe:acme')).status).toBe('done');
  const opened = await openModel(join(nets, 'mish-out.caffemodel'), PLAIN_READING, silent);
  expect(opened.dialects?.[0]).toMatchObject({ id: 'acme', score: 1 });
  expect([...opened.model.graph.nodes].map(({ attributes }) => attributes.get('mish_param.threshold')?.value)).toEqual([
    undefined,
    5,
  ]);
  opened.close();
  expect((await to('caffe:ncnn')).problems.map(({ message }) => message)).toEqual([
    'Caffe (ncnn) cannot express caffe::Mish with mish_param.threshold: it has no such field.',
  ]);
});

test('elsewhere there is no such target', () => {
  expect(() => targetOf('caffe:acme', '/nowhere/net.onnx')).toThrow(/no target "caffe:acme"/);
});

test.each([
  ['{', 1, 'this is not JSON with comments'],
  ['{"version": 2, "backends": []}', 1, 'expected "version": 1'],
  ['{"version": 1}', 1, 'expected a list "backends"'],
  ['{"version": 1,\n "backends": [{"nam": 1}]}', 2, '"nam" is not a field here'],
  ['{"version": 1, "backends": [{\n"name": "Acme"}]}', 2, '"Acme" is not a name'],
  ['{"version": 1, "backends": [{"name": "ncnn"}]}', 1, 'there is a backend "ncnn" already'],
  ['{"version": 1, "backends": [{"name": "a", "like": "b"}]}', 1, 'expected "like" to be one of bvlc'],
  ['{"version": 1, "backends": [{"name": "a", "proto": "a.proto"}]}', 1, 'there is no file'],
  ['{"version": 1, "backends": [{"name": "a", "adds": {"X": {"parameters": 1}}}]}', 1, 'expected "X" to have'],
  ['{"version": 1, "backends": [{"name": "a", "lacks": "X"}]}', 1, 'expected a list of names "lacks"'],
  [entryWith('"blobs": {"batch": "one"}'), 1, 'expected "blobs" to have "axes"'],
  [entryWith('"blobs": {"axes": 4, "batch": 1}'), 1, 'expected "batch" of "blobs" to be "one"'],
  [entryWith('"takes": []'), 1, 'expected "takes" to be an object of layer types'],
  [entryWith('"takes": {"LRN": {"kernel": 7}}'), 1, '"kernel" is not a limit of "LRN": never, axes'],
  [entryWith('"takes": {"LRN": {"axes": [4]}}'), 1, 'expected "axes" of "LRN" to be the least and the most'],
  [entryWith('"takes": {"LRN": {"most": {"local_size": "5"}}}'), 1, 'expected "most" of "LRN" to be'],
])('%s', (text, line, message) => {
  try {
    parseBackends(text, join(folder, 'broken.json'));
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    expect([error.place?.line, error.message]).toEqual([line, expect.stringContaining(message)]);
    return;
  }
  throw new Error('nothing was refused');
});
