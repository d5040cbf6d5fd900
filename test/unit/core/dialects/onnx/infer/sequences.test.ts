/** Sequences and optionals. */
import { clashes, table } from './cases.ts';

table('sequences', [
  ['float[2,3] a, float[2,4] b', 'y = SequenceConstruct (a, b)', 'sequence(float32[2, ?])'],
  ['float[2,3] a, float[4] b', 'y = SequenceConstruct (a, b)', 'sequence(float32)'],
  ['', 'y = SequenceEmpty <dtype = 7> ()', 'sequence(int64)'],
  ['seq(float[2,3]) s, float[2,4] a', 'y = SequenceInsert (s, a)', 'sequence(float32[2, ?])'],
  [
    'seq(float[2,3]) s, int64 i',
    'y = SequenceAt (s, i)\nz = SequenceErase (s)',
    'float32[2, 3]; sequence(float32[2, 3])',
  ],
  ['seq(float[2,3]) s', 'y = SequenceLength (s)', 'int64[]'],
  ['seq(float[2,3]) s', 'y = ConcatFromSequence <axis = 1> (s)', 'float32[2, ?]'],
  ['seq(float[2,3]) s', 'y = ConcatFromSequence <axis = -1, new_axis = 1> (s)', 'float32[2, 3, ?]'],
  ['float[6,3] x', 'y = SplitToSequence (x)', 'sequence(float32[1, 3])'],
  ['float[6,3] x', 'y = SplitToSequence <keepdims = 0, axis = 1> (x)', 'sequence(float32[6])'],
  ['float[6,3] x', 'n = Constant <value_int = 2> ()\ny = SplitToSequence (x, n)', 'sequence(float32[2, 3])'],
  ['float[6,3] x', 'n = Constant <value_int = 4> ()\ny = SplitToSequence (x, n)', 'sequence(float32[?, 3])'],
  ['float[6,3] x', 'n = Constant <value_ints = [3,3]> ()\ny = SplitToSequence (x, n)', 'sequence(float32[3, 3])'],
  [
    'seq(float[2]) s, float[3] w',
    'y = SequenceMap (s, w) <body = b (e, v) => (r) { r = Concat <axis = 0> (e, v) }>',
    'sequence(float32[5])',
  ],
]);

table('optionals', [
  ['float[2] x', 'y = Optional (x)\nz = OptionalGetElement (y)', 'optional(float32[2]); float32[2]'],
  ['', 'y = Optional <type = seq(float[3])> ()', 'optional(sequence(float32[3]))'],
  ['optional(float[2]) x', 'y = OptionalHasElement (x)', 'bool[]'],
  ['float[2] x', 'y = OptionalGetElement (x)', 'float32[2]'],
]);

clashes('sequences that cannot be', [
  ['seq(float[2]) s, int64[2] a', 'y = SequenceInsert (s, a)', 'a int64 does not go into a sequence of float32'],
  ['seq(float[2,3]) s', 'y = ConcatFromSequence <axis = 2> (s)', 'axis 2 lies outside of rank 2'],
  ['seq(float[2,3]) s', 'y = ConcatFromSequence <axis = 0, new_axis = 2> (s)', 'new_axis is 2'],
  ['float[6,3] x', 'n = Constant <value_ints = [3,4]> ()\ny = SplitToSequence (x, n)', 'the parts sum up to 7, not 6'],
  ['float[6,3] x', 'n = Constant <value_int = 0> ()\ny = SplitToSequence (x, n)', 'split is 0'],
  ['float[6,3] x', 'y = SequenceMap (x) <body = b (e) => (e) {}>', 'float32'],
  ['', 'y = Optional ()', 'neither an input nor the attribute type'],
]);
