import { describe, expect, test } from 'vitest';
import { encodeOnnx } from '../../../../../src/core/formats/onnx/write.ts';
import { parseModel } from '../../../../../src/core/formats/onnxtxt/parse.ts';
import { Tensor } from '../../../../../src/core/ir/tensor.ts';
import { runPasses } from '../../../../../src/core/passes/run.ts';
import { noOps } from '../../../../../src/core/passes/simplify/no-ops.ts';
import { runModel } from '../../../../../src/core/runtime/onnxruntime.ts';
import { model } from '../../../text-model.ts';
import { type Case, expectSimplified, testEach } from './simplifying.ts';

/** A Neg on either side: what is a graph output keeps a node to carry its name. */
function between(signature: string, nodes: string, gives: string | undefined = 'Neg Neg'): Case {
  return [signature, `a = Neg (x)\n${nodes}\ny = Neg (b)`, gives];
}
function kept(signature: string, nodes: string): Case {
  return [signature, `a = Neg (x)\n${nodes}\ny = Neg (b)`];
}

const X = 'float[2,3] x => float[2,3] y';

const FIT: readonly Case[] = [
  between(X, 'b = Identity (a)'),
  between(X, 'b = Dropout (a)'),
  between(`${X} <float r = {0.5}, bool t = {0}>`, 'b = Dropout (a, r, t)'),
  between(X, 'b = Cast <to = 1> (a)'),
  between(`${X} <int64[2] s = {0, -1}>`, 'b = Reshape (a, s)'),
  between('float[n,3] x => float[n,3] y <int64[2] s = {-1, 3}>', 'b = Reshape (a, s)'),
  between(X, 'b = Flatten <axis = 1> (a)'),
  between(X, 'b = Squeeze (a)'),
  between(X, 'b = Transpose <perm = [0, 1]> (a)'),
  between('float[1,1,3] x => float[1,1,3] y', 'b = Transpose <perm = [1, 0, 2]> (a)'),
  between('float[4] x => float[4] y', 'b = Transpose (a)'),
  between(`${X} <int64[4] p = {0, 0, 0, 0}>`, 'b = Pad (a, p)'),
  between(`${X} <int64[1] s = {0}, int64[1] e = {9223372036854775807}, int64[1] d = {1}>`, 'b = Slice (a, s, e, d)'),
  between(`${X} <int64[1] s = {-5}, int64[1] e = {3}, int64[1] d = {1}>`, 'b = Slice (a, s, e, d)'),
  between(
    'float[n,3] x => float[n,3] y <int64[1] s = {0}, int64[1] e = {2147483647}, int64[1] d = {0}>',
    'b = Slice (a, s, e, d)',
  ),
  between(`${X} <int64[2] s = {2, 3}>`, 'b = Expand (a, s)'),
  between('float[n,m] x => float[n,m] y <int64[1] s = {1}>', 'b = Expand (a, s)'),
  between(`${X} <int64[2] s = {1, 1}>`, 'b = Tile (a, s)'),
  between(X, 'b = Concat <axis = 0> (a)'),
  between(X, 'b = Sum (a)'),
  between(X, 'b = Max (a, a)'),
  between(`${X} <int64[1] s = {3}>`, 'b = Split <axis = 1> (a, s)'),
  between(`${X} <float z = {0}>`, 'b = Add (z, a)'),
  between(`${X} <float[1,3] z = {0, 0, 0}>`, 'b = Sub (a, z)'),
  between(`${X} <float[3] z = {1, 1, 1}>`, 'b = Mul (a, z)'),
  between('float[n,m] x => float[n,m] y <float[1] z = {1}>', 'b = Div (a, z)'),
  between(`${X} <float z = {1}>`, 'b = Pow (a, z)'),
  between(`${X} <int64[3] i = {0, 1, -1}>`, 'b = Gather <axis = 1> (a, i)'),
  between(`${X} <bool c = {1}, float z = {0}>`, 'b = Where (c, a, z)'),
  between(`${X} <bool[3] c = {0, 0, 0}, float z = {0}>`, 'b = Where (c, z, a)'),
  between(`${X} <float l = {-inf}, float h = {inf}>`, 'b = Clip (a, l, h)'),
  between('int64[3] x => int64[3] y', 'b = Clip (a)'),
  between('float[1,2,3,3] x => float[1,2,3,3] y', 'b = MaxPool <kernel_shape = [1, 1]> (a)'),
  between('float[1,2,1,1] x => float[1,2,1,1] y', 'b = GlobalAveragePool (a)'),
  between('float[1,2,3,3] x => float[1,2,3,3] y <float[4] s = {1, 1, 1, 1}>', 'b = Resize <mode = "cubic"> (a, , s)'),
  between(
    'float[1,2,3,3] x => float[1,2,3,3] y <int64[4] s = {1, 2, 3, 3}>',
    'b = Resize <mode = "linear"> (a, , , s)',
  ),
  between('float[2,1] x => float[2,1] y', 'b = ReduceMean <axes = [1]> (a)'),
  between(`${X} <int64[0] e = {}>`, 'b = ReduceSum <noop_with_empty_axes = 1> (a, e)'),
  between('float[2,1] x => float[2,1] y <int64 k = {1}>', 'b = CumSum (a, k)'),
  between('float[1,2,3,3] x => float[1,2,3,3] y', 'b = DepthToSpace <blocksize = 1> (a)'),
  ['bool[3] x => bool[3] y <bool t = {1}>', 'a = Not (x)\nb = And (t, a)\nc = Xor (b, b)\ny = Or (b, c)', 'Not Xor Or'],
];

const UNFIT: readonly Case[] = [
  kept(`${X} <float r = {0.0}, bool t = {1}>`, 'b = Dropout (a, r, t)'),
  ['float[3] x => float[3] y', 'a = Cast <to = 11> (x)\ny = Cast <to = 1> (a)'],
  ['float[2,2] x => float[2,2] y', 'a = Neg (x)\nb = Transpose (a)\ny = Neg (b)'],
  kept('float[3,3] x => float[3,3] y <int64[4] p = {1, 0, -1, 0}>', 'b = Pad (a, p)'),
  kept(
    'float[3] x => float[3] y <int64[1] s = {2}, int64[1] e = {-4}, int64[1] d = {0}, int64[1] k = {-1}>',
    'b = Slice (a, s, e, d, k)',
  ),
  [
    'float[n,3] x => float[m,3] y <int64[1] s = {1}, int64[1] e = {2147483647}, int64[1] d = {0}>',
    'a = Neg (x)\nb = Slice (a, s, e, d)\ny = Neg (b)',
  ],
  ['float[3] x => float[2,3] y <float[2,1] z = {0, 0}>', 'a = Neg (x)\nb = Add (a, z)\ny = Neg (b)'],
  ['float[n] x => float[m] y <float[3] z = {1, 1, 1}>', 'a = Neg (x)\nb = Mul (a, z)\ny = Neg (b)'],
  kept(`${X} <float z = {1}>`, 'b = Sub (z, a)'),
  kept(`${X} <float[3] z = {1, 1, 1.5}>`, 'b = Mul (a, z)'),
  kept(`${X} <int64[3] i = {0, 2, 1}>`, 'b = Gather <axis = 1> (a, i)'),
  kept(`${X} <bool[3] c = {0, 1, 0}, float z = {0}>`, 'b = Where (c, z, a)'),
  kept(`${X} <float z = {0}>`, 'b = Clip (a, z)'),
  kept(X, 'b = Clip (a)'),
  kept(`${X} <float h = {inf}>`, 'b = Clip (a, , h)'),
  kept('float[1,2,4,4] x => float[1,2,2,2] y', 'b = MaxPool <kernel_shape = [1, 1], strides = [2, 2]> (a)'),
  kept('float[1,1,20] x => float[1,1,20] y <float[3] s = {1, 1, 1.04}>', 'b = Resize <mode = "linear"> (a, , s)'),
  kept('float[2,1] x => float[2,1] y', 'b = ReduceL2 <axes = [1]> (a)'),
  kept('float[2,1] x => float[2,1] y <int64 k = {1}>', 'b = CumSum <exclusive = 1> (a, k)'),
];

/** A mask of attention as it is left when nothing is masked. */
function mask(last: number): string {
  const elements = [...new Array(128 * 128 - 1).fill(0), last];
  return `float[1,4,128,128] x => float[1,4,128,128] y <float[1,1,128,128] m = {${elements.join(', ')}}>`;
}

describe('a mask of many elements', () => {
  testEach([between(mask(0), 'b = Add (a, m)'), kept(mask(-1), 'b = Add (a, m)')], { rules: noOps });
});

describe('operators that change nothing go', () => {
  testEach(FIT, { rules: noOps });
});

describe('operators that change something stay', () => {
  testEach(UNFIT, { rules: noOps });
});

describe('older forms', () => {
  const cases: readonly (readonly [opset: number, ...Case])[] = [
    [7, X, 'a = Neg (x)\nb = Dropout (a)\ny = Neg (b)', 'Neg Neg'],
    [
      7,
      'float[1,1,2,2] x => float[1,1,2,2] y',
      'a = Neg (x)\nb = Upsample <scales = [1.0, 1.0, 1.0, 1.0]> (a)\ny = Neg (b)',
      'Neg Neg',
    ],
    [7, 'float[1,1,2,2] x => float[1,1,2,4] y', 'y = Upsample <scales = [1.0, 1.0, 1.0, 2.0]> (x)'],
    [9, X, 'a = Neg (x)\nb = Slice <starts = [0], ends = [5], axes = [1]> (a)\ny = Neg (b)', 'Neg Neg'],
    [9, X, 'a = Neg (x)\nb = Pad <pads = [0, 0, 0, 0]> (a)\ny = Neg (b)', 'Neg Neg'],
    [9, X, 'a = Neg (x)\nb = Squeeze (a)\ny = Neg (b)', 'Neg Neg'],
    [
      9,
      'float[1,1,2,2] x => float[1,1,2,2] y <float[4] s = {1, 1, 1, 1}>',
      'a = Neg (x)\nb = Upsample (a, s)\ny = Neg (b)',
      'Neg Neg',
    ],
    [10, X, 'a = Neg (x)\nb = Clip (a)\ny = Neg (b)'],
  ];
  for (const [opset, ...each] of cases) testEach([each], { rules: noOps, opset });
});

test('a Clip without bounds makes the greatest number of an infinity', async () => {
  const text = `<ir_version: 8, opset_import: ["" : 17]> g (float[2] x) => (float[2] y) { a = Neg (x) b = Clip (a) y = Neg (b) }`;
  const made = parseModel(text, 'case.onnxtxt');
  const inputs = new Map([['x', Tensor.of('float32', [2], [Number.NEGATIVE_INFINITY, 1])]]);
  const wanted = [-((2 - 2 ** -23) * 2 ** 127), 1];
  expect((await runModel(encodeOnnx(made), inputs)).get('y')?.numbers()).toEqual(wanted);
  runPasses(made, noOps);
  expect((await runModel(encodeOnnx(made), inputs)).get('y')?.numbers()).toEqual(wanted);
});

test('a graph output keeps its name and type: its producer takes them, or a node stays that carries them', async () => {
  await expectSimplified([X, 'a = Neg (x)\ny = Dropout (a)', 'Neg'], { rules: noOps });
  await expectSimplified([X, 'y = Dropout (x)', 'Identity'], { rules: noOps });
  await expectSimplified(['float[2] x => float[2] y, float[2] z', 'y = Neg (x)\nz = Dropout (y)', 'Neg Identity'], {
    rules: noOps,
  });
  await expectSimplified([X, 'y = Identity (x)'], { rules: noOps });
});

test('where a graph output lends its type to a value that had none, what reads from it has one, too', () => {
  const made = model(`<ir_version: 8, opset_import: ["" : 17, "acme" : 1]> g (float[2,3] x) => (float[2,3] y, z) {
    u = acme.Unknown (x) y = Identity (u) a = Neg (u) b = Exp (a) z = acme.Unknown (b) }`);
  runPasses(made, noOps);
  expect([...made.graph.nodes].map((node) => node.output().shape)).toEqual([[2, 3], [2, 3], [2, 3], undefined]);
});

test('a Dropout whose mask is read stays', async () => {
  await expectSimplified(['float[2] x => float[2] y, bool[2] m', 'y, m = Dropout (x)'], { rules: noOps });
});
