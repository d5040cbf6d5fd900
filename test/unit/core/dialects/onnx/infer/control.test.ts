/** Types through branches, loops and scans. */
import { expect, test } from 'vitest';
import { clashes, inferred, table } from './cases.ts';

const loop = (body: string, outputs = 'y', inputs = 'n, , x') => `${outputs} = Loop (${inputs}) <body = b ${body}>`;

table('Loop', [
  [
    'int64 n, float[2] x',
    loop(
      '(int64 i, bool c, float[2] a) => (bool d, float[2] e, float f) { d = Identity (c) e = Add (a, a) f = ReduceSum (e) }',
      'y, z',
    ),
    'float32[2]; float32[?, 1]',
  ],
  // The first round has 2 rows, the second 4.
  [
    'int64 n, float[2,3] x',
    loop('(i, c, a) => (d, e) { d = Identity (c) e = Concat <axis = 0> (a, a) }'),
    'float32[?, 3]',
  ],
  // Sizes settle where the second value follows the first, a round later.
  [
    'int64 n, float[2,3] x, float[2] w',
    loop(
      '(i, c, a, p) => (d, e, q) { d = Identity (c) e = Concat <axis = 1> (a, a) q = ReduceSum <keepdims = 0> (e) }',
      'y, z',
      'n, , x, w',
    ),
    'float32[2, ?]; float32',
  ],
  // Bodies may declare other sizes than the first round has.
  [
    'int64 n, float[2] x',
    loop('(int64 i, bool c, float[3] a) => (d, e) { d = Identity (c) e = Neg (a) }'),
    'float32[?]',
  ],
  // Nothing but the count ends the loop.
  [
    'float[N] x',
    `m = Size (x)\n${loop('(i, c, a) => (d, e, f) { d = Identity (c) e = Neg (a) f = Neg (a) }', 'y, z', 'm, , x')}`,
    'float32[N]; float32[N, N]',
  ],
  [
    'int64 n, bool t, float[2] x',
    loop('(i, c, a) => (d, e, f) { d = Identity (c) e = Neg (a) f = Neg (a) }', 'y, z', 'n, t, x'),
    'float32[2]; float32[?, 2]',
  ],
  // The count is a scalar and the condition is a bool.
  [
    'int64 n, float[2] x',
    loop('(i, c, a) => (d, e, i) { d = Identity (c) e = Neg (a) }', 'y, z'),
    'float32[2]; int64[?]',
  ],
]);

table('Scan', [
  [
    'float[2] s, float[5,4] x',
    'y, z = Scan (s, x) <num_scan_inputs = 1, body = b (a, e) => (f, g) { f = Neg (a) g = Concat <axis = 0> (a, e) }>',
    'float32[2]; float32[5, 6]',
  ],
  [
    'float[2] s, float[4,5] x',
    `y, z = Scan (s, x) <num_scan_inputs = 1, scan_input_axes = [-1], scan_output_axes = [-1],
      body = b (a, e) => (f, g) { f = Neg (a) g = Identity (e) }>`,
    'float32[2]; float32[4, 5]',
  ],
  [
    'float[B,2] s, float[B,5,4] x',
    'y, z = Scan (, s, x) <num_scan_inputs = 1, body = b (a, e) => (f, g) { f = Neg (a) g = Identity (e) }>',
    'float32[B, 2]; float32[B, 5, 4]',
    8,
  ],
]);

table('If', [
  [
    'bool c, float[2] x',
    'y = If (c) <then_branch = a () => (p) { p = Neg (x) }, else_branch = b () => (x) {}>',
    'float32[2]',
  ],
]);

clashes('subgraphs', [
  [
    'bool c, float[2] x',
    'y = If (c) <then_branch = a () => (p) { p = Neg (x) }, else_branch = b () => (q) { q = Not (c) }>',
    'its branches give output 0 other types',
  ],
  [
    'bool c, float[2] x',
    'y = If (c) <then_branch = a () => (p, p) { p = Neg (x) }, else_branch = b () => (x) {}>',
    'its subgraph gives 2 outputs, not 1',
  ],
  [
    'int64 n, float[2] x',
    loop('(i, c) => (d, x) { d = Identity (c) }'),
    'its subgraph takes 2 inputs, but is handed 3',
  ],
  [
    'int64 n, float[2] x',
    loop('(i, c, a) => (d, e) { d = Identity (c) e = Cast <to = 7> (a) }'),
    'its body gives carried value 0 another type',
  ],
  ['int64 n, float[2] x', loop('(i, c, int64[2] a) => (d, a) { d = Identity (c) }'), 'float32 is not int64'],
  [
    'float[2] s, float[5,4] x',
    'y, z = Scan (s, x) <num_scan_inputs = 3, body = b (a, e) => (a, e) {}>',
    'num_scan_inputs is 3 for 2 inputs',
  ],
  [
    'float[2] s, float[5,4] x',
    'y, z = Scan (s, x) <num_scan_inputs = 1, scan_input_axes = [2], body = b (a, e) => (a, e) {}>',
    'axis 2 lies outside of rank 2',
  ],
  [
    'float[5,2] w, float[4,2] x',
    'y, z = Scan (w, x) <num_scan_inputs = 2, body = b (a, e) => (a, e) {}>',
    'sizes along the scanned axes: 5 is not 4',
  ],
]);

test('a contradiction in the body of a loop is said once', () => {
  const body = loop(
    '(i, c, a) => (d, e) { d = Identity (c) e = Concat <axis = 0> (a, a) g = Gather <axis = 7> (a, i) }',
  );
  expect(inferred('int64 n, float[2] x', body).problems).toEqual([
    'The model is not valid: Gather: axis 7 lies outside of rank 1.',
  ]);
});

test('a hundred loops within each other end', () => {
  let body = 'p = Neg (x)';
  for (let k = 0; k < 100; k++) {
    body = `p${k} = Loop (n, , x) <body = b${k} (i${k}, c${k}, a${k}) => (d${k}, e${k}) { d${k} = Identity (c${k}) e${k} = Neg (a${k}) ${body} }>`;
  }
  expect(inferred('int64 n, float[2] x', `${body} y = Neg (p99)`)).toEqual({ types: 'float32[2]', problems: [] });
});
