import { decomposes } from './decomposing.ts';

const TO = [10, 7];
/** Each branch is taken once. */
const bothWays = [[1], [0]];

const ROWS = [
  {
    graph: 'bool c, float[2,3] x => float[N] y',
    nodes: `y = If (c) <
      then_branch = t () => (float[6] p) { s = Constant <value = int64[1] {6}> ()
        p = Reshape (x, s) },
      else_branch = e () => (float[3] q) { i = Constant <value = int64 {1}> ()
        q = Gather (x, i) }>`,
  },
  {
    // Ranks differ, one has no elements behind its first axis, and what a branch gives was made around it.
    graph: 'bool[1] c, float[2,3] x => float y, int64[K] z',
    nodes: `w = Neg (x)
      k = Shape (x)
      d, z = If (c) <
      then_branch = t () => (float[2,3] p, int64[2] r) { p = Identity (w)
        r = Identity (k) },
      else_branch = e () => (float[3,0] q, int64[1] u) { l = Constant <value = int64[2] {3, 0}> ()
        q = ConstantOfShape (l)
        u = Constant <value = int64[1] {7}> () }>
      y = ReduceSum <keepdims = 0> (d)`,
  },
];

decomposes(
  'If whose branches give different shapes',
  ROWS.flatMap((row) => bothWays.map((c) => ({ ...row, from: 11, to: TO, inputs: { c }, gone: 'If' }))),
);
