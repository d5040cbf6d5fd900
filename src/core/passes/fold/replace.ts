/** Constants in the place of nodes whose results are known. */
import { takePlace } from '../../dialects/onnx/infer/declared.ts';
import { tensor as tensorAttribute } from '../../ir/attribute.ts';
import type { Graph } from '../../ir/graph.ts';
import { Node } from '../../ir/node.ts';
import type { Tensor } from '../../ir/tensor.ts';
import { tensorType } from '../../ir/type.ts';
import type { Value } from '../../ir/value.ts';
import type { PassContext } from '../pass.ts';
import { removeUnused } from '../simplify/unused.ts';

/** Puts constants in the place of a node for those of its outputs that are needed, and takes out what nobody reads any more. */
export function putConstants(
  graph: Graph,
  node: Node,
  needed: readonly Value[],
  known: (value: Value) => Tensor | undefined,
  context: PassContext,
): void {
  const made: Node[] = [];
  const constants: Value[] = [];
  for (const output of needed) {
    const constant = known(output);
    if (!constant) continue;
    if (output.isGraphOutput) {
      // Not every reader of files takes a constant for an output that no node makes.
      const options = { name: output.name, type: tensorType(constant.dtype, constant.shape) };
      const attributes = { value: tensorAttribute(constant) };
      const { origin, scope, sourceName, name } = node;
      const stand = new Node('Constant', [], { attributes, outputs: [options], origin, scope, sourceName, name });
      graph.nodes.insertBefore(node, stand);
      takePlace(stand.output(), output);
      output.replaceAllUsesWith(stand.output());
      made.push(stand);
    } else {
      const initializer = graph.addInitializer({ name: output.name, constant });
      output.replaceAllUsesWith(initializer);
      constants.push(initializer);
    }
  }
  const removed = new Set<Node>();
  removeUnused(node, removed);
  context.record('its inputs are known beforehand', [...removed], made, { after: constants });
}
