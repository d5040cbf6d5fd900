/** A single-shot detector that OpenCV ships: as ONNX in onnxruntime it finds what OpenCV finds in the network itself. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { caffeToOnnx } from '../../../../../src/core/convert/caffe-to-onnx/convert.ts';
import { convertOpset } from '../../../../../src/core/convert/opset/convert.ts';
import { readCaffeNet } from '../../../../../src/core/formats/caffe/read.ts';
import { encodeOnnx } from '../../../../../src/core/formats/onnx/write.ts';
import { FileBytes } from '../../../../../src/core/ir/bytes.ts';
import type { Model } from '../../../../../src/core/ir/model.ts';
import { Tensor } from '../../../../../src/core/ir/tensor.ts';
import { compareOutputs } from '../../../../../src/core/runtime/compare.ts';
import { randomInputs } from '../../../../../src/core/runtime/inputs.ts';
import { runModel } from '../../../../../src/core/runtime/onnxruntime.ts';
import { caffeBackend } from '../../../../../src/core/targets/caffe-backends.ts';
import { runOpenCv } from '../../runtime/caffe/opencv.ts';

const file = (extension: string) =>
  fileURLToPath(new URL(`../../../../fixtures/caffe/wechat_detect.${extension}`, import.meta.url));

const [prototxt, caffemodel] = [file('prototxt'), file('caffemodel')];

function asCaffe(dialect: string): Model {
  return readCaffeNet(new FileBytes(caffemodel), { prototxt, dialect }).model;
}

function asOnnx(dialect: string, opset: number): Uint8Array {
  const result = caffeToOnnx(asCaffe(dialect), caffeBackend(dialect));
  expect(result.problems).toEqual([]);
  expect(convertOpset(result.model, opset).problems).toEqual([]);
  return encodeOnnx(result.model);
}

/** Noise, of which the network believes to be a code; or grey, in which it finds nothing. */
function picture(seed: number | undefined): ReadonlyMap<string, Tensor> {
  const grey = Tensor.of('float32', [1, 1, 384, 384], Array<number>(384 * 384).fill(0.5));
  return seed === undefined ? new Map([['data', grey]]) : randomInputs(asCaffe('opencv').graph, { seed });
}

test.each([17, 22])('as OpenCV, at opset %d', async (opset) => {
  const files = { prototxt: readFileSync(prototxt, 'utf8'), caffemodel: new Uint8Array(readFileSync(caffemodel)) };
  const bytes = asOnnx('opencv', opset);
  for (const seed of [1, 2, undefined]) {
    const inputs = picture(seed);
    const found = await runModel(bytes, inputs);
    const expected = await runOpenCv(files, inputs, ['detection_output']);
    expect(expected.get('detection_output')?.numbers()[1]).toBe(seed === undefined ? 0 : 1);
    for (const { relative, reason } of compareOutputs(expected, found)) {
      expect(relative, reason ?? '').toBeLessThan(1e-5);
    }
  }
});

test('as SSD: the same rows without those that fill up', async () => {
  const inputs = picture(1);
  const [rows, filled] = await Promise.all(
    ['ssd', 'opencv'].map(async (dialect) => (await runModel(asOnnx(dialect, 17), inputs)).get('detection_output')),
  );
  const count = rows?.shape[2] ?? 0;
  expect(count).toBeGreaterThan(0);
  expect(rows?.numbers()).toEqual(filled?.numbers().slice(0, count * 7));
});
