/** Axes and sizes that are computed while the model runs, for opsets that want to know them. */
import { describe, expect, test } from 'vitest';
import { convertOpset } from '../../../../../src/core/convert/opset/convert.ts';
import { encodeOnnx } from '../../../../../src/core/formats/onnx/write.ts';
import { Tensor } from '../../../../../src/core/ir/tensor.ts';
import { runModel } from '../../../../../src/core/runtime/onnxruntime.ts';
import { expectSame, modelOf } from './stepping.ts';

const REDUCTIONS = [
  ...[
    'ReduceL1',
    'ReduceL2',
    'ReduceLogSumExp',
    'ReduceMax',
    'ReduceMean',
    'ReduceMin',
    'ReduceProd',
    'ReduceSumSquare',
  ],
  'ReduceSum',
];

/** Both sides on the same numbers: `axes` is an input. */
async function bothSides(step: { graph: string; nodes: string; from: number; to: number }, axes: readonly number[]) {
  const x = Tensor.of(
    'float32',
    [2, 3, 4],
    Array.from({ length: 24 }, (_, k) => Math.sin(k) + 0.5),
  );
  const inputs = new Map([
    ['x', x],
    ['a', Tensor.of('int64', [axes.length], axes)],
  ]);
  const { model, problems } = convertOpset(modelOf(step), step.to);
  expect(problems.map(({ message }) => message)).toEqual([]);
  const sides = [modelOf(step), model].map(async (side) => (await runModel(encodeOnnx(side), inputs)).get('y'));
  return Promise.all(sides);
}

describe.each(REDUCTIONS)('%s along axes that are an input', (op) => {
  const from = op === 'ReduceSum' ? 13 : 18;
  test.each([
    ['keepdims = 1', [1]],
    ['keepdims = 0', [-1, 0]],
    ['keepdims = 0', []],
    ['keepdims = 0, noop_with_empty_axes = 1', []],
    ['keepdims = 1, noop_with_empty_axes = 1', [2]],
  ])('%s of %j', async (attributes, axes) => {
    const graph = 'float[2,3,4] x, int64[n] a => y';
    const [before, after] = await bothSides({ graph, nodes: `y = ${op} <${attributes}> (x, a)`, from, to: 11 }, axes);
    expect(after?.shape).toEqual(before?.shape);
    const wanted = before?.numbers() ?? [];
    after?.numbers().forEach((number, k) => {
      // Sums along one axis after the other are rounded otherwise.
      expect(Math.abs(number - (wanted[k] ?? 0))).toBeLessThanOrEqual(1e-5 * Math.max(1, Math.abs(wanted[k] ?? 0)));
    });
  });
});

test('no axis, as a constant, leaves each element to itself', async () => {
  const nodes = 'a = Constant <value = int64[0] {}> ()\ny = ReduceL1 <noop_with_empty_axes = 1> (x, a)';
  await expectSame({ graph: 'float[2,3] x => float[2,3] y', nodes, from: 18, to: 17, gives: 'Abs' });
});

test.each([
  ['Squeeze', 'float[2,1,3,1] x, int64[n] a => y', [-1, 1]],
  ['Unsqueeze', 'float[2,3] x, int64[2] a => y', [0, -2]],
  ['Unsqueeze', 'float x, int64[2] a => y', [1, 0]],
])('%s of %s', async (op, graph, axes) => {
  const step = { graph, nodes: `y = ${op} (x, a)`, from: 13, to: 12 };
  const shape = [...(/\[([\d,]+)\] x/.exec(graph)?.[1] ?? '').split(',')].filter(Boolean).map(Number);
  const count = shape.reduce((product, size) => product * size, 1);
  const inputs = new Map([
    [
      'x',
      Tensor.of(
        'float32',
        shape,
        Array.from({ length: count }, (_, k) => k),
      ),
    ],
    ['a', Tensor.of('int64', [axes.length], axes)],
  ]);
  const { model, problems } = convertOpset(modelOf(step), step.to);
  expect(problems).toEqual([]);
  const [before, after] = await Promise.all(
    [modelOf(step), model].map(async (side) => (await runModel(encodeOnnx(side), inputs)).get('y')),
  );
  expect([after?.shape, after?.numbers()]).toEqual([before?.shape, before?.numbers()]);
});

test('parts of sizes that are computed are cut one after the other', async () => {
  const graph = 'float[2,6] x, int64[2] s => float[2,a] y, float[2,b] z';
  const step = { graph, nodes: 'y, z = Split <axis = 1> (x, s)', from: 13, to: 12 };
  const { model, problems } = convertOpset(modelOf(step), step.to);
  expect(problems).toEqual([]);
  const inputs = new Map([
    [
      'x',
      Tensor.of(
        'float32',
        [2, 6],
        Array.from({ length: 12 }, (_, k) => k),
      ),
    ],
    ['s', Tensor.of('int64', [2], [2, 4])],
  ]);
  const made = await runModel(encodeOnnx(model), inputs);
  expect([made.get('y')?.numbers(), made.get('z')?.shape]).toEqual([
    [0, 1, 6, 7],
    [2, 4],
  ]);
});

test.each([0, 1])('a grid of sizes that are computed, corners aligned: %i', async (corners) => {
  const graph = 'float[2,2,3] t, int64[4] s => float[n,h,w,c] y';
  const step = { graph, nodes: `y = AffineGrid <align_corners = ${corners}> (t, s)`, from: 20, to: 11 };
  const { model, problems } = convertOpset(modelOf(step), step.to);
  expect(problems).toEqual([]);
  const inputs = new Map([
    [
      't',
      Tensor.of(
        'float32',
        [2, 2, 3],
        Array.from({ length: 12 }, (_, k) => Math.cos(k)),
      ),
    ],
    ['s', Tensor.of('int64', [4], [2, 3, 4, 5])],
  ]);
  const [before, after] = await Promise.all(
    [modelOf(step), model].map(async (side) => (await runModel(encodeOnnx(side), inputs)).get('y')),
  );
  expect(after?.shape).toEqual([2, 4, 5, 2]);
  const wanted = before?.numbers() ?? [];
  after?.numbers().forEach((number, k) => {
    expect(Math.abs(number - (wanted[k] ?? 0))).toBeLessThanOrEqual(1e-6);
  });
});

test('what wraps around is picked again from the other end', async () => {
  const nodes = 'p = Constant <value_ints = [1, 0, 0, 7]> ()\ny = Pad <mode = "wrap"> (x, p)';
  await expectSame({ graph: 'float[2,3] x => float[3,10] y', nodes, from: 19, to: 18, gives: 'Gather Gather' });
});
