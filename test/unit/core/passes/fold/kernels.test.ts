/** Kernels beside onnxruntime, on random numbers among which the special ones are: one model of all calls, run once. */
import { beforeAll, expect, test } from 'vitest';
import { inferModel } from '../../../../../src/core/dialects/onnx/infer.ts';
import { encodeOnnx } from '../../../../../src/core/formats/onnx/write.ts';
import { parseModel } from '../../../../../src/core/formats/onnxtxt/parse.ts';
import type { DataType } from '../../../../../src/core/ir/dtype.ts';
import { elementCount } from '../../../../../src/core/ir/shape.ts';
import { Tensor } from '../../../../../src/core/ir/tensor.ts';
import { load, numbersOf } from '../../../../../src/core/passes/fold/kernels/dense.ts';
import { accuracyOf, COMPUTED_OPERATORS, compute } from '../../../../../src/core/passes/fold/kernels/table.ts';
import { generator } from '../../../../../src/core/runtime/inputs.ts';
import { runModel } from '../../../../../src/core/runtime/onnxruntime.ts';

const OPSET = 21;
/** Units in the last place by which onnxruntime's own code for functions and sums may be off. */
const MOST_UNITS = 4;

const SPECIAL = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0, 0.5, 2.5, 1e30, -1e-40];

/** What the calls read: a type, a shape, and how their numbers come about. */
const OPERANDS: Readonly<Record<string, readonly [DataType, readonly number[], (random: () => number) => number]>> = {
  f: ['float32', [3, 4], (random) => (random() < 0.3 ? (SPECIAL[Math.floor(random() * 8)] ?? 0) : 20 * random() - 10)],
  g: ['float32', [4], (random) => 4 * random() - 2],
  p: ['float32', [3, 4], (random) => 5 * random()],
  q: ['float32', [2, 3, 4], (random) => 4 * random() - 2],
  w: ['float32', [1, 8, 2, 4], (random) => random()],
  h: ['float16', [3, 4], (random) => 20 * random() - 10],
  d: ['float64', [3, 4], (random) => 20 * random() - 10],
  i: ['int64', [3, 4], (random) => Math.floor(200 * random()) - 100],
  j: ['int64', [4], (random) => Math.floor(9 * random()) + 1],
  n: ['int32', [3, 4], (random) => Math.floor(2 ** 32 * random()) - 2 ** 31],
  m: ['int32', [4], (random) => Math.floor(9 * random()) + 1],
  u: ['uint8', [3, 4], (random) => Math.floor(256 * random())],
  v: ['uint64', [3, 4], (random) => Math.floor(2 ** 53 * random())],
  b: ['bool', [3, 4], (random) => Math.floor(2 * random())],
  c: ['bool', [4], (random) => Math.floor(2 * random())],
  e: ['float32', [0, 4], () => 0],
  at: ['int64', [2, 2], (random) => Math.floor(6 * random()) - 3],
  z: ['int64', [3, 4], (random) => Math.floor(6 * random()) - 3],
};

/** Small constants that stand in the text: shapes, axes, scalars. */
const CONSTANTS = `int64[1] a0 = {0}, int64[1] a1 = {1}, int64[1] last = {-1}, int64[2] a01 = {0, 1}, int64 one = {1},
  int64 two = {2}, int64 five = {5}, int64[2] size = {4, -1}, int64[2] keep = {0, 4}, int64[3] tall = {2, 3, 4},
  int64[2] times = {2, 3}, int64[2] from = {-2, 3}, int64[2] to = {-9223372036854775808, 0}, int64[2] by = {-1, -2},
  int64[4] pads = {1, -1, 2, 3}, int64[4] wide = {1, 2, 1, 2}, int64[2] parts = {1, 3}, float low = {-1.5}, float high = {2},
  float half = {0.25}, float ten = {10}, float[2] pair = {7, 9}, int64[2] pairs = {7, 9}, int64[2,1] rows = {2, -1},
  float[2,4] news = {1, 2, 3, 4, 5, 6, 7, 8}, int64[2,2] points = {0, 1, -1, 3}, int64[4] turns = {3, 1, 2, 3},
  int64[0] none = {}`;

const CALLS = [
  ['Add (f, g)', 'Sub (f, f)', 'Mul (f, g)', 'Div (f, g)', 'Add (h, h)', 'Mul (d, d)', 'Add (i, j)', 'Sub (u, u)'],
  ['Mul (n, n)', 'Sub (n, n)', 'Add (n, m)', 'Div (n, m)', 'Mul (u, u)', 'Div (i, j)', 'Mul (i, i)', 'Add (v, v)'],
  [
    'Mod (i, j)',
    'Mod (n, m)',
    'Mod <fmod = 1> (f, g)',
    'Mod <fmod = 1> (i, j)',
    'Pow (p, p)',
    'Pow (p, two)',
    'Pow (j, two)',
  ],
  ['Min (f, g)', 'Max (f, p, g)', 'Max (i, j)', 'Min (n, m)', 'Sum (f, g, p)', 'Mean (p, g, p)', 'PRelu (f, g)'],
  ['Equal (f, f)', 'Greater (f, g)', 'Less (f, g)', 'GreaterOrEqual (f, g)', 'LessOrEqual (i, j)', 'Equal (b, c)'],
  ['And (b, c)', 'Or (b, c)', 'Xor (b, c)', 'Not (b)', 'Where (b, f, g)', 'Where (c, i, j)', 'Where (b, one, j)'],
  [
    'BitwiseAnd (i, j)',
    'BitwiseOr (n, m)',
    'BitwiseXor (u, u)',
    'BitwiseNot (u)',
    'BitShift <direction = "LEFT"> (v, k2)',
  ],
  ['Neg (f)', 'Neg (i)', 'Neg (n)', 'Abs (f)', 'Abs (n)', 'Sign (g)', 'Sign (i)', 'Floor (f)', 'Ceil (f)', 'Round (f)'],
  ['Sqrt (f)', 'Reciprocal (f)', 'Exp (g)', 'Log (p)', 'Sin (g)', 'Cos (g)', 'Tanh (g)', 'Sigmoid (f)', 'Atan (f)'],
  ['Tan (g)', 'Asin (half)', 'Acos (half)', 'Sinh (g)', 'Cosh (g)', 'Asinh (g)', 'Acosh (ten)', 'Atanh (half)'],
  [
    'Softplus (g)',
    'Softsign (g)',
    'Relu (g)',
    'LeakyRelu <alpha = 0.3> (g)',
    'Elu (g)',
    'HardSigmoid (g)',
    'HardSwish (g)',
  ],
  ['ThresholdedRelu (g)', 'IsNaN (f)', 'IsInf (f)', 'IsInf <detect_negative = 0> (f)', 'Identity (f)'],
  ['Clip (f, low, high)', 'Clip (g, , half)', 'Clip (i, one, five)', 'Clip (p)'],
  [
    'Cast <to = 1> (i)',
    'Cast <to = 1> (v)',
    'Cast <to = 1> (h)',
    'Cast <to = 10> (f)',
    'Cast <to = 10> (i)',
    'Cast <to = 11> (f)',
  ],
  [
    'Cast <to = 7> (g)',
    'Cast <to = 6> (d)',
    'Cast <to = 3> (i)',
    'Cast <to = 2> (n)',
    'Cast <to = 6> (v)',
    'Cast <to = 9> (f)',
  ],
  [
    'Cast <to = 9> (i)',
    'Cast <to = 7> (b)',
    'Cast <to = 1> (b)',
    'Cast <to = 12> (i)',
    'Cast <to = 13> (n)',
    'CastLike (g, i)',
  ],
  [
    'Reshape (f, size)',
    'Reshape (f, keep)',
    'Squeeze (w, a0)',
    'Squeeze (w)',
    'Unsqueeze (f, last)',
    'Flatten <axis = 2> (w)',
  ],
  [
    'Flatten <axis = -1> (q)',
    'Transpose (q)',
    'Transpose <perm = [1, 0, 2]> (q)',
    'Expand (f, tall)',
    'Tile (i, times)',
  ],
  [
    'Concat <axis = 0> (f, p)',
    'Concat <axis = -1> (f, p, f)',
    'Concat <axis = 0> (e, f)',
    'Expand (g, size3)',
    'Transpose (e)',
  ],
  ['Slice (f, from, to, a01, by)', 'Slice (f, a1, last)', 'Slice (q, last, a0, last, last)', 'Slice (e, a0, a1)'],
  ['Pad (f, pads)', 'Pad (f, pads, half)', 'Pad <mode = "edge"> (f, wide)', 'Pad <mode = "reflect"> (f, wide)'],
  [
    'Pad <mode = "wrap"> (f, wide)',
    'Pad (q, times, half, last)',
    'Trilu (f)',
    'Trilu <upper = 0> (i, one)',
    'Trilu (q, one)',
  ],
  [
    'DepthToSpace <blocksize = 2> (w)',
    'DepthToSpace <blocksize = 2, mode = "CRD"> (w)',
    'SpaceToDepth <blocksize = 2> (w)',
  ],
  [
    'ReverseSequence <batch_axis = 1, time_axis = 0> (f, turns)',
    'ReverseSequence <batch_axis = 0, time_axis = 1> (q, times)',
  ],
  ['Gather (f, at)', 'Gather <axis = -1> (i, at)', 'Gather <axis = 1> (q, one)', 'Gather (q, a0)', 'Gather (f, none)'],
  [
    'GatherElements (f, z)',
    'GatherElements <axis = 1> (i, z)',
    'GatherND (f, rows)',
    'GatherND (f, points)',
    'GatherND <batch_dims = 1> (q, rows)',
  ],
  [
    'ScatterElements <axis = 1> (f, at, pairs22)',
    'ScatterElements <reduction = "add"> (i, z, i)',
    'ScatterND (f, rows, news)',
  ],
  [
    'ScatterND <reduction = "max"> (p, rows, news)',
    'Compress <axis = 1> (f, c)',
    'Compress (q, c)',
    'NonZero (i)',
    'NonZero (f)',
  ],
  ['OneHot (at, five, pair)', 'OneHot <axis = 0> (at, five, pairs)', 'EyeLike <k = 1> (f)', 'EyeLike <dtype = 7> (f)'],
  [
    'ConstantOfShape (tall)',
    'ConstantOfShape <value: tensor = int64[1] {7}> (tall)',
    'Range (one, five, two)',
    'Range (ten, low, nhalf)',
  ],
  ['Shape (q)', 'Shape <start = -2, end = 2> (q)', 'Size (q)', 'Size (e)', 'Shape (e)'],
  [
    'ReduceSum (q, a1)',
    'ReduceSum <keepdims = 0> (i)',
    'ReduceSum <noop_with_empty_axes = 1> (q)',
    'ReduceSum (n)',
    'ReduceSum (e, a0)',
  ],
  [
    'ReduceMean (q, a01)',
    'ReduceMax (f, a0)',
    'ReduceMin <keepdims = 0> (i, last)',
    'ReduceProd (g)',
    'ReduceProd (j)',
    'ReduceL1 (q, a1)',
  ],
  [
    'ReduceL2 (q, a1)',
    'ReduceSumSquare (q, last)',
    'ReduceLogSum (p, a0)',
    'ReduceLogSumExp (q, last)',
    'ReduceMax (n, a1)',
  ],
  [
    'CumSum (q, one)',
    'CumSum <exclusive = 1, reverse = 1> (i, one)',
    'ArgMax <axis = 1> (p)',
    'ArgMin <keepdims = 0> (i)',
    'MatMul (q, t)',
  ],
  ['ArgMax <select_last_index = 1> (z)', 'MatMul (p, g)', 'MatMul (q, q2)'],
].flat();

/** Calls of several outputs. */
const MANY = [
  'Split <axis = 1> (f, parts)',
  'Split <num_outputs = 2> (f)',
  'TopK (p, a1)',
  'TopK <largest = 0, axis = 0> (i, a1)',
];

const MORE = `uint64 k2 = {3}, int64[3] size3 = {1, 3, 4}, float[2,2] pairs22 = {1, 2, 3, 4}, float nhalf = {-0.5},
  float[4,2] t = {1, 2, 3, 4, 5, 6, 7, 8}, float[4,5] q2 = {1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20}`;

const inputs = new Map<string, Tensor>();
const wanted = new Map<string, Tensor>();
const results = new Map<string, readonly Tensor[] | undefined>();

beforeAll(async () => {
  const random = generator(7);
  const declared = Object.entries(OPERANDS).map(([name, [dtype, shape, next]]) => {
    inputs.set(
      name,
      Tensor.of(
        dtype,
        shape,
        Array.from({ length: elementCount(shape) }, () => next(random)),
      ),
    );
    return `${TYPE_NAMES[dtype] ?? dtype}[${shape}] ${name}`;
  });
  const nodes = [
    ...CALLS.map((call, k) => `y${k} = ${call}`),
    ...MANY.map((call, k) => `y${CALLS.length + k}, z${k} = ${call}`),
  ];
  const outputs = [...CALLS, ...MANY].map((_, k) => `y${k}`).concat(MANY.map((_, k) => `z${k}`));
  const model = parseModel(
    `<ir_version: 10, opset_import: ["" : ${OPSET}]>
     g (${declared.join(', ')}) => (${outputs.join(', ')}) <${CONSTANTS}, ${MORE}> { ${nodes.join('\n')} }`,
    'test.onnxtxt',
  );
  expect(inferModel(model)).toEqual([]);
  for (const [name, tensor] of await runModel(encodeOnnx(model), inputs)) wanted.set(name, tensor);
  for (const node of model.graph.nodes) {
    const given = node.inputs.map((value) => value && (value.constant ?? inputs.get(value.name ?? '')));
    results.set(node.output().name ?? '', compute(node, given, OPSET));
  }
});

const TYPE_NAMES: Partial<Record<DataType, string>> = { float32: 'float', float64: 'double' };

test.each(CALLS.map((call, k) => [call, k] as const))('%s', (call, k) => {
  compare(call, results.get(`y${k}`)?.[0], wanted.get(`y${k}`));
});

test.each(MANY.map((call, k) => [call, k] as const))('%s', (call, k) => {
  const found = results.get(`y${CALLS.length + k}`);
  compare(call, found?.[0], wanted.get(`y${CALLS.length + k}`));
  compare(call, found?.[1], wanted.get(`z${k}`));
});

test('every operator that is computed is compared', () => {
  const called = new Set([...CALLS, ...MANY].map((call) => call.split(' ')[0]));
  // Of opset 10 and older.
  expect(COMPUTED_OPERATORS.filter((op) => !called.has(op))).toEqual(['Scatter']);
});

function compare(call: string, found: Tensor | undefined, right: Tensor | undefined): void {
  expect([found?.dtype, found?.shape]).toEqual([right?.dtype, right?.shape]);
  if (!found || !right) throw new Error('nothing was computed');
  const [a, b] = [numbersOf(load(found)), numbersOf(load(right))];
  const units = accuracyOf(call.split(' ')[0] ?? '') === 'exact' ? 0 : MOST_UNITS;
  for (const [k, wanted] of b.entries()) {
    const given = a[k] ?? Number.NaN;
    if (given === wanted || (Number.isNaN(given) && Number.isNaN(wanted))) continue;
    const unit = 2 ** (Math.floor(Math.log2(Math.abs(wanted))) - 23);
    expect(Math.abs(given - wanted) / unit, `${given} is not ${wanted} at ${k}`).toBeLessThanOrEqual(units);
  }
}
