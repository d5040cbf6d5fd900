/** Products with matrices: BVLC/caffe, src/caffe/layers/inner_product_layer.cpp. */
import { elementCount } from '../../../ir/shape.ts';
import type { LayerRules } from '../rule.ts';

export const linear: LayerRules = {
  /** Axes from `axis` on are one; those before it stay. */
  InnerProduct(layer, onnx) {
    const x = layer.bottom();
    const dims = layer.dims(x);
    const axis = layer.axis('inner_product_param.axis', dims.length, 1);
    const outputs = layer.number('inner_product_param.num_output') ?? layer.invalid('it does not say num_output');
    const inner = elementCount(dims.slice(axis));
    const length = typeof inner === 'number' ? inner : layer.tensor(0).count / outputs;
    const turned = layer.flag('inner_product_param.transpose');
    const weight = layer.weight(0, turned ? [length, outputs] : [outputs, length]);
    const bias = layer.flag('inner_product_param.bias_term', true) ? layer.weight(1, [outputs]) : undefined;
    const rows = dims.length === 2 && axis === 1 ? x : onnx.Flatten(x, { axis });
    const y = onnx.Gemm(rows, weight, bias, { transB: turned ? 0 : 1 });
    return axis === 1 ? y : onnx.reshape(y, [...dims.slice(0, axis), outputs]);
  },
};
