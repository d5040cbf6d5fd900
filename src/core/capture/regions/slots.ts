/** Takes values apart into the tensors of a pattern, and puts the results of an If or a Loop together again. */
import { fresh, type TensorInfo } from '../../dialects/aten/rule.ts';
import { type Attribute, dims, int } from '../../ir/attribute.ts';
import { type Bounds, UNBOUNDED } from '../../ir/bounds.ts';
import { boundsOf, type Dim } from '../../ir/shape.ts';
import type { ValueType } from '../../ir/type.ts';
import type { Value } from '../../ir/value.ts';
import type { Operators } from '../operators/operators.ts';
import { typeOf } from '../recorder.ts';
import { type ScalarType, ScalarValue } from '../values/scalars.ts';
import { construct, sequenceType } from '../values/sequences.ts';
import type { Storage, TensorValue } from '../values/tensor.ts';
import {
  type CapturedValue,
  DictValue,
  isTensor,
  ListValue,
  ObjectValue,
  OptionalValue,
  SelectedValue,
  SequenceValue,
  TupleValue,
  UNKNOWN,
  UnmergedValue,
} from '../values/values.ts';
import { type Container, type Content, GROWN, isContainer, setContent } from './containers.ts';
import type { Frozen } from './frozen.ts';
import { leaf, numberInfo, openName, type Pattern, type PatternOf } from './patterns.ts';
import { indexAmong } from './selected.ts';

/** The types of the tensors that a pattern has, in order. A list that stands at several places counts once. */
export function slotTypes(pattern: Pattern, seen: Set<Pattern>): ValueType[] {
  switch (pattern.kind) {
    case 'tensor':
      return [openType(pattern.info)];
    case 'number':
      return [typeOf(numberInfo(pattern.type))];
    case 'sequence':
      if (seen.has(pattern)) return [];
      seen.add(pattern);
      return [sequenceType(pattern)];
    case 'selected':
      return [typeOf(numberInfo('int'))];
    case 'optional':
      return [typeOf(numberInfo('bool')), ...slotTypes(pattern.item, seen)];
    case 'group':
      if (seen.has(pattern)) return [];
      seen.add(pattern);
      return [...pattern.items.values()].flatMap((item) => slotTypes(item, seen));
    default:
      return [];
  }
}

/** Open sizes are unknown to whoever does not know the pattern. */
function openType({ dtype, shape }: TensorInfo): ValueType {
  return typeOf({ dtype, shape: shape.map((size) => (openName(size) ? undefined : size)), strides: undefined });
}

/** Takes values apart in the region that they belong to. */
export class Taker {
  private readonly seen = new Set<Pattern>();
  /** Memory that slots had, in the order of slots. */
  readonly storages: (readonly Storage[])[] = [];
  /** The list, dict or object that a pattern stood for. */
  readonly containers = new Map<Pattern, Container>();

  constructor(private readonly operators: Operators) {}

  take(pattern: Pattern, frozen: Frozen | undefined): Value[] {
    const value = frozen?.value;
    if (isContainer(value)) this.containers.set(pattern, value);
    switch (pattern.kind) {
      case 'tensor':
        if (!isTensor(value)) return this.slot(this.placeholder(pattern.info));
        return this.slot(this.operators.read(value), [value.storage]);
      case 'number':
        return this.slot(this.number(pattern.type, value));
      case 'selected':
        return this.slot(this.number('int', indexAmong(this.operators, value, pattern.options)));
      case 'sequence':
        if (this.seen.has(pattern)) return [];
        this.seen.add(pattern);
        return this.slot(this.sequence(pattern, frozen), memoryOf(frozen));
      case 'optional': {
        const present = value instanceof OptionalValue ? value.present : isPresent(value);
        const flag = this.slot(this.operators.read(this.operators.scalars.tensorOf(present)));
        return [...flag, ...this.take(pattern.item, value instanceof OptionalValue ? leaf(value.item) : frozen)];
      }
      case 'group': {
        if (this.seen.has(pattern)) return [];
        this.seen.add(pattern);
        const items = frozen?.kind === 'group' ? frozen.items : undefined;
        return [...pattern.items].flatMap(([key, item]) => this.take(item, items?.get(key)));
      }
      default:
        return [];
    }
  }

  private slot(value: Value, storages: readonly Storage[] = []): Value[] {
    this.storages.push(storages);
    return [value];
  }

  private number(type: ScalarType, value: CapturedValue | undefined): Value {
    if (value === undefined || !isPlain(value)) return this.placeholder(numberInfo(type));
    return this.operators.read(this.operators.scalars.tensorOf(value));
  }

  private sequence(pattern: PatternOf<'sequence'>, frozen: Frozen | undefined): Value {
    const { number } = pattern;
    if (frozen?.kind !== 'group') return construct(this.operators, [], pattern);
    const grown = frozen.items.get(GROWN)?.value;
    if (grown instanceof SequenceValue) {
      this.operators.memory.checkDoubt(grown.storage);
      return grown.value;
    }
    const items = [...frozen.items.values()].map(({ value }) =>
      number || !isTensor(value) ? this.number(number ?? 'float', value) : this.operators.read(value),
    );
    return construct(this.operators, items, pattern);
  }

  /** Something of the right type that nothing reads. */
  private placeholder({ dtype, shape }: TensorInfo): Value {
    const { recorder } = this.operators;
    if (shape.length === 0) return recorder.constant('unset', dtype, dtype === 'bool' ? false : 0);
    // A runtime believes sizes that are declared, also of what nothing reads.
    const told = (size: Dim) => size !== undefined && !openName(size) && recorder.symbols.sees(size);
    const sizes = shape.map((size) => (told(size) ? size : 1));
    const attributes: Record<string, Attribute> = {
      size: dims(sizes),
      fill_value: int(0),
      dtype: { type: 'dtype', value: dtype },
      pin_memory: { type: 'none', value: undefined },
    };
    return recorder.value({ op: 'full', inputs: [], attributes, output: fresh(dtype, sizes) });
  }
}

/** The memory of a list's items. */
function memoryOf(frozen: Frozen | undefined): readonly Storage[] {
  if (frozen?.kind !== 'group') return [];
  return [...frozen.items.values()].flatMap(({ value }) =>
    isTensor(value) || value instanceof SequenceValue ? [value.storage] : [],
  );
}

function isPresent(value: CapturedValue | undefined): boolean {
  return value !== null && value !== undefined && !(typeof value === 'object' && value.kind === 'never');
}

function isPlain(value: CapturedValue): value is ScalarValue | bigint | number | boolean {
  return value instanceof ScalarValue || ['bigint', 'number', 'boolean'].includes(typeof value);
}

/** A size of data is none below nothing. */
const ANY_SIZE: Bounds = { least: 0, most: Number.POSITIVE_INFINITY };

/** Puts values together from results: in the order in which they were taken apart. */
export class Maker {
  private readonly made = new Map<Pattern, CapturedValue>();
  /** Results that came from one memory that is not visible here. */
  private readonly hidden = new Map<Storage, Storage[]>();
  /** What the open sizes are here. */
  private readonly sizes = new Map<string, Dim>();
  private next = 0;

  constructor(
    private readonly operators: Operators,
    private readonly results: readonly Value[],
    /** For each result the memory that it may be. */
    private readonly sources: readonly (readonly Storage[])[],
    /** The lists, dicts and objects from outside that what is made of a pattern may be. */
    private readonly containers: (pattern: Pattern) => Iterable<Container> = () => [],
  ) {}

  make(pattern: Pattern): CapturedValue {
    const { scalars, recorder } = this.operators;
    switch (pattern.kind) {
      case 'same':
        return pattern.frozen.value;
      case 'tensor':
        return this.tensor(pattern.info);
      case 'number':
        return this.number(pattern);
      case 'selected': {
        const bounds = { least: 0, most: pattern.options.length - 1 };
        const index = scalars.ofTensor('int', this.tensor(numberInfo('int')), bounds);
        if (index instanceof ScalarValue) return new SelectedValue(index, pattern.options);
        return pattern.options[Number(index)] ?? null;
      }
      case 'sequence': {
        const before = this.made.get(pattern);
        if (before !== undefined) return before;
        const list = new ListValue([]);
        this.keep(pattern, list);
        const sources = this.sources[this.next] ?? [];
        list.grown = new SequenceValue(this.result(), pattern.element, pattern.number);
        for (const source of sources) this.link(list.grown.storage, source);
        return list;
      }
      case 'optional': {
        const present = scalars.ofTensor('bool', this.tensor(numberInfo('bool')));
        const item = this.make(pattern.item);
        return present instanceof ScalarValue ? new OptionalValue(present, item) : present ? item : null;
      }
      case 'group':
        return this.group(pattern);
      case 'unmerged':
        return new UnmergedValue(pattern.reason, recorder.place);
      case 'never':
      case 'unknown':
        return UNKNOWN;
    }
  }

  /** What a container holds. */
  content(items: ReadonlyMap<unknown, Pattern>): Content {
    return new Map([...items].map(([key, item]) => [key, this.make(item)] as const));
  }

  /** The next result, for whoever makes something of it himself. */
  result(): Value {
    const value = this.results[this.next++];
    if (!value) throw new Error(`there are only ${this.results.length} results`);
    return value;
  }

  private tensor(info: TensorInfo): TensorValue {
    const sources = this.sources[this.next] ?? [];
    const value = this.result();
    const shape = info.shape.map((size, axis) => this.size(size, () => this.operators.scalars.sizeOf(value, axis)));
    const strides = info.strides?.some(openStride) ? this.strides(info, shape) : info.strides;
    value.type = typeOf({ ...info, shape });
    const tensor = this.operators.fresh(value, { dtype: info.dtype, shape, strides });
    for (const storage of sources) this.link(tensor.storage, storage);
    return tensor;
  }

  /** Strides over open sizes are those of a tensor that is packed. */
  private strides({ dtype }: TensorInfo, shape: readonly Dim[]): TensorInfo['strides'] {
    return fresh(dtype, shape).strides;
  }

  private number({ type, size }: PatternOf<'number'>): CapturedValue {
    const { scalars } = this.operators;
    const value = this.result();
    const tensor = this.operators.fresh(value, numberInfo(type));
    if (type !== 'int' || !openName(size)) return scalars.ofTensor(type, tensor);
    return scalars.ofSize(this.size(size, () => value, UNBOUNDED) ?? 0);
  }

  private size(size: Dim, provide: () => Value, bounds: Bounds = ANY_SIZE): Dim {
    const name = openName(size);
    if (size !== undefined && !name) return size;
    const before = name ? this.sizes.get(name) : undefined;
    if (before !== undefined) return before;
    const own = boundsOf(size);
    const both = { least: Math.max(own.least, bounds.least), most: Math.min(own.most, bounds.most) };
    const found = this.operators.recorder.symbols.fresh('u', provide, both);
    if (name) this.sizes.set(name, found);
    return found;
  }

  private keep(pattern: Pattern, container: Container): void {
    this.made.set(pattern, container as CapturedValue);
    for (const source of this.containers(pattern)) this.operators.aliases.link(container, source);
  }

  private link(result: Storage, source: Storage): void {
    const { memory, recorder } = this.operators;
    if (recorder.sees(source.base)) {
      memory.link(result, source);
      return;
    }
    const sharing = this.hidden.get(source) ?? [];
    for (const other of sharing) memory.link(result, other);
    // What it may have been within is what it may be here.
    for (const other of source.perhaps) if (recorder.sees(other.base)) memory.link(result, other);
    this.hidden.set(source, [...sharing, result]);
  }

  private group(pattern: PatternOf<'group'>): CapturedValue {
    const before = this.made.get(pattern);
    if (before !== undefined) return before;
    const { value } = pattern.like;
    if (value instanceof TupleValue) {
      const tuple = new TupleValue([...this.content(pattern.items).values()], value.names);
      this.made.set(pattern, tuple);
      return tuple;
    }
    const container =
      value instanceof ListValue
        ? new ListValue([])
        : value instanceof DictValue
          ? new DictValue()
          : new ObjectValue(value.className);
    this.keep(pattern, container);
    setContent(container, this.content(pattern.items));
    return container;
  }
}

function openStride(stride: Dim): boolean {
  return stride === undefined || String(stride).includes('?');
}
