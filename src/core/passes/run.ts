/** Runs passes: walks whole graphs, and offers places to rules until nothing changes any more. */
import type { Graph } from '../ir/graph.ts';
import type { Model } from '../ir/model.ts';
import type { Node } from '../ir/node.ts';
import type { Problem } from '../problems/problem.ts';
import type { GraphPass, Pass, PassContext, PassesResult, PassRecord, PatternRule } from './pass.ts';

/** How often a node's neighbourhood may change before a rule counts as endless: far above what any sound set needs. */
const REWRITES_PER_NODE = 50;

/** Thrown where rules undo each other without end: a fault of the rules, named. */
export class EndlessRewriteError extends Error {
  override readonly name = 'EndlessRewriteError';
}

/**
 * Runs passes in order on the model's graph, its subgraphs and its functions. Neighbouring pattern rules run together,
 * to a fixpoint, in time linear in the nodes they touch.
 */
export function runPasses(model: Model, passes: readonly Pass[]): PassesResult {
  const records: PassRecord[] = [];
  const problems: Problem[] = [];
  const contextFor = (pass: string): PassContext => ({
    model,
    record: (reason, before, after) =>
      records.push({ pass, reason, before: before.map(label), after: after.map(label) }),
    report: (problem) => problems.push(problem),
  });
  for (const group of grouped(passes.filter((pass) => pass.dialect === model.dialect))) {
    for (const graph of allGraphs(model)) {
      if (Array.isArray(group)) runRules(graph, group, contextFor);
      else group.run(graph, contextFor(group.name));
    }
  }
  return { records, problems };
}

/** The model's graph, every subgraph, and the graph of every function: inner ones after outer ones. */
export function* allGraphs(model: Model): Iterable<Graph> {
  for (const root of [model.graph, ...model.functions.map((each) => each.graph)]) {
    yield root;
    for (const node of root.allNodes()) yield* node.subgraphs();
  }
}

function label(node: Node): string {
  return `${node.operator} ${node.name ?? ''}`.trim();
}

/** Runs of pattern rules become one group, so that each sees what the others made. */
function grouped(passes: readonly Pass[]): (GraphPass | PatternRule[])[] {
  const groups: (GraphPass | PatternRule[])[] = [];
  for (const pass of passes) {
    const last = groups.at(-1);
    if (pass.kind === 'graph') groups.push(pass);
    else if (Array.isArray(last)) last.push(pass);
    else groups.push([pass]);
  }
  return groups;
}

function runRules(graph: Graph, rules: readonly PatternRule[], contextFor: (pass: string) => PassContext): void {
  const byRoot = new Map<string, { rule: PatternRule; context: PassContext }[]>();
  for (const rule of rules) {
    for (const root of rule.roots) {
      const list = byRoot.get(root) ?? [];
      list.push({ rule, context: contextFor(rule.name) });
      byRoot.set(root, list);
    }
  }
  const waiting = new Set<Node>(graph.nodes);
  let budget = REWRITES_PER_NODE * (graph.nodes.length + 1);
  for (const node of waiting) {
    waiting.delete(node);
    if (node.graph !== graph) continue;
    for (const { rule, context } of byRoot.get(node.operator) ?? []) {
      const result = rule.rewrite(node, context);
      if (!result) continue;
      context.record(result.reason, result.removed, result.added);
      if (budget-- === 0) throw new EndlessRewriteError(`the rule ${rule.name} does not come to an end`);
      for (const each of neighbourhood(result.added)) waiting.add(each);
      if (node.graph === graph) waiting.add(node);
      break;
    }
  }
}

/** The new nodes and those that read from them: where a pattern may match now. */
function* neighbourhood(nodes: readonly Node[]): Iterable<Node> {
  for (const node of nodes) {
    yield node;
    for (const value of node.outputs) yield* value.users;
  }
}
