/** The arguments of an aten node as plain values by the names of its schema, with tensors of the new graph. */
import { type Arguments, SymbolicArgument } from '../../dialects/aten/arguments.ts';
import { isPlacement, schemaOf } from '../../dialects/aten/schemas.ts';
import { Expression } from '../../ir/expression.ts';
import type { Node } from '../../ir/node.ts';
import type { Value } from '../../ir/value.ts';
import { refuse } from '../../problems/problem.ts';
import { isSymbolic } from './symbolic-arguments.ts';

/**
 * Ints become numbers, Scalars stay what they are (bigint for ints), tensors go through `map`. Arguments that say where
 * memory is are left out. Refuses expressions where the rule needs a number (see symbolic-arguments.ts).
 */
export function plainArguments(args: Arguments, node: Node, map: (value: Value) => unknown): Record<string, unknown> {
  try {
    return read(args, node, map);
  } catch (error) {
    if (!(error instanceof SymbolicArgument)) throw error;
    return refuse('shape-unknown', node, { reason: error.message });
  }
}

function read(args: Arguments, node: Node, map: (value: Value) => unknown): Record<string, unknown> {
  const plain: Record<string, unknown> = {};
  const schema = schemaOf(node);
  for (const argument of schema?.arguments ?? []) {
    if (isPlacement(argument)) continue;
    const { name, type } = argument;
    const value = args.get(name);
    if (type.base === 'Tensor') {
      if (type.list) plain[name] = args.optionalTensors(name).map((each) => each && map(each));
      else plain[name] = args.optionalTensor(name) && map(args.tensor(name));
    } else if (value !== undefined && schema && isSymbolic(schema, argument)) {
      plain[name] = type.base === 'Scalar' ? value : type.list ? args.dims(name) : args.dim(name);
    } else if (value instanceof Expression) {
      throw new SymbolicArgument(name, value);
    } else if (type.base === 'int' && value !== undefined) {
      plain[name] = type.list ? args.numbers(name) : args.number(name);
    } else {
      plain[name] = value;
    }
  }
  return plain;
}
