/**
 * Integer expressions over symbols, kept as a sum of products so that equal expressions look equal:
 * `2*h + 3`, `floordiv(h + 1, 2)*w`.
 */
import { type Bounds, quotientOfBounds, UNBOUNDED } from './bounds.ts';
import {
  type Atom,
  boundsOfTerms,
  collect,
  divide,
  type FunctionName,
  greatestDivisor,
  multiply,
  reduced,
  scale,
  type Term,
  termText,
} from './terms.ts';

export type { FunctionName };

/** How to compute with an expression in some other form: as nodes of a graph, as numbers. */
export interface Algebra<T> {
  number(value: number): T;
  symbol(name: string, bounds: Bounds): T;
  plus(a: T, b: T): T;
  times(a: T, b: T): T;
  apply(fn: FunctionName, a: T, b: T): T;
}

export class Expression {
  private text: string | undefined;
  private known: Bounds | undefined;
  /** How much it is to read: its terms and all that stands in them. */
  readonly size: number;

  private constructor(
    /** @internal Its products, collected and sorted. */
    readonly terms: readonly Term[],
  ) {
    this.size = terms.reduce((sum, { atoms }) => atoms.reduce((inner, atom) => inner + sizeOf(atom), sum + 1), 0);
  }

  /** Whether all its numbers are whole ones that doubles hold exactly. */
  get isExact(): boolean {
    return this.terms.every(({ coefficient }) => Number.isSafeInteger(coefficient));
  }

  static of(value: number | Expression): Expression {
    if (value instanceof Expression) return value;
    return new Expression(value === 0 ? [] : [{ coefficient: value, atoms: [] }]);
  }

  /** An unknown integer. Symbols of one name are one; `bounds` is what is known of it. */
  static symbol(name: string, bounds: Bounds = UNBOUNDED): Expression {
    return new Expression([{ coefficient: 1, atoms: [{ symbol: name, bounds }] }]);
  }

  static apply(fn: FunctionName, a: Expression, b: Expression): Expression {
    const x = a.constant();
    const y = b.constant();
    if (x !== undefined && y !== undefined) {
      if (y !== 0 || fn === 'min' || fn === 'max') return Expression.of(evaluate(fn, x, y));
    } else if (fn === 'min' || fn === 'max') {
      const { least, most } = a.minus(b).bounds;
      if (most <= 0) return fn === 'min' ? a : b;
      if (least >= 0) return fn === 'min' ? b : a;
    } else if (y !== undefined && y !== 0 && a.isExact && b.isExact) {
      const whole = y < 0 ? floorDivided(scale(a.terms, -1), -y) : floorDivided(a.terms, y);
      return new Expression(fn === 'floordiv' ? whole : collect([...a.terms, ...scale(whole, -y)]));
    } else if (y === undefined) {
      const exact = divide(a.terms, b.terms);
      if (exact) return new Expression(fn === 'mod' ? [] : exact);
      if (fn === 'floordiv') return divided(...reduced(a.terms, b.terms));
    }
    return new Expression([{ coefficient: 1, atoms: [{ fn, a, b }] }]);
  }

  plus(other: Expression): Expression {
    if (this.terms.length === 0) return other;
    if (other.terms.length === 0) return this;
    return new Expression(collect([...this.terms, ...other.terms]));
  }

  minus(other: Expression): Expression {
    return this.plus(new Expression(scale(other.terms, -1)));
  }

  times(other: Expression): Expression {
    // Most factors are numbers, which keep the order of the terms.
    const [a, b] = [this.constant(), other.constant()];
    if (b !== undefined) return b === 1 ? this : new Expression(scale(this.terms, b));
    if (a !== undefined) return a === 1 ? other : new Expression(scale(other.terms, a));
    return new Expression(multiply(this.terms, other.terms));
  }

  /** What times `other` is this; undefined where there is no such expression for all values of the symbols. */
  dividedBy(other: Expression): Expression | undefined {
    const quotient = divide(this.terms, other.terms);
    return quotient && new Expression(quotient);
  }

  /** The number that it is, where no symbol is left. */
  constant(): number | undefined {
    if (this.terms.length === 0) return 0;
    const [first] = this.terms;
    return this.terms.length === 1 && first?.atoms.length === 0 ? first.coefficient : undefined;
  }

  /** Between which numbers it lies for all values of its symbols. */
  get bounds(): Bounds {
    this.known ??= boundsOfTerms(this.terms, boundsOfAtom);
    return this.known;
  }

  simplified(): number | Expression {
    return this.constant() ?? this;
  }

  /** The symbol that it is, where it is nothing else. */
  get symbol(): string | undefined {
    const [first] = this.terms;
    const [atom] = first?.atoms ?? [];
    const alone = this.terms.length === 1 && first?.coefficient === 1 && first.atoms.length === 1;
    return alone && atom && 'symbol' in atom ? atom.symbol : undefined;
  }

  /** The names of all symbols within. */
  symbols(): Set<string> {
    const names = new Set<string>();
    for (const atom of this.terms.flatMap((term) => term.atoms)) {
      if ('symbol' in atom) names.add(atom.symbol);
      else for (const name of [...atom.a.symbols(), ...atom.b.symbols()]) names.add(name);
    }
    return names;
  }

  /** Puts numbers or expressions in the place of symbols; symbols that are not listed stay. */
  substitute(values: ReadonlyMap<string, number | Expression>): Expression {
    return this.evaluate<Expression>({
      number: (value) => Expression.of(value),
      symbol: (name, bounds) => Expression.of(values.get(name) ?? Expression.symbol(name, bounds)),
      plus: (a, b) => a.plus(b),
      times: (a, b) => a.times(b),
      apply: Expression.apply,
    });
  }

  /** Computes the expression in another form, term by term. */
  evaluate<T>(algebra: Algebra<T>): T {
    const atomOf = (atom: Atom): T =>
      'symbol' in atom
        ? algebra.symbol(atom.symbol, atom.bounds)
        : algebra.apply(atom.fn, atom.a.evaluate(algebra), atom.b.evaluate(algebra));
    const termOf = ({ coefficient, atoms }: Term): T => {
      const [first, ...rest] = atoms;
      if (!first) return algebra.number(coefficient);
      const product = rest.reduce((left, atom) => algebra.times(left, atomOf(atom)), atomOf(first));
      return coefficient === 1 ? product : algebra.times(product, algebra.number(coefficient));
    };
    const [first, ...rest] = this.terms;
    if (!first) return algebra.number(0);
    return rest.reduce((left, term) => algebra.plus(left, termOf(term)), termOf(first));
  }

  equals(other: Expression): boolean {
    return this === other || this.toString() === other.toString();
  }

  toString(): string {
    this.text ??= this.terms.length === 0 ? '0' : this.terms.map(termText).join(' + ').replaceAll('+ -', '- ');
    return this.text;
  }

  /** @internal Terms that are collected and sorted already. */
  static ofTerms(terms: readonly Term[]): Expression {
    return new Expression(terms);
  }
}

/**
 * A sum divided by a number above 0, rounded down, in the one form that all equal quotients take: whole multiples of
 * the divisor stand outside, what is left inside is as small as it can be, and quotients of quotients are one.
 */
function floorDivided(terms: readonly Term[], by: number): readonly Term[] {
  const whole: Term[] = [];
  let rest: Term[] = [];
  for (const { coefficient, atoms } of terms) {
    const quotient = atoms.length === 0 ? Math.floor(coefficient / by) : Math.ceil(coefficient / by - 1 / 2);
    if (quotient !== 0) whole.push({ coefficient: quotient, atoms });
    const left = coefficient - quotient * by;
    if (left !== 0) rest.push({ coefficient: left, atoms });
  }
  const varying = rest.filter(({ atoms }) => atoms.length > 0);
  const common = varying.reduce((divisor, { coefficient }) => greatestDivisor(divisor, coefficient), by);
  const divisor = by / common;
  rest = rest.map(({ coefficient, atoms }) => ({ coefficient: Math.floor(coefficient / common), atoms }));
  if (divisor === 1) return collect([...whole, ...rest]);
  const { least, most } = boundsOfTerms(rest, boundsOfAtom);
  const same = Math.floor(least / divisor);
  if (same === Math.floor(most / divisor)) return collect([...whole, { coefficient: same, atoms: [] }]);
  // -(x // 2) rather than (1 - x) // 2.
  const sign = (rest[0]?.coefficient ?? 1) < 0 ? -1 : 1;
  const inner = sign < 0 ? collect([...scale(rest, -1), { coefficient: divisor - 1, atoms: [] }]) : collect(rest);
  return collect([...whole, ...scale(quotientAtom(inner, divisor), sign)]);
}

/** `(x // 2 + 1) // 3` is `(x + 2) // 6`. */
function quotientAtom(terms: readonly Term[], by: number): readonly Term[] {
  const [first, last] = terms;
  const [atom] = first?.atoms ?? [];
  const alone = first?.coefficient === 1 && first.atoms.length === 1 && terms.length <= 2;
  const constant = terms.length === 2 && last?.atoms.length === 0 ? last.coefficient : 0;
  if (alone && atom && 'fn' in atom && atom.fn === 'floordiv' && (terms.length === 1 || constant !== 0)) {
    const inner = atom.b.constant();
    if (inner !== undefined && inner > 0) {
      const sum = atom.a.plus(Expression.of(constant * inner));
      return Expression.apply('floordiv', sum, Expression.of(inner * by)).terms;
    }
  }
  return [{ coefficient: 1, atoms: [{ fn: 'floordiv', a: Expression.ofTerms(terms), b: Expression.of(by) }] }];
}

function divided(a: readonly Term[], b: readonly Term[]): Expression {
  const [x, y] = [Expression.ofTerms(a), Expression.ofTerms(b)];
  const number = y.constant();
  if (number !== undefined) return Expression.apply('floordiv', x, y);
  return Expression.ofTerms([{ coefficient: 1, atoms: [{ fn: 'floordiv', a: x, b: y }] }]);
}

function boundsOfAtom(atom: Atom): Bounds {
  if ('symbol' in atom) return atom.bounds;
  const [a, b] = [atom.a.bounds, atom.b.bounds];
  switch (atom.fn) {
    case 'floordiv':
      return quotientOfBounds(a, b);
    case 'mod':
      return b.least > 0 ? { least: 0, most: b.most - 1 } : UNBOUNDED;
    case 'min':
      return { least: Math.min(a.least, b.least), most: Math.min(a.most, b.most) };
    case 'max':
      return { least: Math.max(a.least, b.least), most: Math.max(a.most, b.most) };
  }
}

function sizeOf(atom: Atom): number {
  return 'symbol' in atom ? 1 : 1 + atom.a.size + atom.b.size;
}

function evaluate(fn: FunctionName, x: number, y: number): number {
  switch (fn) {
    case 'floordiv':
      return Math.floor(x / y);
    case 'mod':
      return x - y * Math.floor(x / y);
    case 'min':
      return Math.min(x, y);
    case 'max':
      return Math.max(x, y);
  }
}
