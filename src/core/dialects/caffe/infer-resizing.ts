/**
 * Height and width of Interp and NNInterp, as each framework reads them: DeepLab's (Cambricon/caffe
 * src/caffe/layers/interp_layer.cpp), NART's (python/nart/utils/caffe_utils/caffe_to_onnx.py, _InterpCommon), ncnn's
 * (src/layer/interp.cpp), Tengine's (source/operator/prototype/interp.c), MNN's (tools/converter/source/caffe/ResizeInterp.cpp) and
 * OpenVINO's (openvino-dev 2023.3, front/InterpolateNormalizer.py).
 */
import type { Dim, Shape } from '../../ir/shape.ts';
import { type LayerShapes, sized } from './infer-layer.ts';

/** Of an image of one bottom; with a second one the size is that of it in OpenVINO, and nobody else says what. */
export function resized(holder: string): (layer: LayerShapes) => Shape {
  return (layer) => {
    const [images, channels, ...sizes] = layer.x;
    const other = layer.dialect === 'openvino' ? layer.bottoms[1] : undefined;
    const made = sizes.map((size, k) => (layer.bottoms.length === 1 ? sizeOf(layer, holder, size, k) : other?.[k + 2]));
    return [images, channels, ...made];
  };
}

function sizeOf(layer: LayerShapes, holder: string, size: Dim, axis: number): Dim {
  const { dialect } = layer;
  const [height, width] = ['height', 'width'].map((name) => layer.number(`${holder}.${name}`) ?? 0);
  const given = height && width ? [height, width][axis] : undefined;
  const zoomed = () => sized([size], (all) => all * (layer.number(`${holder}.zoom_factor`) ?? 1));
  if (dialect === 'tengine') return zoomed();
  if (dialect === 'ncnn') return given ?? zoomed();
  if (dialect === 'mnn' && holder === 'interp_param') return given ?? sized([size], (all) => ofMnn(layer, all));
  if (dialect === 'openvino') return ofOpenVino(layer, given, zoomed);
  if (dialect !== 'nart') return ofDeepLab(layer, holder, cut(layer, holder, size), given);
  if (given !== undefined) return given;
  const factor = ['scale_factor', 'resize'].map((name) => `${holder}.${name}`).find((path) => layer.isGiven(path));
  if (factor === undefined) return ofDeepLab(layer, holder, size, given);
  return sized([size], (all) => Math.floor(all * (layer.number(factor) ?? 1)));
}

/** One over `shrink_factor`, or 1, and one over `zoom_factor` added to it. */
function ofMnn(layer: LayerShapes, size: number): number {
  const part = (name: string) => 1 / (layer.number(`interp_param.${name}`) ?? 1);
  const begun = Math.fround(part('shrink_factor'));
  const zooms = layer.isGiven('interp_param.zoom_factor');
  return Math.trunc(Math.fround(size * (zooms ? Math.fround(begun + part('zoom_factor')) : begun)));
}

/** Nothing of what it does not run. */
function ofOpenVino(layer: LayerShapes, given: number | undefined, zoomed: () => Dim): Dim {
  const value = (name: string, otherwise: number) => layer.number(`interp_param.${name}`) ?? otherwise;
  if (value('pad_beg', 0) !== 0 || value('pad_end', 0) !== 0) return undefined;
  const [shrink, zoom] = [value('shrink_factor', 1), value('zoom_factor', 1)];
  if (zoom === 1) return shrink === 1 ? given : undefined;
  return shrink === 1 ? zoomed() : given;
}

function cut(layer: LayerShapes, holder: string, size: Dim): Dim {
  const pads = ['pad_beg', 'pad_end'].map((name) => layer.number(`${holder}.${name}`) ?? 0);
  return sized([size], (all) => all + (pads[0] ?? 0) + (pads[1] ?? 0));
}

/** First made smaller, then larger, or a size that is given where not just one of the two factors is. */
function ofDeepLab(layer: LayerShapes, holder: string, size: Dim, given: number | undefined): Dim {
  const factor = (name: string) => {
    const path = `${holder}.${name}`;
    return layer.isGiven(path) ? layer.number(path) : undefined;
  };
  const [shrink, zoom] = [factor('shrink_factor'), factor('zoom_factor')];
  const isSize = (shrink === undefined) === (zoom === undefined) && given !== undefined;
  if (isSize) return given;
  if (shrink === undefined && zoom === undefined) return undefined;
  return sized([size], (all) => {
    const smaller = Math.floor((all - 1) / (shrink ?? 1)) + 1;
    return smaller + (smaller - 1) * ((zoom ?? 1) - 1);
  });
}
