/** How near a function comes that no layer has; and what is only nearly possible: a problem until the user accepts it. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { encodeOnnx } from '../../../../../src/core/formats/onnx/write.ts';
import { Tensor } from '../../../../../src/core/ir/tensor.ts';
import { convertModel } from '../../../../../src/core/pipeline.ts';
import { silent } from '../../../../../src/core/progress.ts';
import { PLAIN_READING } from '../../../../../src/core/reading.ts';
import { runCaffe } from '../../../../../src/core/runtime/caffe/run.ts';
import { caffeBackend } from '../../../../../src/core/targets/caffe-backends.ts';
import { modelOf, toCaffe } from './support.ts';

/** By the definition, in double precision: the integral of e^(-t t) from 0 on, by Simpson's rule. */
function errorFunction(x: number): number {
  const [end, count] = [Math.min(Math.abs(x), 6), 2000];
  let sum = 0;
  for (let k = 0; k <= count; k++) {
    const factor = k === 0 || k === count ? 1 : k % 2 === 0 ? 2 : 4;
    sum += factor * Math.exp(-(((end * k) / count) ** 2));
  }
  return (Math.sign(x) * 2 * sum * end) / (3 * count * Math.sqrt(Math.PI));
}

/** From -10 to 10. */
const POINTS = Array.from({ length: 801 }, (_, k) => (k - 400) / 40);

function furthest(operator: string, backend: string, exact: (x: number) => number): number {
  const { model, problems } = toCaffe(modelOf(`float[1,801] x => y = ${operator} (x)`), caffeBackend(backend));
  expect(problems).toEqual([]);
  const found = runCaffe(model, new Map([['x', Tensor.of('float32', [1, 801], POINTS)]]), backend)
    .get('y')
    ?.numbers();
  return Math.max(...POINTS.map((x, k) => Math.abs(exact(x) - (found?.[k] ?? Number.NaN)) / Math.max(1, Math.abs(x))));
}

/** Half a unit in the last place of numbers from 1 to 2 is 6e-8: what is rounded some sixteen times may be a few of them away. */
const ROUNDING = 4e-7;

test.each(['bvlc', 'mnn', 'tengine', 'ncnn'])(
  'erf and the Gelu of erf are exact to the last digits in %s',
  (backend) => {
    expect(furthest('Erf', backend, errorFunction)).toBeLessThan(ROUNDING);
    expect(furthest('Gelu', backend, (x) => (x * (1 + errorFunction(x / Math.SQRT2))) / 2)).toBeLessThan(ROUNDING);
  },
);

test('what is nearly the same is written where the user accepts it, and measured', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'graphwright-inexact-'));
  try {
    const input = join(folder, 'net.onnx');
    const graph = 'float[1,401] x | float zero = {0} => g = Greater (x, zero) l = Log (x) y = Where (g, l, x)';
    writeFileSync(input, encodeOnnx(modelOf(graph)));
    const converted = (accept: readonly string[]) =>
      convertModel(
        {
          input,
          reading: { ...PLAIN_READING, accept },
          target: { target: 'caffe:bvlc' },
          output: join(folder, 'net.caffemodel'),
          force: true,
          simplify: false,
          verify: true,
        },
        silent,
      );
    expect(await converted([])).toMatchObject({ status: 'refused', problems: [{ code: 'inexact' }] });
    const { status, verification } = await converted(['inexact']);
    expect(status).toBe('done');
    // Logarithms of what is below 0 are no numbers, which stay so.
    expect(verification?.relativeError).toBe(Number.POSITIVE_INFINITY);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
