/** Bounds, pads and reductions that are computed, windows with gaps, blocks and orders: both sides compute the same. */
import { expect, test } from 'vitest';
import { decomposes, reasons } from './decompositions/decomposing.ts';

const x = 'float[4,5] x';
const bounds = `${x}, int64[2] s, int64[2] e => float[P,Q] y`;

decomposes('Slice whose bounds are computed', [
  { graph: bounds, nodes: 'y = Slice (x, s, e)', from: 10, to: [9, 7], inputs: { s: [1, -3], e: [3, 100] } },
  // Nothing is left of the first axis.
  { graph: bounds, nodes: 'y = Slice (x, s, e)', from: 13, to: [9], inputs: { s: [3, 0], e: [1, 2] } },
  {
    graph: `${x}, int64[2] s, int64[2] e, int64[2] a, int64[2] t => float[P,Q] y`,
    nodes: 'y = Slice (x, s, e, a, t)',
    from: 13,
    to: [9],
    inputs: { s: [-1, 0], e: [-100, 5], a: [1, -2], t: [-2, 3] },
  },
  {
    graph: `${x}, int64[1] s, int64[1] e, int64[1] a => float[P,Q] y`,
    nodes: 'y = Slice (x, s, e, a)',
    from: 11,
    to: [9],
    inputs: { s: [2], e: [4], a: [-1] },
  },
  // Constant bounds with steps: places that are known.
  {
    graph: `${x} => float[P,Q] y`,
    nodes: `s = Constant <value_ints = [-1, 4]> ()
      e = Constant <value_ints = [-100, -9223372036854775807]> ()
      a = Constant <value_ints = [0, 1]> ()
      t = Constant <value_ints = [-1, -3]> ()
      y = Slice (x, s, e, a, t)`,
    from: 13,
    to: [9],
    gone: 'Loop',
  },
]);

const pads = `${x}, int64[4] p, float v => float[P,Q] y`;

decomposes('Pad whose amounts are computed', [
  { graph: pads, nodes: 'y = Pad (x, p, v)', from: 11, to: [10, 9, 8], inputs: { p: [1, 0, 2, 3], v: [7] } },
  { graph: pads, nodes: 'y = Pad (x, p, v)', from: 13, to: [10], inputs: { p: [-1, 2, 0, -2], v: [7] } },
  { graph: pads, nodes: 'y = Pad <mode = "edge"> (x, p, v)', from: 13, to: [10], inputs: { p: [1, 0, 2, 3], v: [0] } },
  {
    graph: pads,
    nodes: 'y = Pad <mode = "reflect"> (x, p, v)',
    from: 11,
    to: [10],
    inputs: { p: [1, 4, 3, 0], v: [0] },
  },
  {
    graph: pads,
    nodes: 'y = Pad <mode = "wrap"> (x, p, v)',
    from: 19,
    to: [18, 10],
    inputs: { p: [3, 1, 2, -3], v: [0] },
  },
  {
    graph: `${x}, int64[2] p, int64[1] a => float[P,Q] y`,
    nodes: 'y = Pad (x, p, "", a)',
    from: 18,
    to: [17, 10],
    inputs: { p: [2, 1], a: [-2] },
  },
  {
    graph: `${x}, int64[2] p => float[P,Q] y`,
    nodes: `a = Constant <value_ints = [1]> ()
      y = Pad (x, p, "", a)`,
    from: 18,
    to: [17],
    inputs: { p: [2, 1] },
  },
  // Integers are padded as floats, which hold them.
  {
    graph: 'int32[2,3] x => int32[P,Q] y',
    nodes: `p = Constant <value_ints = [1, 1, 1, 2]> ()
      y = Pad <mode = "reflect"> (x, p)`,
    from: 18,
    to: [10],
    inputs: { x: [1, 2, 3, 4, 5, 2147483647] },
  },
]);

const map = 'float[2,3,9,8] x => float[A,B,C,D] y';

decomposes('windows with gaps', [
  {
    graph: map,
    nodes: 'y = AveragePool <kernel_shape = [3,2], dilations = [2,3], strides = [1,2]> (x)',
    from: 19,
    to: [18, 7],
  },
  {
    graph: map,
    nodes: 'y = AveragePool <kernel_shape = [2,2], dilations = [2,2], pads = [1,0,1,1]> (x)',
    from: 19,
    to: [18],
  },
  {
    graph: map,
    nodes: 'y = AveragePool <kernel_shape = [2,2], dilations = [2,2], pads = [1,0,1,1], count_include_pad = 1> (x)',
    from: 19,
    to: [18],
  },
  {
    graph: map,
    nodes: 'y = AveragePool <kernel_shape = [3,2], dilations = [2,2], strides = [3,3], ceil_mode = 1> (x)',
    from: 19,
    to: [18],
  },
  {
    graph: map,
    nodes: 'y = LpPool <kernel_shape = [2,3], dilations = [2,1], p = 3> (x)',
    from: 18,
    to: [17, 7],
    within: 1e-4,
  },
  {
    graph: map,
    nodes: 'y = MaxPool <kernel_shape = [3,2], dilations = [2,3], pads = [2,0,1,1]> (x)',
    from: 12,
    to: [9, 7],
  },
  { graph: map, nodes: 'y = MaxPool <kernel_shape = [3,3], strides = [2,2], ceil_mode = 1> (x)', from: 10, to: [9] },
  {
    graph: map,
    nodes: 'y = AveragePool <kernel_shape = [3,3], strides = [2,2], ceil_mode = 1> (x)',
    from: 10,
    to: [9],
  },
  {
    graph: 'float16[2,3,9,8] x => float16[A,B,C,D] y',
    nodes: 'y = AveragePool <kernel_shape = [2,2], dilations = [2,2]> (x)',
    from: 19,
    to: [18],
    within: 2e-3,
  },
]);

const scaled = 'float[1,2,6,5] x, float[4] s => float[A,B,C,D] y';
const sized = 'float[1,2,6,5] x, int64[2] z => float[A,B,C,D] y';

decomposes('Resize whose scales or sizes are computed', [
  {
    graph: scaled,
    nodes: 'y = Resize <mode = "cubic"> (x, "", s)',
    from: 13,
    to: [10],
    inputs: { s: [1, 1, 1.5, 0.7] },
  },
  {
    graph: scaled,
    nodes: 'y = Resize <mode = "nearest", nearest_mode = "ceil"> (x, "", s)',
    from: 13,
    to: [10, 9],
    inputs: { s: [1, 1, 0.6, 2.3] },
  },
  {
    graph: sized,
    nodes: 'y = Resize <mode = "linear", antialias = 1, axes = [2, 3]> (x, "", "", z)',
    from: 18,
    to: [17],
    inputs: { z: [3, 7] },
  },
  {
    graph: sized,
    nodes: 'y = Resize <mode = "cubic", antialias = 1, exclude_outside = 1, axes = [3, 2]> (x, "", "", z)',
    from: 18,
    to: [17],
    inputs: { z: [2, 3] },
  },
  {
    graph: sized,
    nodes: 'y = Resize <mode = "nearest", keep_aspect_ratio_policy = "not_larger", axes = [2, 3]> (x, "", "", z)',
    from: 18,
    to: [17],
    inputs: { z: [9, 9] },
  },
  {
    graph: 'float[1,1,6,5] x, float[8] r, int64[4] z => float[A,B,C,D] y',
    nodes: `y = Resize <mode = "linear", coordinate_transformation_mode = "tf_crop_and_resize", extrapolation_value = 9.0> (x, r, "", z)`,
    from: 13,
    to: [10],
    inputs: { r: [0, 0, 0.2, -0.3, 1, 1, 0.8, 1.1], z: [1, 1, 4, 3] },
  },
]);

const written = 'float[3,4] x, int64[2,4] i, float[2,4] u => float[3,4] y';
const twice = { i: [0, 1, 2, -1, 0, 1, 0, 2] };

decomposes('places that several updates meet', [
  ...['max', 'min', 'add', 'mul'].map((reduction) => ({
    graph: written,
    nodes: `y = ScatterElements <reduction = "${reduction}"> (x, i, u)`,
    from: 18,
    to: [17, 15],
    inputs: twice,
  })),
  ...['max', 'min', 'add', 'mul'].map((reduction) => ({
    graph: 'float[3,4] x, int64[3,1] i, float[3,4] u => float[3,4] y',
    nodes: `y = ScatterND <reduction = "${reduction}"> (x, i, u)`,
    from: 18,
    to: [17, 15],
    inputs: { i: [1, 1, -1] },
  })),
]);

const large = [9007199254740991, 4294967296, -4294967297, 5, 4294967296, -1];

decomposes('TopK', [
  {
    graph: 'int64[2,3] x, int64[1] k => int64[2,K] y, int64[2,K] i',
    nodes: 'y, i = TopK (x, k)',
    from: 11,
    to: [10, 9],
    inputs: { x: large, k: [2] },
  },
  {
    graph: 'int64[6] x, int64[1] k => int64[K] y, int64[K] i',
    nodes: 'y, i = TopK <largest = 0> (x, k)',
    from: 11,
    to: [10],
    inputs: { x: large, k: [4] },
  },
  {
    graph: 'float[2,5] x, int64[1] k => float[2,K] y, int64[2,K] i',
    nodes: 'y, i = TopK (x, k)',
    from: 10,
    to: [9, 7],
    inputs: { k: [3] },
  },
]);

decomposes('places that a run finds', [
  {
    graph: 'float[2,3] x => int64[2,K] y',
    nodes: 'y = NonZero (x)',
    from: 9,
    to: [8, 7],
    inputs: { x: [0, 2, 0, -1, 0, 5] },
  },
  { graph: 'bool[4] x => int64[1,K] y', nodes: 'y = NonZero (x)', from: 13, to: [8], inputs: { x: [0, 0, 0, 0] } },
  {
    graph: 'float[3,4] x, bool[3] c => float[K,4] y',
    nodes: 'y = Compress <axis = 0> (x, c)',
    from: 9,
    to: [8, 7],
    inputs: { c: [1, 0, 1] },
  },
  {
    graph: 'float[3,2] x, bool[5] c => float[K] y',
    nodes: 'y = Compress (x, c)',
    from: 11,
    to: [8],
    inputs: { c: [0, 1, 1, 0, 1] },
  },
  {
    graph: 'int64[3] i, int64 d => float[3,D] y',
    nodes: `v = Constant <value_floats = [0.5, 2.0]> ()
      y = OneHot (i, d, v)`,
    from: 12,
    to: [8],
    inputs: { i: [0, 3, 1], d: [4] },
  },
]);

decomposes('a scale for each block, and integers of 16 bits', [
  {
    graph: 'float[3,4] x, float[3,2] s, uint8[3,2] z => uint8[3,4] y',
    nodes: 'y = QuantizeLinear <axis = 1, block_size = 2> (x, s, z)',
    from: 21,
    to: [20, 10],
    inputs: { x: [-9, 1, 2.5, 3.5, 1e3, 0, 7, 8, 3, 3, -3, 1], s: [1, 2, 0.5, 1, 4, 3], z: [0, 1, 2, 3, 4, 5] },
  },
  {
    graph: 'int8[4,2] x, float[2,2] s => float[4,2] y',
    nodes: 'y = DequantizeLinear <axis = 0, block_size = 2> (x, s)',
    from: 21,
    to: [20],
    inputs: { x: [-128, 127, 3, 4, 5, 6, 7, 8], s: [0.5, 2, 3, 0.25] },
  },
  {
    graph: 'float[5] x, float s, uint16 z => uint16[5] y',
    nodes: 'y = QuantizeLinear (x, s, z)',
    from: 21,
    to: [20, 7],
    inputs: { x: [-1, 2.5, 3.5, 1e6, 100], s: [1], z: [3] },
  },
  {
    graph: 'int16[3] x, float s, int16 z => float[3] y',
    nodes: 'y = DequantizeLinear (x, s, z)',
    from: 21,
    to: [20, 7],
    inputs: { x: [-32768, 32767, 5], s: [0.25], z: [-3] },
  },
]);

decomposes('what training does that draws nothing', [
  {
    graph: 'float[2,3,4] x, float[3] s, float[3] b, float[3] m, float[3] v => float[2,3,4] y, float[3] r, float[3] w',
    nodes: 'y, r, w = BatchNormalization <training_mode = 1, momentum = 0.7> (x, s, b, m, v)',
    from: 15,
    to: [13, 7],
    within: 1e-4,
  },
  {
    graph: 'float[2,3] x => float[2,3] y, bool[2,3] m',
    nodes: 'y, m = Dropout (x)',
    from: 13,
    to: [11, 9, 7],
  },
  {
    graph: 'float[2,3] x => float[2,3] y, bool[2,3] m',
    nodes: `r = Constant <value_float = 0.0> ()
      t = Constant <value = bool {1}> ()
      y, m = Dropout (x, r, t)`,
    from: 13,
    to: [11],
  },
]);

test('what draws random numbers is refused', () => {
  const graph = 'float[2] x, bool t => float[2] y';
  expect(reasons({ graph, nodes: 'y = Dropout (x, "", t)', from: 13 }, 11)).toEqual([
    'Dropout needs opset 12: it may run in training.',
  ]);
});
