/**
 * Computes small constant arithmetic beforehand: sizes of values whose shape is known, and what follows from them.
 * Weights are never read: results and what they are made of stay below a size.
 */
import { constantAttribute, constantOf } from '../dialects/onnx/data.ts';
import { isFloat } from '../ir/dtype.ts';
import type { Graph } from '../ir/graph.ts';
import type { Node } from '../ir/node.ts';
import type { Tensor } from '../ir/tensor.ts';
import type { Value } from '../ir/value.ts';
import { compute, isComputable, isComputableType } from './fold/kernels/table.ts';
import type { GraphPass, PassContext } from './pass.ts';

/** Above this many elements integers are data (an embedding's indices), and floats are weights. */
const MOST_INTEGERS = 1 << 14;
const MOST_FLOATS = 64;

export const foldConstants: GraphPass = {
  kind: 'graph',
  name: 'fold-constants',
  title: 'Computes beforehand what follows from constants and known sizes',
  dialect: 'onnx',
  reassociates: false,
  run(graph, context) {
    // A default of a graph input may be given another value by the caller: what follows from it is open.
    const open = new Set<Value>(context.model.graph.inputs);
    for (const node of graph.nodes) {
      const isOpen = node.op !== 'Shape' && node.op !== 'Size' && node.inputs.some((input) => input && open.has(input));
      const folded = isOpen ? undefined : fold(node, context.opset);
      if (folded) replace(graph, node, folded, context);
      else if (isOpen) for (const output of node.outputs) open.add(output);
    }
  },
};

/** The outputs of a node as constants; undefined where they are not all known, or too large. */
function fold(node: Node, opset: number): readonly Tensor[] | undefined {
  if (node.domain !== '' || node.op === 'Constant') return undefined;
  if (node.outputs.length === 0 || node.outputs.some((value) => value.isGraphOutput)) return undefined;
  const found = computed(node, opset) ?? followed(node);
  return found?.every(isSmall) ? found : undefined;
}

/** What inference knows of sizes, also where other sizes of the same shape are unknown. */
function followed(node: Node): readonly Tensor[] | undefined {
  const known = node.outputs.map((value) => constantOf(value));
  const whole = known.filter((each) => each !== undefined);
  return whole.length === known.length ? whole : undefined;
}

function computed(node: Node, opset: number): readonly Tensor[] | undefined {
  if (!isComputable(node, opset) || node.inputCount === 0) return undefined;
  const tensors: (Tensor | undefined)[] = [];
  for (const input of node.inputs) {
    const tensor = input && smallConstant(input);
    if (input && !tensor) return undefined;
    tensors.push(tensor);
  }
  return compute(node, tensors, opset);
}

function smallConstant(value: Value): Tensor | undefined {
  const { producer } = value;
  const isConstantNode = producer?.op === 'Constant' && producer.domain === '';
  const tensor = isConstantNode ? constantAttribute(producer) : value.overridable ? undefined : value.constant;
  return tensor && isSmall(tensor) ? tensor : undefined;
}

function isSmall(tensor: Tensor): boolean {
  return isComputableType(tensor.dtype) && tensor.count <= (isFloat(tensor.dtype) ? MOST_FLOATS : MOST_INTEGERS);
}

/** Puts constants in the place of a node, and takes out what nobody reads any more. */
function replace(graph: Graph, node: Node, constants: readonly Tensor[], context: PassContext): void {
  for (const [k, constant] of constants.entries()) {
    const output = node.output(k);
    if (output.useCount === 0) continue;
    output.replaceAllUsesWith(graph.addInitializer({ name: output.name, constant }));
  }
  const removed = new Set<Node>();
  removeUnused(node, removed);
  context.record('its inputs are known beforehand', [...removed], []);
}

function removeUnused(node: Node, removed: Set<Node>): void {
  if (removed.has(node) || node.outputs.some((value) => value.useCount > 0)) return;
  const { graph } = node;
  if (!graph) return;
  const inputs = node.inputs.filter((input) => input !== undefined);
  graph.nodes.remove(node);
  removed.add(node);
  for (const input of inputs) {
    if (input.producer) removeUnused(input.producer, removed);
    else if (input.useCount === 0) dropConstant(graph, input);
  }
}

/** An initialiser of this graph or of one around it; graph inputs stay. */
function dropConstant(from: Graph, constant: Value): void {
  let graph: Graph | undefined = from;
  while (graph && !graph.initializers.has(constant)) graph = graph.parent?.graph;
  if (graph && !graph.inputs.includes(constant)) graph.initializers.delete(constant);
}
