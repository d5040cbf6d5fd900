/** How much of a model each target takes, counted in its own layers. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { expressible } from '../../../src/core/expressible.ts';
import { openModel } from '../../../src/core/open.ts';
import { checkModel } from '../../../src/core/pipeline.ts';
import { watched } from '../../../src/core/progress.ts';
import { PLAIN_READING } from '../../../src/core/reading.ts';
import { targetsOf } from '../../../src/core/targets/table.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'graphwright-expressible-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

async function rowsOf(name: string, text: string) {
  const path = join(folder, name);
  writeFileSync(path, text);
  const progress = watched(() => {}, undefined);
  const opened = await openModel(path, PLAIN_READING, progress);
  try {
    const rows = await expressible(opened, targetsOf(path), progress);
    return new Map(rows.map((row) => [row.target.id, row]));
  } finally {
    opened.close();
  }
}

const NET = `layer { name: "x" type: "Input" top: "x" input_param { shape { dim: 1 dim: 3 dim: 8 dim: 8 } } }
layer { name: "a" type: "Exp" bottom: "x" top: "a" }
layer { name: "b" type: "Exp" bottom: "a" top: "b" }
layer { name: "c" type: "Pooling" bottom: "b" top: "c" pooling_param { kernel_size: 2 round_mode: FLOOR } }
layer { name: "d" type: "ReLU" bottom: "c" top: "d" }
`;

test('a Caffe network', async () => {
  const rows = await rowsOf('net.prototxt', NET);
  expect(rows.get('caffe:bvlc')).toMatchObject({ layers: 4, taken: 4, reasons: [] });
  const mnn = rows.get('caffe:mnn');
  expect(mnn).toMatchObject({ layers: 4, taken: 2 });
  // Two layers of one type are one reason.
  expect(mnn?.reasons.map(({ count, message }) => `${count} ${message}`)).toEqual([
    '2 Caffe (MNN) has no operator for caffe::Exp.',
  ]);
  expect(mnn?.reasons[0]?.first.origin).toMatchObject([{ kind: 'prototxt', line: 2 }]);
  // Where pooling always rounds up, a cut behind it rounds down.
  expect(rows.get('caffe:ncnn')).toMatchObject({ taken: 4 });
});

test('a network without weights is counted all the same', async () => {
  const convolution =
    'layer { name: "e" type: "Convolution" bottom: "d" top: "e" convolution_param { num_output: 2 kernel_size: 1 } }';
  const rows = await rowsOf('weights.prototxt', NET + convolution);
  const mnn = rows.get('caffe:mnn');
  expect(mnn).toMatchObject({ layers: 5, taken: 3 });
  // That weights are missing is no reason of a target.
  expect(mnn?.reasons.map(({ first }) => first.code)).toEqual(['unsupported-operator']);
  expect(rows.get('caffe:bvlc')).toMatchObject({ layers: 5, taken: 5, reasons: [] });
});

test('a target of the user', async () => {
  writeFileSync(
    join(folder, 'graphwright.caffe.json'),
    '{ "version": 1, "backends": [{ "name": "acme", "proto": "acme.proto", "like": "bvlc", "lacks": ["Exp"] }] }',
  );
  writeFileSync(join(folder, 'acme.proto'), 'syntax = "proto2"; import "bvlc.proto";');
  const rows = await rowsOf('net.prototxt', NET);
  expect(rows.get('caffe:acme')).toMatchObject({ layers: 4, taken: 2 });
  rmSync(join(folder, 'graphwright.caffe.json'));
});

test('an ONNX model', async () => {
  const rows = await rowsOf(
    'model.onnxtxt',
    `<ir_version: 8, opset_import: ["" : 17]>
g (float[1, 3, 8, 8] x) => (float[1, 3, 8, 8] y) { a = Relu (x) b = Round (a) y = Sigmoid (b) }`,
  );
  expect(rows.get('onnx')).toMatchObject({ layers: 3, taken: 3 });
  expect(rows.get('caffe:bvlc')).toMatchObject({ layers: 3, taken: 2 });
});

test('each target finds what it finds alone, although all work on copies of one model', async () => {
  const text = (name: string, content: string) => {
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  };
  const subgraphs = `<ir_version: 8, opset_import: ["" : 17]>
g (float[2, 3] x, bool more) => (float[2, 3] y) <float[3] c = {1, 2, 3}, float[3] d = {1, 2, 3}>
{
  s = Add (c, d)
  a = Erf (x)
  y = If (more) < then_branch = t () => (float[2, 3] p) { p = Add (x, s) }, else_branch = e () => (float[2, 3] q) { q = Erf (x) } >
}`;
  const files = [text('net.prototxt', NET), text('branches.onnxtxt', subgraphs), 'test/fixtures/host/plain.traced.pt'];
  const progress = watched(() => {}, undefined);
  for (const path of files) {
    const opened = await openModel(path, PLAIN_READING, progress);
    // ONNX, profiles and Caffe are among them.
    const targets = targetsOf(path).filter((_, k) => k % 3 === 0);
    for (const { target, problems, failure } of await expressible(opened, targets, progress)) {
      const alone = checkModel(opened, { target: target.id }, progress);
      if (failure !== undefined) await expect(alone).rejects.toThrow(failure);
      else expect(problems, `${path} to ${target.id}`).toEqual(await alone);
    }
    opened.close();
  }
});
