/**
 * The layer types of all Caffe dialects: which message holds their parameters, and what their blobs are.
 * From the layer sources of BVLC/caffe (src/caffe/layers) and opencv/opencv 4.x (modules/dnn/src/layers).
 */

export interface LayerFacts {
  /** The field of LayerParameter that holds its parameters. */
  readonly parameters?: string;
  /** Names of its blobs, in order. */
  readonly blobs?: readonly string[];
}

export const CAFFE_LAYERS: Readonly<Record<string, LayerFacts>> = {
  AbsVal: {},
  ArgMax: { parameters: 'argmax_param' },
  BatchNorm: { parameters: 'batch_norm_param', blobs: ['mean', 'variance', 'factor'] },
  Bias: { parameters: 'bias_param', blobs: ['bias'] },
  BNLL: {},
  Clip: { parameters: 'clip_param' },
  Concat: { parameters: 'concat_param' },
  Const: { blobs: ['value'] },
  Convolution: { parameters: 'convolution_param', blobs: ['weight', 'bias'] },
  Crop: { parameters: 'crop_param' },
  Deconvolution: { parameters: 'convolution_param', blobs: ['weight', 'bias'] },
  DetectionOutput: { parameters: 'detection_output_param' },
  Dropout: { parameters: 'dropout_param' },
  DummyData: { parameters: 'dummy_data_param' },
  Eltwise: { parameters: 'eltwise_param' },
  ELU: { parameters: 'elu_param' },
  Embed: { parameters: 'embed_param', blobs: ['weight', 'bias'] },
  Exp: { parameters: 'exp_param' },
  Flatten: { parameters: 'flatten_param' },
  InnerProduct: { parameters: 'inner_product_param', blobs: ['weight', 'bias'] },
  Input: { parameters: 'input_param' },
  Log: { parameters: 'log_param' },
  LRN: { parameters: 'lrn_param' },
  LSTM: { parameters: 'recurrent_param' },
  MVN: { parameters: 'mvn_param' },
  Normalize: { parameters: 'norm_param', blobs: ['scale'] },
  NormalizeBBox: { parameters: 'norm_param', blobs: ['scale'] },
  Parameter: { parameters: 'parameter_param', blobs: ['value'] },
  Permute: { parameters: 'permute_param' },
  Pooling: { parameters: 'pooling_param' },
  Power: { parameters: 'power_param' },
  PReLU: { parameters: 'prelu_param', blobs: ['slope'] },
  PriorBox: { parameters: 'prior_box_param' },
  Proposal: { parameters: 'proposal_param' },
  PSROIPooling: { parameters: 'psroi_pooling_param' },
  Python: { parameters: 'python_param' },
  Reduction: { parameters: 'reduction_param' },
  ReLU: { parameters: 'relu_param' },
  ReLU6: {},
  Reshape: { parameters: 'reshape_param' },
  RNN: { parameters: 'recurrent_param' },
  ROIPooling: { parameters: 'roi_pooling_param' },
  Scale: { parameters: 'scale_param', blobs: ['scale', 'bias'] },
  Sigmoid: { parameters: 'sigmoid_param' },
  Silence: {},
  Slice: { parameters: 'slice_param' },
  Softmax: { parameters: 'softmax_param' },
  Split: {},
  SPP: { parameters: 'spp_param' },
  Swish: { parameters: 'swish_param' },
  TanH: { parameters: 'tanh_param' },
  Threshold: { parameters: 'threshold_param' },
  Tile: { parameters: 'tile_param' },
};
