/** What a program can change besides memory: variables, lists, dicts and objects; and what they held before a part of it. */
import { type CapturedValue, DictValue, ListValue, ObjectValue, SequenceValue, TupleValue } from '../values/values.ts';

/** The variables of a call. */
export type Variables = Map<string, CapturedValue>;

/** Values that stand in the place of others: attributes of modules that the program has set. */
export class Overrides {
  readonly entries = new Map<string, CapturedValue>();
  constructor(
    /** The value that one of them had at first. */
    readonly original: (key: string) => CapturedValue,
  ) {}
}

export type Container = ListValue | DictValue | ObjectValue | Overrides | Variables;

/** What a container holds, by index, key or name. */
export type Content = ReadonlyMap<unknown, CapturedValue>;

/** All containers that a part of a program can reach, and how to ask for what one of them holds by default. */
export interface World {
  containers(): Iterable<Container>;
}

/** A program without variables of its own, such as a graph that another calls. */
export const NO_WORLD: World = { containers: () => [] };

/** Stands for all items of a list whose length only a run knows. */
export const GROWN = Symbol('grown');

export function contentOf(container: Container): Content {
  if (container instanceof ListValue) {
    const { grown } = container;
    return grown ? new Map<unknown, CapturedValue>([[GROWN, grown]]) : new Map(container.items.entries());
  }
  return new Map<unknown, CapturedValue>(entriesOf(container));
}

function entriesOf(container: Exclude<Container, ListValue>): Map<unknown, CapturedValue> {
  if (container instanceof Map) return container as Map<unknown, CapturedValue>;
  return (container instanceof ObjectValue ? container.attributes : container.entries) as Map<unknown, CapturedValue>;
}

export function setContent(container: Container, content: Content): void {
  if (container instanceof ListValue) {
    const grown = content.get(GROWN);
    if (grown !== undefined && !(grown instanceof SequenceValue)) throw new Error('a list has become no sequence');
    container.grown = undefined;
    container.items.splice(0, container.items.length, ...(grown ? [] : content.values()));
    container.grown = grown;
    return;
  }
  const target: Map<unknown, CapturedValue> = entriesOf(container);
  target.clear();
  for (const [key, value] of content) target.set(key, value);
}

export function isContainer(value: CapturedValue | undefined): value is ListValue | DictValue | ObjectValue {
  return value instanceof ListValue || value instanceof DictValue || value instanceof ObjectValue;
}

/** The containers within values, each once. */
export function containersIn(values: Iterable<CapturedValue>, into = new Set<Container>()): Set<Container> {
  for (const value of values) {
    if (value instanceof TupleValue) containersIn(value.items, into);
    if (!isContainer(value)) continue;
    if (into.has(value)) continue;
    into.add(value);
    containersIn(contentOf(value).values(), into);
  }
  return into;
}

/** What containers hold at one moment. */
export class Snapshot {
  private readonly contents = new Map<Container, Content>();

  constructor(world: World) {
    for (const container of world.containers()) this.contents.set(container, contentOf(container));
  }

  /** Whether a container was there. */
  has(container: Container): boolean {
    return this.contents.has(container);
  }

  /** The containers that hold something else now, with what they held then. */
  changed(): Map<Container, Content> {
    const found = new Map<Container, Content>();
    for (const [container, before] of this.contents)
      if (!sameContent(before, contentOf(container))) found.set(container, before);
    return found;
  }
}

function sameContent(a: Content, b: Content): boolean {
  if (a.size !== b.size) return false;
  for (const [key, value] of a) if (b.get(key) !== value || !b.has(key)) return false;
  return true;
}
