/** Operators of TorchScript on lists, tuples and dicts. Rules: torch/csrc/jit/runtime/register_prim_ops.cpp. */
import { equal, isNumber, ProgramError, position, raise, slice } from '../values/plain-values.ts';
import { type CapturedValue, DictValue, itemsOf, ListValue, TupleValue } from '../values/values.ts';

/** An operator on plain values; undefined where the arguments are not for it. */
export type Builtin = (
  args: readonly CapturedValue[],
  keywords: ReadonlyMap<string, CapturedValue>,
) => CapturedValue | undefined;

function list(value: CapturedValue | undefined): ListValue | undefined {
  return value instanceof ListValue ? value : undefined;
}

function dict(value: CapturedValue | undefined): DictValue | undefined {
  return value instanceof DictValue ? value : undefined;
}

function sorted([value, reverse]: readonly CapturedValue[]): CapturedValue[] | undefined {
  const items = itemsOf(value);
  if (!items?.every((item) => isNumber(item) || typeof item === 'string')) return undefined;
  const order = [...items].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  return reverse === true ? order.reverse() : order;
}

const MOST_STEPS = 10_000_000n;

function rangeLength(start: bigint, end: bigint, step: bigint): bigint {
  if (step === 0n) throw new ProgramError('range() arg 3 must not be zero');
  const span = step > 0n ? end - start + step - 1n : end - start + step + 1n;
  const length = span / step;
  if (length > MOST_STEPS) throw new ProgramError(`a range of ${length} steps`);
  return length < 0n ? 0n : length;
}

/** By name. */
export const CONTAINER_BUILTINS: Readonly<Record<string, Builtin>> = {
  __range_length: ([start, end, step]) => {
    if (typeof start !== 'bigint' || typeof end !== 'bigint' || typeof step !== 'bigint') return undefined;
    return rangeLength(start, end, step);
  },
  __derive_index: ([index, start, step]) =>
    typeof index === 'bigint' && typeof start === 'bigint' && typeof step === 'bigint'
      ? start + index * step
      : undefined,
  slice: ([value, from = null, to = null, step = null]) => {
    if (typeof value === 'string') return slice([...value], from, to, step).join('');
    if (value instanceof TupleValue) return new TupleValue(slice(value.items, from, to, step));
    return value instanceof ListValue ? new ListValue(slice(value.items, from, to, step)) : undefined;
  },
  list: ([x]) => {
    const items = typeof x === 'string' ? [...x] : itemsOf(x);
    return items && new ListValue([...items]);
  },
  tuple: ([x]) => {
    const items = itemsOf(x);
    return items && new TupleValue([...items]);
  },
  copy: ([x]) => {
    if (x instanceof ListValue) return new ListValue([...x.items]);
    if (!(x instanceof DictValue)) return undefined;
    const made = new DictValue();
    for (const [key, value] of x.entries) made.entries.set(key, value);
    return made;
  },
  append: ([x, item = null]) => {
    list(x)?.items.push(item);
    return list(x);
  },
  extend: ([x, more]) => {
    const items = itemsOf(more);
    if (!(x instanceof ListValue) || !items) return undefined;
    x.items.push(...items);
    return null;
  },
  insert: ([x, at, item = null]) => {
    if (!(x instanceof ListValue) || typeof at !== 'bigint') return undefined;
    x.items.splice(Number(at), 0, item);
    return null;
  },
  pop: ([x, at = -1n, otherwise]) => {
    if (x instanceof DictValue) {
      const found = x.entries.get(at) ?? otherwise;
      x.entries.delete(at);
      return found ?? raise('there is no such key');
    }
    if (!(x instanceof ListValue) || typeof at !== 'bigint') return undefined;
    const place = position(at, x.items.length);
    return place === undefined ? raise('pop index out of range') : x.items.splice(place, 1)[0];
  },
  clear: ([x]) => {
    if (x instanceof DictValue) x.entries.clear();
    else if (x instanceof ListValue) x.items.length = 0;
    else return undefined;
    return null;
  },
  reverse: ([x]) => {
    list(x)?.items.reverse();
    return list(x) && null;
  },
  index: ([x, item = null]) => {
    const at = list(x)?.items.findIndex((each) => equal(each, item) === true);
    return at === undefined ? undefined : at < 0 ? raise('the value is not in the list') : BigInt(at);
  },
  count: ([x, item = null]) => {
    const items = itemsOf(x);
    return items && BigInt(items.filter((each) => equal(each, item) === true).length);
  },
  sorted: (args) => {
    const order = sorted(args);
    return order && new ListValue(order);
  },
  sort: (args) => {
    const order = sorted(args);
    if (!order || !(args[0] instanceof ListValue)) return undefined;
    args[0].items.splice(0, order.length, ...order);
    return null;
  },
  _set_item: ([container, index = null, value = null]) => {
    if (container instanceof DictValue) {
      container.entries.set(index, value);
      return null;
    }
    if (!(container instanceof ListValue) || typeof index !== 'bigint') return undefined;
    const at = position(index, container.items.length) ?? raise('list assignment index out of range');
    container.items[at] = value;
    return null;
  },
  Delete: ([container, index = null]) => {
    if (container instanceof DictValue) container.entries.delete(index);
    else if (container instanceof ListValue && typeof index === 'bigint') container.items.splice(Number(index), 1);
    else return undefined;
    return null;
  },
  keys: ([x]) => (dict(x) ? new ListValue([...(dict(x)?.entries.keys() ?? [])]) : undefined),
  values: ([x]) => (dict(x) ? new ListValue([...(dict(x)?.entries.values() ?? [])]) : undefined),
  items: ([x]) =>
    dict(x) ? new ListValue([...(dict(x)?.entries ?? [])].map((pair) => new TupleValue(pair))) : undefined,
  get: ([x, key = null, otherwise = null]) => (x instanceof DictValue ? (x.entries.get(key) ?? otherwise) : undefined),
  update: ([x, more]) => {
    if (!(x instanceof DictValue) || !(more instanceof DictValue)) return undefined;
    for (const [key, value] of more.entries) x.entries.set(key, value);
    return null;
  },
  dict: ([x]) => {
    const made = new DictValue();
    for (const pair of itemsOf(x) ?? []) {
      const [key = null, value = null] = itemsOf(pair) ?? [];
      made.entries.set(key, value);
    }
    return made;
  },
  range: ([a, b, c]) => {
    const [start, end, step] = b === undefined ? [0n, a, 1n] : [a, b, c ?? 1n];
    if (typeof start !== 'bigint' || typeof end !== 'bigint' || typeof step !== 'bigint') return undefined;
    return new ListValue(
      Array.from({ length: Number(rangeLength(start, end, step)) }, (_, k) => start + BigInt(k) * step),
    );
  },
  enumerate: ([x, start = 0n]) => {
    const items = itemsOf(x);
    return items && typeof start === 'bigint'
      ? new ListValue(items.map((item, k) => new TupleValue([start + BigInt(k), item])))
      : undefined;
  },
  zip: (args) => {
    const lists = args.map((each) => itemsOf(each) ?? []);
    const length = Math.min(...lists.map((each) => each.length));
    return new ListValue(Array.from({ length }, (_, k) => new TupleValue(lists.map((each) => each[k] ?? null))));
  },
  setdefault: ([x, key = null, value = null]) => {
    if (!(x instanceof DictValue)) return undefined;
    if (!x.entries.has(key)) x.entries.set(key, value);
    return x.entries.get(key);
  },
  remove: ([x, item = null]) => {
    if (!(x instanceof ListValue)) return undefined;
    const at = x.items.findIndex((each) => equal(each, item) === true);
    if (at < 0) raise('the value is not in the list');
    x.items.splice(at, 1);
    return null;
  },
};
