/** What is only nearly possible: a problem until the user accepts it, and as near as it says. */
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
import { runModel } from '../../../../../src/core/runtime/onnxruntime.ts';
import { caffeBackend } from '../../../../../src/core/targets/caffe-backends.ts';
import { modelOf, toCaffe } from './support.ts';

const GELU = 'float[1,401] x => y = Gelu (x)';

test('the Gelu of erf is nowhere further than 0.0005 from the one of tanh', async () => {
  const source = modelOf(GELU);
  const points = Array.from({ length: 401 }, (_, k) => (k - 200) / 40);
  const inputs = new Map([['x', Tensor.of('float32', [1, 401], points)]]);
  const expected = (await runModel(encodeOnnx(source), inputs)).get('y')?.numbers() ?? [];
  const { model, problems } = toCaffe(modelOf(GELU), caffeBackend('bvlc'));
  expect(problems.map(({ code, fixes }) => [code, fixes])).toEqual([
    ['inexact', expect.arrayContaining(['accept-inexact'])],
  ]);
  const found = runCaffe(model, inputs).get('y')?.numbers() ?? [];
  const furthest = Math.max(...expected.map((each, k) => Math.abs(each - (found[k] ?? Number.NaN))));
  expect(furthest).toBeGreaterThan(4e-4);
  expect(furthest).toBeLessThan(5e-4);
});

test('it is written where the user accepts it, and measured', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'graphwright-inexact-'));
  try {
    const input = join(folder, 'gelu.onnx');
    writeFileSync(input, encodeOnnx(modelOf(GELU)));
    const converted = (accept: readonly string[]) =>
      convertModel(
        {
          input,
          reading: { ...PLAIN_READING, accept },
          target: { target: 'caffe:ncnn' },
          output: join(folder, 'gelu.caffemodel'),
          force: true,
          simplify: false,
          verify: true,
        },
        silent,
      );
    expect(await converted([])).toMatchObject({ status: 'refused', problems: [{ code: 'inexact' }] });
    const { status, verification } = await converted(['inexact']);
    expect(status).toBe('done');
    expect(verification?.relativeError).toBeGreaterThan(1e-5);
    expect(verification?.relativeError).toBeLessThan(5e-4);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
