/** What a graph shares with the graphs within it, and what loops carry along: what is left, and that it gives the same. */
import { expect, test } from 'vitest';
import { inferModel } from '../../../../src/core/dialects/onnx/infer.ts';
import { encodeOnnx } from '../../../../src/core/formats/onnx/write.ts';
import { Tensor } from '../../../../src/core/ir/tensor.ts';
import { validateModel } from '../../../../src/core/ir/validate.ts';
import { mergeCommon } from '../../../../src/core/passes/cleanup/common-subexpressions.ts';
import { removeDeadCode } from '../../../../src/core/passes/cleanup/dead-code.ts';
import { dropLoopStates } from '../../../../src/core/passes/cleanup/loop-states.ts';
import { mergeConstants } from '../../../../src/core/passes/cleanup/tied.ts';
import { inferTypes } from '../../../../src/core/passes/fold/infer-types.ts';
import { hoistFromLoops } from '../../../../src/core/passes/inline/hoist.ts';
import type { Pass } from '../../../../src/core/passes/pass.ts';
import { runPasses } from '../../../../src/core/passes/run.ts';
import { compareOutputs, worstDifference } from '../../../../src/core/runtime/compare.ts';
import { runModel } from '../../../../src/core/runtime/onnxruntime.ts';
import { model } from '../../text-model.ts';

const INPUTS = new Map([
  ['x', Tensor.of('float32', [2], [0.5, -2])],
  ['c', Tensor.of('bool', [], [1])],
  ['n', Tensor.of('int64', [], [3])],
]);

/** What is left after the passes, which must give the same for both branches and for three rounds, one and none. */
async function left(passes: readonly Pass[], text: string) {
  const made = model(text);
  expect(inferModel(made)).toEqual([]);
  const before = encodeOnnx(made);
  const { misses } = runPasses(made, passes, { untilStable: true, why: 'y' });
  validateModel(made);
  const after = encodeOnnx(made);
  for (const [c, n] of [
    [1, 3],
    [0, 1],
    [1, 0],
  ] as const) {
    const inputs = new Map(INPUTS).set('c', Tensor.of('bool', [], [c])).set('n', Tensor.of('int64', [], [n]));
    const [wanted, got] = [await runModel(before, inputs), await runModel(after, inputs)];
    expect(worstDifference(compareOutputs(wanted, got))).toBe(0);
  }
  return {
    made,
    misses: misses.map(({ reason }) => reason),
    operators: [...made.graph.allNodes()].map((node) => node.op).join(' '),
  };
}

const SIGNATURE = 'g (float[2] x, bool c, int64 n)';

test('a node of a branch that computes what one before the branch does is none', async () => {
  const { operators } = await left(
    [mergeCommon],
    `${SIGNATURE} => (float[2] y, float[2] z) {
      a = Neg (x) z = Exp (a)
      y = If (c) <then_branch = p () => (float[2] u) { b = Neg (x) d = Exp (b) u = Sin (d) },
        else_branch = q () => (float[2] v) { e = Sin (x) v = Neg (e) }>
    }`,
  );
  expect(operators).toBe('Neg Exp If Sin Sin Neg');
});

test('not so where the other comes later, stands in the other branch, or where the branch gives it', async () => {
  const { operators } = await left(
    [mergeCommon],
    `${SIGNATURE} => (float[2] y, float[2] z) {
      a = Abs (x)
      y = If (c) <then_branch = p () => (float[2] u) { b = Neg (x) u = Sin (b) },
        else_branch = q () => (float[2] v) { d = Neg (x) e = Cos (d) f = Add (d, e) v = Abs (x) }>
      g = Neg (x) z = Add (a, g)
    }`,
  );
  expect(operators).toBe('Abs If Neg Sin Neg Cos Add Abs Neg Add');
});

test('two graphs deep, and in a loop', async () => {
  const { operators } = await left(
    [mergeCommon],
    `${SIGNATURE} => (float[2] y) {
      a = Neg (x)
      y = Loop (n, , a) <body = b (int64 i, bool d, float[2] s) => (bool d2, float[2] s2) {
        d2 = Identity (d) k = Neg (x) m = Exp (s)
        s2 = If (c) <then_branch = p () => (float[2] u) { q = Neg (x) r = Exp (s) t = Add (q, k) u = Mul (t, r) },
          else_branch = w () => (float[2] v) { v = Add (m, x) }>
      }>
    }`,
  );
  expect(operators).toBe('Neg Loop Identity Exp If Add Mul Add');
});

test('a constant of two branches is one, of the graph around them, as is one that stands there already', async () => {
  const { made, operators } = await left(
    [mergeConstants, removeDeadCode],
    `${SIGNATURE} => (float[2] y, float[2] z) <float[2] k = {1, 2}> {
      z = Add (x, k)
      y = If (c) <then_branch = p () => (float[2] u) <float[2] l = {1, 2}, float[2] m = {3, 4}> { b = Mul (x, l) u = Mul (b, m) },
        else_branch = q () => (float[2] v) <float[2] o = {3, 4}, float[2] s = {5, 6}> { d = Sub (x, o) v = Mul (d, s) }>
    }`,
  );
  expect(operators).toBe('Add If Mul Mul Sub Mul');
  expect([...made.graph.initializers].map((value) => value.name)).toEqual(['k', 'm']);
  const branches = [...made.graph.nodes].flatMap((node) => node.subgraphs());
  expect(branches.map((graph) => graph.initializers.size)).toEqual([0, 1]);
});

const round = (body: string, outputs = 'float[2] y', states = 'x, x') =>
  `${SIGNATURE} => (${outputs}) { ${outputs.replaceAll('float[2] ', '').replace(/^y$/, 'y, w')} = Loop (n, , ${states}) <body = b (int64 i, bool d, float[2] s, float[2] t) => (bool d2, float[2] s2, float[2] t2) {
    d2 = Identity (d) ${body} }> }`;

test('a state that no round changes is what it was before', async () => {
  const { operators, made } = await left(
    [dropLoopStates],
    round('t2 = Identity (t) s2 = Add (s, t)', 'float[2] y, float[2] z'),
  );
  expect(operators).toBe('Identity Loop Identity Add');
  expect(made.graph.outputs.map((value) => value.name)).toEqual(['y', 'z']);
  const loop = [...made.graph.nodes].at(-1);
  expect([loop?.inputCount, loop?.outputs.length]).toEqual([3, 1]);
});

test('an output of the graph keeps the sizes that it is said to have, whatever the body says', () => {
  const made = model(`g (float[2] x, int64 n, int64[1] p) => (float[2] y) {
    y, w = Loop (n, , x, x) <body = b (int64 i, bool d, float[2] s, float[2] t) => (bool d2, float[?] s2, float[?] t2) {
      d2 = Identity (d) s2 = Reshape (s, p) t2 = Exp (t) }> }`);
  runPasses(made, [inferTypes, dropLoopStates], { untilStable: true, doubts: true });
  expect([...made.graph.nodes].map((node) => node.outputs.map(({ shape }) => shape))).toEqual([[[2]]]);
});

test('a state stays of which only the body knows the sizes: no rounds stack rows of them', async () => {
  const made = model(`g (float[2] x, int64[1] p, int64 n) => (float[?,?] z) {
    r = Reshape (x, p)
    w, z = Loop (n, , r) <body = b (int64 i, bool d, float[2] s) => (bool d2, float[?] s2, float[?] o) {
      d2 = Identity (d) s2 = Identity (s) o = Identity (s) }> }`);
  const before = encodeOnnx(made);
  runPasses(made, [inferTypes, dropLoopStates], { untilStable: true, doubts: true });
  expect([...made.graph.allNodes()].map((node) => node.op).join(' ')).toBe('Reshape Loop Identity Identity Identity');
  const inputs = new Map(INPUTS).set('p', Tensor.of('int64', [1], [2])).set('n', Tensor.of('int64', [], [0]));
  const [wanted, got] = [await runModel(before, inputs), await runModel(encodeOnnx(made), inputs)];
  expect(worstDifference(compareOutputs(wanted, got))).toBe(0);
});

test('below opset 11 a Loop carries one value at least', async () => {
  const text = `g (float[2] x, bool c, int64 n) => (int64[?] y) {
    w, v, y = Loop (n, c, x, x) <body = b (int64 i, bool d, float[2] s, float[2] t) => (bool d2, float[2] s2, float[2] t2, int64 o) {
      d2 = Identity (d) s2 = Identity (s) t2 = Neg (s) o = Identity (i) }> }`;
  for (const [opset, inputs] of [
    [9, 3],
    [11, 2],
  ] as const) {
    const { made } = await left([dropLoopStates], `<ir_version: 4, opset_import: ["" : ${opset}]> ${text}`);
    expect([...made.graph.nodes].at(-1)?.inputCount).toBe(inputs);
  }
});

test('a state on which nothing depends goes, and what makes it', async () => {
  const { operators } = await left([dropLoopStates], round('t2 = Exp (t) s2 = Neg (s)'));
  expect(operators).toBe('Loop Identity Neg');
});

test('a state stays on which another depends, in a branch too, or how often the loop runs', async () => {
  const stays = async (text: string) => {
    const { operators, misses } = await left([dropLoopStates], text);
    expect(misses).toContain('all that it carries along changes, and is read');
    return operators;
  };
  expect(await stays(round('t2 = Neg (t) s2 = Add (s, t)'))).toBe('Loop Identity Neg Add');
  expect(
    await stays(
      round(
        `t2 = Neg (t) s2 = If (d) <then_branch = p () => (float[2] u) { u = Add (s, t) }, else_branch = q () => (float[2] v) { v = Neg (s) }>`,
      ),
    ),
  ).toBe('Loop Identity Neg If Add Neg');
  const condition = round('t2 = Add (t, s) s2 = Neg (s) k = ReduceMax <keepdims = 0> (t2) d2 = Less (k, k)').replace(
    'd2 = Identity (d) ',
    '',
  );
  expect(await stays(condition)).toBe('Loop Add Neg ReduceMax Less');
});

test('a loop that gives nothing any more is none', async () => {
  const { operators } = await left([dropLoopStates], round('t2 = Exp (t) s2 = Identity (s)'));
  expect(operators).toBe('Identity');
});

test('a Scan, too', async () => {
  const { operators } = await left(
    [dropLoopStates],
    `${SIGNATURE} => (float[2] y) { p, q, y = Scan (x, x, x) <num_scan_inputs = 1, body = b (float[2] s, float[2] t, float e) => (float[2] s2, float[2] t2, float o) {
      s2 = Identity (s) t2 = Exp (t) k = Add (s, e) o = ReduceSum <keepdims = 0> (k) }> }`,
  );
  expect(operators).toBe('Scan Add ReduceSum');
});

const hoisted = (count: string, body: string) =>
  `${SIGNATURE} => (float[2] y) <int64 three = {3}, int64 none = {0}> {
    y = Loop (${count}, , x) <body = b (int64 i, bool d, float[2] s) => (bool d2, float[2] s2) <float[2] k = {2, 3}> {
      d2 = Identity (d) ${body} }> }`;

test('what each round computes of the same is computed once, where the loop is sure to run', async () => {
  const body = 'a = Mul (x, k) e = Exp (a) f = Mul (s, k) s2 = Add (f, e)';
  const { operators, made } = await left([hoistFromLoops], hoisted('three', body));
  expect(operators).toBe('Mul Exp Loop Identity Mul Add');
  expect([...made.graph.initializers].map((value) => value.name)).toEqual(['three', 'none', 'k']);
  const may = await left([hoistFromLoops], hoisted('n', body));
  expect([may.operators, may.misses]).toEqual(['Loop Identity Mul Exp Mul Add', ['it may run not at all']]);
  expect((await left([hoistFromLoops], hoisted('none', body))).operators).toBe('Loop Identity Mul Exp Mul Add');
});

test('chance, what depends on the round, and what the body gives are not', async () => {
  const { operators } = await left(
    [hoistFromLoops],
    hoisted('three', 'r = Cast <to = 1> (i) a = Add (x, r) e = Exp (a) f = Mul (e, k) g = Neg (k) s2 = Add (x, k)'),
  );
  expect(operators).toBe('Loop Identity Cast Add Exp Mul Neg Add');
});
