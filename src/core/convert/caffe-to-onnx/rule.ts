/** A rule of this conversion: one Caffe layer becomes operators of ONNX at the pivot opset. */
import type { Value } from '../../ir/value.ts';
import type { OnnxBuilder } from '../builder.ts';
import type { Layer } from './layer.ts';

/** What a rule gives for the tops of its layer, in order. A bottom may be handed on as it is. */
export type Tops = Value | readonly Value[];

/** Throws a Refusal (`layer.refuse`) where ONNX cannot do the same, or where it is not known what the layer does. */
export type LayerRule = (layer: Layer, onnx: OnnxBuilder) => Tops;

/** Rules by layer type. */
export type LayerRules = Readonly<Record<string, LayerRule>>;

/** A layer of one bottom and one top. */
export function ofOne(one: (x: Value, layer: Layer, onnx: OnnxBuilder) => Value): LayerRule {
  return (layer, onnx) => one(layer.bottom(), layer, onnx);
}

/** Does the same to every bottom, each for a top of its own: as layers do whose bottoms and tops are equally many. */
export function eachBottom(one: (x: Value, layer: Layer, onnx: OnnxBuilder) => Value): LayerRule {
  return (layer, onnx) => {
    const { bottoms } = layer;
    if (bottoms.length !== layer.tops) layer.invalid(`it has ${bottoms.length} bottoms for ${layer.tops} tops`);
    return bottoms.map((x) => one(x, layer, onnx));
  };
}
