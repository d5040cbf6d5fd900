/** Places of lists that a run may decide: counted from either end, those of a slice, and the ints that they are. */
import { add, type Dim } from '../../ir/shape.ts';
import type { Value } from '../../ir/value.ts';
import type { Operators } from '../operators/operators.ts';
import { callOnNumbers } from '../operators/scalar-operators.ts';
import { position, raise } from './plain-values.ts';
import { ScalarValue } from './scalars.ts';
import { lengthOf } from './sequences.ts';
import type { TensorValue } from './tensor.ts';
import { type CapturedValue, ListValue, type SequenceValue, UNKNOWN } from './values.ts';

export type Int = ScalarValue | bigint;

/** The places of all items: 0, 1, 2, ... */
export function allPlaces(operators: Operators, list: SequenceValue): TensorValue {
  return operators.tensorCall('arange', [ofLength(operators, lengthOf(operators, list))]);
}

/** The places that `[from:to:step]` takes; undefined where only a run knows the step. */
export function slicePlaces(
  operators: Operators,
  list: SequenceValue,
  from: CapturedValue,
  to: CapturedValue,
  step: CapturedValue,
): TensorValue | undefined {
  const by = step ?? 1n;
  if (typeof by !== 'bigint' || by === 0n) return undefined;
  const all = allPlaces(operators, list);
  if (by > 0n) return operators.tensorCall('slice', [all, 0n, from, to, by]);
  // Backwards from `from` down to above `to` is forwards over the mirrored places.
  const mirrored = (bound: CapturedValue) =>
    bound === null ? null : callOn(operators, 'sub', callOn(operators, 'neg', bound) ?? UNKNOWN, 1n);
  const [start, end] = [mirrored(from), mirrored(to)];
  if (start === undefined || end === undefined) return undefined;
  return operators.tensorCall('slice', [operators.tensorCall('flip', [all, new ListValue([0n])]), 0n, start, end, -by]);
}

/** A place of a list from its beginning. Throws ProgramError where it is known to be none. */
export function placeOf(operators: Operators, length: Dim, index: Int): Int {
  if (typeof index === 'bigint') {
    if (typeof length === 'number') return BigInt(position(index, length) ?? raise('list index out of range'));
    return index < 0n ? asInt(ofLength(operators, add(length, Number(index)))) : index;
  }
  const below = callOn(operators, 'lt', index, 0n);
  if (below === false) return index;
  const shift = callOn(operators, 'mul', callOn(operators, 'Int', below ?? UNKNOWN) ?? 0n, ofLength(operators, length));
  return asInt(callOn(operators, 'add', index, shift ?? 0n));
}

/** The place before which `insert` puts an item: one that lies outside is the nearest end. */
export function clamped(operators: Operators, list: SequenceValue, index: Int): Value {
  const length = lengthOf(operators, list);
  const place =
    typeof index === 'bigint' && index >= 0n
      ? index
      : placeOf(operators, typeof length === 'number' ? length : length, index);
  const inside = callOn(operators, 'max', callOn(operators, 'min', place, ofLength(operators, length)) ?? place, 0n);
  return valueOfInt(operators, asInt(inside));
}

export function lengthOfList(operators: Operators, list: ListValue): Dim {
  return list.grown ? lengthOf(operators, list.grown) : list.items.length;
}

export function ofLength(operators: Operators, length: Dim): CapturedValue {
  return length === undefined ? UNKNOWN : operators.scalars.ofSize(length);
}

export function valueOfInt(operators: Operators, place: Int): Value {
  return operators.read(operators.scalars.tensorOf(place));
}

export function asInt(value: CapturedValue | undefined): Int {
  if (isInt(value)) return value;
  throw new Error('an int has become no int');
}

export function isInt(value: CapturedValue | undefined): value is Int {
  return typeof value === 'bigint' || (value instanceof ScalarValue && value.type === 'int');
}

/** An operator on numbers, known or not. */
export function callOn(
  operators: Operators,
  name: string,
  ...args: readonly CapturedValue[]
): CapturedValue | undefined {
  return callOnNumbers(operators, name, args);
}
