/**
 * Down to the opsets of 2017, which onnxruntime does not run: what stands there is written out as the changelog wants it, and
 * computes what it did before when it has gone up again.
 */
import { expect, test } from 'vitest';
import { convertOpset } from '../../../../../src/core/convert/opset/convert.ts';
import { checkOnnx } from '../../../../../src/core/dialects/onnx/check.ts';
import { encodeOnnx } from '../../../../../src/core/formats/onnx/write.ts';
import { printModel } from '../../../../../src/core/formats/onnxtxt/print.ts';
import { compareOutputs, worstDifference } from '../../../../../src/core/runtime/compare.ts';
import { randomInputs } from '../../../../../src/core/runtime/inputs.ts';
import { runModel } from '../../../../../src/core/runtime/onnxruntime.ts';
import { modelOf, refusals } from './stepping.ts';

const NORMALIZATION = 'float[1,2,3] x, float[2] s, float[2] b, float[2] m => float[1,2,3] y';

test.each([
  ['float[2,3] a, float[2,3] b => float[2,3] y', 'y = Add (a, b)', 6, 'Add (a, b)'],
  ['float[2,3,4] a, float[4] b => float[2,3,4] y', 'y = Mul (a, b)', 6, 'Mul <broadcast = 1> (a, b)'],
  ['float[2,3,4] a, float b => float[2,3,4] y', 'y = Div (a, b)', 6, 'Div <broadcast = 1> (a, b)'],
  ['float[2,3,4] a, float[1,1] b => float[2,3,4] y', 'y = Pow (a, b)', 6, 'Pow <broadcast = 1> (a, b)'],
  [
    'float[2,3,4] a, float[3,1] b => float[2,3,4] y',
    'y = Add (a, b)',
    6,
    'Squeeze <axes = [1]> (b); Add <broadcast = 1, axis = 1>',
  ],
  ['float[N,3] a, float[1,3] b => float[N,3] y', 'y = Add (a, b)', 6, 'Squeeze <axes = [0]> (b); Add <broadcast = 1>'],
  ['float[4] a, float[3,4] b => float[3,4] y', 'y = Sub (a, b)', 6, 'Neg (b); Add <broadcast = 1>'],
  ['float[4] a, float[3,4] b => bool[3,4] y', 'y = Less (a, b)', 6, 'Greater <broadcast = 1> (b, a)'],
  ['float[4] a, float[3,4] b => float[3,4] y', 'y = Div (a, b)', 6, 'Unsqueeze <axes = [0]> (a); Tile; Div'],
  ['float[3,1] a, float[1,4] b => float[3,4] y', 'y = Add (a, b)', 6, 'Tile (a; Tile (b; Add'],
  [
    'float[N,1] a, float[1,M] b => float[N,M] y',
    'y = Add (a, b)',
    6,
    'Shape (b); Gather; Concat; Tile (a; Shape (a); Gather; Concat; Tile (b; Add',
  ],
  ['float[2,3] a, float[3,4] b, float[4] c => float[2,4] y', 'y = Gemm (a, b, c)', 6, 'Gemm <broadcast = 1> (a, b, c)'],
  ['float[2,3] a, float[3,4] b, float[2,1] c => float[2,4] y', 'y = Gemm (a, b, c)', 6, 'Tile (c; Gemm (a, b,'],
  ['float[1,3,4] x, float[3,1] s => float[1,3,4] y', 'y = PRelu (x, s)', 6, 'Squeeze <axes = [1]> (s); PRelu (x,'],
  ['float[1,3,4] x, float s => float[1,3,4] y', 'y = PRelu (x, s)', 6, 'Unsqueeze <axes = [0]> (s); PRelu (x,'],
  [
    'float[1,3,4] x, float[4] s => float[1,3,4] y',
    'y = PRelu (x, s)',
    6,
    'Neg (x); Relu; Mul <broadcast = 1>; Relu (x); Sub',
  ],
  [NORMALIZATION, 'v = Mul (m, m)\ny = BatchNormalization (x, s, b, m, v)', 6, 'BatchNormalization <is_test = 1>'],
  [NORMALIZATION, 'v = Mul (m, m)\ny = BatchNormalization (x, s, b, m, v)', 5, 'consumed_inputs = [0, 0, 0, 0, 0]'],
  [
    'float[1,1,4,4] x => float[1,1,4,4] y',
    'y = AveragePool <kernel_shape = [3, 3], pads = [1, 1, 1, 1], count_include_pad = 1> (x)',
    6,
    'Pad <pads = [0, 0, 1, 1, 0, 0, 1, 1]> (x); AveragePool <kernel_shape = [3, 3], pads = [0, 0, 0, 0]>',
  ],
  [
    'float[2,3] x, float[M,N] other => float[?,?] y',
    's = Shape (other)\ny = Tile (x, s)',
    5,
    'Gather (s, int64_list_0); Cast <to = "FLOAT">; Tile (x; Gather (s, int64_list_1); Tile',
  ],
  ['float[2,3] x => float[2,3] y', 'y = Dropout (x)', 6, 'Dropout <is_test = 1> (x)'],
  ['float[2] x => int64[2] y', 'y = Cast <to = 7> (x)', 5, 'Cast <to = "INT64"> (x)'],
  ['float[2] x => double[2] y', 'y = Cast <to = 11> (x)', 5, 'Cast <to = "DOUBLE"> (x)'],
  ['float[2] x => float[2] y', 'y = Clip <min = -0.5, max = 0.5> (x)', 5, 'Clip <min = -0.5, max = 0.5> (x)'],
  ['float[2] x => float[2] y', 'y = Selu (x)', 5, 'Selu <alpha = 1.6732632, gamma = 1.050701> (x)'],
  ['int32[3] a, int32[3] b => int32[3] y', 'y = Mul (a, b)', 5, 'Cast <to = "DOUBLE"> (a); Mul; Cast <to = "INT32">'],
  [
    'float[2,3] x => float[2,6] y',
    'r = Constant <value = int64[2] {1, 2}> ()\ny = Tile (x, r)',
    5,
    'Tile (x, float32_list_2, float32_list_1)',
  ],
  [
    'float[2,3] x => float[3,2] y',
    'r = Constant <value = int64[2] {3, -1}> ()\ny = Reshape (x, r)',
    4,
    'Reshape <shape = [3, -1]> (x)',
  ],
  [
    'uint8[2,3] x => uint8[3,2] y',
    'r = Constant <value = int64[2] {3, 2}> ()\ny = Reshape (x, r)',
    4,
    'Cast <to = "FLOAT"> (x); Reshape <shape = [3, 2]>; Cast <to = "UINT8">',
  ],
  ['int32[2] a, int32[1] b => int32[3] y', 'y = Concat <axis = 0> (a, b)', 3, 'Concat <axis = 0>; Cast <to = "INT32">'],
  ['float[4] x => float[2] y, float[2] z', 'y, z = Split (x)', 1, 'Split <axis = 0> (x)'],
  ['float[2,3] x => float[2,5] y', 'y = Pad <pads = [0, 1, 0, 1]> (x)', 1, 'Pad <paddings = [0, 1, 0, 1]> (x)'],
  ['float[1,1,4,4] x => float[1,1,1,1] y', 'y = GlobalLpPool <p = 3> (x)', 1, 'GlobalLpPool <p = 3.0> (x)'],
  [
    'float[1,1,2,2] x => float[1,1,4,6] y',
    'y = Upsample <scales = [1.0, 1.0, 2.0, 3.0], mode = "linear"> (x)',
    6,
    'Upsample <mode = "bilinear", height_scale = 2.0, width_scale = 3.0> (x)',
  ],
  [
    'float[2,1,3] x, float[1,4,3] w, float[1,4,4] r => float[2,1,1,4] y',
    'y = RNN <hidden_size = 4> (x, w, r)',
    6,
    'output_sequence = 1',
  ],
  [
    'float[2,1,3] x, float[1,12,3] w, float[1,12,4] r => float[2,1,1,4] y',
    'y = GRU <hidden_size = 4> (x, w, r)',
    2,
    'direction = "forward"',
  ],
])('%s: %s at opset %i', async (graph, nodes, to, parts) => {
  // Before 9 a Constant is a float.
  const before = modelOf({ graph, nodes, from: nodes.includes('Constant') ? 9 : 7 });
  const bytes = encodeOnnx(before);
  const { model, problems } = convertOpset(before, to);
  expect(problems.map(({ message }) => message)).toEqual([]);
  const errors = checkOnnx(model).filter(({ severity }) => severity === 'error');
  expect(errors.map(({ message }) => message)).toEqual([]);
  const { text } = printModel(model);
  let from = 0;
  for (const part of parts.split('; ')) {
    const at = text.indexOf(part, from);
    if (at < 0) expect(text).toContain(part);
    from = at + part.length;
  }
  expect(convertOpset(model, 11).problems.map(({ message }) => message)).toEqual([]);
  const inputs = randomInputs(before.graph, { seed: 5 });
  const [a, b] = [await runModel(bytes, inputs), await runModel(encodeOnnx(model), inputs)];
  expect(worstDifference(compareOutputs(a, b))).toBeLessThanOrEqual(1e-6);
});

test.each([
  ['float[N] a, float[M] b => float[K] y', 'y = Add (a, b)', 6, 'which of its inputs broadcasts only a run tells'],
  ['float[2] x => float[2] y', 'y = Sin (x)', 6, 'older opsets have no functions of angles'],
  ['int64[2] a, int64[2] b => int64[2] y', 'y = Add (a, b)', 5, 'does not take int64'],
  [
    'int64[2,3] x => int64[6] y',
    'r = Constant <value = int64[1] {6}> ()\ny = Reshape (x, r)',
    4,
    'its elements are of int64, and older versions move floats',
  ],
  ['float[2,3] x, int64[2] s => float[?,?] y', 'y = Reshape (x, s)', 4, 'its shape is computed while it runs'],
  [
    'float[2,1,3] x, float[1,12,3] w, float[1,12,4] r => float[2,1,1,4] y',
    'y = GRU <hidden_size = 4, linear_before_reset = 1> (x, w, r)',
    2,
    'it resets after the product',
  ],
  [
    'float[1,2,2] x => float[1,4,6] y',
    'y = Upsample <scales = [1.0, 2.0, 3.0]> (x)',
    6,
    'it scales other axes than those of images',
  ],
])('%s: %s is refused at opset %i', (graph, nodes, to, reason) => {
  expect(
    refusals({ graph, nodes, from: nodes.includes('Constant') ? 9 : 7, to }).map(({ message }) => message),
  ).toEqual([expect.stringContaining(reason)]);
});
