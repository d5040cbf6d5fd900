/**
 * Integer expressions over symbols, kept as a sum of products so that equal expressions look equal:
 * `2*h + 3`, `floordiv(h + 1, 2)*w`.
 */

export type FunctionName = 'floordiv' | 'mod' | 'min' | 'max';

/** A factor of a product: a symbol, or a function of two expressions that does not simplify further. */
type Atom = { readonly symbol: string } | { readonly fn: FunctionName; readonly a: Expression; readonly b: Expression };

/** A coefficient and the atoms that it multiplies, sorted by their text. */
interface Term {
  readonly coefficient: number;
  readonly atoms: readonly Atom[];
}

export class Expression {
  private text: string | undefined;
  /** How much it is to read: its terms and all that stands in them. */
  readonly size: number;

  private constructor(private readonly terms: readonly Term[]) {
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

  /** @internal Terms that are collected and sorted already. */
  static ofTerms(terms: readonly Term[]): Expression {
    return new Expression(terms);
  }

  static symbol(name: string): Expression {
    return new Expression([{ coefficient: 1, atoms: [{ symbol: name }] }]);
  }

  static apply(fn: FunctionName, a: Expression, b: Expression): Expression {
    const x = a.constant();
    const y = b.constant();
    if (x !== undefined && y !== undefined) {
      if (y !== 0 || fn === 'min' || fn === 'max') return Expression.of(evaluate(fn, x, y));
    } else if (fn === 'min' || fn === 'max') {
      const difference = a.plus(b.times(Expression.of(-1))).constant();
      if (difference !== undefined) return difference < 0 === (fn === 'min') ? a : b;
    } else if (y !== undefined && y !== 0) {
      const exact = a.dividedBy(y);
      if (exact) return fn === 'mod' ? Expression.of(0) : exact;
    }
    return new Expression([{ coefficient: 1, atoms: [{ fn, a, b }] }]);
  }

  plus(other: Expression): Expression {
    if (this.terms.length === 0) return other;
    if (other.terms.length === 0) return this;
    return collect([...this.terms, ...other.terms]);
  }

  times(other: Expression): Expression {
    // Most factors are numbers, which keep the order of the terms.
    const [a, b] = [this.constant(), other.constant()];
    if (b !== undefined) return this.scaled(b);
    if (a !== undefined) return other.scaled(a);
    return collect(
      this.terms.flatMap((x) =>
        other.terms.map((y) => ({
          coefficient: x.coefficient * y.coefficient,
          atoms: [...x.atoms, ...y.atoms].sort(byText),
        })),
      ),
    );
  }

  /** The number that it is, where no symbol is left. */
  constant(): number | undefined {
    if (this.terms.length === 0) return 0;
    const [first] = this.terms;
    return this.terms.length === 1 && first?.atoms.length === 0 ? first.coefficient : undefined;
  }

  simplified(): number | Expression {
    return this.constant() ?? this;
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
    let sum = Expression.of(0);
    for (const { coefficient, atoms } of this.terms) {
      let product = Expression.of(coefficient);
      for (const atom of atoms) {
        const factor =
          'symbol' in atom
            ? Expression.of(values.get(atom.symbol) ?? Expression.symbol(atom.symbol))
            : Expression.apply(atom.fn, atom.a.substitute(values), atom.b.substitute(values));
        product = product.times(factor);
      }
      sum = sum.plus(product);
    }
    return sum;
  }

  equals(other: Expression): boolean {
    return this === other || this.toString() === other.toString();
  }

  toString(): string {
    this.text ??= this.terms.length === 0 ? '0' : this.terms.map(termText).join(' + ').replaceAll('+ -', '- ');
    return this.text;
  }

  private scaled(factor: number): Expression {
    if (factor === 1) return this;
    if (factor === 0) return new Expression([]);
    return new Expression(this.terms.map(({ coefficient, atoms }) => ({ coefficient: coefficient * factor, atoms })));
  }

  private dividedBy(divisor: number): Expression | undefined {
    if (this.terms.some((term) => term.coefficient % divisor !== 0)) return undefined;
    return new Expression(this.terms.map((term) => ({ ...term, coefficient: term.coefficient / divisor })));
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

function collect(terms: readonly Term[]): Expression {
  if (terms.length === 1 && terms[0]?.coefficient !== 0) return Expression.ofTerms(terms);
  const sums = new Map<string, Term>();
  for (const term of terms) {
    const key = term.atoms.map(atomText).join('*');
    const before = sums.get(key);
    sums.set(key, before ? { ...term, coefficient: before.coefficient + term.coefficient } : term);
  }
  const kept = [...sums.entries()].filter(([, term]) => term.coefficient !== 0);
  // Constants last, the rest by their text, so that equal sums read the same.
  kept.sort(([a], [b]) => (a === '' ? 1 : b === '' ? -1 : a < b ? -1 : 1));
  return Expression.ofTerms(kept.map(([, term]) => term));
}

function termText({ coefficient, atoms }: Term): string {
  if (atoms.length === 0) return String(coefficient);
  const product = atoms.map(atomText).join('*');
  if (coefficient === 1) return product;
  return coefficient === -1 ? `-${product}` : `${coefficient}*${product}`;
}

function atomText(atom: Atom): string {
  return 'symbol' in atom ? atom.symbol : `${atom.fn}(${atom.a}, ${atom.b})`;
}

function byText(a: Atom, b: Atom): number {
  const x = atomText(a);
  const y = atomText(b);
  return x < y ? -1 : x > y ? 1 : 0;
}
