/** Small helpers that many rules share: static shapes, axes, operands of one type. */
import type { Scalar } from '../../dialects/aten/arguments.ts';
import { resultType as promoted } from '../../dialects/aten/promotion.ts';
import { DATA_TYPES, type DataType, isFloat } from '../../ir/dtype.ts';
import { Expression } from '../../ir/expression.ts';
import type { Node } from '../../ir/node.ts';
import { type Dim, elementCount, isStatic, type Shape, type StaticShape, shapeText } from '../../ir/shape.ts';
import { Tensor } from '../../ir/tensor.ts';
import { Value } from '../../ir/value.ts';
import { refuse } from '../../problems/problem.ts';
import { dtypeOf, type OnnxBuilder } from '../builder.ts';

/** Filled constants of at most this many elements are written out; larger ones are made by a node. */
const WRITTEN_OUT = 64;

/** Ends a rule: ONNX has no such variant of the operator. */
export function refuseArgument(node: Node, attribute: string, reason: string): never {
  refuse('unsupported-attribute', node, { target: 'ONNX', attribute, reason });
}

/** The sizes of a value as numbers; refuses where one is none. */
export function sizes(value: Value, node: Node): StaticShape {
  const { shape } = value;
  if (isStatic(shape)) return shape;
  return refuse('shape-unknown', node, { reason: `its rule needs every size of ${shapeText(shape)} as a number` });
}

/** The sizes of a value, which may be expressions; refuses where the rank is not known. */
export function dimsOf(value: Value, node: Node): Shape {
  return value.shape ?? refuse('shape-unknown', node, { reason: 'its rule needs the rank' });
}

/** The size of `value` along an axis that lies within its rank; it may be an expression. */
export function dimAt(value: Value, axis: number, node: Node): Dim {
  return within(dimsOf(value, node), axis, node);
}

function within<T extends Dim>(shape: readonly T[], axis: number, node: Node): T {
  if (!(axis in shape)) throw new RangeError(`${node.operator}: axis ${axis} lies outside of the rank`);
  return shape[axis] as T;
}

/** The rank of a value; refuses where it is not known. */
export function rankOf(value: Value, node: Node): number {
  return value.rank ?? refuse('shape-unknown', node, { reason: 'its rule needs the rank' });
}

/** As `dimAt`, as a number; refuses where it is none. */
export function sizeAt(value: Value, axis: number, node: Node): number {
  return asNumber(dimAt(value, axis, node), node);
}

/** A size as a number; refuses where it is none. */
export function asNumber(size: Dim, node: Node): number {
  if (typeof size === 'number') return size;
  return refuse('shape-unknown', node, { reason: `its rule needs a number for the size ${size ?? 'that is unknown'}` });
}

/** The element type that capture recorded for an output. */
export function resultType(node: Node, output = 0): DataType {
  return dtypeOf(node.output(output));
}

/** The sizes that capture recorded for an output; refuses where one is not known. */
export function resultSizes(node: Node, output = 0): StaticShape {
  return sizes(node.output(output), node);
}

/** The sizes that capture recorded for an output, which may be expressions. */
export function resultDims(node: Node, output = 0): Shape {
  return dimsOf(node.output(output), node);
}

/** An axis counted from the front. A scalar counts as rank 1, as in PyTorch. */
export function axisFrom(dim: number, rank: number): number {
  return dim < 0 ? dim + Math.max(rank, 1) : dim;
}

export function axesFrom(dims: readonly number[], rank: number): number[] {
  return dims.map((dim) => axisFrom(dim, rank));
}

/** The element type in which PyTorch computes with these operands (torch.result_type). */
export function commonType(...operands: readonly (Value | Scalar)[]): DataType {
  // Of a shape only its rank matters here.
  return promoted(
    operands.map((each) =>
      each instanceof Value ? { dtype: dtypeOf(each), shape: Array<number>(each.rank ?? 1).fill(1) } : each,
    ),
  );
}

export function isUnsigned(dtype: DataType): boolean {
  return DATA_TYPES[dtype].kind === 'uint';
}

/** Floats of 16 bits. */
export function isHalf(dtype: DataType): boolean {
  return isFloat(dtype) && DATA_TYPES[dtype].bits === 16;
}

/** The integer type that ONNX computes powers in, for integers that it has no powers of: small ones wrap alike. */
export function powerType(dtype: DataType): DataType {
  if (isFloat(dtype) || dtype === 'int64') return dtype;
  return DATA_TYPES[dtype].bits < 32 || dtype === 'int32' ? 'int32' : 'int64';
}

/** `[0, 1, ..., count - 1]`, or from `start` on. */
export function range(count: number, start = 0): number[] {
  return Array.from({ length: count }, (_, k) => start + k);
}

/** The places `0, 1, ..., count - 1` as a list of ints: a constant, or made by a run where only that knows the count. */
export function placesOf(onnx: OnnxBuilder, count: Dim): Value {
  if (typeof count === 'number') return onnx.ints(range(count));
  return onnx.Range(onnx.size(0), onnx.size(count), onnx.size(1));
}

/** A list as PyTorch takes it for `count` axes: one number stands for all of them. */
export function spread<T extends number | Expression>(list: readonly T[], count: number): T[] {
  const [only] = list;
  return list.length === 1 && only !== undefined ? Array<T>(count).fill(only) : [...list];
}

/** A tensor or a number as an operand of that element type. */
export function operand(onnx: OnnxBuilder, x: Value | Scalar | Expression, dtype: DataType): Value {
  if (x instanceof Expression) return onnx.cast(onnx.size(x), dtype);
  return x instanceof Value ? onnx.cast(x, dtype) : onnx.constant(Tensor.scalar(dtype, fitting(x, dtype)));
}

/** A tensor filled with one number: a constant where it is small. */
export function filled(onnx: OnnxBuilder, shape: Shape, value: Scalar | Expression, dtype: DataType): Value {
  if (value instanceof Expression) return onnx.Expand(operand(onnx, value, dtype), onnx.sizes(shape));
  if (isStatic(shape) && elementCount(shape) <= WRITTEN_OUT) {
    return onnx.constant(Tensor.of(dtype, shape, Array<Scalar>(elementCount(shape)).fill(fitting(value, dtype))));
  }
  return onnx.ConstantOfShape(onnx.sizes(shape), { value: Tensor.of(dtype, [1], [fitting(value, dtype)]) });
}

/** `value` where it is a tensor of float type already, else cast to the float type of the result. */
export function asFloat(onnx: OnnxBuilder, value: Value, node: Node): Value {
  return isFloat(dtypeOf(value)) ? value : onnx.cast(value, resultType(node));
}

/** PyTorch cuts fractions off where an integer is wanted. */
function fitting(value: Scalar, dtype: DataType): Scalar {
  if (typeof value === 'number' && (dtype === 'int64' || dtype === 'uint64')) return BigInt(Math.trunc(value));
  return value;
}

/** A constant like `x`; infinities become the ends of an integer type. */
export function neutral(onnx: OnnxBuilder, x: Value, value: number): Value {
  const dtype = dtypeOf(x);
  if (isFloat(dtype) || Number.isFinite(value)) return onnx.like(x, value);
  const { kind, bits } = DATA_TYPES[dtype];
  const width = BigInt(kind === 'uint' ? bits : bits - 1);
  const least = kind === 'uint' ? 0n : -(2n ** width);
  return onnx.like(x, value < 0 ? least : 2n ** width - 1n);
}
