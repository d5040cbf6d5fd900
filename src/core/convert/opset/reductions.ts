/** Adapters of reductions: axes are an attribute in older opsets, an input in newer ones. */
import { intsOf } from '../../dialects/onnx/data.ts';
import { type Adapter, type AdapterRule, adapter, down, operand, up } from './adapter.ts';
import { reducedAlongNoAxis, reducedAlongOpenAxes } from './open-axes.ts';

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

/** The attribute cannot be an empty list that stands for no axis. */
const axesToAttribute: AdapterRule = (node, onnx) => {
  const given = node.input(1);
  const axes = given ? intsOf(given) : [];
  if (!axes) return reducedAlongOpenAxes(node, onnx);
  if (axes.length === 0 && node.int('noop_with_empty_axes', 0n) !== 0n) return reducedAlongNoAxis(node, onnx);
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
  adapter(down(18, ...SINCE_18), axesToAttribute),
  adapter(down(13, 'ReduceSum'), axesToAttribute),
  adapter(up(18, ...SINCE_18), axesToInput),
  adapter(up(13, 'ReduceSum'), axesToInput),
  boolExtremes,
];
