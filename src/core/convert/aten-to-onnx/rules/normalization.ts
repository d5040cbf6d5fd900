/** Normalisation as it runs in evaluation. Scales and shifts that are left out are ones and zeros. */
import type { Node } from '../../../ir/node.ts';
import type { Value } from '../../../ir/value.ts';
import { dtypeOf, type OnnxBuilder } from '../../builder.ts';
import { lowerings } from '../lowering.ts';
import { filled, range, rankOf, refuseArgument, sizeAt } from '../support.ts';

interface BatchNorm {
  readonly input: Value;
  readonly weight: Value | undefined;
  readonly bias: Value | undefined;
  readonly running_mean: Value | undefined;
  readonly running_var: Value | undefined;
  readonly training: boolean;
  readonly eps: number;
}

function batchNorm(args: BatchNorm, onnx: OnnxBuilder, node: Node): Value {
  const { input, weight, bias, running_mean, running_var } = args;
  // Without running statistics those of the batch are all that there are, in evaluation too.
  if (!running_mean && !running_var) return byBatchStatistics(args, onnx, node);
  if (args.training || !running_mean || !running_var) {
    const reason = 'it changes its running statistics: export the model after model.eval()';
    refuseArgument(node, 'training=True', reason);
  }
  const channels = sizeAt(input, 1, node);
  const [scale, shift] = affine(onnx, input, weight, bias, [channels]);
  return onnx.BatchNormalization(input, scale, shift, running_mean, running_var, { epsilon: args.eps });
}

/** Normalises each channel by its mean and (biased) variance over the batch and all places. */
function byBatchStatistics({ input, weight, bias, eps }: BatchNorm, onnx: OnnxBuilder, node: Node): Value {
  const rank = rankOf(input, node);
  const axes = onnx.ints(range(rank).filter((axis) => axis !== 1));
  const centred = onnx.Sub(input, onnx.ReduceMean(input, axes));
  const variance = onnx.ReduceMean(onnx.Mul(centred, centred), axes);
  const normal = onnx.Div(centred, onnx.Sqrt(onnx.Add(variance, onnx.like(input, eps))));
  const perChannel = (x: Value) => onnx.unsqueeze(x, range(rank - 2, 1));
  const scaled = weight ? onnx.Mul(normal, perChannel(weight)) : normal;
  return bias ? onnx.Add(scaled, perChannel(bias)) : scaled;
}

function affine(
  onnx: OnnxBuilder,
  input: Value,
  weight: Value | undefined,
  bias: Value | undefined,
  shape: readonly number[],
): [Value, Value] {
  const dtype = dtypeOf(input);
  return [weight ?? filled(onnx, shape, 1, dtype), bias ?? filled(onnx, shape, 0, dtype)];
}

interface LayerNorm {
  readonly input: Value;
  readonly normalized_shape: readonly number[];
  readonly weight: Value | undefined;
  readonly bias: Value | undefined;
  readonly eps: number;
}

/** The normalised tensor and, where somebody reads them, the mean and the reciprocal of the deviation. */
function layerNorm(args: LayerNorm, onnx: OnnxBuilder, node: Node): readonly Value[] {
  const { input, normalized_shape, weight, bias } = args;
  const scale = weight ?? filled(onnx, normalized_shape, 1, dtypeOf(input));
  const attributes = { axis: -normalized_shape.length, epsilon: args.eps };
  const count = node.outputs.findLastIndex((output) => output.useCount > 0) + 1;
  const results = onnx.many('LayerNormalization', [input, scale, bias], attributes, Math.max(count, 1));
  // ONNX gives statistics in float32 whatever the input is.
  return results.map((result, k) => (k === 0 ? result : onnx.cast(result, dtypeOf(input))));
}

export const normalization = lowerings({
  'aten::batch_norm': batchNorm,
  'aten::native_batch_norm': batchNorm,
  'aten::_native_batch_norm_legit.no_stats': (args, onnx, node) =>
    batchNorm({ ...args, running_mean: undefined, running_var: undefined }, onnx, node),
  'aten::_batch_norm_no_update': (args, onnx, node) => batchNorm({ ...args, training: false }, onnx, node),
  'aten::_native_batch_norm_legit_no_training': (args, onnx, node) =>
    batchNorm({ ...args, training: false }, onnx, node),

  'aten::instance_norm': (args, onnx, node) => {
    if (!args.use_input_stats) return batchNorm({ ...args, training: false }, onnx, node);
    const [scale, shift] = affine(onnx, args.input, args.weight, args.bias, [sizeAt(args.input, 1, node)]);
    return onnx.InstanceNormalization(args.input, scale, shift, { epsilon: args.eps });
  },
  'aten::layer_norm': layerNorm,
  'aten::native_layer_norm': layerNorm,
  'aten::group_norm': ({ input, num_groups, weight, bias, eps }, onnx, node) => {
    const [scale, shift] = affine(onnx, input, weight, bias, [sizeAt(input, 1, node)]);
    return onnx.GroupNormalization(input, scale, shift, { num_groups, epsilon: eps });
  },
  'aten::native_group_norm': ({ input, group, weight, bias, eps }, onnx, node) => {
    const [scale, shift] = affine(onnx, input, weight, bias, [sizeAt(input, 1, node)]);
    return onnx.GroupNormalization(input, scale, shift, { num_groups: group, epsilon: eps });
  },
  'aten::rms_norm': (args, onnx, node) => rmsNorm(args, onnx, node)[0],
  'aten::_fused_rms_norm': (args, onnx, node) => rmsNorm(args, onnx, node),
});

interface RmsNorm {
  readonly input: Value;
  readonly normalized_shape: readonly number[];
  readonly weight: Value | undefined;
  readonly eps: number | undefined;
}

/** The normalised tensor and the reciprocal of the root mean square. */
function rmsNorm({ input, normalized_shape, weight, eps }: RmsNorm, onnx: OnnxBuilder, node: Node): [Value, Value] {
  const rank = rankOf(input, node);
  const axes = onnx.ints(range(normalized_shape.length, rank - normalized_shape.length));
  // Without eps PyTorch takes the distance from 1 to the next float.
  const small = onnx.like(input, eps ?? EPSILON[dtypeOf(input)] ?? 2 ** -23);
  const mean = onnx.ReduceMean(onnx.Mul(input, input), axes);
  const root = onnx.Sqrt(onnx.Add(mean, small));
  const normal = onnx.Div(input, root);
  const inverse = (node.outputs[1]?.useCount ?? 0) > 0 ? onnx.Reciprocal(root) : root;
  return [weight ? onnx.Mul(normal, weight) : normal, inverse];
}

const EPSILON: Readonly<Record<string, number>> = { float64: 2 ** -52, float16: 2 ** -10, bfloat16: 2 ** -7 };
