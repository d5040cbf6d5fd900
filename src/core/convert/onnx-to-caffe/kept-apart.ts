/** Layers that a framework would read otherwise because of the layer before them: one that copies keeps the two apart. */
import type { Graph } from '../../ir/graph.ts';
import { Node } from '../../ir/node.ts';
import { type Problem, problem } from '../../problems/problem.ts';
import type { CaffeBackend } from '../../targets/caffe-backend.ts';
import { joinsWrongly } from '../../targets/wrong-joins.ts';
import { readsWrongly } from './layouts.ts';

/**
 * Puts a Split with one top before every layer of a whole network that the framework would take into the one before it wrongly, or
 * whose bottom it would read in another layout. Returns a problem for each where the framework has no such layer.
 */
export function keepApart(graph: Graph, backend: CaffeBackend): Problem[] {
  const problems: Problem[] = [];
  for (const node of [...graph.nodes]) {
    const bottom = node.input(0);
    const reason = bottom && wrongBehind(backend, node);
    if (!reason) continue;
    if (!backend.has('Split')) {
      const attribute = `a ${bottom.producer?.op} before it`;
      problems.push(problem('unsupported-attribute', node, { target: `Caffe (${backend.title})`, attribute, reason }));
      continue;
    }
    const { origin, scope, sourceName, name = node.op } = node;
    const own = `${name}/split`;
    const copy = new Node('Split', [bottom], {
      domain: 'caffe',
      name: own,
      outputs: [{ name: own, type: bottom.type }],
      origin,
      scope,
      sourceName,
    });
    graph.nodes.insertBefore(node, copy);
    node.setInput(0, copy.output());
  }
  return problems;
}

function wrongBehind({ limits }: CaffeBackend, node: Node): string | undefined {
  if (joinsWrongly(limits.wrongJoins ?? [], node)) return 'it takes the two together, and computes something else';
  return readsWrongly(limits, node) ? 'it reads what that makes in another layout' : undefined;
}
