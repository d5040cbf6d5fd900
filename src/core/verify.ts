/** Proves a conversion by running both sides on the same random inputs. */
import { encodeOnnx } from './formats/onnx/write.ts';
import type { Model } from './ir/model.ts';
import type { Tensor } from './ir/tensor.ts';
import type { Verification } from './request.ts';
import { compareOutputs, worstDifference } from './runtime/compare.ts';
import { randomInputs } from './runtime/inputs.ts';
import { runModel } from './runtime/onnxruntime.ts';

/** One side of a comparison: what runs, and how. */
export interface Side {
  readonly title: string;
  run(inputs: ReadonlyMap<string, Tensor>): Promise<ReadonlyMap<string, Tensor>>;
}

/** An ONNX graph as it stands in memory, run in onnxruntime. */
export function graphSide(title: string, model: Model): Side {
  const bytes = encodeOnnx(model);
  return { title, run: (inputs) => runModel(bytes, inputs) };
}

/** A written ONNX file, run in onnxruntime. */
export function fileSide(path: string): Side {
  return { title: `${path} in onnxruntime`, run: (inputs) => runModel(path, inputs) };
}

/** Runs both sides; `model` declares the inputs. A seed of its own makes the run repeatable. */
export async function verify(model: Model, reference: Side, result: Side, seed: number): Promise<Verification> {
  const inputs = randomInputs(model.graph, { seed });
  const expected = await reference.run(inputs);
  const found = await result.run(inputs);
  return {
    reference: reference.title,
    result: result.title,
    relativeError: worstDifference(compareOutputs(expected, found)),
    seed,
  };
}
