/** Proves a graph consistent: every link is known at both ends, and values are made before they are used. Tests run it after every pass. */
import type { Graph } from './graph.ts';
import type { Model } from './model.ts';
import type { Node } from './node.ts';
import type { Value } from './value.ts';

/** Throws an Error that names the first inconsistency. The work is linear in nodes, values and their uses. */
export function validateModel(model: Model): void {
  validateGraph(model.graph, new Set());
  for (const { graph } of model.functions) validateGraph(graph, new Set());
}

/** As `validateModel`, for one graph; `outer` are the values that it may use from the graphs around it. */
export function validateGraph(graph: Graph, outer: ReadonlySet<Value>): void {
  const validation = new Validation(outer);
  validation.check(graph);
}

class Validation {
  /** What may be read at this place: of the graphs around, too. */
  private readonly known: Set<Value>;
  /** The inputs of nodes that values in sight count among their uses. */
  private readonly counted = new Map<Node, Map<number, Value>>();
  private readonly countedOutputs = new Map<Graph, Map<number, Value>>();

  constructor(outer: ReadonlySet<Value>) {
    this.known = new Set(outer);
    for (const value of outer) this.count(value);
  }

  check(graph: Graph): void {
    const own = new Set([...graph.inputs, ...graph.initializers].filter((value) => !this.known.has(value)));
    for (const value of own) this.add(value);
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
      for (const [index, value] of node.inputs.entries()) if (value) this.checkInput(graph, node, value, index);
      for (const [index, value] of node.outputs.entries()) {
        if (value.producer !== node || value.outputIndex !== index)
          fail(graph, `output ${index} of ${node.operator} is not its own`);
      }
      for (const inner of node.subgraphs()) {
        if (inner.parent !== node) fail(graph, `a subgraph of ${node.operator} does not know its node`);
        this.check(inner);
      }
      for (const value of node.outputs) {
        if (this.known.has(value)) continue;
        own.add(value);
        this.add(value);
      }
    }
    for (const [index, value] of graph.outputs.entries()) {
      if (!this.known.has(value)) fail(graph, `output ${index} (${value.name}) is not defined`);
      if (this.countedOutputs.get(graph)?.get(index) !== value)
        fail(graph, `output ${index} is not among the uses of its value`);
    }
    for (const value of own) checkUses(graph, value);
    for (const value of own) this.known.delete(value);
  }

  private add(value: Value): void {
    this.known.add(value);
    this.count(value);
  }

  private count(value: Value): void {
    for (const use of value.uses) {
      if (use.kind === 'input') placesOf(this.counted, use.node).set(use.index, value);
      else placesOf(this.countedOutputs, use.graph).set(use.index, value);
    }
  }

  private checkInput(graph: Graph, node: Node, value: Value, index: number): void {
    if (!this.known.has(value))
      fail(graph, `input ${index} of ${node.operator} (${value.name}) is used before it is made`);
    if (this.counted.get(node)?.get(index) !== value)
      fail(graph, `input ${index} of ${node.operator} is not among the uses of its value`);
  }
}

function placesOf<T>(counted: Map<T, Map<number, Value>>, reader: T): Map<number, Value> {
  const found = counted.get(reader);
  if (found) return found;
  const places = new Map<number, Value>();
  counted.set(reader, places);
  return places;
}

/** The list of nodes, read from both ends. */
function checkList(graph: Graph): void {
  const forth = [...graph.nodes];
  const back = [...graph.nodes.reversed()];
  if (forth.length !== graph.nodes.length) fail(graph, `${forth.length} nodes are counted as ${graph.nodes.length}`);
  if (forth.some((node, k) => node !== back[back.length - 1 - k])) fail(graph, 'its nodes read otherwise from the end');
}

function checkUses(graph: Graph, value: Value): void {
  const { uses } = value;
  if (uses.length !== value.useCount) fail(graph, `${value.name} counts ${value.useCount} uses of ${uses.length}`);
  for (const use of uses) {
    if (use.kind === 'output') {
      if (use.graph.output(use.index) !== value) fail(graph, `${value.name} lists an output that is not its own`);
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
