import { decomposes } from './decomposing.ts';

decomposes('windows', [
  ...['HannWindow', 'HammingWindow', 'BlackmanWindow'].flatMap((op) =>
    [0, 1].flatMap((periodic) => [
      {
        graph: 'int64 n => float[10] y',
        nodes: `y = ${op} <periodic = ${periodic}> (n)`,
        from: 17,
        to: [16, 7],
        inputs: { n: [10] },
      },
      {
        graph: 'float[10] x => float[10] y',
        nodes: `n = Constant <value_int = 10> ()\nw = ${op} <periodic = ${periodic}> (n)\ny = Mul (w, x)`,
        from: 17,
        to: [16, 7],
        gone: op,
      },
    ]),
  ),
]);

decomposes('DFT', [
  { graph: 'float[2,8,1] x => float[2,8,2] y', nodes: 'y = DFT (x)', from: 17, to: [16, 7], within: 1e-4 },
  {
    graph: 'float[B,3,8,2] x => float[B,3,8,2] y',
    nodes: 'y = DFT <axis = 2, inverse = 1> (x)',
    from: 17,
    to: [16, 7],
    dims: { B: 2 },
    within: 1e-4,
  },
  {
    graph: 'float[2,8,3,1] x => float[2,4,3,2] y',
    nodes: 'n = Constant <value_int = 6> ()\ny = DFT <axis = 1, onesided = 1> (x, n)',
    from: 17,
    to: [16, 7],
    within: 1e-4,
  },
  {
    graph: 'float[2,5,1] x => float[2,8,2] y',
    nodes: 'n = Constant <value_int = 8> ()\na = Constant <value_int = 1> ()\ny = DFT (x, n, a)',
    from: 20,
    to: [19, 16, 7],
    within: 1e-4,
    gone: 'ReduceSum',
  },
  {
    graph: 'float[2,5,4,1] x, int64 a => float[2,5,4,2] y',
    nodes: 'y = DFT (x, , a)',
    from: 20,
    to: [19, 16, 7],
    inputs: { a: [-2] },
    within: 1e-4,
  },
  {
    // Half a spectrum back to numbers.
    graph: 'float[1,3,2] x => float[1,4,1] y',
    nodes: 'a = Constant <value_int = 1> ()\ny = DFT <inverse = 1, onesided = 1> (x, , a)',
    from: 20,
    to: [16, 7],
    inputs: { x: [10, 0, -2, 2, -2, 0] },
    gives: { y: [1, 2, 3, 4] },
  },
]);

decomposes('STFT', [
  {
    graph: 'float[2,16,1] x, float[6] w => float[2,6,4,2] y',
    nodes: `s = Constant <value_int = 2> ()\nn = Constant <value_int = 6> ()\ny = STFT (x, s, w, n)`,
    from: 17,
    to: [16, 7],
    within: 1e-4,
  },
  {
    graph: 'float[1,9,1] x => float[1,3,4,2] y',
    nodes: `s = Constant <value_int = 2> ()\nn = Constant <value_int = 4> ()\ny = STFT <onesided = 0> (x, s, , n)`,
    from: 17,
    to: [16],
    within: 1e-4,
  },
]);

decomposes(
  'DFT of lengths that a run computes',
  [
    ['', 1],
    [', onesided = 1', 1],
    ['', 2],
    [', inverse = 1', 2],
  ].flatMap(([more, parts]) =>
    [4, 5, 12].map((n) => ({
      graph: `float[2,8,${parts}] x, int64 n => float[2,K,2] y`,
      nodes: `y = DFT <axis = 1${more}> (x, n)`,
      from: 17,
      to: [16, 7],
      inputs: { n: [n] },
      within: 1e-4,
    })),
  ),
);

decomposes('DFT of open lengths', [
  {
    // What lies behind the length of the transform is not looked at.
    graph: 'float[1,4,1] x, int64 n => float[1,K,2] y',
    nodes: 'y = DFT <axis = 1> (x, n)',
    from: 17,
    to: [16, 7],
    inputs: { x: [1, 3, Number.POSITIVE_INFINITY, Number.NaN], n: [2] },
    gives: { y: [4, 0, -2, 0] },
    within: 1e-6,
  },
  {
    graph: 'float[2,S,1] x => float[2,K,2] y',
    nodes: 'y = DFT <axis = 1, onesided = 1> (x)',
    from: 17,
    to: [16, 7],
    dims: { S: 9 },
    within: 1e-4,
  },
  {
    // Half a spectrum back to numbers.
    graph: 'float[1,3,2] x, int64 n => float[1,K,1] y',
    nodes: 'a = Constant <value_int = 1> ()\ny = DFT <inverse = 1, onesided = 1> (x, n, a)',
    from: 20,
    to: [16, 7],
    inputs: { x: [10, 0, -2, 2, -2, 0], n: [4] },
    gives: { y: [1, 2, 3, 4] },
  },
]);

decomposes('STFT of frames whose length or distance a run computes', [
  {
    graph: 'float[2,16,1] x, int64 s, float[6] w => float[2,F,4,2] y',
    nodes: 'y = STFT (x, s, w)',
    from: 17,
    to: [16, 7],
    inputs: { s: [2] },
    within: 1e-4,
  },
  {
    graph: 'float[2,S,1] x, int64 s, int64 n => float[2,F,K,2] y',
    nodes: 'y = STFT <onesided = 0> (x, s, , n)',
    from: 17,
    to: [16, 7],
    inputs: { s: [3], n: [5] },
    dims: { S: 16 },
    within: 1e-4,
  },
]);

decomposes(
  'MelWeightMatrix whose numbers a run computes',
  // With 3 bins of 8 places points are the same.
  [
    [8, 16],
    [20, 8],
    [3, 64],
  ].map(([bins, length]) => ({
    graph: 'int64 b, int64 n, int64 r, float l, float u => float[R,B] y',
    nodes: 'y = MelWeightMatrix (b, n, r, l, u)',
    from: 17,
    to: [16, 8, 7],
    inputs: { b: [bins ?? 0], n: [length ?? 0], r: [8192], l: [125], u: [4000] },
  })),
);

decomposes('MelWeightMatrix', [
  {
    graph: 'float[9,8] x => float[9,8] y',
    nodes: `b = Constant <value_int = 8> ()
      n = Constant <value_int = 16> ()
      r = Constant <value_int = 8192> ()
      l = Constant <value_float = 0.0> ()
      u = Constant <value_float = 4096.0> ()
      m = MelWeightMatrix (b, n, r, l, u)
      y = Mul (m, x)`,
    from: 17,
    to: [16, 7],
    gone: 'MelWeightMatrix',
  },
]);
