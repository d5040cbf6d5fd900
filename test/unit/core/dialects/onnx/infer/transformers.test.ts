/** Attention and what stands around it. */
import { clashes, table } from './cases.ts';

const Q4 = 'float[2,8,4,16] q, float[2,2,6,16] k, float[2,2,6,10] v';
const P = 'float[2,2,12,16] pk, float[2,2,12,10] pv';
const heads = 'q_num_heads = 3, kv_num_heads = 3';

table('Attention', [
  [Q4, 'y = Attention (q, k, v)', 'float32[2, 8, 4, 10]', 24],
  [`${Q4}, ${P}`, 'y, z, pw = Attention (q, k, v, , pk, pv)', 'float32[2, 8, 4, 10]; float32[2, 2, 18, 16]', 24],
  [`${Q4}, ${P}`, 'y, a, b, z = Attention (q, k, v, , pk, pv)', 'float32[2, 8, 4, 10]; float32[2, 8, 4, 18]', 24],
  [
    'float[2,4,24] q, float[2,6,24] k, float[2,6,30] v',
    `y, z, w = Attention <${heads}> (q, k, v)`,
    'float32[2, 4, 30]; float32[2, 3, 6, 8]',
    23,
  ],
]);

table('FlexAttention', [[Q4, 'y = ai.onnx.preview.FlexAttention (q, k, v)', 'float32[2, 8, 4, 10]', 26]]);

table('others', [
  [
    'float[2,3,4,8] x, float[50,4] c, float[50,4] s, int64[2,4] p',
    'y = RotaryEmbedding (x, c, s, p)',
    'float32[2, 3, 4, 8]',
    23,
  ],
  ['float[2,3,9,8] c, float[2,3,4,8] u, int64[2] i', 'y = TensorScatter (c, u, i)', 'float32[2, 3, 9, 8]', 24],
  ['float[2,N] a, float[M,4] b', 'y = SwiGLU (a, b)', 'float32[2, 4]', 28],
  [
    'float[2,4,L] x, float[4,1,3] w, float[4] b',
    'y, z = CausalConvWithState (x, w, b)',
    'float32[2, 4, L]; float32[2, 4, 2]',
    27,
  ],
  [
    'float16[2,5,32] q, float16[2,5,16] k, float16[2,5,20] v, float[2,2,8,10] p, float16[2,5,2] d, float16[2,5,1] b',
    'y, z = LinearAttention <q_num_heads = 4, kv_num_heads = 2> (q, k, v, p, d, b)',
    'float16[2, 5, 40]; float32[2, 2, 8, 10]',
    27,
  ],
]);

clashes('attention that cannot be', [
  ['float[2,4,24] q, float[2,6,24] k, float[2,6,30] v', 'y = Attention (q, k, v)', 'rank 3 needs the attributes', 23],
  ['float[2,4] q, float[2,6] k, float[2,6] v', 'y = Attention (q, k, v)', 'input 0 has rank 2, not 3 or 4', 23],
  [
    'float[2,4,24] q, float[2,6,24] k, float[2,6,30] v',
    'y = Attention <q_num_heads = 0, kv_num_heads = 3> (q, k, v)',
    'must be positive',
    23,
  ],
  [Q4, 'y = Attention <q_num_heads = 8> (q, k, v)', 'rank 4 does not take q_num_heads', 25],
  [`${Q4}, ${P}`, 'y = Attention (q, k, v, , pk)', 'past_key and past_value stand together', 25],
  [`${Q4}`, 'y = Attention <left_window_size = -2> (q, k, v)', 'left_window_size is -2', 25],
  [
    'float[2,8,4,16] q, float[2,3,6,16] k, float[2,3,6,10] v',
    'y = ai.onnx.preview.FlexAttention (q, k, v)',
    '8 heads of queries are no multiple of 3',
    26,
  ],
  [Q4, 'y = ai.onnx.preview.FlexAttention <softmax_precision = 7> (q, k, v)', 'softmax_precision is 7', 26],
  [
    Q4,
    'y = ai.onnx.preview.FlexAttention (q, k, v) <score_mod = g (float[2,8,4] s) => (s) {}>',
    'score_mod must turn float32 of rank 4',
    26,
  ],
  [
    'float[2,3,4] x, float[50,4] c, float[50,4] s',
    'y = RotaryEmbedding (x, c, s)',
    'rank 3 needs the attribute num_heads',
    23,
  ],
  ['float[2,3,9,8] c, float[2,3,4,7] u, int64[2] i', 'y = TensorScatter (c, u, i)', 'size of axis 3: 8 is not 7', 24],
  ['float[2,3,9,8] c, float[2,3,4,8] u, int64[3] i', 'y = TensorScatter (c, u, i)', 'size of batch: 3 is not 2', 24],
  ['float[2,3] a, float[1,3] b', 'y = SwiGLU (a, b)', '[2, 3] is not [1, 3]', 28],
  [
    'float[2,4,9] x, float[4,1,3] w',
    'y, z = CausalConvWithState <activation = "relu"> (x, w)',
    'there is no activation relu',
    27,
  ],
  [
    'float[2,4,9] x, float[4,1,3] w, float[2,4,3] p',
    'y, z = CausalConvWithState (x, w, , p)',
    'size of kept: 3 is not 2',
    27,
  ],
  [
    'float[2,5,32] q',
    'y, z = LinearAttention <q_num_heads = 3, kv_num_heads = 2> (q, q, q)',
    '(3) is no multiple of kv_num_heads (2)',
    27,
  ],
  [
    'float[2,5,32] q',
    'y, z = LinearAttention <q_num_heads = 2, kv_num_heads = 2> (q, q, q)',
    'gated_delta needs the input decay',
    27,
  ],
  [
    'float[2,5,33] q',
    'y, z = LinearAttention <q_num_heads = 2, kv_num_heads = 2, update_rule = "linear"> (q, q, q)',
    '33, does not divide by 2',
    27,
  ],
  [
    'float[2,5,32] q, float[2,5,7] d',
    'y, z = LinearAttention <q_num_heads = 2, kv_num_heads = 2, update_rule = "gated"> (q, q, q, , d)',
    'the last size of decay is 7, not 2 or 32',
    27,
  ],
]);
