/** Products with matrices: BVLC/caffe, src/caffe/layers/inner_product_layer.cpp; MatMul of NART, BatchMatMul of Ascend. */
import { elementCount } from '../../../ir/shape.ts';
import type { Value } from '../../../ir/value.ts';
import type { OnnxBuilder } from '../../builder.ts';
import type { Layer } from '../layer.ts';
import { range } from '../lists.ts';
import type { LayerRules } from '../rule.ts';

const HOLDER = 'inner_product_param';

/** Which axes of a bottom are multiplied away: those from here on. */
type FirstAxis = (layer: Layer, x: Value) => number;

const byField: FirstAxis = (layer, x) => layer.axis(`${HOLDER}.axis`, layer.rank(x), 1);

/** Frameworks that take all axes behind the first together do not read `axis`; what it says is refused unless it is that. */
const images: FirstAxis = () => 1;

/** Tencent/ncnn, src/layer/innerproduct.cpp: rows of one image, where the weights are as long as they. */
const imagesOrRows: FirstAxis = (layer, x) => {
  const outputs = layer.number(`${HOLDER}.num_output`, 0);
  return layer.rank(x) === 3 && layer.size(x, 2) * outputs === layer.tensor(0).count ? 2 : 1;
};

/** Axes from the first one on are one; those before it stay. `turns`: whether `transpose` is read. */
function innerProduct(layer: Layer, first: FirstAxis, onnx: OnnxBuilder, turns = false): Value {
  const x = layer.bottom();
  const dims = layer.dims(x);
  const outputs = layer.number(`${HOLDER}.num_output`) ?? layer.invalid('it does not say num_output');
  const axis = first(layer, x);
  const inner = elementCount(dims.slice(axis));
  const length = typeof inner === 'number' ? inner : layer.tensor(0).count / outputs;
  const turned = turns && layer.flag(`${HOLDER}.transpose`);
  const weight = layer.weight(0, turned ? [length, outputs] : [outputs, length]);
  const bias = layer.flag(`${HOLDER}.bias_term`, true) ? layer.weight(1, [outputs]) : undefined;
  const rows = dims.length === 2 && axis === 1 ? x : onnx.Flatten(x, { axis });
  const y = onnx.Gemm(rows, weight, bias, { transB: turned ? 0 : 1 });
  return axis === 1 ? y : onnx.reshape(y, [...dims.slice(0, axis), outputs]);
}

/** The last two axes the other way round. */
function turned(layer: Layer, x: Value, onnx: OnnxBuilder): Value {
  const rank = layer.rank(x);
  if (rank < 2) layer.invalid('one of its bottoms is no matrix');
  return onnx.transpose(x, [...range(rank - 2), rank - 1, rank - 2]);
}

function product(layer: Layer, first: boolean, second: boolean, onnx: OnnxBuilder): Value {
  const [a, b] = [layer.bottom(), layer.bottom(1)];
  return onnx.MatMul(first ? turned(layer, a, onnx) : a, second ? turned(layer, b, onnx) : b);
}

export const linear: LayerRules = {
  BatchMatMul(layer, onnx) {
    const [first, second] = [layer.flag('batch_matmul_param.adj_x1'), layer.flag('batch_matmul_param.adj_x2')];
    return product(layer, first, second, onnx);
  },

  // Intel/caffe can take a ReLU into it.
  InnerProduct(layer, onnx) {
    const y = innerProduct(layer, byField, onnx, true);
    const slope = layer.number(`${HOLDER}.negative_slope`, 0);
    if (!layer.flag(`${HOLDER}.relu`)) return y;
    return slope === 0 ? onnx.Relu(y) : onnx.LeakyRelu(y, { alpha: slope });
  },

  MatMul(layer, onnx) {
    const mode = layer.text('matmul_param.mode', 'NN');
    return product(layer, mode.startsWith('T'), mode.endsWith('T'), onnx);
  },
};

/** ModelTC/NART, python/nart/utils/caffe_utils/caffe_to_onnx.py, class InnerProduct. */
const nart: LayerRules = {
  InnerProduct: (layer, onnx) => innerProduct(layer, images, onnx),
  InnerProductReLU: (layer, onnx) => onnx.Relu(innerProduct(layer, images, onnx)),
};

const ncnn: LayerRules = { InnerProduct: (layer, onnx) => innerProduct(layer, imagesOrRows, onnx) };

/** OAID/Tengine, source/operator/prototype/fc.c: the rank stays. */
const tengine: LayerRules = {
  InnerProduct(layer, onnx) {
    const y = innerProduct(layer, images, onnx);
    const further = layer.rank(layer.bottom()) - 2;
    return onnx.unsqueeze(y, range(further, 2));
  },
};

/** opencv/opencv, modules/dnn/src/layers/fully_connected_layer.cpp. */
const opencv: LayerRules = { InnerProduct: (layer, onnx) => innerProduct(layer, byField, onnx) };

export const linearOf: Readonly<Record<string, LayerRules>> = { nart, ncnn, opencv, tengine };
