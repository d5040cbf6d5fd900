/**
 * Numbers that only a run knows as arguments of tensor operators: where an operator takes a tensor in the place of a
 * plain number, the number goes in as a tensor without axes, in the type that PyTorch computes with.
 */
import { DEFAULT_FLOAT } from '../../dialects/aten/promotion.ts';
import { DATA_TYPES, type DataType } from '../../ir/dtype.ts';
import { converted, type ScalarType, ScalarValue, scalarTypeOfElement } from '../values/scalars.ts';
import { type CapturedValue, isTensor } from '../values/values.ts';
import type { CallArguments } from './bind.ts';
import type { Operators } from './operators.ts';
import { callOnNumbers } from './scalar-operators.ts';

/** Operators of which an operand may be a tensor or a number, with the same meaning. */
const BINARY = new Set(
  `add sub rsub mul div true_divide floor_divide remainder fmod pow eq ne lt le gt ge
   bitwise_and bitwise_or bitwise_xor __and__ __or__ __xor__ multiply subtract divide greater less
   greater_equal less_equal not_equal where fill masked_fill index_fill lerp`
    .split(/\s+/)
    .flatMap((name) => [name, `${name}_`]),
);
/** Those that look at all bounds so. */
const BOUNDS = new Set(['clamp', 'clamp_', 'clip', 'clip_', 'clamp_min', 'clamp_max', 'clamp_min_', 'clamp_max_']);

const WIDTH: Readonly<Record<ScalarType, number>> = { bool: 0, int: 1, float: 2 };
const NATURAL: Readonly<Record<ScalarType, DataType>> = { bool: 'bool', int: 'int64', float: DEFAULT_FLOAT };

/** The call with tensors where it had such numbers; the call itself where there is nothing to change. */
export function scalarsAsTensors(operators: Operators, name: string, call: CallArguments): CallArguments {
  const alpha = call.keywords.get('alpha');
  const scaled = SCALED[name.replace(/_$/, '')];
  if (alpha instanceof ScalarValue && scaled) return multiplied(operators, call, scaled, alpha);
  const all = BOUNDS.has(name);
  if (!all && !BINARY.has(name)) return call;
  const operands = [...call.positional, ...call.keywords.values()];
  // The condition of a choice has no say in its type.
  const self = operands.slice(name === 'where' ? 1 : 0).find(isTensor)?.info;
  if ((!self && name !== 'where') || !operands.some((operand) => operand instanceof ScalarValue)) return call;
  const tensorOf = (value: CapturedValue): CapturedValue => {
    const known = all && (typeof value === 'bigint' || typeof value === 'number');
    if (!known && !(value instanceof ScalarValue)) return value;
    const type = value instanceof ScalarValue ? value.type : typeof value === 'bigint' ? 'int' : 'float';
    // A number takes the tensor's type unless it is of a higher category.
    const wider = !self || WIDTH[type] > WIDTH[scalarTypeOfElement(self.dtype)];
    return operators.scalars.as(operators.scalars.tensorOf(value), wider ? NATURAL[type] : self.dtype);
  };
  const keywords = [...call.keywords].map(([key, value]) => [key, tensorOf(value)] as const);
  return { positional: call.positional.map(tensorOf), keywords: new Map(keywords) };
}

/** Operators with an `alpha`, by the operand that it multiplies. */
const SCALED: Readonly<Record<string, 'self' | 'other'>> = {
  add: 'other',
  sub: 'other',
  subtract: 'other',
  rsub: 'self',
};

/** `add(x, y, alpha=n)` as `add(x, y * n)`. */
function multiplied(
  operators: Operators,
  call: CallArguments,
  scaled: 'self' | 'other',
  alpha: ScalarValue,
): CallArguments {
  const keywords = new Map(call.keywords);
  keywords.delete('alpha');
  const positional = [...call.positional];
  const at = scaled === 'self' ? 0 : 1;
  const operand = positional[at] ?? keywords.get(scaled) ?? null;
  const product = callOnNumbers(operators, 'mul', [operand, alpha]) ?? operators.tensorCall('mul', [operand, alpha]);
  if (at < positional.length) positional[at] = product;
  else keywords.set(scaled, product);
  return { positional, keywords };
}

/**
 * The call with a tensor without axes in the place of its first argument, where that is a plain number before a tensor:
 * exported programs hand numbers to arguments that are tensors by their schema. Undefined where it is none.
 */
export function leadingNumberAsTensor(operators: Operators, call: CallArguments): CallArguments | undefined {
  const [first, ...rest] = call.positional;
  const other = rest.find(isTensor)?.info;
  if (!other || (typeof first !== 'bigint' && typeof first !== 'number')) return undefined;
  const type = typeof first === 'bigint' ? 'int' : 'float';
  const complex = DATA_TYPES[other.dtype].kind === 'complex';
  const wider = !complex && WIDTH[type] > WIDTH[scalarTypeOfElement(other.dtype)];
  const dtype = complex ? 'float64' : wider ? NATURAL[type] : other.dtype;
  return { ...call, positional: [operators.knownTensor(converted(dtype, first), dtype), ...rest] };
}
