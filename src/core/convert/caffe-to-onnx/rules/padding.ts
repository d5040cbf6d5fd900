/** Borders around a blob: Pad of NART, AddPad of Cambricon. */
import type { LayerRules } from '../rule.ts';
import { perAxis } from '../windows.ts';

/** NART's modes are those of ONNX (python/nart/utils/caffe_utils/caffe_to_onnx.py, class Pad). */
const MODES = new Set(['constant', 'reflect', 'edge']);

export const padding: LayerRules = {
  // Cambricon/caffe, include/caffe/layers/mlu_addpad_layer.hpp: the padding of a convolution alone.
  AddPad(layer, onnx) {
    const x = layer.bottom();
    const sides = [0, 0, ...(perAxis(layer, 'addpad_param', { joint: 'pad', single: 'pad' }, 2) ?? [0, 0])];
    return onnx.Pad(x, onnx.ints([...sides, ...sides]), onnx.like(x, 0), { mode: 'constant' });
  },

  Pad(layer, onnx) {
    const x = layer.bottom();
    const pads = layer.numbers('pad_param.pads');
    if (pads.length !== 2 * layer.rank(x)) layer.invalid(`it has ${pads.length} pads for ${layer.rank(x)} axes`);
    const mode = layer.text('pad_param.mode', 'constant');
    if (!MODES.has(mode)) layer.refuse(`the mode ${mode}`, 'it is not known what it does');
    return onnx.Pad(x, onnx.ints(pads), onnx.like(x, layer.number('pad_param.value', 0)), { mode });
  },
};
