import { decomposes } from './decomposing.ts';

const GRAPH = 'float[2,12,4] x, float[2,3,12] s => int64[N,3] y';
const settings = (most: number, overlap: number, score: number) => `m = Constant <value = int64[1] {${most}}> ()
  o = Constant <value = float[1] {${overlap}}> ()
  t = Constant <value = float[1] {${score}}> ()`;

decomposes('NonMaxSuppression', [
  ...[0, 1].flatMap((center) =>
    [
      [4, 0.1, 0.2],
      [100, 0.3, -2],
      [12, 0.5, 5],
      [0, 0.5, 0],
    ].map(([most = 0, overlap = 0, score = 0]) => ({
      graph: GRAPH,
      nodes: `${settings(most, overlap, score)}\ny = NonMaxSuppression <center_point_box = ${center}> (x, s, m, o, t)`,
      from: 10,
      to: [9, 8, 7],
      gone: 'NonMaxSuppression',
    })),
  ),
  {
    // Equal scores: the first box comes first. No threshold, nor an overlap.
    graph: 'float[1,4,4] x, float[1,1,4] s, int64 m => int64[N,3] y',
    nodes: 'y = NonMaxSuppression (x, s, m)',
    from: 11,
    to: [9, 7],
    inputs: { x: [0, 0, 1, 1, 5, 5, 6, 6, 0, 0.5, 1, 1.5, 9, 9, 8, 8], s: [1, 2, 1, 2], m: [3] },
    gives: { y: [0, 0, 1, 0, 0, 3, 0, 0, 0] },
  },
  {
    graph: 'float[B,N,4] x, float[B,C,N] s, int64 m, float o => int64[K,3] y',
    nodes: 'y = NonMaxSuppression (x, s, m, o)',
    from: 11,
    to: [9, 7],
    dims: { B: 2, N: 9, C: 2 },
    inputs: { m: [5], o: [0.2] },
  },
]);
