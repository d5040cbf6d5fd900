/** Adapters of reductions: axes are an attribute in older opsets, an input in newer ones. */
import type { Node } from '../../ir/node.ts';
import type { OnnxBuilder } from '../builder.ts';
import { type Adapter, type AdapterRule, adapter, constantInts, down, operand, tooOld, up } from './adapter.ts';

const SINCE_18 = [
  'ReduceL1',
  'ReduceL2',
  'ReduceLogSum',
  'ReduceLogSumExp',
  'ReduceMax',
  'ReduceMean',
  'ReduceMin',
  'ReduceProd',
  'ReduceSumSquare',
];

/** Reducing over no axis leaves these as they are; the others would still square, or take logarithms. */
const PLAIN = new Set(['ReduceMax', 'ReduceMean', 'ReduceMin', 'ReduceProd', 'ReduceSum']);

const axesToAttribute =
  (version: number): AdapterRule =>
  (node: Node, onnx: OnnxBuilder) => {
    const axes = constantInts(node, 1, 'axes', version) ?? [];
    const noop = node.int('noop_with_empty_axes', 0n) !== 0n;
    if (axes.length === 0 && noop) {
      if (!PLAIN.has(node.op)) tooOld(node, version, 'it reduces over no axis');
      return onnx.Identity(operand(node));
    }
    return onnx.same([operand(node)], {
      axes: axes.length > 0 ? axes : undefined,
      noop_with_empty_axes: undefined,
    });
  };

const axesToInput: AdapterRule = (node, onnx) => {
  const axes = node.ints('axes');
  return onnx.same([operand(node), axes && onnx.ints(axes)], { axes: undefined });
};

/** Bools came with 20: false is less than true. */
const boolExtremes = adapter(down(20, 'ReduceMax', 'ReduceMin'), (node, onnx) => {
  const x = operand(node);
  if (x.dtype !== 'bool') return undefined;
  const [result = x] = onnx.same([onnx.cast(x, 'uint8'), node.input(1)]);
  return onnx.cast(result, 'bool');
});

export const reductions: readonly Adapter[] = [
  adapter(down(18, ...SINCE_18), axesToAttribute(18)),
  adapter(down(13, 'ReduceSum'), axesToAttribute(13)),
  adapter(up(18, ...SINCE_18), axesToInput),
  adapter(up(13, 'ReduceSum'), axesToInput),
  boolExtremes,
];
