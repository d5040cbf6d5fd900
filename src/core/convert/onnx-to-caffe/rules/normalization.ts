/** Normalisations. Layers: BVLC/caffe src/caffe/layers/{batch_norm,scale,lrn,softmax}_layer.cpp, weiliu89/caffe normalize_layer.cpp. */
import type { Node } from '../../../ir/node.ts';
import { elementCount, type StaticShape } from '../../../ir/shape.ts';
import { Tensor } from '../../../ir/tensor.ts';
import type { Value } from '../../../ir/value.ts';
import { refuse } from '../../../problems/problem.ts';
import { type CaffeBuilder, sizesOf } from '../builder.ts';
import { lengthOne } from '../normalizing.ts';
import { mixed } from '../picking.ts';
import { axisOf, type CaffeRules, optionalWeight, weight } from '../rule.ts';
import { spread } from '../spreading.ts';
import { affine, power, product, reshaped, scaled, shifted, spreadAlong } from '../support.ts';
import { transposed } from '../transposing.ts';
import { filled, spreadTo } from '../weights.ts';
import { magnitude } from './activations.ts';
import { byPlanes } from './arithmetic.ts';
import { pooledColumns } from './pooling.ts';
import { overAxes, squared } from './reduction.ts';

/** x of planes of `count` elements each, less its mean, over the root of its variance and epsilon: every plane by itself. */
function normalisedPlanes(caffe: CaffeBuilder, x: Value, planes: StaticShape, count: number, epsilon: number): Value {
  const image = reshaped(caffe, x, [planes[0] ?? 1, elementCount(planes.slice(1)), count, 1]);
  const mean = pooledColumns(caffe, image, 'AVE');
  const difference = caffe.layer('Eltwise', [image, affine(caffe, spread(caffe, mean, sizesOf(image)), -1, 0)]);
  // d / sqrt(mean(d d) + e) is sqrt(n) d / sqrt(sum(d d) + n e).
  if (!caffe.backend.has('Power'))
    return reshaped(caffe, lengthOne(caffe, difference, 2, count * epsilon, Math.sqrt(count)), sizesOf(x));
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

/** BatchNormalization as one factor and one shift for each channel. */
function byFactors(node: Node, caffe: CaffeBuilder, x: Value): Value {
  const [scale = [], shift = [], mean = [], variance = []] = [1, 2, 3, 4].map((k) => weight(node, k, caffe).numbers());
  const epsilon = node.float('epsilon', 1e-5);
  const factors = Array.from(scale, (each, k) => each / Math.sqrt((variance[k] ?? 0) + epsilon));
  const shifts = factors.map((each, k) => (shift[k] ?? 0) - (mean[k] ?? 0) * each);
  const along = (numbers: readonly number[]) => Tensor.of('float32', [numbers.length], numbers);
  return scaled(caffe, x, { axis: 1, axes: 1, tensor: along(factors) }, along(shifts));
}

/** Both divide alpha by the size. */
function localResponse(node: Node, caffe: CaffeBuilder): Value {
  const x = caffe.input(node, 0);
  const size = Number(node.int('size', 1n));
  const [alpha, beta, bias] = [node.float('alpha', 1e-4), node.float('beta', 0.75), node.float('bias', 1)];
  const { ignores, lrnConstant } = caffe.backend.limits;
  if (size % 2 === 0) caffe.refuseAttribute(`size ${size}`, 'LRN takes odd sizes');
  if (!caffe.can('LRN', [x]) || sizesOf(x).length !== 4)
    return localResponseOfSums(caffe, x, { size, alpha, beta, bias });
  const parameters = { local_size: size, beta };
  if (lrnConstant === undefined && (bias === 1 || !ignores?.includes('lrn_param.k')))
    return caffe.layer('LRN', [x], { ...parameters, alpha, k: bias });
  // (k + a s) ^ -beta = k ^ -beta * (1 + a / k * s) ^ -beta
  if (bias <= 0) caffe.refuseAttribute(`bias ${bias}`, 'its LRN adds 1');
  const normal = caffe.layer('LRN', [x], { ...parameters, alpha: alpha / bias, k: lrnConstant });
  return affine(caffe, normal, bias ** -beta, 0);
}

interface LocalResponse {
  readonly size: number;
  readonly alpha: number;
  readonly beta: number;
  readonly bias: number;
}

/** The same by a matrix that adds the squares of the channels around. */
function localResponseOfSums(caffe: CaffeBuilder, x: Value, { size, alpha, beta, bias }: LocalResponse): Value {
  const { 1: channels = 1 } = sizesOf(x);
  const rows = Array.from({ length: channels ** 2 }, (_, k) => {
    const distance = (k % channels) - Math.floor(k / channels);
    return Math.abs(distance) <= (size - 1) / 2 ? alpha / size : 0;
  });
  const sums = mixed(caffe, squared(caffe, x), 1, Tensor.of('float32', [channels, channels], rows));
  return product(caffe, x, power(caffe, affine(caffe, sums, 1, bias), -beta));
}

/** So small beside any sum of squares that single precision holds with all digits that it makes 0 / 0 a 0, and nothing else. */
const BESIDE_NOTHING = 1e-37;

/** x over its length along an axis; 0 where that is 0. */
function lpNormalization(node: Node, caffe: CaffeBuilder): Value {
  const x = caffe.input(node, 0);
  const axis = axisOf(node.int('axis', -1n), sizesOf(x).length);
  if (node.int('p', 2n) === 2n) return lengthOne(caffe, x, axis, BESIDE_NOTHING);
  const own = sizesOf(x);
  const sum = affine(
    caffe,
    overAxes(caffe, magnitude(caffe, x), [{ first: axis, last: axis }], 'AVE'),
    own[axis] ?? 1,
    0,
  );
  const by = power(caffe, affine(caffe, sum, 1, BESIDE_NOTHING), -1);
  return product(caffe, x, spread(caffe, by, own));
}

export const normalization: CaffeRules = {
  LpNormalization: lpNormalization,
  // BatchNorm divides its blobs by the third one; Scale applies what ONNX calls scale and B.
  BatchNormalization: (node, caffe) => {
    if (node.int('training_mode', 0n) !== 0n)
      caffe.refuseAttribute('training_mode', 'networks run by fixed statistics');
    const [scale, shift, mean, variance] = [1, 2, 3, 4].map((index) => weight(node, index, caffe));
    if (!scale) return refuse('invalid-model', node, { reason: 'a normalisation has four parameters' });
    const x = caffe.input(node, 0);
    const parameters = { use_global_stats: true, eps: node.float('epsilon', 1e-5) };
    const blobs = [mean, variance, filled([1], 1)];
    if (!caffe.can('BatchNorm', [x], parameters)) return byFactors(node, caffe, x);
    const normal = caffe.layer('BatchNorm', [x], parameters, { blobs });
    return scaled(caffe, normal, { axis: 1, axes: 1, tensor: scale }, shift);
  },

  LRN: localResponse,

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
