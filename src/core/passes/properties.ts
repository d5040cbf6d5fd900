/** What can be said of a whole model between passes. A pass names what it needs; the manager provides it or refuses the list. */
import { inferModel, proveTypes } from '../dialects/onnx/infer.ts';
import type { Graph } from '../ir/graph.ts';
import type { Model } from '../ir/model.ts';

export type Property =
  /** Every value that inference can tell has the type that it tells. Rules keep that: new values get theirs. */
  | 'typed'
  /** What follows from constants alone, and is small, is a constant. */
  | 'folded'
  /** Every node makes something that is read. */
  | 'live';

/** How the manager brings about a property that no pass before has: undefined where only a pass can. */
export const PROVIDERS: Readonly<Record<Property, ((model: Model, doubts: boolean) => void) | undefined>> = {
  typed: (model, doubts) => {
    if (doubts) proveTypes(model);
    else inferModel(model);
  },
  folded: undefined,
  live: undefined,
};

/** Whether every node of a graph makes something that is read. */
export function isLive(graph: Graph): boolean {
  for (const node of graph.nodes) if (node.outputs.every((value) => value.useCount === 0)) return false;
  return true;
}
