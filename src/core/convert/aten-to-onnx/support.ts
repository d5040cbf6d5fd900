/** Small helpers that many rules share: static shapes, axes, operands of one type. */
import type { Scalar } from '../../dialects/aten/arguments.ts';
import { resultType as promoted } from '../../dialects/aten/promotion.ts';
import { DATA_TYPES, type DataType, isFloat } from '../../ir/dtype.ts';
import type { Node } from '../../ir/node.ts';
import { elementCount, isStatic, type StaticShape } from '../../ir/shape.ts';
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

/** The sizes of a value; refuses where one is not known. */
export function sizes(value: Value, node: Node): StaticShape {
  const { shape } = value;
  return isStatic(shape) ? shape : refuse('shape-unknown', node, { reason: 'its rule needs every size as a number' });
}

/** The rank of a value; refuses where it is not known. */
export function rankOf(value: Value, node: Node): number {
  return value.rank ?? refuse('shape-unknown', node, { reason: 'its rule needs the rank' });
}

/** The size of `value` along an axis that lies within its rank. */
export function sizeAt(value: Value, axis: number, node: Node): number {
  const size = sizes(value, node)[axis];
  if (size === undefined) throw new RangeError(`${node.operator}: axis ${axis} lies outside of the rank`);
  return size;
}

/** The element type that capture recorded for an output. */
export function resultType(node: Node, output = 0): DataType {
  return dtypeOf(node.output(output));
}

/** The sizes that capture recorded for an output; refuses where one is not known. */
export function resultSizes(node: Node, output = 0): StaticShape {
  return sizes(node.output(output), node);
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

/** A list as PyTorch takes it for `count` axes: one number stands for all of them. */
export function spread(list: readonly number[], count: number): number[] {
  return list.length === 1 ? Array<number>(count).fill(list[0] ?? 0) : [...list];
}

/** A tensor or a number as an operand of that element type. */
export function operand(onnx: OnnxBuilder, x: Value | Scalar, dtype: DataType): Value {
  return x instanceof Value ? onnx.cast(x, dtype) : onnx.constant(Tensor.scalar(dtype, fitting(x, dtype)));
}

/** A constant filled with one number. */
export function filled(onnx: OnnxBuilder, shape: StaticShape, value: Scalar, dtype: DataType): Value {
  const count = elementCount(shape);
  if (count <= WRITTEN_OUT) {
    return onnx.constant(Tensor.of(dtype, shape, Array<Scalar>(count).fill(fitting(value, dtype))));
  }
  return onnx.ConstantOfShape(onnx.ints(shape), { value: Tensor.of(dtype, [1], [fitting(value, dtype)]) });
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
