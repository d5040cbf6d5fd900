/** Products of matrices. */

import type { Scalar } from '../../../dialects/aten/arguments.ts';
import { QUANTIZED_DECOMPOSED } from '../../../dialects/aten/quantized.ts';
import { isFloat } from '../../../ir/dtype.ts';
import type { Node } from '../../../ir/node.ts';
import { elementCount } from '../../../ir/shape.ts';
import { stridedSource } from '../../../ir/strided-source.ts';
import { Tensor } from '../../../ir/tensor.ts';
import type { Value } from '../../../ir/value.ts';
import { dtypeOf, type OnnxBuilder } from '../../builder.ts';
import { lowerings } from '../lowering.ts';
import { axesFrom, axisFrom, dimAt, dimsOf, filled, range, rankOf, resultDims, resultType, sizes } from '../support.ts';

/** `input` times the transpose of `weight` [out, in], plus `bias`. */
export function applyLinear(
  onnx: OnnxBuilder,
  input: Value,
  weight: Value,
  bias: Value | undefined,
  node: Node,
): Value {
  if (rankOf(weight, node) === 1) return plusBias(onnx, onnx.MatMul(input, weight), bias);
  if (rankOf(input, node) === 2) return onnx.Gemm(input, weight, bias, { transB: 1 });
  return plusBias(onnx, onnx.MatMul(input, transposedMatrix(onnx, weight, node)), bias);
}

function plusBias(onnx: OnnxBuilder, x: Value, bias: Value | undefined): Value {
  return bias ? onnx.Add(x, bias) : x;
}

/**
 * A weight that nobody else reads is turned while it is written (a strided view of the same bytes), as runtimes expect
 * it; a shared one keeps its bytes and gets a Transpose, which runtimes fold.
 */
export function transposedMatrix(onnx: OnnxBuilder, weight: Value, node: Node): Value {
  const { constant, producer } = weight;
  if (weight.useCount > 0) return onnx.transpose(weight, [1, 0]);
  if (producer?.op === 'DequantizeLinear' && isReadOnce(node)) return turnedIntegers(onnx, producer);
  const isShared = node.inputs.some((each) => each?.constant === constant && each?.useCount !== 1);
  return constant && !isShared ? turned(onnx, weight, constant) : onnx.transpose(weight, [1, 0]);
}

/** Whether the numbers that a node takes of quantised weights, and their integers, are read by nothing else. */
function isReadOnce(node: Node): boolean {
  const makers = node.inputs.flatMap((input) =>
    input?.producer?.domain === QUANTIZED_DECOMPOSED ? [input.producer] : [],
  );
  return makers.every((maker) => maker.output().useCount === 1 && maker.input(0)?.useCount === 1);
}

/** Quantised weights are turned before they are dequantised, which stays the last that happens to them. */
function turnedIntegers(onnx: OnnxBuilder, maker: Node): Value {
  const [integers, scale, zero] = maker.inputs;
  const { constant } = integers ?? {};
  if (!integers || !constant) return onnx.transpose(maker.output(), [1, 0]);
  const axis = scale?.rank === 0 ? {} : { axis: 1n - maker.int('axis', 1n) };
  const made = onnx.DequantizeLinear(turned(onnx, integers, constant), scale, zero, axis);
  maker.graph?.nodes.remove(maker);
  return made;
}

function turned(onnx: OnnxBuilder, weight: Value, constant: Tensor): Value {
  const [rows = 1, columns = 1] = constant.shape;
  const shape = [columns, rows];
  const source = stridedSource(constant.source, constant.dtype, shape, [1, columns], 0);
  const made = new Tensor(constant.dtype, shape, source);
  return onnx.graph.addInitializer({ name: onnx.unique(`${weight.name ?? 'weight'}_transposed`), constant: made });
}

function scaled(onnx: OnnxBuilder, x: Value, factor: Scalar): Value {
  return Number(factor) === 1 ? x : onnx.Mul(x, onnx.like(x, factor));
}

/** `beta * self + alpha * product`; PyTorch does not read `self` where beta is 0. */
function plus(onnx: OnnxBuilder, self: Value, product: Value, beta: Scalar, alpha: Scalar): Value {
  const summand = scaled(onnx, product, alpha);
  return Number(beta) === 0 ? summand : onnx.Add(scaled(onnx, self, beta), summand);
}

/** A product; a sum of nothing is zero, which runtimes do not all say. */
function product(onnx: OnnxBuilder, a: Value, b: Value, node: Node): Value {
  const made = onnx.MatMul(a, b);
  return dimsOf(a, node).at(-1) === 0 ? filled(onnx, dimsOf(made, node), 0, dtypeOf(made)) : made;
}

export const linear = lowerings({
  'aten::linear': ({ input, weight, bias }, onnx, node) => {
    if (dimsOf(input, node).at(-1) !== 0) return applyLinear(onnx, input, weight, bias, node);
    return plusBias(onnx, filled(onnx, resultDims(node), 0, resultType(node)), bias);
  },
  'aten::matmul': ({ self, other }, onnx, node) => product(onnx, self, other, node),
  'aten::mm': ({ self, mat2 }, onnx, node) => product(onnx, self, mat2, node),
  'aten::bmm': ({ self, mat2 }, onnx, node) => product(onnx, self, mat2, node),
  'aten::mv': ({ self, vec }, onnx, node) => product(onnx, self, vec, node),
  'aten::dot': ({ self, tensor }, onnx, node) => product(onnx, self, tensor, node),
  'aten::vdot': ({ self, other }, onnx, node) => product(onnx, self, other, node),
  'aten::addmm': ({ self, mat1, mat2, beta, alpha }, onnx, node) => {
    // Gemm scales by floats, and wants `self` to spread over the product.
    if (!isFloat(dtypeOf(self)) || dimsOf(mat1, node).at(-1) === 0)
      return plus(onnx, self, product(onnx, mat1, mat2, node), beta, alpha);
    const summand = Number(beta) === 0 ? undefined : self;
    return onnx.Gemm(mat1, mat2, summand, { alpha: Number(alpha), beta: summand ? Number(beta) : 1 });
  },
  'aten::_addmm_activation': ({ self, mat1, mat2, beta, alpha, use_gelu }, onnx, node) => {
    const sum = plus(onnx, self, product(onnx, mat1, mat2, node), beta, alpha);
    return use_gelu ? onnx.Gelu(sum) : onnx.Relu(sum);
  },
  'aten::addmv': ({ self, mat, vec, beta, alpha }, onnx, node) =>
    plus(onnx, self, product(onnx, mat, vec, node), beta, alpha),
  'aten::addbmm': ({ self, batch1, batch2, beta, alpha }, onnx, node) =>
    plus(onnx, self, onnx.ReduceSum(product(onnx, batch1, batch2, node), onnx.ints([0]), { keepdims: 0 }), beta, alpha),
  'aten::baddbmm': ({ self, batch1, batch2, beta, alpha }, onnx, node) =>
    plus(onnx, self, product(onnx, batch1, batch2, node), beta, alpha),
  'aten::outer': ({ self, vec2 }, onnx, node) => {
    const dtype = resultType(node);
    return onnx.Mul(onnx.unsqueeze(onnx.cast(self, dtype), [1]), onnx.unsqueeze(onnx.cast(vec2, dtype), [0]));
  },
  'aten::addr': ({ self, vec1, vec2, beta, alpha }, onnx) =>
    plus(onnx, self, onnx.Mul(onnx.unsqueeze(vec1, [1]), onnx.unsqueeze(vec2, [0])), beta, alpha),
  'aten::inner': ({ self, other }, onnx, node) => {
    const rank = rankOf(other, node);
    if (rank === 0 || rankOf(self, node) === 0) return onnx.Mul(self, other);
    // Every last axis of one with every last axis of the other.
    const columns = dimAt(other, rank - 1, node);
    if (columns === 0) return filled(onnx, resultDims(node), 0, resultType(node));
    const rows = onnx.transpose(onnx.reshape(other, [-1, columns]), [1, 0]);
    return onnx.reshape(onnx.MatMul(onnx.reshape(self, [-1, columns]), rows), resultDims(node));
  },
  'aten::tensordot': ({ self, other, dims_self, dims_other }, onnx, node) => {
    const left = contracted(self, dims_self, node);
    const right = contracted(other, dims_other, node);
    const rows = onnx.reshape(onnx.transpose(self, [...left.kept, ...left.summed]), [-1, left.count]);
    const columns = onnx.reshape(onnx.transpose(other, [...right.summed, ...right.kept]), [right.count, -1]);
    return onnx.reshape(onnx.MatMul(rows, columns), resultDims(node));
  },
  'aten::bilinear': ({ input1, input2, weight, bias }, onnx, node) => {
    // Each output has its own matrix [in1, in2].
    const [outputs = 1, ...matrix] = sizes(weight, node);
    const [rows = 1, columns = 1] = matrix;
    const x = onnx.reshape(input1, [-1, 1, 1, rows]);
    const y = onnx.reshape(input2, [-1, 1, columns, 1]);
    const products = onnx.MatMul(onnx.MatMul(x, onnx.reshape(weight, [1, outputs, rows, columns])), y);
    return plusBias(onnx, onnx.reshape(products, resultDims(node)), bias);
  },
  'aten::linalg_cross': ({ self, other, dim }, onnx, node) => crossProduct(onnx, self, other, dim, node),
  'aten::cross': ({ self, other, dim }, onnx, node) =>
    crossProduct(onnx, self, other, dim ?? sizes(self, node).indexOf(3), node),
  'aten::einsum': ({ equation, tensors }, onnx) => onnx.Einsum(...tensors, { equation: equation.replaceAll(' ', '') }),
});

/** The axes of a product that are summed, those that stay, and how many elements the sums have. */
function contracted(x: Value, dims: readonly number[], node: Node) {
  const shape = dimsOf(x, node);
  const summed = axesFrom(dims, shape.length);
  const count = elementCount(summed.map((axis) => shape[axis]));
  return { summed, kept: range(shape.length).filter((axis) => !summed.includes(axis)), count };
}

/** a[1] * b[2] - a[2] * b[1], and so on around. */
function crossProduct(onnx: OnnxBuilder, a: Value, b: Value, dim: number, node: Node): Value {
  const axis = axisFrom(dim, rankOf(node.output(), node));
  const turned = (x: Value, order: readonly number[]) =>
    onnx.Gather(x, onnx.ints(order), { axis: axis - shift(x, node) });
  const forward = onnx.Mul(turned(a, [1, 2, 0]), turned(b, [2, 0, 1]));
  return onnx.Sub(forward, onnx.Mul(turned(a, [2, 0, 1]), turned(b, [1, 2, 0])));
}

/** How many axes an operand lacks in front of the result. */
function shift(x: Value, node: Node): number {
  return rankOf(node.output(), node) - rankOf(x, node);
}
