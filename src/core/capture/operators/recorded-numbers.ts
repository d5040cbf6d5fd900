/**
 * Numbers that a trace recorded where its program had sizes of the example. Most contradict any other size, and the rules
 * notice; those that PyTorch would take for any size, in a shape that leaves another size open, are found here.
 */
import type { TensorInfo } from '../../dialects/aten/rule.ts';
import { undecided } from '../../dialects/aten/rule.ts';
import type { Schema } from '../../dialects/aten/schema.ts';
import { Expression } from '../../ir/expression.ts';
import { TensorValue } from '../values/tensor.ts';
import type { Bound } from './bind.ts';

const TARGETS: Readonly<Record<string, string>> = {
  view: 'size',
  _unsafe_view: 'size',
  reshape: 'shape',
};

/** What a problem of a traced program goes on with: how to get a program that holds for other sizes. */
export const EXPORT_ADVICE =
  '. A trace keeps numbers for the sizes of its example: give a number for that size, or export the model with ' +
  'torch.export.export(model, args, dynamic_shapes=...) and convert that';

/**
 * Throws UndecidedSize where a new shape has, in the place of an open size, the number that this size had in the example.
 * `examples` are the numbers of the symbols there.
 */
export function checkRecordedNumbers(schema: Schema, bound: Bound, examples: ReadonlyMap<string, number>): void {
  const target = Object.hasOwn(TARGETS, schema.name) ? TARGETS[schema.name] : undefined;
  const self = bound.get('self');
  const sizes: unknown = target && bound.get(target);
  if (!(self instanceof TensorValue) || !self.info || !Array.isArray(sizes)) return;
  const { shape }: TensorInfo = self.info;
  shape.forEach((own, axis) => {
    if (!(own instanceof Expression) || typeof sizes[axis] !== 'bigint') return;
    const before = own.substitute(examples).constant();
    if (before !== undefined && BigInt(before) === sizes[axis])
      undecided(`it gives ${before} for ${own}, which was ${before} in the example`);
  });
}
