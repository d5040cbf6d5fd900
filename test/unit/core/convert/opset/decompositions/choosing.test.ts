import { decomposes } from './decomposing.ts';

const [inf, nan] = [Number.POSITIVE_INFINITY, Number.NaN];
const condition = { c: [1, 0, 1, 0, 0, 1] };

decomposes('Where', [
  {
    graph: 'bool[2,3] c, float[2,3] x, float[2,3] y => float[2,3] z',
    nodes: 'z = Where (c, x, y)',
    from: 16,
    to: [8, 7],
    // What is not taken has no influence.
    inputs: { ...condition, x: [1, nan, 3, inf, nan, 6], y: [nan, 2, inf, 4, -inf, nan] },
    within: 0,
  },
  {
    graph: 'bool[2,3] c, float[2,3] x, float m => float[2,3] z',
    nodes: 'z = Where (c, x, m)',
    from: 9,
    inputs: { ...condition, m: [-inf] },
    gone: 'Where',
  },
  {
    graph: 'bool[2,3] c, float m, float[2,1,3] y => float[2,2,3] z',
    nodes: 'z = Where (c, m, y)',
    from: 9,
    to: [8, 7],
    inputs: condition,
  },
  {
    graph: 'bool[2,3] c, float[1] x, float m => float[2,3] z',
    nodes: 'z = Where (c, x, m)',
    from: 9,
    inputs: condition,
  },
  {
    graph: 'bool[2,3] c, float[3] x, float[2,1] y => float[2,3] z',
    nodes: 'z = Where (c, x, y)',
    from: 9,
    to: [8, 7],
    inputs: condition,
  },
  {
    graph: 'bool[N,3] c, float[N,3] x, float[N,3] y => float[N,3] z',
    nodes: 'z = Where (c, x, y)',
    from: 9,
    to: [8, 7],
    dims: { N: 2 },
    inputs: { ...condition, x: [1, nan, 3, inf, nan, 6] },
    within: 0,
  },
  ...['int32', 'int64', 'uint8'].map((type) => ({
    graph: `bool[2,3] c, ${type}[2,3] x, ${type}[3] y => ${type}[2,3] z`,
    nodes: 'z = Where (c, x, y)',
    from: 9,
    to: [8, 7],
    inputs: condition,
  })),
]);

for (const axis of [-1, 0, 1]) {
  const shape = { '-1': '2,2,4', 0: '4,2,2', 1: '2,4,2' }[axis];
  decomposes(`OneHot along ${axis}`, [
    {
      graph: `int64[2,2] i, float[2] v => float[${shape}] y`,
      nodes: `d = Constant <value = int64 {4}> ()\ny = OneHot <axis = ${axis}> (i, d, v)`,
      from: 9,
      to: [8, 7],
      inputs: { i: [0, 3, 2, 1], v: [-0.5, inf] },
      within: 0,
    },
  ]);
}

decomposes('constants of a shape', [
  { graph: 'float[3,4] x => float[3,4] y', nodes: 'y = EyeLike <k = 1> (x)', from: 9, to: [8, 7] },
  { graph: 'float[3,4] x => int64[3,4] y', nodes: 'y = EyeLike <dtype = 7, k = -1> (x)', from: 22, to: [8, 7] },
  {
    graph: 'float[N,M] x => double[N,M] y',
    nodes: 'y = EyeLike <dtype = 11, k = -1> (x)',
    from: 9,
    to: [8, 7],
    dims: { N: 4, M: 3 },
  },
  {
    graph: 'float[2,3] x => float[2,3] y',
    nodes: 's = Shape (x)\ny = ConstantOfShape <value = float[1] {2.5}> (s)',
    from: 9,
    to: [8, 7],
  },
  {
    graph: 'float[N,3] x => int64[N,3] y',
    nodes: 's = Shape (x)\ny = ConstantOfShape <value = int64[1] {7}> (s)',
    from: 9,
    to: [8, 7],
    dims: { N: 5 },
  },
  {
    graph: 'int64[0] s => float y',
    nodes: 'y = ConstantOfShape (s)',
    from: 9,
    inputs: { s: [] },
  },
]);

decomposes('Expand', [
  {
    graph: 'float[3,1] x => float[2,3,4] y',
    nodes: 's = Constant <value = int64[3] {2,1,4}> ()\ny = Expand (x, s)',
    from: 9,
    to: [7],
    gone: 'Expand',
  },
  {
    graph: 'float[2,3,1] x, int64[2] s => float[2,3,4] y',
    nodes: 'y = Expand (x, s)',
    from: 13,
    to: [7],
    inputs: { s: [1, 4] },
  },
  {
    graph: 'bool[N,1] x, int64[3] s => bool[2,N,4] y',
    nodes: 'y = Expand (x, s)',
    from: 8,
    dims: { N: 3 },
    inputs: { s: [2, 3, 4] },
  },
]);

decomposes('Compress', [
  {
    graph: 'float[3,4] x => float[2,4] y',
    nodes: 'c = Constant <value = bool[3] {1,0,1}> ()\ny = Compress <axis = -2> (x, c)',
    from: 11,
    to: [8, 7],
  },
  {
    graph: 'float[3,2] x => float[2] y',
    nodes: 'c = Constant <value = bool[4] {0,1,1,0}> ()\ny = Compress (x, c)',
    from: 9,
    gone: 'Compress',
  },
]);
