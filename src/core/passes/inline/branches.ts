/** An If whose condition is known becomes the branch that it takes. */
import { numberOf } from '../../dialects/onnx/data.ts';
import type { Node } from '../../ir/node.ts';
import type { PatternRule } from '../pass.ts';
import { moveNodes, replaceOutputs } from './splice.ts';

export const inlineBranches: PatternRule = {
  kind: 'pattern',
  name: 'inline-branch',
  title: 'Takes the branch of an If whose condition is known',
  dialect: 'onnx',
  reassociates: false,
  opsets: { from: 7 },
  roots: ['If'],
  rewrite(root, context) {
    const condition = numberOf(root.input(0));
    if (condition === undefined) {
      context.missed?.(root, 'its condition is not known beforehand');
      return undefined;
    }
    const name = condition === 0 ? 'else_branch' : 'then_branch';
    const branch = root.attribute(name, 'graph');
    if (!branch || branch.inputs.length > 0 || branch.outputs.length !== root.outputs.length) return undefined;
    const moved = moveNodes(branch, root);
    const made = replaceOutputs(root, branch.outputs, new Set(moved), context);
    root.graph?.nodes.remove(root);
    const added: readonly Node[] = [...moved, ...made];
    return { reason: `its condition is always ${condition === 0 ? 'false' : 'true'}`, removed: [root], added };
  },
};
