/** What the conditions of a rule say of single values, so that examples need not be guessed. */
import { type DataType, isDataType } from '../../ir/dtype.ts';
import type { BinaryOperator, Term } from './syntax.ts';

export interface Hints {
  readonly ranks: Map<string, number>;
  readonly dtypes: Map<string, readonly DataType[]>;
  /** Axis and size. */
  readonly sizes: Map<string, (readonly [number, number])[]>;
  readonly counts: Map<string, number>;
  /** The one number of a constant. */
  readonly values: Map<string, number>;
  readonly constants: Set<string>;
}

export function hintsOf(conditions: readonly Term[]): Hints {
  const hints: Hints = {
    ranks: new Map(),
    dtypes: new Map(),
    sizes: new Map(),
    counts: new Map(),
    values: new Map(),
    constants: new Set(),
  };
  for (const condition of conditions) read(condition, hints);
  return hints;
}

function read(term: Term, hints: Hints): void {
  if (term.kind === 'call' && term.name === 'constant') hints.constants.add(nameOf(term.operands[0]));
  if (term.kind !== 'binary') return;
  const { operator, left, right } = term;
  // Of an alternative the last side is taken: the first is mostly that something is absent.
  if (operator === 'and') read(left, hints);
  if (operator === 'and' || operator === 'or') read(right, hints);
  else compared(operator, left, right, hints);
}

function compared(operator: BinaryOperator, left: Term, right: Term, hints: Hints): void {
  if (left.kind !== 'call') return;
  const name = nameOf(left.operands[0]);
  if (left.name === 'value' || left.name === 'values') hints.constants.add(name);
  if (left.name === 'dtype') {
    const words = right.kind === 'list' ? right.items.map(wordOf) : [wordOf(right)];
    if (operator === '==' || operator === 'in') hints.dtypes.set(name, words.filter(isDataType));
    return;
  }
  const number = numberOf(right);
  if (number === undefined || (operator !== '==' && operator !== '~=')) return;
  if (left.name === 'rank') hints.ranks.set(name, number);
  if (left.name === 'elements') hints.counts.set(name, number);
  if (left.name === 'value') hints.values.set(name, number);
  const axis = numberOf(left.operands[1]);
  if (left.name === 'dim' && axis !== undefined)
    hints.sizes.set(name, [...(hints.sizes.get(name) ?? []), [axis, number]]);
}

function nameOf(term: Term | undefined): string {
  return term?.kind === 'name' ? term.name : '';
}

function wordOf(term: Term): string {
  return term.kind === 'text' ? term.value : nameOf(term);
}

function numberOf(term: Term | undefined): number | undefined {
  if (term?.kind === 'number') return term.value;
  if (term?.kind !== 'unary' || term.operator !== '-') return undefined;
  const inner = numberOf(term.operand);
  return inner === undefined ? undefined : -inner;
}
