/** From a Caffe file to an ONNX file: opsets, simplification, proof, input sizes, and frameworks of a user's own. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { openModel } from '../../../../../src/core/open.ts';
import { convertModel } from '../../../../../src/core/pipeline.ts';
import { silent } from '../../../../../src/core/progress.ts';
import { PLAIN_READING, parseInputSpec, type Reading } from '../../../../../src/core/reading.ts';
import type { ConvertRequest } from '../../../../../src/core/request.ts';
import { compareOutputs, worstDifference } from '../../../../../src/core/runtime/compare.ts';
import { runModel } from '../../../../../src/core/runtime/onnxruntime.ts';
import { input, layer, seeded } from '../../formats/caffe/lines.ts';

const folder = mkdtempSync(join(tmpdir(), 'graphwright-to-onnx-'));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, ...net: readonly string[]): string {
  const path = join(folder, name);
  writeFileSync(path, net.join('\n'));
  return path;
}

const convert = (path: string, more: Partial<ConvertRequest> = {}, reading: Reading = PLAIN_READING) =>
  convertModel(
    { input: path, reading, target: { target: 'onnx' }, force: true, simplify: false, verify: true, ...more },
    silent,
  );

const CONV = layer('data => y: Convolution convolution_param { num_output: 3 kernel_size: 3 }', [[3, 2, 3, 3], [3]]);
const NET = [CONV, layer('y => y: ReLU')];

test('an ONNX file at the usual opset, proven', async () => {
  const path = file('net.prototxt', input('data', 1, 2, 5, 5), ...NET);
  const { status, verification, output } = await convert(path);
  expect([status, verification?.reference]).toEqual([
    'done',
    'the source network in the reference interpreter of Caffe',
  ]);
  expect(verification?.relativeError).toBeLessThan(1e-5);
  const { model } = await openModel(output[0] ?? '', PLAIN_READING, silent);
  expect(model.opsetImports.get('')).toBe(17);
  expect([...model.graph.nodes].map(({ name, origin }) => `${name} ${origin[0]?.line}`)).toEqual(['y 2', 'y_2 3']);
});

test.each([13, 22])('opset %i, simplified', async (opset) => {
  const path = file('net.prototxt', input('data', 1, 2, 5, 5), ...NET);
  const { status, verification } = await convert(path, { target: { target: 'onnx', opset }, simplify: true });
  expect(status).toBe('done');
  expect(verification?.relativeError).toBeLessThan(1e-5);
});

test('sizes that the file does not say may be given, and other ones', async () => {
  const path = file('bare.prototxt', 'input: "data"', ...NET);
  expect((await convert(path)).problems.map(({ code }) => code)).toEqual(['shape-unknown']);
  const given = { ...PLAIN_READING, inputs: [parseInputSpec('data:float32[n,2,7,7]')] };
  const { status, output } = await convert(path, {}, given);
  expect(status).toBe('done');
  const { model } = await openModel(output[0] ?? '', PLAIN_READING, silent);
  expect(model.graph.outputs[0]?.shape?.map(String)).toEqual(['n', '3', '5', '5']);
});

/** Networks whose layers move, pool, normalize and multiply: with any number of images they give what they give for three. */
const OPEN_BATCH: readonly (readonly [string, readonly string[]])[] = [
  [
    'pooling and products',
    [
      layer('data => p: Pooling pooling_param { kernel_size: 3 stride: 2 pad: 1 }'),
      layer('p => a: Pooling pooling_param { pool: AVE kernel_size: 3 stride: 2 }'),
      layer('a => i: InnerProduct inner_product_param { num_output: 3 }', [[3, 8], [3]]),
      layer('i => y: Softmax'),
    ],
  ],
  [
    'shapes',
    [
      layer('data => t: Permute permute_param { order: [0, 2, 3, 1] }'),
      layer('t => r: Reshape reshape_param { shape { dim: [0, -1, 2] } }'),
      layer('r => f: Flatten'),
      layer('f => y: InnerProduct inner_product_param { num_output: 2 axis: -1 bias_term: false }', [[2, 98]]),
    ],
  ],
  [
    'normalization',
    [
      layer('data => n: Normalize', [[1]]),
      layer('n => l: LRN lrn_param { local_size: 3 }'),
      layer('l => m: MVN'),
      layer('m => s: Scale scale_param { bias_term: true }', [[2], [2]]),
      layer('s => c, d: Slice'),
      layer('c, d => e: Concat'),
      layer('e => x: ArgMax argmax_param { axis: 1 }'),
      layer('x => y: Reduction reduction_param { axis: 1 }'),
    ],
  ],
];

test.each(OPEN_BATCH)('any number of images: %s', async (_, net) => {
  const path = file('open.prototxt', input('data', 1, 2, 7, 7), ...net);
  const reading = (batch: string) => ({ ...PLAIN_READING, inputs: [parseInputSpec(`data:float32[${batch},2,7,7]`)] });
  const run = async (batch: string) => {
    const { status, problems, output } = await convert(
      path,
      { verify: false },
      { ...reading(batch), from: 'caffe:ssd' },
    );
    expect([status, problems]).toEqual(['done', []]);
    return runModel(output[0] ?? '', new Map([['data', seeded([3, 2, 7, 7], 5)]]));
  };
  const [open, fixed] = [await run('n'), await run('3')];
  expect(worstDifference(compareOutputs(fixed, open))).toBe(0);
});

test('where there are no weights at all, one problem says so', async () => {
  const bare = layer('data => y: Convolution convolution_param { num_output: 3 kernel_size: 3 }');
  const path = file('weightless.prototxt', input('data', 1, 2, 5, 5), bare);
  expect((await convert(path)).problems.map(({ code }) => code)).toEqual(['weights-missing']);
});

test("layers of a user's own framework mean what those of the one mean that it is like", async () => {
  writeFileSync(join(folder, 'acme.proto'), 'syntax = "proto2"; package acme; import "ncnn.proto";');
  const entry = { name: 'acme', proto: 'acme.proto', like: 'ncnn' };
  writeFileSync(join(folder, 'graphwright.caffe.json'), JSON.stringify({ version: 1, backends: [entry] }));
  try {
    const path = file('net.prototxt', input('data', 1, 2, 5, 5), ...NET);
    const { status, problems } = await convert(path, {}, { ...PLAIN_READING, from: 'caffe:acme' });
    expect([status, problems]).toEqual(['done', []]);
  } finally {
    rmSync(join(folder, 'graphwright.caffe.json'));
  }
});
