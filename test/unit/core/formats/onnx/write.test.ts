import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { readOnnx } from '../../../../../src/core/formats/onnx/read.ts';
import { encodeOnnx, writeOnnx } from '../../../../../src/core/formats/onnx/write.ts';
import { printModel } from '../../../../../src/core/formats/onnxtxt/print.ts';
import { string } from '../../../../../src/core/ir/attribute.ts';
import { FileBytes } from '../../../../../src/core/ir/bytes.ts';
import { CancelledError } from '../../../../../src/core/ir/errors.ts';
import { Graph } from '../../../../../src/core/ir/graph.ts';
import { type Model, makeModel } from '../../../../../src/core/ir/model.ts';
import { Node } from '../../../../../src/core/ir/node.ts';
import { ComputedSource, Tensor } from '../../../../../src/core/ir/tensor.ts';
import { model } from '../../../text-model.ts';
import { read } from './files.ts';

const root = mkdtempSync(path.join(tmpdir(), 'graphwright-'));
afterAll(() => rmSync(root, { recursive: true }));

let folder = '';
let file = '';
beforeEach(() => {
  folder = mkdtempSync(path.join(root, 'case-'));
  file = path.join(folder, 'm.onnx');
});

/** A model whose constants have these sizes; their elements count up from their index. */
function withConstants(...sizes: number[]): Model {
  const graph = new Graph('g');
  sizes.forEach((size, k) => {
    const values = Array.from({ length: size }, (_, at) => k * 1000 + (at % 1000));
    graph.addInitializer({ name: `w${k}`, constant: Tensor.of('float32', [size], values) });
  });
  return makeModel('onnx', graph, { irVersion: 8, opsetImports: [['', 17]] });
}

function constants(of: Model): (number[] | undefined)[] {
  return [...of.graph.initializers].map((value) => value.constant?.numbers());
}

test('a model is written as one file, the same each time', async () => {
  const made = withConstants(3, 300_000);
  expect(await writeOnnx(made, file, { force: false })).toEqual([file]);
  expect(readFileSync(file).equals(encodeOnnx(made))).toBe(true);
  const source = new FileBytes(file);
  expect(constants(readOnnx(source))).toEqual(constants(made));
  source.close();
  expect(readdirSync(folder)).toEqual(['m.onnx']);
});

test('constants go to a data file before the model would be too large', async () => {
  const made = withConstants(10, 2000, 5000);
  expect(await writeOnnx(made, file, { force: false, largestFile: 10_000 })).toEqual([`${file}.data`, file]);
  const again = readOnnx(new FileBytes(file));
  expect(constants(again)).toEqual(constants(made));
  const kinds = [...again.graph.initializers].map((value) => value.constant?.source.kind);
  expect(kinds).toEqual(['memory', 'file', 'file']);
  // The second tensor starts at the next page: 8,000 bytes, then 192 of zero, then 20,000.
  const data = readFileSync(`${file}.data`);
  expect(data.length).toBe(8192 + 20_000);
  expect(data.subarray(8000, 8192).every((byte) => byte === 0)).toBe(true);
  expect(readFileSync(file).includes('m.onnx.data')).toBe(true);
});

test('a model that is too large even without its constants is refused', async () => {
  await expect(writeOnnx(withConstants(10, 2000), file, { force: false, largestFile: 50 })).rejects.toThrow(
    expect.objectContaining({ code: 'file-too-large' }),
  );
  expect(readdirSync(folder)).toEqual([]);
});

test('files that exist are kept, unless they may be replaced', async () => {
  writeFileSync(file, 'mine');
  const made = withConstants(10);
  await expect(writeOnnx(made, file, { force: false })).rejects.toThrow(
    expect.objectContaining({ code: 'file-exists' }),
  );
  expect(readFileSync(file, 'utf8')).toBe('mine');
  await writeOnnx(made, file, { force: true });
  expect(readFileSync(file).equals(encodeOnnx(made))).toBe(true);
  rmSync(file);
  writeFileSync(`${file}.data`, 'mine');
  await expect(writeOnnx(withConstants(5000), file, { force: false, largestFile: 9000 })).rejects.toThrow(
    expect.objectContaining({ code: 'file-exists', place: { file: `${file}.data` } }),
  );
  expect(readdirSync(folder)).toEqual(['m.onnx.data']);
});

test('a model may be written over the file that it is read from', async () => {
  await writeOnnx(withConstants(2000, 50_000), file, { force: false, largestFile: 10_000 });
  const source = new FileBytes(file);
  const opened = readOnnx(source);
  const before = constants(opened);
  opened.graph.name = 'changed';
  await writeOnnx(opened, file, { force: true, largestFile: 10_000 });
  source.close();
  const again = readOnnx(new FileBytes(file));
  expect(again.graph.name).toBe('changed');
  expect(constants(again)).toEqual(before);
});

test('nothing is left behind when the work stops or fails', async () => {
  const made = withConstants(2000, 400_000);
  let calls = 0;
  const progress = {
    step: async () => {},
    check: () => {
      if (++calls === 3) throw new CancelledError();
    },
  };
  await expect(writeOnnx(made, file, { force: false, progress, largestFile: 10_000 })).rejects.toThrow(CancelledError);
  expect(calls).toBe(3);
  expect(readdirSync(folder)).toEqual([]);
  const failing = new ComputedSource('computed', () => {
    throw new Error('the disk is gone');
  });
  made.graph.addInitializer({ name: 'z', constant: new Tensor('float32', [4], failing) });
  await expect(writeOnnx(made, file, { force: true })).rejects.toThrow('the disk is gone');
  const short = new ComputedSource('computed', () => new Uint8Array(3));
  const lying = makeModel('onnx', new Graph());
  lying.graph.addInitializer({ name: 'z', constant: new Tensor('float32', [4], short) });
  await expect(writeOnnx(lying, file, { force: true })).rejects.toThrow('gave 3 bytes of 16');
  expect(readdirSync(folder)).toEqual([]);
});

test('where the model cannot be moved into place, the data file that was there comes back', async () => {
  mkdirSync(file);
  writeFileSync(`${file}.data`, 'mine');
  await expect(writeOnnx(withConstants(5000), file, { force: true, largestFile: 9000 })).rejects.toThrow(
    expect.objectContaining({ code: 'file-unwritable' }),
  );
  expect(readFileSync(`${file}.data`, 'utf8')).toBe('mine');
  expect(readdirSync(folder).sort()).toEqual(['m.onnx', 'm.onnx.data']);
});

test('a folder that is not there is the fault of the call', async () => {
  const nowhere = path.join(folder, 'no', 'm.onnx');
  await expect(writeOnnx(withConstants(1), nowhere, { force: false })).rejects.toThrow(
    expect.objectContaining({
      code: 'file-unwritable',
      message: 'the file cannot be written (there is no such folder)',
    }),
  );
  expect(existsSync(path.join(folder, 'no'))).toBe(false);
});

test('values that share a name or have none get their own; inputs and outputs keep theirs', async () => {
  const graph = new Graph('g');
  const x = graph.addInput({ name: 'x' });
  const w = graph.addInitializer({ name: 'x', constant: Tensor.scalar('float32', 1) });
  const first = new Node('Add', [x, w], { outputs: [{ name: 'y' }] });
  const second = new Node('Add', [first.output(), w]);
  const split = new Node('Split', [second.output()], { outputs: [{ name: '' }, { name: 'y' }] });
  graph.nodes.append(first, second, split);
  graph.addOutput(split.output(1));
  const again = read(encodeOnnx(makeModel('onnx', graph, { opsetImports: [['', 17]] })));
  expect(printModel(again).text.replace(/^<[^>]*>\n/, '')).toBe(`g (x) => (y)
<
  float x_1 = {1}
>
{
  y_1 = Add (x, x_1)
  Add_0 = Add (y_1, x_1)
  "", y = Split (Add_0)
}
`);
});

test('names of subgraphs differ from those around them, not from those beside them', async () => {
  const text = `g (bool c, float x) => (y)
{
  y = If (c) <then_branch: graph = a () => (v)
  {
    v = Neg (x)
  }, else_branch: graph = b () => (v)
  {
    v = Abs (x)
  }>
}
`;
  const same = model(text);
  expect(printModel(read(encodeOnnx(same))).text).toContain(text);
  const clash = model(text);
  for (const node of clash.graph.allNodes()) if (node.op === 'Neg') node.output().name = 'x';
  expect(printModel(read(encodeOnnx(clash))).text).toContain('a () => (x_1)\n  {\n    x_1 = Neg (x)');
});

test('a subgraph may have names that are defined later around it, and its inputs may hide what it does not read', async () => {
  const text = `g (int64 n, bool c, float x) => (y)
{
  y = Loop (n, c, x) <body: graph = b (int64 n, bool c, float x) => (bool c, y)
  {
    y = Neg (x)
  }>
}
`;
  expect(printModel(read(encodeOnnx(model(text)))).text).toContain(text);
  // Two levels down `x` is read from the outermost graph: the input between them gets another name.
  const between = model(`g (int64 n, bool c, float x) => (y)
{
  y = Loop (n, c, x) <body: graph = b (int64 i, bool d, float v) => (d, w)
  {
    w = If (d) <then_branch: graph = t () => (p) { p = Add (x, v) }, else_branch: graph = e () => (q) { q = Neg (v) }>
  }>
}`);
  for (const node of between.graph.nodes)
    for (const body of node.subgraphs()) for (const v of body.inputs) v.name = 'x';
  const again = printModel(read(encodeOnnx(between))).text;
  expect(again).toContain('(int64 x_1, bool x_2, float x_3) => (bool x_2, w)');
  expect(again).toContain('p = Add (x, x_3)');
});

test('old IR versions have every constant among the inputs, new ones do not', async () => {
  const inputs = (irVersion: number) => {
    const made = withConstants(1);
    made.irVersion = irVersion;
    return read(encodeOnnx(made)).graph.inputs.length;
  };
  expect([inputs(3), inputs(4)]).toEqual([1, 0]);
});

test('a model without an IR version gets the one of its opset and functions', async () => {
  const version = (text: string) => read(encodeOnnx(model(text))).irVersion;
  const body = 'g () => () {}';
  const header = (opset: number) => `<opset_import: ["" : ${opset}]>`;
  expect([7, 9, 10, 13, 17, 20, 22, 25].map((opset) => version(`${header(opset)} ${body}`))).toEqual([
    3, 4, 5, 7, 8, 9, 10, 13,
  ]);
  const called = (more: string) => `${header(9)} ${body} <domain: "d", ${more} opset_import: ["" : 9]> F (x) => (x) {}`;
  expect([version(called('')), version(called('overload: "o",'))]).toEqual([8, 10]);
});

test('constants of functions become nodes', async () => {
  const made = model('g () => () {} <domain: "d", opset_import: ["" : 17]> F (x) => (y) { y = Neg (x) }');
  const [definition] = made.functions;
  const value = definition?.graph.addInitializer({ name: 'k', constant: Tensor.scalar('float32', 2) });
  [...(definition?.graph.nodes ?? [])][0]?.setInput(1, value);
  expect(printModel(read(encodeOnnx(made))).text).toContain('k = Constant <value = float {2}> ()\n  y = Neg (x, k)');
});

test('a model of another dialect, or an attribute of one, is a fault of the caller', async () => {
  expect(() => encodeOnnx(makeModel('aten', new Graph()))).toThrow(TypeError);
  const graph = new Graph();
  graph.nodes.append(new Node('Op', [], { attributes: { s: string('x'), b: { type: 'bool', value: true } } }));
  expect(() => encodeOnnx(makeModel('onnx', graph))).toThrow('the attribute b of Op is bool');
});
