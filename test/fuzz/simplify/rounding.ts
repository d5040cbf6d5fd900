/**
 * Models in which onnxruntime rounds every float16. It runs most operators of float16 in float32 and leaves the rounding out
 * between neighbours that it runs so: what one gives depends on what stands beside it, and a model without an Identity gives
 * other last digits than with it. No level of optimisation turns that off.
 */
import { inferModel } from '../../../src/core/dialects/onnx/infer.ts';
import { readOnnx } from '../../../src/core/formats/onnx/read.ts';
import { encodeOnnx } from '../../../src/core/formats/onnx/write.ts';
import { MemoryBytes } from '../../../src/core/ir/bytes.ts';
import type { Graph } from '../../../src/core/ir/graph.ts';
import { Node } from '../../../src/core/ir/node.ts';
import type { Value } from '../../../src/core/ir/value.ts';
import { allGraphs } from '../../../src/core/passes/graphs.ts';

/** A single Identity between two operators that run in float32 would run in float32, too. */
const IN_A_ROW = 2;

/** The same model with Identities behind whatever makes a float16; undefined where nothing does. */
export function withRoundings(bytes: Uint8Array): Uint8Array | undefined {
  const model = readOnnx(new MemoryBytes('random.onnx', bytes));
  inferModel(model);
  const graphs = [...allGraphs(model)];
  const isHalf = ({ dtype }: Value): boolean => dtype === 'float16';
  const values = graphs.flatMap((graph) => [...graph.nodes].flatMap((node) => node.outputs));
  if (!values.some(isHalf)) return undefined;
  // What a function's values are is known where it is called.
  const mayBe = (value: Value): boolean => isHalf(value) || !value.dtype;
  for (const graph of graphs) {
    for (const node of [...graph.nodes]) for (const value of node.outputs) if (mayBe(value)) round(graph, node, value);
  }
  return encodeOnnx(model);
}

function round(graph: Graph, maker: Node, value: Value): void {
  const reads = value.uses.flatMap((use) => (use.kind === 'input' ? [use] : []));
  if (reads.length === 0 || !value.name) return;
  let last = value;
  let place = maker;
  for (let k = 0; k < IN_A_ROW; k++) {
    const identity = new Node('Identity', [last], {
      outputs: [{ name: `${value.name}_rounded_${k}`, type: value.type }],
    });
    graph.nodes.insertAfter(place, identity);
    last = identity.output();
    place = identity;
  }
  for (const { node, index } of reads) node.setInput(index, last);
}
