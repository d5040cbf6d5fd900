/**
 * Computes beforehand what follows from constants and known sizes. Only what somebody else reads becomes a constant: what
 * stands between is never stored. Where the file would grow too much the last step is left to be run.
 */
import { takePlace } from '../../dialects/onnx/infer/declared.ts';
import { tensor as tensorAttribute } from '../../ir/attribute.ts';
import type { Graph } from '../../ir/graph.ts';
import type { Model } from '../../ir/model.ts';
import { Node } from '../../ir/node.ts';
import { tensorType } from '../../ir/type.ts';
import type { Value } from '../../ir/value.ts';
import { problem } from '../../problems/problem.ts';
import { allGraphs } from '../graphs.ts';
import type { GraphPass, PassContext } from '../pass.ts';
import { removeUnused } from '../simplify/unused.ts';
import { byteLengthOf, KnownValues } from './known.ts';
import { ALL_CONSTANTS, type FoldLimits, SIZES_ALONE } from './limits.ts';

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

/** Nodes of which a user was told that they stay. */
const told = new WeakSet<Node>();
/** Bytes that a model may still grow by: it is looked at again and again. */
const roomOf = new WeakMap<Model, number>();

function fold(graph: Graph, context: PassContext, limits: FoldLimits): void {
  const known = new KnownValues(context.opset, limits);
  const found: Node[] = [];
  for (const node of graph.nodes) if (known.look(node)) found.push(node);
  let room = roomOf.get(context.model) ?? Math.max(limits.leastRoom, limits.mostShare * constantBytes(context.model));
  const gone = new Set<Node>();
  const kept = new Set<Node>();
  const freed = freedBytes(found);
  // Last first: whether a value is needed shows once all that read it have been decided on.
  for (const node of found.reverse()) {
    // A node that nobody needed any more went with the one before.
    if (node.graph !== graph) continue;
    const needed = node.outputs.filter((output) => isNeeded(output, gone));
    const size = needed.reduce((sum, output) => sum + byteLengthOf(known.get(output)), 0);
    const growth = size - (freed.get(node) ?? 0);
    if (growth > Math.min(limits.mostGrowth, room)) {
      // Of a chain of large values the last is told of.
      if (needed.some((output) => isNeeded(output, kept))) tell(node, growth, context);
      kept.add(node);
      continue;
    }
    room -= Math.max(growth, 0);
    gone.add(node);
    if (needed.length > 0) replace(graph, node, needed, known, context);
  }
  if (Number.isFinite(room)) roomOf.set(context.model, room);
}

/** For each node the bytes of constants that go when it goes, shared out among their readers. */
function freedBytes(nodes: readonly Node[]): ReadonlyMap<Node, number> {
  const all = new Set(nodes);
  const freed = new Map<Node, number>();
  // A constant may have as many readers as there are nodes: each is looked at once.
  const shares = new Map<Value, number>();
  const shareOf = (value: Value): number => {
    const known = shares.get(value);
    if (known !== undefined) return known;
    const bytes = value.producer ? freed.get(value.producer) : byteLengthOf(value.constant);
    const share = bytes && !isNeeded(value, all) ? bytes / value.useCount : 0;
    shares.set(value, share);
    return share;
  };
  for (const node of nodes)
    freed.set(
      node,
      node.inputs.reduce((sum, input) => sum + (input ? shareOf(input) : 0), 0),
    );
  return freed;
}

function tell(node: Node, growth: number, context: PassContext): void {
  const size = `${(growth / 1e6).toFixed(1)} MB`;
  context.missed?.(node, `as a constant its result would make the file ${size} larger`);
  if (told.has(node)) return;
  told.add(node);
  context.report(problem('constant-too-large', node, { size }));
}

/** Whether others than these nodes read a value. */
function isNeeded(value: Value, nodes: ReadonlySet<Node>): boolean {
  for (let use = value.firstUse; use; use = use.next) {
    if (use.kind === 'output' || !nodes.has(use.node)) return true;
  }
  return false;
}

/** Puts constants in the place of a node, and takes out what nobody reads any more. */
function replace(graph: Graph, node: Node, needed: readonly Value[], known: KnownValues, context: PassContext): void {
  const made: Node[] = [];
  for (const output of needed) {
    const constant = known.get(output);
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
    } else output.replaceAllUsesWith(graph.addInitializer({ name: output.name, constant }));
  }
  const removed = new Set<Node>();
  removeUnused(node, removed);
  context.record('its inputs are known beforehand', [...removed], made);
}

function constantBytes(model: Model): number {
  let sum = 0;
  for (const graph of allGraphs(model)) for (const { constant } of graph.initializers) sum += byteLengthOf(constant);
  return sum;
}
