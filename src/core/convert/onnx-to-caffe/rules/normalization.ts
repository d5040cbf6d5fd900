/** Normalisations. Layers: BVLC/caffe src/caffe/layers/{batch_norm,scale,lrn,softmax}_layer.cpp, weiliu89/caffe normalize_layer.cpp. */
import type { Node } from '../../../ir/node.ts';
import { elementCount, type StaticShape } from '../../../ir/shape.ts';
import type { Value } from '../../../ir/value.ts';
import { refuse } from '../../../problems/problem.ts';
import { type CaffeBuilder, sizesOf } from '../builder.ts';
import { axisOf, type CaffeRules, optionalWeight, sizes, weight } from '../rule.ts';
import { spread } from '../spreading.ts';
import { affine, power, reshaped, scaled, shifted, spreadAlong } from '../support.ts';
import { transposed } from '../transposing.ts';
import { filled, spreadTo } from '../weights.ts';
import { byPlanes } from './arithmetic.ts';
import { pooledColumns } from './pooling.ts';
import { squared } from './reduction.ts';

/** x of planes of `count` elements each, less its mean, over the root of its variance and epsilon: every plane by itself. */
function normalisedPlanes(caffe: CaffeBuilder, x: Value, planes: StaticShape, count: number, epsilon: number): Value {
  const image = reshaped(caffe, x, [planes[0] ?? 1, elementCount(planes.slice(1)), count, 1]);
  const mean = pooledColumns(caffe, image, 'AVE');
  const difference = caffe.layer('Eltwise', [image, affine(caffe, spread(caffe, mean, sizesOf(image)), -1, 0)]);
  const variance = pooledColumns(caffe, squared(caffe, difference), 'AVE');
  const made = overPlanes(caffe, difference, power(caffe, affine(caffe, variance, 1, epsilon), -0.5));
  return reshaped(caffe, made, sizesOf(x));
}

/** Every plane times a number of its own. */
function overPlanes(caffe: CaffeBuilder, x: Value, factor: Value): Value {
  const made = byPlanes(caffe, x, factor);
  return made ?? caffe.layer('Eltwise', [x, spread(caffe, factor, sizesOf(x))], { operation: 'PROD' });
}

/** Factors and shifts that stand along the channels. */
function perChannel(node: Node, caffe: CaffeBuilder, x: Value): Value {
  const [scale, shift] = [weight(node, 1, caffe), optionalWeight(node, 2, caffe)];
  const { 1: channels = 1 } = sizesOf(x);
  const whole = scale.reshaped([scale.count]);
  return scaled(caffe, x, { axis: 1, axes: 1, tensor: spreadTo(whole, [channels]) }, shift?.reshaped([channels]));
}

function softmax(node: Node, caffe: CaffeBuilder): Value {
  const x = caffe.input(node, 0);
  const own = sizesOf(x);
  const axis = axisOf(node.int('axis', -1n), own.length);
  const parameters = { axis: axis === 1 ? undefined : axis };
  if (caffe.can('Softmax', [x], parameters)) return caffe.layer('Softmax', [x], parameters);
  // What stands before the axis goes behind it.
  const [batch = 1] = own;
  const [outer, inner] = [elementCount(own.slice(1, axis)), elementCount(own.slice(axis + 1))];
  const apart = reshaped(caffe, x, [batch, outer, own[axis] ?? 1, inner]);
  const made = caffe.layer('Softmax', [transposed(caffe, apart, [0, 2, 1, 3])]);
  return reshaped(caffe, transposed(caffe, made, [0, 2, 1, 3]), own);
}

function layerNormalization(node: Node, caffe: CaffeBuilder): Value {
  const x = caffe.input(node, 0);
  const own = sizesOf(x);
  const axis = axisOf(node.int('axis', -1n), own.length);
  if (node.outputs.slice(1).some((each) => each.useCount > 0))
    caffe.refuseAttribute('mean and deviation as outputs', 'layers give the result alone');
  const [outer, inner] = [own.slice(0, axis), own.slice(axis)];
  const planes = outer.length > 0 ? outer : [1];
  const normal = normalisedPlanes(caffe, x, planes, elementCount(inner), node.float('epsilon', 1e-5));
  const [scale, shift] = [weight(node, 1, caffe), optionalWeight(node, 2, caffe)];
  const factors = scale.count === 1 && scale.numbers()[0] === 1 ? undefined : spreadAlong(scale, own);
  const multiplied = factors ? scaled(caffe, normal, factors) : normal;
  if (!shift) return multiplied;
  if (shift.count === 1) return affine(caffe, multiplied, 1, shift.numbers()[0] ?? 0);
  return shifted(caffe, multiplied, spreadAlong(shift, own));
}

export const normalization: CaffeRules = {
  // BatchNorm divides its blobs by the third one; Scale applies what ONNX calls scale and B.
  BatchNormalization: (node, caffe) => {
    if (node.int('training_mode', 0n) !== 0n)
      caffe.refuseAttribute('training_mode', 'networks run by fixed statistics');
    const [scale, shift, mean, variance] = [1, 2, 3, 4].map((index) => weight(node, index, caffe));
    if (!scale) return refuse('invalid-model', node, { reason: 'a normalisation has four parameters' });
    const parameters = { use_global_stats: true, eps: node.float('epsilon', 1e-5) };
    const blobs = [mean, variance, filled([1], 1)];
    const normal = caffe.layer('BatchNorm', [caffe.input(node, 0)], parameters, { blobs });
    return scaled(caffe, normal, { axis: 1, axes: 1, tensor: scale }, shift);
  },

  // Both divide alpha by the size.
  LRN: (node, caffe) => {
    const size = Number(node.int('size', 1n));
    if (size % 2 === 0) caffe.refuseAttribute(`size ${size}`, 'LRN takes odd sizes');
    if (sizes(node.input(0), node).length !== 4) caffe.refuseAttribute('an input of this rank', 'LRN takes rank 4');
    const [alpha, beta, bias] = [node.float('alpha', 1e-4), node.float('beta', 0.75), node.float('bias', 1)];
    const x = caffe.input(node, 0);
    if (bias === 1 || !caffe.backend.limits.ignores?.includes('lrn_param.k')) {
      return caffe.layer('LRN', [x], { local_size: size, alpha, beta, k: bias });
    }
    // (k + a s) ^ -beta = k ^ -beta * (1 + a / k * s) ^ -beta
    if (bias <= 0) caffe.refuseAttribute(`bias ${bias}`, 'its LRN adds 1');
    const normal = caffe.layer('LRN', [x], { local_size: size, alpha: alpha / bias, beta });
    return affine(caffe, normal, bias ** -beta, 0);
  },

  Softmax: softmax,
  LogSoftmax: (node, caffe) => caffe.layer('Log', [softmax(node, caffe)]),

  InstanceNormalization: (node, caffe) => {
    const x = caffe.input(node, 0);
    const own = sizesOf(x);
    const planes = own.slice(0, 2);
    const normal = normalisedPlanes(caffe, x, planes, elementCount(own.slice(2)), node.float('epsilon', 1e-5));
    return perChannel(node, caffe, normal);
  },
  GroupNormalization: (node, caffe) => {
    const x = caffe.input(node, 0);
    const [batch = 1, ...rest] = sizesOf(x);
    const groups = Number(node.int('num_groups', 1n));
    const count = elementCount(rest) / groups;
    const normal = normalisedPlanes(caffe, x, [batch, groups], count, node.float('epsilon', 1e-5));
    return perChannel(node, caffe, normal);
  },
  LayerNormalization: layerNormalization,
};
