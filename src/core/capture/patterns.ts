/**
 * What a value looks like that one of several parts of a program gives: the same in all of them, or made of tensors that
 * become results of an If or a Loop. Patterns are found by joining values; with one, a value of each part can be taken
 * apart into tensors, and the results be put together again.
 */
import type { TensorInfo } from '../dialects/aten/rule.ts';
import { sameShape, shapeText } from '../ir/shape.ts';
import type { Frozen, Group } from './frozen.ts';
import { numberType, type ScalarType, ScalarValue } from './scalars.ts';
import { TensorValue } from './tensor.ts';
import {
  type CapturedValue,
  DeviceValue,
  DictValue,
  EnumValue,
  isTensor,
  isUnknown,
  ModuleValue,
  NeverValue,
  ObjectValue,
  OptionalValue,
  TupleValue,
} from './values.ts';

export type Pattern =
  /** One value, whichever part runs. */
  | { readonly kind: 'same'; readonly frozen: Frozen }
  | { readonly kind: 'tensor'; readonly info: TensorInfo }
  | { readonly kind: 'number'; readonly type: ScalarType }
  | { readonly kind: 'group'; readonly like: Group; readonly items: ReadonlyMap<unknown, Pattern> }
  /** None, or what `item` says. */
  | { readonly kind: 'optional'; readonly item: Pattern }
  /** No run reads it. */
  | { readonly kind: 'never' }
  /** Values that nothing can stand for; `reason` completes "... depends on the data of a run: ". */
  | { readonly kind: 'unmerged'; readonly reason: string }
  /** What one of them is was not known before, and has been reported. */
  | { readonly kind: 'unknown' };

const NEVER: Pattern = { kind: 'never' };

/** Joins values into patterns: one pattern for one list, wherever it stands. Make one for each time that all are joined. */
export class Joiner {
  private readonly known = new Map<object, Map<object, Pattern>>();
  private readonly groups = new Map<object, object>();

  /** The pattern of values that all are as `pattern` says, or are `frozen`. */
  join(pattern: Pattern, frozen: Frozen): Pattern {
    if (pattern.kind === 'same' && isSame(pattern.frozen, frozen)) return pattern;
    if (frozen.kind !== 'group' || frozen.value instanceof TupleValue) return this.joinNew(pattern, frozen);
    const one = pattern.kind === 'same' && pattern.frozen.kind === 'group' ? pattern.frozen.value : pattern;
    const before = this.known.get(one)?.get(frozen.value);
    if (before) return before;
    const joined = this.aliased(one, frozen.value) ? differ(ALIASED) : this.joinNew(pattern, frozen);
    this.known.set(one, (this.known.get(one) ?? new Map<object, Pattern>()).set(frozen.value, joined));
    return joined;
  }

  /** Whether what is one list in one case is two in the other. */
  private aliased(a: object, b: object): boolean {
    const [first = b, second = a] = [this.groups.get(a), this.groups.get(b)];
    this.groups.set(a, b).set(b, a);
    return first !== b || second !== a;
  }

  private joinNew(pattern: Pattern, frozen: Frozen): Pattern {
    const { value } = frozen;
    switch (pattern.kind) {
      case 'same': {
        const general = generalized(pattern.frozen);
        if (general.kind !== 'same') return this.joinNew(general, frozen);
        return value instanceof NeverValue ? pattern : differ('values that are no tensors or numbers');
      }
      case 'unmerged':
      case 'unknown':
        return pattern;
      case 'never':
        return generalized(frozen);
      case 'optional': {
        if (value === null || value instanceof NeverValue) return pattern;
        const item = this.join(pattern.item, value instanceof OptionalValue ? leaf(value.item) : frozen);
        return item.kind === 'unmerged' || item.kind === 'unknown' ? item : { kind: 'optional', item };
      }
      default:
        break;
    }
    if (value instanceof NeverValue) return pattern;
    if (isUnknown(value)) return { kind: 'unknown' };
    if (value === null) return { kind: 'optional', item: pattern };
    if (value instanceof OptionalValue) return this.join({ kind: 'optional', item: pattern }, frozen);
    switch (pattern.kind) {
      case 'tensor':
        return isTensor(value) ? joinTensors(pattern.info, value.info) : differ('a tensor in one case alone');
      case 'number':
        return numberType(value) === pattern.type ? pattern : differ('numbers of different kinds');
      case 'group':
        return frozen.kind === 'group' ? this.joinGroups(pattern, frozen) : differ('values of different kinds');
    }
  }

  private joinGroups(pattern: Extract<Pattern, { kind: 'group' }>, frozen: Group): Pattern {
    const { like } = pattern;
    if (like.value.kind !== frozen.value.kind) return differ('values of different kinds');
    if (like.value instanceof ObjectValue && like.value.className !== (frozen.value as ObjectValue).className)
      return differ('objects of different classes');
    const keys = [...pattern.items.keys()];
    if (keys.length !== frozen.items.size || !keys.every((key) => frozen.items.has(key)))
      return differ(like.value instanceof DictValue ? 'dicts with different keys' : 'lists of different lengths');
    const items = new Map<unknown, Pattern>();
    for (const [key, item] of pattern.items) {
      const other = frozen.items.get(key);
      if (other) items.set(key, this.join(item, other));
    }
    return { kind: 'group', like, items };
  }
}

const ALIASED = 'lists that are one in one case and two in another';

/** As a pattern that other values can be joined to. */
function generalized(frozen: Frozen): Pattern {
  if (frozen.kind === 'group') {
    const items = [...frozen.items].map(([key, item]) => [key, same(item)] as const);
    return { kind: 'group', like: frozen, items: new Map(items) };
  }
  const { value } = frozen;
  if (value instanceof NeverValue) return NEVER;
  if (isUnknown(value)) return { kind: 'unknown' };
  if (value === null) return { kind: 'optional', item: NEVER };
  if (value instanceof OptionalValue) return { kind: 'optional', item: generalized(leaf(value.item)) };
  if (isTensor(value)) return value.info ? { kind: 'tensor', info: value.info } : { kind: 'unknown' };
  const type = numberType(value);
  return type ? { kind: 'number', type } : { kind: 'same', frozen };
}

export function same(frozen: Frozen): Pattern {
  return { kind: 'same', frozen };
}

function leaf(value: CapturedValue): Frozen {
  return { kind: 'leaf', value };
}

function differ(reason: string): Pattern {
  return { kind: 'unmerged', reason };
}

function joinTensors(a: TensorInfo, b: TensorInfo | undefined): Pattern {
  if (!b) return { kind: 'unknown' };
  if (a.dtype !== b.dtype) return differ(`tensors of type ${a.dtype} and ${b.dtype}`);
  if (sameShape(a.shape, b.shape) !== true)
    return differ(`tensors of shape ${shapeText(a.shape)} and ${shapeText(b.shape)}`);
  const strides = a.strides && b.strides && a.strides.join() === b.strides.join() ? a.strides : undefined;
  return { kind: 'tensor', info: { ...a, strides } };
}

/** Whether two values are one for everything that a program can do with them. */
function isSame(x: Frozen, y: Frozen): boolean {
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
