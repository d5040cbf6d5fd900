/** Values as they are at the end of a region: containers with what they hold there, since that changes again outside it. */

import { type CapturedValue, DictValue, ListValue, ObjectValue, TupleValue } from '../values/values.ts';
import { type Container, type Content, contentOf } from './containers.ts';

/** A value that holds no others. */
export interface Leaf {
  readonly kind: 'leaf';
  readonly value: CapturedValue;
}

/** A value that holds others, by index, key or name. */
export interface Group {
  readonly kind: 'group';
  readonly value: TupleValue | ListValue | DictValue | ObjectValue;
  readonly items: ReadonlyMap<unknown, Frozen>;
}

export type Frozen = Leaf | Group;

/** The value with all that it holds now. An object that holds itself ends as a leaf. */
export function freeze(value: CapturedValue, around: ReadonlySet<CapturedValue> = new Set()): Frozen {
  const holds =
    value instanceof TupleValue ||
    value instanceof ListValue ||
    value instanceof DictValue ||
    value instanceof ObjectValue;
  if (!holds || around.has(value)) return { kind: 'leaf', value };
  const inner = new Set([...around, value]);
  const content: Content = value instanceof TupleValue ? new Map(value.items.entries()) : contentOf(value);
  return { kind: 'group', value, items: freezeAll(content, inner) };
}

/** What a container holds now. */
export function freezeContent(container: Container): ReadonlyMap<unknown, Frozen> {
  return freezeAll(contentOf(container), new Set());
}

function freezeAll(content: Content, around: ReadonlySet<CapturedValue>): ReadonlyMap<unknown, Frozen> {
  return new Map([...content].map(([key, item]) => [key, freeze(item, around)] as const));
}
