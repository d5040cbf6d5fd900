import { describe } from 'vitest';
import { fuseEach, SPECIAL } from './fusing.ts';

describe('reductions', () => {
  const AXES = 'int64[2] axes = {1, -1}, int64[1] last = {-1}, float two = {2}, float three = {3}';
  const cases: readonly (readonly [string, string, string?])[] = [
    [AXES, 'p = Mul (x, x); y = ReduceSum <keepdims = 0> (p, axes)', 'ReduceSumSquare'],
    [AXES, 'p = Pow (x, two); s = ReduceSum (p, axes); y = Sqrt (s)', 'ReduceL2'],
    [AXES, 'p = Abs (x); y = ReduceSum (p, axes)', 'ReduceL1'],
    [AXES, 'p = Exp (x); s = ReduceSum <keepdims = 0> (p, axes); y = Log (s)', 'ReduceLogSumExp'],
    [AXES, 'p = Mul (x, two); y = ReduceSum (p, axes)'],
    [AXES, 'p = Pow (x, three); y = ReduceSum (p, axes)'],
    [AXES, 'p = Mul (x, x); s = ReduceSum (p, last); y = Add (s, p)'],
    [AXES, 'e = Exp (x); s = ReduceSum (e, last); y = Div (e, s)', 'Softmax'],
    [AXES, 'e = Exp (x); s = ReduceSum (e, axes); y = Div (e, s)'],
    [AXES, 'e = Exp (x); s = ReduceSum (e, last); y = Div (s, e)'],
  ];
  fuseEach(cases, { opset: 17 });
  fuseEach(cases, { opset: 18 });
  fuseEach([['', 'p = Mul (x, x); y = ReduceSum <axes = [1]> (p)']], { opset: 12 });
  fuseEach([
    [
      AXES,
      'm = ReduceMax <axes = [3]> (x); d = Sub (x, m); e = Exp (d); s = ReduceSum (e, last); y = Div (e, s)',
      'Softmax',
    ],
    [
      AXES,
      'm = ReduceMax <axes = [1]> (x); d = Sub (x, m); e = Exp (d); s = ReduceSum (e, last); y = Div (e, s)',
      'ReduceMax Sub Softmax',
    ],
  ]);
  fuseEach(
    [
      ['', 'y = ReduceMean <axes = [2, 3]> (x)', 'GlobalAveragePool'],
      ['', 'y = ReduceMean <axes = [2, 3], keepdims = 0> (x)'],
      ['', 'y = ReduceMean <axes = [1, 3]> (x)'],
    ],
    { rules: SPECIAL },
  );
  fuseEach([['', 'y = ReduceMean <axes = [2, 3]> (x)']], { rules: SPECIAL, shape: '[2,0,4,6]' });
});

describe('rearrangements', () => {
  const shapes = (apart: string, together: string) =>
    `int64[${apart.split(',').length}] a = {${apart}}, int64[4] b = {${together}}`;
  const around = (perm: string) => `t = Reshape (x, a); p = Transpose <perm = ${perm}> (t); y = Reshape (p, b)`;
  fuseEach(
    [
      [shapes('2,2,2,3,4,6', '2,3,8,12'), around('[0,3,4,1,5,2]'), 'DepthToSpace'],
      [shapes('-1,3,2,2,4,6', '-1,3,8,12'), around('[0,1,4,2,5,3]'), 'DepthToSpace'],
      [shapes('2,12,2,2,3,2', '2,48,2,3'), around('[0,3,5,1,2,4]'), 'SpaceToDepth'],
      // Other orders; blocks that are not square; another shape behind.
      [shapes('2,3,2,2,4,6', '2,3,8,12'), around('[0,1,4,3,5,2]')],
      [shapes('2,12,2,2,3,2', '2,48,2,3'), around('[0,1,3,5,2,4]')],
      [shapes('2,3,1,4,4,6', '2,3,4,24'), around('[0,1,4,2,5,3]')],
      [shapes('2,3,2,2,4,6', '2,3,12,8'), around('[0,1,4,2,5,3]')],
      [shapes('2,3,2,2,6,4', '2,3,12,8'), around('[0,1,4,2,5,3]')],
    ],
    { shape: '[2,12,4,6]' },
  );
  fuseEach(
    [
      [shapes('2,3,4,4,6', '2,12,4,6'), around('[0,2,1,3,4]'), 'Gather'],
      [shapes('2,4,3,24', '2,12,4,6'), around('[0,2,1,3]'), 'Gather'],
      [shapes('2,4,3,24', '2,12,6,4'), around('[0,2,1,3]')],
      [shapes('2,4,3,24', '2,12,4,6'), around('[0,2,3,1]')],
    ],
    { shape: '[2,12,4,6]', rules: SPECIAL },
  );
});

describe('Attention', () => {
  const filled = 'float c = {0.5}';
  const others = ', float[2,3,5,6] k, float[2,3,6,7] v, float[1,4,6] m, float[1,1,6] row';
  const both = (scores: string) => `${scores}; p = Softmax <axis = 3> (s); y = MatMul (p, v)`;
  fuseEach(
    [
      [filled, both('s = MatMul (x, k)'), 'Transpose Attention'],
      [filled, both('q = MatMul (x, k); s = Mul (q, c)'), 'Transpose Attention'],
      [filled, both('q = MatMul (x, k); s = Div (q, c)'), 'Transpose Attention'],
      [filled, both('q = Mul (x, c); l = Mul (k, c); s = MatMul (q, l)'), 'Transpose Attention'],
      [filled, both('q = MatMul (x, k); t = Mul (q, c); s = Add (t, m)'), 'Transpose Attention'],
      // onnxruntime wants the two last axes of a mask in full.
      [filled, both('q = MatMul (x, k); t = Mul (q, c); s = Add (t, row)')],
      [filled, 's = MatMul (x, k); p = Softmax <axis = 2> (s); y = MatMul (p, v)'],
      [filled, 's = MatMul (x, k); p = Softmax (s); z = MatMul (p, v); o = ReduceSum (p); y = Add (z, o)'],
      [filled.replace('float c = {0.5}', 'float c = {-0.5}'), both('q = MatMul (x, k); s = Mul (q, c)')],
    ],
    { opset: 23, others },
  );
  fuseEach([[filled, both('s = MatMul (x, k)')]], { opset: 22, others });
});
