/** NART: what its tools make of Caffe networks (python/nart/utils/caffe_utils/caffe_to_onnx.py) and its operators of that (art). */
import { FRAMEWORKS } from '../dialects/caffe/frameworks.ts';
import { CaffeBackend } from './caffe-backend.ts';
import { CONVERTER } from './caffe-converter.ts';

export const nart = new CaffeBackend({
  ...CONVERTER,
  id: 'nart',
  title: 'NART',
  description: "NART's tools for Caffe networks",
  source: FRAMEWORKS.nart.source,
  dialect: 'nart',
  layers: FRAMEWORKS.nart.layers,
  direct: { Abs: 'Abs', Exp: 'Exp', Sigmoid: 'Sigmoid', Tanh: 'TanH', HardSwish: 'HSwish', HardSigmoid: 'HSigmoid' },
  fusions: [...CONVERTER.fusions, 'relu6-hard-sigmoid', 'hard-sigmoid', 'hard-swish'],
  limits: {
    ...CONVERTER.limits,
    // class Pooling; art/src/op.c, op_infer_shape_pool.
    floorPooling: { path: 'pooling_param.ceil_mode', value: false },
    // Its schema has `hole` in the place of `dilation`; class HoleConvolution.
    dilation: { layer: 'HoleConvolution', fields: ['hole_h', 'hole_w'] },
    permute: { layer: 'Transpose', field: 'dim' },
    repeat: { layer: 'NNUpsample', field: 'resize' },
    product: 'MatMul',
    // class InnerProduct
    ignores: ['inner_product_param.axis'],
    takes: {
      // art/modules/default/src/op/scale.c: one factor a channel, of one image where it is computed.
      Scale: { axes: [2, 5], factors: 'channels', bottoms: 2 },
      // class InnerProduct multiplies everything behind the first axis away.
      InnerProduct: { axes: [2, 2], along: [1], ignores: { transpose: false } },
      Pooling: { axes: [4, 4] },
      NNUpsample: { axes: [4, 4] },
      ShuffleChannel: { axes: [4, 4] },
      // class Deconvolution asserts that nothing is dilated.
      Deconvolution: { axes: [4, 4], ignores: { hole_h: 1, hole_w: 1 } },
      // class MVN takes no layer that subtracts the mean alone; class Parameter has sizes of its own.
      Parameter: { never: 'its Parameter has sizes of its own' },
    },
  },
});
