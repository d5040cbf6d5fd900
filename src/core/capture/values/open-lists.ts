/**
 * What a program does with lists whose length only a run knows, and with places of lists that only a run knows: the
 * methods and functions of Python's lists (torch/csrc/jit/runtime/register_prim_ops.cpp).
 */
import { axisOf, fresh } from '../../dialects/aten/rule.ts';
import { multiply } from '../../ir/shape.ts';
import type { Operators } from '../operators/operators.ts';
import {
  allPlaces,
  callOn,
  clamped,
  isInt,
  lengthOfList,
  ofLength,
  placeOf,
  slicePlaces,
  valueOfInt,
} from './list-places.ts';
import { equalItems, equalLists, firstPlace, folded, reduced, sorted } from './number-lists.ts';
import { ScalarValue } from './scalars.ts';
import { asSequence, chained, erased, inserted, itemAt, joined, lengthOf, picked, vectorOf } from './sequences.ts';
import { type CapturedValue, ListValue, type SequenceValue, UNKNOWN } from './values.ts';

/** Gives undefined where the arguments are not for it. */
type Method = (operators: Operators, list: ListValue, args: readonly CapturedValue[]) => CapturedValue | undefined;

/** A call on such a list, or at such a place; undefined for calls of another kind. */
export function callOnOpenList(
  operators: Operators,
  name: string,
  args: readonly CapturedValue[],
): CapturedValue | undefined {
  const [list, ...others] = args;
  if (!(list instanceof ListValue)) return undefined;
  if (list.grown || others.some((arg) => arg instanceof ListValue && arg.grown))
    return Object.hasOwn(METHODS, name) ? METHODS[name]?.(operators, list, others) : undefined;
  if (list.items.some((item) => item instanceof ScalarValue) || others.some((arg) => arg instanceof ScalarValue))
    return Object.hasOwn(PLACED, name) ? PLACED[name]?.(operators, list, others) : undefined;
  return undefined;
}

/** Appends to a list, of known length or not. */
export function appendTo(operators: Operators, list: ListValue, item: CapturedValue): void {
  if (!list.grown) list.items.push(item);
  else list.grown = inserted(operators, list.grown, undefined, item) ?? list.grown;
}

/** The tensors of a list, of known length or not, along a new first axis. */
export function stack(operators: Operators, list: ListValue): CapturedValue {
  return list.grown ? (join('ListStack')(operators, list, []) ?? UNKNOWN) : operators.tensorCall('stack', [list]);
}

const METHODS: Readonly<Record<string, Method>> = {
  len: (operators, list) => ofLength(operators, lengthOfList(operators, list)),
  __getitem__: (operators, list, [index]) => {
    const held = isInt(index) && asSequence(operators, list);
    return held ? itemAt(operators, held, index) : undefined;
  },
  append: (operators, list, [item = null]) => {
    const made = list.grown && inserted(operators, list.grown, undefined, item);
    return made && become(list, made, list);
  },
  insert: (operators, list, [index, item = null]) => {
    const at = isInt(index) && list.grown ? clamped(operators, list.grown, index) : undefined;
    const made = at && list.grown && inserted(operators, list.grown, at, item);
    return made && become(list, made, null);
  },
  pop: (operators, list, [index = -1n]) => {
    if (!list.grown || !isInt(index)) return undefined;
    const at = placeOf(operators, lengthOf(operators, list.grown), index);
    const item = itemAt(operators, list.grown, at);
    return become(list, erased(operators, list.grown, valueOfInt(operators, at)), item);
  },
  Delete: (operators, list, [index]) => {
    if (!list.grown || !isInt(index)) return undefined;
    const at = placeOf(operators, lengthOf(operators, list.grown), index);
    return become(list, erased(operators, list.grown, valueOfInt(operators, at)), null);
  },
  clear: (_, list) => {
    list.grown = undefined;
    list.items.length = 0;
    return null;
  },
  _set_item: (operators, list, [index, item = null]) => {
    if (!list.grown || !isInt(index)) return undefined;
    const at = valueOfInt(operators, placeOf(operators, lengthOf(operators, list.grown), index));
    const made = inserted(operators, erased(operators, list.grown, at), at, item);
    return made && become(list, made, null);
  },
  extend: (operators, list, [more]) => {
    const made = behind(operators, list, more);
    return made && become(list, made, null);
  },
  // `a += b` changes the list itself.
  add_: (operators, list, [more]) => {
    const made = behind(operators, list, more);
    return made && become(list, made, list);
  },
  add: (operators, list, [more]) => {
    const made = behind(operators, list, more);
    return made && become(new ListValue([]), made);
  },
  slice: (operators, list, [from = null, to = null, step = null]) => {
    const held = asSequence(operators, list);
    const places = held && slicePlaces(operators, held, from, to, step);
    return places && become(new ListValue([]), picked(operators, held, places));
  },
  reverse: (operators, list) => {
    const places = list.grown && slicePlaces(operators, list.grown, null, null, -1n);
    return places && list.grown && become(list, picked(operators, list.grown, places), null);
  },
  list: (_, list) => copied(list),
  copy: (_, list) => copied(list),
  mul: (operators, list, [count]) => repeated(operators, list, count),
  cat: (operators, list, args) => join('ListCat')(operators, list, args),
  stack: (operators, list, args) => join('ListStack')(operators, list, args),
  eq: (operators, list, [other]) => equalLists(operators, list, other),
  ne: (operators, list, [other]) => {
    const same = equalLists(operators, list, other);
    return same === undefined ? undefined : callOn(operators, '__not__', same);
  },
  sum: (operators, list) => reduced(operators, list, 'sum'),
  max: (operators, list) => reduced(operators, list, 'amax'),
  min: (operators, list) => reduced(operators, list, 'amin'),
  all: (operators, list) => reduced(operators, list, 'all', 'bool'),
  any: (operators, list) => reduced(operators, list, 'any', 'bool'),
  __contains__: (operators, list, [item]) => {
    const equal = equalItems(operators, list, item);
    return equal && operators.scalars.ofTensor('bool', operators.tensorCall('any', [equal]));
  },
  count: (operators, list, [item]) => {
    const equal = equalItems(operators, list, item);
    return equal && operators.scalars.ofTensor('int', operators.tensorCall('sum', [equal]));
  },
  index: (operators, list, [item]) => {
    const at = firstPlace(operators, list, item);
    return at && operators.scalars.ofTensor('int', at);
  },
  remove: (operators, list, [item]) => {
    const at = firstPlace(operators, list, item);
    return at && list.grown && become(list, erased(operators, list.grown, operators.read(at)), null);
  },
  sorted: (operators, list, [reverse]) => {
    const made = sorted(operators, list, reverse);
    return made && become(new ListValue([]), made);
  },
  sort: (operators, list, [reverse]) => {
    const made = sorted(operators, list, reverse);
    return made && become(list, made, null);
  },
  tensor: (operators, list, [dtype]) => {
    const { grown } = list;
    if (!grown?.number) return undefined;
    const vector = vectorOf(operators, grown);
    if (typeof dtype === 'bigint') return operators.tensorCall('to', [vector, dtype]);
    // Floats become torch.get_default_dtype().
    return grown.number === 'float' ? operators.cast(vector, 'float32') : vector;
  },
};

/** The method of a name. */
function of(name: string): Method {
  return METHODS[name] ?? (() => undefined);
}

/** On lists of known length, at places or with numbers that only a run knows: the length stays known. */
const PLACED: Readonly<Record<string, Method>> = {
  __getitem__: of('__getitem__'),
  _set_item: (operators, list, args) => unfolded(operators, list, '_set_item', args, list.items.length),
  insert: (operators, list, [index, ...args]) =>
    index instanceof ScalarValue
      ? unfolded(operators, list, 'insert', [index, ...args], list.items.length + 1)
      : undefined,
  pop: (operators, list, args) =>
    args[0] instanceof ScalarValue ? unfolded(operators, list, 'pop', args, list.items.length - 1) : undefined,
  Delete: (operators, list, args) =>
    args[0] instanceof ScalarValue ? unfolded(operators, list, 'Delete', args, list.items.length - 1) : undefined,
  slice: (operators, list, args) =>
    args.some((arg) => arg instanceof ScalarValue) ? of('slice')(operators, list, args) : undefined,
  mul: (operators, list, [count]) => (count instanceof ScalarValue ? repeated(operators, list, count) : undefined),
  sum: (operators, list) => folded(operators, list, 'add', 0n),
  max: (operators, list, others) => (others.length === 0 ? folded(operators, list, 'max') : undefined),
  min: (operators, list, others) => (others.length === 0 ? folded(operators, list, 'min') : undefined),
  all: of('all'),
  any: of('any'),
  count: of('count'),
  index: of('index'),
  remove: (operators, list, args) => unfolded(operators, list, 'remove', args, list.items.length - 1),
  sorted: (operators, list, [reverse]) => {
    const made = sorted(operators, list, reverse);
    return made && itemsOf(operators, new ListValue([]), made, list.items.length);
  },
  sort: (operators, list, [reverse]) => {
    const made = sorted(operators, list, reverse);
    return made && itemsOf(operators, list, made, list.items.length) && null;
  },
  eq: (operators, list, [other]) => equalLists(operators, list, other),
  ne: of('ne'),
};

/** Runs a method on the list as one of unknown length, and takes its items out again. */
function unfolded(
  operators: Operators,
  list: ListValue,
  name: string,
  args: readonly CapturedValue[],
  length: number,
): CapturedValue | undefined {
  const held = asSequence(operators, list);
  if (!held || length < 0) return undefined;
  const open = new ListValue([]);
  open.grown = held;
  const result = of(name)(operators, open, args);
  if (result === undefined || !open.grown) return undefined;
  itemsOf(operators, list, open.grown, length);
  return result;
}

function itemsOf(operators: Operators, list: ListValue, from: SequenceValue, length: number): ListValue {
  list.items.splice(0, list.items.length);
  for (let k = 0n; k < length; k++) list.items.push(itemAt(operators, from, k));
  return list;
}

/** The list holds that now; gives what the call gives. */
function become<T extends CapturedValue = ListValue>(list: ListValue, made: SequenceValue, result?: T): T | ListValue {
  if (!list.grown) list.items.length = 0;
  list.grown = made;
  return result === undefined ? list : result;
}

function copied(list: ListValue): CapturedValue | undefined {
  if (!list.grown) return undefined;
  const made = new ListValue([]);
  made.grown = list.grown;
  return made;
}

/** The items of a list with those of another behind them. */
function behind(operators: Operators, list: ListValue, more: CapturedValue | undefined): SequenceValue | undefined {
  if (!(more instanceof ListValue)) return undefined;
  // An empty list has no kind.
  if (!list.grown && list.items.length === 0) return more.grown;
  if (!more.grown && more.items.length === 0) return list.grown;
  const [a, b] = [asSequence(operators, list), asSequence(operators, more)];
  return a && b && chained(operators, a, b);
}

function repeated(operators: Operators, list: ListValue, count: CapturedValue | undefined): CapturedValue | undefined {
  const held = isInt(count) ? asSequence(operators, list) : undefined;
  const times = held && callOn(operators, 'max', count ?? null, 0n);
  if (!held || times === undefined) return undefined;
  const places = operators.tensorCall('repeat', [allPlaces(operators, held), new ListValue([times])]);
  return become(new ListValue([]), picked(operators, held, places));
}

function join(op: 'ListCat' | 'ListStack'): Method {
  return (operators, list, [dim = 0n]) => {
    const { grown } = list;
    if (!grown || typeof dim !== 'bigint' || grown.number) return undefined;
    const { dtype, shape } = grown.element;
    const axis = axisOf(Number(dim), shape.length + (op === 'ListStack' ? 1 : 0));
    const length = lengthOf(operators, grown);
    const sizes =
      op === 'ListStack'
        ? [...shape.slice(0, axis), length, ...shape.slice(axis)]
        : shape.map((size, k) => (k === axis ? multiply(size, length) : size));
    return joined(operators, op, grown, axis, fresh(dtype, sizes));
  };
}
