/**
 * Types that a file declares, told apart from types that inference found: a value has one type, and inferring again must
 * not take what it found before for a declaration.
 */
import type { ValueType } from '../../../ir/type.ts';
import type { Value } from '../../../ir/value.ts';
import { completed, differ } from './join.ts';
import { keep, keptOf } from './kept.ts';
import { withoutSizes } from './unsized.ts';

/** The type that somebody else than inference gave a value. */
export function declaredType(value: Value): ValueType | undefined {
  const kept = keptOf(value);
  return kept && kept.inferred === value.type ? kept.declared : value.type;
}

/** The type that inference gave a value; undefined where it has none but the declared one. */
export function inferredType(value: Value): ValueType | undefined {
  return keptOf(value)?.inferred === value.type ? value.type : undefined;
}

/** As much of the declared type as counts for a value whose maker is known. */
export function believedType(value: Value, { doubts }: { readonly doubts?: boolean }): ValueType | undefined {
  const declared = declaredType(value);
  return doubts && declared ? withoutSizes(declared) : declared;
}

/** Gives a value the type that inference found, and remembers what was declared. */
export function setInferred(value: Value, type: ValueType | undefined): void {
  if (type === value.type) return;
  const declared = declaredType(value);
  const kept = keep(value);
  kept.declared = declared;
  kept.inferred = type;
  value.type = type;
}

/**
 * Gives a value that was inferred again what was known of it before: that is still so where a rewrite has taken away what it
 * followed from.
 */
export function holdKnown(value: Value, known: ValueType | undefined): void {
  const found = value.type;
  const type = completed(found, known);
  if (type === found && !keptOf(value)?.held) return;
  setInferred(value, type);
  keep(value).held = tellsNumbers(type, found);
}

/** Whether a type tells more than names of sizes that another leaves open. */
function tellsNumbers(type: ValueType | undefined, other: ValueType | undefined): boolean {
  if (type?.kind !== 'tensor' || other?.kind !== 'tensor') return type !== other;
  const { shape } = other;
  return type.shape?.some((dim, k) => !shape || (typeof dim === 'number' && typeof shape[k] !== 'number')) ?? false;
}

/** Puts the declared type back. */
export function forgetInferred(value: Value): void {
  value.type = declaredType(value);
}

/**
 * Gives a value what is known of one whose place it takes: an output of a graph keeps its type, and what the file declares
 * of the one it declares of the other, whether it is believed for the time being or not.
 */
export function takePlace(value: Value, old: Value): void {
  const type = old.isGraphOutput ? (old.type ?? value.type) : completed(value.type, old.type);
  const declared = declaredType(old);
  // What is known not to be so is not handed on.
  if (old.isGraphOutput || !value.type) value.type = differ(declared, type) ? type : declared;
  setInferred(value, type);
}
