/** Inferring the subgraph of a node with the types of what it is handed. */
import type { Graph } from '../../../ir/graph.ts';
import type { Node } from '../../../ir/node.ts';
import type { ValueType } from '../../../ir/type.ts';
import { DEEPEST, type InferContext } from './context.ts';
import { believedType, setInferred } from './declared.ts';
import { completed, differ, met } from './join.ts';
import { clash } from './rule.ts';
import { withoutSizes } from './unsized.ts';

/**
 * The types of a subgraph's outputs, when it is handed values of `inputs`. Throws a Refusal `invalid-model` where the
 * subgraph declares other inputs.
 */
export function bodyTypes(
  node: Node,
  body: Graph,
  inputs: readonly (ValueType | undefined)[],
  context: InferContext,
  /** Whether the declared sizes of an input must be those that come in: a loop may hand in others later. */
  sizesAgree: (input: number) => boolean = () => true,
): readonly (ValueType | undefined)[] {
  // Inputs beyond those that come in are defaults, as IR 3 wants them for all constants.
  const taken = body.inputs.filter((value, k) => k < inputs.length || !value.constant);
  if (taken.length !== inputs.length) {
    clash(node, `its subgraph takes ${taken.length} inputs, but is handed ${inputs.length}`);
  }
  taken.forEach((value, k) => {
    const [given, declared] = [inputs[k], believedType(value, context)];
    const what = `input ${k} of its subgraph`;
    if (sizesAgree(k)) {
      setInferred(value, met(node, given, declared, what));
    } else {
      met(node, given && withoutSizes(given), declared && withoutSizes(declared), what);
      setInferred(value, differ(given, declared) ? declared : completed(given, declared));
    }
  });
  if (context.depth >= DEEPEST) return body.outputs.map((value) => value.type);
  context.inferNodes(body, { ...context, depth: context.depth + 1 });
  return body.outputs.map((value) => value.type);
}
