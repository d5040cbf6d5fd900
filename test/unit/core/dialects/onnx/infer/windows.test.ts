/** Convolutions, pools and other windows. */
import { clashes, table } from './cases.ts';

table('convolutions', [
  [
    'float[1,1,5,5] x, float[1,1,3,3] w',
    'y = Conv <auto_pad = "VALID", strides = [2,1]> (x, w)',
    'float32[1, 1, 2, 3]',
  ],
  // What both say alike is known; where pads say something else, runtimes differ.
  [
    'float[1,1,5,5] x, float[1,1,3,3] w',
    'y = Conv <auto_pad = "SAME_LOWER", pads = [1,1,1,1]> (x, w)',
    'float32[1, 1, 5, 5]',
  ],
  [
    'float[1,1,5,5] x, float[1,1,3,3] w',
    'y = Conv <auto_pad = "VALID", pads = [1,1,1,1]> (x, w)',
    'float32[1, 1, ?, ?]',
  ],
  ['uint8[1,1,5,5] x, uint8[2,1,3,3] w', 'y = ConvInteger (x, w)', 'int32[1, 2, 3, 3]'],
  [
    'uint8[1,1,5,5] x, float s, uint8 p, uint8[2,1,3,3] w, float t, uint8 q, float u, uint8 r',
    'y = QLinearConv (x, s, p, w, t, q, u, r)',
    'uint8[1, 2, 3, 3]',
  ],
  [
    'float[1,2,3,3] x, float[2,4,3,3] w',
    'y = ConvTranspose <output_shape = [10,8], strides = [3,2]> (x, w)',
    'float32[1, 4, 10, 8]',
  ],
  [
    'float[1,2,3,3] x, float[2,4,3,3] w',
    'y = ConvTranspose <auto_pad = "SAME_UPPER", strides = [2,2]> (x, w)',
    'float32[1, 4, 6, 6]',
  ],
  [
    'float[1,2,3,3] x, float[2,4,3,3] w',
    'y = ConvTranspose <pads = [1,1,1,1], dilations = [2,1]> (x, w)',
    'float32[1, 4, 5, 3]',
  ],
  ['float[1,2,3,3] x, float[4,2,2,2] w, float[1,8,2,2] o', 'y = DeformConv (x, w, o)', 'float32[1, 4, 2, 2]'],
  [
    'float[1,5,5] x',
    'i = Constant <value_ints = [5,5]> ()\nb = Constant <value_ints = [1,5]> ()\ny = Col2Im (x, i, b)',
    'float32[1, 1, 5, 5]',
  ],
]);

table('pools', [
  ['float[1,1,32] x', 'y = LpPool <kernel_shape = [2]> (x)', 'float32[1, 1, 31]'],
  ['float[1,1,4,4] x', 'y = MaxPool <kernel_shape = [2,2], dilations = [2,2]> (x)', 'float32[1, 1, 2, 2]'],
  // Until opset 21 a last window counts that starts in the padding behind.
  [
    'float[1,1,2,2] x',
    'y = MaxPool <kernel_shape = [1,1], strides = [2,2], ceil_mode = 1> (x)',
    'float32[1, 1, 2, 2]',
    21,
  ],
  [
    'float[1,1,2,2] x',
    'y = MaxPool <kernel_shape = [1,1], strides = [2,2], ceil_mode = 1> (x)',
    'float32[1, 1, 1, 1]',
    22,
  ],
  ['float[N,C,H,4] x', 'y = MaxPool <kernel_shape = [2,2], strides = [2,2]> (x)', 'float32[N, C, floordiv(H, 2), 2]'],
  [
    'float[1,1,2,2] x, int64[1,1,2,2] i',
    'y = MaxUnpool <kernel_shape = [2,2], strides = [2,2]> (x, i)',
    'float32[1, 1, 4, 4]',
  ],
  [
    'float[1,1,2,2] x, int64[1,1,2,2] i',
    's = Constant <value_ints = [1,1,5,5]> ()\ny = MaxUnpool <kernel_shape = [2,2], strides = [2,2]> (x, i, s)',
    'float32[1, 1, 5, 5]',
  ],
  ['float[1,8,9,9] x, float[R,5] r', 'y = MaxRoiPool <pooled_shape = [2,3]> (x, r)', 'float32[R, 8, 2, 3]'],
  [
    'float[1,8,9,9] x, float[R,4] r, int64[3] b',
    'y = RoiAlign <output_height = 5, output_width = 6> (x, r, b)',
    'float32[3, 8, 5, 6]',
  ],
  ['float[2,8,9,9] x', 'y = GlobalMaxPool (x)', 'float32[2, 8, 1, 1]'],
]);

clashes('windows that cannot be', [
  ['float[1,1,5,5] x, float[1,1,3,3] w', 'y = Conv <strides = [1]> (x, w)', 'strides has 1 numbers, not 2'],
  ['float[1,1,5,5] x, float[1,1,3,3] w', 'y = Conv <strides = [0,1]> (x, w)', 'strides must be positive'],
  ['float[1,1,5,5] x, float[1,1,3,3] w', 'y = Conv <dilations = [1,0]> (x, w)', 'dilations must be positive'],
  ['float[1,1,5,5] x, float[1,1,3,3] w', 'y = Conv <pads = [1,1]> (x, w)', 'pads has 2 numbers, not 4'],
  ['float[1,1,5,5] x, float[1,1,3,3] w', 'y = Conv <pads = [1,-1,0,0]> (x, w)', 'pads must not be negative'],
  ['float[1,1,5,5] x, float[1,1,3,3] w', 'y = Conv <kernel_shape = [3]> (x, w)', 'kernel_shape has 1 numbers, not 2'],
  ['float[1,1,5,5] x, float[1,1,3,3] w', 'y = Conv <group = 0> (x, w)', 'group is 0'],
  ['float[1,1] x, float[1,1] w', 'y = Conv (x, w)', 'rank 2 has no spatial axes'],
  [
    'float[1,3,3,3] x, float[3,4,3,3] w',
    'y = ConvTranspose <group = 2> (x, w)',
    '3 channels do not divide into 2 groups',
  ],
  [
    'float[1,2,3,3] x, float[2,4,3,3] w',
    'y = ConvTranspose <output_padding = [-1,0]> (x, w)',
    'output_padding must not be negative',
  ],
  [
    'float[1,2,3,3] x, float[2,4,3,3] w',
    'y = ConvTranspose <output_shape = [3]> (x, w)',
    'output_shape has 1 numbers, not 2',
  ],
  [
    'float[1,2,3,3] x, float[2,4,3,3] w',
    'y = ConvTranspose <auto_pad = "VALID", pads = [0,0,0,0]> (x, w)',
    'pads do not go with auto_pad',
  ],
  ['float[1,1,4,4] x', 'y = MaxPool <kernel_shape = [0,2]> (x)', 'the window is empty'],
  ['float[1,1,4,4] x', 'y = AveragePool <kernel_shape = [2]> (x)', 'kernel_shape has 1 numbers, not 2'],
  ['float[1,8,9,9] x, float[R,4] r', 'y = MaxRoiPool <pooled_shape = [2,3]> (x, r)', 'size of 5: 5 is not 4'],
  ['float[1,8,9,9] x, float[2,4] r, int64[3] b', 'y = RoiAlign (x, r, b)', 'size of rois: 2 is not 3'],
  [
    'float[1,5,5] x',
    'i = Constant <value_ints = [5,5]> ()\nb = Constant <value_ints = [2,5]> ()\ny = Col2Im (x, i, b)',
    '5 rows do not divide into blocks of 10',
  ],
]);
