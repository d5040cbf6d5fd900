/** What a shape-and-dtype rule of an aten operator is, and the small words that rules are written in. */
import type { DataType } from '../../ir/dtype.ts';
import { Expression } from '../../ir/expression.ts';
import {
  type Dim,
  elementCount,
  exactQuotient,
  floorDivide,
  multiply,
  type Shape,
  sameDim,
  shapeText,
} from '../../ir/shape.ts';
import { type ArgumentReader, SymbolicArgument } from './arguments.ts';
import { channelsLastStrides, contiguousStrides, isContiguous, looksChannelsLast, type Strides } from './layout.ts';

/**
 * A tensor as rules see it: sizes are numbers or expressions over the sizes of the program's inputs. Strides count
 * elements; undefined where PyTorch's choice is not known to us.
 */
export interface TensorInfo {
  readonly dtype: DataType;
  readonly shape: Shape;
  readonly strides: Strides;
}

export type RuleArguments = ArgumentReader<TensorInfo>;

/**
 * The results of a call in order; undefined where nothing is known of them. `counted` gives a new size for what only the
 * data of a run tells. Throws ShapeError where PyTorch would refuse the arguments.
 */
export type Rule = (args: RuleArguments, counted: () => Dim) => TensorInfo | readonly TensorInfo[] | undefined;

/** Rules by the operator's name; one rule serves all overloads. */
export type RuleTable = Readonly<Record<string, Rule>>;

/** Arguments that PyTorch itself would refuse. */
export class ShapeError extends Error {
  override readonly name = 'ShapeError';
}

/** Arguments that fit one another for some sizes only, or a size that must be a number and is not. */
export class UndecidedSize extends Error {
  override readonly name = 'UndecidedSize';
  constructor(
    message: string,
    /** It is decided by whether this is 0. */
    readonly difference?: Dim,
  ) {
    super(message);
  }
}

/** Whether a rule ended because sizes are expressions. */
export function isUndecided(error: unknown): error is UndecidedSize | SymbolicArgument {
  return error instanceof UndecidedSize || error instanceof SymbolicArgument;
}

/**
 * Ends a rule: `reason` completes "The shape that the operator needs is not known: ..."; whether `difference` is 0 would
 * decide.
 */
export function undecided(reason: string, difference?: Dim): never {
  throw new UndecidedSize(reason, difference);
}

/** Ends a rule: `reason` completes "The model is not valid: ...". */
export function mismatch(reason: string): never {
  throw new ShapeError(reason);
}

/** The same rule under several names. */
export function each(names: string, rule: Rule): RuleTable {
  return Object.fromEntries(
    names
      .trim()
      .split(/\s+/)
      .map((name) => [name, rule]),
  );
}

/** A new tensor, row-major. */
export function fresh(dtype: DataType, shape: Shape): TensorInfo {
  return { dtype, shape, strides: contiguousStrides(shape) };
}

/** A new tensor: row-major where all its inputs are, else of a layout that we do not know. */
export function packed(dtype: DataType, shape: Shape, ...inputs: readonly (TensorInfo | undefined)[]): TensorInfo {
  const plain = inputs.every((input) => !input || (input.strides && isContiguous(input.shape, input.strides) === true));
  return { dtype, shape, strides: plain ? contiguousStrides(shape) : undefined };
}

/** A new tensor in the memory format that the first of `inputs` with channels_last strides suggests. */
export function likeFormat(dtype: DataType, shape: Shape, ...inputs: readonly TensorInfo[]): TensorInfo {
  const last = inputs.map(({ shape: own, strides }) => strides && looksChannelsLast(own, strides));
  if (last.includes(undefined)) return { dtype, shape, strides: undefined };
  return { dtype, shape, strides: last.includes(true) ? channelsLastStrides(shape) : contiguousStrides(shape) };
}

/** An axis counted from the front; throws ShapeError where there is none. A tensor without axes has axis 0. */
export function axisOf(axis: number, rank: number): number {
  const count = Math.max(rank, 1);
  if (axis < -count || axis >= count) mismatch(`axis ${axis} of a tensor of ${rank} axes`);
  return axis < 0 ? axis + count : axis;
}

/** The size along an axis (counted from either end). */
export function sizeAt(shape: Shape, axis: number): Dim {
  const at = axis < 0 ? axis + shape.length : axis;
  return at in shape ? shape[at] : mismatch(`axis ${axis} of ${shapeText(shape)}`);
}

/** A size as a number, where a rule cannot do without. `what` says which: `the size that it splits`. */
export function numberOf(size: Dim, what: string): number {
  return typeof size === 'number' ? size : undecided(`${what} is ${sizeText(size)}, and must be a number`);
}

export function sizeText(size: Dim): string {
  return size === undefined ? 'unknown' : String(size);
}

/** A shape with one size changed. */
export function withSize(shape: Shape, axis: number, size: Dim): Dim[] {
  return shape.map((old, k) => (k === axis ? size : old));
}

/** Two sizes that PyTorch wants to be the same. Throws ShapeError where they differ, UndecidedSize where they may. */
export function agree(a: Dim, b: Dim, what: string): Dim {
  const same = sameDim(a, b);
  if (same) return a;
  if (same === false) mismatch(`${what}: sizes ${sizeText(a)} and ${sizeText(b)} differ`);
  return undecided(`${what}: the sizes ${sizeText(a)} and ${sizeText(b)} must be the same`);
}

/** As `agree`, for whole shapes. */
export function agreeShapes(a: Shape, b: Shape, what: string): void {
  if (a.length !== b.length) mismatch(`${what}: the shapes ${shapeText(a)} and ${shapeText(b)} differ`);
  a.forEach((size, k) => {
    agree(size, b[k], what);
  });
}

/**
 * The common shape of several, by numpy's broadcasting. Throws ShapeError where there is none, UndecidedSize where two
 * sizes may differ: only a size of 1 is spread over a symbol.
 */
export function broadcast(...shapes: readonly Shape[]): Dim[] {
  const rank = Math.max(0, ...shapes.map((shape) => shape.length));
  return Array.from({ length: rank }, (_, k) => {
    let size: Dim = 1;
    for (const shape of shapes) {
      const at = k - rank + shape.length;
      const own = at < 0 ? 1 : shape[at];
      if (own === 1 || sameDim(own, size)) continue;
      if (size !== 1) {
        const texts = shapes.map(shapeText).join(' and ');
        if (typeof own === 'number' && typeof size === 'number') mismatch(`shapes ${texts} do not broadcast`);
        undecided(`shapes ${texts} broadcast only where ${sizeText(size)} is ${sizeText(own)}`);
      }
      size = own;
    }
    return size;
  });
}

/** A shape in which one size may be -1, for "what is left of `count` elements". */
export function inferSize(shape: Shape, count: Dim): Dim[] {
  const [elements, target] = [`${sizeText(count)} elements`, `the shape ${shapeText(shape)}`];
  const open = shape.indexOf(-1);
  if (open >= 0 && shape.includes(-1, open + 1)) mismatch(`${target} leaves two sizes open`);
  const known = shape.reduce((product, size) => (size === -1 ? product : multiply(product, size)), 1);
  const left = known === 0 ? 0 : (exactQuotient(count, known) ?? floorDivide(count, known));
  const result = shape.map((size) => (size === -1 ? left : size));
  // A quotient of symbols need not come out even: where it does not, PyTorch refuses it.
  const total = open >= 0 && left instanceof Expression ? count : elementCount(result);
  const fits = sameDim(total, count);
  if (fits === false || result.some((size) => typeof size === 'number' && size < 0))
    mismatch(`${elements} do not fit ${target}`);
  return fits ? result : undecided(`${elements} must fit ${target}`);
}

/** A list that may be shorter than the number of axes: one entry stands for all. */
export function spread<T extends Dim>(values: readonly T[], count: number): T[] {
  return Array.from(
    { length: count },
    (_, k) => values[values.length === 1 ? 0 : k] ?? mismatch(`${values.length} values for ${count} axes`),
  );
}
