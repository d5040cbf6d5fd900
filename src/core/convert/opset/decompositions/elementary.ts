/** Functions of single numbers that opsets from 9 on brought. */
import { codeOfDtype, dtypeOfCode } from '../../../dialects/onnx/dtype-codes.ts';
import { isFloat } from '../../../ir/dtype.ts';
import type { Value } from '../../../ir/value.ts';
import { dtypeOf, type OnnxBuilder } from '../../builder.ts';
import { type Adapter, Approximation, adapter, down, nearlyDown, tooOld } from '../adapter.ts';
import { chosen } from './choosing.ts';
import { typed } from './forms.ts';
import { decomposed } from './text.ts';

/** Where x > bound; before 9 floats alone were compared, and no sign is lost as float64. */
function above(onnx: OnnxBuilder, x: Value, bound: number): Value {
  const wide = isFloat(dtypeOf(x)) ? x : onnx.cast(x, 'float64');
  return onnx.Greater(wide, onnx.like(wide, bound));
}

export function below(onnx: OnnxBuilder, x: Value, bound: number): Value {
  const wide = isFloat(dtypeOf(x)) ? x : onnx.cast(x, 'float64');
  return onnx.Less(wide, onnx.like(wide, bound));
}

/** 1, 0 or -1 of the type of x. */
function signOf(onnx: OnnxBuilder, x: Value): Value {
  const dtype = dtypeOf(x);
  // Unsigned and narrow integers take the difference as int32.
  const within = isFloat(dtype) || dtype === 'int64' ? dtype : 'int32';
  const difference = onnx.Sub(onnx.cast(above(onnx, x, 0), within), onnx.cast(below(onnx, x, 0), within));
  return onnx.cast(difference, dtype);
}

const sign = adapter(down(9, 'Sign'), (node, onnx) => signOf(onnx, typed(node).value));

/** Every number is less than 1 or greater than 0; NaN is neither. */
const isNaNDown = adapter(down(9, 'IsNaN'), (node, onnx) => {
  const { value: x } = typed(node);
  return onnx.Not(onnx.Or(below(onnx, x, 1), above(onnx, x, 0)));
});

const LARGEST = { float32: 3.4028234663852886e38, float64: Number.MAX_VALUE } as const;

/** What lies beyond the largest number. */
const isInfDown = adapter(down(10, 'IsInf'), (node, onnx) => {
  const { value: x, dtype } = typed(node);
  if (dtype !== 'float32' && dtype !== 'float64') tooOld(node, 10, `it takes ${dtype}`);
  const [most, least] = [LARGEST[dtype], -LARGEST[dtype]];
  const [up, back] = ['detect_positive', 'detect_negative'].map((name) => node.int(name, 1n) !== 0n);
  if (up && back) return onnx.Greater(onnx.Abs(x), onnx.like(x, most));
  if (up) return above(onnx, x, most);
  if (back) return below(onnx, x, least);
  return onnx.And(above(onnx, x, most), below(onnx, x, least));
});

/** Halves go to the even neighbour: the one below plus 1 where the rest is more than a half, or a half of an odd one. */
export function rounded(onnx: OnnxBuilder, x: Value): Value {
  if (onnx.opset >= 11) return onnx.Round(x);
  const floor = onnx.Floor(x);
  const rest = onnx.Sub(x, floor);
  const half = onnx.Mul(floor, onnx.like(x, 0.5));
  const odd = above(onnx, onnx.Sub(half, onnx.Floor(half)), 0.25);
  const up = onnx.Or(above(onnx, rest, 0.5), onnx.And(odd, onnx.Not(below(onnx, rest, 0.5))));
  return onnx.Add(floor, onnx.cast(up, dtypeOf(x)));
}

const round = adapter(down(11, 'Round'), (node, onnx) => rounded(onnx, typed(node).value));

const shrink = adapter(down(9, 'Shrink'), (node, onnx) => {
  const { value: x, dtype } = typed(node);
  const [lambd, bias] = [node.float('lambd', 0.5), node.float('bias', 0)];
  if (!isFloat(dtype) && !Number.isInteger(bias)) tooOld(node, 9, 'it adds a fraction to integers');
  const zero = onnx.like(x, 0);
  const shifted = (by: number) => (by === 0 ? x : onnx.Add(x, onnx.like(x, by)));
  const lower = chosen(onnx, node, below(onnx, x, -lambd), shifted(bias), zero);
  return chosen(onnx, node, above(onnx, x, lambd), shifted(-bias), lower);
});

/** log(1 + z) also of small z: what 1 + z loses in rounding is divided out again. */
function logOfOneMore(onnx: OnnxBuilder, z: Value): Value {
  const sum = onnx.Add(z, onnx.like(z, 1));
  const gained = onnx.Sub(sum, onnx.like(z, 1));
  const none = onnx.cast(onnx.Not(above(onnx, onnx.Abs(gained), 0)), dtypeOf(z));
  return onnx.Mul(z, onnx.Div(onnx.Add(onnx.Log(sum), none), onnx.Add(gained, none)));
}

/** Half of e^x, as a product of halves that do not overflow before the result does. */
function halfExponential(onnx: OnnxBuilder, halfX: Value): Value {
  const root = onnx.Exp(halfX);
  return onnx.Mul(onnx.Mul(root, onnx.like(root, 0.5)), root);
}

function hyperbolicCosine(onnx: OnnxBuilder, x: Value): Value {
  const half = onnx.Mul(x, onnx.like(x, 0.5));
  return onnx.Add(halfExponential(onnx, half), halfExponential(onnx, onnx.Neg(half)));
}

const cosh = adapter(down(9, 'Cosh'), (node, onnx) => hyperbolicCosine(onnx, typed(node).value));

/** A difference of exponentials would lose the digits of small numbers. */
const sinh = adapter(down(9, 'Sinh'), (node, onnx) => {
  const { value: x } = typed(node);
  return onnx.Mul(onnx.Tanh(x), hyperbolicCosine(onnx, x));
});

/** log(|x| + sqrt(x² + 1)), as log(1 + |x| + |x| / (1/|x| + sqrt(1/x² + 1))), with the sign of x. */
const asinh = adapter(down(9, 'Asinh'), (node, onnx) => {
  const { value: x } = typed(node);
  const size = onnx.Abs(x);
  const inverse = onnx.Reciprocal(size);
  const root = onnx.Sqrt(onnx.Add(onnx.Mul(inverse, inverse), onnx.like(x, 1)));
  const more = onnx.Add(size, onnx.Div(size, onnx.Add(inverse, root)));
  return onnx.Mul(signOf(onnx, x), logOfOneMore(onnx, more));
});

/** log(x + sqrt(x² - 1)), as log(1 + t + sqrt(t) sqrt(t + 2)) of t = x - 1. */
const acosh = adapter(down(9, 'Acosh'), (node, onnx) => {
  const { value: x } = typed(node);
  const t = onnx.Sub(x, onnx.like(x, 1));
  const root = onnx.Mul(onnx.Sqrt(t), onnx.Sqrt(onnx.Add(t, onnx.like(x, 2))));
  return logOfOneMore(onnx, onnx.Add(t, root));
});

/** (log(1 + x) - log(1 - x)) / 2. */
const atanh = adapter(down(9, 'Atanh'), (node, onnx) => {
  const { value: x } = typed(node);
  const difference = onnx.Sub(logOfOneMore(onnx, x), logOfOneMore(onnx, onnx.Neg(x)));
  return onnx.Mul(difference, onnx.like(x, 0.5));
});

/** Drawn anew in each run, as the operator is: 1 where an even distribution gives less than the probability. */
const bernoulli = adapter(down(15, 'Bernoulli'), (node, onnx) => {
  const { value: x, dtype } = typed(node);
  const seed = node.float('seed');
  const drawn = onnx.RandomUniformLike(x, { ...(seed !== undefined && { seed }), dtype: codeOfDtype(dtype) });
  return onnx.cast(onnx.Less(drawn, x), dtypeOfCode(node.int('dtype', 0n)) ?? dtype);
});

/**
 * erf(x) nearly, as x p(x²) / q(x²) up to 4, beyond which float32 knows 1 alone. The numbers were fitted by least squares for
 * the smallest relative error (2.5e-8 over the real numbers); none is below 0, so that no digits are lost in the sums.
 */
const ERF = {
  end: 4,
  above: [
    1.128379139549019, 0.19353364944147197, 0.0530999274750846, 0.00388276636821496, 2.8453882133721756e-4,
    1.98669164542836e-6,
  ],
  below: [1, 0.5048472905359136, 0.11534500329951965, 0.015206109177791841, 0.0011854043994327422, 3.74178010299706e-5],
};

/** What approximations.test.ts measures: over 200,001 numbers from -10 to 10, relative to what is right. */
const ERF_ERRORS = { float16: '4.9e-4', float32: '4.4e-7', float64: '2.6e-8' };

const erf = adapter(nearlyDown(9, 'Erf'), (node, onnx) => {
  const { value, dtype } = typed(node);
  if (dtype !== 'float16' && dtype !== 'float32' && dtype !== 'float64') tooOld(node, 9, `it takes ${dtype}`);
  const within = (each: Value, end: number) => onnx.Max(onnx.Min(each, onnx.like(each, end)), onnx.like(each, -end));
  const x = within(dtype === 'float16' ? onnx.cast(value, 'float32') : value, ERF.end);
  const square = onnx.Mul(x, x);
  const sum = (numbers: readonly number[]): Value => {
    const [last = 0, ...others] = [...numbers].reverse();
    return others.reduce<Value>(
      (total, number) => onnx.Add(onnx.Mul(total, square), onnx.like(x, number)),
      onnx.like(x, last),
    );
  };
  const result = onnx.Mul(x, onnx.Div(sum(ERF.above), sum(ERF.below)));
  const error = `at 200,001 numbers from -10 to 10 it is off by at most ${ERF_ERRORS[dtype]} of what is right`;
  return new Approximation([onnx.cast(within(result, 1), dtype)], error);
});

export const elementary: readonly Adapter[] = [
  decomposed(
    9,
    `y = MeanVarianceNormalization <axes = a> (x) =>
     m = ReduceMean <axes = a, keepdims = 1> (x)
     s = ReduceMean <axes = a, keepdims = 1> (Mul (x, x))
     d = Sqrt (Sub (s, Mul (m, m)))
     y = Div (Sub (x, m), Add (d, 0.000000001))`,
  ),
  decomposed(10, 'y = ThresholdedRelu <alpha = a> (x) => y = Where (Greater (x, a), x, 0.0)'),
  bernoulli,
  sign,
  isNaNDown,
  isInfDown,
  round,
  shrink,
  cosh,
  sinh,
  asinh,
  acosh,
  atanh,
  erf,
];
