/**
 * The node that says which numbers integers stand for, `scale * (integer - zero point)` as float32: the operator that
 * exported programs have for it, whatever the program was. Schemas: torch/ao/quantization/fx/_decomposed.py.
 */
import { INTEGER_RANGES, isDequantizable, QUANTIZED_DECOMPOSED } from '../../dialects/aten/quantized.ts';
import { fresh } from '../../dialects/aten/rule.ts';
import { type Attribute, float, int } from '../../ir/attribute.ts';
import type { Shape } from '../../ir/shape.ts';
import type { Value } from '../../ir/value.ts';
import type { Recorder } from '../recorder.ts';

export interface SingleScale {
  readonly scale: number;
  /** An integer of the type. */
  readonly zeroPoint: bigint;
}

/** A scale for each slice of an axis. */
export interface ScalesOfAxis {
  readonly axis: number;
  /** float32. */
  readonly scales: Value;
  /** Of the type of the integers; none are zeros. */
  readonly zeroPoints?: Value | undefined;
}

/** The numbers of integers, as float32. Throws TypeError for types other than int8, uint8 and int32. */
export function dequantized(recorder: Recorder, integers: Value, by: SingleScale | ScalesOfAxis): Value {
  const { dtype } = integers;
  if (!isDequantizable(dtype)) throw new TypeError(`${dtype} are no quantised integers`);
  const [least, most] = INTEGER_RANGES[dtype];
  const type: Attribute = { type: 'dtype', value: dtype };
  const bounds = { quant_min: int(least), quant_max: int(most), dtype: type };
  const shape: Shape = integers.shape ?? [];
  const call = { domain: QUANTIZED_DECOMPOSED, output: fresh('float32', shape) };
  if ('scale' in by) {
    const attributes = { scale: float(by.scale), zero_point: int(by.zeroPoint), ...bounds };
    return recorder.value({ ...call, op: 'dequantize_per_tensor', inputs: [integers], attributes });
  }
  const inputs = [integers, by.scales, by.zeroPoints];
  const attributes = { axis: int(by.axis), ...bounds };
  return recorder.value({ ...call, op: 'dequantize_per_channel', inputs, attributes });
}
