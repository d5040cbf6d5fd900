/** Numbers as C rounds them. */
import type { Value } from '../../ir/value.ts';
import type { OnnxBuilder } from '../builder.ts';

/** To the nearest whole number, halves away from zero: Round of ONNX takes halves to even numbers. */
export function roundAway(x: Value, onnx: OnnxBuilder): Value {
  const size = onnx.Abs(x);
  const whole = onnx.Floor(size);
  // The rest is exact; a half that is added to a number just below it would not be.
  const up = onnx.cast(onnx.GreaterOrEqual(onnx.Sub(size, whole), onnx.constant(0.5)), 'float32');
  return onnx.Mul(onnx.Sign(x), onnx.Add(whole, up));
}
