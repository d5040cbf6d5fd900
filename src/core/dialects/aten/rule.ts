/** What a shape-and-dtype rule of an aten operator is, and the small words that rules are written in. */
import type { DataType } from '../../ir/dtype.ts';
import { elementCount, type StaticShape } from '../../ir/shape.ts';
import type { ArgumentReader } from './arguments.ts';
import { channelsLastStrides, contiguousStrides, isContiguous, looksChannelsLast, type Strides } from './layout.ts';

/** A tensor as rules see it. Strides count elements; undefined where PyTorch's choice is not known to us. */
export interface TensorInfo {
  readonly dtype: DataType;
  readonly shape: StaticShape;
  readonly strides: Strides;
}

export type RuleArguments = ArgumentReader<TensorInfo>;

/**
 * The results of a call in order; undefined where they depend on the data. Throws ShapeError where PyTorch would refuse
 * the arguments.
 */
export type Rule = (args: RuleArguments) => TensorInfo | readonly TensorInfo[] | undefined;

/** Rules by the operator's name; one rule serves all overloads. */
export type RuleTable = Readonly<Record<string, Rule>>;

/** Arguments that PyTorch itself would refuse. */
export class ShapeError extends Error {
  override readonly name = 'ShapeError';
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
export function fresh(dtype: DataType, shape: StaticShape): TensorInfo {
  return { dtype, shape, strides: contiguousStrides(shape) };
}

/** A new tensor: row-major where all its inputs are, else of a layout that we do not know. */
export function packed(
  dtype: DataType,
  shape: StaticShape,
  ...inputs: readonly (TensorInfo | undefined)[]
): TensorInfo {
  const plain = inputs.every((input) => !input || (input.strides && isContiguous(input.shape, input.strides)));
  return { dtype, shape, strides: plain ? contiguousStrides(shape) : undefined };
}

/** A new tensor in the memory format that the first of `inputs` with channels_last strides suggests. */
export function likeFormat(dtype: DataType, shape: StaticShape, ...inputs: readonly TensorInfo[]): TensorInfo {
  if (inputs.some((input) => !input.strides)) return { dtype, shape, strides: undefined };
  const last = inputs.some((input) => input.strides && looksChannelsLast(input.shape, input.strides));
  return { dtype, shape, strides: last ? channelsLastStrides(shape) : contiguousStrides(shape) };
}

/** An axis counted from the front; throws ShapeError where there is none. A tensor without axes has axis 0. */
export function axisOf(axis: number, rank: number): number {
  const count = Math.max(rank, 1);
  if (axis < -count || axis >= count) mismatch(`axis ${axis} of a tensor of ${rank} axes`);
  return axis < 0 ? axis + count : axis;
}

/** The size along an axis (counted from either end). */
export function sizeAt(shape: StaticShape, axis: number): number {
  return shape[axis < 0 ? axis + shape.length : axis] ?? mismatch(`axis ${axis} of [${shape.join(', ')}]`);
}

/** A shape with one size changed. */
export function withSize(shape: StaticShape, axis: number, size: number): number[] {
  return shape.map((old, k) => (k === axis ? size : old));
}

/** The common shape of several, by numpy's broadcasting. Throws ShapeError where there is none. */
export function broadcast(...shapes: readonly StaticShape[]): number[] {
  const rank = Math.max(0, ...shapes.map((shape) => shape.length));
  return Array.from({ length: rank }, (_, k) => {
    let size = 1;
    for (const shape of shapes) {
      const at = k - rank + shape.length;
      const own = at < 0 ? 1 : (shape[at] ?? 1);
      if (own === 1 || own === size) continue;
      if (size !== 1) mismatch(`shapes ${shapes.map((each) => `[${each.join(', ')}]`).join(' and ')} do not broadcast`);
      size = own;
    }
    return size;
  });
}

/** A shape in which one size may be -1, for "what is left of `count` elements". */
export function inferSize(shape: readonly number[], count: number): number[] {
  const known = shape.reduce((product, size) => (size === -1 ? product : product * size), 1);
  const result = shape.map((size) => (size === -1 ? (known === 0 ? 0 : count / known) : size));
  if (!result.every((size) => Number.isInteger(size) && size >= 0) || elementCount(result) !== count) {
    mismatch(`${count} elements do not fit the shape [${shape.join(', ')}]`);
  }
  return result;
}

/** A list that may be shorter than the number of axes: one entry stands for all. */
export function spread(values: readonly number[], count: number): number[] {
  return Array.from(
    { length: count },
    (_, k) => values[values.length === 1 ? 0 : k] ?? mismatch(`${values.length} values for ${count} axes`),
  );
}
