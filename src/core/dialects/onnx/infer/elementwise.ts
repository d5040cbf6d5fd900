/** Type and shape rules of operators that work element by element. Rules: the ONNX operator specification. */
import { DATA_TYPES, type DataType, isDataType } from '../../../ir/dtype.ts';
import type { Node } from '../../../ir/node.ts';
import { type TensorType, tensorType } from '../../../ir/type.ts';
import { dtypeOfCode } from '../dtype-codes.ts';
import { broadcast, clash, each, meet, needRank, normalAxis, type Rules, shapeOf } from './rule.ts';

/** Outputs as large as the first input. */
const SAME_SHAPE = `Abs Acos Acosh Asin Asinh Atan Atanh BitwiseNot Ceil Celu Clip Cos Cosh CumProd CumSum Elu
  Erf Exp Floor Gelu HardSigmoid HardSwish IsInf IsNaN LRN LeakyRelu Log LpNormalization
  Mish Neg Not PRelu Reciprocal Relu Round Scatter
  ScatterElements ScatterND Selu Shrink Sigmoid Sign Sin Sinh Softplus Softsign Sqrt Swish Tan Tanh ThresholdedRelu`;

const BROADCAST = 'BitShift BitwiseAnd BitwiseOr BitwiseXor GreaterOrEqual LessOrEqual Mod Where';

/** Before opset 8 all inputs of these have one shape. */
const BROADCAST_SINCE_8 = 'Max Mean Min Sum';

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
  ...each(BROADCAST_SINCE_8, (node, version) => {
    const shapes = node.inputs.map((value) => value?.shape);
    if (version >= 8) return [broadcast(node, shapes)];
    return [shapes.reduce((a, b) => meet(node, a, b, 'shapes of the inputs'), undefined)];
  }),
  ...each(BROADCAST_SINCE_7, (node, opset) => [
    opset < 7 ? shapeOf(node) : broadcast(node, [shapeOf(node, 0), shapeOf(node, 1)]),
  ]),

  ReverseSequence: (node) => {
    const shape = shapeOf(node);
    if (shape && shape.length < 2) clash(node, `the data has rank ${shape.length}, less than 2`);
    needRank(node, 1, 1);
    return [shape];
  },
  Trilu: (node) => {
    const shape = shapeOf(node);
    if (shape && shape.length < 2) clash(node, `the data has rank ${shape.length}, less than 2`);
    return [shape];
  },
  ...each('Hardmax LogSoftmax Softmax', (node, version) => {
    const shape = shapeOf(node);
    // Version 1 sees the data as a matrix, where the axis may also stand behind the last one.
    if (shape && version >= 11) normalAxis(node, node.int('axis', version < 13 ? 1n : -1n), shape.length);
    return [shape];
  }),

  Cast: (node, version) => [typed(node, version < 6 ? namedType(node) : codedType(node, 'to'))],
  BitCast: (node) => {
    const [from, to] = [node.input(0)?.dtype, codedType(node, 'to')];
    if (from && DATA_TYPES[from].bits !== DATA_TYPES[to].bits) clash(node, `${from} and ${to} are not as wide`);
    return [typed(node, to)];
  },
  CastLike: (node) => [typed(node, node.input(1)?.dtype)],
  Identity: (node) => [node.input(0)?.type],
  Dropout: (node, version) => {
    if (version >= 12) {
      needRank(node, 1, 0);
      needRank(node, 2, 0);
    }
    return [shapeOf(node), shapeOf(node)];
  },
};

/** As large as the first input, of another type. */
function typed(node: Node, dtype: DataType | undefined): TensorType | undefined {
  return dtype && tensorType(dtype, shapeOf(node));
}

/** The element type that an attribute names by its number; throws where it names none. */
function codedType(node: Node, name: string): DataType {
  const code = node.int(name) ?? clash(node, `it lacks the attribute ${name}`);
  return dtypeOfCode(code) ?? clash(node, `${name} is ${code}, which is no element type`, { kind: 'attribute', name });
}

/** Before opset 6 the type is a word of onnx.proto. */
function namedType(node: Node): DataType | undefined {
  const word = node.string('to', '').toLowerCase();
  const renamed: Readonly<Record<string, DataType>> = { float: 'float32', double: 'float64' };
  return renamed[word] ?? (isDataType(word) ? word : undefined);
}
