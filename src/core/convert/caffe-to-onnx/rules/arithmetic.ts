/** Arithmetic of several blobs: BVLC/caffe, src/caffe/layers/eltwise_layer.cpp, and what other frameworks have beside it. */
import { elementCount, sameShape, shapeText } from '../../../ir/shape.ts';
import type { Value } from '../../../ir/value.ts';
import type { OnnxBuilder } from '../../builder.ts';
import { spreadOver } from '../broadcast.ts';
import type { Layer } from '../layer.ts';
import type { LayerRule, LayerRules } from '../rule.ts';

type Binary = (x: Value, y: Value, onnx: OnnxBuilder) => Value;

const add: Binary = (x, y, onnx) => onnx.Add(x, y);
const subtract: Binary = (x, y, onnx) => onnx.Sub(x, y);
const multiply: Binary = (x, y, onnx) => onnx.Mul(x, y);

/** The sum of the bottoms, each by its coefficient. */
function weightedSum(layer: Layer, onnx: OnnxBuilder, coefficients: readonly number[]): Value {
  const [a, b, ...more] = layer.bottoms;
  if (a && b && more.length === 0 && coefficients[0] === 1 && coefficients[1] === -1) return onnx.Sub(a, b);
  const terms = layer.bottoms.map((x, k) => {
    const by = coefficients[k] ?? 1;
    return by === 1 ? x : by === -1 ? onnx.Neg(x) : onnx.Mul(x, onnx.like(x, by));
  });
  return terms.length > 2 ? onnx.Sum(...terms) : combined(terms, (x, y) => onnx.Add(x, y));
}

function combined(terms: readonly Value[], two: (x: Value, y: Value) => Value): Value {
  const [first, ...rest] = terms;
  if (!first) throw new Error('there is nothing to combine');
  return rest.reduce(two, first);
}

/** Refuses bottoms of different shapes: the frameworks stop there. */
function checkSameShapes(layer: Layer): void {
  const [first, ...rest] = layer.bottoms;
  for (const other of rest) {
    if (sameShape(first?.shape, other.shape) === false)
      layer.invalid(`its bottoms are ${shapeText(first?.shape)} and ${shapeText(other.shape)}`);
  }
}

/** Coefficients of a sum. NART's tools take 1 for those that are missing (caffe_to_onnx.py, class Add). */
function coefficientsOf(layer: Layer): readonly number[] {
  const coefficients = layer.numbers('eltwise_param.coeff');
  const enough = layer.backend.base === 'nart' && coefficients.length < layer.bottoms.length;
  if (coefficients.length > 0 && coefficients.length !== layer.bottoms.length && !enough)
    layer.invalid(`it has ${coefficients.length} coefficients for ${layer.bottoms.length} bottoms`);
  return coefficients;
}

/** Two bottoms of as many elements, in the shape of the first: Cambricon/caffe, src/caffe/layers/add_layer.cpp, mult_layer.cpp. */
function alike(two: Binary): LayerRule {
  return (layer, onnx) => {
    const [x, y] = [layer.bottom(), layer.bottom(1)];
    if (sameShape(x.shape, y.shape)) return two(x, y, onnx);
    if (elementCount(layer.sizes(x)) !== elementCount(layer.sizes(y))) checkSameShapes(layer);
    return two(x, onnx.reshape(y, layer.dims(x)), onnx);
  };
}

/** Bottoms that go together as in numpy: ModelTC/NART, art/modules/default/src/op. */
function broadcast(two: Binary): LayerRule {
  return (layer, onnx) => {
    layer.bottom(1);
    return combined(layer.bottoms, (x, y) => two(x, y, onnx));
  };
}

/** The second bottom has one number for each channel. Cambricon/caffe, src/caffe/layers/cycleadd_layer.cpp. */
function perChannelOfSecond(two: Binary): LayerRule {
  return (layer, onnx) => {
    const [x, y] = [layer.bottom(), layer.bottom(1)];
    const channels = layer.size(x, 1);
    const sizes = layer.sizes(y);
    if (sizes.some((size, axis) => size !== (axis === 1 ? channels : 1)))
      layer.invalid(`its second bottom is ${shapeText(sizes)}, not one number for each of ${channels} channels`);
    return two(x, y, onnx);
  };
}

/** Sum, product or maximum of bottoms of one shape. */
function eltwise(layer: Layer, onnx: OnnxBuilder, coefficients: readonly number[]): Value {
  layer.bottom();
  checkSameShapes(layer);
  const operation = layer.text('eltwise_param.operation', 'SUM');
  switch (operation) {
    case 'SUM':
      return weightedSum(layer, onnx, coefficients);
    case 'PROD':
      if (coefficients.length > 0) layer.invalid('coefficients go with sums alone');
      return combined(layer.bottoms, (x, y) => onnx.Mul(x, y));
    case 'MAX':
      return layer.bottoms.length === 1 ? layer.bottom() : onnx.Max(...layer.bottoms);
    default:
      return layer.refuse(`the operation ${operation}`, 'it is not known what it does');
  }
}

export const arithmetic: LayerRules = {
  Add: alike(add),

  // a x + y, with one a for each channel of each image: NVIDIA/caffe, src/caffe/layers/axpy_layer.cpp.
  Axpy(layer, onnx) {
    const [a, x, y] = [layer.bottom(), layer.bottom(1), layer.bottom(2)];
    if (sameShape(x.shape, y.shape) === false)
      layer.invalid(`its bottoms are ${shapeText(x.shape)} and ${shapeText(y.shape)}`);
    // Behind the channels it has no axes, or axes of one element.
    const single = layer
      .dims(a)
      .slice(2)
      .every((size) => size === 1);
    if (!single || sameShape(layer.dims(a).slice(0, 2), layer.dims(x).slice(0, 2)) === false)
      layer.invalid(`its factors are ${shapeText(a.shape)}, its bottoms ${shapeText(x.shape)}`);
    const factors = layer.rank(a) === layer.rank(x) ? a : spreadOver(layer, onnx, a, x, 0);
    return onnx.Add(onnx.Mul(x, factors), y);
  },

  CycleAdd: perChannelOfSecond(add),
  CycleMult: perChannelOfSecond(multiply),
  CycleSub: perChannelOfSecond(subtract),

  Eltwise: (layer, onnx) => eltwise(layer, onnx, coefficientsOf(layer)),
  Mult: alike(multiply),

  // A map for all channels: alibaba/MNN, tools/converter/source/caffe/SpatialProduct.cpp.
  SpatialProduct: broadcast(multiply),

  Sub: alike(subtract),
};

const nart: LayerRules = {
  Add: broadcast(add),
  Max: broadcast((x, y, onnx) => onnx.Max(x, y)),
  Mul: broadcast(multiply),
};

/** OAID/Tengine, tools/convert_tool/caffe/caffe2tengine.cpp: coefficients, power, scale and shift of an Eltwise are not read. */
const tengine: LayerRules = {
  Eltwise(layer, onnx) {
    for (const name of ['power', 'scale', 'shift']) layer.number(`eltwise_param.${name}`);
    if (layer.numbers('eltwise_param.coeff').some((coefficient) => coefficient !== 1))
      layer.refuse('eltwise_param.coeff', 'the framework does not read it');
    return eltwise(layer, onnx, []);
  },
};

export const arithmeticOf: Readonly<Record<string, LayerRules>> = { nart, tengine };
