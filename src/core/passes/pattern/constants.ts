/** Constants of a graph beside the numbers that a rule's text wants in their place. */
import { constantOf } from '../../dialects/onnx/data.ts';
import { DATA_TYPES } from '../../ir/dtype.ts';
import type { Node } from '../../ir/node.ts';
import type { Tensor } from '../../ir/tensor.ts';
import type { Value } from '../../ir/value.ts';
import { type Item, itemText, nearly, Unknown } from './items.ts';

/** Why an input is not a constant of that one number, or of that list of numbers; undefined where it is. */
export function constantMisfit(
  wanted: Item | Unknown,
  value: Value | undefined,
  node: Node,
  index: number,
): (() => string) | undefined {
  if (wanted instanceof Unknown) return () => `is compared with what is not known: ${wanted.reason}`;
  const found = value && constantOf(value);
  if (!found) return () => `is no constant, the rule wants ${itemText(wanted)}`;
  const list: readonly Item[] = Array.isArray(wanted) ? wanted : [wanted];
  if (found.count !== list.length || !hasNumbers(found) || (Array.isArray(wanted) && found.shape.length > 1)) {
    return () => `has ${found.count} elements, the rule wants ${itemText(wanted)}`;
  }
  const numbers = found.numbers();
  if (!list.every((each, k) => typeof each === 'number' && nearly(numbers[k] ?? Number.NaN, each))) {
    return () => `is ${numbers.join(', ')}, the rule wants ${itemText(wanted)}`;
  }
  // A constant of more axes than its neighbour would give the result more axes, too.
  const { length } = found.shape;
  const fits =
    length === 0 ||
    Array.isArray(wanted) ||
    node.inputs.some((other, k) => k !== index && (other?.rank ?? -1) >= length);
  return fits ? undefined : () => `has ${length} axes: whether the other input has as many is not known`;
}

function hasNumbers({ dtype }: Tensor): boolean {
  const { bits, kind } = DATA_TYPES[dtype];
  return kind !== 'string' && kind !== 'complex' && bits >= 8 && !(kind === 'float' && bits < 16);
}
