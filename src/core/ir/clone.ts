/**
 * Copies of models, so that one can be changed while the other stays as it is. Tensors, types, origins and what else nobody
 * changes are shared: the weights stay where they are.
 */
import { type Attribute, graphsOf } from './attribute.ts';
import { Graph } from './graph.ts';
import type { FunctionDefinition, Model } from './model.ts';
import { Node } from './node.ts';
import { Value } from './value.ts';

/** Hands on what others keep of a value beside what stands in it. */
export type Handing = (from: Value, to: Value) => void;

/** A copy of a model with its subgraphs and functions, in time linear in its nodes and edges. */
export function cloneModel(model: Model, hand: Handing = () => {}): Model {
  return {
    ...model,
    graph: new GraphCopy(hand).whole(model.graph),
    functions: model.functions.map((each) => cloneFunction(each, hand)),
    opsetImports: new Map(model.opsetImports),
    metadata: new Map(model.metadata),
  };
}

function cloneFunction(definition: FunctionDefinition, hand: Handing): FunctionDefinition {
  return {
    ...definition,
    graph: new GraphCopy(hand).whole(definition.graph),
    opsetImports: new Map(definition.opsetImports),
    metadata: new Map(definition.metadata),
  };
}

/** One graph with those within it, which read its values. */
class GraphCopy {
  private readonly values = new Map<Value, Value>();
  private readonly nodes: (readonly [from: Node, to: Node])[] = [];
  private readonly graphs: (readonly [from: Graph, to: Graph])[] = [];

  constructor(private readonly hand: Handing) {}

  whole(from: Graph): Graph {
    const to = this.graph(from);
    // Last of all: a graph within may read what stands behind it, where a file says so.
    for (const [node, copy] of this.nodes) copy.setInputs(node.inputs.map((value) => value && this.value(value)));
    for (const [graph, copy] of this.graphs) for (const value of graph.outputs) copy.addOutput(this.value(value));
    return to;
  }

  private graph(from: Graph): Graph {
    const to = new Graph(from.name);
    to.doc = from.doc;
    to.unknown = from.unknown;
    copyEntries(from.metadata, to.metadata);
    for (const input of from.inputs) to.inputs.push(this.value(input));
    for (const value of from.initializers) to.initializers.add(this.value(value));
    for (const node of from.nodes) to.nodes.append(this.node(node));
    this.graphs.push([from, to]);
    return to;
  }

  /** A node that reads nothing yet. */
  private node(from: Node): Node {
    const { domain, overload, name, doc, origin, scope, sourceName } = from;
    const attributes = [...from.attributes].map(([key, each]) => [key, this.attribute(each)] as const);
    const outputs = from.outputs.map(({ name, type }) => ({ name, type }));
    const options = { domain, overload, name, doc, origin, scope, sourceName, attributes, outputs };
    const to = new Node(from.op, [], options);
    to.unknown = from.unknown;
    if (from.hasMetadata) copyEntries(from.metadata, to.metadata);
    for (const [k, output] of from.outputs.entries()) this.hold(output, to.output(k));
    this.nodes.push([from, to]);
    return to;
  }

  private attribute(from: Attribute): Attribute {
    if (graphsOf(from).length === 0) return from;
    if (from.type === 'graph') return { ...from, value: this.graph(from.value) };
    if (from.type === 'graphs') return { ...from, value: from.value.map((each) => this.graph(each)) };
    return from;
  }

  /** The copy of a value that no node makes; made when it is first asked for. */
  private value(from: Value): Value {
    const known = this.values.get(from);
    if (known) return known;
    const { name, type, constant } = from;
    return this.hold(from, new Value({ name, type, constant }));
  }

  private hold(from: Value, to: Value): Value {
    to.type = from.type;
    to.constant = from.constant;
    to.overridable = from.overridable;
    to.doc = from.doc;
    to.unknown = from.unknown;
    if (from.hasMetadata) copyEntries(from.metadata, to.metadata);
    this.hand(from, to);
    this.values.set(from, to);
    return to;
  }
}

function copyEntries(from: ReadonlyMap<string, string>, to: Map<string, string>): void {
  for (const [key, value] of from) to.set(key, value);
}
