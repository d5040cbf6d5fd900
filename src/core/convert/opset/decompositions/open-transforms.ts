/** Fourier transforms of lengths that a run computes: their matrices are computed, too. Formulas: the ONNX operator specification. */
import type { DataType } from '../../../ir/dtype.ts';
import type { Value } from '../../../ir/value.ts';
import { dtypeOf, type OnnxBuilder } from '../../builder.ts';
import { counted, countedAlong } from './counting.ts';
import { sliced } from './forms.ts';

/** Lengths are scalars of int64. */
export interface OpenTransform {
  /** Of the transform. */
  readonly length: Value;
  /** How many places of the result are given. */
  readonly to: Value;
  /** Real numbers have one part. */
  readonly parts: 1 | 2;
  readonly inverse: boolean;
  /** Whether the result is real, from one side of the spectrum. */
  readonly real: boolean;
  /** Whether x may have more places than the transform is long. */
  readonly cuts?: boolean;
}

/** x: [..., places, parts] to [..., places, parts]; places beyond the length count for nothing, not even where they are infinite. */
export function transformedAtRun(onnx: OnnxBuilder, given: Value, rank: number, transform: OpenTransform): Value {
  const x = transform.cuts ? cutOff(onnx, given, rank, transform.length) : given;
  const { cos, sin } = wavesOf(onnx, x, rank, transform);
  const part = (index: number) => onnx.squeeze(sliced(onnx, x, rank - 1, index, index + 1), [rank - 1]);
  const real = part(0);
  const imaginary = transform.parts === 2 ? part(1) : undefined;
  const product = (value: Value, matrix: Value) => onnx.MatMul(value, matrix);
  const sum = (own: Value, other: Value | undefined) => (other ? onnx.Add(own, other) : own);
  // (a + bi) (cos + i sin), where sin has the sign of the direction.
  const first = sum(product(real, cos), imaginary && onnx.Neg(product(imaginary, sin)));
  if (transform.real) return onnx.unsqueeze(first, [rank - 1]);
  const second = sum(product(real, sin), imaginary && product(imaginary, cos));
  return onnx.Concat(onnx.unsqueeze(first, [rank - 1]), onnx.unsqueeze(second, [rank - 1]), { axis: rank - 1 });
}

function cutOff(onnx: OnnxBuilder, x: Value, rank: number, length: Value): Value {
  return onnx.Slice(x, onnx.ints([0]), onnx.unsqueeze(length, [0]), onnx.ints([rank - 2]));
}

/** [places of x, places of the result] */
function wavesOf(onnx: OnnxBuilder, x: Value, rank: number, transform: OpenTransform) {
  const { length, to, inverse } = transform;
  const own = dtypeOf(x);
  // As exact as what is written out where lengths are known.
  const dtype: DataType = 'float64';
  const number = (value: number) => onnx.constant(value, dtype);
  const from = onnx.unsqueeze(countedAlong(onnx, x, rank - 2), [1]);
  // Whole turns are taken off while the numbers are integers.
  const product = onnx.Mul(from, onnx.unsqueeze(counted(onnx, to), [0]));
  const rest = onnx.Sub(product, onnx.Mul(onnx.Div(product, length), length));
  const total = onnx.cast(length, dtype);
  const angle = onnx.Mul(onnx.Div(onnx.cast(rest, dtype), total), number((inverse ? 2 : -2) * Math.PI));
  const weight = inverse ? weightOf(onnx, from, transform, total) : undefined;
  const [cos, sin] = [onnx.Cos(angle), onnx.Sin(angle)].map((wave) =>
    onnx.cast(weight ? onnx.Mul(wave, weight) : wave, own),
  );
  if (!cos || !sin) throw new Error('a transform is of floats');
  return { cos, sin };
}

/** What each place counts of an inverse transform. */
function weightOf(onnx: OnnxBuilder, from: Value, { length, real }: OpenTransform, total: Value): Value {
  const number = (value: number) => onnx.like(total, value);
  if (!real) return onnx.Div(number(1), total);
  // The other side of a spectrum is its mirror image; what mirrors itself counts once.
  const holds = (condition: Value) => onnx.cast(condition, dtypeOf(total));
  const isFirst = holds(onnx.Equal(from, onnx.constant(0n)));
  const isMiddle = holds(onnx.Equal(onnx.Mul(from, onnx.constant(2n)), length));
  return onnx.Div(onnx.Sub(onnx.Sub(number(2), isFirst), isMiddle), total);
}
