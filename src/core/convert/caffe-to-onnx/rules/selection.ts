/** Blobs by number: BVLC/caffe, src/caffe/layers, embed_layer.cpp, batch_reindex_layer.cpp, filter_layer.cpp. */
import { sameDim, shapeText } from '../../../ir/shape.ts';
import type { LayerRule, LayerRules } from '../rule.ts';

/** Rows of a table by their numbers, which are floats here; fractions are cut off. */
const embed: LayerRule = (layer, onnx) => {
  const size = (name: string) => layer.number(`embed_param.${name}`) ?? layer.invalid(`it does not say ${name}`);
  const [rows, columns] = [size('input_dim'), size('num_output')];
  layer.number('embed_param.weight_data_size');
  const y = onnx.Gather(layer.weight(0, [rows, columns]), onnx.cast(layer.bottom(), 'int64'), { axis: 0 });
  return layer.flag('embed_param.bias_term', true) ? onnx.Add(y, layer.weight(1, [columns])) : y;
};

export const selection: LayerRules = {
  BatchReindex(layer, onnx) {
    return onnx.Gather(layer.bottom(), onnx.cast(layer.bottom(1), 'int64'), { axis: 0 });
  },

  Embed: embed,
  Embedding: embed,

  /** The last bottom says which images stay: those where it is not 0. How many only a run knows. */
  Filter(layer, onnx) {
    const blobs = layer.bottoms.slice(0, -1);
    const selector = layer.bottoms.at(-1) ?? layer.bottom();
    if (blobs.length !== layer.tops) layer.invalid(`it has ${layer.tops} tops for ${blobs.length} blobs`);
    const [count, ...others] = layer.dims(selector);
    if (others.some((size) => size !== 1) || blobs.some((x) => sameDim(layer.dims(x)[0], count) === false))
      layer.invalid(`its last bottom ${shapeText(selector.shape)} is not one number for each image`);
    const flat = layer.rank(selector) === 1 ? selector : onnx.reshape(selector, [count]);
    const stays = onnx.cast(flat, 'bool');
    return blobs.map((x) => onnx.Compress(x, stays, { axis: 0 }));
  },
};
