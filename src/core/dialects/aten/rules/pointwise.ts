/**
 * Operators that work element by element: operands broadcast, and types promote. Rules: the structured kernels of
 * ATen/native (UnaryOps, BinaryOps, PointwiseOps, TensorCompare, Activation).
 */
import { DATA_TYPES, type DataType } from '../../../ir/dtype.ts';
import { Expression } from '../../../ir/expression.ts';
import { floorDivide } from '../../../ir/shape.ts';
import { isScalar, type Scalar } from '../arguments.ts';
import { pointwiseStrides } from '../layout.ts';
import { category, floatType, resultType } from '../promotion.ts';
import {
  axisOf,
  broadcast,
  each,
  fresh,
  packed,
  type Rule,
  type RuleArguments,
  type RuleTable,
  sizeAt,
  type TensorInfo,
  withSize,
} from '../rule.ts';

/** A pointwise result of operands in a type. */
export function elementwise(dtype: DataType, operands: readonly TensorInfo[]): TensorInfo {
  const shape = broadcast(...operands.map((operand) => operand.shape));
  return { dtype, shape, strides: pointwiseStrides(shape, operands) };
}

type TypeRule = (common: DataType) => DataType;
const same: TypeRule = (common) => common;
const toBool: TypeRule = () => 'bool';

/** Operands by argument name: tensors and numbers alike decide the type, tensors the shape. */
function over(names: readonly string[], type: TypeRule): Rule {
  return (args) => {
    const operands = operandsOf(args, names);
    return elementwise(type(resultType(operands)), operands.filter(isInfo));
  };
}

type PlainOrTensor = Scalar | Expression | TensorInfo;

function operandsOf(args: RuleArguments, names: readonly string[]): PlainOrTensor[] {
  return names.flatMap((name): PlainOrTensor[] => {
    const value = args.get(name);
    if (isScalar(value) || value instanceof Expression) return [value];
    const tensor = args.optionalTensor(name);
    return tensor ? [tensor] : [];
  });
}

function isInfo(operand: PlainOrTensor): operand is TensorInfo {
  return typeof operand === 'object' && !(operand instanceof Expression);
}

/** One tensor decides the type; the others only broadcast with it. */
function like(name: string, others: readonly string[] = [], type: TypeRule = same): Rule {
  return (args) => {
    const self = args.tensor(name);
    const rest = others.flatMap((other) => operandsOf(args, [other]).filter(isInfo));
    return elementwise(type(self.dtype), [self, ...rest]);
  };
}

const unary = like('self');
const unaryFloat = like('self', [], floatType);
const binary = over(['self', 'other'], same);
const binaryFloat = over(['self', 'other'], floatType);

/** True division gives floats; with a rounding mode it keeps the type. */
const divide: Rule = (args, counted) => (args.has('rounding_mode') ? binary : binaryFloat)(args, counted);

const absolute: Rule = (args) => {
  const self = args.tensor('self');
  const { kind, bits } = DATA_TYPES[self.dtype];
  return elementwise(kind !== 'complex' ? self.dtype : bits === 64 ? 'float32' : 'float64', [self]);
};

const floatPower: Rule = (args) => {
  const operands = operandsOf(args, ['self', 'exponent']);
  const complex = category(resultType(operands)) === 3;
  return elementwise(complex ? 'complex128' : 'float64', operands.filter(isInfo));
};

/** `where(condition)` alone lists places: its size depends on the data, so it has no rule here. */
const where: Rule = (args) => {
  if (!args.has('self')) return undefined;
  const operands = operandsOf(args, ['self', 'other']);
  // Two plain numbers: floats become the default float, ints int64.
  return elementwise(resultType(operands), [args.tensor('condition'), ...operands.filter(isInfo)]);
};

export const pointwise: RuleTable = {
  ...each(
    `neg negative positive relu relu6 hardtanh hardswish hardsigmoid leaky_relu elu selu celu silu mish gelu log_sigmoid
    softplus softshrink hardshrink threshold sign sgn square floor ceil round trunc fix frac bitwise_not
    rrelu nan_to_num fill special_round logcumsumexp fake_quantize_per_tensor_affine fake_quantize_per_channel_affine`,
    unary,
  ),
  ...each('abs absolute', absolute),
  angle: (args, counted) => (category(args.tensor('self').dtype) === 3 ? absolute : unaryFloat)(args, counted),
  ...each(
    `exp exp2 expm1 log log2 log10 log1p sqrt rsqrt sin cos tan asin acos atan sinh cosh tanh asinh acosh atanh arcsin
    arccos arctan arcsinh arccosh arctanh sigmoid erf erfc erfinv reciprocal logit sinc lgamma digamma i0 deg2rad rad2deg
    special_expit special_erf special_erfc special_erfinv special_exp2 special_expm1 special_log1p special_logit
    special_gammaln special_digamma special_psi special_sinc special_entr special_i0 special_i0e special_i1 special_i1e
    special_ndtr special_ndtri special_log_ndtr special_erfcx polygamma mvlgamma`,
    unaryFloat,
  ),
  ...each('isnan isinf isfinite isposinf isneginf isreal signbit logical_not', like('self', [], toBool)),
  ...each(
    `add sub subtract mul multiply rsub fmod remainder floor_divide maximum minimum fmax fmin bitwise_and bitwise_or
    bitwise_xor bitwise_left_shift bitwise_right_shift __and__ __or__ __xor__ __lshift__ __rshift__ gcd lcm
    hypot nextafter logaddexp logaddexp2 _add_relu`,
    binary,
  ),
  heaviside: over(['self', 'values'], same),
  ...each('div divide', divide),
  ...each('true_divide atan2 arctan2 copysign xlogy special_xlogy special_xlog1py ldexp', binaryFloat),
  ...each(
    'eq ne lt le gt ge not_equal less less_equal greater greater_equal logical_and logical_or logical_xor isclose',
    over(['self', 'other'], toBool),
  ),
  pow: over(['self', 'exponent'], same),
  float_power: floatPower,
  ...each('clamp clip', over(['self', 'min', 'max'], same)),
  clamp_min: over(['self', 'min'], same),
  clamp_max: over(['self', 'max'], same),
  where,
  // It copies itself row by row first.
  masked_fill: (args) => {
    const self = args.tensor('self');
    return fresh(self.dtype, broadcast(self.shape, args.tensor('mask').shape));
  },
  addcmul: over(['self', 'tensor1', 'tensor2'], same),
  addcdiv: over(['self', 'tensor1', 'tensor2'], same),
  lerp: like('self', ['end', 'weight']),
  ...each('prelu _prelu_kernel', (args) => {
    const self = args.tensor('self');
    return elementwise(self.dtype, [self]);
  }),
  // The sum of the squared differences is kept for training alone.
  log_sigmoid_forward: (args) => {
    const self = args.tensor('self');
    return [elementwise(self.dtype, [self]), fresh(self.dtype, [0])];
  },
  isin: (args) => {
    const elements = args.optionalTensor('elements');
    return elements ? elementwise('bool', [elements]) : fresh('bool', []);
  },
  glu: (args) => {
    const self = args.tensor('self');
    const axis = axisOf(args.number('dim'), self.shape.length);
    return packed(self.dtype, withSize(self.shape, axis, floorDivide(sizeAt(self.shape, axis), 2)), self);
  },
  ...each('cumsum cumprod', (args) => {
    const self = args.tensor('self');
    const dtype = args.dtype('dtype') ?? (category(self.dtype) < 2 ? 'int64' : self.dtype);
    return elementwise(dtype, [self]);
  }),
};
