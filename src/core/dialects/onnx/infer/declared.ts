/**
 * Types that a file declares, told apart from types that inference found: a value has one type, and inferring again must
 * not take what it found before for a declaration.
 */
import type { ValueType } from '../../../ir/type.ts';
import type { Value } from '../../../ir/value.ts';

interface Found {
  readonly declared: ValueType | undefined;
  readonly inferred: ValueType | undefined;
}

const found = new WeakMap<Value, Found>();

/** The type that somebody else than inference gave a value. */
export function declaredType(value: Value): ValueType | undefined {
  const last = found.get(value);
  return last && last.inferred === value.type ? last.declared : value.type;
}

/** Gives a value the type that inference found, and remembers what was declared. */
export function setInferred(value: Value, type: ValueType | undefined): void {
  if (type === value.type) return;
  const declared = declaredType(value);
  found.set(value, { declared, inferred: type });
  value.type = type;
}

/** Puts the declared type back. */
export function forgetInferred(value: Value): void {
  value.type = declaredType(value);
}
