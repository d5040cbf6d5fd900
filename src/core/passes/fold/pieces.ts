/** Nodes that read only constants and each other, as models of their own: without inputs, with the values that others read. */
import { Graph } from '../../ir/graph.ts';
import { type Model, makeModel } from '../../ir/model.ts';
import { Node } from '../../ir/node.ts';
import { tensorType } from '../../ir/type.ts';
import type { Value } from '../../ir/value.ts';
import { byteLengthOf, givenConstant } from './given.ts';

/** One connected piece: what goes wrong with it is of no matter to the others. */
export interface Piece {
  /** Each behind what it reads. */
  readonly nodes: readonly Node[];
  /** The nodes that somebody else reads of, with what is read. */
  readonly ends: ReadonlyMap<Node, readonly Value[]>;
  /** Of the constants that it reads. */
  readonly bytes: number;
}

/** What leads to the `ends`, of nodes in their order; one piece for what is connected. */
export function piecesOf(nodes: readonly Node[], ends: ReadonlyMap<Node, readonly Value[]>): Piece[] {
  const needed = new Set<Node>(ends.keys());
  for (const node of [...nodes].reverse()) {
    if (!needed.has(node)) continue;
    for (const input of node.inputs) if (input?.producer && !givenConstant(input)) needed.add(input.producer);
  }
  const groups = new Groups();
  const ordered = nodes.filter((node) => needed.has(node));
  for (const node of ordered)
    for (const input of node.inputs) {
      const maker = input?.producer;
      if (maker && needed.has(maker)) groups.join(node, maker);
    }
  const byFirst = new Map<Node, Node[]>();
  for (const node of ordered) {
    const first = groups.firstOf(node);
    const group = byFirst.get(first) ?? [];
    group.push(node);
    byFirst.set(first, group);
  }
  return [...byFirst.values()].map((group) => ({
    nodes: group,
    ends: new Map(group.flatMap((node) => (ends.has(node) ? [[node, ends.get(node) ?? []] as const] : []))),
    bytes: constantsOf(group).reduce((sum, value) => sum + byteLengthOf(givenConstant(value)), 0),
  }));
}

/** Sets of nodes that are joined. */
class Groups {
  private readonly towards = new Map<Node, Node>();

  /** The node that stands for the set. */
  firstOf(node: Node): Node {
    let first = node;
    for (let next = this.towards.get(first); next; next = this.towards.get(first)) first = next;
    // The way is shorter the next time.
    for (let at = node; at !== first; ) {
      const next = this.towards.get(at) ?? first;
      this.towards.set(at, first);
      at = next;
    }
    return first;
  }

  join(one: Node, other: Node): void {
    const [a, b] = [this.firstOf(one), this.firstOf(other)];
    if (a !== b) this.towards.set(a, b);
  }
}

function constantsOf(nodes: readonly Node[]): readonly Value[] {
  const found = new Set<Value>();
  for (const node of nodes) for (const input of node.inputs) if (input && givenConstant(input)) found.add(input);
  return [...found];
}

/** A piece as a model, and the names of its outputs there. Constants are not copied. */
export function pieceModel({ nodes, ends }: Piece, opset: number, irVersion: number) {
  const graph = new Graph('piece');
  const copies = new Map<Value, Value>();
  for (const value of constantsOf(nodes)) {
    const constant = givenConstant(value);
    if (constant) copies.set(value, graph.addInitializer({ name: `constant_${copies.size}`, constant }));
  }
  for (const node of nodes) {
    const copy = new Node(
      node.op,
      node.inputs.map((input) => input && copies.get(input)),
      {
        attributes: node.attributes,
        outputs: node.outputs.map(({ name }, k) => ({ name: name === '' ? '' : `value_${copies.size + k}` })),
      },
    );
    graph.nodes.append(copy);
    for (const [k, output] of node.outputs.entries()) copies.set(output, copy.output(k));
  }
  const names = new Map<Value, string>();
  for (const value of [...ends.values()].flat()) {
    const copy = copies.get(value);
    if (!copy?.name || !value.dtype) continue;
    // Whether the shape is what was inferred shows when it has run.
    copy.type = tensorType(value.dtype, undefined);
    graph.addOutput(copy);
    names.set(value, copy.name);
  }
  const model: Model = makeModel('onnx', graph, { opsetImports: [['', opset]], irVersion });
  return { model, names };
}
