/** MNN: what its converter reads of Caffe networks, tried in MNN 3.6 (mnnconvert -f CAFFE). */
import { FRAMEWORKS } from '../dialects/caffe/frameworks.ts';
import { READERS } from '../dialects/caffe/readers.ts';
import { CaffeBackend } from './caffe-backend.ts';
import { CONVERTER, JOINT_DILATION, OWN_FACTORS } from './caffe-converter.ts';

export const mnn = new CaffeBackend({
  ...CONVERTER,
  id: 'mnn',
  title: 'MNN',
  description: "MNN's converter: pooling rounds up",
  source: FRAMEWORKS.mnn.source,
  dialect: 'mnn',
  layers: FRAMEWORKS.mnn.layers,
  direct: { Abs: 'AbsVal', Sigmoid: 'Sigmoid', Softplus: 'BNLL', Tanh: 'TanH' },
  // Its blobs have four axes.
  fusions: [...CONVERTER.fusions, 'parts-before-order'],
  limits: {
    ...CONVERTER.limits,
    ...READERS.mnn,
    // tools/converter/source/caffe/Pool.cpp reads neither of the pooling's, LRN.cpp no k.
    ignores: [
      ...['pooling_param.round_mode', 'pooling_param.avg_include_pad', 'lrn_param.k'],
      // LSTM.cpp keeps the threshold, which nothing reads; Im2Seq.cpp reads no parameters.
      ...['clipping_threshold', 'batch_size', 'paramq', 'scale_in', 'scale_out', 'a_min', 'a_max'].map(
        (name) => `lstm_param.${name}`,
      ),
      ...['direction', 'size', 'stride', 'line2time_loss'].map((name) => `im2seq_param.${name}`),
      // ResizeInterp.cpp
      ...['interp_param.pad_beg', 'interp_param.pad_end'],
      // source/backend/cpu/CPUDetectionOutput.cpp takes none of these.
      ...['background_label_id', 'code_type', 'share_location', 'variance_encoded_in_target'].map(
        (name) => `detection_output_param.${name}`,
      ),
      ...['top_k', 'eta'].map((name) => `detection_output_param.nms_param.${name}`),
    ],
    // source/shape/ShapePool.cpp for PoolPadType_CAFFE, source/backend/cpu/CPUPool.hpp.
    pooling: { windows: 'up', clips: false, divisor: 'window' },
    blobs: { axes: 4 },
    // tools/converter/source/caffe/ResizeInterp.cpp: alignCorners.
    interp: { layer: 'Interp', grid: 'corners' },
    // source/geometry/GeometryLRN.cpp, computeForNormalize: as many scales as channels.
    normalize: { layer: 'Normalize', eps: 'under the root' },
    takes: {
      // Convolution.cpp reads the distance of the first axis for x, of the second for y.
      Convolution: JOINT_DILATION,
      Deconvolution: JOINT_DILATION,
      Pooling: { axes: [4, 4] },
      LRN: { axes: [4, 4] },
      // BatchNormalScale.cpp: as many channels as factors, which lie in the layer. It reads channels in fours (source/backend/cpu/
      // CPUScale.cpp), as all blobs lie: an Input says NC4HW4 (schema/default/CaffeOp.fbs), all layers hand it on (source/shape).
      Scale: { ...OWN_FACTORS, axes: [4, 4] },
      BatchNorm: { axes: [4, 4] },
      PReLU: { axes: [4, 4] },
      // Reshape.cpp makes four axes of whatever it flattens.
      Flatten: { never: 'its Flatten leaves four axes' },
      ShuffleChannel: { axes: [4, 4] },
      // Eltwise.cpp makes a difference of 1 and -1; other coefficients end in a fault (MNN 3.6).
      Eltwise: { coefficients: 'difference' },
      // mnnconvert 3.6 stops there.
      Clip: { never: 'its Clip cannot be converted' },
      Permute: { axes: [4, 4] },
      InnerProduct: { along: [1], axes: [2, 2] },
      Slice: { axes: [2, 4] },
    },
  },
});
