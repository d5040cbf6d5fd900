/** onnxruntime runs no opsets before 7: what comes up is compared with the same written for the new opset. */
import { expect, test } from 'vitest';
import { convertOpset } from '../../../../../src/core/convert/opset/convert.ts';
import { encodeOnnx } from '../../../../../src/core/formats/onnx/write.ts';
import { parseModel } from '../../../../../src/core/formats/onnxtxt/parse.ts';
import { compareOutputs, worstDifference } from '../../../../../src/core/runtime/compare.ts';
import { randomInputs } from '../../../../../src/core/runtime/inputs.ts';
import { runModel } from '../../../../../src/core/runtime/onnxruntime.ts';
import { modelOf } from './stepping.ts';

const BATCH_NORM = 'float[1,2,3] x, float[2] s, float[2] b, float[2] m => float[1,2,3] y';

test.each([
  [
    'float[2,3,4] a, float[3] b => float[2,3,4] y',
    5,
    'y = Add <broadcast = 1, axis = 1> (a, b)',
    'i = Constant <value_ints = [1]> ()\nu = Unsqueeze (b, i)\ny = Add (a, u)',
  ],
  ['float[2,3,4] a, float[4] b => float[2,3,4] y', 6, 'y = Mul <broadcast = 1> (a, b)', 'y = Mul (a, b)'],
  ['float[2,3,4] a, float[3,4] b => bool[2,3,4] y', 6, 'y = Less <broadcast = 1, axis = -2> (a, b)', 'y = Less (a, b)'],
  [
    'float[2,3,4] x, float[3] s => float[2,3,4] y',
    6,
    'y = PRelu (x, s)',
    'i = Constant <value_ints = [1]> ()\nu = Unsqueeze (s, i)\ny = PRelu (x, u)',
  ],
  ['float[2,3] x => float[2,3] y', 5, 'y = Relu <consumed_inputs = [0]> (x)', 'y = Relu (x)'],
  [
    'float[2,3] x => float[3,2] y',
    4,
    'y = Reshape <shape = [3, -1]> (x)',
    'i = Constant <value_ints = [3, -1]> ()\ny = Reshape (x, i)',
  ],
  ['float[2,3] a, float[2,1] b => float[2,4] y', 3, 'y = Concat (a, b)', 'y = Concat <axis = 1> (a, b)'],
  [
    'float[2] x => float[4] y',
    1,
    'y = Pad <paddings = [1, 1], value = 2.0> (x)',
    'p = Constant <value_ints = [1, 1]> ()\nv = Constant <value_float = 2.0> ()\ny = Pad (x, p, v)',
  ],
  ['float[2] x => int64[2] y', 5, 'y = Cast <to = "INT64"> (x)', 'y = Cast <to = 7> (x)'],
  ['float[2,3] x => float[2,3] y', 6, 'y = Dropout <is_test = 1> (x)', 'y = Identity (x)'],
  [
    BATCH_NORM,
    6,
    'v = Mul (m, m)\ny = BatchNormalization <is_test = 1> (x, s, b, m, v)',
    'v = Mul (m, m)\ny = BatchNormalization (x, s, b, m, v)',
  ],
  [
    'float[1,1,2,2] x => float[1,1,4,6] y',
    1,
    'y = Upsample <height_scale = 2.0, width_scale = 3.0> (x)',
    's = Constant <value_floats = [1.0, 1.0, 2.0, 3.0]> ()\ny = Resize <mode = "nearest", coordinate_transformation_mode = "asymmetric", nearest_mode = "floor"> (x, , s)',
  ],
])('%s at opset %i: %s', async (graph, from, old, now) => {
  const { model, problems } = convertOpset(modelOf({ graph, nodes: old, from }), 13);
  expect(problems.map(({ message }) => message)).toEqual([]);
  const expected = modelOf({ graph, nodes: now, from: 13 });
  const inputs = randomInputs(expected.graph, { seed: 5 });
  const [a, b] = [await runModel(encodeOnnx(expected), inputs), await runModel(encodeOnnx(model), inputs)];
  expect(worstDifference(compareOutputs(a, b))).toBe(0);
});

test('nothing is computed from a default that callers may replace', () => {
  const text = (ir: number) => `<ir_version: ${ir}, opset_import: ["" : 18]>
    g (float[2,3] x, int64[1] a = {1}) => (float y) { y = ReduceMax <keepdims = 0> (x, a) }`;
  const operators = (ir: number) =>
    [...convertOpset(parseModel(text(ir), 'case.onnxtxt'), 17).model.graph.nodes].map(({ op }) => op);
  expect(operators(3)).toEqual(['ReduceMax']);
  expect(operators(8)).toContain('Where');
});
