/** The arguments of an aten node as plain values by the names of its schema, with tensors of the new graph. */
import type { Arguments } from '../../dialects/aten/arguments.ts';
import { isPlacement, schemaOf } from '../../dialects/aten/schemas.ts';
import type { Node } from '../../ir/node.ts';
import type { Value } from '../../ir/value.ts';

/**
 * Ints become numbers, Scalars stay what they are (bigint for ints), tensors go through `map`. Arguments that say where
 * memory is are left out.
 */
export function plainArguments(args: Arguments, node: Node, map: (value: Value) => Value): Record<string, unknown> {
  const plain: Record<string, unknown> = {};
  for (const argument of schemaOf(node)?.arguments ?? []) {
    if (isPlacement(argument)) continue;
    const { name, type } = argument;
    const value = args.get(name);
    if (type.base === 'Tensor') {
      if (type.list) plain[name] = args.optionalTensors(name).map((each) => each && map(each));
      else plain[name] = args.optionalTensor(name) && map(args.tensor(name));
    } else if (type.base === 'int' && value !== undefined) {
      plain[name] = type.list ? args.numbers(name) : args.number(name);
    } else {
      plain[name] = value;
    }
  }
  return plain;
}
