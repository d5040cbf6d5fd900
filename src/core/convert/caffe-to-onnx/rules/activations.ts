/** Activations: BVLC/caffe, src/caffe/layers, relu_layer.cpp and what is beside it; the same of other frameworks. */
import type { Value } from '../../../ir/value.ts';
import type { OnnxBuilder } from '../../builder.ts';
import { perChannel } from '../broadcast.ts';
import type { Layer } from '../layer.ts';
import { type LayerRule, type LayerRules, ofOne } from '../rule.ts';

/** max(x, 0) + slope min(x, 0) */
function rectified(x: Value, slope: number, onnx: OnnxBuilder): Value {
  return slope === 0 ? onnx.Relu(x) : onnx.LeakyRelu(x, { alpha: slope });
}

export function clipped(x: Value, low: number, high: number, onnx: OnnxBuilder): Value {
  return onnx.Clip(x, onnx.like(x, low), onnx.like(x, high));
}

/** An activation of one operator without attributes. */
function plain(operator: (x: Value, onnx: OnnxBuilder) => Value): LayerRule {
  return ofOne((x, _, onnx) => operator(x, onnx));
}

const hardSwish = plain((x, onnx) => onnx.HardSwish(x));
const hardSigmoid = plain((x, onnx) => onnx.HardSigmoid(x, { alpha: 1 / 6, beta: 0.5 }));

/** The upper end of a ReLU6: OpenVINO's schema has a field for it. */
function relu6(x: Value, layer: Layer, onnx: OnnxBuilder): Value {
  return clipped(x, 0, layer.number('relu6_param.n', 6), onnx);
}

export const activations: LayerRules = {
  BNLL: plain((x, onnx) => onnx.Softplus(x)),

  // Cambricon/caffe, src/caffe/layers/crelu_layer.cpp
  CReLU(layer, onnx) {
    const x = layer.bottom();
    const slope = layer.number('crelu_param.negative_slope', 0);
    const axis = layer.axis('crelu_param.concat_axis', layer.rank(x), 1);
    return onnx.Concat(rectified(x, slope, onnx), rectified(onnx.Neg(x), slope, onnx), { axis });
  },

  // NVIDIA/caffe scales it by lambda (src/caffe/layers/elu_layer.cpp).
  ELU: ofOne((x, layer, onnx) => {
    const y = onnx.Elu(x, { alpha: layer.number('elu_param.alpha', 1) });
    const lambda = layer.number('elu_param.lambda', 1);
    return lambda === 1 ? y : onnx.Mul(y, onnx.like(y, lambda));
  }),

  // Tencent/ncnn src/layer/{erf,gelu}.cpp, with what caffe2ncnn leaves at its default.
  Erf: plain((x, onnx) => onnx.Erf(x)),
  GELU: plain((x, onnx) => onnx.Gelu(x)),

  HSigmoid: hardSigmoid,
  Hsigmoid: hardSigmoid,
  HSwish: hardSwish,
  Hswish: hardSwish,
  Mish: plain((x, onnx) => onnx.Mish(x)),

  PReLU(layer, onnx) {
    const x = layer.bottom();
    const slope = layer.flag('prelu_param.channel_shared') ? layer.weight(0, [1]) : perChannel(layer, 0, x);
    return onnx.PRelu(x, slope);
  },

  // Cambricon/caffe cuts it off where `upper_limit` is not 0 (src/caffe/layers/relu_layer.cpp).
  ReLU: ofOne((x, layer, onnx) => {
    const y = rectified(x, layer.number('relu_param.negative_slope', 0), onnx);
    const limit = layer.number('relu_param.upper_limit', 0);
    return limit === 0 ? y : onnx.Min(y, onnx.like(y, limit));
  }),

  ReLU3d: ofOne((x, layer, onnx) => rectified(x, layer.number('relu3d_param.negative_slope', 0), onnx)),
  ReLU6: ofOne(relu6),
  Sigmoid: plain((x, onnx) => onnx.Sigmoid(x)),

  // Softmax along one axis is what ONNX means by it from opset 13 on.
  Softmax: ofOne((x, layer, onnx) => {
    return onnx.Softmax(x, { axis: layer.axis('softmax_param.axis', layer.rank(x), 1) });
  }),

  // x sigmoid(beta x)
  Swish: ofOne((x, layer, onnx) => {
    const beta = layer.number('swish_param.beta', 1);
    return onnx.Mul(x, onnx.Sigmoid(beta === 1 ? x : onnx.Mul(x, onnx.like(x, beta))));
  }),

  TanH: plain((x, onnx) => onnx.Tanh(x)),
};
