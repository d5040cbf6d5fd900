/** Operators that look at elements one by one. */
import { codeOfDtype } from '../../../../src/core/dialects/onnx/dtype-codes.ts';
import { DATA_TYPES, type DataType, isFloat } from '../../../../src/core/ir/dtype.ts';
import { elementCount } from '../../../../src/core/ir/shape.ts';
import { Tensor } from '../../../../src/core/ir/tensor.ts';
import type { Grow } from '../grow.ts';
import type { Known } from '../program.ts';
import { ANY, FLOATS, filled, randomDtype, tensorOf } from '../tensors.ts';
import { besides, broadcasts, type Recipe, someAttributes, typesOf } from './recipe.ts';

const UNARY = [
  'Abs',
  'Acos',
  'Acosh',
  'Asin',
  'Asinh',
  'Atan',
  'Atanh',
  'BitwiseNot',
  'Ceil',
  'Celu',
  'Cos',
  'Cosh',
  'Elu',
  'Erf',
  'Exp',
  'Floor',
  'Gelu',
  'HardSigmoid',
  'HardSwish',
  'Identity',
  'IsInf',
  'IsNaN',
  'LeakyRelu',
  'Log',
  'Mish',
  'Neg',
  'Not',
  'Reciprocal',
  'Relu',
  'Round',
  'Selu',
  'Shrink',
  'Sigmoid',
  'Sign',
  'Sin',
  'Sinh',
  'Softplus',
  'Softsign',
  'Sqrt',
  'Tan',
  'Tanh',
  'ThresholdedRelu',
];

const BINARY = [
  'Add',
  'Add',
  'Add',
  'And',
  'BitwiseAnd',
  'BitwiseOr',
  'BitwiseXor',
  'Div',
  'Div',
  'Equal',
  'Greater',
  'GreaterOrEqual',
  'Less',
  'LessOrEqual',
  'Mod',
  'Mul',
  'Mul',
  'Mul',
  'Or',
  'PRelu',
  'Pow',
  'Sub',
  'Sub',
  'Xor',
];

const VARIADIC = ['Max', 'Mean', 'Min', 'Sum'];

export const unary: Recipe = async (grow) => {
  const op = grow.chance.pick(UNARY.filter((name) => grow.has(name)));
  return grow.add(op, [grow.any(typesOf(grow, op))], { attributes: someAttributes(grow, op) });
};

export const binary: Recipe = async (grow) => {
  const op = grow.chance.pick(BINARY.filter((name) => grow.has(name)));
  const a = grow.any(typesOf(grow, op));
  const b = besides(grow, a);
  const pair = grow.chance.flip(0.8) || op === 'PRelu' ? [a, b] : [b, a];
  const fmod = op === 'Mod' && isFloat(a.tensor.dtype) ? 1 : undefined;
  return grow.add(op, pair, { attributes: { fmod } });
};

export const variadic: Recipe = async (grow) => {
  const op = grow.chance.pick(VARIADIC);
  const first = grow.any(typesOf(grow, op));
  const others = Array.from({ length: grow.chance.int(0, 2) }, () => besides(grow, first));
  return grow.add(op, [first, ...others]);
};

export const where: Recipe = async (grow) => {
  const x = grow.any(['float32', 'int64', 'uint8', 'int32']);
  const fits = ({ dtype, shape }: Tensor) => dtype === 'bool' && broadcasts(shape, x.tensor.shape);
  const condition = (grow.chance.flip(0.7) ? grow.find(fits) : undefined) ?? grow.constant(constantBool(grow, x));
  return grow.add('Where', grow.chance.flip() ? [condition, x, besides(grow, x)] : [condition, besides(grow, x), x]);
};

function constantBool(grow: Grow, { tensor }: Known): Tensor {
  const shape = grow.chance.pick([[], tensor.shape, tensor.shape.slice(-1)]);
  if (grow.chance.flip(0.5)) return filled(grow.chance, 'bool', shape);
  return Tensor.of('bool', shape, Array<number>(elementCount(shape)).fill(grow.chance.int(0, 1)));
}

export const cast: Recipe = async (grow) => {
  const x = grow.any(ANY);
  const to = grow.chance.flip(0.2) ? x.tensor.dtype : randomDtype(grow.chance);
  // What a number is that the type does not hold is nowhere said.
  if (isFloat(x.tensor.dtype) && !isFloat(to) && !holds(to, x.tensor)) return undefined;
  return grow.add('Cast', [x], { attributes: { to: codeOfDtype(to) } });
};

function holds(dtype: DataType, tensor: Tensor): boolean {
  if (dtype === 'bool') return true;
  const { bits, kind } = DATA_TYPES[dtype];
  const least = kind === 'uint' ? 0 : -(2 ** (bits - 1));
  return tensor.numbers().every((value) => value >= least && value < least + 2 ** bits);
}

export const clip: Recipe = async (grow) => {
  const dtypes = grow.opset < 12 ? (['float32'] as const) : (['float32', 'int64', 'int32', 'float64'] as const);
  const x = grow.any(dtypes);
  const boundless = isFloat(x.tensor.dtype) && grow.opset >= 11 && grow.chance.flip(0.1);
  const [low, high] = boundless
    ? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]
    : [grow.chance.pick([0, 0, -1, -100]), grow.chance.pick([1, 6, 6, 100])];
  const bound = (value: number) =>
    grow.chance.flip(0.8) ? { values: [value], scalar: true, dtype: x.tensor.dtype } : undefined;
  return grow.add('Clip', [x], { settings: { min: bound(low), max: bound(high) } });
};

export const dropout: Recipe = async (grow) => {
  const x = grow.any(FLOATS);
  const ratio = grow.chance.flip(0.5) ? { values: [0.25], scalar: true, dtype: 'float32' as const } : undefined;
  return grow.add('Dropout', [x], { settings: { ratio }, outputs: grow.chance.pick([1, 1, 2]) });
};

export const quantize: Recipe = async (grow) => {
  const x = grow.any(['float32']);
  const scale = grow.constant(tensorOf('float32', [], [grow.chance.pick([0.1, 0.5, 1])]));
  const zero = grow.constant(tensorOf(grow.chance.pick(['uint8', 'int8'] as const), [], [grow.chance.int(0, 3)]));
  const made = await grow.add('QuantizeLinear', [x, scale, zero]);
  return made && grow.add('DequantizeLinear', [made[0], scale, zero]);
};
