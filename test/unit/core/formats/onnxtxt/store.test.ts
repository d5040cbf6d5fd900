import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { readOnnx } from '../../../../../src/core/formats/onnx/read.ts';
import { writeOnnx } from '../../../../../src/core/formats/onnx/write.ts';
import { parseModel } from '../../../../../src/core/formats/onnxtxt/parse.ts';
import { BlobStore, documentLines, documentText } from '../../../../../src/core/formats/onnxtxt/store.ts';
import { FileBytes } from '../../../../../src/core/ir/bytes.ts';
import { Graph } from '../../../../../src/core/ir/graph.ts';
import { makeModel } from '../../../../../src/core/ir/model.ts';
import { Node } from '../../../../../src/core/ir/node.ts';
import { ComputedSource, Tensor } from '../../../../../src/core/ir/tensor.ts';

const folder = mkdtempSync(join(tmpdir(), 'store-'));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const NUMBERS = Array.from({ length: 2000 }, (_, k) => k / 4);

test('a constant that was cut out and comes back is the same, also after the binary was saved', async () => {
  const file = join(folder, 'm.onnx');
  const graph = new Graph('g');
  graph.addInitializer({ name: 'w', constant: Tensor.of('float32', [2000], NUMBERS) });
  await writeOnnx(makeModel('onnx', graph, { irVersion: 10, opsetImports: [['', 21]] }), file, { force: false });
  const bytes = new FileBytes(file);
  const store = new BlobStore(() => bytes.close());
  const text = documentText(readOnnx(bytes), store);
  expect(text).toMatch(/float\[2000\] w = \["sha256": "[0-9a-f]{32}"\]/);
  const without = text.replace(/<\n {2}float.*\n>\n/, '');
  await writeOnnx(parseModel(without, file, { store }), file, { force: true });
  const found = parseModel(text, file, { store });
  expect([...found.graph.initializers][0]?.constant?.numbers()).toEqual(NUMBERS);
  await writeOnnx(found, file, { force: true });
  expect([...readOnnx(new FileBytes(file)).graph.initializers][0]?.constant?.numbers()).toEqual(NUMBERS);
  store.close();
});

test('constants are read once, and found only where type and shape need as many bytes', () => {
  let reads = 0;
  const source = new ComputedSource('computed', () => {
    reads++;
    return new Uint8Array(400);
  });
  const graph = new Graph('g');
  graph.addInitializer({ name: 'w', constant: new Tensor('float32', [100], source) });
  const model = makeModel('onnx', graph, { irVersion: 10 });
  const store = new BlobStore();
  const text = documentText(model, store);
  expect(documentText(model, store)).toBe(text);
  expect(reads).toBe(1);
  expect(() => parseModel(text.replace('[100]', '[101]'), 'm', { store })).toThrow('nothing here has them');
  expect(() => parseModel(text, 'm')).toThrow(expect.objectContaining({ code: 'external-data-missing' }));
});

test('long notes stand by their hash', () => {
  const graph = new Graph('g');
  const node = new Node('Relu', [graph.addInput({ name: 'x' })], { outputs: [{ name: 'y' }], doc: 'short' });
  const long = new Node('Neg', [node.output()], { outputs: [{ name: 'z' }], doc: 'long '.repeat(100) });
  graph.nodes.append(node, long);
  const store = new BlobStore();
  const text = documentText(makeModel('onnx', graph, { irVersion: 10 }), store);
  expect(text).toContain('#@ {"doc":"short"}\n');
  expect(text).toMatch(/#@ \{"sha256":"[0-9a-f]{32}"\}\n/);
  expect([...parseModel(text, 'm', { store }).graph.nodes].map(({ doc }) => doc)).toEqual([
    'short',
    'long '.repeat(100),
  ]);
  expect(() => parseModel(text, 'm')).toThrow('a note is JSON');
});

test('lines are known without reading constants', () => {
  const source = new ComputedSource('computed', () => {
    throw new Error('nobody may read this');
  });
  const graph = new Graph('g');
  const w = graph.addInitializer({ name: 'w', constant: new Tensor('float32', [100], source) });
  const node = new Node('Relu', [w], { outputs: [{ name: 'y' }], doc: 'long '.repeat(100) });
  graph.nodes.append(node);
  const model = makeModel('onnx', graph, { irVersion: 10 });
  const { text, lineOf } = documentLines(model);
  expect(text.split('\n')[(lineOf(node) ?? 0) - 1]).toContain('Relu');
});
