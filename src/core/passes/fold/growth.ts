/** Which of the nodes that are known beforehand become constants: those that do not make the file much larger. */
import type { Model } from '../../ir/model.ts';
import type { Node } from '../../ir/node.ts';
import type { Value } from '../../ir/value.ts';
import { problem } from '../../problems/problem.ts';
import { allGraphs } from '../graphs.ts';
import type { PassContext } from '../pass.ts';
import { byteLengthOf } from './given.ts';
import type { FoldLimits } from './limits.ts';
import { isWeight } from './weights.ts';

/** Nodes of which a user was told that they stay. */
const told = new WeakSet<Node>();
/** Bytes that a model may still grow by, in all and by what is no weight. */
interface Room {
  readonly all: number;
  readonly tables: number;
}

/** What is left of it: a model is looked at again and again. */
const roomOf = new WeakMap<Model, Room>();

/** Bytes that one value, or all together, may add to a model, where the user says so. */
const givenOf = new WeakMap<Model, number>();

/** Sizes and the like are computed under every limit: what is left of a graph without them helps nobody. */
const ALWAYS_TAKEN = 1 << 10;

/**
 * Lets what is computed beforehand add so many bytes to a model and no more, be it in one constant or in many; constants of
 * a kilobyte do not count.
 */
export function limitGrowth(model: Model, bytes: number): void {
  givenOf.set(model, bytes);
  roomOf.set(model, { all: bytes, tables: bytes });
}

/** Takes bytes of weights from those that a model may still grow by; false where so many are not left. */
export function takeRoom(model: Model, bytes: number, limits: FoldLimits): boolean {
  const room = roomFor(model, limits);
  if (bytes <= ALWAYS_TAKEN) return true;
  if (bytes > Math.min(mostOf(model, limits), room.all)) return false;
  roomOf.set(model, taken(room, bytes, true));
  return true;
}

function roomFor(model: Model, limits: FoldLimits): Room {
  const before = roomOf.get(model);
  if (before) return before;
  const bytes = constantBytes(model);
  const room = ({ leastRoom, mostShare }: FoldLimits['tables']) => Math.max(leastRoom, mostShare * bytes);
  const made = { all: room(limits), tables: room(limits.tables) };
  if (Number.isFinite(made.all)) roomOf.set(model, made);
  return made;
}

function taken({ all, tables }: Room, bytes: number, isWeights: boolean): Room {
  return { all: all - bytes, tables: tables - (isWeights ? 0 : bytes) };
}

/** Bytes that one value may add. */
function mostOf(model: Model, limits: FoldLimits): number {
  return givenOf.get(model) ?? limits.mostGrowth;
}

/**
 * Of nodes in their order, all known, those that become constants, last first, each with the outputs that somebody else
 * reads: what stands between is not among them. `sizeOf` says how many bytes a value has, `contentOf` what is one where it is
 * the same: it is written once. A node that would make the file too large is told of.
 */
export function chooseWithin(
  limits: FoldLimits,
  found: readonly Node[],
  sizeOf: (value: Value) => number,
  context: PassContext,
  contentOf: (value: Value) => unknown = (value) => value,
): ReadonlyMap<Node, readonly Value[]> {
  let room = roomFor(context.model, limits);
  const most = mostOf(context.model, limits);
  const written = new Set<unknown>();
  const gone = new Set<Node>();
  const kept = new Set<Node>();
  const freed = freedBytes(found);
  const chosen = new Map<Node, readonly Value[]>();
  // Last first: whether a value is needed shows once all that read it have been decided on.
  for (const node of [...found].reverse()) {
    const needed = node.outputs.filter((output) => isNeeded(output, gone));
    const contents = needed.map(contentOf);
    const size = needed.reduce((sum, output, k) => sum + (written.has(contents[k]) ? 0 : sizeOf(output)), 0);
    const growth = size - (freed.get(node) ?? 0);
    const counts = growth > ALWAYS_TAKEN;
    const isWeights = counts && needed.some(isWeight);
    if (counts && growth > Math.min(most, room.all, isWeights ? room.all : room.tables)) {
      // Of a chain of large values the last is told of.
      if (needed.some((output) => isNeeded(output, kept))) tell(node, growth, context);
      kept.add(node);
      continue;
    }
    if (counts) room = taken(room, growth, isWeights);
    gone.add(node);
    for (const content of contents) written.add(content);
    if (needed.length > 0) chosen.set(node, needed);
  }
  if (Number.isFinite(room.all)) roomOf.set(context.model, room);
  return chosen;
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

function constantBytes(model: Model): number {
  let sum = 0;
  for (const graph of allGraphs(model)) for (const { constant } of graph.initializers) sum += byteLengthOf(constant);
  return sum;
}
