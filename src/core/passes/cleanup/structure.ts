/** What a node computes, as text: nodes of one text that read the same values give the same. */
import type { AttributeFacts, OperatorSchema } from '../../dialects/onnx/operators.ts';
import type { Attribute } from '../../ir/attribute.ts';
import type { Graph } from '../../ir/graph.ts';
import type { Node } from '../../ir/node.ts';
import type { Tensor } from '../../ir/tensor.ts';
import { typeText } from '../../ir/type.ts';
import type { Value } from '../../ir/value.ts';
import { hashOf } from './content.ts';

/** Constants within attributes are compared up to this size. */
const MOST_BYTES = 1 << 16;
/** Larger subgraphs are the same only as themselves. */
const MOST_NODES = 500;

/** Operators that give the same whichever of their two inputs comes first. */
const COMMUTATIVE = new Set(['Add', 'Mul', 'And', 'Or', 'Xor', 'Equal', 'BitwiseAnd', 'BitwiseOr', 'BitwiseXor']);

const NOTHING: ReadonlyMap<Value, string> = new Map();

export class Structure {
  private readonly numbers = new Map<object, number>();

  /** `schema` says which attributes have their usual value, `known` what stands for values that others may be equal to. */
  of(node: Node, schema: OperatorSchema | undefined, known: ReadonlyMap<Value, string> = NOTHING): string {
    return this.node(node, schema, known);
  }

  private node(node: Node, schema: OperatorSchema | undefined, local: ReadonlyMap<Value, string>): string {
    const inputs = node.inputs.map((value) => (value ? (local.get(value) ?? `${this.number(value)}`) : ''));
    if (node.domain === '' && COMMUTATIVE.has(node.op)) inputs.sort();
    const outputs = node.outputs.map((value) => (value.name === '' ? '-' : '+')).join('');
    const attributes: string[] = [];
    for (const [name, attribute] of node.attributes) {
      if (isUsual(attribute, schema?.attributes.get(name))) continue;
      attributes.push(`${name}=${this.attribute(attribute, local)}`);
    }
    return `${node.domain}|${node.op}|${node.overload}|${inputs.join()}|${outputs}|${attributes.sort().join(';')}`;
  }

  private attribute(attribute: Attribute, local: ReadonlyMap<Value, string>): string {
    const { type, value } = attribute;
    switch (type) {
      case 'tensor':
        return `tensor ${this.tensor(value)}`;
      case 'graph':
        return `graph ${this.graph(value, local)}`;
      case 'value-type':
        return `type ${typeText(value)}`;
      case 'string':
        return `text ${typeof value === 'string' ? JSON.stringify(value) : Buffer.from(value).toString('hex')}`;
      case 'float':
      case 'int':
      case 'floats':
      case 'ints':
        return `${type} ${numberText(value)}`;
      case 'strings':
        return `texts ${value.map((each) => (typeof each === 'string' ? JSON.stringify(each) : this.number(each))).join()}`;
      case 'reference':
        return `reference ${value}`;
      default:
        return `${type} #${typeof value === 'object' ? this.number(value) : value}`;
    }
  }

  private tensor(tensor: Tensor): string {
    if (tensor.dtype === 'string' || tensor.byteLength > MOST_BYTES) return `#${this.number(tensor)}`;
    return `${tensor.dtype}[${tensor.shape}] ${hashOf(tensor)}`;
  }

  /** Values of the graph are known by the order in which they come about. */
  private graph(graph: Graph, outer: ReadonlyMap<Value, string>): string {
    if (graph.nodes.length > MOST_NODES) return `#${this.number(graph)}`;
    const local = new Map(outer);
    const name = (value: Value) => local.set(value, `%${local.size}`);
    for (const value of graph.inputs) name(value);
    const constants: string[] = [];
    for (const value of graph.initializers) {
      if (!local.has(value)) name(value);
      constants.push(value.constant ? this.tensor(value.constant) : '');
    }
    const nodes: string[] = [];
    for (const node of graph.nodes) {
      nodes.push(this.node(node, undefined, local));
      for (const value of node.outputs) name(value);
    }
    const outputs = graph.outputs.map((value) => local.get(value) ?? this.number(value));
    return `(${graph.inputs.map((value) => typeText(value.type))})<${constants}>{${nodes.join('\n')}}(${outputs})`;
  }

  private number(object: object): number {
    let found = this.numbers.get(object);
    if (found === undefined) {
      found = this.numbers.size;
      this.numbers.set(object, found);
    }
    return found;
  }
}

/** Whether an attribute says what holds without it. */
function isUsual({ type, value }: Attribute, facts: AttributeFacts | undefined): boolean {
  if (facts?.default === undefined) return false;
  if (type === 'int') return BigInt(value) === toBigInt(facts.default);
  if (type === 'float' || type === 'string') return value === facts.default;
  return false;
}

function toBigInt(value: unknown): bigint | undefined {
  return typeof value === 'number' && Number.isInteger(value) ? BigInt(value) : undefined;
}

/** -0 is not 0. */
function numberText(value: number | bigint | readonly (number | bigint)[]): string {
  const text = (each: number | bigint) => (Object.is(each, -0) ? '-0' : String(each));
  return typeof value === 'object' ? value.map(text).join() : text(value);
}
