/** OpenCV 4's dnn module, which reads Caffe models by a schema of its own. */
import { CAFFE_FUSIONS, CaffeBackend } from './caffe-backend.ts';

export const opencv = new CaffeBackend({
  id: 'opencv',
  title: 'OpenCV 4',
  description: 'cv::dnn::readNetFromCaffe of OpenCV 4 (OpenCV 5 reads no Caffe models)',
  source: 'opencv/opencv, branch 4.x, modules/dnn/src/caffe and src/init.cpp; types tried in OpenCV 4.12 and 4.14',
  dialect: 'opencv',
  layers: [
    ...['AbsVal', 'BatchNorm', 'BNLL', 'Concat', 'Const', 'Convolution', 'ConvolutionDepthwise', 'Crop'],
    ...['Deconvolution', 'DetectionOutput', 'Dropout', 'Eltwise', 'ELU', 'Exp', 'Flatten', 'InnerProduct', 'Input'],
    ...['Log', 'LRN', 'MVN', 'Normalize', 'NormalizeBBox', 'Permute', 'Pooling', 'Power', 'PReLU', 'PriorBox'],
    ...['Proposal', 'PSROIPooling', 'ReLU', 'ReLU6', 'Reshape', 'ROIPooling', 'Scale', 'Sigmoid', 'Silence', 'Slice'],
    ...['Softmax', 'Split', 'TanH', 'Tile'],
  ],
  limits: {
    // PoolingLayerImpl reads ceil_mode, true by default (modules/dnn/src/layers/pooling_layer.cpp).
    floorPooling: { path: 'pooling_param.ceil_mode', value: false },
    unusedTops: 'ignored',
    // Net::forward takes names of layers and gives their output 0 (modules/dnn/src/net_impl.hpp).
    outputs: 'layers',
    // LRNLayerImpl reads `bias`, which Caffe's schema calls `k` (modules/dnn/src/layers/lrn_layer.cpp).
    ignores: ['lrn_param.k'],
    // PowerFunctor::tryFuse puts a following scale and shift inside the power (elementwise_layers.cpp; OpenCV 4.12).
    wrongAfterPower: ['Power', 'Scale', 'BatchNorm'],
    constants: { layer: 'Const' },
  },
  direct: {
    Abs: 'AbsVal',
    Exp: 'Exp',
    Log: 'Log',
    Sigmoid: 'Sigmoid',
    Softplus: 'BNLL',
    Tanh: 'TanH',
  },
  fusions: CAFFE_FUSIONS,
});
