/** Functions of single elements. Layers: BVLC/caffe src/caffe/layers/{relu,elu,prelu,clip,bnll,power}_layer.cpp; operators: onnx.ai. */
import type { Node } from '../../../ir/node.ts';
import type { Value } from '../../../ir/value.ts';
import { type CaffeBuilder, sizesOf } from '../builder.ts';
import { type CaffeRules, directOr, optionalWeight, sizes, weight } from '../rule.ts';
import { affine, power, product, scaled, spreadAlong } from '../support.ts';
import { mapped } from '../weights.ts';

/** Numbers from here on bound nothing: the largest float32. */
const UNBOUNDED = 3.4e38;

/** min(max(x, low), high). Built from ReLU where the backend has no layer for it: max(x, a) = relu(x - a) + a. */
export function clipped(caffe: CaffeBuilder, x: Value, low: number, high: number): Value {
  const [below, above] = [low > -UNBOUNDED, high < UNBOUNDED];
  if (below && above) {
    if (low === 0 && high === 6 && caffe.backend.has('ReLU6')) return caffe.layer('ReLU6', [x]);
    if (caffe.can('Clip', [x], { min: low, max: high })) return caffe.layer('Clip', [x], { min: low, max: high });
    if (caffe.backend.has('ReLU6') && high > low) {
      const unit = (high - low) / 6;
      return affine(caffe, caffe.layer('ReLU6', [affine(caffe, x, 1 / unit, -low / unit)]), unit, low);
    }
    // high - relu(high - low - relu(x - low))
    const raised = caffe.layer('ReLU', [affine(caffe, x, 1, -low)]);
    return affine(caffe, caffe.layer('ReLU', [affine(caffe, raised, -1, high - low)]), -1, high);
  }
  if (below) return affine(caffe, caffe.layer('ReLU', [affine(caffe, x, 1, -low)]), 1, low);
  if (above) return affine(caffe, caffe.layer('ReLU', [affine(caffe, x, -1, high)]), -1, high);
  return x;
}

/** |x|, as relu(x) + relu(-x) where there is no layer for it. */
export function magnitude(caffe: CaffeBuilder, x: Value): Value {
  const type = caffe.backend.direct.Abs ?? '';
  if (caffe.can(type, [x])) return caffe.layer(type, [x]);
  return caffe.layer('Eltwise', [caffe.layer('ReLU', [x]), caffe.layer('ReLU', [affine(caffe, x, -1, 0)])]);
}

/** ELU, as relu(x) + alpha * (exp(-relu(-x)) - 1) where there is no layer for it. */
function elu(caffe: CaffeBuilder, x: Value, alpha: number): Value {
  if (caffe.backend.has('ELU')) return caffe.layer('ELU', [x], { alpha });
  const below = affine(caffe, caffe.layer('ReLU', [affine(caffe, x, -1, 0)]), -1, 0);
  const bent = affine(caffe, caffe.layer('Exp', [below]), alpha, -alpha);
  return caffe.layer('Eltwise', [caffe.layer('ReLU', [x]), bent]);
}

/** x tanh(softplus(x)); without a layer for that, x s (1 + r) / (1 + r r), where s = sigmoid(x) and r = sigmoid(-x). */
function mish(caffe: CaffeBuilder, x: Value): Value {
  const softplus = caffe.backend.direct.Softplus;
  if (softplus !== undefined) return product(caffe, x, caffe.layer('TanH', [caffe.layer(softplus, [x])]));
  const [own, rest] = [x, affine(caffe, x, -1, 0)].map((each) => caffe.layer('Sigmoid', [each])) as [Value, Value];
  const above = product(caffe, own, affine(caffe, rest, 1, 1));
  return product(caffe, x, product(caffe, above, power(caffe, affine(caffe, product(caffe, rest, rest), 1, 1), -1)));
}

/**
 * s(x) / s(-x), with s the Sigmoid, is e^x; of x / 2, squared, so that nothing underflows before the result does. Where no layer divides
 * there is no exponential either: a network of linear layers, products and bounded functions grows no faster than some power.
 */
function exponential(node: Node, caffe: CaffeBuilder): Value {
  const { Sigmoid: sigmoid } = caffe.backend.direct;
  if (sigmoid === undefined) return caffe.refuseOperator();
  if (!caffe.backend.has('Power'))
    return caffe.refuseAttribute('results that grow faster than powers', 'nothing that its layers compute does');
  const x = caffe.input(node, 0);
  const half = (sign: number) => caffe.layer(sigmoid, [affine(caffe, x, sign / 2, 0)]);
  return power(caffe, product(caffe, half(1), power(caffe, half(-1), -1)), 2);
}

/**
 * Where no layer has powers, everything stays bounded where its operands do, and a logarithm near 0 does not. With powers and
 * exponentials, what grows without bound grows at least as fast as some power, which a logarithm never does: OpenVINO's reader stops at
 * Log (openvinotoolkit/openvino 2023.3, tools/mo/openvino/tools/mo/front/caffe, tried there), and NART has none.
 */
function logarithm(node: Node, caffe: CaffeBuilder): Value {
  if (caffe.backend.direct.Log !== undefined) return direct(node, caffe);
  return caffe.backend.has('Power')
    ? caffe.refuseAttribute('a logarithm', 'what its layers compute grows as fast as some power, or stays bounded')
    : caffe.refuseAttribute('numbers near 0', 'what its layers compute of them stays bounded');
}

/** An operator that is one layer, whose type the backend's table gives. */
function direct(node: Node, caffe: CaffeBuilder): Value {
  const type = caffe.backend.direct[node.op];
  return type === undefined ? caffe.refuseOperator() : caffe.layer(type, [caffe.input(node, 0)]);
}

export const activations: CaffeRules = {
  Abs: (node, caffe) => magnitude(caffe, caffe.input(node, 0)),
  Exp: directOr(exponential),
  Log: logarithm,
  Sigmoid: direct,
  Softplus: direct,
  Tanh: direct,

  Relu: (node, caffe) => caffe.layer('ReLU', [caffe.input(node, 0)]),
  LeakyRelu: (node, caffe) =>
    caffe.layer('ReLU', [caffe.input(node, 0)], { negative_slope: node.float('alpha', 0.01) }),
  Elu: (node, caffe) => elu(caffe, caffe.input(node, 0), node.float('alpha', 1)),
  Selu: (node, caffe) => {
    const alpha = node.float('alpha', 1.6732632423543772);
    const gamma = node.float('gamma', 1.0507009873554805);
    return affine(caffe, elu(caffe, caffe.input(node, 0), alpha), gamma, 0);
  },
  PRelu: (node, caffe) => {
    const x = caffe.input(node, 0);
    const slope = weight(node, 1, caffe);
    if (slope.count === 1) return caffe.layer('ReLU', [x], { negative_slope: slope.numbers()[0] ?? 0 });
    const { length: rank, 1: channels } = sizes(node.input(0), node);
    const fromChannel = slope.shape.length === rank ? slope.shape.slice(1) : slope.shape;
    const perChannel = slope.count === channels && fromChannel.length === rank - 1 && fromChannel[0] === channels;
    const blobs = [slope.reshaped(perChannel ? [channels ?? 1] : [slope.count])];
    // relu(x) - slopes * relu(-x)
    if (
      !perChannel ||
      !caffe.can(
        'PReLU',
        [x],
        {},
        blobs.map(({ shape }) => shape),
      )
    ) {
      const below = caffe.layer('ReLU', [affine(caffe, x, -1, 0)]);
      const bent = scaled(
        caffe,
        below,
        spreadAlong(
          mapped(slope, (each) => -each),
          sizesOf(x),
        ),
      );
      return caffe.layer('Eltwise', [caffe.layer('ReLU', [x]), bent]);
    }
    return caffe.layer('PReLU', [x], {}, { blobs });
  },
  Clip: (node, caffe) => {
    const low = optionalWeight(node, 1, caffe)?.numbers()[0] ?? Number.NEGATIVE_INFINITY;
    const high = optionalWeight(node, 2, caffe)?.numbers()[0] ?? Number.POSITIVE_INFINITY;
    return clipped(caffe, caffe.input(node, 0), low, high);
  },
  HardSigmoid: (node, caffe) => {
    const own = caffe.backend.direct.HardSigmoid;
    // Frameworks that have it have the one of relu6.
    const ofSix = Math.abs(node.float('alpha', 0.2) - 1 / 6) < 1e-7 && node.float('beta', 0.5) === 0.5;
    if (own !== undefined && ofSix) return caffe.layer(own, [caffe.input(node, 0)]);
    const x = affine(caffe, caffe.input(node, 0), node.float('alpha', 0.2), node.float('beta', 0.5));
    return clipped(caffe, x, 0, 1);
  },
  // x * clip(x / 6 + 1/2, 0, 1)
  HardSwish: directOr((node, caffe) => {
    const x = caffe.input(node, 0);
    return product(caffe, x, clipped(caffe, affine(caffe, x, 1 / 6, 0.5), 0, 1));
  }),
  Mish: directOr((node, caffe) => mish(caffe, caffe.input(node, 0))),
  // x * sigmoid(alpha * x)
  Swish: (node, caffe) => {
    const x = caffe.input(node, 0);
    const alpha = node.float('alpha', 1);
    const parameters = { beta: alpha === 1 ? undefined : alpha };
    if (caffe.can('Swish', [x], parameters)) return caffe.layer('Swish', [x], parameters);
    return product(caffe, x, caffe.layer('Sigmoid', [affine(caffe, x, alpha, 0)]));
  },
  // alpha * elu(x / alpha)
  Celu: (node, caffe) => {
    const alpha = node.float('alpha', 1);
    return affine(caffe, elu(caffe, affine(caffe, caffe.input(node, 0), 1 / alpha, 0), 1), alpha, 0);
  },
  // x / (1 + |x|)
  Softsign: (node, caffe) => {
    const x = caffe.input(node, 0);
    return product(caffe, x, power(caffe, affine(caffe, magnitude(caffe, x), 1, 1), -1));
  },

  Neg: (node, caffe) => affine(caffe, caffe.input(node, 0), -1, 0),
  Sqrt: (node, caffe) => power(caffe, caffe.input(node, 0), 0.5),
  Reciprocal: (node, caffe) => power(caffe, caffe.input(node, 0), -1),
  Pow: (node, caffe) => {
    const exponent = weight(node, 1, caffe);
    if (exponent.count !== 1) caffe.refuseAttribute('several exponents', 'Power has one');
    return power(caffe, caffe.input(node, 0), exponent.numbers()[0] ?? 1);
  },
};
