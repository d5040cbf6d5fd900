import { expect, test } from 'vitest';
import { inferModel } from '../../../../src/core/dialects/onnx/infer.ts';
import { encodeOnnx } from '../../../../src/core/formats/onnx/write.ts';
import { parseModel } from '../../../../src/core/formats/onnxtxt/parse.ts';
import type { Model } from '../../../../src/core/ir/model.ts';
import { ComputedSource, Tensor } from '../../../../src/core/ir/tensor.ts';
import { validateModel } from '../../../../src/core/ir/validate.ts';
import { foldConstants } from '../../../../src/core/passes/fold-constants.ts';
import { runPasses } from '../../../../src/core/passes/run.ts';
import { runModel } from '../../../../src/core/runtime/onnxruntime.ts';

function folding(text: string, prepare: (model: Model) => void = () => {}) {
  const model = parseModel(`<ir_version: 8, opset_import: ["" : 17]> ${text}`, 'test.onnxtxt');
  prepare(model);
  expect(inferModel(model)).toEqual([]);
  const { records } = runPasses(model, [foldConstants]);
  validateModel(model);
  const constants = Object.fromEntries(
    [...model.graph.initializers].map((value) => [
      value.name,
      value.dtype === 'int64' ? value.constant?.bigints().map(Number) : undefined,
    ]),
  );
  return {
    model,
    records,
    operators: [...model.graph.nodes].map((node) => node.op),
    constants,
  };
}

test('what follows from a known shape becomes a constant', () => {
  const { operators, constants, records } = folding(`g (float[2,3,4] x) => (float[?,?] y)
    <int64 one = {1}, int64[1] axis = {0}, int64[1] rest = {-1}> {
      s = Shape (x)
      n = Gather (s, one)
      u = Unsqueeze (n, axis)
      d = Concat <axis = 0> (u, rest)
      y = Reshape (x, d)
    }`);
  expect(operators).toEqual(['Reshape']);
  expect(constants).toEqual({ d: [3, -1] });
  expect(records.flatMap((each) => each.before)).toHaveLength(4);
});

test('a size that is a symbol stays; those beside it fold', () => {
  const { operators, constants } = folding(`g (float[n,3] x) => (int64 a, int64 b)
    <int64 zero = {0}, int64 one = {1}> {
      s = Shape (x)
      p = Gather (s, zero)
      q = Gather (s, one)
      a = Neg (p)
      b = Neg (q)
    }`);
  expect(operators).toEqual(['Shape', 'Gather', 'Neg', 'Neg']);
  expect(constants.q).toEqual([3]);
});

test('INT64_MAX passes through unrounded', () => {
  const { model } = folding(`g (float[4] x) => (float[?] y)
    <int64 most = {9223372036854775807}, int64[1] axis = {0}, int64[1] start = {1}> {
      end = Unsqueeze (most, axis)
      y = Slice (x, start, end)
    }`);
  expect([...model.graph.nodes][0]?.input(2)?.constant?.bigints()).toEqual([9223372036854775807n]);
});

test('weights are never read', () => {
  const unread = new ComputedSource('computed', () => {
    throw new Error('somebody read the weights');
  });
  const { operators } = folding(
    `g (float[8,64] x) => (float[8,64] y) <float[64,64] w = {0}> {
      t = Transpose <perm = [1, 0]> (w)
      n = Neg (t)
      y = MatMul (x, n)
    }`.replace('= {0}', `= {${Array(4096).fill(0).join(',')}}`),
    (model) => {
      for (const value of model.graph.initializers) value.constant = new Tensor('float32', [64, 64], unread);
    },
  );
  expect(operators).toEqual(['Transpose', 'Neg', 'MatMul']);
});

test('the default of a graph input is not a constant, nor is what follows from it', () => {
  const { operators } = folding(`g (float[4] x, int64 k = {2}) => (float[4] y) <int64 one = {1}, int64[1] axis = {0}> {
      a = Add (k, one)
      b = Unsqueeze (a, axis)
      c = Tile (b, axis)
      f = Cast <to = 1> (c)
      y = Tile (x, b)
    }`);
  expect(operators).toContain('Add');
  expect(operators).toContain('Unsqueeze');
});

test('nothing is folded that would grow beyond a size, and graph outputs keep their node', () => {
  const { operators } = folding(`g (float[1] x) => (float[100,100] y, int64[2] z)
    <int64[2] big = {100, 100}, float one = {1}> {
      e = Expand (one, big)
      y = Add (x, e)
      z = Neg (big)
    }`);
  expect(operators).toEqual(['Expand', 'Add', 'Neg']);
});

/** One node on constants `a`, `b` ... each; what the kernel computes must be what onnxruntime computes. */
const KERNEL_CASES = [
  [
    'int64[3] a = {7, -7, 5}, int64[3] b = {2, 2, -3}',
    'Add (a, b)',
    'Sub (a, b)',
    'Mul (a, b)',
    'Div (a, b)',
    'Mod (a, b)',
  ],
  [
    'int64[3] a = {7, -7, 5}, int64[3] b = {2, 2, -3}',
    'Mod <fmod = 1> (a, b)',
    'Max (a, b)',
    'Min (a, b)',
    'Equal (a, b)',
    'Less (a, b)',
  ],
  [
    'int64[2,1] a = {9007199254740993, 1}, int64[2] b = {0, 1}',
    'Add (a, b)',
    'Greater (a, b)',
    'Concat <axis = 1> (a, a)',
  ],
  [
    'int64[2] a = {2, 3}, int64[2] b = {3, 2}',
    'Pow (a, b)',
    'Cast <to = 1> (a)',
    'Cast <to = 9> (a)',
    'Cast <to = 6> (b)',
  ],
  [
    'float[3] a = {1.5, -2.5, 0.5}, float[3] b = {2, 3, 4}',
    'Add (a, b)',
    'Div (a, b)',
    'Mul (a, b)',
    'Sub (a, b)',
    'LessOrEqual (a, b)',
  ],
  [
    'float[3] a = {1.5, -2.5, 0}',
    'Neg (a)',
    'Abs (a)',
    'Sign (a)',
    'Floor (a)',
    'Ceil (a)',
    'Cast <to = 7> (a)',
    'Cast <to = 9> (a)',
  ],
  [
    'float[3] a = {1.5, 2.5, 4}, float b = {2}, float c = {3}',
    'Sqrt (a)',
    'Reciprocal (a)',
    'Clip (a, b, c)',
    'Max (a, b, c)',
  ],
  ['bool[2] a = {1, 0}, bool[2,1] b = {1, 0}', 'And (a, b)', 'Or (a, b)', 'Xor (a, b)', 'Not (a)'],
  ['bool[2] a = {1, 0}, int64[3,1] b = {1, 2, 3}, int64 c = {9}', 'Where (a, b, c)', 'GreaterOrEqual (b, c)'],
  [
    'int64[2,3] a = {1,2,3,4,5,6}, int64[2] b = {3, -1}',
    'Reshape (a, b)',
    'Transpose (a)',
    'Transpose <perm = [0, 1]> (a)',
    'Flatten <axis = 0> (a)',
  ],
  [
    'int64[1,3,1] a = {1,2,3}, int64[1] b = {-1}',
    'Squeeze (a)',
    'Squeeze (a, b)',
    'Unsqueeze (a, b)',
    'Shape (a)',
    'Size (a)',
  ],
  ['int64[1,2] a = {1,2}, int64[3] b = {2,3,1}', 'Expand (a, b)'],
  [
    'int64[2,2] a = {1,2,3,4}, int64[2] b = {2,3}, int64[2,1] c = {1, -2}',
    'Tile (a, b)',
    'Gather <axis = 1> (a, c)',
    'Gather (a, c)',
  ],
  [
    'int64[5] a = {1,2,3,4,5}, int64[1] s = {-2}, int64[1] e = {-9223372036854775808}, int64[1] x = {0}, int64[1] t = {-2}',
    'Slice (a, s, e, x, t)',
    'Slice (a, x, s)',
  ],
  [
    'int64[3,4] a = {1,2,3,4,5,6,7,8,9,10,11,12}, int64 b = {1}',
    'Trilu (a)',
    'Trilu <upper = 0> (a, b)',
    'Identity (a)',
  ],
  ['int64[2] a = {2, 3}', 'ConstantOfShape (a)', 'ConstantOfShape <value: tensor = int64[1] {7}> (a)'],
  ['int64 a = {1}, int64 b = {10}, int64 c = {4}', 'Range (a, b, c)'],
  ['float a = {1}, float b = {-1}, float c = {-0.5}', 'Range (a, b, c)'],
  [
    'int64[2,3] a = {3,1,2,6,5,4}, int64[1] b = {1}',
    'ReduceSum (a, b)',
    'ReduceSum <keepdims = 0> (a)',
    'ReduceMax <axes = [0]> (a)',
    'ReduceMin (a)',
    'ReduceProd <axes = [1], keepdims = 0> (a)',
  ],
] as const;

for (const [constants, ...calls] of KERNEL_CASES) {
  test.each(calls)(`%s of ${constants.slice(0, 60)}`, async (call) => {
    const names = [...constants.matchAll(/(\w+) =/g)].map((found) => found[1]);
    const used = constants
      .split(/, (?=\w+(?:\[[\d,]*\])? \w+ =)/)
      .filter((_, k) => call.includes(`(${names[k]}`) || call.includes(` ${names[k]}`));
    const text = `<ir_version: 8, opset_import: ["" : 17]> g () => (y) <${used.join(', ')}> { r = ${call} y = Identity (r) }`;
    const plain = parseModel(text, 'test.onnxtxt');
    inferModel(plain);
    for (const output of plain.graph.outputs) output.type ??= { kind: 'tensor', dtype: 'int64', shape: undefined };
    const [wanted] = (await runModel(encodeOnnx(plain), new Map())).values();
    const folded = parseModel(text, 'test.onnxtxt');
    inferModel(folded);
    runPasses(folded, [foldConstants]);
    const got = [...folded.graph.nodes][0]?.input(0)?.constant;
    expect([...folded.graph.nodes].map((node) => node.op)).toEqual(['Identity']);
    expect([got?.dtype, got?.shape]).toEqual([wanted?.dtype, wanted?.shape]);
    expect(got?.dtype === 'int64' ? got.bigints() : got?.numbers()).toEqual(
      wanted?.dtype === 'int64' ? wanted.bigints() : wanted?.numbers(),
    );
  });
}

test('Split gives its pieces', () => {
  const { constants } = folding(`g (float[9] x) => (float[?] y, float[?] z) <int64[2] a = {3, 4}, int64[1] w = {0}> {
      p, q = Split <axis = 0> (a)
      y = Slice (x, w, p)
      z = Slice (x, w, q)
    }`);
  expect(constants).toEqual({ p: [3], q: [4], w: [0] });
});
