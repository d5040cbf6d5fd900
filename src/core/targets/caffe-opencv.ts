/** OpenCV 4's dnn module, which reads Caffe models by a schema of its own. */
import { FRAMEWORKS } from '../dialects/caffe/frameworks.ts';
import { CAFFE_DIRECT, CAFFE_FUSIONS, CaffeBackend } from './caffe-backend.ts';

export const opencv = new CaffeBackend({
  id: 'opencv',
  title: 'OpenCV 4',
  description: 'cv::dnn::readNetFromCaffe of OpenCV 4 (OpenCV 5 reads no Caffe models)',
  source: FRAMEWORKS.opencv.source,
  dialect: 'opencv',
  layers: FRAMEWORKS.opencv.layers,
  limits: {
    // PoolingLayerImpl reads ceil_mode, true by default (modules/dnn/src/layers/pooling_layer.cpp).
    floorPooling: { path: 'pooling_param.ceil_mode', value: false },
    unusedTops: 'ignored',
    // Net::forward takes names of layers and gives their output 0 (modules/dnn/src/net_impl.hpp).
    outputs: 'layers',
    // LRNLayerImpl reads `bias`, which Caffe's schema calls `k` (modules/dnn/src/layers/lrn_layer.cpp); the others tried in
    // OpenCV 4.12.
    ignores: [
      ...['lrn_param.k', 'inner_product_param.transpose', 'Deconvolution:convolution_param.dilation'],
      ...['prior_box_param.img_size', 'prior_box_param.img_h', 'prior_box_param.img_w'],
      ...['log_param.base', 'log_param.scale', 'log_param.shift'],
    ],
    wrongJoins: [
      {
        // PowerFunctor::tryFuse puts a following scale and shift inside the power (elementwise_layers.cpp; OpenCV 4.12).
        takes: ['Power', 'Scale', 'BatchNorm'],
        into: ['Power'],
        where: (_, power) => power.float('power_param.power', 1) !== 1,
      },
      {
        // DeConvolutionLayerImpl puts factors of channels to the wrong weights (convolution_layer.cpp; tried in OpenCV 4.12).
        takes: ['Scale', 'BatchNorm'],
        into: ['Deconvolution'],
        where: (_, deconvolution) => deconvolution.int('convolution_param.group', 1n) !== 1n,
      },
    ],
    // Concat lets what is before it write into its own top, and the input's memory is taken twice (OpenCV 4.12, 4.14).
    overwritesJoined: true,
    // A Mat of one axis has two (OpenCV 4.12), and CV_MAX_DIM at most.
    blobs: { least: 2, axes: 32 },
    // modules/dnn/src/layers/normalize_bbox_layer.cpp
    normalize: { layer: 'NormalizeBBox', eps: 'under the root' },
    constants: { layer: 'Const' },
  },
  direct: CAFFE_DIRECT,
  fusions: CAFFE_FUSIONS,
});
