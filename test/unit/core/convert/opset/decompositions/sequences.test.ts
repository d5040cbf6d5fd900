import { expect, test } from 'vitest';
import { decomposes, reasons } from './decomposing.ts';

const three = 'float[2,3] a, float[2,3] b, float[2,3] c';

decomposes('sequences that are known', [
  {
    graph: `${three} => float[2,9] y`,
    nodes: 's = SequenceConstruct (a, b, c)\ny = ConcatFromSequence <axis = -1> (s)',
    from: 11,
    to: [10, 7],
    gone: 'SequenceConstruct',
  },
  {
    graph: `${three} => float[2,3,2] y, float[2,3] z, int64 n`,
    nodes: `p = Constant <value = int64 {-1}> ()
      q = Constant <value = int64 {0}> ()
      e = SequenceEmpty ()
      s = SequenceInsert (e, a)
      t = SequenceInsert (s, b, q)
      u = SequenceInsert (t, c)
      v = SequenceErase (u, p)
      y = ConcatFromSequence <axis = 2, new_axis = 1> (v)
      z = SequenceAt (u, p)
      n = SequenceLength (u)`,
    from: 12,
    to: [10, 7],
    gone: 'SequenceInsert',
  },
  {
    graph: 'float[5,4] x => float[2,4] y, float[1,4] z, float[4] w',
    nodes: `k = Constant <value = int64 {2}> ()
      p = Constant <value = int64 {1}> ()
      s = SplitToSequence (x, k)
      y = SequenceAt (s, p)
      z = SequenceAt (s, k)
      t = SplitToSequence <keepdims = 0> (x)
      w = SequenceAt (t, p)`,
    from: 11,
    to: [10, 7],
    gone: 'SplitToSequence',
  },
]);

decomposes('SequenceMap', [
  {
    graph: `${three}, float[2,3] d => float[2,9] y`,
    nodes: `s = SequenceConstruct (a, b, c)
      t = SequenceMap <body = each (float[2,3] x, float[2,3] z) => (float[2,3] w) { m = Mul (x, z)
        w = Add (m, a) }> (s, d)
      y = ConcatFromSequence <axis = 1> (t)`,
    from: 17,
    to: [16, 13],
    gone: 'SequenceMap',
  },
]);

decomposes('optional values that are none', [
  {
    graph: 'float[2] x => float[2] y, bool h',
    nodes: 'y = OptionalGetElement (x)\nh = OptionalHasElement (x)',
    from: 18,
    to: [17, 7],
    gone: 'OptionalGetElement',
  },
]);

test('a sequence that somebody wants whole', () => {
  const row = { graph: 'float[2] a => seq(float[2]) y', nodes: 'y = SequenceConstruct (a)', from: 11 };
  expect(reasons(row, 10)).toEqual(['SequenceConstruct needs opset 11: older opsets have no sequences.']);
});
