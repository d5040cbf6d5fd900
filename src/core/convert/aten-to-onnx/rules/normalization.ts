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
  if (args.training || !running_mean || !running_var) {
    const reason = 'it normalises by the statistics of the batch: export the model after model.eval()';
    refuseArgument(node, args.training ? 'training=True' : 'track_running_stats=False', reason);
  }
  const channels = sizeAt(input, 1, node);
  const [scale, shift] = affine(onnx, input, weight, bias, [channels]);
  return onnx.BatchNormalization(input, scale, shift, running_mean, running_var, { epsilon: args.eps });
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

function layerNorm(args: LayerNorm, onnx: OnnxBuilder, outputs: number): readonly Value[] {
  const { input, normalized_shape, weight, bias } = args;
  const scale = weight ?? filled(onnx, normalized_shape, 1, dtypeOf(input));
  const attributes = { axis: -normalized_shape.length, epsilon: args.eps };
  return onnx.many('LayerNormalization', [input, scale, bias], attributes, outputs);
}

export const normalization = lowerings({
  'aten::batch_norm': batchNorm,
  'aten::native_batch_norm': batchNorm,
  'aten::_native_batch_norm_legit_no_training': (args, onnx, node) =>
    batchNorm({ ...args, training: false }, onnx, node),

  'aten::instance_norm': (args, onnx, node) => {
    if (!args.use_input_stats) return batchNorm({ ...args, training: false }, onnx, node);
    const [scale, shift] = affine(onnx, args.input, args.weight, args.bias, [sizeAt(args.input, 1, node)]);
    return onnx.InstanceNormalization(args.input, scale, shift, { epsilon: args.eps });
  },
  'aten::layer_norm': (args, onnx) => layerNorm(args, onnx, 1),
  'aten::native_layer_norm': (args, onnx) => layerNorm(args, onnx, 3),
  'aten::group_norm': ({ input, num_groups, weight, bias, eps }, onnx, node) => {
    const [scale, shift] = affine(onnx, input, weight, bias, [sizeAt(input, 1, node)]);
    return onnx.GroupNormalization(input, scale, shift, { num_groups, epsilon: eps });
  },
  'aten::native_group_norm': ({ input, group, weight, bias, eps }, onnx, node) => {
    const [scale, shift] = affine(onnx, input, weight, bias, [sizeAt(input, 1, node)]);
    return onnx.GroupNormalization(input, scale, shift, { num_groups: group, epsilon: eps });
  },
  'aten::rms_norm': ({ input, normalized_shape, weight, eps }, onnx, node) => {
    const rank = rankOf(input, node);
    const axes = onnx.ints(range(normalized_shape.length, rank - normalized_shape.length));
    // Without eps PyTorch takes the distance from 1 to the next float.
    const small = onnx.like(input, eps ?? EPSILON[dtypeOf(input)] ?? 2 ** -23);
    const mean = onnx.ReduceMean(onnx.Mul(input, input), axes);
    const normal = onnx.Div(input, onnx.Sqrt(onnx.Add(mean, small)));
    return weight ? onnx.Mul(normal, weight) : normal;
  },
});

const EPSILON: Readonly<Record<string, number>> = { float64: 2 ** -52, float16: 2 ** -10, bfloat16: 2 ** -7 };
