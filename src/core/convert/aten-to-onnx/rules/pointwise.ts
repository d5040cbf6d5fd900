/** Functions of single elements, by the formulas of torch.special and torch. */
import { type DataType, isFloat } from '../../../ir/dtype.ts';
import type { Node } from '../../../ir/node.ts';
import { Tensor } from '../../../ir/tensor.ts';
import type { Value } from '../../../ir/value.ts';
import { dtypeOf, type OnnxBuilder } from '../../builder.ts';
import { type Lowering, lowerings } from '../lowering.ts';
import { asFloat, isHalf, isUnsigned, operand, refuseArgument, resultType } from '../support.ts';

type Unary = Lowering<{ readonly self: Value }>;

/** An operator of both vocabularies. Integers are cast first where PyTorch gives floats for them. */
const same =
  (op: UnaryOperator): Unary =>
  ({ self }, onnx, node) =>
    onnx[op](onnx.cast(self, resultType(node)));

type UnaryOperator =
  | 'Abs'
  | 'Acos'
  | 'Acosh'
  | 'Asin'
  | 'Asinh'
  | 'Atan'
  | 'Atanh'
  | 'Cos'
  | 'Cosh'
  | 'Erf'
  | 'Exp'
  | 'Log'
  | 'Neg'
  | 'Reciprocal'
  | 'Sign'
  | 'Sin'
  | 'Sinh'
  | 'Softsign'
  | 'Sqrt'
  | 'Tan';

/** Rounding does nothing to integers. */
const rounding =
  (op: 'Ceil' | 'Floor' | 'Round'): Unary =>
  ({ self }, onnx) =>
    isFloat(dtypeOf(self)) ? onnx[op](self) : self;

/** Something times a constant, in the float type of the result. */
const scaled =
  (op: 'Log' | 'Identity', factor: number): Unary =>
  ({ self }, onnx, node) => {
    const x = asFloat(onnx, self, node);
    return onnx.Mul(op === 'Log' ? onnx.Log(x) : x, onnx.like(x, factor));
  };

export const pointwise = lowerings({
  'aten::abs': same('Abs'),
  // ONNX negates no unsigned integers; they wrap around.
  'aten::neg': ({ self }, onnx) => (isUnsigned(dtypeOf(self)) ? onnx.Sub(onnx.like(self, 0), self) : onnx.Neg(self)),
  'aten::sign': same('Sign'),
  'aten::sgn': same('Sign'),
  'aten::acos': same('Acos'),
  'aten::acosh': same('Acosh'),
  'aten::asin': same('Asin'),
  'aten::asinh': same('Asinh'),
  'aten::atan': same('Atan'),
  'aten::atanh': same('Atanh'),
  'aten::cos': same('Cos'),
  'aten::cosh': same('Cosh'),
  'aten::sin': same('Sin'),
  'aten::sinh': same('Sinh'),
  'aten::tan': same('Tan'),
  'aten::exp': same('Exp'),
  'aten::log': same('Log'),
  'aten::sqrt': same('Sqrt'),
  'aten::reciprocal': same('Reciprocal'),
  'aten::erf': same('Erf'),

  'aten::ceil': rounding('Ceil'),
  'aten::floor': rounding('Floor'),
  'aten::round': ({ self, decimals }, onnx) => {
    if (!isFloat(dtypeOf(self))) return self;
    if (!decimals) return onnx.Round(self);
    const shift = onnx.like(self, 10 ** Math.abs(decimals));
    return decimals > 0
      ? onnx.Div(onnx.Round(onnx.Mul(self, shift)), shift)
      : onnx.Mul(onnx.Round(onnx.Div(self, shift)), shift);
  },
  'aten::trunc': ({ self }, onnx) => (isFloat(dtypeOf(self)) ? truncated(onnx, self) : self),
  'aten::frac': ({ self }, onnx) => onnx.Sub(self, truncated(onnx, self)),

  'aten::rsqrt': ({ self }, onnx, node) => onnx.Reciprocal(onnx.Sqrt(asFloat(onnx, self, node))),
  'aten::square': ({ self }, onnx) => onnx.Mul(self, self),
  'aten::exp2': ({ self }, onnx, node) => {
    const x = asFloat(onnx, self, node);
    return onnx.Pow(onnx.like(x, 2), x);
  },
  'aten::expm1': ({ self }, onnx, node) => {
    const x = asFloat(onnx, self, node);
    return onnx.Sub(onnx.Exp(x), onnx.like(x, 1));
  },
  'aten::log1p': ({ self }, onnx, node) => {
    const x = asFloat(onnx, self, node);
    return onnx.Log(onnx.Add(x, onnx.like(x, 1)));
  },
  'aten::log2': scaled('Log', Math.LOG2E),
  'aten::log10': scaled('Log', Math.LOG10E),
  'aten::deg2rad': scaled('Identity', Math.PI / 180),
  'aten::rad2deg': scaled('Identity', 180 / Math.PI),
  'aten::erfc': ({ self }, onnx, node) => {
    const x = asFloat(onnx, self, node);
    return onnx.Sub(onnx.like(x, 1), onnx.Erf(x));
  },
  'aten::logit': ({ self, eps }, onnx, node) => {
    const x = asFloat(onnx, self, node);
    const p = eps === undefined ? x : onnx.Clip(x, onnx.like(x, eps), onnx.like(x, 1 - eps));
    return onnx.Log(onnx.Div(p, onnx.Sub(onnx.like(x, 1), p)));
  },
  'aten::positive': ({ self }) => self,

  'aten::isnan': ({ self }, onnx) => (isFloat(dtypeOf(self)) ? onnx.IsNaN(self) : never(onnx, self)),
  'aten::isinf': ({ self }, onnx) => (isFloat(dtypeOf(self)) ? onnx.IsInf(self) : never(onnx, self)),
  'aten::isfinite': ({ self }, onnx) =>
    onnx.Not(isFloat(dtypeOf(self)) ? onnx.Or(onnx.IsNaN(self), onnx.IsInf(self)) : never(onnx, self)),
  // Minus zero has the sign too: its reciprocal is minus infinity.
  'aten::signbit': ({ self }, onnx) => {
    if (self.dtype === 'bool') return never(onnx, self);
    const zero = onnx.like(self, 0);
    const below = onnx.Less(self, zero);
    if (!isFloat(dtypeOf(self))) return below;
    return onnx.Or(below, onnx.Less(onnx.Reciprocal(self), zero));
  },
  'aten::isreal': ({ self }, onnx) => onnx.Not(never(onnx, self)),
  // Of real numbers: half a turn where they are negative.
  'aten::angle': ({ self }, onnx, node) => {
    const x = asFloat(onnx, self, node);
    const zero = onnx.like(x, 0);
    const turn = onnx.Where(onnx.Less(x, zero), onnx.like(x, Math.PI), zero);
    return onnx.Where(onnx.IsNaN(x), x, turn);
  },
  'aten::log_sigmoid_forward': ({ self }, onnx) => [
    onnx.Neg(onnx.Softplus(onnx.Neg(self))),
    onnx.constant(Tensor.of(dtypeOf(self), [0], [])),
  ],
  // -x log x, 0 at 0, and minus infinity below.
  'aten::special_entr': ({ self }, onnx, node) => {
    const x = asFloat(onnx, self, node);
    const zero = onnx.like(x, 0);
    const safe = onnx.Where(onnx.Greater(x, zero), x, onnx.like(x, 1));
    const curve = onnx.Neg(onnx.Mul(safe, onnx.Log(safe)));
    const known = onnx.Where(onnx.Less(x, zero), onnx.like(x, Number.NEGATIVE_INFINITY), curve);
    return onnx.Where(onnx.IsNaN(x), x, known);
  },
  'aten::isposinf': ({ self }, onnx) =>
    isFloat(dtypeOf(self)) ? onnx.IsInf(self, { detect_negative: 0 }) : never(onnx, self),
  'aten::isneginf': ({ self }, onnx) =>
    isFloat(dtypeOf(self)) ? onnx.IsInf(self, { detect_positive: 0 }) : never(onnx, self),
  'aten::nan_to_num': ({ self, nan, posinf, neginf }, onnx) => {
    const dtype = dtypeOf(self);
    if (!isFloat(dtype)) return self;
    const largest = LARGEST[dtype] ?? Number.MAX_VALUE;
    const known = onnx.Where(onnx.IsNaN(self), operand(onnx, nan ?? 0, dtype), self);
    const below = onnx.Where(onnx.IsInf(self, { detect_negative: 0 }), operand(onnx, posinf ?? largest, dtype), known);
    return onnx.Where(onnx.IsInf(self, { detect_positive: 0 }), operand(onnx, neginf ?? -largest, dtype), below);
  },
  'aten::sinc': ({ self }, onnx, node) => {
    // Half a float keeps too few digits of a multiple of pi.
    const dtype = isHalf(resultType(node)) ? 'float32' : resultType(node);
    const x = onnx.Mul(onnx.cast(self, dtype), onnx.constant(Math.PI, dtype));
    const zero = onnx.Equal(x, onnx.like(x, 0));
    // The quotient must not be 0/0 where it is not taken.
    const safe = onnx.Where(zero, onnx.like(x, 1), x);
    return onnx.cast(onnx.Where(zero, onnx.like(x, 1), onnx.Div(onnx.Sin(safe), safe)), resultType(node));
  },
  // The share of the normal distribution below x.
  'aten::special_ndtr': ({ self }, onnx, node) => {
    const x = asFloat(onnx, self, node);
    const one = onnx.like(x, 1);
    return onnx.Mul(onnx.Add(onnx.Erf(onnx.Mul(x, onnx.like(x, Math.SQRT1_2))), one), onnx.like(x, 0.5));
  },
  'aten::dropout': ({ input, p, train }, _, node) => undisturbed(input, p, train, node),
  'aten::feature_dropout': ({ input, p, train }, _, node) => undisturbed(input, p, train, node),
  'aten::alpha_dropout': ({ input, p, train }, _, node) => undisturbed(input, p, train, node),
  'aten::feature_alpha_dropout': ({ input, p, train }, _, node) => undisturbed(input, p, train, node),
  'aten::native_dropout': ({ input, p, train }, onnx, node) => [
    undisturbed(input, p, train ?? true, node),
    onnx.Equal(input, input),
  ],
});

/** The largest finite number of each float type. */
const LARGEST: Partial<Record<DataType, number>> = {
  float16: 65504,
  bfloat16: (2 - 2 ** -7) * 2 ** 127,
  float32: (2 - 2 ** -23) * 2 ** 127,
  float64: Number.MAX_VALUE,
};

/** Towards zero. */
export function truncated(onnx: OnnxBuilder, x: Value): Value {
  return onnx.Mul(onnx.Sign(x), onnx.Floor(onnx.Abs(x)));
}

/** False everywhere, in the shape of an integer tensor. */
function never(onnx: OnnxBuilder, self: Value): Value {
  return onnx.Not(onnx.Equal(self, self));
}

/** Dropout does nothing in evaluation. */
function undisturbed(input: Value, p: number, train: boolean, node: Node): Value {
  if (train && p !== 0) refuseArgument(node, 'train=True', 'its result is random: export the model after model.eval()');
  return input;
}
