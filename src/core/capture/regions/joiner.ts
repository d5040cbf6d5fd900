/** Finds the pattern that several values have in common. */
import { contiguousStrides, isContiguous } from '../../dialects/aten/layout.ts';
import type { TensorInfo } from '../../dialects/aten/rule.ts';
import { hull } from '../../ir/bounds.ts';
import { Expression } from '../../ir/expression.ts';
import { boundsOf, type Dim, sameDim } from '../../ir/shape.ts';
import { numberType } from '../values/scalars.ts';
import type { SymbolTable } from '../values/symbols.ts';
import {
  type CapturedValue,
  DictValue,
  isTensor,
  isUnknown,
  ListValue,
  NeverValue,
  ObjectValue,
  OptionalValue,
  SelectedValue,
  TupleValue,
  UnmergedValue,
} from '../values/values.ts';
import { GROWN } from './containers.ts';
import type { Frozen, Group } from './frozen.ts';
import {
  detached,
  differ,
  generalized,
  intSize,
  isSame,
  leaf,
  numberInfo,
  openDim,
  openName,
  type Pattern,
  type PatternOf,
  same,
  widened,
} from './patterns.ts';

import { optionsWith, selectable } from './selected.ts';

const ALIASED = 'lists that are one in one case and two in another';

/**
 * Joins the values that one part of a program leaves to patterns: one list has one pattern, wherever it stands, and sizes
 * that are the same in every part stay the same.
 */
export class Joiner {
  private readonly known = new Map<object, Map<object, Pattern>>();
  private readonly groups = new Map<object, object>();
  private readonly dims = new Map<string, Dim>();
  private readonly claimed = new Set<string>();

  constructor(
    private readonly symbols: SymbolTable,
    /** How each of two parts knows sizes, where it knows more than the whole does. */
    private readonly parts: readonly ((size: Dim) => Dim)[] = [],
  ) {}

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
        if (value instanceof NeverValue) return this.detached(pattern);
        return general.kind === 'same' ? this.joinPlain(pattern, frozen) : this.joinNew(general, frozen);
      }
      case 'unmerged':
      case 'unknown':
        return pattern;
      case 'never':
        return this.detached(same(frozen));
      case 'optional': {
        if (value === null || value instanceof NeverValue) return pattern;
        const item = this.join(pattern.item, value instanceof OptionalValue ? leaf(value.item) : frozen);
        return item.kind === 'unmerged' || item.kind === 'unknown' ? item : { kind: 'optional', item };
      }
      default:
        return this.joinValue(pattern, frozen);
    }
  }

  /** A pattern of what one part alone has: sizes that only that part knows are open. */
  private detached(pattern: Pattern): Pattern {
    const opened = (info: TensorInfo): TensorInfo => {
      if (info.shape.every((size) => this.symbols.sees(size))) return info;
      const shape = info.shape.map((size) => (this.symbols.sees(size) ? size : openDim(boundsOf(size))));
      return { ...info, shape, strides: undefined };
    };
    return withTensors(detached(pattern), opened);
  }

  private joinValue(
    pattern: PatternOf<'tensor' | 'number' | 'group' | 'sequence' | 'selected'>,
    frozen: Frozen,
  ): Pattern {
    const { value } = frozen;
    if (value instanceof NeverValue) return this.detached(pattern);
    if (value instanceof UnmergedValue) return differ(value.reason);
    if (isUnknown(value)) return { kind: 'unknown' };
    if (value === null) return { kind: 'optional', item: this.detached(pattern) };
    if (value instanceof OptionalValue) return this.join({ kind: 'optional', item: pattern }, frozen);
    switch (pattern.kind) {
      case 'tensor':
        return isTensor(value) ? this.joinTensors(pattern.info, value.info) : differ('a tensor in one case alone');
      case 'number':
        return this.joinNumbers(pattern, value);
      case 'selected':
        return this.joinSelected(pattern, value);
      case 'sequence':
        return frozen.kind === 'group' && value instanceof ListValue
          ? this.asSequence([pattern, ...itemPatterns(frozen)])
          : differ('values of different kinds');
      case 'group':
        return frozen.kind === 'group' ? this.joinGroups(pattern, frozen) : differ('values of different kinds');
    }
  }

  /** Values that are no tensors or numbers: texts, enums and devices can be selected among. */
  private joinPlain(pattern: PatternOf<'same'>, frozen: Frozen): Pattern {
    const first = pattern.frozen.value;
    const kind = selectable(first);
    if (kind === undefined) return differ('values that are no tensors or numbers');
    if (frozen.value === null) return { kind: 'optional', item: pattern };
    return this.joinSelected({ kind: 'selected', options: [first] }, frozen.value);
  }

  private joinSelected({ options }: PatternOf<'selected'>, value: CapturedValue): Pattern {
    const more = value instanceof SelectedValue ? value.options : [value];
    const kinds = new Set([...options, ...more].map(selectable));
    if (kinds.has(undefined) || kinds.size > 1) return differ('values of different kinds');
    return { kind: 'selected', options: optionsWith(options, more) };
  }

  private joinNumbers(pattern: PatternOf<'number'>, value: CapturedValue): Pattern {
    if (numberType(value) !== pattern.type) return differ('numbers of different kinds');
    return pattern.type === 'int' ? { ...pattern, size: this.joinDims(pattern.size, intSize(value)) } : pattern;
  }

  private joinGroups(pattern: PatternOf<'group'>, frozen: Group): Pattern {
    const { like } = pattern;
    if (like.value.kind !== frozen.value.kind) return differ('values of different kinds');
    if (like.value instanceof ObjectValue && like.value.className !== (frozen.value as ObjectValue).className)
      return differ('objects of different classes');
    const keys = [...pattern.items.keys()];
    const alike = keys.length === frozen.items.size && keys.every((key) => frozen.items.has(key) && key !== GROWN);
    if (!alike) {
      if (like.value instanceof ListValue) return this.asSequence([...pattern.items.values(), ...itemPatterns(frozen)]);
      return differ(like.value instanceof DictValue ? 'dicts with different keys' : 'tuples of different lengths');
    }
    const items = new Map<unknown, Pattern>();
    for (const [key, item] of pattern.items) {
      const other = frozen.items.get(key);
      if (other) items.set(key, this.join(item, other));
    }
    return { kind: 'group', like, items };
  }

  private joinTensors(a: TensorInfo, b: TensorInfo | undefined): Pattern {
    if (!b) return { kind: 'unknown' };
    if (a.dtype !== b.dtype) return differ(`tensors of type ${a.dtype} and ${b.dtype}`);
    if (a.shape.length !== b.shape.length) return differ(`tensors of ${a.shape.length} and ${b.shape.length} axes`);
    const shape = a.shape.map((size, axis) => this.joinDims(size, b.shape[axis]));
    const stay =
      a.strides &&
      b.strides &&
      String(a.strides) === String(b.strides) &&
      shape.every((size, axis) => size === a.shape[axis]);
    const packed = a.strides && b.strides && isContiguous(a.shape, a.strides) && isContiguous(b.shape, b.strides);
    return {
      kind: 'tensor',
      info: { ...a, shape, strides: stay ? a.strides : packed ? contiguousStrides(shape) : undefined },
    };
  }

  /** One open size stands for all sizes that are the same pair. */
  private joinDims(a: Dim, b: Dim): Dim {
    if (a === undefined || b === undefined) return undefined;
    const open = openName(a);
    if (!open && sameDim(a, b)) return a;
    const whole = open ? undefined : this.inBoth(a, b);
    if (whole !== undefined) return whole;
    const key = `${a}|${b}`;
    const before = this.dims.get(key);
    if (before !== undefined) return before;
    const fresh = open && !this.claimed.has(open) ? widened(a, b) : openDim(hull(boundsOf(a), boundsOf(b)));
    if (open) this.claimed.add(open);
    this.dims.set(key, fresh);
    return fresh;
  }

  /** The size that one part has, where the other knows the same one as another number. */
  private inBoth(a: Dim, b: Dim): Dim {
    const [first, second] = this.parts;
    if (first && b instanceof Expression && this.symbols.sees(b) && sameDim(first(b), a)) return b;
    return second && a instanceof Expression && this.symbols.sees(a) && sameDim(second(a), b) ? a : undefined;
  }

  /** One pattern for a list of any length: its items have what all these items have in common. */
  private asSequence(items: readonly Pattern[]): Pattern {
    let joined: PatternOf<'sequence'> | undefined;
    for (const item of items) {
      const next = sequenceOf(item.kind === 'same' ? generalized(item.frozen) : item);
      if (next.kind !== 'sequence') return next;
      const both = joined ? joinElements(joined, next) : next;
      if (both.kind !== 'sequence') return both;
      joined = both;
    }
    return joined ? this.detached(joined) : differ('empty lists');
  }
}

function withTensors(pattern: Pattern, change: (info: TensorInfo) => TensorInfo): Pattern {
  switch (pattern.kind) {
    case 'tensor':
      return { kind: 'tensor', info: change(pattern.info) };
    case 'optional':
      return { kind: 'optional', item: withTensors(pattern.item, change) };
    case 'sequence': {
      const { shape } = change(pattern.element);
      return {
        ...pattern,
        element: { ...pattern.element, shape: shape.map((size) => (openName(size) ? undefined : size)) },
      };
    }
    case 'group': {
      const items = [...pattern.items].map(([key, item]) => [key, withTensors(item, change)] as const);
      return { ...pattern, items: new Map(items) };
    }
    default:
      return pattern;
  }
}

/** The items of a list as patterns. */
function itemPatterns(frozen: Group): Pattern[] {
  return [...frozen.items.values()].map(generalized);
}

/** The pattern of items as that of a list of them. */
function sequenceOf(item: Pattern): Pattern {
  if (item.kind === 'sequence' || item.kind === 'unknown' || item.kind === 'unmerged') return item;
  if (item.kind === 'tensor')
    return { kind: 'sequence', element: { ...item.info, strides: undefined }, number: undefined };
  if (item.kind === 'number') return { kind: 'sequence', element: numberInfo(item.type), number: item.type };
  return differ('lists of different lengths that hold more than tensors or numbers');
}

/** Each item has sizes of its own: those that are not the same in all are unknown. */
function joinElements(a: PatternOf<'sequence'>, b: PatternOf<'sequence'>): Pattern {
  const [x, y] = [a.element, b.element];
  if (a.number !== b.number || x.dtype !== y.dtype) return differ('lists of different lengths and types');
  if (x.shape.length !== y.shape.length) return differ('lists of different lengths and numbers of axes');
  const shape = x.shape.map((size, axis) => (sameDim(size, y.shape[axis]) && !openName(size) ? size : undefined));
  return { kind: 'sequence', element: { ...x, shape }, number: a.number };
}

/** The pattern of the items of a list; undefined where no sequence can hold them. */
export function listPattern(items: readonly Frozen[], symbols: SymbolTable): PatternOf<'sequence'> | undefined {
  const list = new ListValue([]);
  const empty: Group = { kind: 'group', value: list, items: new Map() };
  const all: Group = { kind: 'group', value: new ListValue([]), items: new Map(items.entries()) };
  const joined = new Joiner(symbols).join({ kind: 'same', frozen: empty }, all);
  return joined.kind === 'sequence' ? joined : undefined;
}
