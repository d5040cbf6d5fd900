import { decomposes } from './decomposing.ts';

decomposes('Col2Im to an image and by blocks that a run computes', [
  {
    graph: 'float[2,24,4] x, int64[2] i, int64[2] b => float[2,2,H,W] y',
    nodes: 'y = Col2Im <pads = [1, 0, 0, 1], strides = [2, 2]> (x, i, b)',
    from: 18,
    to: [17, 7],
    inputs: { i: [5, 6], b: [3, 4] },
  },
  {
    graph: 'float[N,C,L] x, int64[2] i => float[N,D,H,W] y',
    nodes: 'b = Constant <value_ints = [1, 2]> ()\ny = Col2Im <dilations = [2, 3], pads = [0, 0, 1, 0]> (x, i, b)',
    from: 18,
    to: [17, 7],
    dims: { N: 1, C: 4, L: 15 },
    inputs: { i: [4, 6] },
  },
  {
    graph: 'float[1,12,24] x, int64[3] i, int64[3] b => float[1,2,D,H,W] y',
    nodes: 'y = Col2Im (x, i, b)',
    from: 18,
    to: [17],
    inputs: { i: [3, 4, 5], b: [1, 3, 2] },
    gone: 'Col2Im',
  },
]);
