/**
 * What layers of one type mean in one dialect or another, where their frameworks differ. BVLC/caffe is what all others are
 * held against; each row names the source of what is special.
 */

export interface Semantics {
  readonly pooling: {
    /**
     * How many windows an axis has; `up`: `round_mode` and `ceil_mode` are not read; `whole steps`: nor there, and one too
     * many where the first takes the whole axis, but not the whole image.
     */
    readonly windows: 'by field' | 'up' | 'whole steps';
    /** When the last window must begin before the end of the image and the padding in front of it. */
    readonly clips: 'where padded' | 'along padded axes' | 'where padded or of one element' | 'never';
    /** What an average is divided by: the window with the padding that it covers, or what it covers of the image. */
    readonly divisor: 'window' | 'image' | 'as avg_include_pad says';
    /** Whether a kernel larger than the padded image is as large as it. */
    readonly kernelFits: boolean;
    /** Whether Pooling3D may be padded. */
    readonly padsDepth: boolean;
    /** Whether Pooling3D rounds down. */
    readonly volumesDown: boolean;
    /** The stride where none is given. */
    readonly stride: number;
  };
  readonly batchNorm: {
    /** When mean and variance are divided by the third blob: where there is one, or where no others follow. */
    readonly factor: 'where there is one' | 'where it is the last' | 'never';
    /** Whether `use_global_stats: false` makes it take the statistics of what it is given. */
    readonly batchStatistics: boolean;
    readonly leastEps: number;
    /** The field that says that blobs 3 and 4 are a scale and a bias; undefined where there is none. */
    readonly scaled?: string;
    /** Whether blobs that scale need that field; elsewhere they speak for themselves. */
    readonly mustSayScaled?: true;
    /** Whether five blobs of which the last is one number are scale, bias, mean and variance. */
    readonly digits?: true;
  };
  /** The fused layer BN: its blobs in order, and the field of its epsilon with the default. */
  readonly bn?: {
    readonly blobs: 'scale, bias' | 'scale, bias, mean, variance';
    readonly eps: readonly [path: string, otherwise: number];
    /** Whether statistics of what it is given are taken away first, unless `bn_mode` is INFERENCE. */
    readonly learns?: true;
  };
  readonly lrn: {
    /** What `k` does; `each square`: it is added to every square, and the sum begins at 1. */
    readonly constant: 'begins the sum' | 'is 1' | 'each square';
    readonly withinChannel: boolean;
    /** `alpha` where it is not given. */
    readonly alpha: number;
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
  readonly deconvolution: {
    /** Whether `dilation` is read. */
    readonly dilates: boolean;
  };
  /** Whether `base`, `scale` and `shift` of Exp and Log are read. */
  readonly exponentials: { readonly exp: boolean; readonly log: boolean };
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
    /** Whether `reverse` is read. */
    readonly reverses: boolean;
  };
  /** What Reverse turns round where it does not say: the first axis, or always the channels. */
  readonly reverse: 'axis 0' | 'channels';
  readonly priorBox: {
    /** Whether sizes are cut to whole numbers, as code is that keeps them as such. */
    readonly wholeSizes: boolean;
    /** Whether boxes that are flipped are divided by the other side of the image, and four variances are read whatever is said. */
    readonly asTengine?: true;
    /** Whether boxes are clipped where nothing is said. */
    readonly clips: boolean;
    /** Whether the layer may say the size of the image itself. */
    readonly imageSize: boolean;
  };
  readonly detectionOutput: {
    /** Rows without the number of the image, the best first; the first class is the background, offsets are from middles. */
    readonly plain?: {
      /** How many candidates of each class are looked at where the layer says how many, and where it does not. */
      readonly candidates: 'as said' | 'all' | 'as said, or 100';
      readonly rows: '[1, 1, rows, 6]' | '[1, rows, 6, 1]';
      /** Whether a fourth and fifth bottom say which priors hold something, and move them first. */
      readonly refines?: true;
    };
    /** Rows of one image by class, and one that says so where nothing was found; or by score, with zeros behind them. */
    readonly rows: 'by class' | 'by score';
    /** Whether a threshold that is not said takes every score, or those above 0. */
    readonly takesAll: boolean;
    readonly eta: boolean;
  };
  /** How Proposal goes on with small boxes and scores of 0, and what fills its rows up; undefined where that is not known. */
  readonly proposal?: 'zeros behind' | 'end mark behind';
  /** Whether SimplerNMS has a row a box, or all that it may have, with what its memory holds (0 here) behind the boxes. */
  readonly simplerNms?: 'a row a box' | 'as many rows as it may have';
  /** Whether a second bottom of LSTM says where sequences begin, or it runs over the rows of one image. */
  readonly lstm: 'steps' | 'rows';
  /** What regions are: the number of an image and corners each; corners alone, of the first image; or one region of corners alone. */
  readonly regions: 'image and corners' | 'corners' | 'corners of one';
  readonly crop: {
    /** Which axes become as long as those of the second bottom. */
    readonly axes: 'from axis on' | 'all but images' | 'all';
    /** What offsets are of: the axes from `axis` on; or the last axes of channels, height and width. */
    readonly offsets: 'from axis on' | 'last axes';
    /** Whether it cuts from channels or height on alone. */
    readonly images?: true;
    /** Whether one bottom is cut to its middle. */
    readonly middle: boolean;
  };
  /** Two sizes of a convolution's windows in one list. */
  readonly lists: 'height and width' | 'the first for both' | 'width and height';
  /** Whether sizes for height and width count only where both are there, and which counts where both sides are said together, too. */
  readonly pairs?: { readonly convolution: 'pair' | 'joint'; readonly pooling: 'pair' | 'joint' };
  readonly reshape: {
    /** Whether `axis` and `num_axes` are read. */
    readonly within: boolean;
  };
  /** Which axes Flatten makes one: those from `axis` to `end_axis`, or all from `axis` on beside the images. */
  readonly flatten: 'axis to end_axis' | 'images and the rest';
  /** The scale of ROIPooling where nothing is said. */
  readonly regionScale: number;
  /** Whether the points of ROIAlign lie as Detectron has them. */
  readonly alignsRegions: boolean;
  readonly interp: {
    /** Whether the first and last elements keep their places, or the borders of the image. */
    readonly keeps: 'corners' | 'borders';
    /** Where the size comes from: `Interp` of DeepLab; the fields of NART, MNN or OpenVINO; a size or a factor, whichever comes first. */
    readonly size: 'deeplab' | 'mnn' | 'nart' | 'openvino' | 'size, else factor' | 'factor';
    readonly pads: boolean;
  };
  /** What Upsample repeats elements by; `resize`: it puts elements between them; `mask`: it takes them to places of a second bottom. */
  readonly upsample?: 'scale' | 'stride' | 'resize' | 'mask';
  /** Whose Resize it is, where several frameworks have one. */
  readonly resize?: 'mnn' | 'tengine';
  /** What Correlation of two blobs is: at all displacements, or with the first as a kernel over the second. */
  readonly correlation: 'displaced' | 'sliding';
  /** Whether Permute and Reshape may touch the first axis: frameworks that run one image at a time have none. */
  readonly imageAxis: boolean;
}

const BVLC: Semantics = {
  pooling: {
    windows: 'by field',
    clips: 'where padded',
    divisor: 'window',
    kernelFits: false,
    padsDepth: true,
    volumesDown: false,
    stride: 1,
  },
  batchNorm: { factor: 'where there is one', batchStatistics: true, leastEps: 0 },
  lrn: { constant: 'begins the sum', withinChannel: true, alpha: 1 },
  mvn: { by: 'deviation', eps: 'beside the root' },
  normalize: { eps: true, acrossSpatial: true, channelShared: true },
  innerProduct: { rows: 'by axis', transpose: true },
  deconvolution: { dilates: true },
  exponentials: { exp: true, log: true },
  eltwise: { coefficients: true },
  arithmetic: 'alike',
  reduction: { axes: 'from axis on' },
  reorg: { order: 'darknet', reverses: true },
  reshape: { within: true },
  flatten: 'axis to end_axis',
  crop: { axes: 'from axis on', offsets: 'from axis on', middle: true },
  lists: 'height and width',
  reverse: 'axis 0',
  // weiliu89/caffe, branch ssd, src/caffe/layers/prior_box_layer.cpp and detection_output_layer.cpp.
  priorBox: { wholeSizes: true, clips: false, imageSize: true },
  detectionOutput: { rows: 'by class', takesAll: true, eta: true },
  lstm: 'steps',
  regions: 'image and corners',
  regionScale: 1,
  alignsRegions: true,
  interp: { keeps: 'corners', size: 'deeplab', pads: true },
  upsample: 'scale',
  correlation: 'displaced',
  imageAxis: true,
};

/** Sizes of boxes are numbers like others, and a threshold that is not said is 0. */
const NOT_SSD: Partial<Semantics> = {
  priorBox: { wholeSizes: false, clips: false, imageSize: true },
  detectionOutput: { rows: 'by class', takesAll: false, eta: true },
};

/** Rows of label, score and corners. */
const PLAIN = { rows: 'by score', takesAll: false, eta: false } as const;

const DIALECTS: Readonly<Record<string, Partial<Semantics>>> = {
  // NVIDIA/caffe, branch caffe-0.17, src/caffe/layers/batch_norm_layer.cpp: in phase TEST the moving averages as they are, never
  // the third blob; but Net::CopyTrainedLayersFrom (src/caffe/net.cpp) divides those of three blobs by it when it reads a file.
  nvcaffe: {
    batchNorm: {
      factor: 'where it is the last',
      batchStatistics: false,
      leastEps: 1e-5,
      scaled: 'batch_norm_param.scale_bias',
      digits: true,
    },
  },
  // intel/caffe src/caffe/layers/pooling_layer.cpp, mkldnn_pooling_layer.cpp.
  intel: {
    simplerNms: 'a row a box',
    pooling: {
      ...BVLC.pooling,
      clips: 'where padded or of one element',
      divisor: 'as avg_include_pad says',
    },
  },
  // alexgkendall/caffe-segnet src/caffe/layers/bn_layer.cpp, upsample_layer.cpp.
  segnet: {
    bn: { blobs: 'scale, bias', eps: ['', 1e-9], learns: true },
    upsample: 'mask',
  },
  // Cambricon/caffe src/caffe/layers/batch_norm_layer.cpp, bn_layer.cpp, reverse_layer.cpp, pool3d_layer.cpp (its MAX begins at
  // the image, its AVE at the padding).
  cambricon: {
    priorBox: { wholeSizes: true, clips: true, imageSize: true },
    pooling: { ...BVLC.pooling, padsDepth: false },
    batchNorm: { ...BVLC.batchNorm, scaled: 'batch_norm_param.use_alpha_beta' },
    bn: { blobs: 'scale, bias, mean, variance', eps: ['bn_param.eps', 1e-5] },
    reverse: 'channels',
  },
  // Tencent/ncnn src/layer/pooling.cpp, lrn.cpp, innerproduct.cpp, reorg.cpp, interp.cpp, priorbox.cpp, roialign.cpp, roipooling.cpp,
  // psroipooling.cpp, crop.cpp and what tools/caffe/caffe2ncnn.cpp writes for them; lstm.cpp.
  ncnn: {
    ...NOT_SSD,
    regions: 'corners of one',
    crop: { axes: 'all but images', offsets: 'last axes', middle: true },
    lists: 'the first for both',
    pairs: { convolution: 'pair', pooling: 'pair' },
    lstm: 'rows',
    detectionOutput: { ...PLAIN, plain: { candidates: 'as said', rows: '[1, 1, rows, 6]' } },
    alignsRegions: false,
    interp: { keeps: 'borders', size: 'size, else factor', pads: false },
    pooling: { ...BVLC.pooling, windows: 'up', clips: 'never', divisor: 'image' },
    batchNorm: { ...BVLC.batchNorm, batchStatistics: false },
    bn: { blobs: 'scale, bias', eps: ['', 0] },
    lrn: { constant: 'is 1', withinChannel: true, alpha: 1 },
    innerProduct: { rows: 'images or rows', transpose: false },
    reorg: { order: 'block by block', reverses: false },
    exponentials: { exp: false, log: false },
    imageAxis: false,
  },
  // alibaba/MNN tools/converter/source/caffe, source/shape/ShapePool.cpp and ShapePool3D.cpp, source/backend/cpu/CPUPool.hpp and
  // CPUDetectionOutput.cpp; ResizeInterp.cpp, source/shape/ShapeInterp.cpp.
  mnn: {
    ...NOT_SSD,
    detectionOutput: { ...PLAIN, plain: { candidates: 'all', rows: '[1, 1, rows, 6]', refines: true } },
    interp: { keeps: 'corners', size: 'mnn', pads: false },
    resize: 'mnn',
    lists: 'width and height',
    upsample: 'resize',
    pooling: { ...BVLC.pooling, windows: 'up', clips: 'never', kernelFits: true, volumesDown: true },
    batchNorm: { ...BVLC.batchNorm, batchStatistics: false },
    lrn: { constant: 'is 1', withinChannel: true, alpha: 1 },
    normalize: { ...BVLC.normalize, channelShared: false },
  },
  // OAID/Tengine tools/convert_tool/caffe/caffe2tengine.cpp, source/operator/prototype/pooling_param.h, pooling.c, flatten.c and crop.c;
  // source/device/cpu/op.
  tengine: {
    ...NOT_SSD,
    priorBox: { wholeSizes: true, asTengine: true, clips: false, imageSize: true },
    regions: 'corners',
    detectionOutput: { ...PLAIN, plain: { candidates: 'as said, or 100', rows: '[1, rows, 6, 1]' } },
    resize: 'tengine',
    interp: { keeps: 'borders', size: 'factor', pads: false },
    pooling: { ...BVLC.pooling, windows: 'whole steps', clips: 'along padded axes', stride: 2 },
    batchNorm: { ...BVLC.batchNorm, factor: 'never', batchStatistics: false },
    lrn: { constant: 'each square', withinChannel: false, alpha: 1 },
    mvn: { by: 'root mean square', eps: 'beside the root' },
    normalize: { eps: false, acrossSpatial: false, channelShared: false },
    innerProduct: { rows: 'images, rank kept', transpose: false },
    eltwise: { coefficients: false },
    reduction: { axes: 'listed' },
    reorg: { order: 'darknet', reverses: false },
    reshape: { within: false },
    flatten: 'images and the rest',
    crop: { axes: 'all', offsets: 'last axes', images: true, middle: false },
    lists: 'the first for both',
    pairs: { convolution: 'pair', pooling: 'joint' },
  },
  // opencv/dldt model-optimizer/extensions/front/caffe/bn.py, batchnorm_ext.py, inner_product_ext.py, MVNCaffeToMVN.py,
  // interp_ext.py, extensions/front/InterpolateNormalizer.py.
  openvino: {
    ...NOT_SSD,
    interp: { keeps: 'corners', size: 'openvino', pads: false },
    proposal: 'end mark behind',
    simplerNms: 'as many rows as it may have',
    batchNorm: { ...BVLC.batchNorm, batchStatistics: false },
    bn: { blobs: 'scale, bias, mean, variance', eps: ['bn_param.eps', 1e-5] },
    mvn: { by: 'deviation', eps: 'under the root' },
    innerProduct: { rows: 'images', transpose: true },
  },
  // opencv/opencv 4.x modules/dnn/src/layers, the files of these layers; each tried in OpenCV 4.12.
  opencv: {
    pooling: { ...BVLC.pooling, clips: 'along padded axes' },
    batchNorm: {
      ...BVLC.batchNorm,
      factor: 'where it is the last',
      scaled: 'batch_norm_param.scale_bias',
      mustSayScaled: true,
    },
    lrn: { constant: 'is 1', withinChannel: true, alpha: 1e-4 },
    mvn: { by: 'deviation', eps: 'under the root' },
    innerProduct: { rows: 'by axis', transpose: false },
    deconvolution: { dilates: false },
    exponentials: { exp: true, log: false },
    priorBox: { wholeSizes: false, clips: true, imageSize: false },
    detectionOutput: { rows: 'by score', takesAll: false, eta: false },
    proposal: 'zeros behind',
  },
  // Huawei-Ascend/tensorflow at ae1dbf0, inc/register/proto/caffe/caffe.proto, and darknet for Upsample.
  ascend: { ...NOT_SSD, regionScale: 0.0625, upsample: 'stride' },
  // ModelTC/NART python/nart/utils/caffe_utils/caffe_to_onnx.py, art/src/op.c, art/modules/default/src/op.
  nart: {
    ...NOT_SSD,
    interp: { keeps: 'corners', size: 'nart', pads: false },
    correlation: 'sliding',
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
