/**
 * Frameworks that run no Caffe networks themselves, but convert them: what their readers take, and what they make of it. The
 * rules from ONNX do not know their limits yet; Caffe networks of other dialects become theirs.
 */
import { FRAMEWORKS } from '../dialects/caffe/frameworks.ts';
import { CAFFE_DIRECT, CAFFE_FUSIONS, CaffeBackend, type CaffeBackendFacts } from './caffe-backend.ts';

/** What they have alike: their users ask for blobs, and nothing needs to be silenced. */
const CONVERTER = {
  limits: { unusedTops: 'outputs', outputs: 'blobs' },
  fromOnnx: false,
  direct: CAFFE_DIRECT,
  fusions: CAFFE_FUSIONS,
} as const satisfies Partial<CaffeBackendFacts>;

export const ncnn = new CaffeBackend({
  ...CONVERTER,
  id: 'ncnn',
  title: 'ncnn',
  description: "ncnn's caffe2ncnn: pooling rounds up, one image at a time",
  source: FRAMEWORKS.ncnn.source,
  dialect: 'ncnn',
  layers: FRAMEWORKS.ncnn.layers,
  limits: {
    ...CONVERTER.limits,
    // caffe2ncnn.cpp writes these layers without these fields.
    ignores: [
      ...['lrn_param.k', 'reorg_param.reverse'],
      ...['interp_param.shrink_factor', 'interp_param.pad_beg', 'interp_param.pad_end'],
    ],
    // caffe2ncnn.cpp takes 1 from every axis, and leaves the first size of a Reshape out.
    blobs: { axes: 4, batch: 'one' },
  },
});

export const mnn = new CaffeBackend({
  ...CONVERTER,
  id: 'mnn',
  title: 'MNN',
  description: "MNN's converter: pooling rounds up",
  source: FRAMEWORKS.mnn.source,
  dialect: 'mnn',
  layers: FRAMEWORKS.mnn.layers,
  // tools/converter/source/caffe/Pool.cpp reads neither, and always pools as Caffe does.
  limits: { ...CONVERTER.limits, ignores: ['pooling_param.round_mode', 'pooling_param.avg_include_pad'] },
});

export const tengine = new CaffeBackend({
  ...CONVERTER,
  id: 'tengine',
  title: 'Tengine',
  description: "Tengine's convert_tool: pooling rounds up",
  source: FRAMEWORKS.tengine.source,
  dialect: 'tengine',
  layers: FRAMEWORKS.tengine.layers,
});

export const openvino = new CaffeBackend({
  ...CONVERTER,
  id: 'openvino',
  title: 'OpenVINO',
  description: 'The Model Optimizer of OpenVINO until 2023, which read Caffe networks',
  source: FRAMEWORKS.openvino.source,
  dialect: 'openvino',
  layers: FRAMEWORKS.openvino.layers,
  // model-optimizer/extensions/front/caffe/pooling_ext.py
  limits: { ...CONVERTER.limits, floorPooling: { path: 'pooling_param.ceil_mode', value: false } },
});

export const ascend = new CaffeBackend({
  ...CONVERTER,
  id: 'ascend',
  title: 'Ascend',
  description: "ATC of Huawei's CANN",
  source: FRAMEWORKS.ascend.source,
  dialect: 'ascend',
  layers: FRAMEWORKS.ascend.layers,
  // The operator specifications of ATC (support.huaweicloud.com, Caffe, Pooling): round_mode 1 rounds down.
  limits: { ...CONVERTER.limits, floorPooling: { path: 'pooling_param.round_mode', value: 'FLOOR' } },
});

export const cambricon = new CaffeBackend({
  ...CONVERTER,
  id: 'cambricon',
  title: 'Cambricon',
  description: "Cambricon's Caffe for their MLU",
  source: FRAMEWORKS.cambricon.source,
  dialect: 'cambricon',
  layers: FRAMEWORKS.cambricon.layers,
  // src/caffe/layers/pooling_layer.cpp
  limits: { ...CONVERTER.limits, floorPooling: { path: 'pooling_param.ceil_mode', value: false } },
});

export const nart = new CaffeBackend({
  ...CONVERTER,
  id: 'nart',
  title: 'NART',
  description: "NART's tools for Caffe networks",
  source: FRAMEWORKS.nart.source,
  dialect: 'nart',
  layers: FRAMEWORKS.nart.layers,
  // python/nart/utils/caffe_utils/caffe_to_onnx.py, class Pooling
  limits: { ...CONVERTER.limits, floorPooling: { path: 'pooling_param.ceil_mode', value: false } },
});
