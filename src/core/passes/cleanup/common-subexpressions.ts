/** Nodes that compute the same of the same become one. Operators of chance do not, nor do those whose meaning is not known. */
import { takePlace } from '../../dialects/onnx/infer/declared.ts';
import { type OperatorSchema, operatorSchema } from '../../dialects/onnx/operators.ts';
import type { Graph } from '../../ir/graph.ts';
import type { Node } from '../../ir/node.ts';
import { inferOnwards } from '../onwards.ts';
import type { GraphPass, PassContext } from '../pass.ts';
import { Structure } from './structure.ts';

/** Operators that give something else each time. */
const RANDOM = new Set([
  'RandomNormal',
  'RandomNormalLike',
  'RandomUniform',
  'RandomUniformLike',
  'Multinomial',
  'Bernoulli',
]);

export const mergeCommon: GraphPass = {
  kind: 'graph',
  name: 'merge-common',
  title: 'Computes once what several nodes compute of the same',
  dialect: 'onnx',
  reassociates: false,
  opsets: { from: 7 },
  run(graph, context) {
    const seen = new Seen(graph);
    for (const node of graph.nodes) {
      seen.pass(node);
      if (!isRepeatable(node)) continue;
      const same = seen.find(node, operatorSchema('', node.op, context.opset));
      if (same) merge(same, node, context);
    }
  },
};

/** The nodes of a graph by what they compute; of the graphs around it those that stand before the node that holds it. */
class Seen {
  private readonly structure: Structure;
  private readonly around: Seen | undefined;
  private readonly parent: Node | undefined;
  private readonly first = new Map<string, Node>();
  private readonly places = new Map<Node, number>();

  constructor(graph: Graph) {
    this.parent = graph.parent;
    this.around = graph.parent?.graph && seenIn.get(graph.parent.graph);
    this.structure = this.around?.structure ?? new Structure();
    seenIn.set(graph, this);
  }

  /** Notes where a node stands. */
  pass(node: Node): void {
    this.places.set(node, this.places.size);
  }

  /** The node that computes the same; else this one is the first that does. */
  find(node: Node, schema: OperatorSchema | undefined): Node | undefined {
    const key = this.structure.of(node, schema);
    const same = this.first.get(key) ?? this.outside(key, node);
    if (!same) this.first.set(key, node);
    return same;
  }

  /** What a graph gives is made in it. */
  private outside(key: string, node: Node): Node | undefined {
    const { around, parent } = this;
    if (!around || !parent || node.outputs.some((value) => value.isGraphOutput)) return undefined;
    const same = around.first.get(key);
    const isBefore = same?.graph !== undefined && around.placeOf(same) < around.placeOf(parent);
    return isBefore ? same : around.outside(key, node);
  }

  private placeOf(node: Node): number {
    return this.places.get(node) ?? Number.POSITIVE_INFINITY;
  }
}

/** Outer graphs are looked at before those within them. */
const seenIn = new WeakMap<Graph, Seen>();

/** Whether a node, and every node within it, gives the same each time. */
export function isRepeatable(node: Node): boolean {
  if (node.domain !== '' || RANDOM.has(node.op)) return false;
  // With a switch for training a Dropout is one of chance; until opset 11 it had none.
  if (node.op === 'Dropout' && node.input(2)) return false;
  for (const graph of node.subgraphs()) {
    for (const inner of graph.nodes) if (!isRepeatable(inner)) return false;
  }
  return true;
}

function merge(kept: Node, node: Node, context: PassContext): void {
  const pairs = node.outputs.map((value, k) => [value, kept.output(k)] as const);
  // Two outputs of a graph cannot be one value: each has its name.
  if (pairs.some(([value, other]) => value.isGraphOutput && other.isGraphOutput)) return;
  context.willRename(kept);
  const untyped = pairs.flatMap(([value, other]) => (value.type && other.type ? [] : [other]));
  for (const [value, other] of pairs) {
    if (value.isGraphOutput) other.name = value.name;
    takePlace(other, value);
    value.replaceAllUsesWith(other);
  }
  inferOnwards(untyped, context);
  node.graph?.nodes.remove(node);
  context.record('an earlier node computes the same', [kept, node], [kept]);
}
