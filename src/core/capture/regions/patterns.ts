/**
 * What a value looks like that one of several parts of a program gives: the same in all of them, or made of tensors that
 * become results of an If or a Loop. Patterns are found by joining values (joiner.ts); with one, a value of each part can
 * be taken apart into tensors, and the results be put together again (slots.ts).
 */
import { fresh, type TensorInfo } from '../../dialects/aten/rule.ts';
import type { Bounds } from '../../ir/bounds.ts';
import { Expression } from '../../ir/expression.ts';
import { boundsOf, type Dim, sameDim } from '../../ir/shape.ts';
import { numberType, SCALAR_DTYPES, type ScalarType, ScalarValue } from '../values/scalars.ts';
import { TensorValue } from '../values/tensor.ts';
import {
  type CapturedValue,
  DeviceValue,
  EnumValue,
  isTensor,
  isUnknown,
  ModuleValue,
  NeverValue,
  OptionalValue,
  SelectedValue,
  SequenceValue,
  UnmergedValue,
} from '../values/values.ts';
import { GROWN } from './containers.ts';
import type { Frozen, Group } from './frozen.ts';

export type Pattern =
  /** One value, whichever part runs. */
  | { readonly kind: 'same'; readonly frozen: Frozen }
  /** Sizes that differ are open: symbols that stand for one number wherever they are in a pattern. */
  | { readonly kind: 'tensor'; readonly info: TensorInfo }
  | { readonly kind: 'number'; readonly type: ScalarType; readonly size: Dim }
  | { readonly kind: 'group'; readonly like: Group; readonly items: ReadonlyMap<unknown, Pattern> }
  /** A list whose length only a run knows. */
  | { readonly kind: 'sequence'; readonly element: TensorInfo; readonly number: ScalarType | undefined }
  /** None, or what `item` says. */
  | { readonly kind: 'optional'; readonly item: Pattern }
  /** One of several texts, enums or devices. */
  | { readonly kind: 'selected'; readonly options: readonly CapturedValue[] }
  /** No run reads it. */
  | { readonly kind: 'never' }
  /** Values that nothing can stand for; `reason` completes "a value is one of ...". */
  | { readonly kind: 'unmerged'; readonly reason: string }
  /** What one of them is was not known before, and has been reported. */
  | { readonly kind: 'unknown' };

export type PatternOf<K extends Pattern['kind']> = Extract<Pattern, { readonly kind: K }>;

const NEVER: Pattern = { kind: 'never' };

export function same(frozen: Frozen): Pattern {
  return { kind: 'same', frozen };
}

export function leaf(value: CapturedValue): Frozen {
  return { kind: 'leaf', value };
}

export function differ(reason: string): Pattern {
  return { kind: 'unmerged', reason };
}

/** As a pattern that other values can be joined to: `same` only for values that have no other. */
export function generalized(frozen: Frozen): Pattern {
  if (frozen.kind === 'group') {
    const grown = frozen.items.get(GROWN)?.value;
    if (grown instanceof SequenceValue) return { kind: 'sequence', element: grown.element, number: grown.number };
    const items = [...frozen.items].map(([key, item]) => [key, same(item)] as const);
    return { kind: 'group', like: frozen, items: new Map(items) };
  }
  const { value } = frozen;
  if (value instanceof NeverValue) return NEVER;
  if (value instanceof UnmergedValue) return differ(value.reason);
  if (isUnknown(value)) return { kind: 'unknown' };
  if (value === null) return { kind: 'optional', item: NEVER };
  if (value instanceof OptionalValue) return { kind: 'optional', item: detached(generalized(leaf(value.item))) };
  if (isTensor(value)) return value.info ? { kind: 'tensor', info: value.info } : { kind: 'unknown' };
  if (value instanceof SelectedValue) return { kind: 'selected', options: value.options };
  if (value instanceof SequenceValue) return { kind: 'sequence', element: value.element, number: value.number };
  const type = numberType(value);
  return type ? { kind: 'number', type, size: type === 'int' ? intSize(value) : undefined } : same(frozen);
}

/**
 * A pattern of values that only some parts have: tensors and numbers within are results, since what the part made is not
 * visible outside it.
 */
export function detached(pattern: Pattern): Pattern {
  switch (pattern.kind) {
    case 'same': {
      const { value } = pattern.frozen;
      const plain = value === null || typeof value !== 'object';
      const general = plain ? pattern : generalized(pattern.frozen);
      return general.kind === 'same' ? general : detached(general);
    }
    case 'group':
      return { ...pattern, items: new Map([...pattern.items].map(([key, item]) => [key, detached(item)] as const)) };
    case 'optional':
      return { kind: 'optional', item: detached(pattern.item) };
    default:
      return pattern;
  }
}

/** An int as a size; undefined for other numbers, and for those too large for one. */
export function intSize(value: CapturedValue): Dim {
  if (value instanceof ScalarValue) return value.type === 'int' ? value.size : undefined;
  return typeof value === 'bigint' && Number.isSafeInteger(Number(value)) ? Number(value) : undefined;
}

/** The tensor that stands for a number of some kind. */
export function numberInfo(type: ScalarType): TensorInfo {
  return fresh(SCALAR_DTYPES[type], []);
}

/** Whether two values are one for everything that a program can do with them. */
export function isSame(x: Frozen, y: Frozen): boolean {
  const [a, b] = [x.value, y.value];
  if (a === b) return true;
  if (a instanceof TensorValue && b instanceof TensorValue)
    return a.storage === b.storage && a.info === b.info && a.steps === b.steps;
  if (a instanceof ScalarValue && b instanceof ScalarValue) return a.type === b.type && a.size.equals(b.size);
  if (typeof a === 'number' && typeof b === 'number') return Object.is(a, b);
  if (a instanceof EnumValue && b instanceof EnumValue) return a.className === b.className && a.name === b.name;
  if (a instanceof DeviceValue && b instanceof DeviceValue) return a.device === b.device;
  if (a instanceof ModuleValue && b instanceof ModuleValue) return a.object === b.object;
  if (a instanceof OptionalValue && b instanceof OptionalValue)
    return isSame(leaf(a.present), leaf(b.present)) && isSame(leaf(a.item), leaf(b.item));
  return false;
}

/** Whether joining changed nothing. */
export function samePattern(a: Pattern, b: Pattern): boolean {
  if (a === b) return true;
  switch (a.kind) {
    case 'same':
      return b.kind === 'same' && isSame(a.frozen, b.frozen);
    case 'tensor':
      return b.kind === 'tensor' && sameInfo(a.info, b.info);
    case 'number':
      return b.kind === 'number' && a.type === b.type && sameOpenDim(a.size, b.size);
    case 'sequence':
      return b.kind === 'sequence' && sameInfo(a.element, b.element);
    case 'optional':
      return b.kind === 'optional' && samePattern(a.item, b.item);
    case 'selected':
      return b.kind === 'selected' && a.options.length === b.options.length;
    case 'group': {
      if (b.kind !== 'group') return false;
      return [...a.items].every(([key, item]) => {
        const other = b.items.get(key);
        return other !== undefined && samePattern(item, other);
      });
    }
    default:
      return a.kind === b.kind;
  }
}

function sameInfo(a: TensorInfo, b: TensorInfo): boolean {
  const sizes = a.shape.length === b.shape.length && a.shape.every((size, axis) => sameOpenDim(size, b.shape[axis]));
  return sizes && a.dtype === b.dtype && String(a.strides) === String(b.strides);
}

function sameOpenDim(a: Dim, b: Dim): boolean {
  if (a === undefined || b === undefined) return a === b;
  const [x, y] = [boundsOf(a), boundsOf(b)];
  return sameDim(a, b) === true && (!openName(a) || (x.least === y.least && x.most === y.most));
}

let opened = 0;

/** A size that is open: it stands for another number in each part of the program, all of which lie within bounds. */
export function openDim(bounds: Bounds): Expression {
  return Expression.symbol(`${OPEN}${opened++}`, bounds);
}

/** An open size that is another size as well. What grows is taken to grow without end, so that rounds of a loop become alike. */
export function widened(open: Dim, size: Dim): Dim {
  const [own, other] = [boundsOf(open), boundsOf(size)];
  const least = other.least < own.least ? Number.NEGATIVE_INFINITY : own.least;
  const most = other.most > own.most ? Number.POSITIVE_INFINITY : own.most;
  const name = openName(open);
  if (name === undefined || (least === own.least && most === own.most)) return open;
  return Expression.symbol(name, { least, most });
}

const OPEN = '?';

/** The name of an open size; undefined for others. */
export function openName(size: Dim): string | undefined {
  const text = size instanceof Expression ? size.toString() : '';
  return text.startsWith(OPEN) ? text : undefined;
}
