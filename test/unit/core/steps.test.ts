/** Every step of a conversion, whatever did it, can be looked at: the model is opened as it was before and after it. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { nodeText } from '../../../src/core/formats/onnxtxt/node-text.ts';
import { InputError } from '../../../src/core/ir/errors.ts';
import type { Model } from '../../../src/core/ir/model.ts';
import { validateModel } from '../../../src/core/ir/validate.ts';
import { convertModel } from '../../../src/core/pipeline.ts';
import { silent } from '../../../src/core/progress.ts';
import type { ConvertRequest } from '../../../src/core/request.ts';
import { conversionRecords, explainNode, modelsAroundStep } from '../../../src/core/steps.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'graphwright-steps-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const HEAD = '<ir_version: 6, opset_import: ["" : 11]>';
const MODEL = `${HEAD}
g (float[1, 2, 4, 4] x) => (float[1, 2, 4, 4] y)
<
  float[2, 2, 1, 1] w = {1, 2, 3, 4}, float[2] b = {1, 2}, float[2] scale = {1, 2}, float[2] shift = {1, 2},
  float[2] mean = {0, 0}, float[2] variance = {1, 1}, float[3] unread = {1, 2, 3}, bool[1] yes = {1}
>
{
  [conv] c = Conv (x, w, b)
  [norm] n = BatchNormalization (c, scale, shift, mean, variance)
  [same] s = Identity (n)
  [up] u = Unsqueeze <axes = [0]> (s)
  [down] d = Squeeze <axes = [0]> (u)
  [relu] y = Relu (d)
}
`;
const BRANCHES = `${HEAD}
g (float[2] x, bool more) => (float[2] y) <float[2] one = {1, 1}, float[2] same = {1, 1}>
{
  [choice] y = If (more) <
    then_branch = a () => (float[2] p) { p = Add (x, one) },
    else_branch = b () => (float[2] q) { r = Add (x, same)  q = Mul (r, one) }
  >
}
`;

function requestOf(text: string, wishes: Partial<ConvertRequest>): ConvertRequest {
  const input = join(folder, 'model.onnxtxt');
  writeFileSync(input, text);
  return {
    input,
    reading: { inputs: [], ops: [], accept: [] },
    target: { target: 'onnx', opset: 17 },
    output: join(folder, 'out'),
    force: true,
    simplify: false,
    explain: true,
    verify: false,
    ...wishes,
  };
}

async function lookAt(request: ConvertRequest, step: number) {
  const { before, after } = await modelsAroundStep(request, step, silent);
  for (const { model } of [before, after]) validateModel(model);
  const seen = { before: seenOf(before.model), after: seenOf(after.model) };
  before.close();
  after.close();
  return seen;
}

function seenOf({ graph, dialect, opsetImports }: Model) {
  const nodes = [...graph.allNodes()];
  return {
    dialect,
    opset: opsetImports.get(''),
    names: nodes.map((node) => node.outputs[0]?.name ?? ''),
    text: [...nodes.map(nodeText), ...[...graph.initializers].map(({ name }) => name)].join('\n'),
  };
}

const CASES: readonly (readonly [title: string, text: string, wishes: Partial<ConvertRequest>, passes: string])[] = [
  ['to another opset', MODEL, {}, 'opset 12 to 13'],
  [
    'to another opset, simplified',
    MODEL,
    { simplify: true },
    'opset 12 to 13, merge-constants, remove-dead-code, fold-batch-normalization, no-identity, reshape-chain',
  ],
  ['to Caffe', MODEL, { target: { target: 'caffe:bvlc' } }, 'opset 12 to 13, fold-batch-normalization'],
  [
    'to Caffe, simplified',
    MODEL,
    { target: { target: 'caffe:bvlc' }, simplify: true },
    'merge-constants, fold-batch-normalization, remove-dead-code, no-identity, reshape-chain',
  ],
  ['constants that branches read', BRANCHES, { simplify: true }, 'merge-constants, no-unit'],
];

test.each(CASES)('%s', async (_, text, wishes, names) => {
  const request = requestOf(text, wishes);
  const { passes } = await convertModel(request, silent);
  expect(passes.map(({ pass }) => pass).join(', ')).toBe(names);
  expect(await conversionRecords({ ...request, explain: false }, silent)).toEqual(passes);
  const records = passes.flatMap(({ records = [] }) => records).sort((a, b) => a.step - b.step);
  expect(records.map(({ step }) => step)).toEqual(records.map((_record, k) => k + 1));
  let last: string | undefined;
  for (const { step, pass, found, text: lines } of records) {
    const sides = await lookAt(request, step);
    // What one step leaves is what the next one finds.
    if (last !== undefined) expect(sides.before.text, `${step}: ${pass}`).toBe(last);
    last = sides.after.text;
    expect(sides.after.text, `${step}: ${pass}`).not.toBe(sides.before.text);
    expect(lines?.before, `${step}: ${pass}`).not.toEqual(lines?.after);
    for (const side of ['before', 'after'] as const) {
      expect(sides[side].dialect).toBe('onnx');
      const named = (found?.[side] ?? []).filter((name) => name !== '');
      // All are there, in the order of the graph.
      expect(sides[side].names.filter((name) => named.includes(name))).toEqual(named);
    }
    for (const name of found?.near ?? []) expect(sides.after.names).toContain(name);
  }
});

test('a model is shown at the opset that a step has reached', async () => {
  const request = requestOf(MODEL, {});
  const [squeeze, unsqueeze] = [await lookAt(request, 1), await lookAt(request, 2)];
  expect(squeeze.before.opset).toBe(11);
  expect(squeeze.after.opset).toBe(12);
  expect(unsqueeze.after.text).toContain('Squeeze (u, ');
  await expect(lookAt(request, 3)).rejects.toThrow('the model has changed since it was converted');
});

test('what a Caffe backend wants can be left out; what is needed to be exact cannot', async () => {
  const target = { target: 'caffe:bvlc' };
  const with_ = await convertModel(requestOf(MODEL, { target }), silent);
  expect(with_.passes.map(({ pass, optional }) => [pass, optional])).toEqual([
    ['opset 12 to 13', false],
    ['fold-batch-normalization', true],
  ]);
  const without = await convertModel(requestOf(MODEL, { target, disabled: ['fold-batch-normalization'] }), silent);
  expect(without.status).toBe('done');
  expect(without.passes.map(({ pass }) => pass)).toEqual(['opset 12 to 13']);
  const refused = convertModel(requestOf(MODEL, { target, disabled: ['opset 12 to 13'] }), silent);
  await expect(refused).rejects.toThrow(
    '"opset 12 to 13" cannot be left out: operators would not mean in opset 13 what they mean in opset 12',
  );
  const wrong = convertModel(requestOf(MODEL, { target, disabled: ['fold-batch-normalisation'] }), silent);
  await expect(wrong).rejects.toThrow(InputError);
});

test('a node tells what simplification does to it, and which rules nearly fit', async () => {
  const { input, reading } = requestOf(MODEL, {});
  const same = await explainNode(input, reading, { target: 'onnx' }, 's', silent);
  expect(same?.done).toMatchObject([{ pass: 'no-identity', title: 'Takes out Identity', node: 'Identity same' }]);
  const caffe = await explainNode(input, reading, { target: 'caffe:bvlc' }, 'n', silent);
  expect(caffe?.done).toMatchObject([{ pass: 'fold-batch-normalization', node: 'BatchNormalization norm' }]);
  const three = `${HEAD} g (float[2,2,3] x) => (float[2,2,2] y) <float[3,2] w = {1, 2, 3, 4, 5, 6}, float[2] b = {1, 2}>
    { [product] t = MatMul (x, w)  [sum] y = Add (t, b) }`;
  const sum = await explainNode(requestOf(three, {}).input, reading, { target: 'onnx' }, 'y', silent);
  expect(sum?.done).toEqual([]);
  expect(sum?.missed[0]).toEqual({
    pass: 'product-and-sum',
    title: 'Makes a Gemm of MatMul and Add of matrices',
    graph: 'model',
    node: 'Add sum',
    reason: '`x` has rank 3; the rule wants rank(x) == 2',
    near: true,
  });
  expect(sum?.missed.at(-1)?.near).toBe(false);
  const nowhere = explainNode(input, reading, { target: 'onnx' }, 'nothing', silent);
  await expect(nowhere).rejects.toThrow('no node and no value is named "nothing"');
});

test('steps are those of the version of ai.onnx.ml that was asked for', async () => {
  const text = `<ir_version: 8, opset_import: ["" : 17, "ai.onnx.ml" : 2]>
g (string[2] s) => (int64[2] y) {
  [code] y = ai.onnx.ml.LabelEncoder <keys_strings = ["a"], values_int64s = [1]> (s)
}
`;
  const request = requestOf(text, { target: { target: 'onnx', opset: 17, mlOpset: 1 } });
  const { passes } = await convertModel(request, silent);
  const records = await conversionRecords(request, silent);
  expect(records.map(({ pass, applications }) => [pass, applications])).toEqual([['ai.onnx.ml 2 to 1', 1]]);
  expect(passes.map(({ pass }) => pass)).toEqual(records.map(({ pass }) => pass));
  expect((await lookAt(request, 1)).after).not.toEqual((await lookAt(request, 1)).before);
});

test('a version of ai.onnx.ml that is none is refused', async () => {
  const text = MODEL.replace('"" : 11', '"" : 11, "ai.onnx.ml" : 2');
  const converting = convertModel(requestOf(text, { target: { target: 'onnx', opset: 13, mlOpset: 9 } }), silent);
  await expect(converting).rejects.toThrow('ai.onnx.ml 9 cannot be written');
});
