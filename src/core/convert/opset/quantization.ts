/** Adapters of QuantizeLinear and DequantizeLinear, which came with 10 and took a scale for each slice of an axis from 13 on. */
import { dtypeOfCode } from '../../dialects/onnx/dtype-codes.ts';
import { elementCount, isStatic } from '../../ir/shape.ts';
import { Tensor } from '../../ir/tensor.ts';
import { refuse } from '../../problems/problem.ts';
import { dequantizedByArithmetic, isSingle, quantizedByArithmetic } from '../quantized-arithmetic.ts';
import { type Adapter, adapter, down, operand, sameUp, tooOld } from './adapter.ts';

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
  if (node.int('block_size', 0n) !== 0n) tooOld(node, 21, 'it quantises by blocks');
  const gone = { output_dtype: undefined, block_size: undefined };
  if (!named || node.input(2)) return onnx.same(node.inputs, gone);
  const shape = operand(node, 1).shape;
  if (!isStatic(shape)) refuse('shape-unknown', node, { reason: 'the shape of its scale is not known' });
  const zeros = Tensor.of(named, shape, Array<number>(elementCount(shape)).fill(0));
  return onnx.same([operand(node), operand(node, 1), onnx.constant(zeros)], gone);
});

export const quantization: readonly Adapter[] = [withoutAxes, withAxes, dequantizeToOld, quantizeDown];
