/** Values and the type annotations of TorchScript. */
import type { TypeExpression } from '../../formats/torch/ast.ts';
import { numberType } from '../values/scalars.ts';
import {
  type CapturedValue,
  DictValue,
  EnumValue,
  isTensor,
  itemsOf,
  ListValue,
  ModuleValue,
  ObjectValue,
  SelectedValue,
  TupleValue,
} from '../values/values.ts';

/** Whether a value is of a type, by its outermost name: what a list or tuple holds is looked at too. */
export function isInstance(value: CapturedValue, type: TypeExpression): boolean {
  const [inner] = type.arguments;
  if (value instanceof SelectedValue) return value.options.every((each) => isInstance(each, type));
  switch (type.name) {
    case 'Tensor':
      return isTensor(value);
    case 'int':
      return numberType(value) === 'int';
    case 'float':
      return numberType(value) === 'float';
    case 'number':
      return numberType(value) === 'int' || numberType(value) === 'float';
    case 'bool':
      return numberType(value) === 'bool';
    case 'str':
      return typeof value === 'string';
    case 'NoneType':
      return value === null;
    case 'List':
    case 'list':
      return value instanceof ListValue && (!inner || (itemsOf(value) ?? []).every((item) => isInstance(item, inner)));
    case 'Tuple':
    case 'tuple':
      return (
        value instanceof TupleValue &&
        (type.arguments.length === 0 ||
          (type.arguments.length === value.items.length &&
            type.arguments.every((each, k) => isInstance(value.items[k] ?? null, each))))
      );
    case 'Dict':
      return value instanceof DictValue;
    case 'Optional':
      return value === null || (inner !== undefined && isInstance(value, inner));
    case 'Union':
      return type.arguments.some((each) => isInstance(value, each));
    default:
      // A class of modules is named without its package.
      if (value instanceof ModuleValue) return value.object.className.split('.').at(-1) === type.name.split('.').at(-1);
      return (value instanceof ObjectValue || value instanceof EnumValue) && value.className === type.name;
  }
}
