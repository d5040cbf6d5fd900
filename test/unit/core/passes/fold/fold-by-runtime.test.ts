import { expect, test } from 'vitest';
import { encodeOnnx } from '../../../../../src/core/formats/onnx/write.ts';
import { parseModel } from '../../../../../src/core/formats/onnxtxt/parse.ts';
import type { Model } from '../../../../../src/core/ir/model.ts';
import { ComputedSource, Tensor } from '../../../../../src/core/ir/tensor.ts';
import { validateModel } from '../../../../../src/core/ir/validate.ts';
import { foldByRuntime, foldingBy } from '../../../../../src/core/passes/fold/fold-by-runtime.ts';
import { foldAllConstants } from '../../../../../src/core/passes/fold/fold-constants.ts';
import { limitGrowth } from '../../../../../src/core/passes/fold/growth.ts';
import { inlineBranches } from '../../../../../src/core/passes/inline/branches.ts';
import type { Pass } from '../../../../../src/core/passes/pass.ts';
import { runPasses } from '../../../../../src/core/passes/run.ts';
import { SIMPLIFICATION } from '../../../../../src/core/passes/simplification.ts';
import { type ChildOutcome, runInChild } from '../../../../../src/core/runtime/child.ts';
import { compareOutputs, worstDifference } from '../../../../../src/core/runtime/compare.ts';
import { randomInputs } from '../../../../../src/core/runtime/inputs.ts';
import { runModel } from '../../../../../src/core/runtime/onnxruntime.ts';

const parsed = (text: string): Model => parseModel(`<ir_version: 8, opset_import: ["" : 17]> ${text}`, 'test.onnxtxt');

function folding(model: Model, pass: Pass = foldByRuntime) {
  const { records, problems } = runPasses(model, [foldAllConstants, pass], { untilStable: true });
  validateModel(model);
  return {
    operators: [...model.graph.nodes].map((node) => node.op).join(' '),
    problems: problems.map(({ message }) => message),
    records,
  };
}

/** Folds, and runs both sides. */
async function expectSame(text: string, operators: string): Promise<void> {
  const model = parsed(text);
  const inputs = randomInputs(model.graph, { seed: 5 });
  const wanted = await runModel(encodeOnnx(model), inputs);
  const found = folding(model);
  expect(found).toMatchObject({ operators, problems: [] });
  expect(worstDifference(compareOutputs(wanted, await runModel(encodeOnnx(model), inputs)))).toBeLessThanOrEqual(1e-6);
}

const CONV = `g (float[1,2,3,3] x) => (float[1,2,3,3] y) <float[1,1,4,4] c = {1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16},
  float[2,1,2,2] w = {1, -1, 2, 0.5, 0.25, 3, -2, 1}> { v = Conv (c, w) y = Add (x, v) }`;

test('operators without a kernel here are computed in onnxruntime', async () => {
  await expectSame(CONV, 'Add');
  await expectSame(
    `g (float[2,3] x) => (float[2,3] y) <float[2,2] a = {1, 2, 3, 4}, float[2,3] b = {1, 0, -1, 2, 5, 3}> {
      p = Gemm <alpha = 0.5> (a, b) s = Softmax <axis = 1> (p) n = Mul (s, b) y = Add (x, n) }`,
    'Add',
  );
});

test('of several outputs those that somebody reads, and those of the graph', async () => {
  await expectSame(
    `g (float[1,1,1,1] x) => (float[1,1,1,1] y, int64[1,1,1,1] k) <float[1,1,2,2] c = {1, 7, 3, 4}> {
      m, k = MaxPool <kernel_shape = [2, 2]> (c) y = Add (x, m) }`,
    'Constant Add',
  );
});

test('large constants are read where a kernel of ours would take long', async () => {
  const model = parsed(
    'g (float[1] x) => (float[1] y) <float[1] c = {0}> { s = ReduceSum <keepdims = 0> (c) y = Add (x, s) }',
  );
  const count = 1 << 23;
  for (const value of model.graph.initializers) {
    const source = new ComputedSource('computed', () => new Uint8Array(new Float32Array(count).fill(0.5).buffer));
    value.constant = new Tensor('float32', [count], source);
    value.type = { kind: 'tensor', dtype: 'float32', shape: [count] };
  }
  expect(folding(model)).toMatchObject({ operators: 'Add', problems: [] });
  expect([...model.graph.initializers].map((value) => value.constant?.numbers())).toEqual([[count / 2]]);
});

test('in a branch, too, and what leads there from the graphs around', async () => {
  const model = parsed(`g (bool c) => (float[1,2] y) <float[1,2] w = {2, 3}> {
      s = Softmax (w)
      y = If (c) <then_branch = a () => (float[1,2] p) { p = LogSoftmax (s) }, else_branch = b () => (float[1,2] q) { q = Neg (w) }>
    }`);
  const found = folding(model);
  const [branch] = [...model.graph.nodes].at(-1)?.subgraphs() ?? [];
  expect([...(branch?.nodes ?? [])].map((node) => node.op)).toEqual(['Constant']);
  expect(found.problems).toEqual([]);
});

/** Counts how often it is called. */
function counted(run = runInChild) {
  const calls: number[] = [];
  const pass = foldingBy((models, options) => {
    calls.push(models.length);
    return run(models, options);
  });
  return { calls, pass };
}

test('nothing is started where there is nothing to do, and once at most', () => {
  for (const text of [
    'g (float[1,2] x) => (float[1,2] y) <float[1,2] c = {1, 2}> { s = Softmax (x) n = Neg (c) y = Add (s, n) }',
    // Chance, the default of an input, small integers that are to stay small, answers that are open.
    'g (float[2] x) => (float[2] y) <float[2] c = {1, 2}> { r = RandomNormalLike (c) b = Bernoulli (c) y = Sum (x, r, b) }',
    'g (float[1,2] x, float[1,2] c = {1, 2}) => (float[1,2] y) { s = Softmax (c) y = Add (x, s) }',
    'g (float[2] x) => (float[2] y) <int8[2] c = {1, 2}, float s = {0.5}> { w = DequantizeLinear (c, s) y = Add (x, w) }',
    'g (int32[2] x) => (int32[2] y) <int32[2] c = {1, 2}, int32[2] z = {0, 0}> { q = Div (c, z) y = Add (x, q) }',
    'g (int32[2] x) => (int32[2] y) <float[2] c = {1e20, 2}> { q = Cast <to = 6> (c) y = Add (x, q) }',
  ]) {
    const { calls, pass } = counted();
    folding(parsed(text), pass);
    expect(calls, text).toEqual([]);
  }
  const { calls, pass } = counted();
  const model = parsed(CONV);
  folding(model, pass);
  runPasses(model, [pass], { untilStable: true });
  expect(calls).toEqual([1]);
});

/** The condition is computed; then the branch is known, and what reads it. */
const DECIDED = `g (float[1,2] x) => (float[1,2] y) <float[1,2] c = {1, 2}, float[1,2] d = {3, 5}> {
  s = Softmax (c) m = ReduceMax <keepdims = 0> (s) b = Cast <to = 9> (m)
  k = If (b) <then_branch = t () => (float[1,2] p) { p = Identity (d) }, else_branch = e () => (float[1,2] q) { q = Neg (x) }>
  l = LogSoftmax (k)
  y = Add (x, l)
}`;

test('what is constant only then is computed by another child', async () => {
  const model = parsed(DECIDED);
  const inputs = randomInputs(model.graph, { seed: 5 });
  const wanted = await runModel(encodeOnnx(model), inputs);
  const { calls, pass } = counted();
  const list = SIMPLIFICATION.map((each) => (each.name === pass.name ? pass : each));
  const { problems } = runPasses(model, list, { untilStable: true });
  validateModel(model);
  expect(problems).toEqual([]);
  expect([...model.graph.nodes].map((node) => node.op)).toEqual(['Add']);
  expect(calls).toEqual([1, 1]);
  expect(worstDifference(compareOutputs(wanted, await runModel(encodeOnnx(model), inputs)))).toBeLessThanOrEqual(1e-6);
});

test('what failed is not tried again by another child', () => {
  const { calls, pass } = counted((models) => models.map(() => ({ failed: 'it ended' })));
  const { problems } = runPasses(parsed(DECIDED), [foldAllConstants, pass, pass, inlineBranches, pass], {
    untilStable: true,
  });
  expect(calls).toEqual([1]);
  expect(problems).toHaveLength(1);
});

test('how much larger a file may become is for the user to say', () => {
  const text = `g (float[1,1,40,40] x) => (float[1,1,40,40] y) <float[1,1,1,1] c = {1}> {
    v = Conv <pads = [19, 19, 20, 20]> (c, c) y = Add (x, v) }`;
  const within = (bytes: number) => {
    const model = parsed(text);
    limitGrowth(model, bytes);
    return folding(model);
  };
  expect(within(40 * 40 * 4).operators).toBe('Add');
  const stays = within(40 * 40 * 4 - 100);
  expect(stays.operators).toBe('Conv Add');
  expect(stays.problems).toEqual([expect.stringContaining('0.0 MB larger')]);
  expect(within(0).operators).toBe('Conv Add');
  const small = parsed('g (float[1,2] x) => (float[1,2] y) <float[1,2] c = {1, 2}> { s = Softmax (c) y = Add (x, s) }');
  limitGrowth(small, 0);
  expect(folding(small).operators).toBe('Add');
});

test('what is not connected is run apart: an operator that onnxruntime does not take keeps the others from nothing', () => {
  const found = folding(
    parsed(`g (float[1,2] x, double[1,1,1,1] z) => (float[1,2] y, double[1,1,1,1] u)
      <float[1,2] c = {1, 2}, double[1,1,1,1] d = {3}> {
        s = Softmax (c) y = Add (x, s) v = Conv (d, d) u = Add (z, v) }`),
  );
  expect(found.operators).toBe('Add Conv Add');
  expect(found.problems).toEqual([
    expect.stringMatching(/^Conv reads only constants, and is not computed beforehand: .*Conv/s),
  ]);
});

test.each<readonly [why: string, outcome: (models: readonly Uint8Array[]) => readonly ChildOutcome[]]>([
  [
    'onnxruntime-node is not installed',
    (models) => models.map(() => ({ failed: 'onnxruntime-node is not installed' })),
  ],
  ['its result has not the type', (models) => models.map(() => new Map([['value_2', Tensor.of('float32', [1], [0])]]))],
  ['it gave nothing', () => []],
])('the nodes stay, with a note, where %s', (why, outcome) => {
  const { pass } = counted(outcome);
  const found = folding(parsed(CONV), pass);
  expect(found).toMatchObject({ operators: 'Conv Add', records: [] });
  expect(found.problems).toEqual([expect.stringContaining(why)]);
});

test('what would make the file much larger is not even computed', () => {
  const { calls, pass } = counted();
  const { operators, problems } = folding(
    parsed(`g (float[1,1,2500,2500] x) => (float[1,1,2500,2500] y) <float[1,1,1,1] c = {1}> {
      v = Conv <pads = [1249, 1249, 1250, 1250]> (c, c) y = Add (x, v) }`),
    pass,
  );
  expect([operators, calls]).toEqual(['Conv Add', []]);
  expect(problems).toEqual([expect.stringContaining('25.0 MB larger')]);
});
