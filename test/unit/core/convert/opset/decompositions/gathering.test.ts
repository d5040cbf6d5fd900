import { expect, test } from 'vitest';
import { decomposes, reasons } from './decomposing.ts';

const index = { i: [1, -1, 0, 2, 0, 1] };

decomposes('GatherElements', [
  {
    graph: 'float[3,4] x, int64[2,3] i => float[2,3] y',
    nodes: 'y = GatherElements (x, i)',
    from: 11,
    to: [10, 8, 7],
    inputs: index,
    gone: 'GatherElements',
  },
  {
    graph: 'float[3,4] x, int32[2,3] i => float[2,3] y',
    nodes: 'y = GatherElements <axis = -1> (x, i)',
    from: 13,
    to: [10, 7],
    inputs: index,
  },
  {
    graph: 'bool[N,3,4] x, int64[N,3,1] i => bool[N,3,1] y',
    nodes: 'y = GatherElements <axis = 2> (x, i)',
    from: 11,
    to: [10, 7],
    dims: { N: 2 },
    inputs: { i: [1, -1, 0, 2, 0, 3] },
  },
]);

decomposes('GatherND', [
  {
    graph: 'float[3,4,2] x, int64[3,2] i => float[3,2] y',
    nodes: 'y = GatherND (x, i)',
    from: 11,
    to: [10, 7],
    inputs: index,
    gone: 'GatherND',
  },
  {
    graph: 'float[2,3,4] x, int64[2,3,1] i => float[2,3,4] y',
    nodes: 'y = GatherND <batch_dims = 1> (x, i)',
    from: 13,
    to: [11, 10, 7],
    inputs: { i: [1, -1, 0, 2, 0, 1] },
  },
  {
    graph: 'int32[2,3,4] x, int64[2,3] i => int32[2] y',
    nodes: 'y = GatherND (x, i)',
    from: 12,
    to: [10, 7],
    inputs: { i: [1, -1, 0, 0, 2, 3] },
  },
  {
    graph: 'float[A,B,2] x, int64[3,2] i => float[3,2] y',
    nodes: 'y = GatherND (x, i)',
    from: 13,
    to: [10, 7],
    dims: { A: 3, B: 4 },
    inputs: index,
  },
]);

decomposes('ScatterElements and ScatterND', [
  {
    graph: 'float[3,4] x, int64[2,3] i, float[2,3] u => float[3,4] y',
    nodes: 'y = ScatterElements (x, i, u)',
    from: 18,
    to: [10, 9, 8, 7],
    inputs: { i: [1, -1, 0, 0, 1, 1] },
    gone: 'ScatterElements',
  },
  {
    graph: 'float[3,4] x, int64[2,3] i, float[2,3] u => float[3,4] y',
    nodes: 'y = ScatterElements <axis = -1> (x, i, u)',
    from: 11,
    to: [10, 9, 8, 7],
    inputs: { i: [1, -1, 0, 0, 1, 2] },
  },
  {
    graph: 'float[3,4,2] x, int64[2,1] i, float[2,4,2] u => float[3,4,2] y',
    nodes: 'y = ScatterND (x, i, u)',
    from: 16,
    to: [10, 9, 8, 7],
    inputs: { i: [2, 0] },
    gone: 'ScatterND',
  },
  {
    graph: 'int64[3,4] x, int64[2,2] i, int64[2] u => int64[3,4] y',
    nodes: 'y = ScatterND (x, i, u)',
    from: 11,
    to: [10, 9, 8, 7],
    inputs: { i: [2, -1, 0, 1] },
  },
]);

decomposes('ReverseSequence', [
  {
    graph: 'float[4,3,2] x, int64[3] n => float[4,3,2] y',
    nodes: 'y = ReverseSequence (x, n)',
    from: 10,
    to: [9, 8, 7],
    inputs: { n: [1, 4, 3] },
  },
  {
    graph: 'float[3,T] x, int64[3] n => float[3,T] y',
    nodes: 'y = ReverseSequence <batch_axis = 0, time_axis = 1> (x, n)',
    from: 10,
    to: [9, 7],
    dims: { T: 4 },
    inputs: { n: [2, 4, 3] },
  },
]);

decomposes('Scatter and MaxUnpool', [
  {
    // Every place is written, or none but the ends.
    graph: 'uint8[2,2] x, int64[2,2] i, uint8[2,2] u => uint8[2,2] y',
    nodes: 'y = Scatter <axis = 1> (x, i, u)',
    from: 9,
    to: [8, 7],
    inputs: { x: [1, 2, 3, 4], i: [1, 0, 0, 1], u: [5, 6, 7, 8] },
  },
  {
    graph: 'float[5] x, int32[2] i, float[2] u => float[5] y',
    nodes: 'y = Scatter (x, i, u)',
    from: 9,
    to: [8, 7],
    inputs: { i: [4, 0] },
  },
  {
    graph: 'float[1,2,2,2] x, int64[1,2,2,2] i => float[1,2,4,5] y',
    nodes: 'y = MaxUnpool <kernel_shape = [2, 3], strides = [2, 2]> (x, i)',
    from: 9,
    to: [8, 7],
    inputs: { i: [6, 3, 15, 19, 20, 39, 30, 33] },
  },
]);

test('what places count in an output that is told is left open', () => {
  const row = {
    graph: 'float[1,1,2,2] x, int64[1,1,2,2] i => float[1,1,5,5] y',
    nodes: `s = Constant <value = int64[4] {1, 1, 5, 5}> ()
      y = MaxUnpool <kernel_shape = [2, 2], strides = [2, 2]> (x, i, s)`,
    from: 9,
  };
  expect(reasons(row, 8)).toEqual([
    'MaxUnpool needs opset 9: what its places count in a larger output is not agreed on.',
  ]);
});
