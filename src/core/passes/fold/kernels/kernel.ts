/** What a kernel is: one ONNX operator computed on constants, as its definition says at the model's opset. */
import type { Node } from '../../../ir/node.ts';
import { elementCount, type StaticShape } from '../../../ir/shape.ts';
import { type Dense, numbersOf } from './dense.ts';

/** A node with its inputs at hand. */
export interface Call {
  readonly node: Node;
  readonly inputs: readonly (Dense | undefined)[];
  /** The version of ai.onnx that the model imports. */
  readonly opset: number;
}

/**
 * The outputs of a call, or undefined where the operator leaves the answer open (a division of integers by 0, a float that
 * no integer of the type stands for) or where the form is not one of the opset.
 */
export type Kernel = (call: Call) => readonly Dense[] | undefined;

/**
 * What a kernel promises beside onnxruntime. `exact`: the same bits, as far as the operator defines them. `rounded`: each
 * element is the result over the real numbers rounded once, where onnxruntime's own code may be some units in the last
 * place off (functions such as Exp), or adds in another order (sums).
 */
export type Accuracy = 'exact' | 'rounded';

export interface KernelRow {
  readonly kernel: Kernel;
  readonly accuracy: Accuracy;
}

export type Kernels = Readonly<Record<string, KernelRow>>;

/** More elements than anybody computes here: a wild size must not fill the memory. */
export const MOST_ELEMENTS = 1 << 24;

export function rows(accuracy: Accuracy, kernels: Readonly<Record<string, Kernel>>): Kernels {
  return Object.fromEntries(Object.entries(kernels).map(([op, kernel]) => [op, { kernel, accuracy }]));
}

/** Numbers from an input, or from the attribute that older opsets have in its place. */
export function intsAt({ node, inputs }: Call, index: number, attribute: string): number[] | undefined {
  const given = inputs[index];
  return given ? numbersOf(given) : node.ints(attribute)?.map(Number);
}

/** The one number of an input; undefined where it is absent or has several. */
export function numberAt({ inputs }: Call, index: number): number | undefined {
  const given = inputs[index];
  return given?.values.length === 1 ? Number(given.values[0]) : undefined;
}

/** An axis counted from the front; undefined where it lies outside. */
export function axisFrom(axis: number | bigint | undefined, rank: number): number | undefined {
  if (axis === undefined) return undefined;
  const from = Number(axis) < 0 ? Number(axis) + rank : Number(axis);
  return from >= 0 && from < rank ? from : undefined;
}

/** Axes counted from the front; undefined where one lies outside or occurs twice. */
export function axesFrom(axes: readonly (number | bigint)[], rank: number): number[] | undefined {
  const found = axes.flatMap((axis) => axisFrom(axis, rank) ?? []);
  return found.length === axes.length && new Set(found).size === found.length ? found : undefined;
}

/** Sizes that a tensor may have: whole, not negative, and few enough elements. */
export function areSizes(shape: readonly number[]): boolean {
  return shape.every((size) => Number.isSafeInteger(size) && size >= 0) && elementCount(shape) <= MOST_ELEMENTS;
}

/** The sizes before an axis, along it and behind it, as products. */
export function around(shape: StaticShape, axis: number): readonly [outer: number, size: number, inner: number] {
  return [elementCount(shape.slice(0, axis)), shape[axis] ?? 1, elementCount(shape.slice(axis + 1))];
}
