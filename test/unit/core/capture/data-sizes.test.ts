/** Results as long as the data says: their sizes are symbols, and the program computes with them in a run. */
import { expect, test } from 'vitest';
import { atenToOnnx } from '../../../../src/core/convert/aten-to-onnx/convert.ts';
import { encodeOnnx } from '../../../../src/core/formats/onnx/write.ts';
import { Tensor } from '../../../../src/core/ir/tensor.ts';
import { runModel } from '../../../../src/core/runtime/onnxruntime.ts';
import { captured, forward, stored } from './support.ts';

const x = stored('float32', [2, 3]);

async function results(code: string, values: readonly number[]) {
  const { model, problems } = captured({ code: forward('x: Tensor', code.replace(/^ +/gm, '')), inputs: [x] });
  expect(problems).toEqual([]);
  const { model: onnx, problems: refused } = atenToOnnx(model);
  expect(refused).toEqual([]);
  const found = await runModel(encodeOnnx(onnx), new Map([['x', Tensor.of('float32', [2, 3], values)]]));
  return [...found.values()].map((each) => [each.shape, each.numbers()]);
}

test.each([
  [
    [1, -1, 2, -2, 3, -3],
    [0, 0, 0, 2, 1, 1],
  ],
  [
    [-1, -1, 2, -2, -3, -3],
    [0, 2],
  ],
])('places, and how many there are: %j', async (values, places) => {
  const code = `hits = torch.nonzero(torch.gt(x, 0))
                count = torch.size(hits, 0)
                wide = torch.expand(torch.unsqueeze(torch.flatten(hits), 0), [count, -1])
                return (hits, torch.mul(x, count), wide)`;
  const n = places.length / 2;
  expect(await results(code, values)).toEqual([
    [[n, 2], places],
    [[2, 3], values.map((value) => value * n)],
    [[n, 2 * n], Array.from({ length: n }, () => places).flat()],
  ]);
});

test('elements under a mask are read, changed and put back', async () => {
  const code = `mask = torch.gt(x, 0)
                chosen = torch.index(x, [mask])
                return (chosen, torch.index_put(x, [mask], torch.neg(chosen)))`;
  expect(await results(code, [1, -1, 2, -2, 3, -3])).toEqual([
    [[3], [1, 2, 3]],
    [
      [2, 3],
      [-1, -1, -2, -2, -3, -3],
    ],
  ]);
});

test('distinct elements count', async () => {
  const code = `found = torch._unique2(x, True, True, True)
                return (found[0], torch.size(found[0], 0))`;
  const [values, count] = await results(code, [1, 2, 1, 1, 3, 2]);
  expect([values, count]).toEqual([
    [[3], [1, 2, 3]],
    [[], [3]],
  ]);
});
