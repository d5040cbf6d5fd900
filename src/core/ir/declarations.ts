/** What a file says of one value in several places: a graph holds one type, and the checker wants to know of the others. */
import { typeText, type ValueType } from './type.ts';
import type { Value } from './value.ts';

export interface Declaration {
  readonly type: ValueType;
  readonly role: 'output' | 'value-info';
}

const others = new WeakMap<Value, Declaration[]>();

/** Gives a value the type that a file declares. What it says after another type is kept beside it. */
export function declare(value: Value, type: ValueType | undefined, role: Declaration['role']): void {
  value.type ??= type;
  if (!type || type === value.type || typeText(type) === typeText(value.type)) return;
  others.set(value, [...(others.get(value) ?? []), { type, role }]);
}

/** Types that the file declares of a value elsewhere, in other words than its own. */
export function otherDeclarations(value: Value): readonly Declaration[] {
  return others.get(value) ?? NONE;
}

const NONE: readonly Declaration[] = [];
