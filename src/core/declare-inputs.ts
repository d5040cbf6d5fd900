/** Types of a graph's inputs as a user gives them (`--input`). */
import { InputError } from './ir/errors.ts';
import type { Model } from './ir/model.ts';
import { type InputSpec, shapeOf } from './reading.ts';

/**
 * Gives the inputs that the user described their types, so that sizes are known, and random inputs fit what the model takes.
 * Throws InputError `bad-argument` for an input that the model does not have.
 */
export function declareInputs(model: Model, specs: readonly InputSpec[]): void {
  for (const spec of specs) {
    const input = model.graph.inputs.find((value, index) => spec.key === index || spec.key === value.name);
    if (!input) {
      const known = model.graph.inputs.map((value) => value.name).join(', ');
      throw new InputError('bad-argument', `the model has no input ${spec.key}`, undefined, `Inputs: ${known}.`);
    }
    input.type = { kind: 'tensor', dtype: spec.dtype, shape: shapeOf(spec) };
  }
}
