/** Proves a graph consistent: every link is known at both ends, and values are made before they are used. Tests run it after every pass. */
import type { Graph } from './graph.ts';
import type { Model } from './model.ts';
import type { Node } from './node.ts';
import type { Value } from './value.ts';

/** Throws an Error that names the first inconsistency. */
export function validateModel(model: Model): void {
  validateGraph(model.graph, new Set());
  for (const { graph } of model.functions) validateGraph(graph, new Set());
}

/** As `validateModel`, for one graph; `outer` are the values that it may use from the graphs around it. */
export function validateGraph(graph: Graph, outer: ReadonlySet<Value>): void {
  const known = new Set([...outer, ...graph.inputs, ...graph.initializers]);
  checkList(graph);
  for (const value of [...graph.inputs, ...graph.initializers]) {
    if (value.producer)
      fail(graph, `${value.name} is made by ${value.producer.operator} and is an input or constant too`);
  }
  for (const value of graph.initializers) {
    if (!value.constant) fail(graph, `initializer ${value.name} has no constant`);
  }
  for (const node of graph.nodes) {
    if (node.graph !== graph) fail(graph, `${node.operator} does not know that it stands here`);
    node.inputs.forEach((value, index) => {
      if (value) checkInput(graph, node, value, index, known);
    });
    node.outputs.forEach((value, index) => {
      if (value.producer !== node || value.outputIndex !== index)
        fail(graph, `output ${index} of ${node.operator} is not its own`);
    });
    for (const inner of node.subgraphs()) {
      if (inner.parent !== node) fail(graph, `a subgraph of ${node.operator} does not know its node`);
      validateGraph(inner, known);
    }
    for (const value of node.outputs) known.add(value);
  }
  graph.outputs.forEach((value, index) => {
    if (!known.has(value)) fail(graph, `output ${index} (${value.name}) is not defined`);
    if (!value.uses.some((use) => use.kind === 'output' && use.graph === graph && use.index === index)) {
      fail(graph, `output ${index} is not among the uses of its value`);
    }
  });
  for (const value of known) if (!outer.has(value)) checkUses(graph, value);
}

/** The list of nodes, read from both ends. */
function checkList(graph: Graph): void {
  const forth = [...graph.nodes];
  const back = [...graph.nodes.reversed()];
  if (forth.length !== graph.nodes.length) fail(graph, `${forth.length} nodes are counted as ${graph.nodes.length}`);
  if (forth.some((node, k) => node !== back[back.length - 1 - k])) fail(graph, 'its nodes read otherwise from the end');
}

function checkInput(graph: Graph, node: Node, value: Value, index: number, known: ReadonlySet<Value>): void {
  if (!known.has(value)) fail(graph, `input ${index} of ${node.operator} (${value.name}) is used before it is made`);
  if (!value.uses.some((use) => use.kind === 'input' && use.node === node && use.index === index)) {
    fail(graph, `input ${index} of ${node.operator} is not among the uses of its value`);
  }
}

function checkUses(graph: Graph, value: Value): void {
  const { uses } = value;
  if (uses.length !== value.useCount) fail(graph, `${value.name} counts ${value.useCount} uses of ${uses.length}`);
  for (const use of uses) {
    if (use.kind === 'output') {
      if (use.graph.outputs[use.index] !== value) fail(graph, `${value.name} lists an output that is not its own`);
    } else {
      if (use.node.input(use.index) !== value)
        fail(graph, `${value.name} lists a use by ${use.node.operator} that is none`);
      if (!use.node.graph) fail(graph, `${value.name} is used by ${use.node.operator}, which stands in no graph`);
    }
  }
}

function fail(graph: Graph, message: string): never {
  throw new Error(`graph ${graph.name || '(unnamed)'}: ${message}`);
}
