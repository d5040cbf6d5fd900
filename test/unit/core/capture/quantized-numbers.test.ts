/** Quantised programs by numbers: PyTorch's outputs (test/fixtures/torch/make.py) against onnxruntime's. */
import { expect, test } from 'vitest';
import { capture } from '../../../../src/core/capture/capture.ts';
import { atenToOnnx } from '../../../../src/core/convert/aten-to-onnx/convert.ts';
import { NO_CUSTOM_OPERATORS } from '../../../../src/core/custom/definition.ts';
import { encodeOnnx } from '../../../../src/core/formats/onnx/write.ts';
import type { Model } from '../../../../src/core/ir/model.ts';
import { Tensor } from '../../../../src/core/ir/tensor.ts';
import { runModel } from '../../../../src/core/runtime/onnxruntime.ts';
import { exported, fixture, torchScript } from '../formats/torch/build.ts';

const numbersOf = (name: string) => JSON.parse(Buffer.from(fixture(name)).toString()) as Numbers;

interface Numbers {
  readonly input: readonly number[];
  readonly output: readonly number[];
  /** The scale of the output, where it has one. */
  readonly step: number;
}

const { input, output, step } = numbersOf('quantized.json');
const shape = [2, 3, 8, 8];

test.each(['quantized-traced.pt', 'quantized-scripted.pt'])('%s is at most a step off', async (name) => {
  const inputs = [{ key: 0, dtype: 'float32', shape }] as const;
  const { model, problems } = capture(torchScript(name), { inputs, customOps: NO_CUSTOM_OPERATORS });
  expect(problems).toEqual([]);
  const operators = new Set([...model.graph.nodes].map((node) => node.operator));
  expect(operators).toContain('aten::fake_quantize_per_tensor_affine');
  const onnx = atenToOnnx(model).model;
  expect([...onnx.graph.nodes].filter((node) => node.operator === 'QuantizeLinear').length).toBeGreaterThan(8);
  expect((await worst(onnx, input, output)) / step).toBeLessThan(1.01);
});

test('an exported program that is quantised is at most a step off', async () => {
  const { input, output } = numbersOf('decomposed.json');
  const { model, problems } = capture(exported('decomposed.pt2'), { inputs: [], customOps: NO_CUSTOM_OPERATORS });
  expect(problems).toEqual([]);
  // A number of the last layer is a mean of 36: one of them may be a step of 0.02 off, times a weight of 1.28.
  expect(await worst(atenToOnnx(model).model, input, output)).toBeLessThan((0.02 * 1.28) / 36);
});

/** The largest difference from what PyTorch gives. */
async function worst(onnx: Model, input: readonly number[], output: readonly number[]): Promise<number> {
  const [x] = onnx.graph.inputs;
  const results = await runModel(encodeOnnx(onnx), new Map([[x?.name ?? '', Tensor.of('float32', shape, input)]]));
  const [result] = [...results.values()];
  expect(result?.count).toBe(output.length);
  return Math.max(...(result?.numbers() ?? []).map((value, k) => Math.abs(value - (output[k] ?? 0))));
}
