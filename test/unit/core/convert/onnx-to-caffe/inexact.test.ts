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

/** erfc in double precision: by its series below 3, by its continued fraction from there on, both to the last digits. */
function complement(x: number): number {
  if (x < 0) return 2 - complement(-x);
  if (x > 3) {
    let fraction = 0;
    for (let k = 60; k > 0; k--) fraction = k / 2 / (x + fraction);
    return Math.exp(-x * x) / ((x + fraction) * Math.sqrt(Math.PI));
  }
  return 1 - series(x);
}

function series(x: number): number {
  let [term, sum] = [x, x];
  for (let k = 1; k < 80; k++) {
    term *= (-x * x) / k;
    sum += term / (2 * k + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * sum;
}

function errorFunction(x: number): number {
  return Math.abs(x) > 3 ? Math.sign(x) * (1 - complement(Math.abs(x))) : series(x);
}

const COUNT = 200_001;
/** From -10 to 10. */
const POINTS = Array.from({ length: COUNT }, (_, k) => Math.fround((k - 100_000) / 10_000));

/** The largest error of the network, relative to what `of` says, and what the problem says of it. */
function furthest(operator: string, backend: string, exact: (x: number) => number, of: (x: number) => number) {
  const { model, problems } = toCaffe(modelOf(`float[1,${COUNT}] x => y = ${operator} (x)`), caffeBackend(backend));
  const found = runCaffe(model, new Map([['x', Tensor.of('float32', [1, COUNT], POINTS)]]), backend)
    .get('y')
    ?.numbers();
  const errors = POINTS.map((x, k) => (x === 0 ? 0 : Math.abs((exact(x) - (found?.[k] ?? Number.NaN)) / of(x))));
  const told = problems.map(({ code, message }) => `${code} ${/at most (\S+) of/.exec(message)?.[1]}`);
  return { error: errors.reduce((most, each) => Math.max(most, each)), told };
}

const gelu = (x: number) => (x * complement(-x / Math.SQRT2)) / 2;

test.each(['bvlc', 'mnn', 'tengine'])(
  'erf, and the Gelu of erf, are as near in %s as their problems say',
  (backend) => {
    const erf = furthest('Erf', backend, errorFunction, errorFunction);
    expect(erf.told).toEqual(['inexact 5e-7']);
    expect(erf.error).toBeLessThan(5e-7);
    expect(erf.error).toBeGreaterThan(2e-7);
    const whole = furthest('Gelu', backend, gelu, (x) => x);
    expect(whole.told).toEqual(['inexact 3e-7']);
    expect(whole.error).toBeLessThan(3e-7);
    expect(whole.error).toBeGreaterThan(1e-7);
  },
);

test('where there is a layer for it, nothing is to be said', () => {
  expect(furthest('Erf', 'ncnn', errorFunction, errorFunction)).toMatchObject({ told: [] });
  expect(furthest('Gelu', 'ncnn', gelu, (x) => x)).toMatchObject({ told: [] });
});

test('the polynomial within tanh is nowhere further from erf than it is said to be', () => {
  const made = (x: number) => Math.tanh(x * ERF_COEFFICIENTS.reduceRight((sum, each) => sum * x * x + each, 0));
  const { SQRT2 } = Math;
  // At 0 the quotient of both is that of their slopes.
  const atZero = made(1e-9) / 1e-9 / Math.sqrt(2 / Math.PI) - 1;
  let [most, steepest, last] = [Math.abs(atZero), 0, atZero];
  const step = 1e-4;
  for (let k = 1; k <= 80_000; k++) {
    const x = k * step;
    const off = made(x) / errorFunction(x / SQRT2) - 1;
    most = Math.max(most, Math.abs(off));
    steepest = Math.max(steepest, Math.abs(off - last) / step);
    last = off;
  }
  // Between two points it goes no further than its steepest slope takes it in half a step.
  expect(most + (2 * steepest * step) / 2).toBeLessThan(ERF_BOUND);
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
