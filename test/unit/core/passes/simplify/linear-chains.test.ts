import { describe } from 'vitest';
import { linearChainRules } from '../../../../../src/core/passes/simplify/linear-chains.ts';
import { type Case, testEach } from './simplifying.ts';
import { floats } from './weights.ts';

const rules = linearChainRules;
const within = 2e-6;

const w = (dims: readonly number[]) => floats('w', dims);
const v = (dims: readonly number[]) => floats('v', dims, 0.1);
const b = floats('b', [3]);
const c = floats('c', [2], 0.7);

describe('convolutions, one of which has windows of one element', () => {
  const image = 'float[1,2,7,6] x => float[1,2,?,?] y';
  const second = (attributes = '') => `y = Conv ${attributes} (t, v, c)`;
  const fit: readonly Case[] = [
    [`${image} <${w([3, 2, 3, 3])}, ${b}, ${v([2, 3, 1, 1])}, ${c}>`, `t = Conv (x, w, b)\n${second()}`, 'Conv'],
    // What the first pads or leaves out, the two pad and leave out together.
    [
      `${image} <${w([3, 2, 3, 2])}, ${b}, ${v([2, 3, 1, 1])}, ${c}>`,
      `t = Conv <pads = [1, 0, 2, 1], strides = [2, 1], dilations = [1, 2]> (x, w, b)\n${second('<strides = [1, 2]>')}`,
      'Conv',
    ],
    [
      `${image} <${w([3, 2, 3, 3])}, ${b}, ${v([2, 3, 1, 1])}, ${c}>`,
      `t = Conv <auto_pad = "SAME_LOWER", strides = [2, 2]> (x, w, b)\n${second()}`,
      'Conv',
    ],
    // The window of one element first.
    [
      `${image} <${w([3, 2, 1, 1])}, ${b}, ${v([2, 3, 3, 3])}, ${c}>`,
      `t = Conv (x, w, b)\n${second('<strides = [2, 1]>')}`,
      'Conv',
    ],
    [
      `${image} <${w([3, 2, 1, 1])}, ${v([2, 3, 3, 3])}, ${c}>`,
      `t = Conv (x, w)\n${second('<pads = [1, 1, 1, 1]>')}`,
      'Conv',
    ],
    [`${image} <${w([3, 2, 1, 1])}, ${b}, ${v([2, 3, 1, 1])}>`, 't = Conv (x, w, b)\ny = Conv (t, v)', 'Conv'],
    // Channels in groups.
    [
      `${image} <${w([4, 1, 3, 3])}, ${v([2, 2, 1, 1])}, ${c}>`,
      `t = Conv <group = 2> (x, w)\n${second('<group = 2>')}`,
      'Conv',
    ],
    [`${image} <${w([4, 1, 1, 1])}, ${v([2, 4, 1, 1])}, ${c}>`, `t = Conv <group = 2> (x, w)\n${second()}`, 'Conv'],
    [`${image} <${w([4, 2, 1, 1])}, ${v([2, 2, 1, 1])}, ${c}>`, `t = Conv (x, w)\n${second('<group = 2>')}`, 'Conv'],
    [
      `float[1,4,5,5] x => float[1,4,?,?] y <${w([8, 1, 3, 3])}, ${v([4, 4, 1, 1])}>`,
      't = Conv <group = 4> (x, w)\ny = Conv <group = 2> (t, v)',
      'Conv',
    ],
    [
      `float[1,4,5,5] x => float[1,4,?,?] y <${w([16, 1, 2, 2])}, ${v([4, 8, 1, 1])}>`,
      't = Conv <group = 4> (x, w)\ny = Conv <group = 2> (t, v)',
      'Conv',
    ],
    [
      `float[1,4,5,5] x => float[1,4,?,?] y <${w([16, 2, 2, 2])}, ${v([4, 4, 1, 1])}>`,
      't = Conv <group = 2> (x, w)\ny = Conv <group = 4> (t, v)',
      'Conv',
    ],
    [`float[1,2,7] x => float[1,2,?] y <${w([3, 2, 3])}, ${v([2, 3, 1])}>`, 't = Conv (x, w)\ny = Conv (t, v)', 'Conv'],
    // Transposed.
    [
      `${image} <${w([2, 3, 3, 3])}, ${b}, ${v([2, 3, 1, 1])}, ${c}>`,
      `t = ConvTranspose <strides = [2, 2], output_padding = [1, 1], pads = [1, 0, 0, 1]> (x, w, b)\n${second()}`,
      'ConvTranspose',
    ],
    [
      `${image} <${w([3, 2, 1, 1])}, ${v([3, 2, 3, 3])}, ${c}>`,
      't = Conv (x, w)\ny = ConvTranspose <strides = [2, 2]> (t, v, c)',
      'ConvTranspose',
    ],
  ];
  testEach(fit, { rules, within });
  const stay: readonly Case[] = [
    // Fewer weights apart than together.
    [`${image} <${w([1, 2, 3, 3])}, ${v([2, 1, 1, 1])}>`, 't = Conv (x, w)\ny = Conv (t, v)'],
    // Between them, or of them, somebody reads; a window of the second is padded, and so is what the first adds.
    [`${image}, z <${w([3, 2, 3, 3])}, ${v([2, 3, 1, 1])}>`, 't = Conv (x, w)\ny = Conv (t, v)\nz = Relu (t)'],
    [`${image}, z <${w([3, 2, 3, 3])}, ${v([2, 3, 1, 1])}>`, 't = Conv (x, w)\ny = Conv (t, v)\nz = Relu (w)'],
    [`${image} <${w([3, 2, 3, 3])}, ${v([2, 3, 1, 1])}>`, 't = Conv (x, w)\nr = Relu (t)\ny = Conv (r, v)'],
    [
      `${image} <${w([3, 2, 1, 1])}, ${b}, ${v([2, 3, 3, 3])}>`,
      't = Conv (x, w, b)\ny = Conv <pads = [1, 1, 1, 1]> (t, v)',
    ],
    [
      `${image} <${w([3, 2, 1, 1])}, ${b}, ${v([2, 3, 3, 3])}>`,
      't = Conv (x, w, b)\ny = Conv <auto_pad = "SAME_UPPER"> (t, v)',
    ],
    [
      `${image} <${w([3, 2, 3, 3])}, ${b}, ${v([2, 3, 1, 1])}>`,
      't = Conv (x, w, b)\ny = Conv <pads = [1, 1, 1, 1]> (t, v)',
    ],
    [`${image} <${w([3, 2, 1, 1])}, ${v([2, 3, 3, 3])}>`, 't = Conv <strides = [2, 2]> (x, w)\ny = Conv (t, v)'],
    [
      `${image} <${w([3, 2, 3, 3])}, ${v([2, 3, 1, 1])}>`,
      't = Conv <auto_pad = "SAME_UPPER"> (x, w)\ny = Conv <strides = [2, 2]> (t, v)',
    ],
    [
      `${image} <${w([2, 3, 3, 3])}, ${v([2, 3, 1, 1])}>`,
      't = ConvTranspose (x, w)\ny = Conv <strides = [2, 2]> (t, v)',
    ],
    [`${image} <${w([3, 2, 1, 1])}, ${b}, ${v([3, 2, 3, 3])}>`, 't = Conv (x, w, b)\ny = ConvTranspose (t, v)'],
    [`${image} <${w([2, 2, 3, 3])}, ${v([2, 4, 1, 1])}>`, 't = ConvTranspose <group = 2> (x, w)\ny = Conv (t, v)'],
    [`${image} <${w([3, 2, 3, 3])}, ${v([2, 3, 2, 2])}>`, 't = Conv (x, w)\ny = Conv (t, v)'],
    // Numbers that would overflow.
    [
      `float[1,2,7,6] x => float[1,1,?,?] y <float[2,2,1,1] w = {1e30, 1, 1, 1}, float[1,2,1,1] v = {1e30, 1}>`,
      't = Conv (x, w)\ny = Conv (t, v)',
    ],
  ];
  testEach(stay, { rules, within });
});

describe('products with constant matrices', () => {
  const rows = 'float[4,2] x => float[4,2] y';
  const b1 = floats('b', [3]);
  testEach(
    [
      [`${rows} <${w([2, 3])}, ${v([3, 2])}>`, 't = MatMul (x, w)\ny = MatMul (t, v)', 'MatMul'],
      [
        `float[2,4,2] x => float[2,4,2] y <${w([2, 3])}, ${v([3, 2])}>`,
        't = MatMul (x, w)\ny = MatMul (t, v)',
        'MatMul',
      ],
      [
        `float[2,4,2] x => float[2,4,2] y <${w([2, 3])}, ${b1}, ${v([3, 2])}>`,
        't = MatMul (x, w)\ns = Add (b, t)\ny = MatMul (s, v)',
        'MatMul Add',
      ],
      [
        `${rows} <${w([3, 2])}, ${b1}, ${v([3, 2])}, ${c}>`,
        't = Gemm <transB = 1, beta = 0.5> (x, w, b)\ny = Gemm (t, v, c)',
        'Gemm',
      ],
      [
        `float[2,4] x => float[4,2] y <${w([2, 3])}, ${v([3, 2])}>`,
        't = Gemm <transA = 1> (x, w)\ny = MatMul (t, v)',
        'Gemm',
      ],
      [
        `${rows} <${w([2, 3])}, ${v([2, 3])}, float[1,1] c = {2}>`,
        't = MatMul (x, w)\ny = Gemm <transB = 1> (t, v, c)',
        'Gemm',
      ],
      // More weights together; a vector; rows of the second turned; what is added row by row; a factor.
      [`float[4,5] x => float[4,5] y <${w([5, 2])}, ${v([2, 5])}>`, 't = MatMul (x, w)\ny = MatMul (t, v)'],
      [`float[2] x => float[2] y <${w([2, 3])}, ${v([3, 2])}>`, 't = MatMul (x, w)\ny = MatMul (t, v)'],
      [`float[3,2] x => float[3,2] y <${w([2, 3])}, ${v([3, 2])}>`, 't = MatMul (x, w)\ny = Gemm <transA = 1> (t, v)'],
      [`${rows} <${w([2, 3])}, ${floats('b', [4, 1])}, ${v([3, 2])}>`, 't = Gemm (x, w, b)\ny = MatMul (t, v)'],
      [`${rows} <${w([2, 3])}, ${v([3, 2])}>`, 't = Gemm <alpha = 2.0> (x, w)\ny = MatMul (t, v)'],
      [`${rows}, z <${w([2, 3])}, ${v([3, 2])}>`, 't = MatMul (x, w)\ny = MatMul (t, v)\nz = Relu (t)'],
    ],
    { rules, within },
  );
  testEach(
    [
      [
        `${rows} <${w([3, 2])}, ${v([3, 2])}>`.replaceAll('float', 'double'),
        't = MatMul (x, w)\ny = MatMul (t, v)'.replace('MatMul (x, w)', 'Gemm <transB = 1> (x, w)'),
        'Gemm',
      ],
    ],
    { rules, within: 1e-14 },
  );
});
