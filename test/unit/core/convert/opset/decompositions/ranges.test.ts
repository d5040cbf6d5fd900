import { decomposes } from './decomposing.ts';

decomposes('Range', [
  ...[
    [1, 7.5, 2],
    [5, 0, -1.5],
    [3, 3, 1],
  ].map((range) => ({
    graph: 'float a, float b, float d => float[N] y',
    nodes: 'y = Range (a, b, d)',
    from: 11,
    to: [10, 7],
    inputs: { a: [range[0] ?? 0], b: [range[1] ?? 0], d: [range[2] ?? 1] },
  })),
  ...['int16', 'int32', 'int64', 'double'].map((type) => ({
    graph: `${type} a, ${type} b, ${type} d => ${type}[N] y`,
    nodes: 'y = Range (a, b, d)',
    from: 11,
    to: [10, 7],
    inputs: { a: [9], b: [-2], d: [-3] },
  })),
  {
    graph: 'float[N,2] x => int64[N] y',
    nodes: `s = Shape <start = 0, end = 1> (x)
      n = Squeeze (s)
      a = Constant <value_int = 0> ()
      d = Constant <value_int = 1> ()
      y = Range (a, n, d)`,
    from: 15,
    to: [10, 7],
    dims: { N: 5 },
    gone: 'Range',
  },
  {
    graph: 'int64 b => int64[N] y',
    nodes: 'a = Constant <value_int = 1> ()\nd = Constant <value_int = 3> ()\ny = Range (a, b, d)',
    from: 12,
    to: [10],
    inputs: { b: [12] },
  },
  {
    graph: 'float x => float[4] y',
    nodes: `a = Constant <value_float = 0.5> ()
      b = Constant <value_float = 2.5> ()
      d = Constant <value_float = 0.5> ()
      r = Range (a, b, d)
      y = Mul (r, x)`,
    from: 12,
    to: [10, 7],
  },
]);

const sums = ['', '<exclusive = 1>', '<reverse = 1>', '<exclusive = 1, reverse = 1>'];

decomposes('CumSum and CumProd', [
  ...sums.flatMap((attributes) =>
    [0, -1].map((axis) => ({
      graph: 'float[3,5] x => float[3,5] y',
      nodes: `a = Constant <value_int = ${axis}> ()\ny = CumSum ${attributes} (x, a)`,
      from: 14,
      to: [10, 7],
      gone: 'CumSum',
    })),
  ),
  ...sums.map((attributes) => ({
    graph: 'int32[2,3,4] x, int64 a => int32[2,3,4] y',
    nodes: `y = CumSum ${attributes} (x, a)`,
    from: 11,
    to: [10, 7],
    inputs: { a: [-2] },
  })),
  {
    graph: 'double[1] x => double[1] y',
    nodes: 'a = Constant <value = int64 {0}> ()\ny = CumSum <exclusive = 1> (x, a)',
    from: 11,
  },
  ...sums.flatMap((attributes) =>
    [0, 1].map((axis) => ({
      graph: 'float[2,6] x, int64 a => float[2,6] y',
      nodes: `y = CumProd ${attributes} (x, a)`,
      from: 26,
      to: [25, 7],
      inputs: { a: [axis] },
    })),
  ),
]);

decomposes('CumSum along an axis that is open', [
  ...sums.map((attributes) => ({
    graph: 'float[2,N,3] x => float[2,N,3] y',
    nodes: `a = Constant <value_int = 1> ()\ny = CumSum ${attributes} (x, a)`,
    from: 14,
    to: [10, 7],
    dims: { N: 5 },
    gone: 'CumSum',
  })),
]);

const matrix = 'float[2,3,4] x, int64 k => float[2,3,4] y';

decomposes('Trilu', [
  ...['<upper = 0>', '<upper = 1>'].flatMap((attributes) => [
    { graph: 'float[2,3,4] x => float[2,3,4] y', nodes: `y = Trilu ${attributes} (x)`, from: 14 },
    { graph: 'bool[3,4] x => bool[3,4] y', nodes: `y = Trilu ${attributes} (x)`, from: 14 },
    ...[-2, 1, 9].map((k) => ({
      graph: matrix,
      nodes: `y = Trilu ${attributes} (x, k)`,
      from: 14,
      to: [13, 7],
      inputs: { k: [k] },
    })),
    {
      graph: 'int64[N,M] x => int64[N,M] y',
      nodes: `y = Trilu ${attributes} (x)`,
      from: 14,
      to: [13, 10, 7],
      dims: { N: 3, M: 5 },
      gone: 'Trilu',
    },
  ]),
]);
