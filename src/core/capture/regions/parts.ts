/** What parts of a program leave behind that may not run or run again: containers with what they hold, and storages. */

import { DictValue, ListValue } from '../values/values.ts';
import { type Container, type Content, contentOf, Overrides, setContent } from './containers.ts';
import { type Frozen, freeze, freezeContent } from './frozen.ts';
import type { Pattern } from './patterns.ts';
import type { Maker } from './slots.ts';

/** Stands for all that a list or a dict holds: it is one thing, and not one for each key. */
export const WHOLE = Symbol('whole');

/** What a container holds now, by the keys that stand on their own. */
export function partsOf(container: Container): ReadonlyMap<unknown, Frozen> {
  const items = freezeContent(container);
  if (container instanceof ListValue) return whole({ kind: 'group', value: new ListValue([]), items });
  if (container instanceof DictValue) return whole({ kind: 'group', value: new DictValue(), items });
  return items;
}

function whole(frozen: Frozen): ReadonlyMap<unknown, Frozen> {
  return new Map([[WHOLE, frozen]]);
}

/** What a container held before anything set it. */
export function originalOf(container: Container, key: unknown): Frozen | undefined {
  return container instanceof Overrides ? freeze(container.original(String(key))) : undefined;
}

/**
 * Gives a container what patterns say; `base` is what it holds under other keys. False where nothing can stand for what a
 * list or a dict holds.
 */
export function fill(
  container: Container,
  patterns: ReadonlyMap<unknown, Pattern>,
  maker: Maker,
  base: Content = NOTHING,
): boolean {
  const pattern = patterns.get(WHOLE);
  if (!pattern) {
    setContent(container, new Map([...base, ...maker.content(patterns)]));
    return true;
  }
  const made = maker.make(pattern);
  const fits = made instanceof ListValue || made instanceof DictValue;
  if (fits) setContent(container, contentOf(made));
  return fits;
}

const NOTHING: Content = new Map();
