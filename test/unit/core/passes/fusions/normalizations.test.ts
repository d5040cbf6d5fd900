import { describe } from 'vitest';
import { fuseEach, SPECIAL } from './fusing.ts';

const C =
  'float two = {2}, float eps = {0.00001}, float one = {1}, float[5] w = {1, 2, 3, 4, 5}, float[5] b = {5, 4, 3, 2, 1}';
const mean = (axes: string) => `m = ReduceMean <axes = ${axes}> (x); d = Sub (x, m)`;
const variance = (axes: string) => `p = Pow (d, two); v = ReduceMean <axes = ${axes}> (p); e = Add (v, eps)`;
const root = 's = Sqrt (e); n = Div (d, s)';
const affine = 'g = Mul (n, w); y = Add (g, b)';

describe('LayerNormalization', () => {
  const last = `${mean('[-1]')}; ${variance('[-1]')}`;
  fuseEach([
    [C, `${last}; ${root}; ${affine}`, 'LayerNormalization'],
    [C, `${mean('[3]')}; ${variance('[3]')}; ${root}; g = Mul (w, n); y = Add (b, g)`, 'LayerNormalization'],
    [
      C,
      `${mean('[-1]')}; p = Mul (d, d); v = ReduceMean <axes = [-1]> (p); e = Add (v, eps); s = Sqrt (e); r = Reciprocal (s); n = Mul (d, r); ${affine}`,
      'LayerNormalization',
    ],
    [C, `${last}; s = Sqrt (e); r = Div (one, s); n = Mul (d, r); y = Mul (n, w)`, 'LayerNormalization'],
    [C, `${last}; s = Sqrt (e); y = Div (d, s)`, 'LayerNormalization'],
    [C, `${mean('[2, 3]')}; ${variance('[-1, -2]')}; ${root}; y = Identity (n)`, 'LayerNormalization Identity'],
    // A residual that is added is no shift.
    [C, `${last}; ${root}; y = Add (n, x)`, 'LayerNormalization Add'],
    // Another axis, two different axes, the mean not kept, eps outside of the root, an inner value that others read.
    [C, `${mean('[1]')}; ${variance('[1]')}; ${root}; ${affine}`],
    [C, `${mean('[-1]')}; ${variance('[2, 3]')}; ${root}; ${affine}`],
    [
      C,
      `${mean('[-1]')}; p = Pow (d, two); v = ReduceMean <axes = [-1]> (p); s = Sqrt (v); e = Add (s, eps); n = Div (d, e); ${affine}`,
    ],
    [C, `${last}; s = Sqrt (e); n = Div (d, s); g = Mul (n, w); o = Add (g, b); y = Add (o, v)`, undefined],
    [
      C.replace('float two = {2}', 'float two = {3}'),
      `${mean('[-1]')}; p = Pow (d, two); q = Abs (p); v = ReduceMean <axes = [-1]> (q); e = Add (v, eps); ${root}; ${affine}`,
    ],
  ]);
  fuseEach([[C, `${last}; ${root}; ${affine}`]], { opset: 16 });
  fuseEach([[C.replaceAll('float', 'double'), `${last}; ${root}; ${affine}`]], { type: 'double' });
  fuseEach(
    [
      [
        `${C}, int64[1] axes = {-1}`,
        'm = ReduceMean (x, axes); d = Sub (x, m); p = Mul (d, d); v = ReduceMean (p, axes); e = Add (v, eps); s = Sqrt (e); n = Div (d, s); g = Mul (n, w); y = Add (g, b)',
        'LayerNormalization',
      ],
    ],
    { opset: 18 },
  );
});

describe('LayerNormalization as TensorFlow writes it', () => {
  const rows = 'i = Reciprocal (s); r = Mul (i, w); a = Mul (x, r); c = Mul (m, r); o = Sub (b, c); y = Add (a, o)';
  const last = `${mean('[-1]')}; p = Mul (d, d); v = ReduceMean <axes = [-1]> (p); e = Add (v, eps); s = Sqrt (e)`;
  fuseEach([
    [C, `${last}; ${rows}`, 'LayerNormalization'],
    [C, `${last}; ${rows.replace('Sub (b, c)', 'Sub (c, b)')}`],
    [C.replace('float[5] w = {1, 2, 3, 4, 5}', 'float[1] w = {2}'), `${last}; ${rows}`],
  ]);
});

describe('RMSNormalization', () => {
  const axes = `${C}, int64[1] axes = {-1}, int64[1] other = {1}`;
  const middle = (over: string) => `p = Pow (x, two); v = ReduceMean (p, ${over}); e = Add (v, eps); s = Sqrt (e)`;
  fuseEach(
    [
      [axes, `${middle('axes')}; i = Reciprocal (s); n = Mul (x, i); y = Mul (w, n)`, 'RMSNormalization'],
      [axes, `${middle('axes')}; n = Div (x, s); y = Mul (n, w)`, 'RMSNormalization'],
      [axes, `${middle('other')}; n = Div (x, s); y = Mul (n, w)`],
      [axes, `${middle('axes')}; n = Div (w, s); y = Mul (n, w)`],
    ],
    { opset: 23 },
  );
  fuseEach([[axes, `${middle('axes')}; n = Div (x, s); y = Mul (n, w)`]], { opset: 22 });
});

describe('GroupNormalization', () => {
  const G =
    'int64[3] apart = {0, 2, -1}, int64[4] back = {2, 4, 3, 3}, float[2] ones = {1, 1}, float[2] zeros = {0, 0}, float[4,1,1] w = {1, 2, 3, 4}, float[1,4,1,1] b = {4, 3, 2, 1}';
  const nodes =
    't = Reshape (x, apart); n = InstanceNormalization <epsilon = 0.001> (t, ones, zeros); r = Reshape (n, back); g = Mul (r, w); y = Add (g, b)';
  fuseEach(
    [
      [G, nodes, 'GroupNormalization'],
      [G.replace('ones = {1, 1}', 'ones = {1, 2}'), nodes],
      [G.replace('float[4,1,1] w = {1, 2, 3, 4}', 'float[3,1] w = {1, 2, 3}'), nodes],
      [
        G.replace('apart = {0, 2, -1}', 'apart = {1, 2, -1}').replace('back = {2, 4, 3, 3}', 'back = {2, 4, 3, 3}'),
        nodes,
      ],
    ],
    { opset: 21, shape: '[2,4,3,3]' },
  );
  // Groups that would cut channels.
  fuseEach(
    [
      [
        G.replace('{0, 2, -1}', '{0, 3, -1}').replace(
          'float[2] ones = {1, 1}, float[2] zeros = {0, 0}',
          'float[3] ones = {1, 1, 1}, float[3] zeros = {0, 0, 0}',
        ),
        nodes,
      ],
    ],
    { opset: 21, shape: '[2,4,3,3]' },
  );
  fuseEach([[G, nodes]], { opset: 20, shape: '[2,4,3,3]' });
});

describe('LpNormalization', () => {
  fuseEach(
    [
      ['', 'n = ReduceL2 <axes = [1]> (x); y = Div (x, n)', 'LpNormalization'],
      ['', 'n = ReduceL1 <axes = [-1]> (x); y = Div (x, n)', 'LpNormalization'],
      // A bound, two axes.
      ['float eps = {0.001}', 'n = ReduceL2 <axes = [1]> (x); m = Max (n, eps); y = Div (x, m)'],
      ['', 'n = ReduceL2 <axes = [1, 2]> (x); y = Div (x, n)'],
    ],
    { rules: SPECIAL },
  );
});
