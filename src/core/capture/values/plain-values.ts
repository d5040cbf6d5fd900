/** Plain values as Python treats them: truth, equality, indexing, text. */
import { type CapturedValue, DictValue, EnumValue, isScalarValue, isTensor, itemsOf, TupleValue } from './values.ts';

export type Numeric = bigint | number;

/** Raised where the program itself would raise. */
export class ProgramError extends Error {
  override readonly name: string = 'ProgramError';
}

/** Raised where the program has a statement for it: a `raise`, an assertion that fails. */
export class RaisedError extends ProgramError {
  override readonly name = 'RaisedError';
}

export const isNumber = (value: CapturedValue | undefined): value is Numeric =>
  typeof value === 'bigint' || typeof value === 'number';

/** Bools count as ints in arithmetic. */
export function numeric(value: CapturedValue | undefined): Numeric | undefined {
  if (typeof value === 'boolean') return BigInt(value);
  return isNumber(value) ? value : undefined;
}

/** Equality of plain values; undefined where one holds tensors or numbers that only a run knows. */
export function equal(a: CapturedValue, b: CapturedValue): boolean | undefined {
  if (isTensor(a) || isTensor(b) || isScalarValue(a) || isScalarValue(b))
    return a === null || b === null ? false : undefined;
  const [x, y] = [numeric(a), numeric(b)];
  // Loosely: 1 == 1.0.
  if (x !== undefined && y !== undefined) return Number(x) === Number(y);
  if (a instanceof EnumValue && b instanceof EnumValue) return a.className === b.className && equal(a.value, b.value);
  const [first, second] = [itemsOf(a), itemsOf(b)];
  if (first && second) {
    if (first.length !== second.length) return false;
    const each = first.map((item, k) => equal(item, second[k] ?? null));
    return each.includes(undefined) ? undefined : !each.includes(false);
  }
  if (typeof a === 'object' && a?.kind === 'device' && typeof b === 'object' && b?.kind === 'device')
    return a.device === b.device;
  return a === b;
}

/** Truth of a plain value; undefined where it is a tensor or unknown. */
export function truth(value: CapturedValue): boolean | undefined {
  if (value === null) return false;
  if (typeof value === 'boolean') return value;
  if (isNumber(value)) return Number(value) !== 0;
  if (typeof value === 'string') return value !== '';
  const items = itemsOf(value);
  if (items) return items.length > 0;
  if (value instanceof DictValue) return value.entries.size > 0;
  return undefined;
}

/** The place of a Python index, or undefined where there is none. */
export function position(index: bigint, length: number): number | undefined {
  const at = Number(index) < 0 ? Number(index) + length : Number(index);
  return at >= 0 && at < length ? at : undefined;
}

/** `items[from:to:step]`. */
export function slice<T>(items: readonly T[], from: CapturedValue, to: CapturedValue, step: CapturedValue): T[] {
  const by = typeof step === 'bigint' ? Number(step) : 1;
  if (by === 0) throw new ProgramError('slice step cannot be zero');
  const bound = (value: CapturedValue, otherwise: number) => {
    if (typeof value !== 'bigint') return otherwise;
    const at = Number(value) < 0 ? Number(value) + items.length : Number(value);
    return by > 0 ? Math.min(Math.max(at, 0), items.length) : Math.min(Math.max(at, -1), items.length - 1);
  };
  const start = bound(from, by > 0 ? 0 : items.length - 1);
  const end = bound(to, by > 0 ? items.length : -1);
  const picked: T[] = [];
  for (let at = start; by > 0 ? at < end : at > end; at += by) {
    const item = items[at];
    if (item !== undefined) picked.push(item);
  }
  return picked;
}

export function getItem(container: CapturedValue, index: CapturedValue): CapturedValue | undefined {
  if (container instanceof DictValue) {
    const found = container.entries.get(index);
    if (found === undefined) throw new ProgramError('there is no such key');
    return found;
  }
  if (typeof index !== 'bigint') return undefined;
  if (typeof container === 'string') {
    const at = position(index, container.length);
    return at === undefined ? raise('string index out of range') : (container[at] ?? '');
  }
  const items = itemsOf(container);
  if (!items) return undefined;
  const at = position(index, items.length);
  return at === undefined ? raise('list index out of range') : items[at];
}

export function raise(reason: string): never {
  throw new ProgramError(reason);
}

/** The text of a value as Python's `str`. */
export function text(value: CapturedValue): string {
  if (value === null) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'number') return Number.isInteger(value) ? `${value}.0` : String(value);
  if (typeof value === 'bigint' || typeof value === 'string') return String(value);
  const items = itemsOf(value);
  if (items) return value instanceof TupleValue ? `(${items.map(text).join(', ')})` : `[${items.map(text).join(', ')}]`;
  return `<${value.kind}>`;
}
