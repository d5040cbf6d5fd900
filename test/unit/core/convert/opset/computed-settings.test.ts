/** Settings that are computed while a model runs, and versions that agree or have another order. */
import { expect, test } from 'vitest';
import { expectSame, refusals, type Step } from './stepping.ts';

/** Each size is read where it is needed. */
const BY_SIZES =
  'Shape Gather Shape Gather Shape Gather Concat Reshape Transpose Shape Gather Shape Gather Mul Shape Gather Mul Concat Reshape';

const cases: readonly (readonly [string, Step])[] = [
  [
    'bounds of Clip that are computed',
    {
      graph: 'float[4,5] x, float a, float b => float[4,5] y',
      nodes: 'y = Clip (x, a, b)',
      from: 11,
      to: 10,
      gives: 'Less Where Less Where',
    },
  ],
  [
    'one bound alone, before there was Where',
    {
      graph: 'float[4,5] x, float b => float[4,5] y',
      nodes: 'y = Clip (x, "", b)',
      from: 13,
      to: 8,
      gives: 'Less Reshape Reshape Concat Cast Add Neg Mul Add Gather',
    },
  ],
  [
    'blocks whose channels count first',
    {
      graph: 'float[2,8,3,2] x => float[2,2,6,4] y',
      nodes: 'y = DepthToSpace <blocksize = 2, mode = "CRD"> (x)',
      from: 11,
      to: 10,
      gives: 'Reshape Transpose Reshape',
    },
  ],
  [
    'blocks of images of open sizes',
    {
      graph: 'float[N,8,H,W] x => float[N,2,P,Q] y',
      nodes: 'y = DepthToSpace <blocksize = 2, mode = "CRD"> (x)',
      from: 11,
      to: 10,
      gives: BY_SIZES,
    },
  ],
  [
    'padding of ConvTranspose by its name',
    {
      graph: 'float[1,2,3,4] x, float[2,2,3,2] w => float[1,2,6,4] y',
      nodes: 'y = ConvTranspose <auto_pad = "SAME_UPPER", strides = [2,1]> (x, w)',
      from: 11,
      to: 10,
      gives: 'ConvTranspose',
    },
  ],
  [
    'mean and variance',
    {
      graph: 'float[2,3,4,5] x => float[2,3,4,5] y',
      nodes: 'y = MeanVarianceNormalization (x)',
      from: 9,
      to: 8,
      gives: 'ReduceMean Mul ReduceMean Mul Sub Sqrt Sub Add Div',
    },
  ],
  [
    'scales of an Upsample that are computed',
    {
      graph: 'float[1,2,3,4] x => float[1,2,6,10] y',
      nodes: `c = Constant <value = float[4] {0.0, 0.0, 1.0, 1.5}> ()
        k = Shape (x)
        n = Cast <to = 1> (k)
        d = Div (n, n)
        s = Add (c, d)
        y = Upsample (x, s)`,
      from: 9,
      to: 8,
    },
  ],
  [
    'the same between pixels',
    {
      graph: 'float[1,2,3,4] x, float[1,2,6,10] z => float[1,2,6,10] y',
      nodes: `c = Constant <value = float[4] {0.0, 0.0, 1.0, 1.5}> ()
        k = Shape (x)
        n = Cast <to = 1> (k)
        d = Div (n, n)
        s = Add (c, d)
        y = Upsample <mode = "linear"> (x, s)`,
      from: 9,
      to: 8,
    },
  ],
  [
    'Attention in later versions',
    {
      graph: 'float[1,2,3,4] q, float[1,2,3,4] k, float[1,2,3,4] v => float[1,2,3,4] y',
      nodes: 'y = Attention <is_causal = 1> (q, k, v)',
      from: 23,
      to: 25,
      gives: 'Attention',
    },
  ],
];

test.each(cases)('%s', async (_, step) => {
  await expectSame(step);
});

test('ConvTranspose whose window does not reach its output is refused', () => {
  const [problem] = refusals({
    graph: 'float[1,1,3] x, float[1,1,1] w => float[1,1,6] y',
    nodes: 'y = ConvTranspose <auto_pad = "SAME_UPPER", strides = [2]> (x, w)',
    from: 11,
    to: 10,
  });
  expect(problem?.message).toContain('its windows do not reach as far as its output');
});
