/** What a shape rule is, and the arithmetic that rules share. */
import type { Node } from '../../../ir/node.ts';
import { type Dim, multiply, type Shape, sameDim, sameShape, shapeText } from '../../../ir/shape.ts';
import type { ValueType } from '../../../ir/type.ts';
import type { Part } from '../../../problems/part.ts';
import { problem, Refusal } from '../../../problems/problem.ts';
import { constantTensor, dataOf, dimsOf } from '../data.ts';
import type { InferContext } from './context.ts';

/** What a rule says of one output: its shape (the schema tells the element type), its whole type, or nothing. */
export type Outcome = Shape | ValueType | undefined;

/**
 * The outputs of a node, from its inputs and attributes. `version` is that of the operator: the opset that brought it.
 * Throws a Refusal `invalid-model` where they contradict.
 */
export type Rule = (node: Node, version: number, context: InferContext) => readonly Outcome[];

export type Rules = Readonly<Record<string, Rule>>;

/** More axes than any model has. */
export const MOST_AXES = 1000;

/** One rule for several operators, named with spaces between. */
export function each(names: string, rule: Rule): Rules {
  return Object.fromEntries(names.split(/\s+/).map((name) => [name, rule]));
}

/** Ends a rule: the node cannot be what the file says. */
export function clash(node: Node, reason: string, part?: Part): never {
  throw new Refusal(problem('invalid-model', node, { reason: `${node.operator}: ${reason}` }, part));
}

/** As `clash`, for an element type that the operator does not have in its version. */
export function clashOfType(node: Node, { reason, dtype }: TypeFault, part: Part): never {
  const details = { reason: `${node.operator}: ${reason}`, ...(dtype !== undefined && { dtype }) };
  throw new Refusal(problem('invalid-model', node, details, part));
}

export interface TypeFault {
  readonly reason: string;
  /** The type that the operator has nowhere; undefined where it only does not go with the others. */
  readonly dtype?: string | undefined;
}

export function shapeOf(node: Node, index = 0): Shape | undefined {
  return node.input(index)?.shape;
}

/** The shape of an input that must have that rank; throws where it certainly has another. */
export function needRank(node: Node, index: number, rank: number): Shape | undefined {
  const shape = shapeOf(node, index);
  if (shape && shape.length !== rank) {
    clash(node, `input ${index} has rank ${shape.length}, not ${rank}`, { kind: 'input', index });
  }
  return shape;
}

/**
 * The number of an input that must be a scalar. One element of a higher rank passes where it comes at run time, but not
 * where the file spells it.
 */
export function scalarOf(node: Node, index: number): Dim {
  const value = node.input(index);
  const shape = value?.shape;
  const large = shape?.some((size) => typeof size === 'number' && size !== 1);
  if (large || (value && shape && shape.length > 0 && constantTensor(value)))
    clash(node, `input ${index} is no scalar`);
  const elements = value && dataOf(value)?.elements;
  return elements?.length === 1 ? elements[0] : undefined;
}

/** How many elements an input of rank 1 has. */
export function lengthOf(node: Node, index: number): number | undefined {
  const size = shapeOf(node, index)?.[0];
  return typeof size === 'number' ? size : undefined;
}

/** The sizes that the elements of an input spell, where they are known. */
export function spelled(node: Node, index: number): Shape | undefined {
  const value = node.input(index);
  return value && dimsOf(value);
}

/** An axis counted from the front; throws where it lies outside. */
export function normalAxis(node: Node, axis: bigint | number, rank: number): number {
  const number = Number(axis);
  const from = number < 0 ? number + rank : number;
  if (from < 0 || from >= rank) clash(node, `axis ${axis} lies outside of rank ${rank}`);
  return from;
}

export function normalAxes(node: Node, axes: readonly (bigint | number)[], rank: number): number[] {
  const found = axes.map((axis) => normalAxis(node, axis, rank));
  if (new Set(found).size !== found.length) clash(node, `an axis occurs twice in [${axes.join(', ')}]`);
  return found;
}

/** Numpy's broadcasting; unknown where one shape is. */
export function broadcast(node: Node, shapes: readonly (Shape | undefined)[]): Shape | undefined {
  let result: Shape | undefined = [];
  for (const shape of shapes) {
    if (!shape || !result) return undefined;
    const before: Shape = result;
    if (shape === before || shape.length === 0) continue;
    if (before.length === 0) {
      result = shape;
      continue;
    }
    const rank = Math.max(before.length, shape.length);
    result = Array.from({ length: rank }, (_, k) => {
      const a = k - rank + before.length;
      const b = k - rank + shape.length;
      if (a < 0) return shape[b];
      if (b < 0) return before[a];
      return broadcastDim(node, before[a], shape[b]);
    });
  }
  return result;
}

/** The size of two sizes that broadcast: a number other than 1 wins over one that is not known. */
function broadcastDim(node: Node, a: Dim, b: Dim): Dim {
  if (a === 1) return b;
  if (b === 1) return a;
  if (typeof a === 'number' && typeof b === 'number') {
    if (a !== b) clash(node, `sizes ${a} and ${b} do not broadcast`);
    return a;
  }
  if (typeof a === 'number') return a;
  if (typeof b === 'number') return b;
  return sameDim(a, b) ? a : undefined;
}

/** The size that both must be; throws where they certainly differ. */
export function agree(node: Node, a: Dim, b: Dim, what: string): Dim {
  if (sameDim(a, b) === false) clash(node, `${what}: ${a} is not ${b}`);
  return typeof a === 'number' ? a : typeof b === 'number' ? b : (a ?? b);
}

/** Shape facts about the same value: known sizes of either. Throws where they certainly differ. */
export function meet(node: Node, a: Shape | undefined, b: Shape | undefined, what: string): Shape | undefined {
  if (!a || !b) return a ?? b;
  if (a.length !== b.length || sameShape(a, b) === false) {
    clash(node, `${what}: ${shapeText(a)} is not ${shapeText(b)}`);
  }
  return a.map((dim, k) => (typeof dim === 'number' ? dim : typeof b[k] === 'number' ? b[k] : (dim ?? b[k])));
}

/** A shape of that rank whose sizes are all unknown. */
export function unknownShape(rank: number): Shape {
  return Array<Dim>(rank).fill(undefined);
}

/** As `unknownShape`, for a rank that a file tells and nobody needs to believe. Throws where it is negative. */
export function rankAlone(node: Node, rank: number | undefined): Shape | undefined {
  if (rank === undefined || rank > MOST_AXES) return undefined;
  if (rank < 0) clash(node, `a rank of ${rank}`);
  return unknownShape(rank);
}

/** The same shape with one size replaced. */
export function withDim(shape: Shape, axis: number, dim: Dim): Shape {
  return shape.map((old, k) => (k === axis ? dim : old));
}

/** The product of the sizes from `start` up to `end`. */
export function product(shape: Shape, start = 0, end = shape.length): Dim {
  return shape.slice(start, end).reduce<Dim>(multiply, 1);
}
