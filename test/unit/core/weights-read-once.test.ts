import { expect, test } from 'vitest';
import { atenToOnnx } from '../../../src/core/convert/aten-to-onnx/convert.ts';
import { convertOpset } from '../../../src/core/convert/opset/convert.ts';
import { NO_CUSTOM_OPERATORS } from '../../../src/core/custom/definition.ts';
import { encodeOnnx } from '../../../src/core/formats/onnx/write.ts';
import type { PickledTensor } from '../../../src/core/formats/torch/archive.ts';
import type { ByteSource } from '../../../src/core/ir/bytes.ts';
import { elementCount } from '../../../src/core/ir/shape.ts';
import { stridedSource } from '../../../src/core/ir/strided-source.ts';
import { FileSource, Tensor } from '../../../src/core/ir/tensor.ts';
import { foldConstants } from '../../../src/core/passes/fold/fold-constants.ts';
import { runPasses } from '../../../src/core/passes/run.ts';
import { captured, forward, stored } from './capture/support.ts';

/** A file of zeros that counts the bytes that are read of it. */
class CountedFile implements ByteSource {
  readonly name = 'weights';
  bytesRead = 0;

  constructor(readonly size: number) {}

  read(_offset: number, length: number): Uint8Array {
    this.bytesRead += length;
    return new Uint8Array(length);
  }
}

/** A weight in a file of its own; row-major unless it says otherwise. */
function weight(shape: readonly number[], strides?: readonly number[]): { file: CountedFile; value: PickledTensor } {
  const file = new CountedFile(4 * elementCount(shape));
  const base = new FileSource(file, 0, file.size);
  const source = strides ? stridedSource(base, 'float32', shape, strides, 0) : base;
  const plain = stored('float32', shape);
  const tensor = new Tensor('float32', shape, source);
  return { file, value: { ...plain, tensor, ...(strides && { strides }) } };
}

test('a weight is read once, and only when it is written', () => {
  const weights = {
    channelsLast: weight([6, 4, 3, 3], [36, 1, 12, 4]),
    scale: weight([6]),
    mean: weight([6]),
    variance: weight([6]),
    // Of a product of three axes: it is written transposed.
    wide: weight([500, 6]),
    bias: weight([500]),
    // Of one of two axes: Gemm transposes it.
    narrow: weight([7, 500]),
  };
  const code = forward(
    'x: Tensor',
    `y = torch.conv2d(x, self.channelsLast, None, [1, 1], [1, 1], [1, 1], 1)
     n = torch.batch_norm(y, self.scale, self.scale, self.mean, self.variance, False, 0.1, 1e-5, True)
     s = torch.transpose(torch.flatten(n, 2), 1, 2)
     w = torch.linear(torch.relu(s), self.wide, self.bias)
     return torch.linear(torch.select(w, 1, 0), self.narrow, None)`.replaceAll(/^ +/gm, ''),
  );
  const attributes = Object.fromEntries(Object.entries(weights).map(([name, { value }]) => [name, value]));
  const { model: program, problems } = captured({ code, attributes, inputs: [stored('float32', [2, 4, 8, 8])] });
  const { model, problems: lowering } = atenToOnnx(program, { customOps: NO_CUSTOM_OPERATORS });
  runPasses(model, [foldConstants]);
  expect([...problems, ...lowering, ...convertOpset(model, 17).problems]).toEqual([]);
  const read = () => Object.values(weights).map(({ file }) => file.bytesRead / file.size);
  expect(read()).toEqual(Object.keys(weights).map(() => 0));
  encodeOnnx(model);
  expect(read()).toEqual(Object.keys(weights).map(() => 1));
});
