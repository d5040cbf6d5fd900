import { describe } from 'vitest';
import { fuseEach } from './fusing.ts';

const A = 'float zero = {0}, float one = {1}, float a = {0.3}, float big = {2}, float low = {-inf}';

describe('Relu and ThresholdedRelu', () => {
  fuseEach([
    [A, 'c = Less (x, zero); y = Where (c, zero, x)', 'Relu'],
    [A, 'c = LessOrEqual (x, zero); y = Where (c, zero, x)', 'Relu'],
    [A, 'c = Greater (x, zero); y = Where (c, x, zero)', 'ThresholdedRelu'],
    [A, 'c = Greater (x, a); y = Where (c, x, zero)', 'ThresholdedRelu'],
    // NaN stays NaN in one and becomes 0 in the other; -Infinity times 0 is NaN.
    [A, 'c = GreaterOrEqual (x, zero); y = Where (c, x, zero)'],
    [A, 'c = LessOrEqual (x, a); y = Where (c, zero, x)'],
    [A, 'c = Greater (x, zero); f = Cast <to = 1> (c); y = Mul (f, x)'],
    [A, 'c = Greater (x, a); f = Cast <to = 1> (c); y = Mul (f, x)'],
    // What lies on the bound is kept here; the other side is not 0.
    [A, 'c = GreaterOrEqual (x, a); y = Where (c, x, zero)'],
    [A, 'c = Greater (x, a); y = Where (c, x, one)'],
    [A, 'c = Greater (x, zero); y = Where (c, zero, x)'],
    // As masks have it: nothing is near what is infinite.
    [A, 'c = Greater (x, zero); y = Where (c, x, low)'],
  ]);
});

describe('LeakyRelu and PRelu', () => {
  const SLOPES = 'float zero = {0}, float[3,1,1] a = {0.1, 0.2, 0.3}';
  const ROWS = 'float zero = {0}, float[2,2,3,1,1] a = {1,2,3,4,5,6,7,8,9,10,11,12}';
  const where = 'c = Greater (x, zero); m = Mul (a, x); y = Where (c, x, m)';
  fuseEach([
    [A, where, 'LeakyRelu'],
    [A, 'c = LessOrEqual (x, zero); m = Mul (a, x); y = Where (c, m, x)', 'LeakyRelu'],
    [A, 'm = Mul (x, a); y = Max (x, m)', 'LeakyRelu'],
    [A, 'm = Mul (x, big); y = Max (x, m)'],
    [A, 'm = Mul (x, a); y = Min (x, m)'],
    [A, 'c = Greater (x, one); m = Mul (a, x); y = Where (c, x, m)'],
    [SLOPES, where, 'PRelu'],
    [ROWS, where],
    [SLOPES, 'r = Relu (x); n = Neg (x); s = Relu (n); m = Mul (s, a); y = Sub (r, m)', 'PRelu'],
    [SLOPES, 'r = Relu (x); n = Neg (x); s = Relu (n); m = Mul (s, a); y = Add (r, m)', 'PRelu'],
    [SLOPES, 'r = Relu (x); n = Neg (x); s = Relu (x); m = Mul (s, a); y = Sub (r, m)'],
  ]);
});

describe('Elu, Celu and Selu', () => {
  const NEGATIVE = A.replace('0.3', '-0.3');
  fuseEach([
    [A, 'c = Greater (x, zero); e = Exp (x); s = Sub (e, one); m = Mul (a, s); y = Where (c, x, m)', 'Elu'],
    [A, 'r = Relu (x); e = Exp (x); s = Sub (e, one); n = Min (s, zero); m = Mul (a, n); y = Add (r, m)', 'Elu'],
    [A, 'r = Max (x, zero); l = Min (x, zero); e = Exp (l); s = Sub (e, one); m = Mul (s, a); y = Add (r, m)', 'Elu'],
    [A, 'c = Greater (x, zero); e = Exp (x); s = Sub (e, one); y = Where (c, x, s)', 'Elu'],
    [A, 'r = Relu (x); e = Exp (x); s = Sub (e, one); m = Mul (a, s); y = Add (r, m)'],
    [A, 'c = Greater (x, zero); e = Exp (x); s = Sub (e, a); y = Where (c, x, s)'],
    [A, 'd = Div (x, a); e = Elu (d); y = Mul (e, a)', 'Celu'],
    [
      A,
      'd = Div (x, a); e = Exp (d); s = Sub (e, one); m = Mul (s, a); n = Min (m, zero); r = Relu (x); y = Add (r, n)',
      'Celu',
    ],
    [
      NEGATIVE,
      'd = Div (x, a); e = Exp (d); s = Sub (e, one); m = Mul (s, a); n = Min (m, zero); r = Relu (x); y = Add (r, n)',
    ],
    [A, 'e = Elu <alpha = 1.6732632> (x); y = Mul (e, big)', 'Selu'],
    ['float[5] w = {1, 2, 3, 4, 5}', 'e = Elu <alpha = 1.6732632> (x); y = Mul (e, w)'],
  ]);
});
