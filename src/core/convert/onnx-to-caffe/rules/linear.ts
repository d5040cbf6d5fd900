/** Products with constant matrices. Layer: BVLC/caffe src/caffe/layers/inner_product_layer.cpp: its weights are [out, in]. */
import type { Node } from '../../../ir/node.ts';
import { elementCount } from '../../../ir/shape.ts';
import type { Tensor } from '../../../ir/tensor.ts';
import type { Value } from '../../../ir/value.ts';
import { type CaffeBuilder, sizesOf } from '../builder.ts';
import { type CaffeRules, sizes, weight } from '../rule.ts';
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
  if (node.int('transA', 0n) !== 0n) caffe.refuseAttribute('transA', 'InnerProduct takes rows as they are');
  const [alpha, beta] = [node.float('alpha', 1), node.float('beta', 1)];
  const given = weight(node, 1, caffe);
  const matrix = timed(node.int('transB', 0n) === 0n ? permuted(given, [1, 0]) : given, alpha);
  const [outputs = 1] = matrix.shape;
  const x = caffe.input(node, 0);
  const summand = node.input(2);
  const constant = summand && weightOf(summand);
  if (!summand || beta === 0) return innerProduct(caffe, x, matrix, undefined);
  if (!constant) {
    const sum = innerProduct(caffe, x, matrix, undefined);
    const other = affine(caffe, caffe.input(node, 2), beta, 0);
    return caffe.layer('Eltwise', [sum, spread(caffe, other, sizesOf(sum))]);
  }
  const bias = timed(constant, beta);
  const rows = bias.shape.length === 2 ? (bias.shape[0] ?? 1) : 1;
  if (rows > 1) {
    const sum = innerProduct(caffe, x, matrix, undefined);
    return shifted(caffe, sum, spreadAlong(bias, sizesOf(sum)));
  }
  return innerProduct(caffe, x, matrix, spreadTo(bias.reshaped([bias.count]), [outputs]));
}

export const linear: CaffeRules = {
  Gemm: gemm,
  MatMul: (node, caffe) => {
    const right = node.input(1);
    const matrix = right && weightOf(right);
    if (!matrix) return computed(node, caffe);
    if (matrix.shape.length > 2) caffe.refuseAttribute('a batch of matrices', 'InnerProduct holds one');
    const rows = matrix.shape.length === 2 ? permuted(matrix, [1, 0]) : matrix.reshaped([1, matrix.count]);
    const x = caffe.input(node, 0);
    const [width = 1] = sizesOf(x);
    const row = sizesOf(x).length === 1 ? reshaped(caffe, x, [1, width]) : x;
    return reshaped(caffe, innerProduct(caffe, row, rows, undefined), sizes(node.outputs[0], node));
  },
};

/** A product of two matrices that the network computes, one for each of as many others as both have. */
function computed(node: Node, caffe: CaffeBuilder): Value {
  const { product } = caffe.backend.limits;
  if (!product)
    caffe.refuseAttribute('a right operand computed by the network', 'InnerProduct holds its matrix itself');
  const [a, b] = [caffe.input(node, 0), caffe.input(node, 1)];
  const [left, right] = [sizesOf(a), sizesOf(b)];
  if (left.length !== right.length || left.slice(0, -2).join() !== right.slice(0, -2).join())
    caffe.refuseAttribute('operands of different shapes', `${product} takes as many matrices of both`);
  return caffe.layer(product, [a, b], {}, { shapes: [sizes(node.outputs[0], node)] });
}
