/** Products with constant matrices. Layer: BVLC/caffe src/caffe/layers/inner_product_layer.cpp: its weights are [out, in]. */
import type { Node } from '../../../ir/node.ts';
import type { Tensor } from '../../../ir/tensor.ts';
import type { Value } from '../../../ir/value.ts';
import { type CaffeBuilder, sizesOf } from '../builder.ts';
import { type CaffeRules, sizes, weight } from '../rule.ts';
import { affine, reshaped, shifted, spreadAlong } from '../support.ts';
import { mapped, permuted, spreadTo, weightOf } from '../weights.ts';

/** x times a matrix whose rows are outputs, along the last axis. */
function innerProduct(caffe: CaffeBuilder, x: Value, matrix: Tensor, bias: Tensor | undefined): Value {
  const shape = sizesOf(x);
  const axis = shape.length - 1;
  const [outputs = 1] = matrix.shape;
  const parameters = {
    num_output: outputs,
    bias_term: bias ? undefined : false,
    axis: axis === 1 ? undefined : axis,
  };
  return caffe.layer('InnerProduct', [x], parameters, {
    blobs: [matrix, bias],
    shapes: [[...shape.slice(0, -1), outputs]],
  });
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
    if (sizesOf(other).join() !== sizesOf(sum).join())
      caffe.refuseAttribute('a summand of another shape', 'Eltwise takes equal shapes');
    return caffe.layer('Eltwise', [sum, other]);
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
    const matrix =
      (right && weightOf(right)) ??
      caffe.refuseAttribute('a right operand computed by the network', 'InnerProduct holds its matrix itself');
    if (matrix.shape.length > 2) caffe.refuseAttribute('a batch of matrices', 'InnerProduct holds one');
    const rows = matrix.shape.length === 2 ? permuted(matrix, [1, 0]) : matrix.reshaped([1, matrix.count]);
    const x = caffe.input(node, 0);
    const [width = 1] = sizesOf(x);
    const row = sizesOf(x).length === 1 ? reshaped(caffe, x, [1, width]) : x;
    return reshaped(caffe, innerProduct(caffe, row, rows, undefined), sizes(node.outputs[0], node));
  },
};
