/** Quantised programs by numbers: PyTorch's outputs (test/fixtures/torch/make.py) against onnxruntime's. */
import { expect, test } from 'vitest';
import { capture } from '../../../../src/core/capture/capture.ts';
import { atenToOnnx } from '../../../../src/core/convert/aten-to-onnx/convert.ts';
import { NO_CUSTOM_OPERATORS } from '../../../../src/core/custom/definition.ts';
import { encodeOnnx } from '../../../../src/core/formats/onnx/write.ts';
import { Tensor } from '../../../../src/core/ir/tensor.ts';
import { runModel } from '../../../../src/core/runtime/onnxruntime.ts';
import { fixture, torchScript } from '../formats/torch/build.ts';

interface Numbers {
  readonly input: readonly number[];
  readonly output: readonly number[];
  /** The scale of the output. */
  readonly step: number;
}

const { input, output, step } = JSON.parse(Buffer.from(fixture('quantized.json')).toString()) as Numbers;
const shape = [2, 3, 8, 8];

test.each(['quantized-traced.pt', 'quantized-scripted.pt'])('%s is at most a step off', async (name) => {
  const inputs = [{ key: 0, dtype: 'float32', shape }] as const;
  const { model, problems } = capture(torchScript(name), { inputs, customOps: NO_CUSTOM_OPERATORS });
  expect(problems).toEqual([]);
  const operators = new Set([...model.graph.nodes].map((node) => node.operator));
  expect(operators).toContain('aten::fake_quantize_per_tensor_affine');
  const onnx = atenToOnnx(model).model;
  expect([...onnx.graph.nodes].filter((node) => node.operator === 'QuantizeLinear').length).toBeGreaterThan(8);
  const [x] = onnx.graph.inputs;
  const results = await runModel(encodeOnnx(onnx), new Map([[x?.name ?? '', Tensor.of('float32', shape, input)]]));
  const [result] = [...results.values()];
  const steps = result?.numbers().map((value, k) => Math.abs(value - (output[k] ?? 0)) / step) ?? [];
  expect(steps.length).toBe(output.length);
  expect(Math.max(...steps)).toBeLessThan(1.01);
});
