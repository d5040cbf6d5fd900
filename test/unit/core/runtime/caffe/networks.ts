/** Networks of a few lines in the reference interpreter, and in OpenCV for what it runs too. */
import { expect } from 'vitest';
import { encodeCaffe } from '../../../../../src/core/formats/caffe/write.ts';
import { Tensor } from '../../../../../src/core/ir/tensor.ts';
import { runCaffe } from '../../../../../src/core/runtime/caffe/run.ts';
import { compareOutputs } from '../../../../../src/core/runtime/compare.ts';
import { randomInputs } from '../../../../../src/core/runtime/inputs.ts';
import { caffeBackend } from '../../../../../src/core/targets/caffe-backends.ts';
import { networkOf } from '../../convert/caffe-to-onnx/support.ts';
import { runOpenCv } from './opencv.ts';

/** Inputs by name: numbers in the order of their elements. Inputs that are left out are random. */
export type Given = Readonly<Record<string, readonly number[]>>;

/** What the interpreter makes of a network: the sizes and the numbers of each output. */
export function run(net: readonly string[], dialect: string, given: Given = {}) {
  const model = networkOf(net, dialect);
  const found = runCaffe(model, inputsOf(model, given, 1));
  return Object.fromEntries(
    [...found].map(([name, tensor]) => [name, { shape: [...tensor.shape], numbers: [...tensor.numbers()] }]),
  );
}

/** Numbers as they are in single precision, for those that are written in tenths. */
export function single(numbers: readonly number[]): number[] {
  return numbers.map(Math.fround);
}

/** Holds the interpreter against OpenCV, in its own dialect, on several random inputs; returns its last outputs. */
export async function asOpenCv(
  net: readonly string[],
  given: Given = {},
  seeds: readonly number[] = [1, 2, 3],
): Promise<ReadonlyMap<string, Tensor>> {
  const model = networkOf(net, 'opencv');
  const files = encodeCaffe(model, caffeBackend('opencv'));
  let last: ReadonlyMap<string, Tensor> = new Map();
  for (const seed of seeds) {
    const inputs = inputsOf(model, given, seed);
    last = runCaffe(networkOf(net, 'opencv'), inputs);
    const found = await runOpenCv(files, inputs, [...last.keys()]);
    for (const { name, relative, reason } of compareOutputs(last, found)) {
      expect(relative, `${name}, seed ${seed}: ${reason ?? ''}`).toBeLessThan(1e-5);
    }
  }
  return last;
}

function inputsOf({ graph }: ReturnType<typeof networkOf>, given: Given, seed: number): Map<string, Tensor> {
  return new Map(
    [...randomInputs(graph, { seed })].map(([name, tensor]) => {
      const numbers = given[name];
      return [name, numbers ? Tensor.of('float32', tensor.shape, numbers) : tensor];
    }),
  );
}
