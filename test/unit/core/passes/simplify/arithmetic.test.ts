import { describe } from 'vitest';
import { arithmeticRules } from '../../../../../src/core/passes/simplify/arithmetic.ts';
import { constantChainRules } from '../../../../../src/core/passes/simplify/constant-chains.ts';
import { testEach } from './simplifying.ts';

const X = 'float[2,3] x => float[2,3] y';

describe('casts', () => {
  testEach(
    [
      [
        'float16[3] x => float16[3] y',
        'n = Abs (x)\na = Cast <to = 1> (n)\nb = Cast <to = 10> (a)\ny = Neg (b)',
        'Abs Neg',
      ],
      ['int8[3] x => float[3] y', 'a = Cast <to = 7> (x)\ny = Cast <to = 1> (a)', 'Cast'],
      ['bool[3] x => int64[3] y', 'a = Cast <to = 1> (x)\ny = Cast <to = 7> (a)', 'Cast'],
      ['int64[3] x => int64[3] y', 'a = Cast <to = 6> (x)\ny = Cast <to = 7> (a)'],
      ['float[3] x => float[3] y', 'a = Cast <to = 10> (x)\ny = Cast <to = 1> (a)'],
      ['int32[3] x => int8[3] y', 'a = Cast <to = 11> (x)\ny = Cast <to = 3> (a)'],
    ],
    { rules: arithmeticRules },
  );
});

describe('bounds', () => {
  testEach(
    [
      [`${X} <float z = {0}, float six = {6}, float one = {1}>`, 'a = Clip (x, z, six)\ny = Clip (a, one)', 'Clip'],
      [`${X} <float z = {-1}>`, 'a = Relu (x)\nb = Clip (a, z)\ny = Neg (b)', 'Clip Neg'],
      [`${X} <float six = {0.5}>`, 'a = Relu (x)\ny = Min (a, six)', 'Clip'],
      [X, 'a = Relu (x)\nb = Relu (a)\ny = Neg (b)', 'Relu Neg'],
      // Infinities stay where no Clip was.
      [`${X} <float h = {0.5}>`, 'a = Relu (x)\ny = Max (a, h)', 'Max'],
      [`${X} <float h = {0.5}, float k = {0.25}>`, 'a = Min (x, h)\ny = Min (k, a)', 'Min'],
      [`${X} <float z = {0}>`, 'a = Relu (x)\ny = Clip (a, z)', 'Clip'],
      [
        'float[2,3] x => float[2,3] y, float[2,3] a <float z = {-0.5}, float h = {0.5}>',
        'a = Clip (x, z, h)\ny = Relu (a)',
      ],
      ['float[2,3] x, float h => float[2,3] y', 'a = Relu (x)\ny = Clip (a, , h)'],
      ['float[3] x => float[2,3] y <float[2,1] h = {1, 2}>', 'a = Relu (x)\ny = Min (a, h)'],
    ],
    { rules: arithmeticRules },
  );
  testEach(
    [
      [X, 'a = Clip <min = 0.0, max = 6.0> (x)\ny = Clip <max = 0.5> (a)', 'Clip'],
      ['double[3] x => double[3] y <double z = {0}, double six = {6}>', 'a = Max (x, z)\ny = Min (a, six)'],
    ],
    { rules: arithmeticRules, opset: 9 },
  );
});

describe('what is never negative', () => {
  testEach(
    [
      [X, 'a = Sigmoid (x)\nb = Relu (a)\ny = Neg (b)', 'Sigmoid Neg'],
      [
        'float[1,2,4,4] x => float[1,2,2,2] y',
        'a = Relu (x)\nb = MaxPool <kernel_shape = [2,2], strides = [2,2]> (a)\nc = Relu (b)\ny = Neg (c)',
        'Relu MaxPool Neg',
      ],
      [X, 'a = Mul (x, x)\nb = Exp (x)\nc = Add (a, b)\nd = Abs (c)\ny = Neg (d)', 'Mul Exp Add Neg'],
      [X, 'a = Abs (x)\nb = Sub (a, x)\ny = Relu (b)'],
      ['int32[3] x => int32[3] y', 'a = Mul (x, x)\ny = Abs (a)'],
      [
        'float[1,2,4] x => float[1,2,6] y <int64[6] p = {0,0,1,0,0,1}, float v = {-1}>',
        'a = Relu (x)\nb = Pad (a, p, v)\ny = Relu (b)',
      ],
    ],
    { rules: arithmeticRules },
  );
});

describe('signs, rounding and divisions', () => {
  testEach(
    [
      [X, 'a = Ceil (x)\nb = Floor (a)\ny = Neg (b)', 'Ceil Neg'],
      [X, 'a = Sign (x)\nb = Sign (a)\ny = Abs (b)', 'Sign Abs'],
      [X, 'b = Abs (x)\nc = Neg (b)\nd = Neg (c)\ny = Sign (d)', 'Abs Sign'],
      ['bool[3] x => bool[3] y', 'a = And (x, x)\nb = Not (a)\nc = Not (b)\ny = Or (c, x)', 'And Or'],
      ['float[2] x, float[2] z => float[2] y', 'a = Neg (z)\ny = Add (x, a)', 'Sub'],
      ['float[2] x, float[2] z => float[2] y', 'a = Neg (z)\ny = Add (a, x)', 'Sub'],
      ['float[2] x, float[2] z => float[2] y', 'a = Neg (z)\ny = Sub (x, a)', 'Add'],
      ['float[2] x, float[2] z => float[2] y', 'a = Neg (z)\ny = Sub (a, x)'],
      ['float[2] x, float[2] z => float[2] y, float[2] a', 'a = Neg (z)\ny = Sub (x, a)'],
      ['float[2] x, float[2] z => float[2] y', 'a = Reciprocal (z)\ny = Mul (a, x)', 'Div'],
      ['float[2] x, float[2] z => float[2] y', 'a = Reciprocal (z)\ny = Add (a, x)'],
      [X, 'a = Softmax (x)\ny = Log (a)', 'LogSoftmax'],
      ['float[2,3] x => float[2,3] y, float[2,3] a', 'a = Softmax (x)\ny = Log (a)'],
      ['float[2,3] x => int64[2,1] y', 'a = Softmax (x)\ny = ArgMax <axis = 1> (a)', 'ArgMax'],
      ['float[2,3] x => int64[2,1] y', 'a = LogSoftmax (x)\ny = ArgMin <axis = 1> (a)', 'ArgMin'],
      ['float[2,3] x => int64[1,3] y', 'a = Softmax (x)\ny = ArgMax <axis = 0> (a)'],
      // What is far below the greatest is 0, and the first of all zeros is found.
      [
        'float[2,3] x => int64[2,1] y <float[3] k = {0, -200, -300}>',
        'o = Mul (x, k)\np = Add (o, k)\na = Softmax (p)\ny = ArgMin <axis = 1> (a)',
      ],
      ['bool[3] c, float[3] x, float[3] z => float[3] y', 'a = Not (c)\ny = Where (a, x, z)', 'Where'],
      ['bool[3] c, float[3] x, float[3] z => float[3] y, bool[3] a', 'a = Not (c)\ny = Where (a, x, z)'],
    ],
    { rules: arithmeticRules, within: 1e-5 },
  );
});

describe('constants one after the other', () => {
  testEach(
    [
      [`${X} <float a = {2}, float[3] b = {1.5, -3, 2}>`, 'm = Mul (x, a)\ny = Mul (b, m)', 'Mul'],
      [`${X} <float a = {2}, float b = {3}>`, 'm = Add (x, a)\ny = Sub (m, b)', 'Add'],
      [`${X} <float a = {2}, float b = {3}>`, 'm = Div (x, a)\ny = Div (m, b)', 'Div'],
      [
        `${X} <float a = {255}, float[3] m = {0.4, 0.5, 0.6}, float[3] s = {0.2, 0.3, 0.4}>`,
        'd = Div (x, a)\ne = Sub (d, m)\ny = Div (e, s)',
        'Mul Add',
      ],
      [`${X} <float a = {2}>`, 'm = Neg (x)\ny = Add (a, m)', 'Sub'],
      [`${X} <float a = {2}>`, 'm = Sub (a, x)\nn = Sub (a, m)\ny = Neg (n)', 'Neg'],
      [
        `${X} <float a = {2}, float b = {0.5}>`,
        'n = Exp (x)\nm = Mul (n, a)\nc = Mul (m, b)\ny = Sqrt (c)',
        'Exp Sqrt',
      ],
      ['float[3] x => float[2,3] y <float[2,1] a = {2, 3}, float[2,1] b = {-2, -3}>', 'm = Add (x, a)\ny = Add (m, b)'],
      ['float[3] x => float[2,3] y <float[2,1] a = {2, 3}, float b = {5}>', 'm = Add (x, a)\ny = Add (m, b)', 'Add'],
      [`${X} <float a = {2}, float b = {3}>`, 'm = Mul (x, a)\ny = Add (m, b)'],
      [`${X} <float a = {2}, float b = {0}>`, 'm = Mul (x, a)\ny = Mul (m, b)'],
      [`${X} <float a = {1e30}, float b = {1e30}>`, 'm = Mul (x, a)\ny = Mul (m, b)'],
      [`${X} <float a = {1e-30}, float b = {1e-30}>`, 'm = Mul (x, a)\ny = Mul (m, b)'],
      ['float[2,3] x => float[2,3] y, float[2,3] m <float a = {2}, float b = {3}>', 'm = Mul (x, a)\ny = Mul (m, b)'],
      ['int64[3] x => int64[3] y <int64 a = {2}, int64 b = {3}>', 'm = Div (x, a)\ny = Mul (m, b)'],
    ],
    { rules: constantChainRules },
  );
  testEach(
    [
      [
        'float16[3] x => float16[3] y <float16 a = {16896}, float16 b = {17664}>',
        'm = Mul (x, a)\ny = Mul (m, b)',
        'Mul',
      ],
    ],
    { rules: constantChainRules, within: 2e-3 },
  );
});
