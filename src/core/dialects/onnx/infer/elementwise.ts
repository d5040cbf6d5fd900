/** Type and shape rules of operators that work element by element. Rules: the ONNX operator specification. */
import type { DataType } from '../../../ir/dtype.ts';
import type { Node } from '../../../ir/node.ts';
import { type TensorType, tensorType } from '../../../ir/type.ts';
import { dtypeOfCode } from '../dtype-codes.ts';
import { broadcast, each, type Rules, shapeOf } from './rule.ts';

/** Outputs as large as the first input. */
const SAME_SHAPE = `Abs Acos Acosh Affine Asin Asinh Atan Atanh BitwiseNot Ceil Celu Clip Cos Cosh CumProd CumSum Elu
  Erf Exp Floor Gelu GroupNormalization HardSigmoid HardSwish Hardmax ImageScaler InstanceNormalization IsInf IsNaN LRN
  LeakyRelu Log LogSoftmax LpNormalization MeanVarianceNormalization Mish Neg Not PRelu ParametricSoftplus
  RMSNormalization Reciprocal Relu ReverseSequence RotaryEmbedding Round Scale ScaledTanh Scatter ScatterElements
  ScatterND Selu Shrink Sigmoid Sign Sin Sinh Softmax Softplus Softsign Sqrt Swish Tan Tanh TensorScatter
  ThresholdedRelu Trilu`;

const BROADCAST = `BitShift BitwiseAnd BitwiseOr BitwiseXor GreaterOrEqual LessOrEqual Max Mean Min Mod StringConcat Sum
  Where`;

/** Before opset 7 these took `broadcast` and `axis`, and the first input gave the shape. */
const BROADCAST_SINCE_7 = 'Add And Div Equal Greater Less Mul Or Pow Sub Xor';

export const elementwise: Rules = {
  ...each(SAME_SHAPE, (node) => [shapeOf(node)]),
  ...each(BROADCAST, (node) => [
    broadcast(
      node,
      node.inputs.map((value) => value?.shape),
    ),
  ]),
  ...each(BROADCAST_SINCE_7, (node, opset) => [
    opset < 7 ? shapeOf(node) : broadcast(node, [shapeOf(node, 0), shapeOf(node, 1)]),
  ]),

  // Opsets before 6 name the type by text.
  Cast: (node, opset) => [typed(node, opset < 6 ? undefined : dtypeOfCode(node.int('to', 0n)))],
  BitCast: (node) => [typed(node, dtypeOfCode(node.int('to', 0n)))],
  CastLike: (node) => [typed(node, node.input(1)?.dtype)],
  Identity: (node) => [node.input(0)?.type],
  Dropout: (node) => [shapeOf(node), shapeOf(node)],
  ...each('Bernoulli RandomNormalLike RandomUniformLike', (node) => [likeInput(node)]),
  EyeLike: (node) => [likeInput(node)],

  QuantizeLinear: (node) => {
    const given = dtypeOfCode(node.int('output_dtype', 0n));
    return [typed(node, node.input(2)?.dtype ?? given ?? 'uint8')];
  },
  DequantizeLinear: (node) => [typed(node, dtypeOfCode(node.int('output_dtype', 0n)) ?? node.input(1)?.dtype)],
  ...each('NegativeLogLikelihoodLoss SoftmaxCrossEntropyLoss', (node) => {
    const each = node.string('reduction', 'mean') === 'none';
    return [each ? shapeOf(node, 1) : [], shapeOf(node)];
  }),
  RegexFullMatch: (node) => [shapeOf(node)],
  StringSplit: (node) => {
    const shape = shapeOf(node);
    return [shape && [...shape, undefined], shape];
  },
  DynamicQuantizeLinear: (node) => [shapeOf(node), [], []],
};

/** As large as the first input, of another type. */
function typed(node: Node, dtype: DataType | undefined): TensorType | undefined {
  return dtype && tensorType(dtype, shapeOf(node));
}

/** As large as the first input, of the type that the attribute names or of the same. */
function likeInput(node: Node): TensorType | undefined {
  return typed(node, dtypeOfCode(node.int('dtype', 0n)) ?? node.input(0)?.dtype);
}
