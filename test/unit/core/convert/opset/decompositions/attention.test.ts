import { expect, test } from 'vitest';
import { convertOpset } from '../../../../../../src/core/convert/opset/convert.ts';
import { modelOf, operatorsOf } from '../stepping.ts';
import { decomposes } from './decomposing.ts';

const four = 'float[2,4,3,8] q, float[2,4,5,8] k, float[2,4,5,6] v';
const three = 'float[2,3,32] q, float[2,5,16] k, float[2,5,12] v';
const result = '=> float[2,4,3,6] y';
const heads = 'q_num_heads = 4, kv_num_heads = 2';

decomposes('Attention', [
  { graph: `${four} ${result}`, nodes: 'y = Attention (q, k, v)', from: 23, to: [22, 12, 7], gone: 'Attention' },
  { graph: `${four} ${result}`, nodes: 'y = Attention <scale = 0.25, is_causal = 1> (q, k, v)', from: 23 },
  { graph: `${three} => float[2,3,24] y`, nodes: `y = Attention <${heads}> (q, k, v)`, from: 23, to: [22, 7] },
  {
    graph: `${three}, float[3,5] m => float[2,3,24] y`,
    nodes: `y = Attention <${heads}, is_causal = 1, softcap = 0.5> (q, k, v, m)`,
    from: 23,
    to: [22, 7],
  },
  {
    graph: `float16[2,4,3,8] q, float16[2,4,5,8] k, float16[2,4,5,6] v => float16[2,4,3,6] y`,
    nodes: 'y = Attention <softmax_precision = 1> (q, k, v)',
    from: 23,
    within: 4e-3,
  },
  {
    graph: `${four}, bool[3,5] m ${result}`,
    nodes: 'y = Attention (q, k, v, m)',
    from: 23,
    to: [22, 8, 7],
    // The second query may look at nothing.
    inputs: { m: [1, 0, 1, 1, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1] },
  },
  {
    graph: `${four} ${result}`,
    nodes: `m = Constant <value = bool[3,5] {0,0,0,0,0,1,1,1,1,1,0,1,0,1,0}> ()\ny = Attention (q, k, v, m)`,
    from: 23,
    to: [22, 7],
  },
  {
    graph: `${four}, float[2,4,2,8] pk, float[2,4,2,6] pv => float[2,4,3,6] y, float[2,4,7,8] nk, float[2,4,7,6] nv`,
    nodes: 'y, nk, nv = Attention <is_causal = 1> (q, k, v, , pk, pv)',
    from: 23,
    to: [22, 7],
  },
  {
    graph: 'float[B,4,S,8] q, float[B,2,T,8] k, float[B,2,T,6] v => float[B,4,S,6] y',
    nodes: 'y = Attention <is_causal = 1> (q, k, v)',
    from: 23,
    to: [22, 10, 7],
    dims: { B: 2, S: 3, T: 5 },
  },
  {
    graph: 'float[1,1,2,4] q, float[1,1,4,4] k, float[1,1,4,4] v, int64[1] n => float[1,1,2,4] y',
    nodes: 'y = Attention <is_causal = 1> (q, k, v, , , , n)',
    from: 24,
    to: [23, 22, 7],
    inputs: { n: [3] },
  },
]);

const scores = 'float[1,1,2,4] q, float[1,1,3,4] k, float[1,1,3,4] v, float[2,3] m';

decomposes('what Attention shows of its scores', [
  ...[0, 1, 2, 3].map((mode) => ({
    graph: `${scores} => float[1,1,2,4] y, float[1,1,2,3] s`,
    nodes: `y, , , s = Attention <qk_matmul_output_mode = ${mode}> (q, k, v, m)`,
    from: 23,
    to: [22, 7],
  })),
]);

// onnxruntime does not know windows: each query sees its own key and the one before.
decomposes('windows of Attention', [
  {
    graph: 'float[1,1,3,1] q, float[1,1,3,1] k, float[1,1,3,1] v => float[1,1,3,1] y',
    nodes: 'y = Attention <left_window_size = 1, right_window_size = 0, scale = 1.0> (q, k, v)',
    from: 25,
    to: [24, 22, 7],
    inputs: { q: [0, 0, 0], k: [1, 2, 3], v: [1, 2, 4] },
    gives: { y: [1, 1.5, 3] },
  },
]);

test('an older version of Attention that says the same is kept', () => {
  const row = { graph: `${four} ${result}`, nodes: 'y = Attention <is_causal = 1> (q, k, v)', from: 25 };
  const { model, problems } = convertOpset(modelOf(row), 23);
  expect(problems).toEqual([]);
  expect(operatorsOf(model)).toBe('Attention');
});

const cache = 'float[7,4] c, float[7,4] s';

decomposes('RotaryEmbedding', [
  ...['', '<interleaved = 1>'].flatMap((attributes) => [
    {
      graph: `float[2,3,5,8] x, ${cache}, int64[2,5] p => float[2,3,5,8] y`,
      nodes: `y = RotaryEmbedding ${attributes} (x, c, s, p)`,
      from: 23,
      to: [22, 7],
      inputs: { p: [0, 1, 2, 3, 4, 2, 3, 4, 5, 6] },
    },
    {
      graph: 'float[B,3,S,8] x, float[B,S,4] c, float[B,S,4] s => float[B,3,S,8] y',
      nodes: `y = RotaryEmbedding ${attributes} (x, c, s)`,
      from: 23,
      to: [22, 7],
      dims: { B: 2, S: 5 },
    },
  ]),
  ...['', ', interleaved = 1'].map((more) => ({
    graph: 'float[2,5,30] x, float[7,4] c, float[7,4] s, int64[2,5] p => float[2,5,30] y',
    nodes: `y = RotaryEmbedding <num_heads = 3, rotary_embedding_dim = 8${more}> (x, c, s, p)`,
    from: 23,
    to: [22, 7],
    inputs: { p: [0, 1, 2, 3, 4, 2, 3, 4, 5, 6] },
  })),
]);

// The numbers are those of the specification's examples, worked out by hand.
decomposes('TensorScatter', [
  {
    graph: 'float[2,3,1] c, float[2,2,1] u, int64[2] w => float[2,3,1] y',
    nodes: 'y = TensorScatter (c, u, w)',
    from: 24,
    to: [23, 9, 7],
    inputs: { c: [1, 2, 3, 4, 5, 6], u: [-1, -2, -3, -4], w: [1, 0] },
    gives: { y: [1, -1, -2, -3, -4, 6] },
  },
  {
    graph: 'float[2,1,3] c, float[2,1,2] u, int64[2] w => float[2,1,3] y',
    nodes: 'y = TensorScatter <axis = -1, mode = "circular"> (c, u, w)',
    from: 24,
    to: [23, 7],
    inputs: { c: [1, 2, 3, 4, 5, 6], u: [-1, -2, -3, -4], w: [2, 1] },
    gives: { y: [-2, 2, -1, 4, -3, -4] },
  },
]);

const [a, b] = [Math.exp(-0.5), Math.exp(-1)];

decomposes('LinearAttention', [
  {
    // States 1·2 and 2·3 more, read by queries of 1.
    graph: 'float[1,2,1] q, float[1,2,1] k, float[1,2,1] v => float[1,2,1] y, float[1,1,1,1] s',
    nodes: 'y, s = LinearAttention <q_num_heads = 1, kv_num_heads = 1, update_rule = "linear"> (q, k, v)',
    from: 27,
    to: [26, 22, 7],
    inputs: { q: [1, 1], k: [1, 2], v: [2, 3] },
    gives: { y: [2, 8], s: [8] },
  },
  {
    graph:
      'float[1,2,1] q, float[1,2,1] k, float[1,2,1] v, float[1,1,1,1] p, float[1,2,1] d => float[1,2,1] y, float[1,1,1,1] s',
    nodes: 'y, s = LinearAttention <q_num_heads = 1, kv_num_heads = 1, update_rule = "gated"> (q, k, v, p, d)',
    from: 27,
    to: [26, 7],
    inputs: { q: [1, 1], k: [1, 2], v: [2, 3], p: [4], d: [-0.5, -1] },
    gives: { y: [4 * a + 2, (4 * a + 2) * b + 6], s: [(4 * a + 2) * b + 6] },
  },
  {
    graph:
      'float[1,2,2] q, float[1,2,1] k, float[1,2,1] v, float[1,1,1,1] p, float[1,2,1] d, float[1,2,1] r => float[1,2,2] y, float[1,1,1,1] s',
    nodes: 'y, s = LinearAttention <q_num_heads = 2, kv_num_heads = 1, scale = 0.5> (q, k, v, p, d, r)',
    from: 27,
    to: [26, 7],
    inputs: { q: [1, 2, 1, -2], k: [1, 2], v: [2, 3], p: [4], d: [-0.5, -1], r: [0.5, 0.25] },
    gives: (() => {
      const first = 4 * a + 0.5 * (2 - 4 * a);
      const second = first * b + 0.25 * 2 * (3 - 2 * first * b);
      return { y: [first * 0.5, first, second * 0.5, -second], s: [second] };
    })(),
  },
]);

decomposes('CausalConvWithState', [
  {
    graph: 'float[1,2,3] x, float[2,1,2] w, float[2] b => float[1,2,3] y, float[1,2,1] s',
    nodes: 'y, s = CausalConvWithState (x, w, b)',
    from: 27,
    to: [26, 22, 7],
    inputs: { x: [1, 2, 3, 4, 5, 6], w: [10, 1, 100, -1], b: [0.5, 0] },
    gives: { y: [1.5, 12.5, 23.5, -4, 395, 494], s: [3, 6] },
  },
  {
    graph: 'float[1,1,1] x, float[1,1,3] w, float[1,1,2] p => float[1,1,1] y, float[1,1,2] s',
    nodes: 'y, s = CausalConvWithState <activation = "silu"> (x, w, , p)',
    from: 27,
    to: [26, 7],
    inputs: { x: [3], w: [0.1, 0.2, 0.3], p: [1, 2] },
    gives: { y: [1.4 / (1 + Math.exp(-1.4))], s: [2, 3] },
  },
  {
    graph: 'float[1,1,2] x, float[1,1,1] w => float[1,1,2] y, float[1,1,0] s',
    nodes: 'y, s = CausalConvWithState (x, w)',
    from: 27,
    to: [26],
    inputs: { x: [3, 4], w: [2] },
    gives: { y: [6, 8], s: [] },
  },
]);
