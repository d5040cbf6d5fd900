/** Tengine: what its convert_tool reads of Caffe networks (tools/convert_tool/caffe/caffe2tengine.cpp), and what its operators make of it. */
import { FRAMEWORKS } from '../dialects/caffe/frameworks.ts';
import { READERS } from '../dialects/caffe/readers.ts';
import { CaffeBackend } from './caffe-backend.ts';
import { CONVERTER, JOINT_DILATION, OWN_FACTORS } from './caffe-converter.ts';
import { othersRead } from './wrong-joins.ts';

export const tengine = new CaffeBackend({
  ...CONVERTER,
  id: 'tengine',
  title: 'Tengine',
  description: "Tengine's convert_tool: pooling rounds up",
  source: FRAMEWORKS.tengine.source,
  dialect: 'tengine',
  layers: FRAMEWORKS.tengine.layers,
  direct: { Sigmoid: 'Sigmoid', Tanh: 'TanH' },
  // Its blobs have four axes.
  fusions: [...CONVERTER.fusions, 'parts-before-order'],
  limits: {
    ...CONVERTER.limits,
    // set_graph_output makes every blob that nobody reads the first output of the node that gives it.
    unusedTops: 'take the place of the first',
    outputs: 'layers',
    // source/operator/prototype/pooling_param.h, calc_output_size with caffe_flavor 1.
    pooling: { windows: 'one too many', clips: true, divisor: 'window' },
    ...READERS.tengine,
    // load_crop
    countsFromFront: ['crop_param.axis'],
    deconvolution: 'DeConvolution',
    // load_upsample. Interp is left: its size is that of the image times zoom_factor (source/operator/prototype/interp.c).
    repeat: { layer: 'Upsample', field: 'scale' },
    // source/device/cpu/op/lrn/lrn_ref.c: it is added to every square, and the sum begins at 1.
    lrnConstant: 0,
    // source/device/cpu/op/permute/permute_ref.c
    permutesByLayout: true,
    blobs: { least: 2, axes: 4 },
    // source/device/cpu/op/normalize/normalize_ref.c
    normalize: { layer: 'Normalize', eps: 'none' },
    // tools/convert_tool/utils/graph_optimizer/graph_opt.cpp
    wrongJoins: [
      // fuse_conv_relu_common: a Clip from 0 on, or up to 6, becomes ReLU6, where nobody else reads what it clips.
      {
        takes: ['Clip'],
        into: ['Convolution', 'ConvolutionDepthwise'],
        where: (clip) =>
          !othersRead(clip) && (clip.float('clip_param.min', 0) === 0) !== (clip.float('clip_param.max', 0) === 6),
      },
      // fuse_conv_bn, fuse_fc_bn: whoever else reads what is normalised gets it normalised.
      { takes: ['BatchNorm'], into: ['Convolution', 'ConvolutionDepthwise', 'InnerProduct'], where: othersRead },
      // fuse_bn_scale: so does what is scaled, which gets a bias from behind its blobs where it has none.
      {
        takes: ['Scale'],
        into: ['BatchNorm'],
        where: (scale) => othersRead(scale) || scale.attributes.get('scale_param.bias_term')?.value !== true,
      },
    ],
    // load_eltwise, load_fc, load_interp, load_reorg, load_reshape, load_flatten and load_resize read none of these.
    ignores: [
      ...['reorg_param.reverse', 'reshape_param.axis', 'reshape_param.num_axes', 'flatten_param.end_axis'],
      ...['eltwise_param.coeff', 'inner_product_param.axis', 'inner_product_param.transpose'],
      ...['height', 'width', 'shrink_factor', 'pad_beg', 'pad_end'].map((name) => `interp_param.${name}`),
      'resize1_param.is_pyramid_test',
      // load_detectionoutput
      ...['background_label_id', 'code_type', 'share_location', 'variance_encoded_in_target', 'nms_param.eta'].map(
        (name) => `detection_output_param.${name}`,
      ),
    ],
    takes: {
      Convolution: JOINT_DILATION,
      DeConvolution: JOINT_DILATION,
      Pooling: { axes: [4, 4] },
      // source/device/cpu/op/crop/crop_ref.c
      Crop: { axes: [4, 4], along: [1, 2] },
      // source/operator/prototype/flatten.c
      Flatten: { along: [1] },
      // load_tensor_data gives it no weights.
      Embedding: { never: 'its Embedding gets no weights' },
      // source/device/cpu/op/scale/scale_ref.c
      Scale: { ...OWN_FACTORS, axes: [4, 4] },
      // load_eltwise reads no coefficients; source/operator/prototype/eltwise.c takes two bottoms, and
      // source/device/cpu/op/eltwise/eltwise_ref.c no rows.
      Eltwise: { axes: [3, 4], bottoms: 2, coefficients: 'none' },
      // load_fc reads no axis; source/operator/prototype/fc.c keeps as many axes as there were.
      InnerProduct: { axes: [2, 2], along: [1] },
      // source/operator/prototype/permute.c
      Permute: { axes: [4, 4], orders: ['0,2,3,1'] },
      // load_slice keeps the first of slice_point.
      Slice: { cuts: 1 },
      // load_graph_node gives slopes to layers of type PReLu.
      PReLU: { never: 'its PReLU gets no slopes' },
      // tools/save_graph/tm2_op_save.cpp
      AbsVal: { never: 'its convert_tool does not write AbsVal' },
      ShuffleChannel: { axes: [4, 4] },
      // load_tile reads another field.
      Tile: { never: 'its Tile has no axis' },
    },
  },
});
