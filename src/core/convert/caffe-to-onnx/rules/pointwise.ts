/** Functions of each number alone: BVLC/caffe, src/caffe/layers, power_layer.cpp and what is beside it. */
import { Tensor } from '../../../ir/tensor.ts';
import type { Value } from '../../../ir/value.ts';
import type { OnnxBuilder } from '../../builder.ts';
import type { Layer } from '../layer.ts';
import { type LayerRules, ofOne } from '../rule.ts';
import { clipped } from './activations.ts';

/** by x + shift; no operators for what does nothing. */
export function shifted(x: Value, by: number, shift: number, onnx: OnnxBuilder): Value {
  const scaled = by === 1 ? x : onnx.Mul(x, onnx.like(x, by));
  return shift === 0 ? scaled : onnx.Add(scaled, onnx.like(x, shift));
}

/** The logarithm of a base; -1 stands for e. */
function logOfBase(layer: Layer, holder: string): number {
  const base = layer.number(`${holder}.base`, -1);
  if (base === -1) return 1;
  if (!(base > 0)) layer.invalid(`its base ${base} is not positive`);
  return Math.log(base);
}

/** One number in the shape of `x`. */
function filledLike(x: Value, value: number, onnx: OnnxBuilder): Value {
  return onnx.ConstantOfShape(onnx.Shape(x), { value: Tensor.of('float32', [1], [value]) });
}

const absolute = ofOne((x, _, onnx) => onnx.Abs(x));

export const pointwise: LayerRules = {
  Abs: absolute,
  AbsVal: absolute,

  Clip: ofOne((x, layer, onnx) => {
    const bound = (name: 'min' | 'max') =>
      layer.number(`clip_param.${name}`) ?? layer.invalid(`it does not say ${name}`);
    return clipped(x, bound('min'), bound('max'), onnx);
  }),

  // base ^ (shift + scale x)
  Exp: ofOne((x, layer, onnx) => {
    const log = logOfBase(layer, 'exp_param');
    const [by, shift] = [layer.number('exp_param.scale', 1), layer.number('exp_param.shift', 0)];
    const y = onnx.Exp(shifted(x, log * by, 0, onnx));
    return shift === 0 ? y : onnx.Mul(y, onnx.like(y, Math.exp(log * shift)));
  }),

  // log_base (shift + scale x)
  Log: ofOne((x, layer, onnx) => {
    const log = logOfBase(layer, 'log_param');
    if (log === 0) layer.invalid('there is no logarithm of base 1');
    const y = onnx.Log(shifted(x, layer.number('log_param.scale', 1), layer.number('log_param.shift', 0), onnx));
    return log === 1 ? y : onnx.Mul(y, onnx.like(y, 1 / log));
  }),

  // (shift + scale x) ^ power; what does not depend on x is one number, even where x is none.
  Power: ofOne((x, layer, onnx) => {
    const [power, by, shift] = [
      layer.number('power_param.power', 1),
      layer.number('power_param.scale', 1),
      layer.number('power_param.shift', 0),
    ];
    if (power * by === 0) return filledLike(x, power === 0 ? 1 : shift ** power, onnx);
    const base = shifted(x, by, shift, onnx);
    return power === 1 ? base : onnx.Pow(base, onnx.like(base, power));
  }),

  // openvino-dev 2023.3, mo/front/caffe/binarization.py: FakeQuantize of two levels around 0, which is below.
  Binarization: ofOne((x, _, onnx) => onnx.Where(onnx.Greater(x, onnx.like(x, 0)), onnx.like(x, 1), onnx.like(x, -1))),

  Reciprocal: ofOne((x, _, onnx) => onnx.Reciprocal(x)),

  // NART: alpha x + beta (python/nart/utils/caffe_utils/caffe_to_onnx.py).
  Scales: ofOne((x, layer, onnx) => {
    return shifted(x, layer.number('scales_param.alpha', 1), layer.number('scales_param.beta', 0), onnx);
  }),

  Sqrt: ofOne((x, _, onnx) => onnx.Sqrt(x)),

  Threshold: ofOne((x, layer, onnx) => {
    return onnx.cast(onnx.Greater(x, onnx.like(x, layer.number('threshold_param.threshold', 0))), 'float32');
  }),
};

/** opencv/opencv, modules/dnn/src/layers/elementwise_layers.cpp: the natural logarithm of the number itself. */
const opencv: LayerRules = { Log: ofOne((x, _, onnx) => onnx.Log(x)) };

export const pointwiseOf: Readonly<Record<string, LayerRules>> = { opencv };
