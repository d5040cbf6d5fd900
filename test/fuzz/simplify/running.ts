/** Runs models in onnxruntime as they are written, on one thread: the same bits every time. */
import { createRequire } from 'node:module';
import type * as Runtime from 'onnxruntime-node';
import { elementCount } from '../../../src/core/ir/shape.ts';
import { Tensor } from '../../../src/core/ir/tensor.ts';
import { isRunnable, RUNTIME_ARRAYS, type Runnable } from '../../../src/core/runtime/array-types.ts';

// A CommonJS package, and native: it is found where the tests run.
const { InferenceSession, Tensor: RuntimeTensor } = createRequire(import.meta.url)(
  'onnxruntime-node',
) as typeof Runtime;

const OPTIONS: Runtime.InferenceSession.SessionOptions = {
  graphOptimizationLevel: 'disabled',
  logSeverityLevel: 4,
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  // A product with a constant matrix that was brought into another layout beforehand adds in another order.
  extra: { session: { disable_prepacking: '1' } },
};

/**
 * The outputs for each of the input sets, by name, in the model's order. An input set that the model fails on gives the
 * message instead. Throws where the model does not load.
 */
export async function runAll(
  bytes: Uint8Array,
  sets: readonly ReadonlyMap<string, Tensor>[],
): Promise<(Map<string, Tensor> | string)[]> {
  const session = await InferenceSession.create(bytes, OPTIONS);
  try {
    const results: (Map<string, Tensor> | string)[] = [];
    for (const set of sets) {
      const feeds: Record<string, Runtime.Tensor> = {};
      for (const name of session.inputNames) {
        const tensor = set.get(name);
        if (tensor) feeds[name] = toRuntime(tensor);
      }
      try {
        const outputs = await session.run(feeds);
        results.push(new Map(session.outputNames.map((name) => [name, fromRuntime(outputs[name])])));
      } catch (error) {
        results.push(error instanceof Error ? error.message : String(error));
      }
    }
    return results;
  } finally {
    await session.release();
  }
}

function toRuntime(tensor: Tensor): Runtime.Tensor {
  const ArrayType = RUNTIME_ARRAYS[tensor.dtype as Runnable];
  const data = new ArrayType(new Uint8Array(tensor.bytes()).buffer);
  return new RuntimeTensor(tensor.dtype as 'float32', data as Float32Array, tensor.shape);
}

/** Throws TypeError for what is no tensor of numbers. */
function fromRuntime(result: Runtime.OnnxValue | undefined): Tensor {
  const found = result as Runtime.Tensor | undefined;
  if (!found || !isRunnable(found.type) || !ArrayBuffer.isView(found.data))
    throw new TypeError(`an output of ${found?.type ?? 'no type'} cannot be compared`);
  const { data, dims, type } = found;
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  // An empty output comes with room for nothing, whatever its shape.
  return Tensor.ofBytes(type, dims, elementCount(dims) === 0 ? new Uint8Array(0) : bytes.slice());
}
