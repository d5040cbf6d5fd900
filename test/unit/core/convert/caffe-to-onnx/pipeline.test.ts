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
import { input, layer } from './support.ts';

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
