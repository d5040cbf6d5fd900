/** Pooling: BVLC/caffe, src/caffe/layers/pooling_layer.cpp and spp_layer.cpp; and where other frameworks count otherwise. */
import type { Value } from '../../../ir/value.ts';
import type { OnnxBuilder } from '../../builder.ts';
import type { Layer } from '../layer.ts';
import { range } from '../lists.ts';
import { CAFFE_POOLING, type PoolingRules, pooled, roundedDown, wherePadded } from '../pooled.ts';
import type { LayerRule, LayerRules } from '../rule.ts';
import { volumeWindows, type Windows, windowsOf } from '../windows.ts';

const HOLDER = 'pooling_param';

/** The rules of a dialect, where a layer says which. */
type RulesOf = (layer: Layer) => PoolingRules;

/** Rounded up, or down by the field that the dialect has for it. */
const byField: RulesOf = (layer) => {
  if (layer.flag(`${HOLDER}.torch_pooling`))
    layer.refuse(`${HOLDER}.torch_pooling`, 'its schema says that it rounds down, and its framework does not read it');
  return roundsDown(layer) ? { ...CAFFE_POOLING, further: roundedDown } : CAFFE_POOLING;
};

function roundsDown(layer: Layer): boolean {
  const { limits, base } = layer.backend;
  // Ascend has two fields: false of ceil_mode is FLOOR of round_mode.
  const second = base === 'ascend' && !layer.flag(`${HOLDER}.ceil_mode`, true);
  if (!limits.floorPooling) return second;
  const { path, value } = limits.floorPooling;
  return second || (typeof value === 'boolean' ? layer.flag(path, !value) === value : layer.text(path) === value);
}

/** intel/caffe, src/caffe/layers/pooling_layer.cpp; engines of MKL may leave the padding out of averages (mkldnn_pooling_layer.cpp). */
const intel: RulesOf = (layer) => {
  const clips = (windows: Windows) =>
    wherePadded(windows) || (windows.kernel.length === 2 && windows.kernel.includes(1));
  if (layer.flag(`${HOLDER}.avg_include_pad`, true)) return { ...CAFFE_POOLING, clips };
  const engine = layer.text(`${HOLDER}.engine`, layer.text('engine', ''));
  if (engine.includes('MKL')) return { ...CAFFE_POOLING, clips, counts: 'image' };
  return layer.refuse(`${HOLDER}.avg_include_pad`, 'engines of MKL alone read it, and the layer names none');
};

/** Tencent/ncnn, src/layer/pooling.cpp: keeps every window, and averages over the image alone. */
const ncnn: PoolingRules = { ...CAFFE_POOLING, clips: () => false, counts: 'image' };

/** alibaba/MNN, source/shape/ShapePool.cpp. */
const mnn: PoolingRules = { ...CAFFE_POOLING, clips: () => false, fits: true };

/**
 * OAID/Tengine, source/operator/prototype/pooling.c and pooling_param.h: a second window where one fits exactly, but for one
 * that is as large as the image.
 */
const tengine: RulesOf = (layer) => {
  const sizes = layer.imageSizes(layer.bottom());
  return {
    ...CAFFE_POOLING,
    further: (rest, stride, { kernel, pad }) => {
      const whole = pad.every((size) => size === 0) && kernel.every((size, k) => size === sizes[k]);
      return whole ? 0 : 1 + Math.trunc((rest - 1) / stride);
    },
    clips: ({ pad }, axis) => (pad[axis] ?? 0) > 0,
  };
};

/** One window over everything. */
function pooledWhole(layer: Layer, x: Value, method: string, rules: PoolingRules, onnx: OnnxBuilder): readonly Value[] {
  if (layer.tops < 2 && method === 'MAX') return [onnx.GlobalMaxPool(x)];
  if (layer.tops < 2 && method === 'AVE') return [onnx.GlobalAveragePool(x)];
  const kernel = layer.imageSizes(x);
  const each = (value: number) => kernel.map(() => value);
  return pooled(layer, x, method, { kernel, stride: each(1), pad: each(0), dilation: each(1) }, rules, onnx);
}

/** BVLC/caffe lets a global pooling have no padding and no other stride than 1, which would change nothing. */
function checkWhole(layer: Layer, holder: string): void {
  for (const suffix of ['', '_d', '_h', '_w']) {
    const [stride, pad] = [layer.number(`${holder}.stride${suffix}`, 1), layer.number(`${holder}.pad${suffix}`, 0)];
    if (stride !== 1 || pad !== 0) layer.invalid('a global pooling has no stride and no padding');
  }
}

function pooling(holder: string, rules: RulesOf): LayerRule {
  return (layer, onnx) => {
    const x = layer.bottom();
    const method = layer.text(`${holder}.pool`, 'MAX');
    const counting = rules(layer);
    if (!layer.flag(`${holder}.global_pooling`))
      return pooled(layer, x, method, windowsOf(layer, holder, layer.rank(x) - 2), counting, onnx);
    checkWhole(layer, holder);
    return pooledWhole(layer, x, method, counting, onnx);
  };
}

/** In the words of C3D. */
function volumePooling(rules: PoolingRules): LayerRule {
  return (layer, onnx) => {
    const holder = 'pooling3d_param';
    return pooled(
      layer,
      layer.bottom(),
      layer.text(`${holder}.pool`, 'MAX'),
      volumeWindows(layer, holder),
      rules,
      onnx,
    );
  };
}

/** The windows of one level of a pyramid: 2^level along each axis, the padding dealt out to both sides. */
function pyramidWindows(sizes: readonly number[], level: number): Windows {
  const bins = 2 ** level;
  const kernel = sizes.map((size) => Math.ceil(size / bins));
  const pad = sizes.map((size, k) => Math.floor(((kernel[k] ?? 1) * bins - size + 1) / 2));
  return { kernel, stride: kernel, pad, dilation: sizes.map(() => 1) };
}

/** Poolings of a pyramid, each flat, one behind the other; one alone stays as it is. */
const pyramid: LayerRule = (layer, onnx) => {
  const x = layer.bottom();
  const sizes = layer.imageSizes(x);
  const height = layer.number('spp_param.pyramid_height', 0);
  if (height < 1) layer.invalid('it does not say pyramid_height');
  if (sizes.length !== 2) layer.invalid(`it takes images, not blobs of rank ${sizes.length + 2}`);
  const method = layer.text('spp_param.pool', 'MAX');
  const levels = range(height).flatMap((k) => pooled(layer, x, method, pyramidWindows(sizes, k), CAFFE_POOLING, onnx));
  if (height === 1) return levels;
  return onnx.Concat(...levels.map((y) => onnx.Flatten(y, { axis: 1 })), { axis: 1 });
};

export const poolings: LayerRules = {
  Pooling: pooling(HOLDER, byField),
  // Cambricon/caffe, src/caffe/layers/pool3d_layer.cpp
  Pooling3D: volumePooling({ ...CAFFE_POOLING, clips: () => false }),
  SPP: pyramid,
};

const nartVolumes = pooling('pooling3d_param', (layer) =>
  layer.flag('pooling3d_param.ceil_mode', true) ? CAFFE_POOLING : { ...CAFFE_POOLING, further: roundedDown },
);

export const poolingsOf: Readonly<Record<string, LayerRules>> = {
  intel: { Pooling: pooling(HOLDER, intel) },
  mnn: {
    Pooling: pooling(HOLDER, () => mnn),
    // source/shape/ShapePool3D.cpp divides whole numbers.
    Pooling3D: volumePooling({ ...CAFFE_POOLING, further: roundedDown, clips: () => false }),
  },
  // ModelTC/NART, python/nart/utils/caffe_utils/caffe_to_onnx.py, class Pooling3d; Pool3d is in its tables too.
  nart: { Pool3d: nartVolumes, Pooling3d: nartVolumes },
  ncnn: { Pooling: pooling(HOLDER, () => ncnn) },
  tengine: { Pooling: pooling(HOLDER, tengine) },
};
