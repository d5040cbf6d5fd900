/** Models that are not what they say: problems before the first step, nothing dropped, nothing invented. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { convertOpset } from '../../../../../src/core/convert/opset/convert.ts';
import { checkOnnx } from '../../../../../src/core/dialects/onnx/check.ts';
import { readOnnx } from '../../../../../src/core/formats/onnx/read.ts';
import { encodeOnnx } from '../../../../../src/core/formats/onnx/write.ts';
import { parseModel } from '../../../../../src/core/formats/onnxtxt/parse.ts';
import { MemoryBytes } from '../../../../../src/core/ir/bytes.ts';
import { InputError } from '../../../../../src/core/ir/errors.ts';
import type { Model } from '../../../../../src/core/ir/model.ts';
import { convertModel } from '../../../../../src/core/pipeline.ts';
import { silent } from '../../../../../src/core/progress.ts';
import { PLAIN_READING } from '../../../../../src/core/reading.ts';

const folder = mkdtempSync(join(tmpdir(), 'graphwright-bad-'));
afterAll(() => rmSync(folder, { recursive: true }));

const modelOf = (imports: string, nodes: string, functions = ''): Model =>
  parseModel(
    `<ir_version: 8, opset_import: [${imports}]> g (float[2,3] x) => (float[2,3] y) {\n${nodes}\n}\n${functions}`,
    'case.onnxtxt',
  );
const content = (model: Model): string =>
  [model.graph, ...model.functions.map(({ graph }) => graph)]
    .flatMap((graph) => [...graph.allNodes()])
    .map((node) => `${node.operator} ${node.inputs.map((value) => value?.name)}`)
    .join('; ');

test.each([
  ['"" : 17', 'y = Foo (x)', 13, 'error no-such-operator: ONNX opset 17 has no operator Foo.'],
  ['"" : 13', 'y = Foo (x)', 17, 'error no-such-operator: ONNX opset 13 has no operator Foo.'],
  ['"" : 17', 'y = Gelu (x)', 13, 'error opset-too-old: Gelu needs opset 20: the model imports opset 17.'],
  ['"" : 17', 'y = Gelu (x)', 21, 'error opset-too-old: Gelu needs opset 20: the model imports opset 17.'],
  ['"" : 99', 'y = Relu (x)', 17, 'error opset-unknown: The model imports version 99 of ai.onnx'],
  ['"" : 17, "ai.onnx.ml" : 9', 'y = Relu (x)', 13, 'error opset-unknown: The model imports version 9 of ai.onnx.ml'],
  ['"acme" : 1', 'y = Relu (x)', 17, 'error opset-missing: Relu needs the opset of ai.onnx, which the model'],
  ['"" : 17', 'y = ai.onnx.ml.Scaler (x)', 13, 'error opset-missing: ai.onnx.ml::Scaler needs the opset of ai.onnx.ml'],
  ['"" : 17', 'y = acme.Thing (x)', 13, 'error opset-missing: acme::Thing needs the opset of acme'],
  ['"" : 17', 'y = Scatter (x, i, u)', 13, 'error operator-deprecated: Scatter is no longer part of ONNX opset 13'],
])('with imports %s, %s is no model to take to opset %i', (imports, nodes, to, message) => {
  const given = nodes.includes('Scatter')
    ? `i = Constant <value = int64[1,1] {0}> ()\nu = Constant <value = float[1,1] {1}> ()\n${nodes}`
    : nodes;
  const model = modelOf(imports, given);
  const before = content(model);
  const { problems } = convertOpset(model, to);
  const told = problems.map((problem) => `${problem.severity} ${problem.code}: ${problem.message}`);
  expect(told).toEqual([expect.stringContaining(message)]);
  expect(content(model)).toBe(before);
});

test('what is wrong in a function is told as what is wrong in the graph', () => {
  const body = '<domain: "acme", opset_import: ["other" : 1]> F (a) => (b) { b = Softmax (a) }';
  const { problems } = convertOpset(modelOf('"" : 17, "acme" : 1', 'y = acme.F (x)', body), 12);
  expect(problems.map(({ message }) => message)).toEqual([
    'Softmax needs the opset of ai.onnx, which the function acme::F does not import.',
  ]);
});

test('an operator of a domain of its own is kept, and told of once', () => {
  const model = modelOf('"" : 17, "acme" : 1', 'a = acme.Thing <k = 3> (x)\nb = acme.Thing (a)\ny = Relu (b)');
  const before = content(model);
  const { problems } = convertOpset(model, 13);
  expect(problems.map(({ severity, code }) => `${severity} ${code}`)).toEqual(['warning operator-kept']);
  expect(content(model)).toBe(before);
  expect([...model.opsetImports]).toEqual([
    ['', 13],
    ['acme', 1],
  ]);
});

test.each([
  [12, 14],
  [20, 14],
  [13, 17],
])('a function of opset %i in a model of opset 17 goes to opset %i from its own', (own, to) => {
  const nodes = own === 20 ? 'c = Identity (a)\nb = ReduceMax <keepdims = 1> (c)' : 'b = Softmax <axis = 0> (a)';
  const body = `<domain: "acme", opset_import: ["" : ${own}]> F (a) => (b) { ${nodes} }`;
  const model = modelOf('"" : 17, "acme" : 1', 'y = acme.F (x)', body);
  const { problems } = convertOpset(model, to);
  expect(problems).toEqual([]);
  expect(model.functions[0]?.opsetImports.get('')).toBe(to);
  if (own === 12) expect(content(model)).toContain('Flatten');
  expect(checkOnnx(model).filter(({ severity }) => severity === 'error')).toEqual([]);
});

test('a function goes to the opset that is asked for also where its model is there', async () => {
  const body = '<domain: "acme", opset_import: ["" : 12]> F (a) => (b) { b = Softmax <axis = 0> (a) }';
  const [input, output] = [join(folder, 'function.onnx'), join(folder, 'made.onnx')];
  writeFileSync(input, encodeOnnx(modelOf('"" : 17, "acme" : 1', 'y = acme.F (x)', body)));
  const made = async (opset?: number) => {
    const target = { target: 'onnx', opset };
    const request = { input, output, target, reading: PLAIN_READING, force: true, simplify: false, verify: false };
    expect(await convertModel(request, silent)).toMatchObject({ status: 'done', problems: [] });
    return readOnnx(new MemoryBytes(output, readFileSync(output))).functions[0]?.opsetImports.get('');
  };
  expect(await made()).toBe(12);
  expect(await made(17)).toBe(17);
});

test('two versions of one domain are no model', () => {
  const bytes = encodeOnnx(modelOf('"" : 17', 'y = Relu (x)'));
  // An import of ai.onnx, spelt out, of version 13: field 8, with the texts of fields 1 and 2.
  const more = Uint8Array.of(0x42, 0x0b, 0x0a, 0x07, ...Buffer.from('ai.onnx'), 0x10, 0x0d);
  const read = () => readOnnx(new MemoryBytes('two.onnx', Buffer.concat([bytes, more])));
  expect(read).toThrow(InputError);
  expect(read).toThrow('imports two versions of ai.onnx, 17 and 13');
  const text =
    '<ir_version: 8, opset_import: ["" : 17, "ai.onnx" : 13]> g (float[2] x) => (float[2] y) { y = Relu (x) }';
  expect(() => parseModel(text, 'two.onnxtxt')).toThrow('two versions of ai.onnx are imported, 17 and 13');
});
