/**
 * Computes beforehand what follows from constants and known sizes. Only what somebody else reads becomes a constant: what
 * stands between is never stored. Where the file would grow too much the last step is left to be run.
 */
import type { Graph } from '../../ir/graph.ts';
import type { Node } from '../../ir/node.ts';
import type { Value } from '../../ir/value.ts';
import { Distinct } from '../cleanup/content.ts';
import type { GraphPass, PassContext } from '../pass.ts';
import { byteLengthOf } from './given.ts';
import { chooseWithin } from './growth.ts';
import { KnownValues } from './known.ts';
import { ALL_CONSTANTS, ALL_KNOWN, type FoldLimits, SIZES_ALONE } from './limits.ts';
import { putConstants } from './replace.ts';

const FACTS = {
  kind: 'graph',
  name: 'fold-constants',
  title: 'Computes beforehand what follows from constants and known sizes',
  dialect: 'onnx',
  reassociates: false,
  opsets: { from: 7 },
} as const;

/** For graphs that are made here: sizes and what follows from them. */
export const foldConstants: GraphPass = { ...FACTS, run: (graph, context) => fold(graph, context, SIZES_ALONE) };

/** For simplification: everything but what would make the file larger than the limits say. */
export const foldAllConstants: GraphPass = {
  ...FACTS,
  requires: ['typed'],
  run: (graph, context) => fold(graph, context, ALL_CONSTANTS),
};

/** For Caffe: everything, however large. */
export const foldAllKnown: GraphPass = {
  ...FACTS,
  requires: ['typed'],
  run: (graph, context) => fold(graph, context, ALL_KNOWN),
};

function fold(graph: Graph, context: PassContext, limits: FoldLimits): void {
  const known = new KnownValues(context.opset, limits);
  const found: Node[] = [];
  for (const node of graph.nodes) if (known.look(node)) found.push(node);
  const sizeOf = (value: Value) => byteLengthOf(known.get(value));
  const contents = new Distinct();
  const contentOf = (value: Value) => contents.of(known.get(value));
  const chosen = chooseWithin(limits, found, sizeOf, context, contentOf);
  for (const [node, needed] of chosen) {
    // A node that nobody needed any more went with the one before.
    if (node.graph === graph) putConstants(graph, node, needed, (value) => known.get(value), context);
  }
}
