/** Networks made elsewhere (test/fixtures/caffe), as ONNX: what onnxruntime gives is what OpenCV and the reference interpreter give. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { caffeToOnnx } from '../../../../../src/core/convert/caffe-to-onnx/convert.ts';
import { readCaffeNet } from '../../../../../src/core/formats/caffe/read.ts';
import { encodeOnnx } from '../../../../../src/core/formats/onnx/write.ts';
import { FileBytes } from '../../../../../src/core/ir/bytes.ts';
import { runCaffe } from '../../../../../src/core/runtime/caffe/run.ts';
import { compareOutputs, worstDifference } from '../../../../../src/core/runtime/compare.ts';
import { randomInputs } from '../../../../../src/core/runtime/inputs.ts';
import { runModel } from '../../../../../src/core/runtime/onnxruntime.ts';
import { caffeBackend } from '../../../../../src/core/targets/caffe-backends.ts';
import { runOpenCv } from '../../runtime/caffe/opencv.ts';

const fixture = (name: string) => new URL(`../../../../fixtures/caffe/${name}`, import.meta.url).pathname;

test.each([['mtcnn_det1', 'bvlc', ['conv4-2', 'prob1']]])('%s', async (name, dialect, outputs) => {
  const [prototxt, caffemodel] = [fixture(`${name}.prototxt`), fixture(`${name}.caffemodel`)];
  const { model } = readCaffeNet(new FileBytes(caffemodel), { prototxt, dialect });
  const made = caffeToOnnx(model, caffeBackend(dialect));
  expect(made.problems).toEqual([]);
  const inputs = randomInputs(model.graph, { seed: 3 });
  const found = await runModel(encodeOnnx(made.model), inputs);
  expect([...found.keys()]).toEqual(outputs);
  const files = { prototxt: readFileSync(prototxt, 'utf8'), caffemodel: new Uint8Array(readFileSync(caffemodel)) };
  const inOpenCv = await runOpenCv(files, inputs, outputs);
  expect(worstDifference(compareOutputs(runCaffe(model, inputs), found))).toBeLessThan(5e-6);
  expect(worstDifference(compareOutputs(inOpenCv, found))).toBeLessThan(5e-6);
});
