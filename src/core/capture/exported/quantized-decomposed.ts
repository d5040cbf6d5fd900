/**
 * The operators that exported programs are quantised with (quantized_decomposed::*), on the numbers that integers stand for, as
 * in quantized-operators.ts. Schemas: torch/ao/quantization/fx/_decomposed.py.
 */

import { isDequantizable, takesZeroPoints } from '../../dialects/aten/quantized.ts';
import { fresh } from '../../dialects/aten/rule.ts';
import { isFloat } from '../../ir/dtype.ts';
import { dequantized } from '../operators/dequantized.ts';
import type { Keywords } from '../operators/dispatch.ts';
import type { Operators } from '../operators/operators.ts';
import { type QuantizedType, QuantizedValue } from '../values/quantized-values.ts';
import { type CapturedValue, isTensor, ListValue } from '../values/values.ts';

/** c10's numbers of int8, uint8 and float32. */
const TYPES = new Map<CapturedValue | undefined, QuantizedType>([
  [1n, 'int8'],
  [0n, 'uint8'],
]);
const FLOAT32 = 6n;

type Compute = (operators: Operators, given: Keywords) => CapturedValue | undefined;

const call = (operators: Operators, name: string, ...positional: CapturedValue[]): CapturedValue =>
  operators.call(name, { positional, keywords: new Map() });

const DECOMPOSED: Readonly<Record<string, Compute>> = {
  quantize_per_tensor: (operators, given) => {
    const [scale, zeroPoint] = [given.get('scale'), given.get('zero_point')];
    if (typeof scale !== 'number' || typeof zeroPoint !== 'bigint') return undefined;
    return rounded(operators, given, 'fake_quantize_per_tensor_affine', [scale, zeroPoint], { scale, zeroPoint });
  },
  quantize_per_channel: (operators, given) => {
    const parameters = ['scales', 'zero_points', 'axis'].map((name) => given.get(name) ?? null);
    const none = { scale: undefined, zeroPoint: undefined };
    return rounded(operators, given, 'fake_quantize_per_channel_affine', parameters, none);
  },
  dequantize_per_tensor: (operators, given) => {
    const [input = null, scale = null, zeroPoint = null] = ['input', 'scale', 'zero_point'].map((name) =>
      given.get(name),
    );
    if (typeof scale !== 'number' || typeof zeroPoint !== 'bigint') return undefined;
    if (!(input instanceof QuantizedValue))
      return dequantizedTensor(operators, input, scale, zeroPoint) ?? scaled(operators, input, scale, zeroPoint);
    const same = input.quantizer.scale === scale && input.quantizer.zeroPoint === zeroPoint;
    return same ? input.numbers : undefined;
  },
  dequantize_per_channel: (operators, given) => {
    const [input = null, scales = null, zeros = null, axis] = ['input', 'scales', 'zero_points', 'axis'].map((name) =>
      given.get(name),
    );
    if (input instanceof QuantizedValue) return input.quantizer.scale === undefined ? input.numbers : undefined;
    const rank = isTensor(input) ? input.info?.shape.length : undefined;
    if (rank === undefined || typeof axis !== 'bigint') return undefined;
    const known = dequantizedAlong(operators, input, scales, zeros, Number(axis));
    if (known) return known;
    const sizes = new ListValue(Array.from({ length: rank }, (_, k) => (k === Number(axis) ? -1n : 1n)));
    const along = (list: CapturedValue) => call(operators, 'view', call(operators, 'to', list, FLOAT32), sizes);
    return scaled(operators, input, along(scales), zeros === null ? null : along(zeros));
  },
};

/** Integers of a type that ONNX dequantises; undefined for others. */
function dequantizedTensor(
  operators: Operators,
  integers: CapturedValue,
  scale: number,
  zeroPoint: bigint,
): CapturedValue | undefined {
  const dtype = isTensor(integers) ? integers.info?.dtype : undefined;
  if (!isTensor(integers) || !isDequantizable(dtype) || !takesZeroPoints(dtype, [zeroPoint])) return undefined;
  const value = dequantized(operators.recorder, operators.read(integers), { scale, zeroPoint });
  return operators.fresh(value, fresh('float32', integers.info?.shape ?? []));
}

/** The same with constants for the slices of an axis. */
function dequantizedAlong(
  operators: Operators,
  integers: CapturedValue,
  scales: CapturedValue,
  zeros: CapturedValue,
  axis: number,
): CapturedValue | undefined {
  const dtype = isTensor(integers) ? integers.info?.dtype : undefined;
  if (!isTensor(integers) || !isDequantizable(dtype) || !isTensor(scales)) return undefined;
  const constant = isTensor(zeros) ? operators.read(zeros).constant : undefined;
  const known = constant && !isFloat(constant.dtype) ? constant.bigints() : undefined;
  if (zeros !== null && !(known && takesZeroPoints(dtype, known))) return undefined;
  const given = isTensor(zeros) && dtype !== 'int32' ? operators.read(operators.cast(zeros, dtype)) : undefined;
  const value = dequantized(operators.recorder, operators.read(integers), {
    axis: axis < 0 ? axis + (integers.info?.shape.length ?? 0) : axis,
    scales: operators.read(operators.cast(scales, 'float32')),
    zeroPoints: given,
  });
  return operators.fresh(value, fresh('float32', integers.info?.shape ?? []));
}

/** `(integers - zeroPoint) * scale`. */
function scaled(
  operators: Operators,
  integers: CapturedValue,
  scale: CapturedValue,
  zeroPoint: CapturedValue,
): CapturedValue | undefined {
  if (!isTensor(integers)) return undefined;
  const numbers = call(operators, 'to', integers, FLOAT32);
  const shifted = zeroPoint === null || zeroPoint === 0n ? numbers : call(operators, 'sub', numbers, zeroPoint);
  return call(operators, 'mul', shifted, scale);
}

function rounded(
  operators: Operators,
  given: Keywords,
  name: string,
  parameters: readonly CapturedValue[],
  quantizer: { readonly scale: number | undefined; readonly zeroPoint: bigint | undefined },
): CapturedValue | undefined {
  const dtype = TYPES.get(given.get('dtype'));
  const [input = null, least = null, most = null] = ['input', 'quant_min', 'quant_max'].map((each) => given.get(each));
  if (!dtype || !isTensor(input)) return undefined;
  const made = call(operators, name, input, ...parameters, least, most);
  return isTensor(made) ? new QuantizedValue(made, { dtype, ...quantizer }) : made;
}

/** A call of `quantized_decomposed::name`, whose arguments come by name; undefined for those that are not known. */
export function callDecomposed(operators: Operators, name: string, given: Keywords): CapturedValue | undefined {
  const compute = Object.hasOwn(DECOMPOSED, name) ? DECOMPOSED[name] : undefined;
  return given.get('out_dtype') ? undefined : compute?.(operators, given);
}
