/** Activations: BVLC/caffe, src/caffe/layers, relu_layer.cpp and what is beside it. */
import { eachBottom, type LayerRules } from '../rule.ts';

export const activations: LayerRules = {
  // max(x, 0) + negative_slope min(x, 0)
  ReLU: eachBottom((x, layer, onnx) => {
    const slope = layer.number('relu_param.negative_slope', 0);
    return slope === 0 ? onnx.Relu(x) : onnx.LeakyRelu(x, { alpha: slope });
  }),

  // Softmax along one axis is what ONNX means by it from opset 13 on.
  Softmax: eachBottom((x, layer, onnx) => {
    return onnx.Softmax(x, { axis: layer.axis('softmax_param.axis', layer.rank(x), 1) });
  }),
};
