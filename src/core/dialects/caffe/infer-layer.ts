/** What rules for shapes ask of a layer: the shapes of its bottoms, and its parameters with what the schema says of absent ones. */
import type { Attribute } from '../../ir/attribute.ts';
import type { Node } from '../../ir/node.ts';
import type { Dim, Shape } from '../../ir/shape.ts';
import { type CaffeSchema, fieldAt } from './schema.ts';

/** The shapes of the tops, in order; undefined where they are not known. */
export type ShapeRule = (layer: LayerShapes) => readonly (Shape | undefined)[];

export type ShapeRules = Readonly<Record<string, ShapeRule>>;

/** A rule for the shape of the one top. */
export function one(rule: (layer: LayerShapes) => Shape): ShapeRule {
  return (layer) => [rule(layer)];
}

export class LayerShapes {
  constructor(
    private readonly node: Node,
    private readonly read: ReadonlyMap<string, Attribute>,
    readonly bottoms: readonly (Shape | undefined)[],
    private readonly schema: CaffeSchema,
    /** The name of the dialect, where frameworks differ. */
    readonly dialect: string,
  ) {}

  get op(): string {
    return this.node.op;
  }

  get tops(): number {
    return this.node.outputs.length;
  }

  /** The first bottom; throws where its rank is not known, which ends the rule. */
  get x(): Shape {
    return this.bottom(0);
  }

  bottom(index: number): Shape {
    return this.bottoms[index] ?? open();
  }

  isGiven(path: string): boolean {
    return this.read.has(path);
  }

  /** Undefined where neither the layer nor the schema says one. */
  number(path: string): number | undefined {
    const value = this.value(path);
    return typeof value === 'number' || typeof value === 'bigint' ? Number(value) : undefined;
  }

  numbers(path: string): readonly number[] {
    const value = this.read.get(path)?.value;
    if (Array.isArray(value))
      return value.flatMap((each) => (typeof each === 'number' || typeof each === 'bigint' ? [Number(each)] : []));
    const one = this.number(path);
    return one === undefined ? [] : [one];
  }

  flag(path: string): boolean | undefined {
    const value = this.value(path);
    return typeof value === 'boolean' ? value : undefined;
  }

  word(path: string): string | undefined {
    const value = this.value(path);
    return typeof value === 'string' ? value : undefined;
  }

  /** An axis, counted from the end where it is negative; ends the rule where there is none. */
  axis(path: string, rank: number, otherwise = 1): number {
    const given = this.number(path) ?? otherwise;
    const axis = given < 0 ? given + rank : given;
    return axis >= 0 && axis < rank ? axis : open();
  }

  private value(path: string): unknown {
    return this.read.get(path)?.value ?? fieldAt(this.schema.layer, path)?.otherwise;
  }
}

/** Thrown where a shape cannot be told. */
export class Open extends Error {
  override readonly name = 'Open';
}

/** Ends a rule: the shapes of the tops are not known. */
export function open(): never {
  throw new Open();
}

/** A number that is made of sizes; unknown where one of them is, or where there is none of such a size. */
export function sized(sizes: readonly Dim[], make: (...sizes: number[]) => number): Dim {
  const known = sizes.filter((size) => typeof size === 'number');
  if (known.length < sizes.length) return undefined;
  const made = make(...known);
  return Number.isSafeInteger(made) && made >= 0 ? made : undefined;
}

export function product(sizes: readonly Dim[]): Dim {
  return sized(sizes, (...all) => all.reduce((a, b) => a * b, 1));
}

export function sum(sizes: readonly Dim[]): Dim {
  return sized(sizes, (...all) => all.reduce((a, b) => a + b, 0));
}
