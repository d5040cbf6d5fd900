import { expect, test } from 'vitest';
import { capture } from '../../../../src/core/capture/capture.ts';
import { Operators } from '../../../../src/core/capture/operators/operators.ts';
import { prepack } from '../../../../src/core/capture/operators/quantized.ts';
import { Recorder } from '../../../../src/core/capture/recorder.ts';
import { PackedValue, QuantizedValue } from '../../../../src/core/capture/values/quantized-values.ts';
import { Storage, TensorValue } from '../../../../src/core/capture/values/tensor.ts';
import { ListValue } from '../../../../src/core/capture/values/values.ts';
import { NO_CUSTOM_OPERATORS } from '../../../../src/core/custom/definition.ts';
import type { PickledTensor } from '../../../../src/core/formats/torch/archive.ts';
import { Value } from '../../../../src/core/ir/value.ts';
import { torchScript } from '../formats/torch/build.ts';
import { captured, forward, graphText, lines, object, stored } from './support.ts';

const x = stored('float32', [2]);

test('a module becomes what its __setstate__ makes of what the file keeps of it', () => {
  const code = `class Inner(Module):
  __parameters__ = []
  __buffers__ = []
  scale : float
  bias : Tensor
  def __setstate__(self: __torch__.Inner, state: Tuple[Tensor, float]) -> NoneType:
    self.bias = (state)[0]
    self.scale = (state)[1]
    return None
  def forward(self: __torch__.Inner, x: Tensor) -> Tensor:
    return torch.add(torch.mul(x, self.scale), self.bias)
${forward('x: Tensor', 'return (self.inner).forward(x, )')}`;
  const inner = { ...object('Inner'), state: { kind: 'tuple', items: [stored('float32', [2], [1, 2]), 3] } } as const;
  const { model, problems } = captured({ code, attributes: { inner }, inputs: [x] });
  expect(problems).toEqual([]);
  expect(graphText(model)).toBe(
    lines(`inner/mul_0 = aten::mul.Scalar(x, other=3) : float32[2]
           output_0 = aten::add.Tensor(inner/mul_0, inner.0, alpha=1) : float32[2]
           return output_0`),
  );
});

const quantized: PickledTensor = {
  ...stored('int8', [2], [1, 2]),
  quantization: { scheme: 'per-tensor', scale: 0.5, zeroPoint: 1n },
};

test('a quantised tensor is not taken for its integers', () => {
  const program = {
    code: forward('x: Tensor', 'return torch.add(x, self.w)'),
    attributes: { w: quantized },
    inputs: [x],
  };
  const { problems } = captured(program);
  expect(problems).toMatchObject([{ code: 'dtype-not-taken', message: expect.stringContaining('quantised') }]);
});

test('packed parameters of an archive are values that a program may pass on', () => {
  const options = { inputs: [{ key: 'x', dtype: 'float32', shape: [2] }], customOps: NO_CUSTOM_OPERATORS } as const;
  expect(capture(torchScript('packed.pt'), options).problems).toEqual([]);
});

test('prepack operators put the same parameters together', () => {
  const operators = new Operators(new Recorder());
  const integers = new TensorValue(new Storage(() => new Value({ name: 'w', type: undefined })), undefined);
  const weight = new QuantizedValue(integers, { dtype: 'int8', scale: 1, zeroPoint: 0n });
  const sizes = (...items: bigint[]) => new ListValue(items);
  const arguments_ = [weight, null, sizes(2n, 1n), sizes(1n, 0n), sizes(1n, 3n), 4n];
  expect(prepack(operators, 'conv2d_prepack', arguments_, new Map())?.parameters).toEqual({
    operator: 'convolution',
    weight,
    bias: null,
    stride: [2, 1],
    padding: [1, 0],
    dilation: [1, 3],
    outputPadding: [0, 0],
    groups: 4,
    transposed: false,
  });
  arguments_.splice(4, 0, sizes(1n, 0n));
  expect(prepack(operators, 'conv_transpose2d_prepack', arguments_, new Map())?.parameters).toMatchObject({
    outputPadding: [1, 0],
    dilation: [1, 3],
    groups: 4,
    transposed: true,
  });
  expect(prepack(operators, 'linear_prepack', [weight, null], new Map())).toBeInstanceOf(PackedValue);
  expect(prepack(operators, 'linear_relu', [weight, null], new Map())).toBeUndefined();
});
