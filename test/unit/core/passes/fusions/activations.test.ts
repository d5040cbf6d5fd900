import { describe, expect, test } from 'vitest';
import { erfGelu } from '../../../../../src/core/passes/fusions/activations.ts';
import { missesOf } from '../pattern/support.ts';
import { fuseEach } from './fusing.ts';

const GELU = 'float s = {1.41421356}, float one = {1}, float half = {0.5}, float two = {2}';
const gelu = 'a = Div (x, s); b = Erf (a); c = Add (b, one)';

describe('Gelu', () => {
  fuseEach(
    [
      [GELU, `${gelu}; d = Mul (x, c); y = Mul (d, half)`, 'Gelu'],
      [GELU, `h = Mul (half, x); ${gelu}; y = Mul (h, c)`, 'Gelu'],
      [GELU, `${gelu}; d = Mul (c, half); y = Mul (d, x)`, 'Gelu'],
      [GELU, `${gelu}; d = Mul (x, c); y = Div (d, two)`, 'Gelu'],
      [
        GELU.replace('1.41421356', '0.70710678'),
        `a = Mul (x, s); b = Erf (a); c = Add (one, b); h = Div (x, two); y = Mul (c, h)`,
        'Gelu',
      ],
      // Another constant, another value, an inner value that others read.
      [GELU.replace('1.41421356', '1.414'), `${gelu}; d = Mul (x, c); y = Mul (d, half)`],
      [GELU, `n = Neg (x); a = Div (n, s); b = Erf (a); c = Add (b, one); d = Mul (x, c); y = Mul (d, half)`],
      [GELU, `${gelu}; d = Mul (x, c); z = Mul (d, half); y = Add (z, b)`],
    ],
    { opset: 20 },
  );
  fuseEach([[GELU, `${gelu}; d = Mul (x, c); y = Mul (d, half)`]], { opset: 19 });

  test('says why it nearly fits', () => {
    const body = 'a = Div (x, s) b = Erf (a) c = Add (b, one) d = Mul (x, c) y = Mul (d, half)';
    const text = `g (float[2,5] x) => (float[2,5] y) <float s = {1.414}, float one = {1}, float half = {0.5}> { ${body} }`;
    expect(missesOf(erfGelu, text, 'y')).toEqual([
      's, input 1 of Div, is 1.4140000343322754, the rule wants 1.4142135623730951',
    ]);
  });

  const TANH = 'float s = {0.79788456}, float one = {1}, float half = {0.5}, float three = {3}, float k = {0.044715}';
  const rest = 'v = Tanh (u); w = Add (v, one); h = Mul (x, half); y = Mul (h, w)';
  fuseEach(
    [
      [TANH, `p = Pow (x, three); q = Mul (k, p); r = Add (x, q); u = Mul (r, s); ${rest}`, 'Gelu'],
      [TANH, `p = Mul (x, x); o = Mul (p, x); q = Mul (k, o); r = Add (x, q); u = Mul (r, s); ${rest}`, 'Gelu'],
      [TANH, `p = Mul (x, k); q = Mul (p, x); r = Add (q, one); o = Mul (x, s); u = Mul (o, r); ${rest}`, 'Gelu'],
      [
        TANH.replace('0.044715', '0.0447'),
        `p = Pow (x, three); q = Mul (k, p); r = Add (x, q); u = Mul (r, s); ${rest}`,
      ],
    ],
    { opset: 20 },
  );
});

describe('Sigmoid, Softplus, Softsign, Mish', () => {
  const ONE = 'float one = {1}, float two = {2}';
  fuseEach(
    [
      [ONE, 'n = Neg (x); e = Exp (n); a = Add (e, one); y = Reciprocal (a)', 'Sigmoid'],
      [ONE, 'n = Neg (x); e = Exp (n); a = Add (one, e); y = Div (one, a)', 'Sigmoid'],
      [ONE, 'n = Neg (x); e = Exp (n); a = Add (e, two); y = Reciprocal (a)'],
      [ONE, 'n = Neg (x); e = Exp (n); a = Add (e, one); y = Div (two, a)'],
      [ONE, 'e = Exp (x); a = Add (e, one); y = Log (a)', 'Softplus'],
      [
        ONE,
        'm = Abs (x); n = Neg (m); e = Exp (n); a = Add (e, one); l = Log (a); r = Relu (x); y = Add (r, l)',
        'Softplus',
      ],
      [ONE, 'e = Exp (x); a = Add (e, two); y = Log (a)'],
      [ONE, 'm = Abs (x); a = Add (m, one); y = Div (x, a)', 'Softsign'],
      [ONE, 'm = Abs (x); a = Add (m, two); y = Div (x, a)'],
      ['', 's = Softplus (x); t = Tanh (s); y = Mul (t, x)', 'Mish'],
      ['', 's = Softplus (x); t = Tanh (s); y = Mul (t, s)'],
    ],
    { opset: 18 },
  );
  fuseEach([['', 's = Softplus (x); t = Tanh (s); y = Mul (t, x)']], { opset: 17 });
  fuseEach([['float16 one = {15360}', 'e = Exp (x); a = Add (e, one); y = Log (a)']], { type: 'float16' });
  // onnxruntime has no kernels for doubles.
  fuseEach([['double one = {1}', 'm = Abs (x); a = Add (m, one); y = Div (x, a)']], { type: 'double' });
});

describe('Swish', () => {
  fuseEach(
    [
      ['', 's = Sigmoid (x); y = Mul (s, x)', 'Swish'],
      ['float a = {1.702}', 't = Mul (a, x); s = Sigmoid (t); y = Mul (x, s)', 'Swish'],
      ['float[5] a = {1, 2, 3, 4, 5}', 't = Mul (x, a); s = Sigmoid (t); y = Mul (x, s)'],
      ['', 's = Sigmoid (x); y = Mul (s, s)'],
    ],
    { opset: 24 },
  );
  fuseEach([['', 's = Sigmoid (x); y = Mul (s, x)']], { opset: 23 });
});

describe('HardSigmoid and HardSwish', () => {
  const SIX = 'float three = {3}, float zero = {0}, float six = {6}, float sixth = {0.16666667}, float five = {5}';
  const six = 'a = Add (x, three); c = Clip (a, zero, six)';
  fuseEach([
    [SIX, `${six}; y = Div (c, six)`, 'HardSigmoid'],
    [SIX, `${six}; y = Mul (sixth, c)`, 'HardSigmoid'],
    [SIX, 'a = Add (three, x); r = Relu (a); c = Min (r, six); y = Div (c, six)', 'HardSigmoid'],
    [SIX, 'a = Add (x, five); c = Clip (a, zero, six); y = Div (c, six)'],
    [SIX, `${six}; y = Div (c, five)`],
    [SIX, 'a = Add (x, three); c = Clip (a, zero, five); y = Div (c, six)'],
    [SIX, `${six}; m = Mul (x, c); y = Div (m, six)`, 'HardSwish'],
    [SIX, `${six}; m = Mul (c, x); y = Mul (m, sixth)`, 'HardSwish'],
    [SIX, `${six}; d = Div (c, six); y = Mul (d, x)`, 'HardSwish'],
    [SIX, `${six}; d = Div (x, six); y = Mul (c, d)`, 'HardSwish'],
    ['', 'h = HardSigmoid <alpha = 0.16666667, beta = 0.5> (x); y = Mul (x, h)', 'HardSwish'],
    ['', 'h = HardSigmoid <alpha = 0.2, beta = 0.5> (x); y = Mul (x, h)'],
    [SIX, `${six}; m = Mul (three, c); y = Div (m, six)`],
    [
      'float k = {0.25}, float b = {0.4}, float zero = {0}, float one = {1}',
      'm = Mul (x, k); a = Add (m, b); y = Clip (a, zero, one)',
      'HardSigmoid',
    ],
    [
      'float[5] k = {1, 2, 3, 4, 5}, float b = {0.4}, float zero = {0}, float one = {1}',
      'm = Mul (x, k); a = Add (m, b); y = Clip (a, zero, one)',
    ],
  ]);
  fuseEach([[SIX, `${six}; m = Mul (x, c); y = Div (m, six)`]], { opset: 13 });
  fuseEach(
    [
      [
        'float three = {3}, float six = {6}',
        'a = Add (x, three); c = Clip <min = 0.0, max = 6.0> (a); y = Div (c, six)',
        'HardSigmoid',
      ],
    ],
    { opset: 10 },
  );
});
