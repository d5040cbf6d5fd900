/** Adaptive pooling of open sizes against means in double precision: off by rounding alone, also of long windows. */
import { expect, test } from 'vitest';
import { atenToOnnx } from '../../../../../src/core/convert/aten-to-onnx/convert.ts';
import { encodeOnnx } from '../../../../../src/core/formats/onnx/write.ts';
import { Expression } from '../../../../../src/core/ir/expression.ts';
import { Tensor } from '../../../../../src/core/ir/tensor.ts';
import { runModel } from '../../../../../src/core/runtime/onnxruntime.ts';
import { captured, forward } from '../../capture/support.ts';

const [h, w] = ['h', 'w'].map((name) => Expression.symbol(name));

/** Between 0.5 and 1.5: means of numbers around 0 lose what they cancel, in whatever order they are added. */
const values = (count: number) => Float32Array.from({ length: count }, (_, k) => 1 + Math.sin(k * 0.7) / 2);

/** Where window `k` of `to` begins and ends. */
const windowOf = (k: number, from: number, to: number) =>
  [Math.floor((k * from) / to), Math.ceil(((k + 1) * from) / to)] as const;

function means(x: Float32Array, [rows, columns]: readonly [number, number], [down, across]: readonly [number, number]) {
  const all: number[] = [];
  for (let i = 0; i < down; i++) {
    for (let j = 0; j < across; j++) {
      const [[top, bottom], [left, right]] = [windowOf(i, rows, down), windowOf(j, columns, across)];
      let sum = 0;
      for (let r = top; r < bottom; r++) for (let c = left; c < right; c++) sum += x[r * columns + c] ?? 0;
      all.push(sum / ((bottom - top) * (right - left)));
    }
  }
  return all;
}

test.each([
  ['[torch.size(x, 2), 1]', (rows: number) => [rows, 1] as const],
  ['[3, 4]', () => [3, 4] as const],
])('adaptive_avg_pool2d to %s', async (size, target) => {
  const code = forward('x: Tensor', `return torch.adaptive_avg_pool2d(x, ${size})`);
  const { model, problems } = captured({ code }, { inputs: [{ key: 0, dtype: 'float32', shape: [1, 1, h, w] }] });
  expect(problems).toEqual([]);
  const converted = atenToOnnx(model);
  expect(converted.problems).toEqual([]);
  const bytes = encodeOnnx(converted.model);
  for (const [rows, columns] of [
    [5, 7],
    [20, 1000],
  ] as const) {
    const x = values(rows * columns);
    const given = new Map([['x', Tensor.of('float32', [1, 1, rows, columns], [...x])]]);
    const [found] = (await runModel(bytes, given)).values();
    const wanted = means(x, [rows, columns], target(rows));
    const got = found?.numbers() ?? [];
    expect(got).toHaveLength(wanted.length);
    expect(Math.max(...wanted.map((each, k) => Math.abs((got[k] ?? 0) / each - 1)))).toBeLessThan(1e-6);
  }
});
