/** Sums of products as lists of terms: collecting, multiplying and dividing them. An expression (expression.ts) is one such sum. */
import { type Bounds, boundsOf, productOfBounds, sumOfBounds } from './bounds.ts';
import type { Expression } from './expression.ts';

export type FunctionName = 'floordiv' | 'mod' | 'min' | 'max';

/** A factor of a product: a symbol, or a function of two expressions that does not simplify further. */
export type Atom =
  | { readonly symbol: string; readonly bounds: Bounds }
  | { readonly fn: FunctionName; readonly a: Expression; readonly b: Expression };

/** A coefficient and the atoms that it multiplies, sorted by their text. */
export interface Term {
  readonly coefficient: number;
  readonly atoms: readonly Atom[];
}

/** Terms of the same atoms become one; constants stand last, the rest by their text, so that equal sums read the same. */
export function collect(terms: readonly Term[]): readonly Term[] {
  if (terms.length === 1 && terms[0]?.coefficient !== 0) return terms;
  const sums = new Map<string, Term>();
  for (const term of terms) {
    const key = atomsText(term.atoms);
    const before = sums.get(key);
    sums.set(key, before ? { ...term, coefficient: before.coefficient + term.coefficient } : term);
  }
  const kept = [...sums.entries()].filter(([, term]) => term.coefficient !== 0);
  kept.sort(([a], [b]) => (a === '' ? 1 : b === '' ? -1 : a < b ? -1 : 1));
  return kept.map(([, term]) => term);
}

export function multiply(a: readonly Term[], b: readonly Term[]): readonly Term[] {
  return collect(
    a.flatMap((x) =>
      b.map((y) => ({
        coefficient: x.coefficient * y.coefficient,
        atoms: [...x.atoms, ...y.atoms].sort(byText),
      })),
    ),
  );
}

export function scale(terms: readonly Term[], factor: number): readonly Term[] {
  if (factor === 1) return terms;
  return factor === 0 ? [] : terms.map(({ coefficient, atoms }) => ({ coefficient: coefficient * factor, atoms }));
}

/** More steps than any quotient of sizes takes. */
const MOST_STEPS = 64;

/** The sum that gives `a` when it is multiplied by `b`; undefined where there is none with whole coefficients. */
export function divide(a: readonly Term[], b: readonly Term[]): readonly Term[] | undefined {
  const divisor = leading(b);
  if (!divisor) return undefined;
  const quotient: Term[] = [];
  let rest = a;
  for (let step = 0; step < MOST_STEPS; step++) {
    const first = leading(rest);
    if (!first) return collect(quotient);
    const atoms = withoutAtoms(first.atoms, divisor.atoms);
    const coefficient = first.coefficient / divisor.coefficient;
    if (!atoms || !Number.isInteger(coefficient)) return undefined;
    quotient.push({ coefficient, atoms });
    rest = collect([...rest, ...multiply([{ coefficient: -coefficient, atoms }], b)]);
  }
  return undefined;
}

/** Both without the factor that all their terms share: the quotient stays the same. */
export function reduced(a: readonly Term[], b: readonly Term[]): readonly [readonly Term[], readonly Term[]] {
  const all = [...a, ...b];
  const [first] = all;
  if (!first) return [a, b];
  let shared = first.atoms;
  let divisor = 0;
  for (const { atoms, coefficient } of all) {
    shared = commonAtoms(shared, atoms);
    divisor = greatestDivisor(divisor, coefficient);
  }
  if (divisor === 1 && shared.length === 0) return [a, b];
  const factor = [{ coefficient: divisor, atoms: shared }];
  return [divide(a, factor) ?? a, divide(b, factor) ?? b];
}

export function greatestDivisor(a: number, b: number): number {
  let [x, y] = [Math.abs(a), Math.abs(b)];
  while (y !== 0) [x, y] = [y, x % y];
  return x;
}

export function boundsOfTerms(terms: readonly Term[], ofAtom: (atom: Atom) => Bounds): Bounds {
  const pair = differenceOfQuotients(terms);
  let sum = pair?.bounds ?? boundsOf(0);
  for (const { coefficient, atoms } of pair?.rest ?? terms) {
    let product = boundsOf(coefficient);
    for (const atom of atoms) product = productOfBounds(product, ofAtom(atom));
    sum = sumOfBounds(sum, product);
  }
  return sum;
}

/**
 * `x // n - y // n` lies no further than a step from `(x - y) / n`, however large both are: its bounds, and the other terms;
 * undefined where there are no two such terms.
 */
function differenceOfQuotients(
  terms: readonly Term[],
): { readonly bounds: Bounds; readonly rest: readonly Term[] } | undefined {
  for (const [k, first] of terms.entries()) {
    const a = quotientOf(first);
    if (!a) continue;
    for (const second of terms.slice(k + 1)) {
      const b = quotientOf(second);
      if (!b || b.divisor !== a.divisor || second.coefficient !== -first.coefficient) continue;
      const { least, most } = a.dividend.minus(b.dividend).bounds;
      if (!Number.isFinite(least) || !Number.isFinite(most)) continue;
      const steps = { least: Math.floor(least / a.divisor), most: Math.ceil(most / a.divisor) };
      const bounds = productOfBounds(boundsOf(first.coefficient), steps);
      return { bounds, rest: terms.filter((term) => term !== first && term !== second) };
    }
  }
  return undefined;
}

function quotientOf({ atoms }: Term): { readonly dividend: Expression; readonly divisor: number } | undefined {
  const [atom] = atoms;
  if (atoms.length !== 1 || !atom || !('fn' in atom) || atom.fn !== 'floordiv') return undefined;
  const divisor = atom.b.constant();
  return divisor !== undefined && divisor > 0 ? { dividend: atom.a, divisor } : undefined;
}

export function termText({ coefficient, atoms }: Term): string {
  if (atoms.length === 0) return String(coefficient);
  const product = atomsText(atoms);
  if (coefficient === 1) return product;
  return coefficient === -1 ? `-${product}` : `${coefficient}*${product}`;
}

function atomsText(atoms: readonly Atom[]): string {
  const [only] = atoms;
  return only && atoms.length === 1 ? atomText(only) : atoms.map(atomText).join('*');
}

function atomText(atom: Atom): string {
  return 'symbol' in atom ? atom.symbol : `${atom.fn}(${atom.a}, ${atom.b})`;
}

function byText(a: Atom, b: Atom): number {
  const x = atomText(a);
  const y = atomText(b);
  return x < y ? -1 : x > y ? 1 : 0;
}

/** The term that comes first by the powers of its atoms: an order that products keep, as division needs it. */
function leading(terms: readonly Term[]): Term | undefined {
  let best: Term | undefined;
  for (const term of terms) if (!best || isBefore(term.atoms, best.atoms)) best = term;
  return best;
}

function isBefore(a: readonly Atom[], b: readonly Atom[]): boolean {
  for (const [k, atom] of a.entries()) {
    const other = b[k];
    if (!other) return true;
    const [x, y] = [atomText(atom), atomText(other)];
    if (x !== y) return x < y;
  }
  return false;
}

function withoutAtoms(atoms: readonly Atom[], taken: readonly Atom[]): readonly Atom[] | undefined {
  const rest = [...atoms];
  for (const atom of taken) {
    const at = rest.findIndex((each) => atomText(each) === atomText(atom));
    if (at < 0) return undefined;
    rest.splice(at, 1);
  }
  return rest;
}

function commonAtoms(a: readonly Atom[], b: readonly Atom[]): readonly Atom[] {
  const rest = b.map(atomText);
  return a.filter((atom) => {
    const at = rest.indexOf(atomText(atom));
    if (at >= 0) rest.splice(at, 1);
    return at >= 0;
  });
}
