/** Operators of PyTorch as Python calls them: sizes one by one, names of numpy, conversions by the name of a type. */
import type { CustomOperators } from '../../custom/definition.ts';
import { dispatch, type Keywords, NO_KEYWORDS } from '../operators/dispatch.ts';
import type { Operators } from '../operators/operators.ts';
import { ScalarValue } from '../values/scalars.ts';
import { type CapturedValue, DeviceValue, isTensor, itemsOf, ListValue } from '../values/values.ts';
import { CONVERSIONS, KEYWORD_ALIASES, pythonGlobal, REVERSED, SIZES_AT } from './python-names.ts';

/** Calls `aten::name`, or what Python means by that name. Throws ProgramError where the program itself would raise. */
export function callAten(
  operators: Operators,
  customOps: CustomOperators,
  name: string,
  args: readonly CapturedValue[],
  keywords: Keywords = NO_KEYWORDS,
): CapturedValue {
  const made = pythonObject(name, args, keywords);
  if (made) return made;
  const call = (op: string, positional: readonly CapturedValue[]) => {
    const named = [...keywords].map(([key, value]) => [KEYWORD_ALIASES[key] ?? key, value] as const);
    return dispatch(operators, customOps, {
      namespace: 'aten',
      name: op,
      args: positional,
      keywords: new Map(named),
    });
  };
  const dtype =
    isTensor(args[0]) && args.length === 1 && Object.hasOwn(CONVERSIONS, name) ? CONVERSIONS[name] : undefined;
  if (dtype !== undefined) return call('to', [...args, pythonGlobal(`torch.${dtype}`)]);
  if (name === 'floordiv' && args.some(isTensor)) return call('floor_divide', args);
  const [left = null, right = null] = args;
  if (args.length === 2 && isNumeric(left) && isTensor(right) && Object.hasOwn(REVERSED, name))
    return name === 'div'
      ? call('mul', [call('reciprocal', [right]), left])
      : call(REVERSED[name] ?? name, [right, left]);
  const start = Object.hasOwn(SIZES_AT, name) ? SIZES_AT[name] : undefined;
  const sizes = start !== undefined && isNumeric(args[start] ?? null) ? args.slice(start) : undefined;
  return call(name, sizes ? [...args.slice(0, start), new ListValue(sizes)] : args);
}

/** Small objects of PyTorch that programs make: devices, sizes. */
function pythonObject(name: string, args: readonly CapturedValue[], keywords: Keywords): CapturedValue | undefined {
  const [first = keywords.get('type')] = args;
  if (name === 'device' && typeof first === 'string') return new DeviceValue(first);
  const items = itemsOf(first);
  return name === 'Size' && items ? new ListValue([...items]) : undefined;
}

function isNumeric(value: CapturedValue): boolean {
  return typeof value === 'bigint' || typeof value === 'number' || value instanceof ScalarValue;
}
