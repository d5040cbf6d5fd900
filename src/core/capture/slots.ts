/** Takes values apart into the tensors of a pattern, and puts the results of an If or a Loop together again. */
import { fresh, type TensorInfo } from '../dialects/aten/rule.ts';
import { type Attribute, int, ints } from '../ir/attribute.ts';
import type { Value } from '../ir/value.ts';
import { type Content, setContent } from './containers.ts';
import type { Frozen } from './frozen.ts';
import type { Operators } from './operators.ts';
import type { Pattern } from './patterns.ts';
import { SCALAR_DTYPES, ScalarValue } from './scalars.ts';
import type { Storage, TensorValue } from './tensor.ts';
import {
  type CapturedValue,
  DictValue,
  isTensor,
  ListValue,
  ObjectValue,
  OptionalValue,
  TupleValue,
  UNKNOWN,
  UnmergedValue,
} from './values.ts';

/** The types of the tensors that a pattern has, in order. */
export function slotTypes(pattern: Pattern, seen = new Set<Pattern>()): TensorInfo[] {
  switch (pattern.kind) {
    case 'tensor':
      return [pattern.info];
    case 'number':
      return [fresh(SCALAR_DTYPES[pattern.type], [])];
    case 'optional':
      return [fresh('bool', []), ...slotTypes(pattern.item, seen)];
    case 'group':
      if (seen.has(pattern)) return [];
      seen.add(pattern);
      return [...pattern.items.values()].flatMap((item) => slotTypes(item, seen));
    default:
      return [];
  }
}

/** Takes values apart in the region that they belong to. A list that stands at several places is taken once. */
export class Taker {
  private readonly seen = new Set<Pattern>();
  /** Memory that slots had, in the order of slots. */
  readonly storages: (Storage | undefined)[] = [];

  constructor(private readonly operators: Operators) {}

  take(pattern: Pattern, frozen: Frozen | undefined): Value[] {
    const value = frozen?.value;
    switch (pattern.kind) {
      case 'tensor':
        if (!isTensor(value)) return this.slot(this.placeholder(pattern.info));
        return this.slot(this.operators.read(value), value.storage);
      case 'number':
        if (
          !(
            value instanceof ScalarValue ||
            typeof value === 'bigint' ||
            typeof value === 'number' ||
            typeof value === 'boolean'
          )
        )
          return this.slot(this.placeholder(fresh(SCALAR_DTYPES[pattern.type], [])));
        return this.slot(this.operators.read(this.operators.scalars.tensorOf(value)));
      case 'optional': {
        const { scalars } = this.operators;
        const present = value instanceof OptionalValue ? value.present : frozen?.kind === 'group' || isPresent(value);
        const flag = this.slot(this.operators.read(scalars.tensorOf(present)));
        const item: Frozen | undefined = value instanceof OptionalValue ? { kind: 'leaf', value: value.item } : frozen;
        return [...flag, ...this.take(pattern.item, item)];
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

  private slot(value: Value, storage?: Storage): Value[] {
    this.storages.push(storage);
    return [value];
  }

  /** Something of the right type that nothing reads. */
  private placeholder({ dtype, shape }: TensorInfo): Value {
    const { recorder } = this.operators;
    if (shape.length === 0) return recorder.constant('unset', dtype, dtype === 'bool' ? false : 0);
    const sizes = shape.map((size) => (typeof size === 'number' ? size : 1));
    const attributes: Record<string, Attribute> = {
      size: ints(sizes),
      fill_value: int(0),
      dtype: { type: 'dtype', value: dtype },
      pin_memory: { type: 'none', value: undefined },
    };
    return recorder.value({ op: 'full', inputs: [], attributes, output: fresh(dtype, sizes) });
  }
}

function isPresent(value: CapturedValue | undefined): boolean {
  return value !== null && value !== undefined && !(typeof value === 'object' && value.kind === 'never');
}

/** Puts values together from results: in the order in which they were taken apart. */
export class Maker {
  private readonly made = new Map<Pattern, CapturedValue>();
  /** Results that came from one memory that is not visible here. */
  private readonly hidden = new Map<Storage, Storage[]>();
  private next = 0;

  constructor(
    private readonly operators: Operators,
    private readonly results: readonly Value[],
    /** For each result the memory that it may be. */
    private readonly sources: readonly (readonly Storage[])[],
  ) {}

  make(pattern: Pattern): CapturedValue {
    switch (pattern.kind) {
      case 'same':
        return pattern.frozen.value;
      case 'tensor':
        return this.tensor(pattern.info);
      case 'number':
        return this.operators.scalars.ofTensor(pattern.type, this.tensor(fresh(SCALAR_DTYPES[pattern.type], [])));
      case 'optional': {
        const present = this.operators.scalars.ofTensor('bool', this.tensor(fresh('bool', [])));
        const item = this.make(pattern.item);
        return present instanceof ScalarValue ? new OptionalValue(present, item) : present ? item : null;
      }
      case 'group':
        return this.group(pattern);
      case 'unmerged':
        return new UnmergedValue(pattern.reason, this.operators.recorder.place);
      case 'never':
      case 'unknown':
        return UNKNOWN;
    }
  }

  /** What a container holds. */
  content(items: ReadonlyMap<unknown, Pattern>): Content {
    return new Map([...items].map(([key, item]) => [key, this.make(item)] as const));
  }

  private tensor(info: TensorInfo): TensorValue {
    const k = this.next++;
    const value = this.results[k];
    if (!value) throw new Error(`there are only ${this.results.length} results`);
    const tensor = this.operators.fresh(value, info);
    for (const storage of this.sources[k] ?? []) this.link(tensor.storage, storage);
    return tensor;
  }

  private link(result: Storage, source: Storage): void {
    const { memory, recorder } = this.operators;
    if (recorder.sees(source.base)) {
      memory.link(result, source);
      return;
    }
    const sharing = this.hidden.get(source) ?? [];
    for (const other of sharing) memory.link(result, other);
    this.hidden.set(source, [...sharing, result]);
  }

  private group(pattern: Extract<Pattern, { kind: 'group' }>): CapturedValue {
    const before = this.made.get(pattern);
    if (before !== undefined) return before;
    const { value } = pattern.like;
    if (value instanceof TupleValue) {
      const items = [...this.content(pattern.items).values()];
      const tuple = new TupleValue(items, value.names);
      this.made.set(pattern, tuple);
      return tuple;
    }
    const container =
      value instanceof ListValue
        ? new ListValue([])
        : value instanceof DictValue
          ? new DictValue()
          : new ObjectValue(value.className);
    this.made.set(pattern, container);
    setContent(container, this.content(pattern.items));
    return container;
  }
}
