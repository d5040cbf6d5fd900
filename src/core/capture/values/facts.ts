/**
 * What is known of numbers on one way through a program: the conditions that led there. Only programs that are taken apart
 * into ways use it (torchscript/ways.ts); else nothing is noted, and nothing is known.
 */
import type { Bounds } from '../../ir/bounds.ts';
import { Expression } from '../../ir/expression.ts';
import { type Dim, type Shape, subtract } from '../../ir/shape.ts';
import { ScalarValue } from './scalars.ts';
import type { CapturedValue } from './values.ts';

/** What a bool says: how a difference of two ints compares with 0, or the contrary of another bool. */
export type Meaning = { readonly comparison: string; readonly difference: Expression } | { readonly not: ScalarValue };

/** One way, as far as it has come. */
interface Way {
  readonly truths: ReadonlyMap<string, boolean>;
  /** What stands for symbols: numbers, other expressions, or themselves within narrower bounds. */
  readonly sizes: ReadonlyMap<string, number | Expression>;
  /** Differences that are not 0. */
  readonly unequal: ReadonlySet<string>;
}

const NOTHING: Way = { truths: new Map(), sizes: new Map(), unequal: new Set() };

/** Comparisons with 0, by the numbers for which they hold. */
const RANGES: Readonly<Record<string, Bounds>> = {
  eq: { least: 0, most: 0 },
  lt: { least: Number.NEGATIVE_INFINITY, most: -1 },
  le: { least: Number.NEGATIVE_INFINITY, most: 0 },
  gt: { least: 1, most: Number.POSITIVE_INFINITY },
  ge: { least: 0, most: Number.POSITIVE_INFINITY },
};
const CONTRARY: Readonly<Record<string, string>> = { eq: 'ne', ne: 'eq', lt: 'ge', ge: 'lt', gt: 'le', le: 'gt' };

/** Thrown where the program must know a size, and whoever runs it can go both ways: where `difference` is 0, and else. */
export class OpenChoice extends Error {
  override readonly name = 'OpenChoice';
  constructor(readonly difference: Expression) {
    super(`whether ${difference} is 0`);
  }
}

export class Facts {
  private readonly meanings = new Map<string, Meaning>();
  /** Who can go both ways, innermost last: each says whether it sees all symbols of an expression. */
  private readonly deciders: ((difference: Expression) => boolean)[] = [];
  private way = NOTHING;

  constructor(
    /** Whether conditions are noted. */
    readonly enabled: boolean,
  ) {}

  /** Whether anything is assumed. */
  get assumed(): boolean {
    return this.way !== NOTHING;
  }

  /** Notes what a bool says. */
  note(condition: CapturedValue, meaning: Meaning): void {
    const symbol = condition instanceof ScalarValue ? condition.size.symbol : undefined;
    if (this.enabled && symbol !== undefined) this.meanings.set(symbol, meaning);
  }

  /** Runs `work`; what it assumes holds for it alone. */
  within<T>(work: () => T): T {
    const { way } = this;
    try {
      return work();
    } finally {
      this.way = way;
    }
  }

  /** Runs `work`, which may throw OpenChoice for what `sees` says yes to: then nothing is assumed that was not before. */
  deciding<T>(sees: (difference: Expression) => boolean, work: () => T): T {
    const { way } = this;
    this.deciders.push(sees);
    try {
      return work();
    } catch (error) {
      if (error instanceof OpenChoice) this.way = way;
      throw error;
    } finally {
      this.deciders.pop();
    }
  }

  /** Leaves the choice whether a difference is 0 to whoever runs the program. Returns where nobody can go both ways. */
  leave(difference: Expression): void {
    if (!this.areUnequal(difference) && this.deciders.at(-1)?.(difference)) throw new OpenChoice(difference);
  }

  /** From here on a condition holds, or does not. */
  assume(condition: ScalarValue, holds: boolean): void {
    const { symbol } = condition.size;
    if (!this.enabled || symbol === undefined) return;
    this.way = { ...this.way, truths: new Map([...this.way.truths, [symbol, holds]]) };
    const meaning = this.meanings.get(symbol);
    if (!meaning) return;
    if ('not' in meaning) this.assume(meaning.not, !holds);
    else this.compare(holds ? meaning.comparison : CONTRARY[meaning.comparison], meaning.difference);
  }

  /** How sizes are known here; it stays so when the way is left. */
  knowledge(): (size: Dim) => Dim {
    const { way } = this;
    return (size) => refined(way, size);
  }

  size(size: Dim): Dim {
    return refined(this.way, size);
  }

  shape(shape: Shape): Shape {
    return this.assumed ? shape.map((size) => refined(this.way, size)) : shape;
  }

  /** A number, a plain one where the way tells it; other values stay. */
  value(value: CapturedValue): CapturedValue {
    if (!this.assumed || !(value instanceof ScalarValue)) return value;
    const { symbol } = value.size;
    if (value.type !== 'int') return (symbol === undefined ? undefined : this.way.truths.get(symbol)) ?? value;
    const known = refined(this.way, value.size);
    return typeof known === 'number' ? BigInt(known) : known === undefined ? value : new ScalarValue('int', known);
  }

  /** Whether two ints are known to be different. */
  areUnequal(difference: Expression): boolean {
    return this.way.unequal.has(difference.toString());
  }

  private compare(comparison: string | undefined, given: Expression): void {
    const difference = refined(this.way, given);
    if (comparison === undefined || !(difference instanceof Expression)) return;
    const range = RANGES[comparison];
    if (range) this.bound(difference, range);
    else this.differ(difference);
  }

  private differ(difference: Expression): void {
    const negated = Expression.of(subtract(0, difference) ?? 0);
    this.way = { ...this.way, unequal: new Set([...this.way.unequal, difference.toString(), negated.toString()]) };
    // What is at least 0, and not 0, is at least 1.
    const { least, most } = difference.bounds;
    if (least === 0) this.bound(difference, { least: 1, most });
    else if (most === 0) this.bound(difference, { least, most: -1 });
  }

  /** The difference lies in a range: so one of its symbols is another number, or lies within narrower bounds. */
  private bound(difference: Expression, { least, most }: Bounds): void {
    for (const symbol of difference.symbols()) {
      const at = (number: number) => difference.substitute(new Map([[symbol, number]]));
      const [rest, factor] = [at(0), at(1).minus(at(0)).constant()];
      if ((factor !== 1 && factor !== -1) || rest.symbols().has(symbol)) continue;
      if (!rest.plus(Expression.symbol(symbol).times(Expression.of(factor))).equals(difference)) continue;
      const other = factor === 1 ? Expression.of(0).minus(rest) : rest;
      if (least === 0 && most === 0) {
        this.set(symbol, other.simplified());
        return;
      }
      const constant = other.constant();
      if (constant === undefined) continue;
      const range = factor === 1 ? { least, most } : { least: -most, most: -least };
      const own = boundsIn(difference, symbol);
      const [low, high] = [Math.max(own.least, constant + range.least), Math.min(own.most, constant + range.most)];
      this.set(symbol, low === high ? low : Expression.symbol(symbol, { least: low, most: high }));
      return;
    }
  }

  private set(symbol: string, size: number | Expression): void {
    const now = new Map([[symbol, size]]);
    const sizes = [...this.way.sizes].map(
      ([name, old]) => [name, old instanceof Expression ? old.substitute(now).simplified() : old] as const,
    );
    this.way = { ...this.way, sizes: new Map([...sizes, ...now]) };
  }
}

function refined({ sizes }: Way, size: Dim): Dim {
  if (sizes.size === 0 || !(size instanceof Expression)) return size;
  return [...size.symbols()].some((name) => sizes.has(name)) ? size.substitute(sizes).simplified() : size;
}

/** The bounds that a symbol has within an expression. */
function boundsIn(expression: Expression, name: string): Bounds {
  let found: Bounds = { least: Number.NEGATIVE_INFINITY, most: Number.POSITIVE_INFINITY };
  expression.evaluate<number>({
    number: () => 0,
    symbol: (each, bounds) => {
      if (each === name) found = bounds;
      return 0;
    },
    plus: () => 0,
    times: () => 0,
    apply: () => 0,
  });
  return found;
}
