/** How near a function comes that no layer has; and what is only nearly possible: a problem until the user accepts it. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ERF_BOUND, ERF_COEFFICIENTS } from '../../../../../src/core/convert/onnx-to-caffe/rules/error-function.ts';
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

test('the polynomial within tanh is nowhere further from erf than it is said to be', () => {
  // In double precision: erfc by its series below 3, by its continued fraction from there on, both to the last digits.
  const complement = (x: number): number => {
    if (x > 3) {
      let fraction = 0;
      for (let k = 60; k > 0; k--) fraction = k / 2 / (x + fraction);
      return Math.exp(-x * x) / ((x + fraction) * Math.sqrt(Math.PI));
    }
    let [term, sum] = [x, x];
    for (let k = 1; k < 80; k++) {
      term *= (-x * x) / k;
      sum += term / (2 * k + 1);
    }
    return 1 - (2 / Math.sqrt(Math.PI)) * sum;
  };
  const made = (x: number) => Math.tanh(x * ERF_COEFFICIENTS.reduceRight((sum, each) => sum * x * x + each, 0));
  let [most, mostOfGelu, steepest, last] = [0, 0, 0, 0];
  const step = 1e-4;
  for (let k = 0; k <= 80_000; k++) {
    const x = k * step;
    // Where both are nearly 1, what is missing to 1 is compared.
    const off = made(x) - (1 - complement(x / Math.SQRT2));
    most = Math.max(most, Math.abs(off));
    mostOfGelu = Math.max(mostOfGelu, (Math.abs(off) * x) / 2);
    steepest = Math.max(steepest, Math.abs(off - last) / step);
    last = off;
  }
  // Between two points it goes no further than its steepest slope takes it in half a step.
  expect(most + (2 * steepest * step) / 2).toBeLessThan(ERF_BOUND);
  expect(mostOfGelu + (2 * steepest * 4 * step) / 2).toBeLessThan(ERF_BOUND);
  expect(ERF_BOUND).toBeLessThan(2 ** -23);
  // From 8 on: the polynomial goes on growing, so that the tanh has reached 1 for good.
  const slope = (x: number) => ERF_COEFFICIENTS.reduce((sum, each, k) => sum + 2 * k * each * x ** (2 * k - 1), 0);
  for (let x = 8; x < 20; x += 0.01) expect(slope(x)).toBeGreaterThan(0);
  // There the highest power outweighs all others together, and so it does beyond.
  const [highest = 0, ...lower] = ERF_COEFFICIENTS.toReversed();
  expect(highest * 20 ** 12).toBeGreaterThan(
    lower.reduce((sum, each, k) => sum + Math.abs(each) * 20 ** (10 - 2 * k), 0),
  );
  expect(8 * ERF_COEFFICIENTS.reduceRight((sum, each) => sum * 64 + each, 0)).toBeGreaterThan(10);
});

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
