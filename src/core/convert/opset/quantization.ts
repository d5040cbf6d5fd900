/** Adapters of QuantizeLinear and DequantizeLinear, which came with 10 and took a scale for each slice of an axis from 13 on. */
import { dtypeOfCode } from '../../dialects/onnx/dtype-codes.ts';
import { normalAxis } from '../../dialects/onnx/infer/rule.ts';
import { DATA_TYPES, type DataType } from '../../ir/dtype.ts';
import type { Node } from '../../ir/node.ts';
import { elementCount, isStatic } from '../../ir/shape.ts';
import { Tensor } from '../../ir/tensor.ts';
import type { Value } from '../../ir/value.ts';
import { refuse } from '../../problems/problem.ts';
import { dtypeOf, type OnnxBuilder } from '../builder.ts';
import { dequantizedByArithmetic, isSingle, quantizedByArithmetic } from '../quantized-arithmetic.ts';
import { type Adapter, adapter, down, operand, rankOf, sameUp, tooOld } from './adapter.ts';
import { countedAlong } from './decompositions/counting.ts';

const OPERATORS = ['DequantizeLinear', 'QuantizeLinear'];

const withoutAxes = adapter(down(13, ...OPERATORS), (node, onnx) => {
  const scale = operand(node, 1);
  if (isSingle(scale)) {
    node.deleteAttribute('axis');
    return undefined;
  }
  if (!isStatic(scale.shape)) tooOld(node, 13, 'it may have a scale for each slice of an axis');
  if (node.op === 'DequantizeLinear') return dequantizedByArithmetic(node, onnx);
  const type = node.input(2)?.dtype ?? 'uint8';
  if (type !== 'int8' && type !== 'uint8') tooOld(node, 13, `it makes ${type} with a scale for each slice of an axis`);
  return quantizedByArithmetic(node, type, onnx);
});
const withAxes = sameUp(13, ...OPERATORS);

const dequantizeToOld = adapter(down(10, 'DequantizeLinear'), dequantizedByArithmetic);

/** The output type can be named from 21 on; before, the zero point gives it. */
const quantizeDown = adapter(down(21, 'QuantizeLinear'), (node, onnx) => {
  const named = dtypeOfCode(node.int('output_dtype', 0n));
  if (node.int('block_size', 0n) !== 0n) return quantizedByBlocks(node, named ?? node.input(2)?.dtype ?? 'uint8', onnx);
  const dtype = named ?? node.input(2)?.dtype;
  if (dtype === 'int16' || dtype === 'uint16') return quantizedByArithmetic(node, dtype, onnx);
  const gone = { output_dtype: undefined, block_size: undefined };
  if (!named || node.input(2)) return onnx.same(node.inputs, gone);
  const shape = operand(node, 1).shape;
  if (!isStatic(shape)) refuse('shape-unknown', node, { reason: 'the shape of its scale is not known' });
  const zeros = Tensor.of(named, shape, Array<number>(elementCount(shape)).fill(0));
  return onnx.same([operand(node), operand(node, 1), onnx.constant(zeros)], gone);
});

/** Blocks of an axis with a scale each came with 21: the scale of its block for each element. */
const dequantizeDown = adapter(down(21, 'DequantizeLinear'), (node, onnx) => {
  const { dtype } = operand(node);
  if (node.int('block_size', 0n) === 0n) {
    // Before, integers of 16 bits were none that it took.
    return dtype === 'int16' || dtype === 'uint16' ? dequantizedByArithmetic(node, onnx) : undefined;
  }
  const scale = perElement(node, operand(node, 1), onnx);
  const zero = node.input(2);
  const x = onnx.cast(operand(node), dtypeOf(scale));
  const moved = zero ? onnx.Sub(x, onnx.cast(perElement(node, zero, onnx), dtypeOf(scale))) : x;
  return onnx.Mul(moved, scale);
});

function quantizedByBlocks(node: Node, dtype: DataType, onnx: OnnxBuilder): Value {
  const { kind, bits } = DATA_TYPES[dtype];
  if (kind === 'float' || bits > 16) tooOld(node, 21, `it makes ${dtype}, with a scale for each block`);
  const scale = perElement(node, operand(node, 1), onnx);
  const within = dtypeOf(scale) === 'float64' ? 'float64' : 'float32';
  const zero = node.input(2);
  const steps = onnx.Round(onnx.Div(onnx.cast(operand(node), within), onnx.cast(scale, within)));
  const shifted = zero ? onnx.Add(steps, onnx.cast(perElement(node, zero, onnx), within)) : steps;
  const [least, most] = dtype.startsWith('u') ? [0, 2 ** bits - 1] : [-(2 ** (bits - 1)), 2 ** (bits - 1) - 1];
  return onnx.cast(onnx.Clip(shifted, onnx.like(shifted, least), onnx.like(shifted, most)), dtype);
}

/** What stands for each block, for each of its elements. */
function perElement(node: Node, blocks: Value, onnx: OnnxBuilder): Value {
  const x = operand(node);
  const axis = normalAxis(node, node.int('axis', 1n), rankOf(node));
  const size = node.int('block_size', 0n);
  const numbers = onnx.Div(countedAlong(onnx, x, axis), onnx.constant(size));
  return onnx.Gather(blocks, numbers, { axis });
}

export const quantization: readonly Adapter[] = [withoutAxes, withAxes, dequantizeToOld, dequantizeDown, quantizeDown];
