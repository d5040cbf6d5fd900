/** Type and shape rules of operators that work element by element. Rules: the ONNX operator specification. */
import type { DataType } from '../../../ir/dtype.ts';
import type { Node } from '../../../ir/node.ts';
import { type TensorType, tensorType } from '../../../ir/type.ts';
import { dtypeOfCode } from '../dtype-codes.ts';
import { broadcast, each, normalAxis, type Rules, shapeOf } from './rule.ts';

/** Outputs as large as the first input. */
const SAME_SHAPE = `Abs Acos Acosh Affine Asin Asinh Atan Atanh BitwiseNot Ceil Celu Clip Cos Cosh CumProd CumSum Elu
  Erf Exp Floor Gelu GroupNormalization HardSigmoid HardSwish  ImageScaler InstanceNormalization IsInf IsNaN LRN
  LeakyRelu Log LpNormalization MeanVarianceNormalization Mish Neg Not PRelu ParametricSoftplus
  RMSNormalization Reciprocal Relu ReverseSequence Round Scale ScaledTanh Scatter ScatterElements
  ScatterND Selu Shrink Sigmoid Sign Sin Sinh Softplus Softsign Sqrt Swish Tan Tanh
  ThresholdedRelu Trilu`;

const BROADCAST = `BitShift BitwiseAnd BitwiseOr BitwiseXor GreaterOrEqual LessOrEqual Max Mean Min Mod Sum
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

  ...each('Hardmax LogSoftmax Softmax', (node, version) => {
    const shape = shapeOf(node);
    if (shape) normalAxis(node, node.int('axis', version < 13 ? 1n : -1n), shape.length);
    return [shape];
  }),

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
  ...each('NegativeLogLikelihoodLossCrossEntropyLoss', (node) => {
    const each = node.string('reduction', 'mean') === 'none';
    return [each ? shapeOf(node, 1) : [], shapeOf(node)];
  }),
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
