/** OpenVINO: what its Model Optimizer read of Caffe networks, tried in openvino-dev 2023.3. */
import { FRAMEWORKS } from '../dialects/caffe/frameworks.ts';
import { CaffeBackend } from './caffe-backend.ts';
import { CONVERTER } from './caffe-converter.ts';

export const openvino = new CaffeBackend({
  ...CONVERTER,
  id: 'openvino',
  title: 'OpenVINO',
  description: 'The Model Optimizer of OpenVINO until 2023, which read Caffe networks',
  source: FRAMEWORKS.openvino.source,
  dialect: 'openvino',
  layers: FRAMEWORKS.openvino.layers,
  direct: { Sigmoid: 'Sigmoid', Tanh: 'TanH' },
  limits: {
    ...CONVERTER.limits,
    // ctcgreedydecoder_ext.py reads the other field alone, inner_product_ext.py no axis.
    ignores: [
      ...['ctc_decoder_param.blank_index', 'inner_product_param.axis'],
      // inference-engine/src/extension/ext_simplernms.cpp asks for neither.
      ...['simpler_nms_param.cls_threshold', 'simpler_nms_param.max_num_proposals'],
    ],
    // model-optimizer/extensions/front/caffe/pooling_ext.py
    floorPooling: { path: 'pooling_param.ceil_mode', value: false },
    // interp_ext.py: align_corners 1.
    interp: { layer: 'Interp', grid: 'corners' },
    // normalize_ext.py: eps is added (eps_mode).
    normalize: { layer: 'Normalize', eps: 'under the root' },
    takes: {
      // scale_ext.py and elementwise_ext.py take the numbers as a list, without num_axes.
      Scale: { axes: [2, 4], factors: 'channels', bottoms: 1 },
      Bias: { axes: [2, 4], factors: 'channels', bottoms: 1 },
      // inner_product_ext.py reads no axis.
      InnerProduct: { axes: [2, 2], along: [1] },
      Pooling: { axes: [4, 4] },
      ShuffleChannel: { axes: [4, 4] },
    },
  },
});
