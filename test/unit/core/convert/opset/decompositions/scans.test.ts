import { describe, expect, test } from 'vitest';
import { decomposes, reasons } from './decomposing.ts';

/** A running sum, and what it is at each place, beside the place doubled. */
const SUMS = `body = b (float[3] s, float[3] a) => (float[3] t, float[3] u, float[3] v) {
  t = Add (s, a)
  u = Identity (t)
  v = Add (a, a)
}`;
const SUMMED = 'float[3] p, float[4,3] x => float[3] t, float[4,3] u, float[4,3] v';

decomposes('Scan without a batch', [
  { graph: SUMMED, nodes: `t, u, v = Scan <num_scan_inputs = 1, ${SUMS}> (p, x)`, from: 9, to: [8, 7] },
  {
    graph: SUMMED,
    nodes: `t, u, v = Scan <num_scan_inputs = 1, scan_input_directions = [1], scan_output_directions = [1, 0], ${SUMS}> (p, x)`,
    from: 9,
    to: [8, 7],
  },
  {
    graph: 'float[3] p, float[3,4] x => float[3] t, float[3,4] u, float[4,3] v',
    nodes: `t, u, v = Scan <num_scan_inputs = 1, scan_input_axes = [-1], scan_output_axes = [-1, 0], ${SUMS}> (p, x)`,
    from: 11,
    to: [10, 8, 7],
  },
  {
    // Open sizes, values of the graph around it, and a body that newer opsets wrote.
    graph: 'float[3] p, float[N,3] x, float[3] w => float[3] t, float[M,3] u',
    nodes: `t, u = Scan <num_scan_inputs = 1, scan_output_directions = [1], body = b (float[3] s, float[3] a) => (float[3] c, float[3] d) {
      m = HardSwish (a)
      n = Mul (m, w)
      c = Add (s, n)
      d = Identity (a)
    }> (p, x)`,
    from: 14,
    to: [13, 8, 7],
    dims: { N: 5 },
  },
  {
    graph: 'float[4,3] x => float[4,3] y',
    nodes: `y = Scan <num_scan_inputs = 1, body = b (float[3] a) => (float[3] c) { c = Neg (a) }> (x)`,
    from: 9,
    to: [8, 7],
  },
]);

/** Each sample has states and sequences of its own. */
const BATCHED = 'float[2,3] p, float[2,4,3] x => float[2,3] t, float[2,4,3] u, float[2,4,3] v';
decomposes('Scan over a batch', [
  { graph: BATCHED, nodes: `t, u, v = Scan <num_scan_inputs = 1, ${SUMS}> ("", p, x)`, from: 8, to: [7, 9, 22] },
  {
    graph: BATCHED,
    nodes: `t, u, v = Scan <num_scan_inputs = 1, directions = [1], ${SUMS}> ("", p, x)`,
    from: 8,
    to: [7, 9, 22],
  },
  {
    // What comes behind the end of a sequence is open: the last states alone are given.
    graph: 'int64[2] n, float[2,3] p, float[2,4,3] x => float[2,3] y',
    nodes: `t, u, v = Scan <num_scan_inputs = 1, ${SUMS}> (n, p, x)\ny = Identity (t)`,
    from: 8,
    to: [7, 9, 22],
    inputs: { n: [2, 4] },
  },
]);

describe('what a Scan over a batch does not say', () => {
  test.each([7, 9])('the end of shorter sequences that are read backwards, at opset %i', (to) => {
    const row = {
      graph: 'int64[2] n, float[2,3] p, float[2,4,3] x => float[2,3] t, float[2,4,3] u, float[2,4,3] v',
      nodes: `t, u, v = Scan <num_scan_inputs = 1, directions = [1], ${SUMS}> (n, p, x)`,
      from: 8,
    };
    expect(reasons(row, to)).toEqual(['Scan needs opset 8: where its shorter sequences end is not agreed on.']);
  });
});
