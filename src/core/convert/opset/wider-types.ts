/**
 * Element types that an operator took only from a version on, computed before it in a wider type: what is computed there is
 * exact for every number of the narrower one, or rounded once more at the end. Source: the type constraints of the versions
 * in the ONNX operator changelog.
 */
import type { DataType } from '../../ir/dtype.ts';
import type { Node } from '../../ir/node.ts';
import type { Value } from '../../ir/value.ts';
import type { OnnxBuilder } from '../builder.ts';

interface Widening {
  /** The version that brought the types. */
  readonly since: number;
  readonly operators: ReadonlySet<string>;
  /** For each type that it brought, one that the version before takes, too. */
  readonly through: Partial<Record<DataType, DataType>>;
}

/** Floats that hold all integers of a type. */
const INTEGERS_AS_FLOATS: Widening['through'] = {
  int8: 'float32',
  int16: 'float32',
  int32: 'float64',
  uint8: 'float32',
  uint16: 'float32',
  uint32: 'float64',
};

const WIDENINGS: readonly Widening[] = [
  row(28, 'Celu Compress Einsum OneHot ReverseSequence Unique', { bfloat16: 'float32' }),
  row(28, 'Celu', { float16: 'float32' }),
  row(24, 'TopK', { bfloat16: 'float32' }),
  row(
    22,
    `Acos Acosh Asin Asinh Atan Atanh AveragePool Conv ConvTranspose Cos Cosh DeformConv Det Elu GlobalAveragePool
    GlobalLpPool GlobalMaxPool GridSample GRU HardSigmoid HardSwish InstanceNormalization LSTM LpNormalization LpPool MaxPool
    MaxRoiPool MaxUnpool Mish NegativeLogLikelihoodLoss RNN RoiAlign Round Selu Sin Sinh Softplus Softsign Tan
    ThresholdedRelu`,
    { bfloat16: 'float32' },
  ),
  row(21, 'QLinearMatMul', { bfloat16: 'float32', float16: 'float32' }),
  row(20, 'IsNaN IsInf', {
    float8e4m3fn: 'float32',
    float8e4m3fnuz: 'float32',
    float8e5m2: 'float32',
    float8e5m2fnuz: 'float32',
  }),
  row(19, 'QuantizeLinear', { bfloat16: 'float32', float16: 'float32' }),
  row(16, 'GreaterOrEqual LeakyRelu LessOrEqual PRelu Where', { bfloat16: 'float32' }),
  row(14, 'BatchNormalization', { bfloat16: 'float32' }),
  row(14, 'CumSum', { bfloat16: 'float32', float16: 'float32' }),
  row(13, 'Pad', { bool: 'uint8' }),
  row(12, 'Max Min', INTEGERS_AS_FLOATS),
  row(12, 'MaxPool', { int8: 'float32', uint8: 'float32' }),
  row(12, 'ReduceMax ReduceMin', { int8: 'int32', uint8: 'int32' }),
  // Integers are equal where their bits are.
  row(11, 'Equal', {
    int8: 'int32',
    int16: 'int32',
    uint8: 'int32',
    uint16: 'int32',
    uint32: 'int64',
    uint64: 'int64',
  }),
  row(11, 'Pad TopK', INTEGERS_AS_FLOATS),
  row(9, 'Greater Less', INTEGERS_AS_FLOATS),
  row(6, 'Abs Add Div Mul Neg Sub', INTEGERS_AS_FLOATS),
  row(4, 'Concat', { ...INTEGERS_AS_FLOATS, bool: 'float32' }),
  row(2, 'Split', { ...INTEGERS_AS_FLOATS, bool: 'float32' }),
];

/** A float that holds all numbers of an element type; undefined where it is one, or none does. */
export function floatThatHolds(dtype: DataType): DataType | undefined {
  return dtype === 'bool' ? 'float32' : INTEGERS_AS_FLOATS[dtype];
}

function row(since: number, operators: string, through: Widening['through']): Widening {
  return { since, operators: new Set(operators.split(/\s+/)), through };
}

/** What stands for the outputs of a node, what was built for it, and the operator among that. */
interface Widened {
  readonly values: readonly Value[];
  readonly built: readonly Node[];
  readonly wide: Node;
}

/**
 * What stands for the outputs of a node whose types the version before `since` does not take: the same operator on inputs
 * cast to a wider type, its results cast back. Undefined where the node has no such type.
 */
export function inWiderType(node: Node, since: number, onnx: OnnxBuilder): Widened | undefined {
  for (const { since: version, operators, through } of WIDENINGS) {
    if (version !== since || !operators.has(node.op)) continue;
    const narrow = node.inputs.map((value) => value?.dtype).find((dtype) => dtype && through[dtype]);
    const wide = narrow && through[narrow];
    if (!wide) continue;
    const inputs = node.inputs.map((value) => (value?.dtype === narrow ? onnx.cast(value, wide) : value));
    // Casts are of the older opset; the operator is still that of the newer one.
    const newer = onnx.at(since).from(node);
    const results = newer.same(inputs);
    const [made] = newer.built;
    if (!made) throw new Error(`no ${node.op} was made`);
    const values = results.map((value, k) => (node.outputs[k]?.dtype === narrow ? onnx.cast(value, narrow) : value));
    return { values, built: [...onnx.built, made], wide: made };
  }
  return undefined;
}
