/** Arithmetic of two operands with PyTorch's type promotion: every operand is cast to the common type first. */
import type { Scalar } from '../../../dialects/aten/arguments.ts';
import { isFloat } from '../../../ir/dtype.ts';
import type { Node } from '../../../ir/node.ts';
import { Value } from '../../../ir/value.ts';
import { dtypeOf, type OnnxBuilder } from '../../builder.ts';
import { type Lowering, lowerings } from '../lowering.ts';
import { commonType, operand, powerType, refuseArgument, resultType } from '../support.ts';
import { truncated } from './pointwise.ts';

type Operands = { readonly self: Value | Scalar; readonly other: Value | Scalar };
type Alpha = { readonly alpha?: Scalar | undefined };

function both(onnx: OnnxBuilder, node: Node, { self, other }: Operands): [Value, Value] {
  const dtype = resultType(node);
  return [operand(onnx, self, dtype), operand(onnx, other, dtype)];
}

/** The larger or smaller one: of truths that is "or" and "and". */
const extreme =
  (op: 'Max' | 'Min'): Lowering<Operands> =>
  (args, onnx, node) =>
    larger(onnx, op, ...both(onnx, node, args));

function larger(onnx: OnnxBuilder, op: 'Max' | 'Min', a: Value, b: Value): Value {
  if (dtypeOf(a) !== 'bool') return onnx[op](a, b);
  return op === 'Max' ? onnx.Or(a, b) : onnx.And(a, b);
}

/** `self + alpha * other`; booleans add as "or". */
const add = ({ self, other, alpha }: Operands & Alpha, onnx: OnnxBuilder, node: Node): Value => {
  const [a, b] = both(onnx, node, { self, other });
  if (resultType(node) === 'bool') return onnx.Or(a, b);
  return onnx.Add(a, times(onnx, b, alpha));
};

const subtract: Lowering<Operands & Alpha> = ({ self, other, alpha }, onnx, node) => {
  const [a, b] = both(onnx, node, { self, other });
  return onnx.Sub(a, times(onnx, b, alpha));
};

const divide: Lowering<Operands & { readonly rounding_mode?: string | undefined }> = (args, onnx, node) => {
  const [a, b] = both(onnx, node, args);
  if (args.rounding_mode === 'floor') return floorDivided(onnx, a, b, node);
  const quotient = onnx.Div(a, b);
  // Integers are cut off by ONNX too.
  return args.rounding_mode === 'trunc' && isFloat(resultType(node)) ? truncated(onnx, quotient) : quotient;
};

/** Rounds towards minus infinity. Mod takes the sign of the divisor, so that nothing is left to round for integers. */
function floorDivided(onnx: OnnxBuilder, a: Value, b: Value, node: Node): Value {
  if (isFloat(resultType(node))) return onnx.Floor(onnx.Div(a, b));
  return onnx.Div(onnx.Sub(a, onnx.Mod(a, b)), b);
}

function times(onnx: OnnxBuilder, x: Value, factor: Scalar | undefined): Value {
  return factor === undefined || Number(factor) === 1 ? x : onnx.Mul(x, onnx.like(x, factor));
}

const bitwise =
  (logical: 'And' | 'Or' | 'Xor', bits: 'BitwiseAnd' | 'BitwiseOr' | 'BitwiseXor'): Lowering<Operands> =>
  (args, onnx, node) => {
    const [a, b] = both(onnx, node, args);
    return resultType(node) === 'bool' ? onnx[logical](a, b) : onnx[bits](a, b);
  };

/** Where a number is wanted that is 2^count, shifting to the left is multiplying. */
const shiftLeft: Lowering<Operands> = (args, onnx, node) => {
  const [a, count] = both(onnx, node, args);
  return onnx.Mul(a, powerOfTwo(onnx, count));
};

/** Shifting to the right keeps the sign: it rounds towards minus infinity. */
const shiftRight: Lowering<Operands> = (args, onnx, node) => {
  const [a, count] = both(onnx, node, args);
  return floorDivided(onnx, a, powerOfTwo(onnx, count), node);
};

function powerOfTwo(onnx: OnnxBuilder, count: Value): Value {
  const dtype = powerType(dtypeOf(count));
  return onnx.cast(onnx.Pow(onnx.constant(2, dtype), onnx.cast(count, dtype)), dtypeOf(count));
}

export const arithmetic = lowerings({
  'aten::add': add,
  'aten::sub': subtract,
  'aten::rsub': ({ self, other, alpha }, onnx, node) => subtract({ self: other, other: self, alpha }, onnx, node),
  'aten::mul': (args, onnx, node) => {
    const [a, b] = both(onnx, node, args);
    return resultType(node) === 'bool' ? onnx.And(a, b) : onnx.Mul(a, b);
  },
  'aten::div': divide,
  'aten::true_divide': divide,
  'aten::floor_divide': (args, onnx, node) => floorDivided(onnx, ...both(onnx, node, args), node),
  'aten::remainder': (args, onnx, node) => {
    const [a, b] = both(onnx, node, args);
    if (!isFloat(resultType(node))) return onnx.Mod(a, b);
    return onnx.Sub(a, onnx.Mul(onnx.Floor(onnx.Div(a, b)), b));
  },
  // The sign of the dividend, as C's fmod.
  'aten::fmod': (args, onnx, node) => onnx.Mod(...both(onnx, node, args), { fmod: 1 }),
  'aten::pow': ({ self, exponent }, onnx, node) => power(onnx, node, self, exponent),
  'aten::float_power': ({ self, exponent }, onnx, node) => power(onnx, node, self, exponent),
  'aten::maximum': extreme('Max'),
  'aten::minimum': extreme('Min'),
  'aten::max.other': extreme('Max'),
  'aten::min.other': extreme('Min'),

  // As the largest and smallest, but what is not a number gives way to what is.
  'aten::fmax': (args, onnx, node) => numbersFirst(onnx, 'Max', ...both(onnx, node, args)),
  'aten::fmin': (args, onnx, node) => numbersFirst(onnx, 'Min', ...both(onnx, node, args)),
  // 0 * log(anything) is 0.
  'aten::xlogy': (args, onnx, node) => {
    const [x, y] = both(onnx, node, args);
    const zero = onnx.like(x, 0);
    return onnx.Where(onnx.And(onnx.Equal(x, zero), onnx.Not(onnx.IsNaN(y))), zero, onnx.Mul(x, onnx.Log(y)));
  },
  // As xlogy, of 1 + y.
  'aten::special_xlog1py': (args, onnx, node) => {
    const [x, y] = both(onnx, node, args);
    const zero = onnx.like(x, 0);
    const product = onnx.Mul(x, onnx.Log(onnx.Add(y, onnx.like(y, 1))));
    return onnx.Where(onnx.And(onnx.Equal(x, zero), onnx.Not(onnx.IsNaN(y))), zero, product);
  },
  'aten::ldexp': (args, onnx, node) => {
    const [x, exponent] = both(onnx, node, args);
    return onnx.Mul(x, onnx.Pow(onnx.constant(2, resultType(node)), exponent));
  },
  'aten::heaviside': ({ self, values }, onnx) => {
    // Of truths there is nothing below zero.
    if (self.dtype === 'bool') return onnx.Or(self, values);
    const zero = onnx.like(self, 0);
    const step = onnx.cast(onnx.Greater(self, zero), dtypeOf(self));
    return onnx.Where(onnx.Equal(self, zero), values, step);
  },
  'aten::_add_relu': ({ self, other, alpha }, onnx, node) => onnx.Relu(add({ self, other, alpha }, onnx, node)),

  'aten::addcmul': ({ self, tensor1, tensor2, value }, onnx, node) => {
    const dtype = resultType(node);
    const product = onnx.Mul(onnx.cast(tensor1, dtype), onnx.cast(tensor2, dtype));
    return onnx.Add(onnx.cast(self, dtype), times(onnx, product, value));
  },
  'aten::addcdiv': ({ self, tensor1, tensor2, value }, onnx, node) => {
    const dtype = resultType(node);
    const quotient = onnx.Div(onnx.cast(tensor1, dtype), onnx.cast(tensor2, dtype));
    return onnx.Add(onnx.cast(self, dtype), times(onnx, quotient, value));
  },
  'aten::lerp': ({ self, end, weight }, onnx, node) => {
    const share = operand(onnx, weight, resultType(node));
    return onnx.Add(self, onnx.Mul(onnx.Sub(end, self), share));
  },
  'aten::hypot': (args, onnx, node) => {
    const [a, b] = both(onnx, node, args);
    return onnx.Sqrt(onnx.Add(onnx.Mul(a, a), onnx.Mul(b, b)));
  },
  // max + log(1 + exp(-|difference|)) stays finite where exp of either would not.
  'aten::logaddexp': (args, onnx, node) => {
    const [a, b] = both(onnx, node, args);
    return onnx.Add(onnx.Max(a, b), onnx.Softplus(onnx.Neg(onnx.Abs(onnx.Sub(a, b)))));
  },
  'aten::logaddexp2': (args, onnx, node) => {
    const [a, b] = both(onnx, node, args);
    const distance = onnx.Mul(onnx.Neg(onnx.Abs(onnx.Sub(a, b))), onnx.like(a, Math.LN2));
    return onnx.Add(onnx.Max(a, b), onnx.Mul(onnx.Softplus(distance), onnx.like(a, Math.LOG2E)));
  },
  'aten::copysign': (args, onnx, node) => {
    const [a, b] = both(onnx, node, args);
    const size = onnx.Abs(a);
    return onnx.Where(onnx.Less(b, onnx.like(b, 0)), onnx.Neg(size), size);
  },
  'aten::atan2': (args, onnx, node) => {
    const [y, x] = both(onnx, node, args);
    return arcTangent(onnx, y, x);
  },

  'aten::bitwise_and': bitwise('And', 'BitwiseAnd'),
  'aten::bitwise_or': bitwise('Or', 'BitwiseOr'),
  'aten::bitwise_xor': bitwise('Xor', 'BitwiseXor'),
  'aten::bitwise_not': ({ self }, onnx) => (self.dtype === 'bool' ? onnx.Not(self) : onnx.BitwiseNot(self)),
  'aten::bitwise_left_shift': shiftLeft,
  'aten::bitwise_right_shift': shiftRight,
});

function power(onnx: OnnxBuilder, node: Node, self: Value | Scalar, exponent: Value | Scalar): Value {
  const dtype = resultType(node);
  if (!isFloat(dtype) && exponent instanceof Value && !isFloat(commonType(self, exponent)) && dtype === 'bool') {
    refuseArgument(node, 'bool operands', 'powers of booleans have no meaning in ONNX');
  }
  const base = operand(onnx, self, dtype);
  if (!(exponent instanceof Value)) {
    // What everybody writes for these, and what runs fastest.
    if (Number(exponent) === 1) return base;
    if (Number(exponent) === 2) return onnx.Mul(base, base);
    if (Number(exponent) === 0.5) return onnx.Sqrt(base);
  }
  const wide = powerType(dtype);
  return onnx.cast(onnx.Pow(onnx.cast(base, wide), operand(onnx, exponent, wide)), dtype);
}

/** The angle of (x, y), from the arc tangent of the quotient and the quadrant. */
export function arcTangent(onnx: OnnxBuilder, y: Value, x: Value): Value {
  const zero = onnx.like(x, 0);
  const half = onnx.like(x, Math.PI / 2);
  const upright = onnx.Equal(x, zero);
  const angle = onnx.Atan(onnx.Div(y, onnx.Where(upright, onnx.like(x, 1), x)));
  const turn = onnx.Where(onnx.Less(y, zero), onnx.like(x, -Math.PI), onnx.like(x, Math.PI));
  const behind = onnx.Where(onnx.Less(x, zero), onnx.Add(angle, turn), angle);
  return onnx.Where(upright, onnx.Mul(onnx.Sign(y), half), behind);
}

function numbersFirst(onnx: OnnxBuilder, op: 'Max' | 'Min', a: Value, b: Value): Value {
  if (!isFloat(dtypeOf(a))) return larger(onnx, op, a, b);
  return onnx.Where(onnx.IsNaN(a), b, onnx.Where(onnx.IsNaN(b), a, onnx[op](a, b)));
}
