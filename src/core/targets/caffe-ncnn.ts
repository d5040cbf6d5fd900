/** ncnn: what its caffe2ncnn reads, and what its layers make of it. */
import { FRAMEWORKS } from '../dialects/caffe/frameworks.ts';
import { READERS } from '../dialects/caffe/readers.ts';
import { CaffeBackend } from './caffe-backend.ts';
import { CONVERTER, JOINT_DILATION } from './caffe-converter.ts';

/** caffe2ncnn.cpp takes 1 from every axis: the first one is not there at run time. */
const BEHIND_IMAGES = [1, 2, 3];

export const ncnn = new CaffeBackend({
  ...CONVERTER,
  id: 'ncnn',
  title: 'ncnn',
  description: "ncnn's caffe2ncnn: pooling rounds up, one image at a time",
  source: FRAMEWORKS.ncnn.source,
  dialect: 'ncnn',
  layers: FRAMEWORKS.ncnn.layers,
  // BNLL, Erf, GELU (by erf) and Mish are ncnn's own layers of these names; they have no parameters, or their defaults.
  direct: {
    ...{ Abs: 'AbsVal', Erf: 'Erf', Exp: 'Exp', Gelu: 'GELU', Log: 'Log', Mish: 'Mish', Sigmoid: 'Sigmoid' },
    ...{ Softplus: 'BNLL', Tanh: 'TanH' },
  },
  // caffe2ncnn.cpp passes on its Swish (src/layer/swish.cpp), which has no factor.
  fusions: [...CONVERTER.fusions, 'swish-as-layer', 'parts-before-order'],
  limits: {
    ...CONVERTER.limits,
    ...READERS.ncnn,
    // tools/caffe/caffe2ncnn.cpp
    countsFromFront: ['crop_param.axis'],
    // caffe2ncnn.cpp writes these layers without these fields.
    ignores: [
      ...['lrn_param.k', 'reorg_param.reverse', 'inner_product_param.transpose', 'bn_param.bn_mode'],
      ...['interp_param.shrink_factor', 'interp_param.pad_beg', 'interp_param.pad_end'],
      ...['side', 'coords', 'label_map_file'].map((field) => `yolo_detection_output_param.${field}`),
      'yolov3_detection_output_param.mask_group_num',
      ...['background_label_id', 'code_type', 'share_location', 'variance_encoded_in_target', 'nms_param.eta'].map(
        (field) => `detection_output_param.${field}`,
      ),
      ...['exp', 'log'].flatMap((name) => ['base', 'scale', 'shift'].map((field) => `${name}_param.${field}`)),
    ],
    // caffe2ncnn.cpp leaves the first size of inputs and of a Reshape out.
    blobs: { least: 2, axes: 4, batch: 'one' },
    // src/layer/pooling.cpp, pad_mode 0 and avgpool_count_include_pad 0: what caffe2ncnn.cpp writes. Global pooling leaves one
    // axis, of which convolutions will no longer take channels.
    pooling: { windows: 'up', clips: false, divisor: 'image', globalKeepsAxes: false },
    // src/layer/interp.cpp with align_corner 0, which caffe2ncnn.cpp leaves at its default.
    interp: { layer: 'Interp', grid: 'half pixels' },
    // src/layer/normalize.cpp with across_channel and eps_mode at their defaults.
    normalize: { layer: 'Normalize', eps: 'under the root' },
    product: 'MatMul',
    takes: {
      Convolution: JOINT_DILATION,
      Deconvolution: JOINT_DILATION,
      Pooling: { axes: [4, 4] },
      LRN: { axes: [4, 4] },
      Interp: { axes: [4, 4] },
      Normalize: { axes: [4, 4] },
      // src/layer/matmul.cpp, which caffe2ncnn.cpp passes on: matrices with nothing or one axis before them.
      MatMul: { axes: [3, 4] },
      Swish: { ignores: { beta: 1 } },
      ShuffleChannel: { axes: [4, 4] },
      // src/layer/permute.cpp: the six orders of three axes are those of caffe2ncnn.cpp; of two axes it has others.
      Permute: { axes: [4, 4], keepsFirst: true },
      // src/layer/scale.cpp: one factor for each w, row or channel; a second bottom is read alike.
      Scale: { axes: [2, 4], factors: 'channels', bottoms: 2 },
      // src/layer/innerproduct.cpp: rows of two axes by themselves, everything else as one row.
      InnerProduct: { axes: [2, 3], along: [1, 2], ignores: { transpose: false } },
      Concat: { along: BEHIND_IMAGES },
      Slice: { along: BEHIND_IMAGES },
      Softmax: { along: BEHIND_IMAGES },
      Flatten: { along: [1] },
      // Names of layers of ncnn that caffe2ncnn.cpp passes on without parameters.
      Exp: { ignores: { base: -1, scale: 1, shift: 0 } },
      Log: { ignores: { base: -1, scale: 1, shift: 0 } },
    },
  },
});
