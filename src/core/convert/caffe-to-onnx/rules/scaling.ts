/** Scale and Bias: BVLC/caffe, src/caffe/layers/scale_layer.cpp and bias_layer.cpp. */
import type { StaticShape } from '../../../ir/shape.ts';
import type { Value } from '../../../ir/value.ts';
import type { OnnxBuilder } from '../../builder.ts';
import { blobShapeOver, spreadOver } from '../broadcast.ts';
import type { Layer } from '../layer.ts';
import type { LayerRules } from '../rule.ts';

interface Operand {
  readonly value: Value;
  /** Blobs over the same axes have this shape. */
  readonly shape: () => StaticShape;
}

/** What is multiplied or added: the second bottom, or the blob, along `num_axes` axes from `axis` on. */
function operandOf(layer: Layer, holder: string, x: Value, onnx: OnnxBuilder): Operand {
  const rank = layer.rank(x);
  const [, second] = layer.bottoms;
  const count = second ? layer.rank(second) : layer.number(`${holder}.num_axes`, 1);
  // A single number lies over no axis, whatever `axis` says.
  const axis = count === 0 ? rank : layer.axis(`${holder}.axis`, rank, 1);
  const shape = () => blobShapeOver(layer, x, axis, count);
  if (!second) return { value: layer.weight(0, shape()), shape };
  layer.number(`${holder}.num_axes`);
  return { value: spreadOver(layer, onnx, second, x, axis), shape };
}

/** Ascend says beside where the numbers are; there is one place for them in each case. */
function checkSource(layer: Layer, path: string): void {
  if (layer.flag(path, true) === layer.bottoms.length > 1 && layer.has(path))
    layer.refuse(path, 'its bottoms say otherwise');
}

export const scaling: LayerRules = {
  Bias(layer, onnx) {
    const x = layer.bottom();
    checkSource(layer, 'bias_param.bias_from_blob');
    return onnx.Add(x, operandOf(layer, 'bias_param', x, onnx).value);
  },

  Scale(layer, onnx) {
    const x = layer.bottom();
    checkSource(layer, 'scale_param.scale_from_blob');
    const { value, shape } = operandOf(layer, 'scale_param', x, onnx);
    const y = onnx.Mul(x, value);
    return layer.flag('scale_param.bias_term')
      ? onnx.Add(y, layer.weight(layer.bottoms.length > 1 ? 0 : 1, shape()))
      : y;
  },
};
