/**
 * Operators whose form changed with the opset (a list that was an attribute became an input, and so on), read and made
 * the same way at every opset from 7 on. Rules: the ONNX operator specification and its version history.
 */
import type { OnnxBuilder } from '../../convert/builder.ts';
import { constantOf, intsOf, numberOf } from '../../dialects/onnx/data.ts';
import { type AxisSlice, sliceOf } from '../../dialects/onnx/infer/slice.ts';
import { type Attribute, float, int, ints } from '../../ir/attribute.ts';
import { DATA_TYPES } from '../../ir/dtype.ts';
import type { Node } from '../../ir/node.ts';
import { isStatic } from '../../ir/shape.ts';
import type { Value } from '../../ir/value.ts';
import { Refusal } from '../../problems/problem.ts';
import { greatestOf } from './numbers.ts';

/** Axes counted from the front; undefined where one lies outside or occurs twice. */
export function normalAxes(axes: readonly (number | bigint)[], rank: number): readonly number[] | undefined {
  const normal = axes.map((axis) => (Number(axis) < 0 ? Number(axis) + rank : Number(axis)));
  const sound = normal.every((axis) => axis >= 0 && axis < rank) && new Set(normal).size === normal.length;
  return sound ? normal : undefined;
}

/** The axis that an attribute names, counted from the front. */
export function axisOf(node: Node, otherwise: bigint, rank = node.input(0)?.rank): number | undefined {
  return rank === undefined ? undefined : normalAxes([node.int('axis', otherwise)], rank)?.[0];
}

/** The list that is an attribute at some opsets and input `index` at others: 'none' where it is left out, undefined where it is not constant. */
export function listOf(node: Node, name: string, index: number): readonly number[] | 'none' | undefined {
  const given = node.ints(name);
  if (given) return given.map(Number);
  const value = node.input(index);
  return value ? intsOf(value) : 'none';
}

/** The axes that a Squeeze removes, counted from the front; undefined where they cannot be told. */
export function squeezedAxes(node: Node): readonly number[] | undefined {
  const shape = node.input(0)?.shape;
  const axes = listOf(node, 'axes', 1);
  if (!shape || !axes) return undefined;
  if (axes !== 'none') return normalAxes(axes, shape.length);
  return isStatic(shape) ? [...shape.keys()].filter((k) => shape[k] === 1) : undefined;
}

/** The axes of its output that an Unsqueeze brings, in order; undefined where they cannot be told. */
export function unsqueezedAxes(node: Node): readonly number[] | undefined {
  const rank = node.input(0)?.rank;
  const axes = listOf(node, 'axes', 1);
  if (rank === undefined || !axes || axes === 'none') return undefined;
  return normalAxes(axes, rank + axes.length)?.toSorted((a, b) => a - b);
}

/** The axes of a reduction, in order; none where it is to leave its input alone. */
export function reducedAxes(node: Node): readonly number[] | undefined {
  const rank = node.input(0)?.rank;
  const axes = listOf(node, 'axes', 1);
  if (rank === undefined || !axes) return undefined;
  if (axes !== 'none' && axes.length > 0) return normalAxes(axes, rank)?.toSorted((a, b) => a - b);
  return node.int('noop_with_empty_axes', 0n) !== 0n ? [] : Array.from({ length: rank }, (_, k) => k);
}

export function keepsAxes(node: Node): boolean {
  return node.int('keepdims', 1n) !== 0n;
}

/** What a Pad puts around its input: how much before and after each axis, and what. */
export interface Padding {
  readonly before: readonly number[];
  readonly after: readonly number[];
  readonly mode: string;
  /** Undefined where it is computed. */
  readonly value: number | undefined;
}

export function paddingOf(node: Node): Padding | undefined {
  const rank = node.input(0)?.rank;
  const pads = listOf(node, 'pads', 1);
  const axes = node.input(3) ? intsOf(node.input(3) as Value) : rank && Array.from({ length: rank }, (_, k) => k);
  if (rank === undefined || !pads || pads === 'none' || !axes) return undefined;
  const normal = normalAxes(axes, rank);
  if (!normal || pads.length !== 2 * normal.length) return undefined;
  const [before, after] = [Array<number>(rank).fill(0), Array<number>(rank).fill(0)];
  normal.forEach((axis, k) => {
    before[axis] = pads[k] ?? 0;
    after[axis] = pads[k + normal.length] ?? 0;
  });
  const value = node.input(2) ? scalarOf(node.input(2)) : node.float('value', 0);
  return { before, after, mode: node.string('mode', 'constant'), value };
}

/** The cuts of a Slice, of which each axis has one; undefined where a bound or a step is not a constant. */
export function cutsOf(node: Node): readonly AxisSlice[] | undefined {
  const rank = node.input(0)?.rank;
  if (rank === undefined) return undefined;
  try {
    const cuts = sliceOf(node, rank);
    const known = cuts?.every(({ start, end }) => typeof start === 'number' && typeof end === 'number');
    const steps = node.input(4);
    return known && (!steps || intsOf(steps)) ? cuts : undefined;
  } catch (error) {
    if (error instanceof Refusal) return undefined;
    throw error;
  }
}

/**
 * The bounds of a Clip; undefined where one is computed. One that is left out is the greatest or smallest number of the type:
 * an infinity becomes that number, while no integer lies beyond.
 */
export function clipBounds(node: Node): { readonly min: number; readonly max: number } | undefined {
  const dtype = node.input(0)?.dtype;
  if (!dtype) return undefined;
  const most = greatestOf(dtype);
  const bound = (name: string, index: number, otherwise: number): number | undefined => {
    const value = node.input(index);
    return value ? scalarOf(value) : node.float(name, otherwise);
  };
  const [min, max] = [bound('min', 1, -most), bound('max', 2, most)];
  if (min === undefined || max === undefined || Number.isNaN(min) || Number.isNaN(max)) return undefined;
  return { min, max };
}

/** Whether a Dropout gives its input unchanged. */
export function isInference(node: Node): boolean {
  const training = node.input(2);
  if (!training) return true;
  const constant = constantOf(training);
  return constant?.dtype === 'bool' && constant.count === 1 && constant.numbers()[0] === 0;
}

/** The sizes that a Split cuts its axis into; undefined where they cannot be told. */
export function splitSizes(node: Node): readonly number[] | undefined {
  const axis = axisOf(node, 0n);
  const given = listOf(node, 'split', 1);
  if (axis === undefined || given === undefined) return undefined;
  if (given !== 'none') return given;
  const sizes = node.outputs.map((value) => value.shape?.[axis]);
  return isStatic(sizes) ? sizes : undefined;
}

/** The single number of a constant, of any type that has numbers. */
export function scalarOf(value: Value | undefined): number | undefined {
  if (!value) return undefined;
  const constant = constantOf(value);
  if (constant?.count !== 1) return numberOf(value);
  const { kind } = DATA_TYPES[constant.dtype];
  return kind === 'string' || kind === 'complex' ? undefined : constant.numbers()[0];
}

/** Input or attribute, by the opset: what a maker hands to the builder. */
function withList(
  onnx: OnnxBuilder,
  op: string,
  x: Value,
  list: readonly number[] | undefined,
  since: number,
  attributes: readonly (readonly [string, Attribute])[] = [],
  name = 'axes',
): Value {
  if (!list) return onnx.node('', op, [x], attributes).output();
  if (onnx.opset >= since) return onnx.node('', op, [x, onnx.ints(list)], attributes).output();
  return onnx.node('', op, [x], [[name, ints(list)], ...attributes]).output();
}

/** `x` without those axes; no node where there are none. */
export function squeezed(onnx: OnnxBuilder, x: Value, axes: readonly number[]): Value {
  return axes.length === 0 ? x : withList(onnx, 'Squeeze', x, axes, 13);
}

/** `x` with new axes of size 1 at those places of the result; no node where there are none. */
export function unsqueezed(onnx: OnnxBuilder, x: Value, axes: readonly number[]): Value {
  return axes.length === 0 ? x : withList(onnx, 'Unsqueeze', x, axes, 13);
}

/** The same kind of reduction (or ArgMax) as `node`, along other axes. */
export function reducedLike(onnx: OnnxBuilder, node: Node, x: Value, axes: readonly number[], keep: boolean): Value {
  const others = [...node.attributes].filter(([name]) => name !== 'axes' && name !== 'keepdims' && name !== 'axis');
  const attributes = [...others, ['keepdims', int(keep ? 1 : 0)]] as const;
  if (node.op.startsWith('Arg')) {
    return onnx.node('', node.op, [x], [['axis', int(axes[0] ?? 0)], ...attributes]).output();
  }
  return withList(onnx, node.op, x, axes, node.op === 'ReduceSum' ? 13 : 18, attributes);
}

/** `x` padded; `value` only for the mode constant. */
export function padded(onnx: OnnxBuilder, x: Value, { before, after, mode, value }: Padding): Value {
  const pads = [...before, ...after];
  const attributes: [string, Attribute][] = mode === 'constant' ? [] : [['mode', { type: 'string', value: mode }]];
  if (onnx.opset < 11) {
    const filled: [string, Attribute][] = value ? [['value', float(value)]] : [];
    return onnx.node('', 'Pad', [x], [['pads', ints(pads)], ...attributes, ...filled]).output();
  }
  const fill = value && x.dtype ? onnx.like(x, value) : undefined;
  return onnx.node('', 'Pad', [x, onnx.ints(pads), fill], attributes).output();
}

/** One cut of a Slice, all numbers. */
export interface Cut {
  readonly axis: number;
  readonly start: number;
  readonly end: number;
  readonly step: number;
}

/** `x` cut; no node where there is nothing to cut. Steps need opset 10: undefined before. */
export function sliced(onnx: OnnxBuilder, x: Value, cuts: readonly Cut[]): Value | undefined {
  if (cuts.length === 0) return x;
  const column = (name: keyof Cut): bigint[] => cuts.map((cut) => wide(cut[name]));
  const stepped = cuts.some(({ step }) => step !== 1);
  if (onnx.opset >= 10) {
    const lists = [column('start'), column('end'), column('axis')].map((list) => onnx.ints(list));
    return onnx.node('', 'Slice', [x, ...lists, stepped ? onnx.ints(column('step')) : undefined]).output();
  }
  if (stepped) return undefined;
  const lists = { starts: column('start'), ends: column('end'), axes: column('axis') };
  return onnx
    .node(
      '',
      'Slice',
      [x],
      Object.entries(lists).map(([name, list]) => [name, ints(list)] as const),
    )
    .output();
}

/** Bounds beyond what doubles hold exactly mean "to the end". */
function wide(bound: number): bigint {
  if (Number.isSafeInteger(bound)) return BigInt(bound);
  return bound < 0 ? -(2n ** 63n) + 1n : 2n ** 63n - 1n;
}

/** `x` between bounds that are numbers; those that a Clip has by itself are left out. */
export function clipped(onnx: OnnxBuilder, x: Value, min: number, max: number): Value {
  const most = x.dtype ? greatestOf(x.dtype) : Number.POSITIVE_INFINITY;
  const isSaid = (bound: number): boolean => Math.abs(bound) < most;
  if (onnx.opset < 11) {
    const bounds = Object.entries({ min, max }).filter(([, bound]) => isSaid(bound));
    return onnx
      .node(
        '',
        'Clip',
        [x],
        bounds.map(([name, bound]) => [name, float(bound)] as const),
      )
      .output();
  }
  const input = (bound: number): Value | undefined => (isSaid(bound) ? onnx.like(x, bound) : undefined);
  return onnx.node('', 'Clip', [x, input(min), input(max)]).output();
}

/** The parts of `x` along an axis, of those sizes. */
export function split(onnx: OnnxBuilder, x: Value, axis: number, sizes: readonly number[]): readonly Value[] {
  const list: readonly (readonly [string, Attribute])[] = onnx.opset < 13 ? [['split', ints(sizes)]] : [];
  const inputs = onnx.opset < 13 ? [x] : [x, onnx.ints(sizes)];
  return onnx.node('', 'Split', inputs, [['axis', int(axis)], ...list], sizes.length).outputs;
}

/** `x` in a shape of numbers, of which one may be -1 and 0 copies a size. */
export function reshaped(onnx: OnnxBuilder, x: Value, target: readonly number[]): Value {
  return onnx.node('', 'Reshape', [x, onnx.ints(target)]).output();
}
