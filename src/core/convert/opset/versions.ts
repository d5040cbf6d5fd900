/** Which IR version belongs to an opset. Source: the release table of ONNX (onnx.helper.VERSION_TABLE of onnx 1.23.1). */
import type { DataType } from '../../ir/dtype.ts';
import type { Graph } from '../../ir/graph.ts';
import type { Model } from '../../ir/model.ts';
import type { Value } from '../../ir/value.ts';

/** The first opset of each IR version, newest first. */
const IR_OF_OPSET: readonly (readonly [opset: number, ir: number])[] = [
  [28, 14],
  [25, 13],
  [24, 12],
  [23, 11],
  [21, 10],
  [19, 9],
  [15, 8],
  [12, 7],
  [11, 6],
  [10, 5],
  [9, 4],
  [1, 3],
];

/** The IR version that brought each element type. Types of IR 3 and 4 are left out. */
const IR_OF_TYPE: Partial<Record<DataType, number>> = {
  float8e4m3fn: 9,
  float8e4m3fnuz: 9,
  float8e5m2: 9,
  float8e5m2fnuz: 9,
  int4: 10,
  uint4: 10,
  float4e2m1: 11,
  float8e8m0: 12,
  int2: 13,
  uint2: 13,
  float6e2m3: 14,
  float6e3m2: 14,
};

/** The IR version of the ONNX release that brought an opset. */
export function irVersionOf(opset: number): number {
  return IR_OF_OPSET.find(([first]) => opset >= first)?.[1] ?? 3;
}

/** The oldest IR version that can hold what is in a model and fits its opset. */
export function neededIrVersion(model: Model, opset: number): number {
  let needed = irVersionOf(opset);
  if (model.functions.length > 0) needed = Math.max(needed, 8);
  if (model.functions.some((each) => each.overload !== '')) needed = Math.max(needed, 10);
  const see = (value: Value) => {
    const dtype = value.dtype;
    if (dtype) needed = Math.max(needed, IR_OF_TYPE[dtype] ?? 0);
  };
  const walk = (graph: Graph) => {
    graph.inputs.forEach(see);
    graph.initializers.forEach(see);
    const inputs = new Set(graph.inputs);
    // Until IR 3 every initialiser had to be an input too.
    for (const value of graph.initializers) if (!inputs.has(value)) needed = Math.max(needed, 4);
    for (const node of graph.nodes) {
      node.outputs.forEach(see);
      for (const inner of node.subgraphs()) walk(inner);
    }
  };
  walk(model.graph);
  return needed;
}
