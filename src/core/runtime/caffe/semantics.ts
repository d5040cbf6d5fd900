/**
 * What layers of one type mean in one dialect or another, where their frameworks differ. BVLC/caffe is what all others are
 * held against; each row names the source of what is special.
 */

export interface Semantics {
  readonly pooling: {
    /** How many windows an axis has; `up`: `round_mode` and `ceil_mode` are not read. */
    readonly windows: 'by field' | 'up' | 'one too many';
    /** When the last window must begin before the end of the image and the padding in front of it. */
    readonly clips: 'where padded' | 'where padded or of one element' | 'never';
    /** What an average is divided by: the window with the padding that it covers, or what it covers of the image. */
    readonly divisor: 'window' | 'image' | 'as avg_include_pad says';
    /** Whether a kernel larger than the padded image is as large as it. */
    readonly kernelFits: boolean;
    /** Whether Pooling3D may be padded. */
    readonly padsDepth: boolean;
  };
  readonly batchNorm: {
    /** Whether mean and variance are divided by the third blob, where there is one. */
    readonly factor: boolean;
    /** Whether `use_global_stats: false` makes it take the statistics of what it is given. */
    readonly batchStatistics: boolean;
    readonly leastEps: number;
    /** The field that says that blobs 3 and 4 are a scale and a bias; undefined where there is none. */
    readonly scaled?: string;
  };
  /** The fused layer BN: its blobs in order, and the field of its epsilon with the default. */
  readonly bn?: {
    readonly blobs: 'scale, bias' | 'scale, bias, mean, variance';
    readonly eps: readonly [path: string, otherwise: number];
  };
  readonly lrn: {
    /** What `k` does; `each square`: it is added to every square, and the sum begins at 1. */
    readonly constant: 'begins the sum' | 'is 1' | 'each square';
    readonly withinChannel: boolean;
  };
  readonly mvn: {
    /** What the differences from the mean are divided by: the deviation, or the root of the mean of all squares. */
    readonly by: 'deviation' | 'root mean square';
    readonly eps: 'beside the root' | 'under the root';
  };
  readonly normalize: {
    readonly eps: boolean;
    readonly acrossSpatial: boolean;
    readonly channelShared: boolean;
  };
  readonly innerProduct: {
    /**
     * Which axes are multiplied away: those from `axis` on; all behind the first, which leaves two axes, or as many as
     * there were; all behind the first, or the last of three where the weights are as long as it.
     */
    readonly rows: 'by axis' | 'images' | 'images, rank kept' | 'images or rows';
    readonly transpose: boolean;
  };
  readonly eltwise: {
    /** Whether `coeff` is read. */
    readonly coefficients: boolean;
  };
  /** Whether Add takes blobs that numpy would broadcast, or those of as many elements. */
  readonly arithmetic: 'broadcast' | 'alike';
  readonly reduction: {
    /** Which axes go: those from `axis` on; or `dim_0` to `dim_3`, which stay with size 1. */
    readonly axes: 'from axis on' | 'listed';
  };
  readonly reorg: {
    /** Where the channels of one block go: side by side, or as darknet numbers them. */
    readonly order: 'darknet' | 'block by block';
  };
  /** What Reverse turns round where it does not say: the first axis, or always the channels. */
  readonly reverse: 'axis 0' | 'channels';
  /** Whether Permute and Reshape may touch the first axis: frameworks that run one image at a time have none. */
  readonly imageAxis: boolean;
}

const BVLC: Semantics = {
  pooling: { windows: 'by field', clips: 'where padded', divisor: 'window', kernelFits: false, padsDepth: true },
  batchNorm: { factor: true, batchStatistics: true, leastEps: 0 },
  lrn: { constant: 'begins the sum', withinChannel: true },
  mvn: { by: 'deviation', eps: 'beside the root' },
  normalize: { eps: true, acrossSpatial: true, channelShared: true },
  innerProduct: { rows: 'by axis', transpose: true },
  eltwise: { coefficients: true },
  arithmetic: 'alike',
  reduction: { axes: 'from axis on' },
  reorg: { order: 'darknet' },
  reverse: 'axis 0',
  imageAxis: true,
};

const DIALECTS: Readonly<Record<string, Partial<Semantics>>> = {
  // NVIDIA/caffe src/caffe/layers/batch_norm_layer.cpp: in phase TEST the moving averages as they are.
  nvcaffe: {
    batchNorm: { factor: false, batchStatistics: false, leastEps: 1e-5, scaled: 'batch_norm_param.scale_bias' },
  },
  // intel/caffe src/caffe/layers/pooling_layer.cpp, mkldnn_pooling_layer.cpp.
  intel: {
    pooling: {
      ...BVLC.pooling,
      clips: 'where padded or of one element',
      divisor: 'as avg_include_pad says',
    },
  },
  // Cambricon/caffe src/caffe/layers/batch_norm_layer.cpp, bn_layer.cpp, reverse_layer.cpp, pool3d_layer.cpp (its MAX begins at
  // the image, its AVE at the padding).
  cambricon: {
    pooling: { ...BVLC.pooling, padsDepth: false },
    batchNorm: { ...BVLC.batchNorm, scaled: 'batch_norm_param.use_alpha_beta' },
    bn: { blobs: 'scale, bias, mean, variance', eps: ['bn_param.eps', 1e-5] },
    reverse: 'channels',
  },
  // Tencent/ncnn src/layer/pooling.cpp, lrn.cpp, innerproduct.cpp, reorg.cpp and what tools/caffe/caffe2ncnn.cpp writes for them.
  ncnn: {
    pooling: { ...BVLC.pooling, windows: 'up', clips: 'never', divisor: 'image' },
    batchNorm: { ...BVLC.batchNorm, batchStatistics: false },
    bn: { blobs: 'scale, bias', eps: ['', 0] },
    lrn: { constant: 'is 1', withinChannel: true },
    innerProduct: { rows: 'images or rows', transpose: false },
    reorg: { order: 'block by block' },
    imageAxis: false,
  },
  // alibaba/MNN tools/converter/source/caffe, source/shape/ShapePool.cpp, source/backend/cpu/CPUPool.hpp.
  mnn: {
    pooling: { ...BVLC.pooling, windows: 'up', clips: 'never', kernelFits: true },
    batchNorm: { ...BVLC.batchNorm, batchStatistics: false },
    lrn: { constant: 'is 1', withinChannel: true },
    normalize: { ...BVLC.normalize, channelShared: false },
  },
  // OAID/Tengine tools/convert_tool/caffe/caffe2tengine.cpp, source/operator/prototype/pooling_param.h, source/device/cpu/op.
  tengine: {
    pooling: { ...BVLC.pooling, windows: 'one too many' },
    batchNorm: { ...BVLC.batchNorm, batchStatistics: false },
    lrn: { constant: 'each square', withinChannel: false },
    mvn: { by: 'root mean square', eps: 'beside the root' },
    normalize: { eps: false, acrossSpatial: false, channelShared: false },
    innerProduct: { rows: 'images, rank kept', transpose: false },
    eltwise: { coefficients: false },
    reduction: { axes: 'listed' },
  },
  // opencv/dldt model-optimizer/extensions/front/caffe/bn.py, batchnorm_ext.py, MVNCaffeToMVN.py.
  openvino: {
    batchNorm: { ...BVLC.batchNorm, batchStatistics: false },
    bn: { blobs: 'scale, bias, mean, variance', eps: ['bn_param.eps', 1e-5] },
    mvn: { by: 'deviation', eps: 'under the root' },
  },
  // ModelTC/NART python/nart/utils/caffe_utils/caffe_to_onnx.py, art/src/op.c, art/modules/default/src/op.
  nart: {
    bn: { blobs: 'scale, bias, mean, variance', eps: ['bn_param.var_eps', 1e-10] },
    innerProduct: { rows: 'images', transpose: false },
    arithmetic: 'broadcast',
  },
};

/** What a dialect means; one that is not known here, or none, means what BVLC does. */
export function semanticsOf(dialect: string | undefined): Semantics {
  const own = dialect !== undefined && Object.hasOwn(DIALECTS, dialect) ? DIALECTS[dialect] : undefined;
  return { ...BVLC, ...own };
}
