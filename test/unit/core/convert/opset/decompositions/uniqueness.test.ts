import { expect, test } from 'vitest';
import { convertOpset } from '../../../../../../src/core/convert/opset/convert.ts';
import { encodeOnnx } from '../../../../../../src/core/formats/onnx/write.ts';
import { Tensor } from '../../../../../../src/core/ir/tensor.ts';
import { runModel } from '../../../../../../src/core/runtime/onnxruntime.ts';
import { modelOf } from '../stepping.ts';
import { decomposes, reasons } from './decomposing.ts';

const LIST = [3, -1, 3, 0, 2, -1, 3, 7];
const outputs = (type: string, dims: string) => `${type}[${dims}] y, int64[A] i, int64[B] r, int64[C] c`;

decomposes(
  'Unique',
  [0, 1].flatMap((sorted) => [
    {
      graph: `float[8] x => ${outputs('float', 'K')}`,
      nodes: `y, i, r, c = Unique <sorted = ${sorted}> (x)`,
      from: 11,
      to: [10, 9, 8, 7],
      inputs: { x: LIST },
      gone: 'Unique',
    },
    {
      graph: `int8[2,4] x => ${outputs('int8', 'K')}`,
      nodes: `y, i, r, c = Unique <sorted = ${sorted}> (x)`,
      from: 11,
      to: [10, 7],
      inputs: { x: LIST },
    },
    {
      // Slices differ in their first, or only in their last element.
      graph: `float[2,5,2] x => ${outputs('float', '2,K,2')}`,
      nodes: `y, i, r, c = Unique <axis = -2, sorted = ${sorted}> (x)`,
      from: 13,
      to: [10, 7],
      inputs: { x: [1, 0, 0, 5, 1, 0, 0, 5, 1, 0, 2, 2, 3, 3, 2, 2, 3, 4, 2, 1] },
    },
    {
      graph: `float[N] x => ${outputs('float', 'K')}`,
      nodes: `y, i, r, c = Unique <sorted = ${sorted}> (x)`,
      from: 11,
      to: [10],
      dims: { N: 8 },
      inputs: { x: LIST },
    },
    {
      graph: `double[1] x => ${outputs('double', 'K')}`,
      nodes: `y, i, r, c = Unique <sorted = ${sorted}> (x)`,
      from: 11,
      to: [10, 7],
    },
  ]),
);

test('integers that are one double are two', async () => {
  const step = { graph: 'int64[4] x => int64[K] y', nodes: 'y = Unique (x)', from: 11 };
  const { model } = convertOpset(modelOf(step), 10);
  const x = Tensor.of('int64', [4], [9007199254740993n, -1n, 9007199254740992n, 9007199254740993n]);
  const [y] = (await runModel(encodeOnnx(model), new Map([['x', x]]))).values();
  expect(y?.bigints()).toEqual([-1n, 9007199254740992n, 9007199254740993n]);
});

test('texts have no order before 11', () => {
  const row = { graph: 'string[4] x => string[K] y', nodes: 'y = Unique (x)', from: 11 };
  expect(reasons(row, 10)).toEqual(['Unique needs opset 11: older opsets do not order string.']);
});
