/** The parameters of a method as values: from examples of the file, what the user says, and the types that the code declares. */

import { isScalar } from '../../dialects/aten/arguments.ts';
import type { PickleValue } from '../../formats/torch/archive.ts';
import type { Parameter, TypeExpression } from '../../formats/torch/ast.ts';
import type { Inputs } from '../inputs.ts';
import { numberInput } from '../number-inputs.ts';
import type { Operators } from '../operators/operators.ts';
import type { ScalarType } from '../values/scalars.ts';
import { type CapturedValue, DictValue, isTensor, ListValue, TupleValue } from '../values/values.ts';

const NUMBERS: Readonly<Record<string, ScalarType>> = { int: 'int', float: 'float', bool: 'bool' };

/** The value of a parameter that has no default, or that the user speaks of. */
export function parameterValue(
  operators: Operators,
  inputs: Inputs,
  parameter: Parameter,
  example: PickleValue | undefined,
): CapturedValue {
  const given = inputs.value(parameter.name);
  if (given !== undefined) return converted(operators, given, parameter.type);
  if (example !== undefined || !parameter.type) return inputs.structure(parameter.name, example);
  return declared(operators, inputs, parameter.name, parameter.type);
}

/** A plain value as the type that the code declares. */
function converted(operators: Operators, value: CapturedValue, type: TypeExpression | undefined): CapturedValue {
  const name = (type?.name === 'Optional' ? type.arguments[0]?.name : type?.name) ?? '';
  if (name === 'Tensor' && isScalar(value)) return operators.scalars.tensorOf(value);
  return name === 'float' && typeof value === 'bigint' ? Number(value) : value;
}

/** A parameter of which the file keeps no example. Tensors within containers are inputs each: `x_0`, `x_1`. */
function declared(operators: Operators, inputs: Inputs, name: string, type: TypeExpression): CapturedValue {
  const [first, second] = type.arguments;
  const number = NUMBERS[type.name];
  if (number) {
    const given = inputs.value(name);
    return given === undefined ? numberInput(operators, inputs, name, number) : converted(operators, given, type);
  }
  if (type.name === 'Optional' && first) return inputs.speaksOf(name) ? declared(operators, inputs, name, first) : null;
  if (type.name === 'Tuple' || type.name === 'tuple')
    return new TupleValue(type.arguments.map((item, k) => declared(operators, inputs, `${name}_${k}`, item)));
  const keys = inputs.keysWithin(name);
  if ((type.name === 'List' || type.name === 'list') && first && keys.length > 0)
    return new ListValue(keys.map((key) => declared(operators, inputs, `${name}_${key}`, first)));
  if ((type.name === 'Dict' || type.name === 'dict') && second && keys.length > 0) {
    const dict = new DictValue();
    for (const key of keys) dict.entries.set(key, declared(operators, inputs, `${name}_${key}`, second));
    return dict;
  }
  const value = inputs.structure(name, undefined);
  return isTensor(value) && type.name !== 'Tensor' ? inputs.unknown() : value;
}
