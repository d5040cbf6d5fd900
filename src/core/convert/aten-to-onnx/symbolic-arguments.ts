/** Which arguments rules take as expressions over sizes that only a run knows. For all others a rule needs the number. */
import type { Schema, SchemaArgument } from '../../dialects/aten/schema.ts';

/** Of the type SymInt. What stands in attributes of ONNX, such as strides and groups, must be a number there. */
const SIZES = new Set(
  `size shape sizes start end step length index split_size split_sizes repeats dims pad output_size k n m shifts diagonal N C
  HxW`.split(/\s+/),
);

/** Of the types Scalar and int, by operator: programs give these operators sizes as well. */
const NUMBERS: Readonly<Record<string, readonly string[]>> = {
  arange: ['start', 'end', 'step'],
  full: ['fill_value'],
  new_full: ['fill_value'],
  full_like: ['fill_value'],
  masked_fill: ['value'],
  scalar_tensor: ['s'],
  linspace: ['steps'],
  one_hot: ['num_classes'],
};

export function isSymbolic(schema: Pick<Schema, 'name'>, { name, type }: SchemaArgument): boolean {
  if (NUMBERS[schema.name]?.includes(name)) return true;
  return type.base !== 'Scalar' && type.symbolic && SIZES.has(name);
}
