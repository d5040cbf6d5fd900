/** The pass manager: runs passes in their order over every graph of a model, and tells what they did. */

import { type Functions, functionsOf } from '../dialects/onnx/infer/context.ts';
import { holdKnown, inferredType } from '../dialects/onnx/infer/declared.ts';
import { inferContext, inferOutputs, restoreDeclared } from '../dialects/onnx/infer.ts';
import type { Graph } from '../ir/graph.ts';
import type { Model } from '../ir/model.ts';
import type { Node } from '../ir/node.ts';
import { type Problem, Refusal } from '../problems/problem.ts';
import { runRules } from './fixpoint.ts';
import { graphsWithin, type NamedGraph, namedGraphs } from './graphs.ts';
import type { GraphPass, Pass, PassContext, PatternRule } from './pass.ts';
import { PROVIDERS, type Property } from './properties.ts';
import { type LogOptions, nodeLabel, PassLog, type PassRecord, type PassSummary, Reached } from './records.ts';
import { watchStep } from './validate.ts';

export interface RunOptions extends LogOptions {
  /** Names of passes that are left out. */
  readonly disabled?: ReadonlySet<string>;
  /** The name of a node, or of a value that it makes: says which rules nearly fit there, and why they do not. */
  readonly why?: string | undefined;
  /**
   * Whether the sizes that values in between are said to have are left aside: a file may say what is not so. What passes
   * prove and what inputs declare counts.
   */
  readonly doubts?: boolean;
  /** Runs the whole list again until nothing changes any more. */
  readonly untilStable?: boolean;
}

/** A rule that does not fit at the node that was asked about, and why. */
export interface NearMiss extends NodeStory {
  /** Whether it nearly fits: not where of several operators only the last is there. */
  readonly near: boolean;
}

/** What a pass did to the node that was asked about. */
export interface NodeStory {
  readonly pass: string;
  readonly title: string;
  readonly graph: string;
  /** Operator and name of the node; where a rule nearly fits, of the one where its pattern ends. */
  readonly node: string;
  readonly reason: string;
}

export interface PassesResult {
  /** What each pass did, of those that did something. */
  readonly passes: readonly PassSummary[];
  readonly records: readonly PassRecord[];
  readonly problems: readonly Problem[];
  /** Those that nearly fit first. */
  readonly misses: readonly NearMiss[];
  readonly fates: readonly NodeStory[];
  /** How often the list was run, and whether the last time nothing was left to do. */
  readonly rounds: number;
  readonly settled: boolean;
}

/** How often a list may be run before it counts as endless. Real models need three or four. */
const MOST_ROUNDS = 25;

/**
 * Runs passes in order on the model's graph, its subgraphs and its functions. Neighbouring pattern rules run together,
 * to a fixpoint. Throws an Error where a pass requires what nothing before it ensures: a fault of the list.
 */
export function runPasses(model: Model, passes: readonly Pass[], options: RunOptions = {}): PassesResult {
  const own = passes.filter((pass) => pass.dialect === model.dialect && !options.disabled?.has(pass.name));
  const manager = new Manager(model, options);
  manager.provide(own);
  return manager.run(grouped(own));
}

class Manager {
  private readonly log: PassLog;
  private readonly problems: Problem[] = [];
  private readonly misses = new Map<string, NearMiss>();
  private readonly fates: NodeStory[] = [];
  private readonly stopped = new Set<string>();
  private readonly memories = new Map<Pass, unknown>();
  private readonly functions: Functions;
  private settled = true;

  constructor(
    private readonly model: Model,
    private readonly options: RunOptions,
  ) {
    this.log = new PassLog(options);
    this.functions = functionsOf(model);
  }

  /** Sees to what passes require of the model. */
  provide(passes: readonly Pass[]): void {
    const holds = new Set<Property>();
    for (const { name, requires = [], ensures = [] } of passes) {
      for (const property of requires) {
        if (holds.has(property)) continue;
        const provider = PROVIDERS[property];
        if (!provider)
          throw new Error(`the pass ${name} requires a model that is ${property}, which no pass before ensures`);
        provider(this.model, this.options.doubts === true);
        holds.add(property);
      }
      for (const property of ensures) holds.add(property);
    }
  }

  run(steps: readonly (GraphPass | readonly PatternRule[])[]): PassesResult {
    if (this.log.reached) return this.result(0, false);
    const mostRounds = this.options.untilStable ? MOST_ROUNDS : 1;
    let quiet = 0;
    let rounds = 0;
    for (; rounds < mostRounds && (rounds === 0 || quiet < steps.length); rounds++) {
      for (const step of steps) {
        if (rounds > 0 && quiet >= steps.length) break;
        const before = this.log.applications;
        if (!this.runStep(step)) return this.result(rounds, false);
        quiet = this.log.applications > before ? 0 : quiet + 1;
      }
    }
    return this.result(rounds, this.settled && (mostRounds === 1 || quiet >= steps.length));
  }

  private result(rounds: number, settled: boolean): PassesResult {
    if (this.options.doubts) restoreDeclared(this.model);
    return {
      passes: this.log.summaries(),
      records: this.log.records,
      problems: this.problems,
      misses: [...this.misses.values()].sort((a, b) => Number(b.near) - Number(a.near)),
      fates: this.fates,
      rounds,
      settled,
    };
  }

  /** Whether to go on after it. */
  private runStep(step: GraphPass | readonly PatternRule[]): boolean {
    const done = watchStep(this.model);
    try {
      for (const named of namedGraphs(this.model)) {
        if ('run' in step) this.walk(step, named);
        else this.offer(step, named, (rule) => done.afterRewrite(rule));
      }
    } catch (error) {
      if (error instanceof Reached) return false;
      throw error;
    }
    done.afterStep('run' in step ? [step] : step);
    return true;
  }

  private walk(pass: GraphPass, named: NamedGraph): void {
    if (!inRange(pass, named.opset)) return;
    const watched = [named.graph, ...this.within(named.graph)];
    for (const { nodes } of watched) nodes.watcher = (node) => this.log.willChange(node);
    try {
      pass.run(named.graph, this.contextFor(pass, named));
    } finally {
      for (const { nodes } of watched) nodes.watcher = undefined;
    }
  }

  /** The graphs within a graph, where changes in them are to be shown too: what reads a value may stand there. */
  private within(graph: Graph): readonly Graph[] {
    return this.log.detail === 'text' ? [...graphsWithin(graph)] : [];
  }

  private offer(rules: readonly PatternRule[], named: NamedGraph, rewritten: (rule: string) => void): void {
    const offered = rules
      .filter((rule) => inRange(rule, named.opset))
      .map((rule) => ({ rule, context: this.contextFor(rule, named, rewritten) }));
    if (offered.length === 0) return;
    const result = runRules(named.graph, offered, this.stopped, (node) => this.log.willChange(node));
    this.problems.push(...result.problems);
    if (!result.reached) this.settled = false;
  }

  private contextFor(
    pass: Pass,
    { path, opset, imports }: NamedGraph,
    rewritten?: (rule: string) => void,
  ): PassContext {
    const { why } = this.options;
    return {
      model: this.model,
      opset,
      remembered: <T>(make: () => T): T => {
        if (!this.memories.has(pass)) this.memories.set(pass, make());
        // A pass asks for what it has made itself.
        return this.memories.get(pass) as T;
      },
      willRename: (node) => this.log.willChange(node),
      record: (reason, before, after, constants) => {
        this.log.add(pass, path, reason, before, after, constants);
        if (why !== undefined) this.tellFate(pass, path, reason, before, why);
        rewritten?.(pass.name);
        if (this.log.reached) throw new Reached();
      },
      importDomain: (domain) => {
        for (const each of [imports, this.model.opsetImports]) if (!each.has(domain)) each.set(domain, 1);
      },
      report: (problem) => this.problems.push(problem),
      infer: (...nodes) => this.infer(nodes, opset),
      missed:
        why === undefined
          ? undefined
          : (root, reason, seen = [root], near = true) => {
              if (!seen.some((node) => isNodeOf(node, why))) return;
              const miss = { pass: pass.name, title: pass.title, graph: path, node: nodeLabel(root), reason, near };
              this.misses.set(`${pass.name} ${path} ${miss.node}`, miss);
            },
    };
  }

  private tellFate({ name, title }: Pass, graph: string, reason: string, before: readonly Node[], why: string): void {
    const node = before.find((each) => isNodeOf(each, why));
    if (node) this.fates.push({ pass: name, title, graph, node: nodeLabel(node), reason });
  }

  private infer(nodes: readonly Node[], opset: number): void {
    const imports = new Map(this.model.opsetImports).set('', opset);
    const context = { ...inferContext(imports, this.functions), doubts: this.options.doubts === true };
    for (const node of nodes) {
      const known = node.outputs.map(inferredType);
      try {
        inferOutputs(node, context);
      } catch (error) {
        // A model may contradict itself at a place that never runs: the types stay as they are.
        if (!(error instanceof Refusal)) throw error;
      }
      for (const [k, output] of node.outputs.entries()) holdKnown(output, known[k]);
    }
  }
}

/** Whether a node has that name, or makes a value that has it. */
export function isNodeOf(node: Node, name: string): boolean {
  return node.name === name || node.sourceName === name || node.outputs.some((value) => value.name === name);
}

function inRange({ opsets }: Pass, opset: number): boolean {
  return !opsets || (opset >= (opsets.from ?? 1) && opset <= (opsets.to ?? Number.POSITIVE_INFINITY));
}

/** Runs of pattern rules become one group, so that each sees what the others made. */
function grouped(passes: readonly Pass[]): (GraphPass | readonly PatternRule[])[] {
  const groups: (GraphPass | PatternRule[])[] = [];
  for (const pass of passes) {
    const last = groups.at(-1);
    if (pass.kind === 'graph') groups.push(pass);
    else if (Array.isArray(last)) last.push(pass);
    else groups.push([pass]);
  }
  return groups;
}
