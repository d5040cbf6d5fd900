/** Operators in the form that the builder's opset has, and sizes as values of the graph. */
import { ints as intsAttribute } from '../../../ir/attribute.ts';
import type { DataType } from '../../../ir/dtype.ts';
import type { Node } from '../../../ir/node.ts';
import type { Value } from '../../../ir/value.ts';
import { refuse } from '../../../problems/problem.ts';
import type { OnnxBuilder } from '../../builder.ts';
import { operand } from '../adapter.ts';

/** An input and its element type; refuses where that is not known. */
export function typed(node: Node, index = 0): { readonly value: Value; readonly dtype: DataType } {
  const value = operand(node, index);
  const { dtype } = value;
  if (!dtype) refuse('type-unknown', node, { value: value.name || `input ${index}` });
  return { value, dtype };
}

type Reduction =
  | 'ReduceLogSumExp'
  | 'ReduceMax'
  | 'ReduceMean'
  | 'ReduceMin'
  | 'ReduceProd'
  | 'ReduceSum'
  | 'ReduceSumSquare';

/** Axes are an attribute until 12 (sums) or 17. Axes count from the front in opsets before 11. */
export function reduced(onnx: OnnxBuilder, op: Reduction, x: Value, axes: readonly number[], keepdims = false): Value {
  const asInput = onnx.opset >= (op === 'ReduceSum' ? 13 : 18);
  if (asInput) return onnx[op](x, onnx.ints(axes), { keepdims });
  return onnx
    .node(
      '',
      op,
      [x],
      [
        ['axes', intsAttribute(axes)],
        ['keepdims', { type: 'int', value: keepdims ? 1n : 0n }],
      ],
    )
    .output();
}

/** Places `start` to before `end` of one axis. Bounds are attributes until 9. */
export function sliced(onnx: OnnxBuilder, x: Value, axis: number, start: number, end: number): Value {
  if (onnx.opset >= 10) return onnx.Slice(x, onnx.ints([start]), onnx.ints([end]), onnx.ints([axis]));
  const bounds = Object.entries({ starts: [start], ends: [end], axes: [axis] });
  return onnx
    .node(
      '',
      'Slice',
      [x],
      bounds.map(([name, list]) => [name, intsAttribute(list)] as const),
    )
    .output();
}

/** The size of an axis as a list of one. */
export function sizeOf(onnx: OnnxBuilder, x: Value, axis: number): Value {
  const size = x.shape?.at(axis);
  if (typeof size === 'number') return onnx.ints([size]);
  if (x.rank === undefined && axis < 0) return onnx.Gather(onnx.Shape(x), onnx.ints([axis]));
  return onnx.Gather(onnx.Shape(x), onnx.ints([axis < 0 ? axis + (x.rank ?? 0) : axis]));
}

/** A list of sizes, of which some are values (lists of one). */
export function sizeList(onnx: OnnxBuilder, parts: readonly (number | Value)[]): Value {
  if (parts.every((part) => typeof part === 'number')) return onnx.ints(parts);
  const lists = parts.map((part) => (typeof part === 'number' ? onnx.ints([part]) : part));
  return onnx.Concat(...lists, { axis: 0 });
}

/** How many elements lie between neighbours along each axis. */
export function stridesOf(onnx: OnnxBuilder, x: Value, rank: number): readonly Value[] {
  const strides: Value[] = [];
  let stride = onnx.ints([1]);
  let known: number | undefined = 1;
  for (let axis = rank - 1; axis >= 0; axis--) {
    strides.unshift(stride);
    const size = x.shape?.[axis];
    known = known !== undefined && typeof size === 'number' ? known * size : undefined;
    stride = known !== undefined ? onnx.ints([known]) : onnx.Mul(stride, sizeOf(onnx, x, axis));
  }
  return strides;
}
