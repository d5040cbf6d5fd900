/**
 * Operators of quantised numbers (10, 11) by integers that floats hold exactly: products of 8-bit numbers are added up in
 * float64, or in float32 where their sum stays below 2^24. Formulas: the ONNX operator specification.
 */
import type { DataType } from '../../../ir/dtype.ts';
import type { Node } from '../../../ir/node.ts';
import { elementCount, isStatic } from '../../../ir/shape.ts';
import type { Value } from '../../../ir/value.ts';
import { refuse } from '../../../problems/problem.ts';
import type { OnnxBuilder } from '../../builder.ts';
import { type Adapter, adapter, down, operand, rankOf, tooOld } from '../adapter.ts';
import { naturals } from './counting.ts';
import { rounded } from './elementary.ts';
import { typed } from './forms.ts';

const ENDS: Partial<Record<DataType, readonly [number, number]>> = { uint8: [0, 255], int8: [-128, 127] };

/** The largest product of two numbers less their zero points. */
const LARGEST_PRODUCT = 255 * 255;

/** Steps of the scale become integers: halves go to the even neighbour, what lies beyond the type to its ends. */
function saturated(node: Node, onnx: OnnxBuilder, steps: Value, zero: Value | undefined, dtype: DataType): Value {
  const ends = ENDS[dtype];
  if (!ends) tooOld(node, 10, `it makes ${dtype}`);
  const whole = rounded(onnx, steps);
  const shifted = zero ? onnx.Add(whole, onnx.cast(zero, 'float32')) : whole;
  return onnx.cast(clipped(onnx, shifted, ...ends), dtype);
}

/** Bounds are attributes until 10. */
function clipped(onnx: OnnxBuilder, x: Value, min: number, max: number): Value {
  const bounds = Object.entries({ min, max }).map(([name, value]) => [name, { type: 'float', value }] as const);
  return onnx.node('', 'Clip', [x], bounds).output();
}

function isSingle({ shape }: Value): boolean {
  return isStatic(shape) && elementCount(shape) === 1;
}

const quantize = adapter(down(10, 'QuantizeLinear'), (node, onnx) => {
  const [x, scale, zero] = [onnx.cast(typed(node).value, 'float32'), operand(node, 1), node.input(2)];
  return saturated(node, onnx, onnx.Div(x, scale), zero, zero?.dtype ?? 'uint8');
});

/** The scale spreads 0 and all numbers over 0 to 255. */
const dynamicQuantize = adapter(down(11, 'DynamicQuantizeLinear'), (node, onnx) => {
  const { value: x } = typed(node);
  const zero = onnx.constant(0);
  const most = onnx.Max(onnx.ReduceMax(x, { keepdims: 0 }), zero);
  const least = onnx.Min(onnx.ReduceMin(x, { keepdims: 0 }), zero);
  const scale = onnx.Div(onnx.Sub(most, least), onnx.constant(255));
  const shift = onnx.cast(rounded(onnx, clipped(onnx, onnx.Div(onnx.Neg(least), scale), 0, 255)), 'uint8');
  return [onnx.QuantizeLinear(x, scale, shift), scale, shift].slice(0, node.outputs.length);
});

/** Numbers less their zero point, which may differ along an axis. */
function centred(
  node: Node,
  onnx: OnnxBuilder,
  index: number,
  zeroIndex: number,
  within: DataType,
  axis: number,
): Value {
  const x = onnx.cast(operand(node, index), within);
  const zero = node.input(zeroIndex);
  return zero ? onnx.Sub(x, spread(node, onnx, onnx.cast(zero, within), rankOf(node, index), axis)) : x;
}

/** A list along one axis; a scalar, or what has the rank already, is left as it is. */
function spread(node: Node, onnx: OnnxBuilder, list: Value, rank: number, axis: number): Value {
  const own = list.rank ?? refuse('shape-unknown', node, { reason: 'the rank of a zero point or scale decides' });
  if (own !== 1 || isSingle(list)) return isSingle(list) ? onnx.reshape(list, []) : list;
  return onnx.unsqueeze(
    list,
    naturals(rank - axis - 1).map((k) => k + 1),
  );
}

function product(node: Node, onnx: OnnxBuilder, second: number, zeros: readonly [number, number]): Value {
  const a = centred(node, onnx, 0, zeros[0], 'float64', rankOf(node) - 2);
  const b = centred(node, onnx, second, zeros[1], 'float64', rankOf(node, second) - 1);
  return onnx.MatMul(a, b);
}

const integerProduct = adapter(down(10, 'MatMulInteger'), (node, onnx) =>
  onnx.cast(product(node, onnx, 1, [2, 3]), 'int32'),
);

/** The product in steps of the result's scale. */
const quantizedProduct = adapter(down(10, 'QLinearMatMul'), (node, onnx) => {
  const sum = onnx.cast(product(node, onnx, 3, [2, 5]), 'float32');
  const scaleA = spread(node, onnx, operand(node, 1), rankOf(node), rankOf(node) - 2);
  const scaleB = spread(node, onnx, operand(node, 4), rankOf(node, 3), rankOf(node, 3) - 1);
  const scale = onnx.Div(onnx.Mul(scaleA, scaleB), operand(node, 6));
  const zero = operand(node, 7);
  return saturated(node, onnx, onnx.Mul(sum, scale), zero, zero.dtype ?? 'uint8');
});

/** Attributes of windows are those of Conv. */
function convolution(
  node: Node,
  onnx: OnnxBuilder,
  weight: number,
  zeros: readonly [number, number],
  bias?: Value,
): Value {
  const [, ...filter] = operand(node, weight).shape ?? [];
  const count = isStatic(filter) && filter.length > 0 ? elementCount(filter) : Number.POSITIVE_INFINITY;
  // A bias may be any number of 32 bits.
  const within = count * LARGEST_PRODUCT < 2 ** 24 && !bias ? 'float32' : 'float64';
  const x = centred(node, onnx, 0, zeros[0], within, 1);
  const w = centred(node, onnx, weight, zeros[1], within, 0);
  const inputs = [x, w, bias && onnx.cast(bias, within)];
  return onnx.node('', 'Conv', inputs, node.attributes).output();
}

const integerConvolution = adapter(down(10, 'ConvInteger'), (node, onnx) =>
  onnx.cast(convolution(node, onnx, 1, [2, 3]), 'int32'),
);

const quantizedConvolution = adapter(down(10, 'QLinearConv'), (node, onnx) => {
  const sum = onnx.cast(convolution(node, onnx, 3, [2, 5], node.input(8)), 'float32');
  const scales = spread(node, onnx, operand(node, 4), rankOf(node, 3) - 1, 0);
  const scale = onnx.Div(onnx.Mul(onnx.reshape(operand(node, 1), []), scales), operand(node, 6));
  const zero = operand(node, 7);
  return saturated(node, onnx, onnx.Mul(sum, scale), zero, zero.dtype ?? 'uint8');
});

export const quantized: readonly Adapter[] = [
  quantize,
  dynamicQuantize,
  integerProduct,
  quantizedProduct,
  integerConvolution,
  quantizedConvolution,
];
