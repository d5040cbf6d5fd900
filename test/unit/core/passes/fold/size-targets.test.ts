/** Computed sizes that an operator could do without: which become constants, and which do not. */
import { expect, test } from 'vitest';
import { inferModel } from '../../../../../src/core/dialects/onnx/infer.ts';
import { encodeOnnx } from '../../../../../src/core/formats/onnx/write.ts';
import { Tensor } from '../../../../../src/core/ir/tensor.ts';
import { tensorType } from '../../../../../src/core/ir/type.ts';
import { constantSizes } from '../../../../../src/core/passes/fold/size-targets.ts';
import { runPasses } from '../../../../../src/core/passes/run.ts';
import { compareOutputs, worstDifference } from '../../../../../src/core/runtime/compare.ts';
import { randomInputs } from '../../../../../src/core/runtime/inputs.ts';
import { runModel } from '../../../../../src/core/runtime/onnxruntime.ts';
import { model } from '../../../text-model.ts';

/** Sizes that nodes read from the shape of `x`, by name. */
const READ = `s = Shape (x) n = Slice (s, i0, i1) h = Slice (s, i1, i2) w = Slice (s, i2, i3)`;
const CONSTANTS = `<int64[1] i0 = {0}, int64[1] i1 = {1}, int64[1] i2 = {2}, int64[1] i3 = {3}, int64[1] four = {4}, int64[1] five = {5},
  int64[1] sixty = {60}, int64[1] back = {-1}>`;

test.each([
  ['Reshape', 'float[n,3,4] x', 't = Concat <axis = 0> (n, i3, i2, i2) y = Reshape (x, t)', '0 3 2 2'],
  ['Reshape', 'float[n,h,20] x', 't = Concat <axis = 0> (n, h, five, four) y = Reshape (x, t)', '0 0 5 4'],
  [
    'Reshape, sizes multiplied',
    'float[n,h,20] x',
    'm = Mul (n, h) t = Concat <axis = 0> (m, five, four) y = Reshape (x, t)',
    '-1 5 4',
  ],
  [
    'Reshape, all but one known',
    'float[n,3,20] x, int64[1] k',
    't = Concat <axis = 0> (k, sixty) y = Reshape (x, t)',
    '-1 60',
  ],
  [
    'Reshape, the other size may be 0',
    'float[n,h,20] x',
    'm = Mul (n, five) t = Concat <axis = 0> (m, h, four) y = Reshape (x, t)',
    undefined,
  ],
  ['Reshape, two open', 'float[n,h,20] x', 't = Concat <axis = 0> (h, n, back) y = Reshape (x, t)', undefined],
  ['Expand', 'float[n,1,4] x', 't = Concat <axis = 0> (n, i3, four) y = Expand (x, t)', '1 3 4'],
  ['Expand to another size', 'float[1,n,4] x', 't = Concat <axis = 0> (h, i1, four) y = Expand (x, t)', undefined],
  ['Slice to the end', 'float[n,h,4] x', 'y = Slice (x, i1, h, i1)', '9223372036854775807'],
  ['Slice to another size', 'float[n,h,4] x', 'y = Slice (x, i0, h, i0)', undefined],
  ['Slice backwards', 'float[n,h,4] x', 'y = Slice (x, i3, h, i1, back)', undefined],
])('%s of %s: %s', async (_, inputs, nodes, wanted) => {
  const made = model(`<ir_version: 8, opset_import: ["" : 17]> g (${inputs}) => (y) ${CONSTANTS} { ${READ} ${nodes} }`);
  expect(inferModel(made)).toEqual([]);
  for (const output of made.graph.outputs) output.type ??= tensorType('float32');
  const given = randomInputs(made.graph, {
    seed: 2,
    dims: new Map([
      ['n', 2],
      ['h', 5],
    ]),
  });
  if (given.has('k')) given.set('k', Tensor.of('int64', [1], [2]));
  const before = await runModel(encodeOnnx(made), given);
  runPasses(made, [constantSizes]);
  const sizes = [...made.graph.initializers].find((value) => value.name?.endsWith('_known'))?.constant;
  expect(sizes?.bigints().join(' ')).toBe(wanted);
  expect(worstDifference(compareOutputs(before, await runModel(encodeOnnx(made), given)))).toBe(0);
});
