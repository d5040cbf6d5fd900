/** What nobody reads goes: nodes, outputs that may be left out, constants, functions. */
import { functionKey } from '../../dialects/onnx/infer/context.ts';
import { takePlace } from '../../dialects/onnx/infer/declared.ts';
import { formalAt, operatorSchema } from '../../dialects/onnx/operators.ts';
import type { Graph } from '../../ir/graph.ts';
import type { Model } from '../../ir/model.ts';
import { Node } from '../../ir/node.ts';
import { allGraphs } from '../graphs.ts';
import type { GraphPass, PassContext } from '../pass.ts';
import { removeUnused } from '../simplify/unused.ts';

export const removeDeadCode: GraphPass = {
  kind: 'graph',
  name: 'remove-dead-code',
  title: 'Takes out nodes, outputs and constants that nobody reads',
  dialect: 'onnx',
  reassociates: false,
  ensures: ['live'],
  run(graph, context) {
    for (const node of graph.nodes.reversed()) {
      if (node.outputs.length > 0 && node.outputs.every((value) => value.useCount === 0)) removeNode(node, context);
      else removeOutputs(node, context);
    }
    removeConstants(graph, context);
    if (graph === context.model.graph) removeFunctions(context.model, context);
  },
};

function removeNode(node: Node, context: PassContext): void {
  const removed = new Set<Node>();
  removeUnused(node, removed);
  context.record('nobody reads what it makes', [...removed], []);
}

/** Outputs that an operator may go without: those at the end are dropped, others lose their name. */
function removeOutputs(node: Node, context: PassContext): void {
  if (node.outputs.every((value) => value.useCount > 0)) return;
  const results = resultsOf(node);
  if (results) {
    removeResults(node, results, context);
    return;
  }
  const schema = operatorSchema(node.domain, node.op, context.opset);
  if (!schema || (node.domain !== '' && node.domain !== 'ai.onnx')) return;
  const isOptional = (index: number) => formalAt(schema.outputs, index)?.kind === 'optional';
  let changed = false;
  context.willRename(node);
  for (let k = node.outputs.length - 1; k > 0 && node.output(k).useCount === 0 && isOptional(k); k--) {
    node.removeLastOutput();
    changed = true;
  }
  for (const [k, output] of node.outputs.entries()) {
    if (output.useCount > 0 || !isOptional(k) || output.name === '') continue;
    output.name = '';
    changed = true;
  }
  if (changed) context.record('nobody reads some of its outputs, which it may go without', [node], [node]);
}

/** Which outputs of a node are results of its subgraphs that these may stop to give. */
interface Results {
  /** The first such output: states of a loop come before. */
  readonly from: number;
  /** How many outputs its subgraphs have in front of those of the node. */
  readonly lead: number;
}

function resultsOf(node: Node): Results | undefined {
  if (node.domain !== '') return undefined;
  if (node.op === 'If') return { from: 0, lead: 0 };
  return node.op === 'Loop' ? { from: node.inputCount - 2, lead: 1 } : undefined;
}

/** What subgraphs give and nobody reads is not given any more, and what made it goes with it. */
function removeResults(node: Node, { from, lead }: Results, context: PassContext): void {
  const graphs = node.subgraphs();
  const isKept = (k: number) => k < from || node.output(k).useCount > 0;
  const kept = node.outputs.filter((_, k) => isKept(k));
  if (kept.length === node.outputs.length) return;
  if (graphs.some((graph) => graph.outputs.length !== node.outputs.length + lead)) return;
  for (const graph of graphs) {
    for (let k = node.outputs.length - 1; k >= 0; k--) if (!isKept(k)) graph.removeOutput(k + lead);
  }
  const { op, name, doc, sourceName, origin, scope } = node;
  const attributes = [...node.attributes];
  // The subgraphs go over to another node: the old one lets go of them first.
  for (const [key] of attributes) node.deleteAttribute(key);
  const outputs = kept.map(({ name }) => ({ name }));
  const smaller = new Node(op, node.inputs, { name, doc, sourceName, origin, scope, attributes, outputs });
  node.graph?.nodes.insertBefore(node, smaller);
  for (const [k, value] of kept.entries()) {
    takePlace(smaller.output(k), value);
    value.replaceAllUsesWith(smaller.output(k));
  }
  node.graph?.nodes.remove(node);
  context.record('nobody reads some of what its subgraphs give', [node], [smaller]);
}

function removeConstants(graph: Graph, context: PassContext): void {
  const inputs = new Set(graph.inputs);
  const unused = [...graph.initializers].filter((value) => value.useCount === 0 && !inputs.has(value));
  if (unused.length === 0) return;
  for (const value of unused) graph.initializers.delete(value);
  const names = unused.map((value) => value.name).join(', ');
  const reason = `nobody reads the constants ${names.length > 200 ? `${names.slice(0, 200)} …` : names}`;
  context.record(reason, [], [], { before: unused });
}

/** Functions that no node calls, neither of the graph nor of a function that is called. */
function removeFunctions(model: Model, context: PassContext): void {
  for (;;) {
    const called = new Set<string>();
    for (const graph of allGraphs(model)) {
      for (const node of graph.nodes) if (node.domain !== '') called.add(functionKey(node, node.op));
    }
    const unused = model.functions.filter((each) => !called.has(functionKey(each, each.name)));
    if (unused.length === 0) return;
    for (const each of unused) model.functions.splice(model.functions.indexOf(each), 1);
    context.record(`nobody calls the functions ${unused.map((each) => each.name).join(', ')}`, [], []);
  }
}
