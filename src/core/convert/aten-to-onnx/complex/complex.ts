/**
 * Complex numbers among rules: ONNX has operators on real numbers only, so that a complex tensor is two real ones of its
 * shape. `view_as_real` and the outputs of transforms put them side by side, as PyTorch keeps them in memory.
 */
import { DATA_TYPES, type DataType } from '../../../ir/dtype.ts';
import type { Node } from '../../../ir/node.ts';
import type { Shape } from '../../../ir/shape.ts';
import { ComputedSource, Tensor } from '../../../ir/tensor.ts';
import type { ValueType } from '../../../ir/type.ts';
import type { Value } from '../../../ir/value.ts';
import { dtypeOf, type OnnxBuilder } from '../../builder.ts';
import type { AtenArguments } from '../argument-types.ts';
import { dimsOf, filled, rankOf } from '../support.ts';

export class Complex {
  constructor(
    readonly real: Value,
    readonly imaginary: Value,
  ) {}
}

/** A tensor of the aten graph in the new graph: one value, or two where its numbers are complex. */
export type Parts = Value | Complex;

type WithParts<T> = T extends Value ? Parts : T extends readonly (infer Item)[] ? readonly WithParts<Item>[] : T;

export type ComplexArguments<Args> = { readonly [Name in keyof Args]: WithParts<Args[Name]> };

/** As a `Lowering`, of a node that takes or gives complex numbers. */
export type ComplexLowering<Args> = (
  args: ComplexArguments<Args>,
  onnx: OnnxBuilder,
  node: Node,
) => Parts | readonly Parts[];

export type ComplexTable = { readonly [Key in keyof AtenArguments]?: ComplexLowering<AtenArguments[Key]> };

/** Types a table of rules. */
export function complexLowerings<Table extends ComplexTable>(table: Table): Table {
  return table;
}

export function isComplex(dtype: DataType | undefined): boolean {
  return dtype !== undefined && DATA_TYPES[dtype].kind === 'complex';
}

/** The type of the parts of complex numbers; a real type is its own. */
export function partType(dtype: DataType): DataType {
  return dtype === 'complex128' ? 'float64' : dtype === 'complex64' ? 'float32' : dtype;
}

/** The type of each part of a tensor. */
export function partsOfType(type: ValueType | undefined): ValueType | undefined {
  return type?.kind === 'tensor' ? { ...type, dtype: partType(type.dtype) } : type;
}

/** Whether a node takes or gives complex numbers. */
export function touchesComplex(node: Node): boolean {
  return [...node.inputs, ...node.outputs].some((value) => isComplex(value?.dtype));
}

export function realOf(x: Parts): Value {
  return x instanceof Complex ? x.real : x;
}

/** The imaginary part; of real numbers zeros in their shape. */
export function imaginaryOf(x: Parts, onnx: OnnxBuilder, node: Node): Value {
  return x instanceof Complex ? x.imaginary : filled(onnx, dimsOf(x, node), 0, dtypeOf(x));
}

/** A tensor that must be real by PyTorch's own rules. */
export function plain(x: Parts): Value {
  if (x instanceof Complex) throw new Error('complex numbers where PyTorch takes real ones alone');
  return x;
}

/** Real and imaginary parts side by side along a new last axis. */
export function sideBySide(z: Complex, onnx: OnnxBuilder, node: Node): Value {
  const axis = rankOf(z.real, node);
  return onnx.Concat(onnx.unsqueeze(z.real, [axis]), onnx.unsqueeze(z.imaginary, [axis]), { axis });
}

/** The numbers whose parts lie side by side along the last axis. */
export function takenApart(x: Value, onnx: OnnxBuilder, node: Node): Complex {
  const axis = rankOf(x, node) - 1;
  return new Complex(onnx.Gather(x, onnx.constant(0n), { axis }), onnx.Gather(x, onnx.constant(1n), { axis }));
}

/** A constant as its two parts, which are read when they are written. */
export function constantParts(constant: Tensor): readonly [Tensor, Tensor] {
  const dtype = partType(constant.dtype);
  const width = DATA_TYPES[dtype].bits / 8;
  const part = (from: number) =>
    new Tensor(dtype, constant.shape, new ComputedSource('computed', () => every(constant.bytes(), width, from)));
  return [part(0), part(width)];
}

/** Each second piece of `width` bytes. */
function every(bytes: Uint8Array, width: number, from: number): Uint8Array {
  const part = new Uint8Array(bytes.length / 2);
  for (let at = 0; at < part.length; at += width) part.set(bytes.subarray(2 * at + from, 2 * at + from + width), at);
  return part;
}

/** A tensor of zeros for the parts of nothing. */
export function filledParts(onnx: OnnxBuilder, shape: Shape, value: number, dtype: DataType): Parts {
  const type = partType(dtype);
  const real = filled(onnx, shape, value, type);
  return isComplex(dtype) ? new Complex(real, filled(onnx, shape, 0, type)) : real;
}
