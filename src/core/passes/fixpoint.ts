/**
 * Offers the places of one graph to rules until nothing changes any more. After a rewrite only what it touched, and what
 * reads from that, is looked at again: the work is linear in the nodes that change. Rules are found by the operator where
 * their pattern ends, and left out as long as the graph lacks another operator of it.
 */
import type { Graph } from '../ir/graph.ts';
import type { Node } from '../ir/node.ts';
import type { Value } from '../ir/value.ts';
import { type Problem, problem } from '../problems/problem.ts';
import { Lineage } from './lineage.ts';
import type { PassContext, PatternRule } from './pass.ts';
import { nodeLabel } from './records.ts';

/** How often one rule, and all together, may rewrite for each node of a graph: far above what sound rules need. */
const REWRITES_PER_NODE = { rule: 20, all: 50 };
/** Small graphs have room for their rules too. */
const LEAST_NODES = 50;
/** How many readers one behind the other are looked at after a change, and how many in all. */
const REACH = { levels: 3, nodes: 200 };

/** A rule with the context that its graph gives it. */
export interface OfferedRule {
  readonly rule: PatternRule;
  readonly context: PassContext;
}

export interface Fixpoint {
  readonly rewrites: number;
  /** How often what had changed was looked at again, the last time in vain. */
  readonly rounds: number;
  /** Whether nothing is left to do: not so where rules had to be stopped. */
  readonly reached: boolean;
  readonly problems: readonly Problem[];
}

/** `willChange` is told of every node before it changes; `stopped` are names of rules that are left out from now on. */
export function runRules(
  graph: Graph,
  rules: readonly OfferedRule[],
  stopped: Set<string>,
  willChange: (node: Node) => void,
): Fixpoint {
  const run = new FixpointRun(graph, rules, stopped);
  graph.nodes.watcher = (node) => {
    willChange(node);
    run.touch(node);
  };
  try {
    return run.run();
  } finally {
    graph.nodes.watcher = undefined;
  }
}

class FixpointRun {
  private readonly byRoot = new Map<string, OfferedRule[]>();
  /** Those of them whose operators are all there, as far as somebody asked. */
  private readonly possible = new Map<string, readonly OfferedRule[]>();
  /** The operators that the graph has or had. */
  private readonly operators = new Set<string>();
  private readonly lineage = new Lineage();
  private readonly problems: Problem[] = [];
  private readonly counts = new Map<string, number>();
  private readonly mostOfOne: number;
  private readonly mostOfAll: number;
  private rewrites = 0;
  private reached = true;
  private next = new Set<Node>();
  /** Nodes that the rewrite under way changes, and values that lose a reader by it. */
  private readonly touched = new Set<Node>();
  private readonly loosened = new Set<Value>();

  constructor(
    private readonly graph: Graph,
    rules: readonly OfferedRule[],
    private readonly stopped: Set<string>,
  ) {
    for (const offered of rules) {
      for (const root of offered.rule.roots) {
        const list = this.byRoot.get(root) ?? [];
        list.push(offered);
        this.byRoot.set(root, list);
      }
    }
    for (const node of graph.nodes) this.operators.add(node.operator);
    const nodes = Math.max(graph.nodes.length, LEAST_NODES);
    this.mostOfOne = REWRITES_PER_NODE.rule * nodes;
    this.mostOfAll = REWRITES_PER_NODE.all * nodes;
  }

  touch(node: Node): void {
    if (this.touched.has(node)) return;
    this.touched.add(node);
    for (const input of node.inputs) if (input) this.loosened.add(input);
  }

  run(): Fixpoint {
    let rounds = 0;
    let waiting: Iterable<Node> = this.graph.nodes;
    do {
      rounds++;
      this.next = new Set();
      for (const node of waiting) {
        if (node.graph !== this.graph) continue;
        this.next.delete(node);
        this.offer(node);
      }
      waiting = this.next;
    } while (this.next.size > 0);
    return { rewrites: this.rewrites, rounds, reached: this.reached, problems: this.problems };
  }

  private offer(node: Node): void {
    const rules = this.rulesFor(node.operator);
    if (rules.length === 0) return;
    // Rules that do not fit leave the node as it is.
    const content = this.lineage.before(node);
    for (const offered of rules) {
      if (this.stopped.has(offered.rule.name)) continue;
      if (this.rewrites >= this.mostOfAll) return;
      if (this.apply(node, content, offered)) return;
    }
  }

  private rulesFor(operator: string): readonly OfferedRule[] {
    let found = this.possible.get(operator);
    if (!found) {
      // Somebody who asks why a rule does not fit is told also where the graph lacks an operator.
      const all = this.byRoot.get(operator) ?? [];
      found = all.filter(({ rule, context }) => context.missed || (rule.possible?.(this.operators) ?? true));
      this.possible.set(operator, found);
    }
    return found;
  }

  private see(node: Node): void {
    if (this.operators.has(node.operator)) return;
    this.operators.add(node.operator);
    this.possible.clear();
  }

  private apply(root: Node, content: number | undefined, { rule, context }: OfferedRule): boolean {
    this.touched.clear();
    this.loosened.clear();
    const result = rule.rewrite(root, context);
    if (!result) return false;
    this.rewrites++;
    context.record(result.reason, result.removed, result.added);
    this.lookAgain(root, result.added);
    const cycle = this.lineage.add(rule.name, root, content, result.removed, result.added);
    this.bound(rule, root, cycle);
    return true;
  }

  /** Stops rules that come to no end. */
  private bound(rule: PatternRule, root: Node, cycle: readonly string[] | undefined): void {
    const count = (this.counts.get(rule.name) ?? 0) + 1;
    this.counts.set(rule.name, count);
    if (cycle) {
      const [only] = cycle;
      const what =
        cycle.length === 1
          ? `The rule ${only} rewrites again and again what it has made itself`
          : `The rules ${listed(cycle)} undo each other`;
      this.stop(cycle, `${what}, at ${nodeLabel(root)}`);
    } else if (count >= this.mostOfOne) {
      this.stop([rule.name], `The rule ${rule.name} comes to no end: it was stopped after ${count} rewrites`);
    } else if (this.rewrites >= this.mostOfAll) {
      const busiest = [...this.counts].sort(([, a], [, b]) => b - a).slice(0, 3);
      const names = busiest.map(([name]) => name);
      this.stop([], `The rules ${listed(names)} come to no end: all were stopped after ${this.rewrites} rewrites`);
    }
  }

  private stop(rules: readonly string[], reason: string): void {
    for (const name of rules) this.stopped.add(name);
    this.reached = false;
    this.problems.push(problem('endless-rules', undefined, { reason, rules: rules.join(' ') }));
  }

  /** New and changed nodes, and what reads from them: where a pattern may fit now. */
  private lookAgain(root: Node, added: readonly Node[]): void {
    const starts = new Set([...added, ...this.touched]);
    if (root.graph === this.graph) starts.add(root);
    // A value with one reader left may go into it.
    for (const value of this.loosened) if (value.useCount === 1) for (const user of value.users) starts.add(user);
    let level: Iterable<Node> = starts;
    let seen = 0;
    for (let depth = 0; depth <= REACH.levels && seen < REACH.nodes; depth++) {
      const readers = new Set<Node>();
      for (const node of level) {
        if (node.graph !== this.graph) continue;
        this.see(node);
        this.next.add(node);
        seen++;
        for (const output of node.outputs) {
          if (depth < REACH.levels && output.useCount <= REACH.nodes)
            for (const user of output.users) readers.add(user);
        }
      }
      level = readers;
    }
  }
}

function listed(names: readonly string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}
