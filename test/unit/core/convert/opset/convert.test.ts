import { expect, test } from 'vitest';
import { convertOpset, opsetSteps } from '../../../../../src/core/convert/opset/convert.ts';
import { ADAPTERS, adapterFor } from '../../../../../src/core/convert/opset/table.ts';
import { meansTheSame } from '../../../../../src/core/convert/opset/unchanged.ts';
import { irVersionOf } from '../../../../../src/core/convert/opset/versions.ts';
import { operatorNames, operatorSchema, operatorVersions } from '../../../../../src/core/dialects/onnx/operators.ts';
import { encodeOnnx } from '../../../../../src/core/formats/onnx/write.ts';
import { parseModel } from '../../../../../src/core/formats/onnxtxt/parse.ts';
import { printModel } from '../../../../../src/core/formats/onnxtxt/print.ts';
import { Tensor } from '../../../../../src/core/ir/tensor.ts';
import { runModel } from '../../../../../src/core/runtime/onnxruntime.ts';
import { modelOf, operatorsOf } from './stepping.ts';

test('a model keeps the names of its inputs and outputs, and the IR version fits the opset', () => {
  const model = modelOf({ graph: 'float[2] x => float[2] y', nodes: 't = Gelu (x)\ny = Relu (t)', from: 22 });
  const { problems, records } = convertOpset(model, 17);
  expect(problems).toEqual([]);
  expect(model.irVersion).toBe(8);
  expect(model.opsetImports.get('')).toBe(17);
  expect(model.graph.inputs.map((value) => value.name)).toEqual(['x']);
  expect(model.graph.outputs.map((value) => value.name)).toEqual(['y']);
  expect(records).toMatchObject([
    { pass: 'opset 20 to 19', before: ['Gelu'], after: expect.arrayContaining(['Erf Erf']) },
  ]);
});

test('the IR versions of the release table', () => {
  const pairs = [8, 9, 11, 13, 14, 15, 18, 19, 20, 21, 22, 23, 24, 25].map((opset) => `${opset}:${irVersionOf(opset)}`);
  expect(pairs.join(' ')).toBe('8:3 9:4 11:6 13:7 14:7 15:8 18:8 19:9 20:9 21:10 22:10 23:11 24:12 25:13');
});

test('a model that is at the opset already is not touched', () => {
  const model = modelOf({ graph: 'float[2] x => float[2] y', nodes: 'y = Gelu (x)', from: 20 });
  expect(convertOpset(model, 20).records).toEqual([]);
  expect(operatorsOf(model)).toBe('Gelu');
});

test('an output that a rule makes an input again keeps its name', () => {
  const nodes = 'y = ReduceMax <noop_with_empty_axes = 1> (x)';
  const model = modelOf({ graph: 'float[2] x => float[2] y', nodes, from: 18 });
  convertOpset(model, 17);
  expect(model.graph.inputs[0]?.name).toBe('x');
  expect(model.graph.outputs[0]?.name).toBe('y');
});

test('outputs of branches without a type stay without, those with one keep it', () => {
  const branches = `then_branch = a () => (u) { u = Gelu (x) }, else_branch = b () => (float[2] v) { v = Relu (x) }`;
  const nodes = `y = If (c) <${branches}>`;
  const model = modelOf({ graph: 'bool c, float[2] x => float[2] y', nodes, from: 20 });
  expect(convertOpset(model, 18).problems).toEqual([]);
  const graphs = [...model.graph.nodes].flatMap((node) => [...node.subgraphs()]);
  expect(graphs.map(({ outputs }) => outputs[0]?.type !== undefined)).toEqual([false, true]);
});

test('functions go along', async () => {
  const model = parseModel(
    `<ir_version: 10, opset_import: ["" : 20, "acme" : 1]> g (float[3] x) => (float[3] y) { y = acme.Act (x) }
     <domain: "acme", opset_import: ["" : 20]> Act (a) => (b) { m = Mish (a)
       k = Constant <value_ints = [0]> ()
       b = ReduceSum <keepdims = 1, noop_with_empty_axes = 1> (m) }`,
    'case.onnxtxt',
  );
  const bytes = encodeOnnx(model);
  const inputs = new Map([['x', Tensor.of('float32', [3], [-1, 0.5, 2])]]);
  const reference = await runModel(bytes, inputs);
  expect(convertOpset(model, 17).problems).toEqual([]);
  expect(model.functions[0]?.opsetImports.get('')).toBe(17);
  expect([...(model.functions[0]?.graph.nodes ?? [])].map((node) => node.op)).toContain('Softplus');
  const result = await runModel(encodeOnnx(model), inputs);
  const [a, b] = [reference.get('y')?.numbers() ?? [], result.get('y')?.numbers() ?? []];
  a.forEach((value, k) => {
    expect(b[k]).toBeCloseTo(value, 5);
  });
});

test('an attribute that the caller of a function gives cannot be looked at', () => {
  const model = parseModel(
    `<ir_version: 10, opset_import: ["" : 18, "acme" : 1]> g (float[3,4] x) => (float y) { y = acme.Top <keep = 1> (x) }
     <domain: "acme", opset_import: ["" : 18]> Top <keep> (a) => (b) { b = ReduceMax <keepdims : int = @keep> (a) }`,
    'case.onnxtxt',
  );
  expect(convertOpset(model, 17).problems[0]?.message).toContain('its attribute keepdims is given where the function');
});

test('every operator that came after opset 1 is said by older ones, or refused with its reason', () => {
  const open: string[] = [];
  for (const op of operatorNames('')) {
    const first = operatorVersions('', op)[0] ?? 1;
    if (first > 1 && !adapterFor(op, first, first - 1)) open.push(`${op}@${first}`);
  }
  expect(open.join(' ')).toBe('');
});

test('every new version of an operator from 2 to 28 passes by review or has a rule down', () => {
  const rules = new Set(ADAPTERS.flatMap(({ operators, from, to }) => operators.map((op) => `${op} ${from}>${to}`)));
  const open: string[] = [];
  for (const op of operatorNames('')) {
    for (let opset = 2; opset <= 28; opset++) {
      const schema = operatorSchema('', op, opset);
      if (schema?.since !== opset) continue;
      if (!meansTheSame(op, opset) && !rules.has(`${op} ${opset}>${opset - 1}`)) open.push(`${op}@${opset}`);
    }
  }
  // Operators that the opset has no longer.
  expect(open.join(' ')).toMatchInlineSnapshot(`"Scatter@11 Upsample@10"`);
});

test('every new version of an operator from 2 to 28 passes by review or has a rule up', () => {
  const rules = new Set(ADAPTERS.flatMap(({ operators, from, to }) => operators.map((op) => `${op} ${from}>${to}`)));
  const open: string[] = [];
  for (const op of operatorNames('')) {
    for (let opset = 2; opset <= 28; opset++) {
      if (operatorSchema('', op, opset)?.since !== opset || !operatorSchema('', op, opset - 1)) continue;
      if (!meansTheSame(op, opset) && !rules.has(`${op} ${opset - 1}>${opset}`)) open.push(`${op}@${opset}`);
    }
  }
  expect(open.join(' ')).toBe('');
});

test('subgraphs of FlexAttention know the scores that they are handed', () => {
  const model = parseModel(
    `<ir_version: 13, opset_import: ["" : 26, "ai.onnx.preview" : 1]>
     g (float[1,2,4,8] q, float[1,2,4,8] k, float[1,2,4,8] v) => (float[1,2,4,8] y) {
       y = ai.onnx.preview.FlexAttention (q, k, v) <score_mod = causal (float[B,H,L,S] s) => (float[B,H,L,S] t)
         <int64 zero = {0}, int64 one = {1}, int64 at = {2}, int64[4] rows = {1, 1, -1, 1}, float low = {-1000.0}> {
           n = Shape (s)
           l = Gather (n, at)
           r = Range (zero, l, one)
           i = Reshape (r, rows)
           m = GreaterOrEqual (i, at)
           t = Where (m, s, low)
       }>
     }`,
    'case.onnxtxt',
  );
  expect(convertOpset(model, 7).problems.map(({ message }) => message)).toEqual([]);
});

test('opsets on the way are what each would be by itself', () => {
  const text = `<ir_version: 8, opset_import: ["" : 19]> g (float[2,3] x, string[2] s) => (float[2,3] y, bool[2] b)
    <float[3] w = {1, 2, 3}> {
    n = LayerNormalization (x, w)
    y = HardSwish (n)
    b = Equal (s, s)
  }`;
  for (const end of [7, 26]) {
    for (const { opset, problems } of opsetSteps(parseModel(text, 'case.onnxtxt'), end)) {
      const alone = convertOpset(parseModel(text, 'case.onnxtxt'), opset);
      expect(problems).toEqual(alone.problems);
    }
    const last = parseModel(text, 'case.onnxtxt');
    for (const _ of opsetSteps(last, end));
    expect(printModel(last).text).toBe(printModel(convertOpset(parseModel(text, 'case.onnxtxt'), end).model).text);
  }
});
