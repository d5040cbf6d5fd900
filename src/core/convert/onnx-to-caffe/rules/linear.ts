/** Products with constant matrices. Layer: BVLC/caffe src/caffe/layers/inner_product_layer.cpp: its weights are [out, in]. */
import type { Node } from '../../../ir/node.ts';
import { elementCount } from '../../../ir/shape.ts';
import type { Tensor } from '../../../ir/tensor.ts';
import type { Value } from '../../../ir/value.ts';
import { type CaffeBuilder, sizesOf } from '../builder.ts';
import { constantTimes, eachMatrix, matrixProduct, oneMatrix } from '../products.ts';
import { type CaffeRules, sizes } from '../rule.ts';
import { spread } from '../spreading.ts';
import { affine, reshaped, shifted, spreadAlong } from '../support.ts';
import { transposed } from '../transposing.ts';
import { mapped, permuted, spreadTo, weightOf } from '../weights.ts';

/** x times a matrix whose rows are outputs, along the last axis. */
export function innerProduct(caffe: CaffeBuilder, x: Value, matrix: Tensor, bias: Tensor | undefined): Value {
  const shape = sizesOf(x);
  const axis = shape.length - 1;
  const [outputs = 1] = matrix.shape;
  const parameters = {
    num_output: outputs,
    bias_term: bias ? undefined : false,
    axis: axis === 1 ? undefined : axis,
  };
  const to = [...shape.slice(0, -1), outputs];
  if (caffe.can('InnerProduct', [x], parameters))
    return caffe.layer('InnerProduct', [x], parameters, { blobs: [matrix, bias], shapes: [to] });
  const [batch = 1, width = 1] = [shape[0], shape.at(-1)];
  const lines = [batch, elementCount(shape) / (batch * width), width];
  const byLines = { ...parameters, axis: 2 };
  const plan = { type: 'InnerProduct', bottoms: [lines], blobs: [], parameters: byLines };
  if (shape.length > 3 && !caffe.backend.blobRefusal(lines) && !caffe.backend.refusal(plan)) {
    const shapes = [[...lines.slice(0, 2), outputs]];
    const made = caffe.layer('InnerProduct', [reshaped(caffe, x, lines)], byLines, { blobs: [matrix, bias], shapes });
    return reshaped(caffe, made, to);
  }
  return reshaped(caffe, byRows(caffe, x, matrix, bias), to);
}

/** The same with the rows as pixels of an image, whose channels are mixed: [n, rows, k] as [n, rows, k, 1], turned. */
function byRows(caffe: CaffeBuilder, x: Value, matrix: Tensor, bias: Tensor | undefined): Value {
  const shape = sizesOf(x);
  const [batch = 1, width = 1] = [shape[0], shape.at(-1)];
  const rows = elementCount(shape) / (batch * width);
  const [outputs = 1] = matrix.shape;
  const turned = transposed(caffe, reshaped(caffe, x, [batch, rows, width, 1]), [0, 2, 1, 3]);
  const parameters = { num_output: outputs, bias_term: bias ? undefined : false, kernel_size: 1 };
  const blobs = [matrix.reshaped([outputs, width, 1, 1]), bias];
  const shapes = [[batch, outputs, rows, 1]];
  return transposed(caffe, caffe.layer('Convolution', [turned], parameters, { blobs, shapes }), [0, 2, 1, 3]);
}

function timed(tensor: Tensor, factor: number): Tensor {
  return factor === 1 ? tensor : mapped(tensor, (each) => each * factor);
}

function gemm(node: Node, caffe: CaffeBuilder): Value {
  const [alpha, beta] = [node.float('alpha', 1), node.float('beta', 1)];
  const given = node.input(1);
  const constant = given && weightOf(given);
  const x = turnedBy(node, caffe, 'transA', 0);
  const summand = node.input(2);
  const bias = summand && weightOf(summand);
  if (constant) {
    const matrix = timed(node.int('transB', 0n) === 0n ? permuted(constant, [1, 0]) : constant, alpha);
    const [outputs = 1] = matrix.shape;
    if (!summand || beta === 0) return innerProduct(caffe, x, matrix, undefined);
    const rows = bias?.shape.length === 2 ? (bias.shape[0] ?? 1) : 1;
    if (bias && rows === 1)
      return innerProduct(caffe, x, matrix, spreadTo(timed(bias, beta).reshaped([bias.count]), [outputs]));
    return plusSummand(node, caffe, innerProduct(caffe, x, matrix, undefined), bias);
  }
  const made = affine(caffe, matrixProduct(caffe, x, turnedBy(node, caffe, 'transB', 1)), alpha, 0);
  return !summand || beta === 0 ? made : plusSummand(node, caffe, made, bias);
}

/** An operand, read across where the attribute says so. */
function turnedBy(node: Node, caffe: CaffeBuilder, attribute: string, index: number): Value {
  const x = caffe.input(node, index);
  return node.int(attribute, 0n) === 0n ? x : transposed(caffe, x, [1, 0]);
}

/** The sum with beta times the third operand of Gemm, which spreads over it. */
function plusSummand(node: Node, caffe: CaffeBuilder, sum: Value, constant: Tensor | undefined): Value {
  const beta = node.float('beta', 1);
  if (constant) return shifted(caffe, sum, spreadAlong(timed(constant, beta), sizesOf(sum)));
  const other = affine(caffe, caffe.input(node, 2), beta, 0);
  return caffe.layer('Eltwise', [sum, spread(caffe, other, sizesOf(sum))]);
}

/** x times a constant, which may be several matrices. */
export function timesConstant(caffe: CaffeBuilder, x: Value, matrices: Tensor): Value {
  const one = oneMatrix(matrices);
  const rows = (matrix: Tensor) => permuted(matrix, [1, 0]);
  if (one) return innerProduct(caffe, x, rows(one), undefined);
  return eachMatrix(caffe, x, matrices, (part, matrix) => innerProduct(caffe, part, rows(matrix), undefined));
}

/** A row in front of the only axis, or a column behind it, as numpy has it. */
function matMul(node: Node, caffe: CaffeBuilder): Value {
  const [left, right] = [node.input(0), node.input(1)].map((value) => value && weightOf(value));
  const to = sizes(node.outputs[0], node);
  const row = (): Value => {
    const a = caffe.input(node, 0);
    return sizesOf(a).length === 1 ? reshaped(caffe, a, [1, ...sizesOf(a)]) : a;
  };
  const column = (): Value => {
    const b = caffe.input(node, 1);
    return sizesOf(b).length === 1 ? reshaped(caffe, b, [...sizesOf(b), 1]) : b;
  };
  if (right) {
    const matrices = right.shape.length === 1 ? right.reshaped([right.count, 1]) : right;
    return reshaped(caffe, timesConstant(caffe, row(), matrices), to);
  }
  if (left) {
    const matrices = left.shape.length === 1 ? left.reshaped([1, left.count]) : left;
    return reshaped(caffe, constantTimes(caffe, matrices, column()), to);
  }
  return reshaped(caffe, matrixProduct(caffe, row(), column()), to);
}

export const linear: CaffeRules = { Gemm: gemm, MatMul: matMul };
