/** The sample with an operator and a module class of its own, from the file to a model that runs. */
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { draftEntry, draftModuleEntry } from '../../../../src/core/custom/entry.ts';
import { withEntry } from '../../../../src/core/custom/ops-file.ts';
import { readOnnx } from '../../../../src/core/formats/onnx/read.ts';
import { FileBytes } from '../../../../src/core/ir/bytes.ts';
import { Tensor } from '../../../../src/core/ir/tensor.ts';
import { typeText } from '../../../../src/core/ir/type.ts';
import { openModel } from '../../../../src/core/open.ts';
import { convertModel } from '../../../../src/core/pipeline.ts';
import { silent } from '../../../../src/core/progress.ts';
import { PLAIN_READING } from '../../../../src/core/reading.ts';
import { runModel } from '../../../../src/core/runtime/onnxruntime.ts';

const path = (name: string) => fileURLToPath(new URL(`../../../../${name}`, import.meta.url));
const FILES = ['acme.traced.pt', 'acme.exported.pt2'];

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'acme-'));
  for (const name of FILES) copyFileSync(path(`samples/${name}`), join(folder, name));
  copyFileSync(path('test/fixtures/custom/bodies.onnxtxt'), join(folder, 'bodies.onnxtxt'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const SWISH = {
  name: 'Swish',
  domain: 'com.acme',
  for: { operator: 'acme::swish' },
  inputs: ['x'],
  outputs: [{ name: 'y', dtype: 'x', shape: 'x' as unknown }],
  attributes: { beta: { type: 'float' } } as Record<string, unknown>,
};
const GATE = {
  name: 'BesselGate',
  domain: 'com.acme',
  for: { module: 'acme.BesselGate' },
  inputs: ['x', 'width'],
  outputs: [{ name: 'y', dtype: 'x', shape: 'x' }],
};

function define(...operators: readonly object[]): void {
  writeFileSync(join(folder, 'graphwright.ops.json'), JSON.stringify({ version: 1, operators }));
}

async function convert(name: string, opset = 17) {
  const output = join(folder, 'out.onnx');
  const target = { target: 'onnx', opset };
  const rest = { force: true, simplify: false, verify: false };
  return convertModel({ input: join(folder, name), reading: PLAIN_READING, target, output, ...rest }, silent);
}

async function reasons(name: string): Promise<string[]> {
  const { status, problems } = await convert(name);
  expect(status).toBe('refused');
  return [...new Set(problems.map(({ code, details }) => `${code}: ${details.reason ?? details.operator}`))];
}

test.each(FILES)('%s: every unknown operator at once, with its module and the line of its author', async (name) => {
  const { status, problems } = await convert(name);
  expect(status).toBe('refused');
  const places = problems.map(({ node, origin }) => {
    const python = origin.find((frame) => frame.kind === 'python');
    return `${node?.operator} in ${node?.scope.at(-1)?.path} at ${python?.file}:${python?.line}`;
  });
  expect(places.sort()).toEqual([
    'acme::swish in stage1 at samples/acme.py:36',
    'acme::swish in stage2 at samples/acme.py:36',
    'aten::special_i0 in stage1.gate at samples/acme.py:24',
    'aten::special_i0 in stage2.gate at samples/acme.py:24',
  ]);
  expect(problems.every(({ fixes }) => fixes[0] === 'define-custom-operator')).toBe(true);
});

test.each(FILES)('%s: with entries the same conversion goes through', async (name) => {
  define(SWISH, GATE);
  expect(await convert(name)).toMatchObject({ status: 'done', problems: [] });
  const model = readOnnx(new FileBytes(join(folder, 'out.onnx')));
  expect([...model.opsetImports]).toEqual([
    ['', 17],
    ['com.acme', 1],
  ]);
  const nodes = [...model.graph.nodes].filter((node) => node.domain === 'com.acme');
  expect(nodes.map((node) => node.op)).toEqual(['Swish', 'BesselGate', 'Swish', 'BesselGate']);
  const [swish, gate] = nodes;
  expect([...(swish?.attributes ?? [])]).toEqual([['beta', { type: 'float', value: 1.5 }]]);
  expect(swish?.input(0)?.producer?.op).toBe('Conv');
  expect(gate?.inputs.map((input) => input?.producer?.op ?? input?.name)).toEqual(['Swish', 'stage1.gate.width']);
  expect(nodes.map((node) => typeText(node.output().type))).toEqual([
    ...Array<string>(2).fill('float32[1, 8, 16, 16]'),
    ...Array<string>(2).fill('float32[1, 16, 8, 8]'),
  ]);
});

test('a file that records no types needs rules, one that does needs none', async () => {
  define({ ...SWISH, outputs: [{ name: 'y' }] }, { ...GATE, outputs: [{ name: 'y', dtype: 'x' }] });
  expect(await reasons('acme.traced.pt')).toEqual([
    'custom-operator-mismatch: the file records no types, so the entry must say the "dtype" and "shape" of the output y',
    'custom-operator-mismatch: the file records no types, so the entry must say the "shape" of the output y',
  ]);
  expect(await convert('acme.exported.pt2')).toMatchObject({ status: 'done', problems: [] });
});

test.each([
  [
    'a shape that the file contradicts',
    { outputs: [{ name: 'y', dtype: 'x', shape: ['x[0]', 'x[1]', 3] }] },
    'its rules make y float32[1, 8, 3], but the file records float32[1, 8, 16, 16]',
  ],
  ['too many inputs', { inputs: ['x', 'w'] }, 'the call gives nothing for the input w'],
  ['too few inputs', { inputs: [], outputs: [{ name: 'y' }] }, 'the call gives 1 tensor, and the entry has 0 inputs'],
  ['no attribute', { attributes: {} }, 'the call gives beta, for which the entry has no attribute'],
  [
    'an attribute of another type',
    { attributes: { beta: { type: 'int' } } },
    'the call gives 1.5 for the attribute beta, which the entry says is int',
  ],
  [
    'an attribute too many',
    { attributes: { beta: { type: 'float' }, gamma: { type: 'float' } } },
    'the call gives nothing for the attribute gamma, and the entry has no default for it',
  ],
  [
    'too many outputs',
    { outputs: [{ name: 'a' }, { name: 'b' }] },
    'the call gives 1 results, and the entry has 2 outputs',
  ],
])('an entry with %s does not fit', async (_, change, reason) => {
  define({ ...SWISH, ...change }, GATE);
  expect(await reasons('acme.exported.pt2')).toContain(`custom-operator-mismatch: ${reason}`);
});

test('what a call leaves to defaults and optional inputs is filled in', async () => {
  const attributes = { slope: { type: 'float' }, mode: { type: 'string', default: 'fast' } };
  define({ ...SWISH, inputs: ['x', { name: 'bias', optional: true }], attributes }, GATE);
  expect(await convert('acme.traced.pt')).toMatchObject({ status: 'done', problems: [] });
  const { graph } = readOnnx(new FileBytes(join(folder, 'out.onnx')));
  const swish = [...graph.nodes].find((node) => node.op === 'Swish');
  expect([...(swish?.attributes ?? [])]).toEqual([
    ['slope', { type: 'float', value: 1.5 }],
    ['mode', { type: 'string', value: 'fast' }],
  ]);
  expect(swish?.inputs).toHaveLength(1);
});

test('an entry goes before a rule of ours', async () => {
  const linear = {
    ...SWISH,
    name: 'Dense',
    for: { operator: 'aten::linear' },
    inputs: ['x', 'w', 'b'],
    attributes: {},
  };
  define(SWISH, GATE, { ...linear, outputs: [{ name: 'y', dtype: 'x', shape: ['x[0]', 'w[0]'] }] });
  for (const name of FILES) {
    expect(await convert(name)).toMatchObject({ status: 'done', problems: [] });
    const { graph } = readOnnx(new FileBytes(join(folder, 'out.onnx')));
    const dense = graph.outputs[0]?.producer;
    expect(dense?.operator).toBe('com.acme::Dense');
    expect(dense?.inputs.map((input) => input?.name).slice(1)).toEqual(['head.weight', 'head.bias']);
  }
});

test.each([
  ['acme::swish has an entry already', [SWISH, SWISH]],
  ['the domain ai.onnx has operators of its own', [{ ...SWISH, domain: 'ai.onnx' }]],
  ['com.acme::Swish has another body', [SWISH, { ...SWISH, for: { module: 'acme.Swish' }, body: 'bodies.onnxtxt' }]],
])('a file of entries is refused: %s', async (message, operators) => {
  define(...operators);
  await expect(convert('acme.traced.pt')).rejects.toThrow(message);
});

const expected = JSON.parse(readFileSync(path('test/fixtures/custom/expected.json'), 'utf8')) as {
  image: number[];
  divisor: number;
  output: number[];
};

test.each([
  ['acme.traced.pt', 13],
  ['acme.traced.pt', 17],
  ['acme.exported.pt2', 20],
  ['acme.exported.pt2', 22],
])('%s at opset %d: bodies make a model that runs as PyTorch does', async (name, opset) => {
  define({ ...SWISH, body: 'bodies.onnxtxt#Swish' }, { ...GATE, body: 'bodies.onnxtxt#BesselGate' });
  expect(await convert(name, opset)).toMatchObject({ status: 'done', problems: [] });
  const pixels = expected.image.map((value) => value / expected.divisor);
  const inputs = new Map([['image', Tensor.of('float32', [1, 3, 32, 32], pixels)]]);
  const found = (await runModel(join(folder, 'out.onnx'), inputs)).get('output_0')?.numbers() ?? [];
  expect(found).toHaveLength(expected.output.length);
  for (const [k, value] of found.entries()) expect(value).toBeCloseTo(expected.output[k] ?? Number.NaN, 6);
});

test('a body may stand in the entry; only what is used is written', async () => {
  const body = `<domain: "com.acme", opset_import: ["" : 17]> Swish <beta> (x) => (y) {
    b = Constant <value_float: float = @beta> ()  s = Mul (x, b)  o = Sigmoid (s)  y = Mul (x, o) }`;
  define({ ...SWISH, body }, GATE);
  await convert('acme.traced.pt');
  const { functions } = readOnnx(new FileBytes(join(folder, 'out.onnx')));
  expect(functions.map(({ domain, name }) => `${domain}::${name}`)).toEqual(['com.acme::Swish']);
});

test.each([
  ['bodies.onnxtxt#Missing', 'holds no function Missing'],
  ['bodies.onnxtxt#BesselGate', 'the entry has 1 inputs, and its body 2'],
  ['nowhere.onnxtxt', 'cannot be read'],
  ['<domain: "com.acme"> Swish (x) => (y) { y = ', 'graphwright.ops.json[body]'],
])('a body that does not fit is refused: %s', async (body, message) => {
  define({ ...SWISH, body }, GATE);
  const error: unknown = await convert('acme.traced.pt').catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ name: 'InputError' });
  expect((error as { describe(): string }).describe()).toContain(message);
});

test('a body that an older opset cannot say is a problem on its line', async () => {
  const body =
    '<domain: "com.acme", opset_import: ["" : 20]> Swish <beta> (x) => (y) { s = Sub (x, x) i = Cast <to = 7> (s)\n  y = ScatterElements <reduction = "max"> (x, i, x) }';
  define({ ...SWISH, body }, GATE);
  expect(await convert('acme.traced.pt', 20)).toMatchObject({ status: 'done' });
  const { problems } = await convert('acme.traced.pt', 17);
  expect(problems.map(({ code, origin }) => [code, origin[0]?.file, origin[0]?.line])).toEqual([
    // How many places there are decides, and the body does not say.
    ['shape-unknown', join(folder, 'graphwright.ops.json[body]'), 2],
  ]);
});

test.each(FILES)('%s: drafted entries make the conversion go through', async (name) => {
  const opened = await openModel(join(folder, name), PLAIN_READING, silent);
  const recordsShapes = opened.format.id !== 'torchscript';
  const [swish, bessel] = ['acme::swish', 'aten::special_i0'].map((operator) =>
    [...opened.model.graph.nodes].find((node) => node.operator === operator),
  );
  if (!swish || !bessel) throw new Error('the sample has changed');
  const drafts = [
    draftEntry(swish, { recordsShapes, shapes: ['x'] }),
    draftModuleEntry(bessel, 'stage1.gate', { recordsShapes, shapes: recordsShapes ? [] : ['x'] }),
  ];
  opened.close();
  expect(drafts[0]?.entry.attributes).toEqual({ [recordsShapes ? 'beta' : 'argument_1']: { type: 'float' } });
  expect(drafts[1]?.entry).toMatchObject({ for: { module: 'acme.BesselGate' }, inputs: ['x', 'width'] });
  expect(drafts.map((draft) => draft?.needsShape)).toEqual([!recordsShapes, !recordsShapes]);
  const text = drafts.reduce((before, draft) => (draft ? withEntry(before, draft.entry) : before), '');
  writeFileSync(join(folder, 'graphwright.ops.json'), text);
  expect(await convert(name)).toMatchObject({ status: 'done', problems: [] });
});

test.each(FILES)('%s: an operator of PyTorch is drafted too', async (name) => {
  const opened = await openModel(join(folder, name), PLAIN_READING, silent);
  const bessel = [...opened.model.graph.nodes].find((node) => node.op === 'special_i0');
  opened.close();
  const draft = bessel && draftEntry(bessel, { shapes: ['x'] });
  define(SWISH, draft?.entry ?? {});
  expect(await convert(name)).toMatchObject({ status: 'done', problems: [] });
});
