/** Layers that are one layer there too: its type or its fields have other names. */
import { isIgnored } from '../../dialects/caffe/as-read.ts';
import type { CaffeBackend } from '../../targets/caffe-backend.ts';
import { permuted } from '../onnx-to-caffe/weights.ts';
import { CUT_SIZES } from './for-tengine.ts';
import type { Rewording } from './rewordings.ts';
import { BOX_SIZES, fractions } from './shown.ts';
import { ofInt, ofInts, type Wording } from './wording.ts';

const NART = 'ModelTC/NART python/nart/utils/caffe_utils/caffe_to_onnx.py';

/** Only the type has another name. */
function synonym(of: string, to: string, source: string, holders?: readonly [from: string, to: string]): Rewording {
  const reword = (layer: Wording) => {
    for (const path of [...layer.node.attributes.keys()])
      if (holders && path.startsWith(`${holders[0]}.`)) layer.move(path, path.replace(holders[0], holders[1]));
    layer.rename(to);
  };
  return { of: [of], needs: [to], source, reword };
}

/** Every channel by itself is a group of one channel each. */
function grouped(layer: Wording): void {
  layer.set('convolution_param.group', ofInt(layer.channels()));
  layer.rename('Convolution');
}

const CONVOLUTIONS = ['Convolution', 'HoleConvolution', 'Deconvolution', 'DeConvolution'];
const HOLES = ['hole', 'hole_h', 'hole_w'].map((name) => `convolution_param.${name}`) as [string, string, string];

/** `hole` of NART is what others call `dilation`. */
function filled(layer: Wording): void {
  const [both, high, wide] = HOLES.map((path) => layer.numbers(path)[0]);
  const holes = high === undefined && wide === undefined ? [both ?? 1] : [high ?? both ?? 1, wide ?? both ?? 1];
  layer.drop(...HOLES);
  const same = holes.every((size) => size === holes[0]);
  if (!same || holes[0] !== 1) layer.set('convolution_param.dilation', ofInts(same ? holes.slice(0, 1) : holes));
  if (layer.node.op === 'HoleConvolution') layer.rename('Convolution');
}

/** A distance of 1 is none; NART has another layer for others. */
function holed(layer: Wording): void {
  const path = 'convolution_param.dilation';
  const [high = 1, wide = high, ...more] = layer.numbers(path);
  if (more.length > 0) layer.refuse(path, 'its convolutions have two axes');
  layer.drop(path);
  if (high === 1 && wide === 1) return;
  if (layer.node.op !== 'Convolution') layer.refuse(path, 'its transposed convolutions have no dilation');
  layer.set(HOLES[1], ofInt(high));
  layer.set(HOLES[2], ofInt(wide));
  layer.rename('HoleConvolution');
}

/** Axes that are not named follow in their order: weiliu89/caffe, branch ssd, src/caffe/layers/permute_layer.cpp. */
function orderOf(layer: Wording): readonly number[] {
  const given = layer.numbers('permute_param.order');
  const rank = layer.x.shape?.length ?? layer.refuse('permute_param.order', 'how many axes there are is not known');
  return [...given, ...Array.from({ length: rank }, (_, k) => k).filter((k) => !given.includes(k))];
}

function wholeOrder(layer: Wording): void {
  layer.set('transpose_param.dim', ofInts(orderOf(layer)));
  layer.drop('permute_param.order');
  layer.rename('Transpose');
}

/** Every element as often as a whole number says. */
function repeated(layer: Wording): void {
  const [own, there] = [layer.from.limits.repeat, layer.to.limits.repeat];
  if (!own || !there) layer.refuse('repeated elements', 'it has no layer that repeats them');
  const path = `${HOLDER[own.layer]}.${own.field}`;
  const factor = layer.number(path, Number.NaN);
  if (!Number.isInteger(factor) || factor < 1) layer.refuse(path, 'it repeats elements by whole numbers');
  const other = [...layer.node.attributes.keys()].find((each) => each !== path && !NEUTRAL[each]?.(layer));
  if (other !== undefined) layer.refuse(other, 'it repeats elements by one number alone');
  if (layer.bottoms.length > 1) layer.refuse('a mask', 'it repeats elements');
  for (const each of [...layer.node.attributes.keys()]) layer.drop(each);
  layer.set(`${HOLDER[there.layer]}.${there.field}`, ofInt(factor));
  layer.rename(there.layer);
}

const HOLDER: Readonly<Record<string, string>> = { NNUpsample: 'nn_upsample_param', Upsample: 'upsample_param' };
/** Fields beside the factor, and whether they say nothing of their own. */
const NEUTRAL: Readonly<Record<string, (layer: Wording) => boolean>> = {
  'upsample_param.scale': (layer) => layer.number('upsample_param.scale', 1) === 1,
  'upsample_param.stride_h': (layer) =>
    layer.number('upsample_param.stride_h', 2) === layer.number('upsample_param.stride', 2),
  'upsample_param.stride_w': (layer) =>
    layer.number('upsample_param.stride_w', 2) === layer.number('upsample_param.stride', 2),
};

/** Numbers by column, where weights lie by row. */
function turned(layer: Wording): void {
  const path = 'inner_product_param.transpose';
  layer.drop(path);
  const [matrix] = layer.blobs;
  if (matrix?.shape.length === 2) layer.replaceBlob(0, permuted(matrix, [1, 0]));
  else layer.refuse(path, 'its weights, which would have to be turned, are not there');
}

export const RENAMED: readonly Rewording[] = [
  synonym('Abs', 'AbsVal', NART),
  synonym('AbsVal', 'Abs', NART),
  synonym('ReLU3d', 'ReLU', NART, ['relu3d_param', 'relu_param']),
  synonym('ChannelShuffle', 'ShuffleChannel', NART, ['channel_shuffle_param', 'shuffle_channel_param']),
  synonym('NormalizeBBox', 'Normalize', 'opencv/opencv 4.x modules/dnn/src/init.cpp: one class for both'),
  synonym('Embed', 'Embedding', 'OAID/Tengine tools/convert_tool/caffe/caffe2tengine.cpp'),
  synonym('Embedding', 'Embed', 'OAID/Tengine tools/convert_tool/caffe/caffe2tengine.cpp'),
  synonym('Deconvolution', 'DeConvolution', 'OAID/Tengine tools/convert_tool/caffe/caffe2tengine.cpp, op_load_map'),
  synonym('DeConvolution', 'Deconvolution', 'OAID/Tengine tools/convert_tool/caffe/caffe2tengine.cpp, op_load_map'),
  synonym('CuDNNGroupedConvolutionForward', 'Convolution', 'alibaba/MNN tools/converter/source/caffe/Convolution.cpp'),
  synonym('ConvolutionBinary', 'Convolution', 'openvino-dev 2023.3 mo/front/caffe/binary_conv_ext.py'),
  synonym('CuDNNLRNCrossChannel', 'LRN', 'alibaba/MNN tools/converter/source/caffe/LRN.cpp'),
  synonym('Reorg', 'ReorgYolo', 'opencv/dldt model-optimizer/extensions/front/caffe/reorgyolo_ext.py', [
    'reorg_param',
    'reorg_yolo_param',
  ]),
  synonym('ReorgYolo', 'Reorg', 'opencv/dldt model-optimizer/extensions/front/caffe/reorgyolo_ext.py', [
    'reorg_yolo_param',
    'reorg_param',
  ]),
  {
    of: ['ConvolutionDepthwise'],
    needs: ['Convolution'],
    source:
      'OAID/Tengine tools/convert_tool/caffe/caffe2tengine.cpp, load_conv, and Tencent/ncnn tools/caffe/caffe2ncnn.cpp: as many groups as outputs',
    where: (layer) =>
      ['ncnn', 'tengine'].includes(layer.to.base) &&
      layer.number('convolution_param.num_output', 0) !== layer.bottoms[0]?.shape?.[1],
    reword: grouped,
  },
  {
    of: ['ConvolutionDepthwise', 'DepthwiseConvolution', 'DepthwiseConv'],
    needs: ['Convolution'],
    source: 'Tencent/ncnn tools/caffe/caffe2ncnn.cpp; alibaba/MNN tools/converter/source/caffe/Convolution.cpp',
    reword: grouped,
  },
  {
    of: CONVOLUTIONS,
    needs: ['Convolution'],
    source: `${NART}, class HoleConvolution`,
    where: (layer) =>
      layer.from.limits.dilation !== undefined &&
      layer.to.limits.dilation === undefined &&
      (layer.has(...HOLES) || layer.node.op === 'HoleConvolution'),
    reword: filled,
  },
  {
    of: CONVOLUTIONS,
    needs: ['HoleConvolution'],
    source: `${NART}, class HoleConvolution`,
    where: (layer) => layer.has('convolution_param.dilation'),
    reword: holed,
  },
  { of: ['Permute'], needs: ['Transpose'], source: `${NART}, class Transpose`, reword: wholeOrder },
  {
    of: ['Permute'],
    needs: ['Permute'],
    source: 'opencv/opencv 4.x modules/dnn/src/layers/permute_layer.cpp: it takes whole orders (tried in OpenCV 4.12)',
    where: (layer) =>
      layer.to.base === 'opencv' && layer.numbers('permute_param.order').length !== layer.x.shape?.length,
    reword: (layer) => layer.set('permute_param.order', ofInts(orderOf(layer))),
  },
  {
    of: ['Transpose'],
    needs: ['Permute'],
    source: `${NART}, class Transpose`,
    reword: (layer) => {
      layer.move('transpose_param.dim', 'permute_param.order');
      layer.rename('Permute');
    },
  },
  {
    of: ['Upsample', 'NNUpsample'],
    needs: [],
    source: 'the table of each backend (src/core/targets), field `repeat`',
    where: ({ node, from, to }) => from.limits.repeat?.layer === node.op && to.limits.repeat !== undefined,
    settles: ['how often elements are repeated'],
    reword: repeated,
  },
  {
    of: ['InnerProduct'],
    needs: [],
    source: 'BVLC/caffe src/caffe/layers/inner_product_layer.cpp',
    where: (layer) => layer.flag('inner_product_param.transpose', false) && turns(layer.from) && !turns(layer.to),
    settles: ['inner_product_param.transpose'],
    reword: turned,
  },
  {
    of: ['PriorBox'],
    needs: ['PriorBox'],
    source: 'weiliu89/caffe, branch ssd, src/caffe/layers/prior_box_layer.cpp: sizes are kept as whole numbers',
    where: (layer) => fractions(layer) && CUT_SIZES.includes(layer.from.base) && !CUT_SIZES.includes(layer.to.base),
    settles: ['sizes with a fraction'],
    reword: (layer) => {
      for (const path of BOX_SIZES)
        if (layer.has(path)) layer.set(path, { type: 'floats', value: layer.numbers(path).map(Math.trunc) });
    },
  },
  {
    of: ['ReLU6'],
    needs: ['ReLU'],
    source: 'Cambricon/caffe src/caffe/layers/relu_layer.cpp, upper_limit',
    where: ({ node, to }) => to.base === 'cambricon' && node.op === 'ReLU6',
    reword: (layer) => {
      layer.drop('relu6_param.negative_slope');
      layer.set('relu_param.upper_limit', ofInt(6));
      layer.rename('ReLU');
    },
  },
];

/** Whether the InnerProduct of a framework reads `transpose`: src/core/targets names the sources. */
function turns({ limits }: CaffeBackend): boolean {
  const path = 'inner_product_param.transpose';
  return !isIgnored(limits, 'InnerProduct', path) && limits.takes?.InnerProduct?.ignores?.transpose === undefined;
}
