/**
 * Interp between frameworks that keep the same places and say the size otherwise: DeepLab's factors and sizes (Cambricon/caffe
 * src/caffe/layers/interp_layer.cpp), NART's (python/nart/utils/caffe_utils/caffe_to_onnx.py, _InterpCommon), ncnn's (src/layer/interp.cpp),
 * Tengine's (source/operator/prototype/interp.c), MNN's (tools/converter/source/caffe/ResizeInterp.cpp) and OpenVINO's
 * (openvino-dev 2023.3, front/InterpolateNormalizer.py).
 */
import { isStatic } from '../../ir/shape.ts';
import type { Rewording } from './rewordings.ts';
import { ofFloat, ofInt, type Wording } from './wording.ts';

const HOLDER = 'interp_param';
const SIZE = [`${HOLDER}.height`, `${HOLDER}.width`] as const;

/** Which rule a framework has for the size; DeepLab's where it is not named. */
const RULES: Readonly<Record<string, string>> = {
  ...{ mnn: 'mnn', nart: 'nart', ncnn: 'ncnn', openvino: 'openvino', tengine: 'tengine' },
};
const rule = (dialect: string) => RULES[dialect] ?? 'deeplab';
const keepsBorders = (dialect: string) => dialect === 'ncnn' || dialect === 'tengine';

function sized(layer: Wording): void {
  const { shape } = layer.node.output();
  const own = layer.shape();
  if (!own || !isStatic(shape)) layer.refuse('its size', 'the sizes of its bottom are not known');
  const there = shape.slice(2);
  layer.drop(...[...layer.node.attributes.keys()].filter((path) => path.startsWith(`${HOLDER}.`)));
  if (layer.to.base !== 'tengine') {
    for (const [k, path] of SIZE.entries()) layer.set(path, ofInt(there[k] ?? 1));
    return;
  }
  const [factor = 1, other] = there.map((size, k) => size / (own[k + 2] ?? 1));
  if (factor !== other || !Number.isInteger(factor))
    layer.refuse('its size', 'it is that of the image times zoom_factor');
  layer.set(`${HOLDER}.zoom_factor`, ofFloat(factor));
}

export const RESIZED: readonly Rewording[] = [
  {
    of: ['Interp'],
    needs: ['Interp'],
    source: 'the files named above',
    where: (layer) =>
      rule(layer.from.base) !== rule(layer.to.base) &&
      keepsBorders(layer.from.base) === keepsBorders(layer.to.base) &&
      layer.bottoms.length === 1 &&
      ['pad_beg', 'pad_end'].every((name) => layer.number(`${HOLDER}.${name}`, 0) === 0),
    settles: ['its size'],
    reword: sized,
  },
];
