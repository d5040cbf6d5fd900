/** Arithmetic of several blobs: BVLC/caffe, src/caffe/layers/eltwise_layer.cpp. */
import { sameShape, shapeText } from '../../../ir/shape.ts';
import type { Value } from '../../../ir/value.ts';
import type { OnnxBuilder } from '../../builder.ts';
import type { Layer } from '../layer.ts';
import type { LayerRules } from '../rule.ts';

/** The sum of the bottoms, each by its coefficient. */
export function weightedSum(layer: Layer, onnx: OnnxBuilder, coefficients: readonly number[]): Value {
  const [a, b, ...more] = layer.bottoms;
  if (a && b && more.length === 0 && coefficients[0] === 1 && coefficients[1] === -1) return onnx.Sub(a, b);
  const terms = layer.bottoms.map((x, k) => {
    const by = coefficients[k] ?? 1;
    return by === 1 ? x : by === -1 ? onnx.Neg(x) : onnx.Mul(x, onnx.like(x, by));
  });
  return combined(
    terms,
    (x, y) => onnx.Add(x, y),
    (all) => onnx.Sum(...all),
  );
}

/** One term is itself, two are combined, more are combined at once. */
export function combined(
  terms: readonly Value[],
  two: (x: Value, y: Value) => Value,
  all?: (terms: readonly Value[]) => Value,
): Value {
  const [first, ...rest] = terms;
  if (!first) throw new Error('there is nothing to combine');
  return all && terms.length > 2 ? all(terms) : rest.reduce(two, first);
}

/** Refuses bottoms of different shapes: the frameworks stop there. */
export function checkSameShapes(layer: Layer): void {
  const [first, ...rest] = layer.bottoms;
  for (const other of rest) {
    if (sameShape(first?.shape, other.shape) === false)
      layer.invalid(`its bottoms are ${shapeText(first?.shape)} and ${shapeText(other.shape)}`);
  }
}

export const arithmetic: LayerRules = {
  Eltwise(layer, onnx) {
    layer.bottom();
    checkSameShapes(layer);
    const coefficients = layer.numbers('eltwise_param.coeff');
    const operation = layer.text('eltwise_param.operation', 'SUM');
    if (coefficients.length > 0 && coefficients.length !== layer.bottoms.length)
      layer.invalid(`it has ${coefficients.length} coefficients for ${layer.bottoms.length} bottoms`);
    switch (operation) {
      case 'SUM':
        return weightedSum(layer, onnx, coefficients);
      case 'PROD':
        if (coefficients.length > 0) layer.invalid('coefficients go with sums alone');
        return combined(layer.bottoms, (x, y) => onnx.Mul(x, y));
      case 'MAX':
        return combined(
          layer.bottoms,
          (x, y) => onnx.Max(x, y),
          (all) => onnx.Max(...all),
        );
      default:
        return layer.refuse(`the operation ${operation}`, 'it is not known what it does');
    }
  },
};
