/** Normalisation layers, dropout and embedding. Rules: ATen/native/Normalization.cpp, layer_norm.cpp, group_norm.cpp, Embedding.cpp. */
import { type Dim, type Shape, shapeText, subtract } from '../../../ir/shape.ts';
import {
  agreeShapes,
  each,
  fresh,
  likeFormat,
  packed,
  type Rule,
  type RuleTable,
  sizeAt,
  type TensorInfo,
} from '../rule.ts';
import { elementwise } from './pointwise.ts';

const keepsFormat: Rule = (args) => {
  const input = args.tensor('input');
  return likeFormat(input.dtype, input.shape, input);
};

/** The normalised tensor, and the statistics that it used: empty where it did not compute any. */
function withStatistics(input: TensorInfo, training: boolean): TensorInfo[] {
  const statistics = fresh(input.dtype, training ? [sizeAt(input.shape, 1)] : [0]);
  return [likeFormat(input.dtype, input.shape, input), statistics, statistics];
}

function checkNormalized(input: TensorInfo, shape: Shape): void {
  const tail = input.shape.slice(Math.max(input.shape.length - shape.length, 0));
  agreeShapes(tail, shape, `normalising over ${shapeText(shape)} a tensor of shape ${shapeText(input.shape)}`);
}

export const normalizations: RuleTable = {
  batch_norm: keepsFormat,
  _batch_norm_no_update: (args) => {
    const [input, weight] = [args.tensor('input'), fresh(args.tensor('input').dtype, [0])];
    return [likeFormat(input.dtype, input.shape, input), weight, weight, fresh('uint8', [0])];
  },
  _fused_rms_norm: (args) => {
    const input = args.tensor('input');
    const kept = input.shape.length - args.dims('normalized_shape').length;
    const statistics = input.shape.map((size, axis) => (axis < kept ? size : 1));
    return [packed(input.dtype, input.shape, input), fresh(input.dtype, statistics)];
  },
  ...each('native_batch_norm _native_batch_norm_legit', (args) =>
    withStatistics(args.tensor('input'), args.bool('training')),
  ),
  _native_batch_norm_legit_no_training: (args) => withStatistics(args.tensor('input'), false),
  layer_norm: (args) => {
    const input = args.tensor('input');
    checkNormalized(input, args.dims('normalized_shape'));
    return fresh(input.dtype, input.shape);
  },
  native_layer_norm: (args) => {
    const input = args.tensor('input');
    const shape = args.dims('normalized_shape');
    checkNormalized(input, shape);
    const kept = input.shape.map((size, axis): Dim => (axis < input.shape.length - shape.length ? size : 1));
    return [fresh(input.dtype, input.shape), fresh(input.dtype, kept), fresh(input.dtype, kept)];
  },
  ...each('rms_norm', (args) => {
    const input = args.tensor('input');
    checkNormalized(input, args.dims('normalized_shape'));
    return packed(input.dtype, input.shape, input);
  }),
  group_norm: keepsFormat,
  native_group_norm: (args) => {
    const input = args.tensor('input');
    const groups = [args.dim('N'), args.number('group')];
    return [likeFormat(input.dtype, input.shape, input), fresh(input.dtype, groups), fresh(input.dtype, groups)];
  },
  instance_norm: (args) => packed(args.tensor('input').dtype, args.tensor('input').shape, args.tensor('input')),
  ...each('dropout feature_dropout alpha_dropout feature_alpha_dropout', (args) => {
    const input = args.tensor('input');
    return elementwise(input.dtype, [input]);
  }),
  native_dropout: (args) => {
    const input = args.tensor('input');
    return [elementwise(input.dtype, [input]), elementwise('bool', [input])];
  },
  ...each('embedding_bag _embedding_bag _embedding_bag_forward_only', (args) => {
    const [weight, offsets] = [args.tensor('weight'), args.tensor('offsets')];
    const bags = subtract(sizeAt(offsets.shape, 0), args.bool('include_last_offset') ? 1 : 0);
    const result = fresh(weight.dtype, [bags, ...weight.shape.slice(1)]);
    // What training reads: which kernel runs decides how long it is.
    const open: TensorInfo = { dtype: offsets.dtype, shape: [undefined], strides: undefined };
    const largest = args.number('mode') === 2 ? { ...open, shape: result.shape } : open;
    return [result, open, open, largest];
  }),
  embedding: (args) => {
    const [weight, indices] = [args.tensor('weight'), args.tensor('indices')];
    return fresh(weight.dtype, [...indices.shape, ...weight.shape.slice(1)]);
  },
};
