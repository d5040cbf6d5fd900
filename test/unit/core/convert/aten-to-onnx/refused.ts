/** Calls that ONNX cannot say, and what is said of them. */
import type { Row } from './cases.ts';

const f = (...s: number[]) => ({ t: 'float32' as const, s, v: Array<number>(s.reduce((a, b) => a * b, 1)).fill(1) });
const i = (...s: number[]) => ({ ...f(...s), t: 'int64' as const });

const VARIANTS: readonly (readonly [Row, string])[] = [
  [
    [
      'batch_norm',
      {
        input: f(2, 3, 4),
        running_mean: f(3),
        running_var: f(3),
        training: true,
        momentum: 0.1,
        eps: 1e-5,
        cudnn_enabled: false,
      },
      [f(2, 3, 4)],
    ],
    'training=True: it changes its running statistics',
  ],
  [['dropout', { input: f(2), p: 0.5, train: true }, [f(2)]], 'train=True: its result is random'],
  [['rrelu', { self: f(2), lower: 0.1, upper: 0.3, training: true }, [f(2)]], 'training=True: its slopes are random'],
  [
    [
      'scaled_dot_product_attention',
      { query: f(1, 2, 4), key: f(1, 2, 4), value: f(1, 2, 4), dropout_p: 0.1 },
      [f(1, 2, 4)],
    ],
    'dropout_p: its result is random',
  ],
  [
    ['adaptive_max_pool2d', { self: f(1, 1, 5, 5), output_size: [2, 2] }, [f(1, 1, 2, 2), i(1, 1, 2, 2)]],
    'return_indices=True',
  ],
  [['sort.stable', { self: f(4), stable: true, dim: 0, descending: true }, [f(4), i(4)]], 'stable=True'],
  [['pad', { self: f(2, 3), pad: [1, 1], mode: 'wild' }, [f(2, 5)]], "mode='wild'"],
  [['cumprod', { self: f(300), dim: 0 }, [f(300)]], '300 elements are too many'],
  [['linalg_inv', { A: f(5, 5) }, [f(5, 5)]], 'ONNX inverts none'],
  [
    ['stft', { self: f(16), n_fft: 8, return_complex: false, align_to_window: true }, [f(5, 5, 2)]],
    'its frames begin elsewhere',
  ],
];

const RANDOM: readonly (readonly [Row, string])[] = [
  ['rand', { size: [2] }],
  ['rand_like', { self: f(2) }],
  ['randn', { size: [2] }],
  ['randn_like', { self: f(2) }],
  ['randint', { high: 3, size: [2] }],
  ['randint_like', { self: f(2), high: 3 }],
  ['randperm', { n: 2 }],
  ['bernoulli', { self: f(2) }],
].map(([name, args]) => [[name, args, [f(2)]] as Row, 'no two runs give the same'] as const);

export const REFUSED: readonly (readonly [Row, string])[] = [...VARIANTS, ...RANDOM];
