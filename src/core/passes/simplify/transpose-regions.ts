/**
 * Transposes moved past operators that work in any order of axes, so that they meet and cancel. A connected region of such
 * operators is turned as a whole, and only where fewer nodes are left than before. Exact, but that reductions and products
 * in it may add in another order.
 */
import type { Node } from '../../ir/node.ts';
import type { Value } from '../../ir/value.ts';
import type { PatternRule } from '../pass.ts';
import { named, type Replacement, type Site, simplification } from './rule.ts';
import { type Moved, movedPast } from './transposable.ts';
import { composed, inverse, isIdentity, orderOf } from './transposes.ts';

/** How many operators one region may have: what a rule looks at has a bound. */
const LARGEST_REGION = 64;

const across = simplification({
  name: 'transposes-across',
  title: 'Moves Transposes past operators that work in any order of axes, where they cancel',
  operators: 'Transpose',
  reassociates: true,
  replace(node, site) {
    const order = orderOf(node);
    const x = node.input(0);
    if (!order || !x || isIdentity(order)) return undefined;
    // What stands before it could give its order, or what stands behind it the order of before.
    const before = x.producer?.graph === node.graph ? x.producer : undefined;
    for (const grown of [true, false]) {
      if (before) {
        const region = regionOf([before], order, grown);
        if (region && region.gain > 0) return turned(region, site);
      }
      const readers = [...node.output().users].filter((user) => user.graph === node.graph);
      const region = regionOf(readers, inverse(order), grown);
      if (region && region.gain > 0) return turned(region, site);
    }
    return undefined;
  },
});

/** Operators that are to give their results in another order of axes. */
interface Region {
  readonly order: readonly number[];
  readonly nodes: ReadonlyMap<Node, Moved>;
  /** How many nodes fewer there would be. */
  readonly gain: number;
}

/** Grows a region from its first nodes: upwards always, and to other readers of what it makes where `grown`. */
function regionOf(seeds: readonly Node[], order: readonly number[], grown: boolean): Region | undefined {
  const nodes = new Map<Node, Moved>();
  const waiting = [...seeds];
  while (waiting.length > 0 && nodes.size < LARGEST_REGION) {
    const node = waiting.pop();
    if (!node || nodes.has(node)) continue;
    const moved = movedPast(node, order);
    if (!moved) continue;
    nodes.set(node, moved);
    for (const value of moved.data) {
      const maker = value.producer;
      if (maker && maker.graph === node.graph) waiting.push(maker);
    }
    if (!grown) continue;
    for (const value of node.outputs) {
      if (value.useCount > LARGEST_REGION) continue;
      for (const user of value.users) if (user.graph === node.graph) waiting.push(user);
    }
  }
  return nodes.size === 0 ? undefined : { order, nodes, gain: gainOf(nodes, order) };
}

function gainOf(nodes: ReadonlyMap<Node, Moved>, order: readonly number[]): number {
  let gain = 0;
  const leaves = new Set<Value>();
  for (const [node, moved] of nodes) {
    for (const value of moved.data) if (!isMadeIn(value, nodes)) leaves.add(value);
    for (const output of node.outputs) {
      const outside = usesOutside(output, nodes, order);
      gain += outside.turns.length;
      if (outside.others) gain--;
    }
  }
  for (const leaf of leaves) {
    const maker = transposeOf(leaf);
    if (!maker || !isIdentity(composed(orderOf(maker) ?? [], order))) gain--;
    // The Transpose goes where nobody else reads it.
    if (maker && leaf.uses.every((use) => use.kind === 'input' && nodes.has(use.node))) gain++;
  }
  return gain;
}

function isMadeIn(value: Value, nodes: ReadonlyMap<Node, Moved>): boolean {
  return value.producer !== undefined && nodes.has(value.producer);
}

function transposeOf(value: Value): Node | undefined {
  const maker = value.producer;
  return maker?.op === 'Transpose' && maker.domain === '' ? maker : undefined;
}

/** Who reads a value outside of the region: Transposes to the region's new order, and whether there are others. */
function usesOutside(value: Value, nodes: ReadonlyMap<Node, Moved>, order: readonly number[]) {
  const turns: Node[] = [];
  let others = false;
  for (const use of value.uses) {
    if (use.kind === 'output') others = true;
    else if (nodes.has(use.node)) {
      // A list of sizes or a condition that the region's operator does not turn.
      if (!nodes.get(use.node)?.data.includes(value)) others = true;
    } else if (use.node.graph === value.producer?.graph && isTurn(use.node, order)) turns.push(use.node);
    else others = true;
  }
  return { turns, others };
}

function isTurn(node: Node, order: readonly number[]): boolean {
  const own = node.op === 'Transpose' && node.domain === '' ? orderOf(node) : undefined;
  return own?.length === order.length && own.every((axis, k) => axis === order[k]);
}

/** Builds the region anew in its new order, each node where the old one stands. */
function turned({ order, nodes }: Region, site: Site): Replacement | undefined {
  const made = new Map<Value, Value>();
  const values = new Map<Value, Value>();
  const turnedValue = (value: Value): Value => {
    const before = made.get(value);
    if (before) return before;
    const maker = transposeOf(value);
    const whole = maker && composed(orderOf(maker) ?? [], order);
    const source = (maker && whole?.length === order.length && maker.input(0)) || value;
    const onnx = site.from(maker ?? site.root, placeBehind(value, site));
    const result = onnx.transpose(source, source === value ? order : (whole ?? order));
    made.set(value, result);
    return result;
  };
  for (const node of inOrder(nodes)) {
    const moved = nodes.get(node);
    if (!moved) continue;
    const inputs = new Map(moved.data.map((value) => [value, turnedValue(value)]));
    const results = moved.build(site.from(node, node), (value) => inputs.get(value) ?? value);
    if (!results) return undefined;
    for (const [k, output] of node.outputs.entries()) {
      const result = results[k];
      if (!result) continue;
      made.set(output, result);
      const { turns, others } = usesOutside(output, nodes, order);
      for (const turn of turns) values.set(turn.output(), result);
      if (others) values.set(output, site.from(node, node).transpose(result, inverse(order)));
    }
  }
  const [first] = nodes.keys();
  const others = nodes.size > 1 ? ` and ${nodes.size - 1} more` : '';
  return {
    values,
    reason: `${first ? named(first) : ''}${others} can work in another order of axes: Transposes cancel`,
  };
}

/** The node before which everything can read a value. */
function placeBehind(value: Value, { onnx }: Site): Node | undefined {
  const maker = value.producer;
  if (maker?.graph === onnx.graph) return maker.after;
  const [first] = onnx.graph.nodes;
  return first;
}

/** Makers before readers. */
function inOrder(nodes: ReadonlyMap<Node, Moved>): Node[] {
  const order: Node[] = [];
  const seen = new Set<Node>();
  const visit = (node: Node): void => {
    if (seen.has(node)) return;
    seen.add(node);
    for (const input of node.inputs) if (input?.producer && nodes.has(input.producer)) visit(input.producer);
    order.push(node);
  };
  for (const node of nodes.keys()) visit(node);
  return order;
}

export const transposeRegionRules: readonly PatternRule[] = [across];
