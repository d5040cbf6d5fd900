/** Sizes as int64 values of a graph: constants where they are numbers, else read from a tensor that has them or computed. */
import type { Bounds } from '../ir/bounds.ts';
import { boundsOf, productOfBounds, sumOfBounds } from '../ir/bounds.ts';
import { Expression } from '../ir/expression.ts';
import type { Dim, Shape } from '../ir/shape.ts';
import type { Atom, Term } from '../ir/terms.ts';
import type { Value } from '../ir/value.ts';
import type { OnnxBuilder } from './builder.ts';

/** Where a size can be read: along an axis of a tensor, or as the number that a tensor without axes holds. */
type Source = { readonly tensor: Value; readonly axis: number } | { readonly number: Value };

/** A list of one size, and between which numbers it lies. */
interface Sized {
  readonly list: Value;
  readonly bounds: Bounds;
}

/** The sizes of one graph. Those of a graph within (`outer` given) may also be read from the graphs around it. */
export class SizeValues {
  private readonly sources = new Map<string, Source>();
  /** Lists of one, by the text of their expression. */
  private readonly made = new Map<string, Value>();

  constructor(
    private readonly onnx: OnnxBuilder,
    private readonly outer?: SizeValues,
  ) {}

  /** From now on the sizes of this tensor can be read from it. */
  offer(tensor: Value, shape: Shape): void {
    shape.forEach((dim, axis) => {
      if (dim instanceof Expression && !this.source(dim.toString())) this.sources.set(dim.toString(), { tensor, axis });
    });
  }

  /** From now on a tensor without axes holds the number of a symbol. */
  provide(symbol: string, number: Value): void {
    if (!this.source(symbol)) this.sources.set(symbol, { number });
  }

  /** A list of sizes. Undefined where one can be found nowhere. */
  list(shape: Shape): Value | undefined {
    if (shape.every((dim) => typeof dim === 'number')) return this.onnx.ints(shape);
    const parts: Value[] = [];
    for (let from = 0; from < shape.length; ) {
      const numbers = numbersFrom(shape, from);
      const run =
        numbers.length > 0 ? { list: this.onnx.ints(numbers), length: numbers.length } : this.run(shape, from);
      if (!run) return undefined;
      parts.push(run.list);
      from += run.length;
    }
    const [only] = parts;
    return parts.length === 1 && only ? only : this.onnx.Concat(...parts, { axis: 0 });
  }

  /** A list of one size. */
  one(dim: Dim): Value | undefined {
    if (dim === undefined) return undefined;
    if (typeof dim === 'number') return this.onnx.ints([dim]);
    return this.named(dim.toString(), () => this.sum(dim.terms)?.list);
  }

  /** The size at `from`, and those behind it that are neighbouring axes of the same tensor: they are read at once. */
  private run(shape: Shape, from: number): { readonly list: Value; readonly length: number } | undefined {
    const first = this.sourceOf(shape[from]);
    const follows = (length: number) => {
      const next = this.sourceOf(shape[from + length]);
      return first && next && next.tensor === first.tensor && next.axis === first.axis + length;
    };
    let length = 1;
    while (follows(length)) length++;
    const list = first && length > 1 ? this.axes(first.tensor, first.axis, length) : this.one(shape[from]);
    return list && { list, length };
  }

  private axes(tensor: Value, axis: number, length: number): Value {
    return this.onnx.Shape(tensor, { start: axis, end: axis + length });
  }

  private sourceOf(dim: Dim): Extract<Source, { tensor: Value }> | undefined {
    const found = dim instanceof Expression ? this.source(dim.toString()) : undefined;
    return found && 'tensor' in found ? found : undefined;
  }

  private source(text: string): Source | undefined {
    return this.sources.get(text) ?? this.outer?.source(text);
  }

  private found(text: string): Value | undefined {
    return this.made.get(text) ?? this.outer?.found(text);
  }

  private named(text: string, compute: () => Value | undefined): Value | undefined {
    const before = this.found(text);
    if (before) return before;
    const source = this.source(text);
    const value = source
      ? 'tensor' in source
        ? this.axes(source.tensor, source.axis, 1)
        : this.onnx.unsqueeze(source.number, [0])
      : compute();
    if (value) this.made.set(text, value);
    return value;
  }

  private sum(terms: readonly Term[]): Sized | undefined {
    let sum: Sized | undefined;
    for (const term of terms) {
      const product = this.product(term);
      if (!product) return undefined;
      sum = sum
        ? { list: this.onnx.Add(sum.list, product.list), bounds: sumOfBounds(sum.bounds, product.bounds) }
        : product;
    }
    return sum;
  }

  private product({ coefficient, atoms }: Term): Sized | undefined {
    let product: Sized | undefined;
    const factor = { list: this.onnx.ints([coefficient]), bounds: boundsOf(coefficient) };
    for (const each of [
      ...atoms.map((atom) => this.atom(atom)),
      ...(coefficient === 1 && atoms.length > 0 ? [] : [factor]),
    ]) {
      if (!each) return undefined;
      product = product
        ? { list: this.onnx.Mul(product.list, each.list), bounds: productOfBounds(product.bounds, each.bounds) }
        : each;
    }
    return product;
  }

  private atom(atom: Atom): Sized | undefined {
    const expression = Expression.ofTerms([{ coefficient: 1, atoms: [atom] }]);
    const { bounds } = expression;
    const list = this.named(expression.toString(), () => ('symbol' in atom ? undefined : this.applied(atom)));
    return list && { list, bounds };
  }

  private applied({ fn, a, b }: Extract<Atom, { fn: string }>): Value | undefined {
    const { onnx } = this;
    const [x, y] = [this.one(a.simplified()), this.one(b.simplified())];
    if (!x || !y) return undefined;
    switch (fn) {
      case 'floordiv':
        // Div cuts off towards zero; Mod takes the sign of the divisor.
        return onnx.Div(a.bounds.least < 0 || b.bounds.least < 0 ? onnx.Sub(x, onnx.Mod(x, y)) : x, y);
      case 'mod':
        return onnx.Mod(x, y);
      case 'min':
        return onnx.Min(x, y);
      case 'max':
        return onnx.Max(x, y);
    }
  }
}

function numbersFrom(shape: Shape, from: number): number[] {
  const numbers: number[] = [];
  for (let dim = shape[from]; typeof dim === 'number'; dim = shape[from + numbers.length]) numbers.push(dim);
  return numbers;
}
