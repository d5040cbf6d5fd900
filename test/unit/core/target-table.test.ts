/** Which opsets and targets take a model, and at which of its opsets a profile does. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { openModel, openToCheck } from '../../../src/core/open.ts';
import { answerText, groupOpsets, rangesText } from '../../../src/core/opset-groups.ts';
import { silent } from '../../../src/core/progress.ts';
import { PLAIN_READING } from '../../../src/core/reading.ts';
import { targetTable } from '../../../src/core/target-table.ts';
import { targetOf } from '../../../src/core/targets/table.ts';
import type { UnusableTarget } from '../../../src/core/targets/user-profiles.ts';

const folder = mkdtempSync(join(tmpdir(), 'graphwright-table-'));
afterAll(() => rmSync(folder, { recursive: true }));

async function tableOf(
  name: string,
  text: string,
  ids: readonly string[],
  opsets?: readonly number[],
  before: readonly UnusableTarget[] = [],
) {
  const path = join(folder, name);
  writeFileSync(path, text);
  const opened = await (name.startsWith('bad') ? openToCheck : openModel)(path, PLAIN_READING, silent);
  try {
    const targets = ids.map((id) => targetOf(id, path));
    return await targetTable(opened, [...before, ...targets], silent, opsets);
  } finally {
    opened.close();
  }
}

const CHIP = join(folder, 'chip.json');
writeFileSync(
  CHIP,
  JSON.stringify({
    ...{ version: 1, name: 'chip', title: 'Chip', opsets: { 'ai.onnx': [13, 21] } },
    operators: { Relu: {}, RegexFullMatch: { versions: [20] }, Abs: { dtypes: ['float32'] } },
  }),
);
const HEAD = '<ir_version: 10, opset_import: ["" : 20]>';
/** No opset before 20 says anything like it. */
const TEXTS = `<ir_version: 10, opset_import: ["" : 21]>
g (float[2] x, string[2] s) => (float[2] h, bool[2] k, bool[2] y) {
  h = Relu (x)
  k = RegexFullMatch <pattern = "a+"> (s)
  y = RegexFullMatch <pattern = "b+"> (s)
}`;

test('opsets, the lowest and the best of them, and a profile at the best of its own', async () => {
  const table = await tableOf('texts.onnxtxt', TEXTS, ['onnx', CHIP, 'caffe:bvlc']);
  expect(table.opsets).toHaveLength(28);
  const rows = groupOpsets(table.opsets).map(({ from, to, row }) => `${from}-${to} ${answerText(row)}`);
  expect(rows).toEqual(['1-19 2 nodes', '20-28 yes']);
  expect(table.opsets[14]?.reasons[0]).toMatchObject({ count: 2, first: { origin: [{ kind: 'onnxtxt', line: 4 }] } });
  expect(table.opsets[14]?.reasons[0]?.all.map(({ origin }) => origin[0]?.line)).toEqual([4, 5]);
  expect(table).toMatchObject({ opset: 21, lowest: 20, best: 21 });
  const [chip, bvlc, ...others] = table.targets;
  expect(others).toEqual([]);
  expect(chip).toMatchObject({ opset: 21, opsets: [20, 21], layers: 3, taken: 3, reasons: [] });
  expect(bvlc).toMatchObject({ layers: 3, taken: 1 });
});

test('a profile that is broken stands in the place where it was asked for', async () => {
  const broken: UnusableTarget = { kind: 'unusable', id: '/x.json', title: 'x.json', failure: 'cannot be used: no' };
  const { targets, best } = await tableOf(
    'relu.onnxtxt',
    `${HEAD} g (float[2] x) => (float[2] y) { y = Relu (x) }`,
    [...['onnx', CHIP]],
    undefined,
    [broken],
  );
  expect(targets.map(({ target, taken, failure }) => [target.title, taken, failure])).toEqual([
    ['x.json', 0, 'cannot be used: no'],
    ['Chip', 1, undefined],
  ]);
  expect(best).toBe(20);
});

test('what a profile does not take at any opset', async () => {
  const text = `${HEAD} g (int64[2] x, float[2] u) => (int64[2] y, float[2] z) { y = Abs (x) z = Exp (u) }`;
  const { targets, lowest, best } = await tableOf('abs.onnxtxt', text, [CHIP]);
  expect(targets[0]).toMatchObject({ opset: 20, opsets: [], layers: 2, taken: 0 });
  expect(targets[0]?.reasons.map(({ message }) => message)).toEqual([
    'Chip does not take int64 for Abs.',
    'Chip has no operator for Exp.',
  ]);
  expect([lowest, best]).toEqual([6, 20]);
});

test('one node that becomes several on the way counts once', async () => {
  const text = `${HEAD} g (float[2] x) => (float[2] y) { y = Gelu (x) }`;
  const { targets } = await tableOf('gelu.onnxtxt', text, [CHIP], [18]);
  expect(targets[0]).toMatchObject({ layers: 1, taken: 0 });
  expect(targets[0]?.reasons.length).toBeGreaterThan(1);
});

test('a network of Caffe, at every opset', async () => {
  const net = `input: "data" input_shape { dim: 1 dim: 3 dim: 4 dim: 4 }
    layer { name: "r" type: "ReLU" bottom: "data" top: "r" }`;
  const table = await tableOf('net.prototxt', net, [CHIP, 'caffe:ncnn'], [13, 17, 22]);
  expect(table.opset).toBeUndefined();
  expect(table.opsets.map(({ opset, ...row }) => [opset, answerText(row)])).toEqual([
    [13, 'yes'],
    [17, 'yes'],
    [22, 'yes'],
  ]);
  expect(table.targets).toMatchObject([
    { target: { title: 'Chip' }, opsets: [13, 17] },
    { target: { id: 'caffe:ncnn' }, layers: 1, taken: 1 },
  ]);
});

test('an invalid model has no table', async () => {
  const table = await tableOf('bad.onnxtxt', `${HEAD} g (float[2] x) => (float[2] y) { y = Rleu (x) }`, [CHIP]);
  expect(table.own.map(({ code }) => code)).toEqual(['no-such-operator']);
  expect([table.opsets, table.targets]).toEqual([[], []]);
});

test('words', () => {
  expect(rangesText([7, 9, 10, 11, 13])).toBe('7, 9 to 11, 13');
  const reason = (message: string) => ({ message, count: 1 });
  expect(answerText({ layers: 3, taken: 3, reasons: [reason('open sizes')] })).toBe('no');
  const rows = [12, 13, 14].map((opset) => ({
    opset,
    layers: 2,
    taken: 1,
    reasons: [reason(`no rule in opset ${opset}.`)],
  }));
  expect(groupOpsets(rows)).toMatchObject([{ from: 12, to: 14 }]);
});

test('that a network came without weights is told once, and not as a reason of each opset', async () => {
  const net = `layer { name: "d" type: "Input" top: "d" input_param { shape { dim: 1 dim: 2 dim: 4 dim: 4 } } }
    layer { name: "c" type: "Convolution" bottom: "d" top: "c" convolution_param { num_output: 2 kernel_size: 1 } }`;
  const { opsets } = await tableOf('bare.prototxt', net, ['onnx']);
  const codes = new Set(opsets.flatMap(({ reasons }) => reasons.map(({ first }) => first.code)));
  expect([...codes]).not.toContain('blobs-missing');
});
