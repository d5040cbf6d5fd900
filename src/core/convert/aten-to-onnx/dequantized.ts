/** Integers that stand for numbers: DequantizeLinear, the form in which runtimes know quantised weights. */
import { dtypeOf } from '../builder.ts';
import type { ProgramRule } from './program-operators.ts';
import { transposedMatrix } from './rules/linear.ts';

export const DEQUANTIZE_RULES: Readonly<Record<string, ProgramRule>> = {
  'quantized_decomposed::dequantize_per_tensor': ([integers], onnx, node) => {
    if (!integers) throw new Error(`${node.name} dequantises nothing`);
    const scale = onnx.constant(node.attribute('scale', 'float') ?? 1, 'float32');
    // 32-bit integers have no zero point in ONNX.
    const dtype = dtypeOf(integers);
    const zero = dtype === 'int32' ? undefined : onnx.constant(node.int('zero_point', 0n), dtype);
    return onnx.DequantizeLinear(integers, scale, zero);
  },
  'quantized_decomposed::dequantize_per_channel': ([integers, scales, zeroPoints], onnx, node) =>
    onnx.DequantizeLinear(integers, scales, zeroPoints, { axis: node.int('axis', 0n) }),
  'prim::IntegerLinear': ([x, weight, zeroPoint, zeroPoints], onnx, node) => {
    if (!weight) throw new Error(`${node.name} has no weight`);
    return onnx.MatMulInteger(x, transposedMatrix(onnx, weight, node), zeroPoint, zeroPoints);
  },
};
