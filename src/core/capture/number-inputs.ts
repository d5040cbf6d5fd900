/** Plain numbers that a program takes: inputs of the graph without axes, where the user gives them no value. */
import { fresh } from '../dialects/aten/rule.ts';
import type { Bounds } from '../ir/bounds.ts';
import type { Inputs } from './inputs.ts';
import type { Operators } from './operators/operators.ts';
import { SCALAR_DTYPES, type ScalarType, ScalarValue } from './values/scalars.ts';
import type { CapturedValue } from './values/values.ts';

/**
 * The next input, a number that the user leaves open: Python's int as int64, its float, which has double precision, as
 * float64, its bool as bool; or the type that the user says. `symbol` is how an int is called in sizes: the parameter's own
 * name, unless something else is called so.
 */
export function numberInput(
  operators: Operators,
  inputs: Inputs,
  name: string,
  type: ScalarType,
  { symbol, bounds }: { readonly symbol?: string | undefined; readonly bounds?: Bounds | undefined } = {},
): CapturedValue {
  const { symbols } = operators.recorder;
  const free = !symbols.has(name) && !inputs.namesSize(name) && /^[A-Za-z]\w*$/.test(name);
  const tensor = inputs.tensor(name, fresh(SCALAR_DTYPES[type], []));
  const called = symbol ?? (type === 'int' && free ? name : undefined);
  const value = operators.scalars.ofTensor(type, tensor, bounds, called);
  const found = value instanceof ScalarValue ? value.size.symbol : undefined;
  if (found !== undefined) symbols.inputs.set(found, name);
  return value;
}
