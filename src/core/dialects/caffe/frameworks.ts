/** The layer types that each framework has, and where they were read. Types that only train are among them: files have them. */

export interface Framework {
  readonly title: string;
  /** Where its layer types were read. */
  readonly source: string;
  readonly layers: readonly string[];
}

/** Release 1.0 of BVLC/caffe, without what only trains. */
export const BVLC_RELEASE: readonly string[] = [
  ...['AbsVal', 'ArgMax', 'BatchNorm', 'BatchReindex', 'Bias', 'BNLL', 'Concat', 'Convolution', 'Crop'],
  ...['Deconvolution', 'Dropout', 'DummyData', 'Eltwise', 'ELU', 'Embed', 'Exp', 'Filter', 'Flatten'],
  ...['Im2col', 'InnerProduct', 'Input', 'Log', 'LRN', 'LSTM', 'MVN', 'Parameter', 'Pooling', 'Power'],
  ...['PReLU', 'Python', 'Reduction', 'ReLU', 'Reshape', 'RNN', 'Scale', 'Sigmoid', 'Silence', 'Slice'],
  ...['Softmax', 'Split', 'SPP', 'TanH', 'Threshold', 'Tile'],
];

const TRAINING: readonly string[] = [
  ...['Accuracy', 'ContrastiveLoss', 'Data', 'EuclideanLoss', 'HDF5Data', 'HDF5Output', 'HingeLoss'],
  ...['ImageData', 'InfogainLoss', 'MemoryData', 'MultinomialLogisticLoss', 'SigmoidCrossEntropyLoss'],
  ...['SoftmaxWithLoss', 'WindowData'],
];

/** What weiliu89/caffe adds to it. */
const SSD: readonly string[] = ['DetectionOutput', 'Normalize', 'Permute', 'PriorBox'];
const SSD_TRAINING: readonly string[] = [
  'AnnotatedData',
  'DetectionEvaluate',
  'MultiBoxLoss',
  'SmoothL1Loss',
  'VideoData',
];

/** By the names of dialects. */
export const FRAMEWORKS = {
  bvlc: {
    title: 'BVLC',
    source: 'BVLC/caffe, branch master: REGISTER_LAYER_CLASS in src/caffe/layers, src/caffe/layer_factory.cpp',
    layers: [...BVLC_RELEASE, ...['Clip', 'Swish'], ...TRAINING],
  },
  ssd: {
    title: 'SSD',
    source: 'weiliu89/caffe, branch ssd: as for bvlc',
    layers: [...BVLC_RELEASE, ...SSD, ...TRAINING, ...SSD_TRAINING],
  },
  'yolo-upsample': {
    title: 'BVLC with Upsample',
    source: 'SeanQ88/caffe_upsample, on top of BVLC/caffe master',
    layers: [...BVLC_RELEASE, ...['Clip', 'Swish', 'Upsample'], ...TRAINING],
  },
  nvcaffe: {
    title: 'NVIDIA',
    source: 'NVIDIA/caffe: as for bvlc; it has no Parameter layer',
    layers: [...without(BVLC_RELEASE, 'Parameter'), ...SSD, ...['Axpy', 'TRT'], ...TRAINING, ...SSD_TRAINING, 'L1Loss'],
  },
  intel: {
    title: 'Intel',
    source: 'intel/caffe: as for bvlc; SimplerNMS until its commit 38e4038',
    layers: [
      ...BVLC_RELEASE,
      ...SSD,
      ...['Axpy', 'PSROIPooling', 'ROIPooling', 'Reorg', 'SimplerNMS', 'Swish'],
      ...TRAINING,
      ...SSD_TRAINING,
      'BoxData',
      'EvalDetection',
      'RegionLoss',
      'SmoothL1LossOHEM',
      'SoftmaxWithLossOHEM',
    ],
  },
  segnet: {
    title: 'SegNet',
    source:
      'alexgkendall/caffe-segnet: as for bvlc, which it left in 2015, before Input, BatchNorm and Scale; networks name their inputs',
    layers: [
      ...without(
        BVLC_RELEASE,
        ...['BatchNorm', 'BatchReindex', 'Bias', 'Crop', 'ELU', 'Embed', 'Input', 'LSTM', 'Parameter', 'RNN'],
        ...['Scale', 'Tile'],
      ),
      ...['BN', 'Upsample'],
      ...TRAINING,
      'DenseImageData',
    ],
  },
  ncnn: {
    title: 'ncnn',
    source: 'Tencent/ncnn, tools/caffe/caffe2ncnn.cpp: types whose parameters it writes, and those that have none',
    layers: [
      ...['AbsVal', 'BatchNorm', 'BN', 'BNLL', 'Concat', 'Convolution', 'ConvolutionDepthwise', 'Crop'],
      ...['Deconvolution', 'DepthwiseConvolution', 'DetectionOutput', 'Dropout', 'Eltwise', 'ELU', 'Embed', 'Erf'],
      ...['Exp', 'Flatten', 'GELU', 'InnerProduct', 'Input', 'Interp', 'Log', 'LRN', 'LSTM', 'MatMul', 'MemoryData'],
      ...['Mish', 'MVN', 'Normalize', 'Permute', 'Pooling', 'Power', 'PReLU', 'PriorBox', 'PSROIPooling', 'Python'],
      ...['ReLU', 'ReLU6', 'Reorg'],
      ...['Reshape', 'ROIAlign', 'ROIPooling', 'Scale', 'ShuffleChannel', 'Sigmoid', 'Silence', 'Slice'],
      ...['Softmax', 'Split', 'Swish', 'TanH', 'Threshold', 'YoloDetectionOutput', 'Yolov3DetectionOutput'],
    ],
  },
  mnn: {
    title: 'MNN',
    source: 'alibaba/MNN: OpConverterRegister in tools/converter/source/caffe',
    layers: [
      ...['AbsVal', 'ArgMax', 'BatchNorm', 'BNLL', 'Clip', 'Concat', 'Convolution', 'Convolution3D'],
      ...['ConvolutionDepthwise', 'Crop', 'CuDNNBatchNorm', 'CuDNNGroupedConvolutionForward'],
      ...['CuDNNLRNCrossChannel', 'CuDNNLstmForward', 'Deconvolution', 'DepthwiseConv', 'DetectionOutput'],
      ...['Eltwise', 'ELU', 'Flatten', 'Im2seq', 'InnerProduct', 'Input', 'Interp', 'LRN', 'Lstm', 'Normalize'],
      ...['OCRLSTM', 'OCRLSTMQ', 'Permute', 'Pooling', 'Pooling3D', 'PReLU', 'PriorBox', 'Python', 'ReLU'],
      ...['ReLU6', 'Reshape', 'Resize', 'ROIPooling', 'Scale', 'Seq2out', 'ShuffleChannel', 'Sigmoid', 'Slice'],
      ...['Softmax', 'SpatialProduct', 'TanH', 'Threshold', 'Upsample'],
    ],
  },
  tengine: {
    title: 'Tengine',
    source:
      'OAID/Tengine, tools/convert_tool/caffe/caffe2tengine.cpp, op_load_map; deconvolutions are called DeConvolution there',
    layers: [
      ...['AbsVal', 'BatchNorm', 'Clip', 'Concat', 'Convolution', 'ConvolutionDepthwise', 'Crop'],
      ...['DeConvolution', 'DetectionOutput', 'Dropout', 'Eltwise', 'ELU', 'Embedding', 'Flatten'],
      ...['InnerProduct', 'Input', 'Interp', 'LRN', 'MVN', 'Normalize', 'Permute', 'Pooling', 'PReLU'],
      ...['PriorBox', 'Reduction', 'ReLU', 'ReLU6', 'Reorg', 'Reshape', 'Resize', 'ROIPooling', 'RPN', 'Scale'],
      ...['ShuffleChannel', 'Sigmoid', 'Slice', 'Softmax', 'Split', 'TanH', 'Threshold', 'Tile', 'Upsample'],
      'SoftmaxWithLoss',
    ],
  },
  openvino: {
    title: 'OpenVINO',
    source: 'opencv/dldt, model-optimizer/extensions/front/caffe; types are compared without regard to case',
    layers: [
      ...['Accum', 'ArgMax', 'Axpy', 'BatchNorm', 'Bias', 'Binarization', 'BN', 'Concat', 'Convolution'],
      ...['ConvolutionBinary', 'Correlation', 'Crop'],
      ...['CTCGreedyDecoder', 'DataAugmentation', 'Deconvolution', 'DetectionOutput', 'Dropout', 'Eltwise'],
      ...['ELU', 'Flatten', 'GRN', 'InnerProduct', 'Input', 'Interp', 'LRN', 'MVN', 'Normalize', 'Permute'],
      ...['Pooling', 'Power', 'PowerFile', 'PReLU', 'PriorBox', 'PriorBoxClustered', 'Proposal', 'PSROIPooling'],
      ...['Python', 'RegionYolo', 'ReLU', 'ReLU6', 'ReorgYolo', 'Resample', 'Reshape', 'ROIPooling', 'Scale'],
      ...['ShuffleChannel', 'Sigmoid', 'SimplerNMS', 'Slice', 'Softmax', 'SpatialTransformer', 'Split', 'TanH'],
      ...['Tile'],
    ],
  },
  ascend: {
    title: 'Ascend',
    source:
      'Huawei-Ascend/tensorflow at ae1dbf0, inc/register/proto/caffe/caffe.proto: types that its messages are for; the guide of ATC says which of them a chip runs',
    layers: [
      ...without(BVLC_RELEASE, 'Python', 'DummyData'),
      ...['BatchMatMul', 'ConvolutionDepthwise', 'DetectionOutput', 'FSRDetectionOutput', 'Interp', 'Normalize'],
      ...['Permute', 'PriorBox', 'Proposal', 'PSROIPooling', 'Region', 'Reorg', 'Reverse', 'ROIAlign'],
      ...['ROIPooling', 'ShuffleChannel', 'SpatialTransformer', 'SSDDetectionOutput', 'Upsample', 'Yolo'],
      ...['YoloV2DetectionOutput', 'YoloV3DetectionOutput'],
    ],
  },
  cambricon: {
    title: 'Cambricon',
    source: 'Cambricon/caffe: REGISTER_LAYER_CLASS and src/caffe/layer_factory.cpp',
    layers: [
      ...without(BVLC_RELEASE, 'LSTM'),
      ...SSD,
      ...['Add', 'AddPad', 'Axpy', 'BN', 'Convolution3D', 'ConvolutionDepthwise', 'CReLU', 'CycleAdd'],
      ...['CycleMult', 'CycleSub', 'DetectionOut', 'DetectionPoseOutput', 'ImageDetect', 'Interp'],
      ...['MLUGrayNormalized', 'MLUResizeConvert', 'MLUResizecrop', 'MLUYUVtoRGB', 'Mult', 'Pooling3D'],
      ...['Proposal', 'PSROIPooling', 'Reorg', 'Reverse', 'ROIAlign', 'ROIPooling', 'ShuffleChannel', 'Sqrt'],
      ...['SsdDetection', 'Sub', 'UnPooling', 'Upsample', 'Yolov3Detection'],
      ...TRAINING,
      'VideoData',
    ],
  },
  nart: {
    title: 'NART',
    source: 'ModelTC/NART, python/nart/utils/caffe_utils/caffe_to_onnx.py, subclasses of BaseNode',
    layers: [
      ...['Abs', 'Add', 'ArgMax', 'BatchNorm', 'BatchNorm3d', 'BN', 'ChannelShuffle', 'Concat', 'Convolution'],
      ...['Convolution3d', 'ConvolutionReLU', 'Correlation', 'Correlation1D', 'Deconvolution', 'Dropout'],
      ...['Eltwise', 'Exchange', 'Exp', 'HeatMap2Coord', 'HoleConvolution', 'Hsigmoid', 'HSigmoid', 'Hswish'],
      ...['HSwish', 'InnerProduct', 'InnerProductReLU', 'Input', 'Interp', 'MatMul', 'Max', 'Mul', 'MVN'],
      ...['NNInterp', 'NNUpsample', 'Pad', 'Parameter', 'PODROIAlignPooling', 'Pooling', 'Pooling3d', 'Power'],
      ...['PReLU', 'PSROIMaskPooling', 'PSROIPooling', 'Reciprocal', 'Reduction', 'ReLU', 'ReLU3d', 'ReLU6'],
      ...['Reshape', 'Reshape3d', 'Resize', 'ROIAlignPooling', 'ROIPooling', 'Scale', 'Scales', 'ShuffleChannel'],
      ...['Sigmoid', 'Slice', 'Softmax', 'SubpixelDown', 'SubpixelUp', 'TanH', 'Transpose'],
    ],
  },
  opencv: {
    title: 'OpenCV 4',
    source: 'opencv/opencv, branch 4.x, modules/dnn/src/caffe and src/init.cpp; types tried in OpenCV 4.12 and 4.14',
    layers: [
      ...['AbsVal', 'BatchNorm', 'BNLL', 'Concat', 'Const', 'Convolution', 'ConvolutionDepthwise', 'Crop'],
      ...['Deconvolution', 'DetectionOutput', 'Dropout', 'Eltwise', 'ELU', 'Exp', 'Flatten', 'InnerProduct'],
      ...['Input', 'Log', 'LRN', 'MVN', 'Normalize', 'NormalizeBBox', 'Permute', 'Pooling', 'Power', 'PReLU'],
      ...['PriorBox', 'Proposal', 'PSROIPooling', 'ReLU', 'ReLU6', 'Reshape', 'ROIPooling', 'Scale', 'Sigmoid'],
      ...['Silence', 'Slice', 'Softmax', 'Split', 'TanH'],
    ],
  },
} as const satisfies Readonly<Record<string, Framework>>;

function without(layers: readonly string[], ...names: readonly string[]): readonly string[] {
  return layers.filter((layer) => !names.includes(layer));
}
