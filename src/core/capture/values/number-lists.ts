/** Lists of numbers of which a run decides some, or how many: what Python asks of all of them together. */
import type { Operators } from '../operators/operators.ts';
import { callOn, ofLength } from './list-places.ts';
import { type ScalarType, ScalarValue } from './scalars.ts';
import { asSequence, lengthOf, ofVector, vectorOf } from './sequences.ts';
import type { TensorValue } from './tensor.ts';
import { type CapturedValue, isTensor, ListValue, type SequenceValue } from './values.ts';

/** Which numbers of a list are equal to one. */
export function equalItems(
  operators: Operators,
  list: ListValue,
  item: CapturedValue | undefined,
): TensorValue | undefined {
  const held = asSequence(operators, list);
  const number = item instanceof ScalarValue || typeof item === 'bigint' || typeof item === 'number';
  if (!held?.number || !(number || typeof item === 'boolean')) return undefined;
  return operators.tensorCall('eq', [vectorOf(operators, held), operators.scalars.tensorOf(item)]);
}

/** The first place of a number that the list holds. */
export function firstPlace(
  operators: Operators,
  list: ListValue,
  item: CapturedValue | undefined,
): TensorValue | undefined {
  const equal = equalItems(operators, list, item);
  if (!equal) return undefined;
  const reason = 'an error of list.index or list.remove';
  const when = 'where the value is not in the list';
  operators.recorder.report('check-left-out', { operator: 'aten::index' }, { reason, when });
  return operators.tensorCall('argmax', [operators.cast(equal, 'int64'), 0n]);
}

export function equalLists(
  operators: Operators,
  list: ListValue,
  other: CapturedValue | undefined,
): CapturedValue | undefined {
  if (!(other instanceof ListValue)) return undefined;
  const [a, b] = [asSequence(operators, list), asSequence(operators, other)];
  if (!a?.number || !b?.number) return undefined;
  const [m, n] = [a, b].map((each) => ofLength(operators, lengthOf(operators, each)));
  const common = callOn(operators, 'min', m ?? null, n ?? null);
  const long = callOn(operators, 'eq', m ?? null, n ?? null);
  if (common === undefined || long === undefined || long === false) return long;
  const start = (each: SequenceValue) => operators.tensorCall('slice', [vectorOf(operators, each), 0n, 0n, common, 1n]);
  const [first, second] = [start(a), start(b)];
  // Their sizes are one, whatever the expressions say.
  const same = { ...second.info, dtype: second.info?.dtype ?? 'int64', shape: first.shape ?? [], strides: undefined };
  const equal = operators.tensorCall('eq', [first, operators.fresh(operators.read(second), same)]);
  const all = operators.scalars.ofTensor('bool', operators.tensorCall('all', [equal]));
  return long === true ? all : callOn(operators, '__and__', long, all);
}

export function reduced(
  operators: Operators,
  list: ListValue,
  name: string,
  type?: ScalarType,
): CapturedValue | undefined {
  const held = asSequence(operators, list);
  if (!held?.number) return undefined;
  const vector = vectorOf(operators, held);
  // Bools count as ints in a sum.
  const own = name === 'sum' && held.number === 'bool' ? 'int' : held.number;
  return operators.scalars.ofTensor(type ?? own, operators.tensorCall(name, [vector]));
}

export function folded(
  operators: Operators,
  list: ListValue,
  name: string,
  start?: CapturedValue,
): CapturedValue | undefined {
  const [first, ...others] = start === undefined ? list.items : [start, ...list.items];
  let total: CapturedValue | undefined = first;
  for (const item of others) total = total === undefined ? undefined : callOn(operators, name, total, item);
  return total;
}

export function sorted(
  operators: Operators,
  list: ListValue,
  reverse: CapturedValue | undefined,
): SequenceValue | undefined {
  const held = asSequence(operators, list);
  if (!held?.number || held.number === 'bool' || (reverse !== undefined && typeof reverse !== 'boolean'))
    return undefined;
  const order = operators.call('sort', {
    positional: [vectorOf(operators, held), -1n, reverse === true],
    keywords: new Map(),
  });
  const [values] = typeof order === 'object' && order?.kind === 'tuple' ? order.items : [];
  return isTensor(values) ? ofVector(operators, values, held.number) : undefined;
}
