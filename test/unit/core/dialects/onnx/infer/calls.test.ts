/** Functions of a model are read at each call, with its types, data and attributes. */
import { expect, test } from 'vitest';
import { inferGraph, modelContext } from '../../../../../../src/core/dialects/onnx/infer.ts';
import { parseModel } from '../../../../../../src/core/formats/onnxtxt/parse.ts';
import { typeText, type ValueType } from '../../../../../../src/core/ir/type.ts';
import type { Value } from '../../../../../../src/core/ir/value.ts';
import { cpuTime } from '../../../../cpu-time.ts';
import { inferred } from './cases.ts';

const acme = (signature: string, body: string, opset = 22) =>
  `<domain: "acme", opset_import: ["" : ${opset}, "acme" : 1]> ${signature} {\n${body}\n}`;

test('each call has the types of its own inputs', () => {
  const twice = acme('Twice (a) => (b) { b = Concat <axis = 0> (a, a) }', '').replace('{\n\n}', '');
  const { types, problems } = inferred('float[2,3] p, int64[N] q', 'y = acme.Twice (p)\nz = acme.Twice (q)', 22, twice);
  expect({ types, problems }).toEqual({ types: 'float32[4, 3]; int64[2*N]', problems: [] });
});

test('attributes come from the call, or from their defaults', () => {
  const flat = acme(
    'Flat <n, m: int = 2> (a) => (b, c)',
    'b = Flatten <axis: int = @n> (a)\nc = Flatten <axis: int = @m> (a)',
  );
  expect(inferred('float[2,3,4] x', 'y, z = acme.Flat <n = 1> (x)', 22, flat).types).toBe(
    'float32[2, 12]; float32[6, 4]',
  );
});

test('a function is read by the operator sets that it imports', () => {
  const mean = acme('Mean (a) => (b)', 'b = ReduceMean <axes = [1], keepdims = 0> (a)', 13);
  expect(inferred('float[2,3] x', 'y = acme.Mean (x)', 22, mean)).toEqual({ types: 'float32[2]', problems: [] });
});

test('known data goes in and comes out', () => {
  const first = acme('First (s) => (b)', 'k = Constant <value_ints = [0]> ()\nb = Gather (s, k)');
  const body = 's = Shape (x)\nn = acme.First (s)\ny = ConstantOfShape (n)';
  expect(inferred('float[N,3] x', body, 22, first).types).toBe('float32[N]');
});

test('functions call functions, and inputs may be left out', () => {
  const functions = `${acme('Outer (a, b) => (c)', 'c = acme.Inner (a, b)')}
${acme('Inner (a, b) => (c)', 'c = Clip (a, b)')}`;
  expect(inferred('float[2] x', 'y = acme.Outer (x)', 22, functions)).toEqual({ types: 'float32[2]', problems: [] });
});

test('a function that calls itself is refused, by way of others too', () => {
  const functions = `${acme('A (a) => (b)', 'b = acme.B (a)')}\n${acme('B (a) => (b)', 'b = acme.A (a)')}`;
  const { problems } = inferred('float[2] x', 'y = acme.A (x)', 22, functions);
  expect(problems).toHaveLength(1);
  expect(problems[0]).toContain('the function calls itself');
});

test('what contradicts within a call is said of the node within, and names the call', () => {
  const sum = acme('Sum2 (a, b) => (c)', 'c = Add (a, b)');
  const { problems } = inferred('float[2] p, float[3] q', 'y = acme.Sum2 (p, p)\nz = acme.Sum2 (p, q)', 22, sum);
  expect(problems).toEqual(["The model is not valid: Add: sizes 2 and 3 do not broadcast. It is called by 'z'."]);
});

test('types that an operator does not take are found within calls', () => {
  const relu = acme('R (a) => (b)', 'b = Relu (a)');
  const { problems } = inferred('bool[2] x', 'y = acme.R (x)', 22, relu);
  expect(problems[0]).toContain('it does not take bool for X');
});

test('calls that stand for more nodes than anybody can read end', () => {
  const levels = Array.from({ length: 40 }, (_, k) => {
    const next = k === 39 ? 'c = Relu (a)' : `b = acme.F${k + 1} (a)\nc = acme.F${k + 1} (b)`;
    return acme(`F${k} (a) => (c)`, next);
  });
  const started = cpuTime();
  expect(inferred('float[2] x', 'y = acme.F0 (x)', 22, levels.join('\n')).problems).toEqual([]);
  expect(cpuTime() - started).toBeLessThan(10_000);
});

test('what holds of the values of a body in all calls can be asked for', () => {
  const twice = acme('Twice (a) => (b)', 'b = Add (a, a)');
  const model = parseModel(
    `<ir_version: 10, opset_import: ["" : 22, "acme" : 1]> g (float[2,3] p, float[N,3] q) => (float y, float z) {
      y = acme.Twice (p) z = acme.Twice (q) }\n${twice}`,
    'case.onnxtxt',
  );
  const bodies = new Map<Value, ValueType | undefined>();
  inferGraph(model.graph, { ...modelContext(model), bodies });
  const named = [...bodies].map(([value, type]) => `${value.name}: ${typeText(type)}`);
  expect(named).toEqual(['a: float32[?, 3]', 'b: float32[?, 3]']);
  expect(model.functions[0]?.graph.outputs[0]?.type).toBeUndefined();
});
