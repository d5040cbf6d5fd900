/** What onnxruntime 1.30 runs otherwise than ONNX says: nothing to judge a simplification by. */
import { inferModel } from '../../../src/core/dialects/onnx/infer.ts';
import { type Shape, sameShape, shapeText } from '../../../src/core/ir/shape.ts';
import type { Tensor } from '../../../src/core/ir/tensor.ts';
import { type Known, type Program, programModel } from './program.ts';

/**
 * It compares the lower halves of two integers of 64 bits by their signs where the upper halves are the same: of
 * Min ([2147483648, 2147483648], 6) it gives 2147483648, of Min ([2147483648], 6) 6.
 */
const COMPARING = new Set(['Clip', 'Max', 'Min', 'ReduceMax', 'ReduceMin']);

export function comparesWide(op: string, reads: readonly Known[]): boolean {
  if (!COMPARING.has(op)) return false;
  return reads.some(
    ({ tensor }) => tensor.dtype === 'int64' && tensor.numbers().some((value) => Math.abs(value) >= 2 ** 31),
  );
}

/** What a model gave for each input set, or why it did not run. */
type Results = (Map<string, Tensor> | string)[];

/**
 * Results as they are, but those of input sets for which an empty tensor has another shape than it must have, as what a Loop
 * that never runs collects. The first set is the one that the program was grown with.
 */
export function withoutOddShapes(program: Program, results: Results): Results {
  const model = programModel(program);
  // What the program declares was found when it was run.
  for (const output of model.graph.outputs) output.type = undefined;
  inferModel(model);
  const shapes = new Map(model.graph.outputs.map(({ name = '', shape }) => [name, shape]));
  const grown = new Map<string, Shape>(program.outputs.map(({ name, tensor }) => [name, tensor.shape]));
  return results.map((found, k) => {
    if (typeof found === 'string') return found;
    for (const [name, tensor] of found) {
      if (tensor.count > 0) continue;
      for (const shape of [shapes.get(name), k === 0 ? grown.get(name) : undefined])
        if (sameShape(tensor.shape, shape) === false)
          return `onnxruntime gives ${name} another shape than ${shapeText(shape)}`;
    }
    return found;
  });
}
