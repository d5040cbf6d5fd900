/** Frameworks of chips that grew out of BVLC/caffe 1.0: Huawei's Ascend, which converts, and Cambricon's MLU, which runs. */
import { FRAMEWORKS } from '../dialects/caffe/frameworks.ts';
import { CaffeBackend } from './caffe-backend.ts';
import { RELEASE } from './caffe-bvlc.ts';
import { CONVERTER } from './caffe-converter.ts';
import { NORMALIZE } from './caffe-ssd.ts';

export const ascend = new CaffeBackend({
  ...CONVERTER,
  id: 'ascend',
  title: 'Ascend',
  description: "ATC of Huawei's CANN",
  source: FRAMEWORKS.ascend.source,
  dialect: 'ascend',
  layers: FRAMEWORKS.ascend.layers,
  limits: {
    ...CONVERTER.limits,
    // The operator specifications of ATC (support.huaweicloud.com, Caffe, Pooling): round_mode 1 rounds down.
    floorPooling: { path: 'pooling_param.round_mode', value: 'FLOOR' },
    product: 'BatchMatMul',
    normalize: NORMALIZE,
    // The operator list of CANN 8.0: Upsample repeats by stride, and multiplies by scale, which is 1.
    repeat: { layer: 'Upsample', field: 'stride' },
    interp: { layer: 'Interp', grid: 'corners' },
    takes: {
      // The operator list of CANN 8.0, Pooling.
      Pooling: {
        axes: [4, 4],
        most: { kernel_size: 255, kernel_h: 255, kernel_w: 255, stride_h: 63, stride_w: 63, stride: 63 },
      },
      ShuffleChannel: { axes: [4, 4] },
      // Nothing public says what becomes of a network of constants.
      Parameter: { never: 'nothing is known of its Parameter' },
    },
  },
});

export const cambricon = new CaffeBackend({
  ...RELEASE,
  id: 'cambricon',
  title: 'Cambricon',
  description: "Cambricon's Caffe for their MLU",
  source: FRAMEWORKS.cambricon.source,
  dialect: 'cambricon',
  layers: FRAMEWORKS.cambricon.layers,
  fusions: CONVERTER.fusions,
  limits: {
    ...RELEASE.limits,
    // src/caffe/layers/detection_pose_output_layer.cpp reads it and compares nothing with it; the others read none of theirs.
    ignores: [
      'detection_pose_output_param.confidence_threshold',
      ...['coords', 'label_map_file'].map((name) => `detection_out_param.${name}`),
      'yuvtonormalizedgray_param.input_format',
    ],
    // src/caffe/layers/pooling_layer.cpp
    floorPooling: { path: 'pooling_param.ceil_mode', value: false },
    normalize: NORMALIZE,
    // src/caffe/layers/interp_layer.cpp
    interp: { layer: 'Interp', grid: 'corners' },
    takes: {
      // src/caffe/layers/shufflechannel_layer.cpp
      ShuffleChannel: { axes: [4, 4] },
    },
  },
});
