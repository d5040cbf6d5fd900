/** Copies of a function's body, as it is where a node calls it: attributes are the call's, names are told apart. */
import { type Attribute, graphsOf } from '../../ir/attribute.ts';
import { Graph } from '../../ir/graph.ts';
import type { FunctionDefinition } from '../../ir/model.ts';
import { Node } from '../../ir/node.ts';
import { Value } from '../../ir/value.ts';

export class BodyCopy {
  private readonly values = new Map<Value, Value | undefined>();

  constructor(
    private readonly call: Node,
    private readonly definition: FunctionDefinition,
  ) {
    for (const [k, formal] of definition.graph.inputs.entries()) this.values.set(formal, call.input(k));
  }

  /** The values that the call's outputs stand for; undefined where the body gives an input that is left out. */
  get results(): readonly (Value | undefined)[] {
    return this.definition.graph.outputs.map((value) => this.valueOf(value));
  }

  /** Copies of the body's constants and nodes, which go into `to`: nodes before the call. */
  into(to: Graph): Node[] {
    return this.copy(this.definition.graph, to, (node) => to.nodes.insertBefore(this.call, node));
  }

  private copy(from: Graph, to: Graph, place: (node: Node) => void): Node[] {
    for (const value of from.initializers) {
      if (this.values.has(value) || !value.constant) continue;
      const { type, constant } = value;
      this.values.set(value, to.addInitializer({ name: this.label(value.name), type, constant }));
    }
    const copies: Node[] = [];
    for (const node of from.nodes) {
      const copy = this.node(node);
      place(copy);
      copies.push(copy);
    }
    return copies;
  }

  private node(node: Node): Node {
    const { call } = this;
    const copy = new Node(
      node.op,
      node.inputs.map((value) => value && this.valueOf(value)),
      {
        domain: node.domain,
        overload: node.overload,
        name: this.label(node.name),
        doc: node.doc,
        // Innermost first: the place in the function, then the places of the call.
        origin: [...node.origin, ...call.origin],
        scope: [...call.scope, ...node.scope],
        sourceName: call.sourceName ?? call.name,
        attributes: this.attributes(node),
        outputs: node.outputs.map((value) => ({
          name: value.name === '' ? '' : this.label(value.name),
          type: value.type,
        })),
      },
    );
    for (const [key, value] of node.hasMetadata ? node.metadata : []) copy.metadata.set(key, value);
    for (const [k, value] of node.outputs.entries()) this.values.set(value, copy.output(k));
    return copy;
  }

  private valueOf(value: Value): Value | undefined {
    return this.values.has(value) ? this.values.get(value) : value;
  }

  private *attributes(node: Node): Iterable<readonly [string, Attribute]> {
    for (const [name, attribute] of node.attributes) {
      const given = attribute.type === 'reference' ? this.given(attribute.value) : attribute;
      if (given) yield [name, graphsOf(given).length === 0 ? given : this.withGraphs(given)];
    }
  }

  private given(name: string): Attribute | undefined {
    return this.call.attributes.get(name) ?? this.definition.attributeDefaults.get(name);
  }

  private withGraphs(attribute: Attribute): Attribute {
    if (attribute.type === 'graph') return { ...attribute, value: this.inner(attribute.value) };
    if (attribute.type === 'graphs') return { ...attribute, value: attribute.value.map((each) => this.inner(each)) };
    return attribute;
  }

  private inner(from: Graph): Graph {
    const to = new Graph(from.name);
    to.doc = from.doc;
    for (const input of from.inputs) {
      const copy = new Value({ name: this.label(input.name), type: input.type, constant: input.constant });
      copy.overridable = input.overridable;
      this.values.set(input, copy);
      to.inputs.push(copy);
      if (from.initializers.has(input)) to.initializers.add(copy);
    }
    this.copy(from, to, (node) => to.nodes.append(node));
    for (const output of from.outputs) {
      const value = this.valueOf(output);
      if (value) to.addOutput(value);
    }
    return to;
  }

  /** What a part of the body is called where it is put. */
  private label(name: string | undefined): string | undefined {
    const call = this.call.name || this.call.outputs.find((value) => value.name)?.name;
    return name && call ? `${call}/${name}` : name;
  }
}
