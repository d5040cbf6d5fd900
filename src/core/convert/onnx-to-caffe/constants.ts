/** Blobs of fixed numbers for frameworks in which no layer holds numbers alone: an input of the network, times 0, and the numbers. */
import { elementCount } from '../../ir/shape.ts';
import type { Tensor } from '../../ir/tensor.ts';
import type { Value } from '../../ir/value.ts';
import { type CaffeBuilder, sizesOf } from './builder.ts';
import { clipped } from './rules/activations.ts';
import { cut, reshaped } from './support.ts';
import { filled } from './weights.ts';

/**
 * One element of the first input, kept between 0 and 6 so that it is finite, times weights that are 0; the numbers are what
 * InnerProduct adds. NaN stays NaN.
 */
export function constantOfInput(caffe: CaffeBuilder, tensor: Tensor): Value {
  const [input] = caffe.graph.inputs;
  if (!input) caffe.refuseAttribute('a constant input', 'no layer holds numbers alone, and the network has no input');
  caffe.remarkNaN('no layer holds constants alone, and those that are made of it are none then');
  const shape = sizesOf(input);
  const image = cut(caffe, input, 0, 0, 1);
  const element = cut(caffe, reshaped(caffe, image, [1, elementCount(shape.slice(1))]), 1, 0, 1);
  const { count } = tensor;
  const parameters = { num_output: count };
  const blobs = [filled([count, 1], 0), tensor.reshaped([count])];
  const made = caffe.layer('InnerProduct', [clipped(caffe, element, 0, 6)], parameters, {
    blobs,
    shapes: [[1, count]],
  });
  return reshaped(caffe, made, tensor.shape);
}
