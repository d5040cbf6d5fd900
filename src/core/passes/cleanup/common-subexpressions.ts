/** Nodes that compute the same of the same become one. Operators of chance do not, nor do those whose meaning is not known. */
import { takePlace } from '../../dialects/onnx/infer/declared.ts';
import { operatorSchema } from '../../dialects/onnx/operators.ts';
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
    const structure = new Structure();
    const first = new Map<string, Node>();
    for (const node of graph.nodes) {
      if (!isRepeatable(node)) continue;
      const key = structure.of(node, operatorSchema('', node.op, context.opset));
      const same = first.get(key);
      if (!same) first.set(key, node);
      else merge(same, node, context);
    }
  },
};

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
  const untyped = pairs.flatMap(([, other]) => (other.type ? [] : [other]));
  for (const [value, other] of pairs) {
    if (value.isGraphOutput) other.name = value.name;
    takePlace(other, value);
    value.replaceAllUsesWith(other);
  }
  inferOnwards(untyped, context);
  node.graph?.nodes.remove(node);
  context.record('an earlier node computes the same', [kept, node], [kept]);
}
