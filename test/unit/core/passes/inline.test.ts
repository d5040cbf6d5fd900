/** Branches, loops and calls that are taken apart: what is left, and that it gives the same numbers. */
import { expect, test } from 'vitest';
import { inferModel } from '../../../../src/core/dialects/onnx/infer.ts';
import { encodeOnnx } from '../../../../src/core/formats/onnx/write.ts';
import { validateModel } from '../../../../src/core/ir/validate.ts';
import { inlineBranches } from '../../../../src/core/passes/inline/branches.ts';
import { inlineFunctions } from '../../../../src/core/passes/inline/functions.ts';
import { inlineLoops } from '../../../../src/core/passes/inline/loops.ts';
import type { Pass } from '../../../../src/core/passes/pass.ts';
import { runPasses } from '../../../../src/core/passes/run.ts';
import { compareOutputs, worstDifference } from '../../../../src/core/runtime/compare.ts';
import { randomInputs } from '../../../../src/core/runtime/inputs.ts';
import { runModel } from '../../../../src/core/runtime/onnxruntime.ts';
import { model } from '../../text-model.ts';

/** Runs the passes; gives what is left. */
function left(passes: readonly Pass[], text: string, functions = '') {
  const made = model(`<ir_version: 8, opset_import: ["" : 17, "acme" : 1]> ${text} ${functions}`);
  expect(inferModel(made)).toEqual([]);
  const names = made.graph.outputs.map((value) => value.name);
  const { records, misses } = runPasses(made, passes, { untilStable: true, why: 'y' });
  validateModel(made);
  expect(made.graph.outputs.map((value) => value.name)).toEqual(names);
  return { made, records, misses, operators: [...made.graph.allNodes()].map((node) => node.op).join(' ') };
}

/** As `left`, and both sides give the same numbers. */
async function after(passes: readonly Pass[], text: string, functions = '') {
  const made = model(`<ir_version: 8, opset_import: ["" : 17, "acme" : 1]> ${text} ${functions}`);
  inferModel(made);
  const inputs = randomInputs(made.graph, { seed: 5 });
  const wanted = await runModel(encodeOnnx(made), inputs);
  const result = left(passes, text, functions);
  const got = await runModel(encodeOnnx(result.made), inputs);
  expect(worstDifference(compareOutputs(wanted, got))).toBe(0);
  return result;
}

const BRANCHES = `then_branch = p () => (float[2] u) <float[2] w = {3, 4}> { t = Neg (x) u = Add (t, w) },
  else_branch = q () => (float[2] v) { t = Abs (x) v = Exp (t) }`;

test('an If with a known condition becomes its branch, which keeps the name of the output', async () => {
  const text = (c: number) => `g (float[2] x) => (float[2] y) <bool c = {${c}}> { y = If (c) <${BRANCHES}> }`;
  expect((await after([inlineBranches], text(1))).operators).toBe('Neg Add');
  const { operators, records } = await after([inlineBranches], text(0));
  expect(operators).toBe('Abs Exp');
  expect(records.map(({ reason }) => reason)).toEqual(['its condition is always false']);
});

test('a condition that sizes decide is known, one that a run decides is not', async () => {
  const known = `g (float[2] x) => (float[2] y) <int64 z = {0}, int64 two = {2}> {
    s = Shape (x) d = Gather (s, z) c = Equal (d, two) y = If (c) <${BRANCHES}> }`;
  expect((await after([inlineBranches], known)).operators).toBe('Shape Gather Equal Neg Add');
  const { operators, misses } = await after(
    [inlineBranches],
    `g (float[2] x, bool c) => (float[2] y) { y = If (c) <${BRANCHES}> }`,
  );
  expect(operators).toBe('If Neg Add Abs Exp');
  expect(misses.map(({ reason }) => reason)).toEqual(['its condition is not known beforehand']);
});

// onnxruntime runs no branch that gives what stands around it, or one value twice.
test('branches within branches; a branch that gives what stands around it', () => {
  const { operators } = left(
    [inlineBranches],
    `g (float[2] x) => (float[2] y, float[2] z) <bool c = {1}> {
      y, z = If (c) <
        then_branch = p () => (float[2] u, float[2] x) { u = If (c) <then_branch = r () => (float[2] s) { s = Neg (x) }, else_branch = q () => (float[2] t) { t = Abs (x) }> },
        else_branch = o () => (float[2] a, float[2] b) { a = Abs (x) b = Exp (x) }>
    }`,
  );
  expect(operators).toBe('Neg Identity');
});

test('two outputs that a branch makes of one value stay two', () => {
  const { operators } = left(
    [inlineBranches],
    `g (float[2] x) => (float[2] y, float[2] z) <bool c = {1}> {
      y, z = If (c) <then_branch = p () => (float[2] u, float[2] u) { u = Neg (x) }, else_branch = o () => (float[2] a, float[2] b) { a = Abs (x) b = Exp (x) }>
    }`,
  );
  expect(operators).toBe('Neg Identity');
});

const loop = (
  count: string,
  condition: string,
) => `g (float[2] x) => (float[2] y, float[?,2] z) <int64 n = {${count}}, bool c = {${condition}}> {
    y, z = Loop (n, c, x) <body = b (int64 i, bool d, float[2] f) => (bool e, float[2] h, float[2] o) {
      e = Identity (d) k = Cast <to = 1> (i) h = Add (f, k) o = Neg (f) }>
  }`;

test('a loop that runs once becomes its body', async () => {
  expect((await after([inlineLoops], loop('1', '1'))).operators).toBe('Identity Cast Add Neg Unsqueeze');
});

test.each([
  ['0', '1'],
  ['-1', '1'],
  ['5', '0'],
])('a loop that never runs gives what it began with: %s, %s', async (count, condition) => {
  expect((await after([inlineLoops], loop(count, condition))).operators).toBe('Identity Identity');
});

test('a loop that runs more often stays', async () => {
  expect((await after([inlineLoops], loop('2', '1'))).operators).toContain('Loop');
});

test('a loop that ends itself in its first round runs once', async () => {
  const { operators } = await after(
    [inlineLoops],
    `g (float[2] x, int64 k) => (float[2] y) <int64 n = {9}> {
      y = Loop (n, , x) <body = b (int64 i, bool d, float[2] f) => (bool e, float[2] h) { e = Constant <value = bool {0}> () h = Neg (f) }>
    }`,
  );
  expect(operators).toBe('Constant Neg');
});

const SCALE = `<domain: "acme", opset_import: ["" : 17]> scale <factor, mode: int = 1> (p, w) => (q, r) {
    f = Constant <value_float: float = @factor> ()
    q = Mul (p, f)
    r = LeakyRelu <alpha: float = @factor> (w)
  }`;

test('a call becomes the body of its function, with the attributes of the call', async () => {
  const { operators, made, records } = await after(
    [inlineFunctions],
    `g (float[2] x) => (float[2] y, float[2] z) { [call] y, r = acme.scale <factor = 3.0> (x, x) z = Neg (r) }`,
    SCALE,
  );
  expect(operators).toBe('Constant Mul LeakyRelu Neg');
  expect([...made.graph.nodes][2]?.float('alpha')).toBe(3);
  expect(records.map(({ before }) => before)).toEqual([['acme::scale call']]);
});

test('calls within bodies, branches, and of what another call is handed', () => {
  const { operators } = left(
    [inlineFunctions],
    `g (float[2] x, bool c) => (float[2] y) {
      y = If (c) <then_branch = a () => (float[2] u) { u = acme.outer (x) }, else_branch = b () => (float[2] v) { v = Neg (x) }>
    }`,
    `${SCALE} <domain: "acme", opset_import: ["" : 17, "acme" : 1]> outer (p) => (q) {
      a, b = acme.scale <factor = 2.0> (p, p)
      q = acme.choose <body = e () => (s) { s = Add (a, b) }> (b)
    }
    <domain: "acme", opset_import: ["" : 17]> choose <body> (p) => (q) {
      t = ReduceSum <keepdims = 0> (p) z = Cast <to = 9> (t)
      q = If (z) <then_branch: graph = @body, else_branch: graph = @body>
    }`,
  );
  expect(operators).toBe('If Constant Mul LeakyRelu ReduceSum Cast If Add Add Neg');
});

test('a function that passes an input on, and one whose operators mean something else in the model', async () => {
  const pass = left(
    [inlineFunctions],
    'g (float[2] x) => (float[2] y) { y = acme.same (x) }',
    '<domain: "acme", opset_import: ["" : 17]> same (p) => (p) { }',
  );
  expect(pass.operators).toBe('Identity');
  const { operators, misses } = await after(
    [inlineFunctions],
    'g (float[2,2] x) => (float[2,2] y) { y = acme.old (x) }',
    '<domain: "acme", opset_import: ["" : 11]> old (p) => (q) { q = Softmax <axis = 0> (p) }',
  );
  expect(operators).toBe('old');
  expect(misses.map(({ reason }) => reason)).toEqual([
    'its body means Softmax of version 11, and the model imports 17',
  ]);
});
