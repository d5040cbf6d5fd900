/** Normalization in one layer that is two layers there: BatchNorm and Scale. */
import type { Tensor } from '../../ir/tensor.ts';
import { filled } from '../onnx-to-caffe/weights.ts';
import type { Rewording } from './rewordings.ts';
import { normalizes, scales } from './shown.ts';
import { NO, ofFloat, type Wording, YES } from './wording.ts';

interface Statistics {
  readonly mean: Tensor;
  readonly variance: Tensor;
  /** What divides both; 1 where absent. */
  readonly factor?: Tensor | undefined;
  readonly eps: number;
}

/** (x - mean) / sqrt(variance + eps) by BatchNorm, then scale x + bias. */
function standardised(layer: Wording, { mean, variance, factor, eps }: Statistics, scale: Tensor, bias: Tensor): void {
  const flat = (tensor: Tensor) => tensor.reshaped([tensor.count]);
  const normal = layer.layer('normal', 'BatchNorm', [layer.x], { 'batch_norm_param.eps': ofFloat(eps) }, [
    flat(mean),
    flat(variance),
    factor ?? filled([1], 1),
  ]);
  layer.finish(layer.layer('scale', 'Scale', [normal], { 'scale_param.bias_term': YES }, [flat(scale), flat(bias)]));
}

/** Four blobs that lie in this order, and the field of the epsilon. */
function fused(layer: Wording, [a, b, c, d]: readonly (Tensor | undefined)[], eps: number, meanFirst: boolean): void {
  if (!a || !b || !c || !d) layer.refuse('its blobs', 'they would have to be shared out among two layers');
  const [mean, variance, scale, bias] = meanFirst ? [a, b, c, d] : [c, d, a, b];
  standardised(layer, { mean, variance, eps }, scale, bias);
}

/** Whether a BN has its statistics folded into its scale and bias. */
function scalesAlone(layer: Wording): boolean {
  return (
    layer.from.base === 'ncnn' ||
    (layer.from.base === 'segnet' && layer.word('bn_param.bn_mode', 'LEARN') === 'INFERENCE')
  );
}

export const NORMALIZING: readonly Rewording[] = [
  {
    of: ['BN'],
    needs: ['Scale'],
    source:
      'Tencent/ncnn tools/caffe/caffe2ncnn.cpp, alexgkendall/caffe-segnet src/caffe/layers/bn_layer.cpp: scale and bias, the statistics folded in',
    where: (layer) => scalesAlone(layer) && layer.to.base !== 'ncnn',
    settles: ['its blobs'],
    reword: (layer) => {
      const [scale, bias] = layer.blobs;
      if (!scale || !bias) return layer.refuse('its blobs', 'they would be those of a Scale');
      const flat = [scale, bias].map((tensor) => tensor.reshaped([tensor.count]));
      layer.finish(layer.layer('scale', 'Scale', [layer.x], { 'scale_param.bias_term': YES }, flat));
    },
  },
  {
    of: ['BN'],
    needs: ['BatchNorm', 'Scale'],
    source: `ModelTC/NART art/modules/default/src/op/bn.c; Cambricon/caffe src/caffe/layers/bn_layer.cpp; opencv/dldt model-optimizer/extensions/front/caffe/bn.py`,
    where: (layer) => !['ncnn', 'segnet'].includes(layer.from.base) && layer.from.base !== layer.to.base,
    settles: ['its blobs'],
    reword: (layer) => {
      const eps =
        layer.from.base === 'nart' ? layer.number('bn_param.var_eps', 1e-10) : layer.number('bn_param.eps', 1e-5);
      fused(layer, layer.blobs, eps, false);
    },
  },
  {
    of: ['CuDNNBatchNorm'],
    needs: ['BatchNorm', 'Scale'],
    source: 'alibaba/MNN tools/converter/source/caffe/BatchNormalScale.cpp',
    reword: (layer) => fused(layer, layer.blobs, layer.number('batch_norm_param.eps', 1e-5), true),
  },
  {
    of: ['BatchNorm'],
    needs: ['BatchNorm', 'Scale'],
    source:
      'NVIDIA/caffe src/caffe/layers/batch_norm_layer.cpp, src/caffe/net.cpp; Cambricon/caffe; opencv/opencv 4.x modules/dnn/src/layers/batch_norm_layer.cpp',
    where: scales,
    reword: (layer) => {
      const [first, second, third, fourth, last] = layer.blobs;
      if (!first || !second || !third || !fourth || !last)
        return layer.refuse('its blobs', 'they would have to be shared out among two layers');
      const isNvidia = layer.from.base === 'nvcaffe';
      const eps = layer.number('batch_norm_param.eps', 1e-5);
      const own = { eps: isNvidia ? Math.max(eps, 1e-5) : eps };
      // Of DIGITS: scale, bias, mean, variance, nothing.
      if (isNvidia && last.count === 1 && first.count > 1)
        return standardised(layer, { mean: third, variance: fourth, ...own }, first, second);
      // Cambricon's alone divides the statistics by the factor where others follow it.
      const factor = layer.from.base === 'cambricon' ? third : undefined;
      standardised(layer, { mean: first, variance: second, factor, ...own }, fourth, last);
    },
  },
  {
    of: ['LRN'],
    needs: ['LRN'],
    source: 'OAID/Tengine source/device/cpu/op/lrn/lrn_ref.c: 1 begins the sum, and k is added to each square',
    where: (layer) => (layer.to.base === 'tengine') !== (layer.from.base === 'tengine') && oneBegins(layer),
    settles: ['lrn_param.k'],
    reword: (layer) => layer.set('lrn_param.k', ofFloat(layer.to.base === 'tengine' ? 0 : 1)),
  },
  {
    of: ['MVN'],
    needs: ['MVN'],
    source:
      'OAID/Tengine source/device/cpu/op/mvn/mvn_ref.c: of what has no mean, squares are those of the differences',
    where: ({ from, to }) => to.base === 'tengine' && !['tengine', 'openvino', 'opencv'].includes(from.base),
    settles: ['mvn_param.eps'],
    reword: (layer) => {
      if (!normalizes(layer)) return;
      const attributes = Object.fromEntries(layer.node.attributes);
      const centred = layer.layer('centred', 'MVN', [layer.x], { ...attributes, 'mvn_param.normalize_variance': NO });
      layer.finish(layer.layer('normal', 'MVN', [centred], attributes));
    },
  },
  {
    of: ['Normalize'],
    needs: ['Normalize'],
    source: 'alibaba/MNN tools/converter/source/caffe/Normalize.cpp; weiliu89/caffe, branch ssd, normalize_layer.cpp',
    where: (layer) =>
      layer.to.base === 'mnn' && layer.flag('norm_param.channel_shared', true) && layer.blobs.length > 0,
    settles: ['norm_param.channel_shared'],
    reword: (layer) => {
      const [value = 1] = layer.blobs[0]?.numbers() ?? [];
      layer.set('norm_param.channel_shared', NO);
      layer.replaceBlob(0, filled([layer.channels()], value));
    },
  },
];

/** Whether what begins the sum across channels is 1. */
function oneBegins(layer: Wording): boolean {
  if (layer.word('lrn_param.norm_region', '') === 'WITHIN_CHANNEL') return false;
  const isOne = ['ncnn', 'mnn', 'opencv'].includes(layer.from.base);
  return isOne || layer.number('lrn_param.k', 1) === (layer.from.base === 'tengine' ? 0 : 1);
}
