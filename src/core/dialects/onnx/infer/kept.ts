/** What inference keeps of each value between two runs. */
import type { ValueType } from '../../../ir/type.ts';
import type { Value } from '../../../ir/value.ts';
import type { Data } from '../data.ts';

/** Stands where nothing was found yet: also that a value has no type is something to find. */
export const NOT_FOUND = Symbol('not found');

export interface Kept {
  /** The type that the value had before inference gave it `inferred`. */
  declared: ValueType | undefined;
  inferred: ValueType | undefined | typeof NOT_FOUND;
  data: Data | undefined | typeof NOT_FOUND;
  /** The type, where what the file declares of sizes added nothing to it. */
  proved?: ValueType | undefined;
  /** Whether the type tells numbers that do not follow from the graph as it is now, but did before a rewrite. */
  held?: boolean;
}

/** What is kept of a value, to be changed; undefined where nothing is. */
export function keptOf(value: Value): Kept | undefined {
  // Nobody else writes there.
  return value.inference as Kept | undefined;
}

export function keep(value: Value): Kept {
  const kept = keptOf(value) ?? { declared: undefined, inferred: NOT_FOUND, data: NOT_FOUND };
  value.inference = kept;
  return kept;
}

/** Gives the copy of a value what is kept of it: they go on apart. */
export function copyKept(from: Value, to: Value): void {
  const kept = keptOf(from);
  if (kept) to.inference = { ...kept };
}
