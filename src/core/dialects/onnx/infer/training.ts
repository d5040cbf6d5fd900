/** Shape rules of ai.onnx.preview.training: optimisers give every tensor and every state of it back. */
import type { Node } from '../../../ir/node.ts';
import { clash, type Outcome, type Rules } from './rule.ts';

export const training: Rules = {
  // Tensors, their gradients, then states: gradients alone do not come out.
  Adagrad: (node) => optimized(node, 3),
  Momentum: (node) => optimized(node, 3),
  Adam: (node) => optimized(node, 4),
  // One gradient for each of the tensors `xs`, which lead the inputs.
  Gradient: (node) => node.outputs.map((_, k) => node.input(k)?.type),
};

/** The first two inputs are the rate and the count of updates. */
function optimized(node: Node, kinds: number): Outcome[] {
  const all = node.inputs.slice(2);
  if (all.length % kinds !== 0) clash(node, `${all.length} tensors do not come in groups of ${kinds}`);
  const count = all.length / kinds;
  return all.filter((_, k) => k < count || k >= 2 * count).map((value) => value?.type);
}
