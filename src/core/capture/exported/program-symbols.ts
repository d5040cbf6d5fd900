/**
 * The symbols of an exported program: sizes of its inputs (`s0`), and numbers that only a run knows (`u0`). Those that the
 * user has fixed are numbers or have the user's names; the others stay what they are, within the range that the file records.
 */
import type { RangeConstraint } from '../../formats/torch/exported.ts';
import { type Bounds, SIZE_BOUNDS, UNBOUNDED } from '../../ir/bounds.ts';
import { Expression } from '../../ir/expression.ts';
import type { Dim, Shape } from '../../ir/shape.ts';

export class ProgramSymbols {
  private readonly values = new Map<string, number | Expression>();

  constructor(
    private readonly ranges: ReadonlyMap<string, RangeConstraint>,
    /** Those that stand for numbers, and for no size of an input. */
    private readonly numbers: ReadonlySet<string> = new Set(),
  ) {}

  /** What a symbol stands for in this capture; undefined where nobody has asked or said. */
  get(name: string): number | Expression | undefined {
    return this.values.get(name);
  }

  set(name: string, value: number | Expression): void {
    this.values.set(name, value);
  }

  /** A size of the file as a size of this capture. */
  of(dim: Dim): Dim {
    if (!(dim instanceof Expression)) return dim;
    for (const name of dim.symbols())
      if (!this.values.has(name)) this.values.set(name, Expression.symbol(name, this.boundsOf(name)));
    return dim.substitute(this.values).simplified();
  }

  shapeOf(shape: Shape): Shape {
    return shape.map((dim) => this.of(dim));
  }

  /** Sizes of inputs are at least 1: a program that holds for empty tensors too is none that anybody runs so. */
  boundsOf(name: string): Bounds {
    const { min, max } = this.ranges.get(name) ?? {};
    const otherwise = name.startsWith('u') || this.numbers.has(name) ? UNBOUNDED : SIZE_BOUNDS;
    const least = min === undefined ? otherwise.least : Math.max(Number(min), otherwise.least);
    return { least, most: max === undefined ? otherwise.most : Number(max) };
  }
}
