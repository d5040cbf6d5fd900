/** Convolutions: BVLC/caffe, src/caffe/layers/base_conv_layer.cpp and conv_layer.cpp. */
import { elementCount } from '../../../ir/shape.ts';
import type { Value } from '../../../ir/value.ts';
import type { OnnxBuilder } from '../../builder.ts';
import type { Layer } from '../layer.ts';
import { eachBottom, type LayerRule, type LayerRules } from '../rule.ts';
import { checked, perAxis, type Windows } from '../windows.ts';

export interface Convolution extends Windows {
  readonly outputs: number;
  readonly group: number;
  /** Whether a bias is added. */
  readonly biased: boolean;
}

/** What the parameters of a convolution along `axes` axes say. */
export function convolutionOf(layer: Layer, holder: string, axes: number, dilation = 'dilation'): Convolution {
  const windows = {
    kernel: perAxis(layer, holder, 'kernel_size', 'kernel', axes) ?? layer.invalid('it does not say kernel_size'),
    stride: perAxis(layer, holder, 'stride', 'stride', axes) ?? Array<number>(axes).fill(1),
    pad: perAxis(layer, holder, 'pad', 'pad', axes) ?? Array<number>(axes).fill(0),
    dilation: perAxis(layer, holder, dilation, dilation, axes) ?? Array<number>(axes).fill(1),
  };
  return {
    ...checked(layer, windows),
    outputs: layer.number(`${holder}.num_output`) ?? layer.invalid('it does not say num_output'),
    group: layer.number(`${holder}.group`, 1),
    biased: layer.flag(`${holder}.bias_term`, true),
  };
}

/** Convolves the axes behind `axis`; those before it are images of their own. */
export function convolved(
  layer: Layer,
  holder: string,
  run: (x: Value, axes: number) => Value,
  onnx: OnnxBuilder,
): LayerRule {
  return eachBottom((x) => {
    const dims = layer.dims(x);
    const axis = layer.axis(`${holder}.axis`, dims.length, 1);
    const axes = dims.length - axis - 1;
    if (axes < 1) layer.invalid(`it has no axes behind the channels, axis ${axis}`);
    if (axis === 1) return run(x, axes);
    const images = onnx.reshape(x, [elementCount(dims.slice(0, axis)), ...dims.slice(axis)]);
    const y = run(images, axes);
    return onnx.reshape(y, [...dims.slice(0, axis), ...layer.dims(y).slice(1)]);
  });
}

export const convolution: LayerRules = {
  Convolution(layer, onnx) {
    const holder = 'convolution_param';
    const run = (x: Value, axes: number) => {
      const { kernel, stride, pad, dilation, outputs, group, biased } = convolutionOf(layer, holder, axes);
      const channels = layer.size(x, 1);
      const weight = layer.weight(0, [outputs, channels / group, ...kernel]);
      const bias = biased ? layer.weight(1, [outputs]) : undefined;
      const windows = { kernel_shape: kernel, strides: stride, pads: [...pad, ...pad], dilations: dilation };
      return onnx.Conv(x, weight, bias, { ...windows, group });
    };
    return convolved(layer, holder, run, onnx)(layer, onnx);
  },
};
