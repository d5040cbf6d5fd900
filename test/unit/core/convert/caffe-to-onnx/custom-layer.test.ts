/** Layers that a user has declared: one node of the user's operator, with a body where the entry has one. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { checkOnnx } from '../../../../../src/core/dialects/onnx/check.ts';
import { Tensor } from '../../../../../src/core/ir/tensor.ts';
import { openModel } from '../../../../../src/core/open.ts';
import { convertModel } from '../../../../../src/core/pipeline.ts';
import { silent } from '../../../../../src/core/progress.ts';
import { PLAIN_READING } from '../../../../../src/core/reading.ts';
import { runModel } from '../../../../../src/core/runtime/onnxruntime.ts';
import { input, layer } from '../../formats/caffe/lines.ts';

const folder = mkdtempSync(join(tmpdir(), 'graphwright-custom-layer-'));
afterAll(() => rmSync(folder, { recursive: true }));

const ENTRY = {
  name: 'Shrink',
  domain: 'com.acme',
  for: { layer: 'SoftShrink' },
  inputs: ['x', 'by'],
  outputs: [{ name: 'y', dtype: 'x', shape: 'x' }],
  attributes: { lambd: { type: 'float' } },
  body: `<domain: "com.acme", opset_import: ["" : 17]>
    Shrink <lambd> (x, by) => (y) { t = Constant <value_float: float = @lambd> ()
      a = Abs (x) b = Sub (a, t) c = Relu (b) d = Sign (x) e = Mul (c, d) y = Mul (e, by) }`,
};

/** The field is unknown to BVLC: a backend of the user's own has it. */
function convert(entry: object, net: readonly string[]) {
  writeFileSync(join(folder, 'graphwright.ops.json'), JSON.stringify({ version: 1, operators: [entry] }));
  writeFileSync(
    join(folder, 'acme.proto'),
    `syntax = "proto2"; package acme; import "bvlc.proto";
     message LayerParameter { optional ShrinkParameter shrink_param = 4711; }
     message ShrinkParameter { optional float lambd = 1 [default = 0.5]; optional string how = 2; }`,
  );
  const adds = { SoftShrink: { parameters: 'shrink_param', blobs: ['by'] } };
  const backend = { name: 'acme', proto: 'acme.proto', like: 'bvlc', adds };
  writeFileSync(join(folder, 'graphwright.caffe.json'), JSON.stringify({ version: 1, backends: [backend] }));
  const path = join(folder, 'net.prototxt');
  writeFileSync(path, net.join('\n'));
  const reading = { ...PLAIN_READING, from: 'caffe:acme' };
  const target = { target: 'onnx' };
  return convertModel({ input: path, reading, target, force: true, simplify: false, verify: false }, silent);
}

const BY = Tensor.of('float32', [1], [10]);
const NET = [input('x', 1, 3), layer('x => s: SoftShrink shrink_param { lambd: 1 }', [BY]), layer('s => y: ReLU')];

test('a declared layer is one node with its blobs and fields, which a body runs', async () => {
  const { status, problems, output } = await convert(ENTRY, NET);
  expect([status, problems]).toEqual(['done', []]);
  const { model } = await openModel(output[0] ?? '', PLAIN_READING, silent);
  expect([...model.graph.nodes].map((node) => node.operator)).toEqual(['com.acme::Shrink', 'Relu']);
  const found = await runModel(output[0] ?? '', new Map([['x', Tensor.of('float32', [1, 3], [3, -2, 0.5])]]));
  expect(found.get('y')?.numbers()).toEqual([20, 0, 0]);
});

test.each([
  [{ inputs: ['x'] }, 'it has 2 bottoms and blobs, and its entry 1 inputs'],
  [{ outputs: [] }, 'it has 1 tops, and its entry 0 outputs'],
  [{ attributes: { lambd: { type: 'string' } } }, 'shrink_param.lambd is float, and its entry says string'],
])('an entry that does not fit is a problem: %o', async (change, reason) => {
  const { body: _, ...entry } = ENTRY;
  const { problems } = await convert({ ...entry, ...change }, NET);
  expect(problems.map(({ code, message }) => `${code}: ${message}`)).toEqual([
    expect.stringMatching(new RegExp(`^custom-operator-mismatch: .*: ${reason}\\.$`)),
  ]);
});

test('where the entry has no rule for the shape, layers behind it that need one say so', async () => {
  const { body: _, ...entry } = ENTRY;
  const { problems } = await convert({ ...entry, outputs: [{ name: 'y', dtype: 'x' }] }, [
    ...NET.slice(0, 2),
    layer('s => y: Pooling pooling_param { kernel_size: 2 }'),
  ]);
  expect(problems.map(({ code }) => code)).toEqual(['shape-unknown']);
});

test('an output of which not even the number of axes is known is told of, since ONNX wants it; a rule for the shape mends it', async () => {
  const { body: _, ...entry } = ENTRY;
  const net = NET.slice(0, 2);
  const { status, problems, output } = await convert({ ...entry, outputs: [{ name: 'y', dtype: 'x' }] }, net);
  expect([status, problems.map(({ code, severity }) => `${severity} ${code}`)]).toEqual([
    'done',
    ['warning output-without-shape'],
  ]);
  const faults = async (path = '') =>
    checkOnnx((await openModel(path, PLAIN_READING, silent)).model).map(({ code }) => code);
  expect(await faults(output[0])).toEqual(['type-missing']);
  const mended = await convert(entry, net);
  expect([mended.problems, await faults(mended.output[0])]).toEqual([[], []]);
});
