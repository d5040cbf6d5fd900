/** Takes a model from one opset of ai.onnx, and of ai.onnx.ml, to another, a step at a time, or says which nodes cannot go there. */

import { checkNode } from '../../dialects/onnx/check-node.ts';
import { type Functions, functionsOf } from '../../dialects/onnx/infer/context.ts';
import { inferContext, inferGraph, mayNeverRun } from '../../dialects/onnx/infer.ts';
import { ML, mlVersionOf } from '../../dialects/onnx/ml-versions.ts';
import { onnxDomain, operatorSchema } from '../../dialects/onnx/operators.ts';
import type { Graph } from '../../ir/graph.ts';
import type { Model } from '../../ir/model.ts';
import type { Node } from '../../ir/node.ts';
import type { Value } from '../../ir/value.ts';
import { functionPath, subgraphPaths } from '../../passes/graphs.ts';
import { type LogOptions, PassLog, type PassRecord, type PassSummary, Reached } from '../../passes/records.ts';
import { type Problem, problem, Refusal } from '../../problems/problem.ts';
import { type OnnxBuilder, onnxBuilder, TypeNotKnown } from '../builder.ts';
import { Approximation, tooOld } from './adapter.ts';
import { approximated, withRemoval } from './findings.ts';
import { deprecatedIn, type Unknown, unknownIn } from './known.ts';
import { openOutputs } from './open-outputs.ts';
import { opsetStep } from './step.ts';
import { adapterFor } from './table.ts';
import { checkFits, dropNewAttributes, hasNewVersion, meansTheSame } from './unchanged.ts';
import { neededIrVersion } from './versions.ts';
import { inWiderType } from './wider-types.ts';

export interface OpsetResult {
  /** The same model, changed; half-way where there are problems. */
  readonly model: Model;
  readonly problems: readonly Problem[];
  readonly passes: readonly PassSummary[];
  readonly records: readonly PassRecord[];
}

export interface OpsetOptions extends LogOptions {
  /** The version of ai.onnx.ml. Where none is said a newer one is lowered to that which was released with opset `to`. */
  readonly ml?: number | undefined;
}

/**
 * Changes an ONNX model so that it means the same at opset `to`, subgraphs and functions included, and sets its IR version.
 * Every node whose operator changed on the way goes through an adapter; those that no adapter keeps exactly are problems.
 */
export function convertOpset(model: Model, to: number, options: OpsetOptions = {}): OpsetResult {
  const log = new PassLog(options);
  const work = new Conversion(log);
  const unknown = unknownIn(model);
  if (unknown.isOpen) return { model, problems: unknown.problems, passes: [], records: [] };
  work.tell(unknown);
  const before = model.opsetImports.get('') ?? model.opsetImports.get('ai.onnx') ?? to;
  // Where no operator is of ai.onnx, the opset says with which release the model is to go.
  const isDown = to < before || !(model.opsetImports.has('') || model.opsetImports.has('ai.onnx'));
  const functions = functionsOf(model);
  const forgetTypes = openOutputs(model);
  try {
    const run = (graph: Graph, path: string, imports: Map<string, number>) => {
      // First, because what stands for its operators may be others of ai.onnx.
      const ml = options.ml ?? loweredMl(imports, isDown ? to : undefined);
      if (ml !== undefined) work.runMl(graph, path, imports, ml, to, functions);
      work.run(graph, path, imports, to, functions);
    };
    run(model.graph, 'model', model.opsetImports);
    for (const each of model.functions) run(each.graph, functionPath(each), each.opsetImports);
    work.tellDeprecated(model);
  } catch (error) {
    if (!(error instanceof Reached)) throw error;
  }
  forgetTypes();
  // Going up nothing is taken back that the file could use before.
  const needed = neededIrVersion(model, to);
  model.irVersion = to < before ? needed : Math.max(model.irVersion, needed);
  return { model, problems: work.problems, passes: log.summaries(), records: log.records };
}

/** Whether `opsetSteps` says of a model what `convertOpset` does: there is one graph with the opsets of one domain. */
export function goesBySteps({ functions, opsetImports }: Model): boolean {
  return functions.length === 0 && !opsetImports.has(ML) && opsetImports.has('');
}

/** A model on its way to an opset. */
export interface OnTheWay {
  readonly opset: number;
  /** So far. */
  readonly problems: readonly Problem[];
  /** Whether this step brought or took a version of an operator of the model: else its nodes mean what they meant before. */
  readonly touched: boolean;
}

/**
 * Changes a model as `convertOpset` does, and stops at each opset on the way to `to`: there the model means the same but for
 * the problems so far. To look at many opsets costs no more than the way to the last.
 */
export function* opsetSteps(model: Model, to: number): Generator<OnTheWay> {
  const work = new Conversion(new PassLog({}));
  const { graph, opsetImports, irVersion } = model;
  const before = opsetImports.get('') ?? to;
  for (const opset of work.steps(graph, 'model', opsetImports, to, functionsOf(model))) {
    const needed = neededIrVersion(model, opset);
    model.irVersion = opset < before ? needed : Math.max(irVersion, needed);
    yield { opset, problems: [...work.problems], touched: work.touched };
  }
}

/** The version of ai.onnx.ml that came with an opset, where the imports have a newer one. */
function loweredMl(imports: ReadonlyMap<string, number>, opset: number | undefined): number | undefined {
  const [own, wanted] = [imports.get(ML), opset && mlVersionOf(opset)];
  return own !== undefined && wanted !== undefined && own > wanted ? wanted : undefined;
}

class Conversion {
  readonly problems: Problem[] = [];
  /** Whether the last step met an operator that it changes. */
  touched = false;
  /** Each refused node gives one problem, however many steps follow. */
  private readonly refused = new Set<Node>();
  /** Whose opsets the steps are, and the opset of ai.onnx beside them, where they are others'. */
  private domain = '';
  private opset: number | undefined;

  constructor(private readonly log: PassLog) {}

  /** What means nothing is no step's concern. */
  tell({ problems, nodes }: Unknown): void {
    this.problems.push(...problems);
    for (const node of nodes) this.refused.add(node);
  }

  tellDeprecated(model: Model): void {
    this.problems.push(...deprecatedIn(model, this.refused));
  }

  /** Converts the operators of ai.onnx.ml in one graph; others that stand for them are of opset `beside` where none is imported. */
  runMl(
    graph: Graph,
    path: string,
    imports: Map<string, number>,
    to: number,
    beside: number,
    functions: Functions,
  ): void {
    const imported = imports.get('') ?? imports.get('ai.onnx');
    this.opset = imported ?? beside;
    this.run(graph, path, imports, to, functions, ML);
    const isUsed = imported === undefined && [...graph.allNodes()].some((node) => onnxDomain(node.domain) === '');
    if (isUsed) imports.set('', beside);
    this.opset = undefined;
  }

  /** Converts one graph with its subgraphs. */
  run(...given: Parameters<Conversion['steps']>): void {
    for (const _ of this.steps(...given));
  }

  /** The same, a step each time that it is asked for the next: gives the opsets that the graph comes to. */
  *steps(
    graph: Graph,
    path: string,
    imports: Map<string, number>,
    to: number,
    functions: Functions,
    domain: '' | typeof ML = '',
  ): Generator<number> {
    const own = imports.has('') || !imports.has('ai.onnx') ? '' : 'ai.onnx';
    const key = domain === '' ? own : domain;
    this.domain = domain;
    const from = imports.get(key);
    if (from === undefined || from === to) return;
    // Types and small constants are what the rules look at: where they contradict there is nothing to keep.
    for (const [node, problem] of inferGraph(graph, inferContext(imports, functions))) {
      // The branch that these inputs never take may well contradict them.
      if (mayNeverRun(node) || this.refused.has(node)) continue;
      this.refused.add(node);
      this.problems.push(problem);
    }
    const direction = to < from ? -1 : 1;
    for (let opset = from; opset !== to; opset += direction) {
      this.touched = false;
      this.step(graph, path, opset, opset + direction);
      imports.set(key, opset + direction);
      yield opset + direction;
    }
  }

  /** A name stands for one value in graphs within too, so that these share the names of the graph around them. */
  private step(
    graph: Graph,
    path: string,
    from: number,
    to: number,
    onnx = onnxBuilder(graph, this.opset ?? to),
  ): void {
    graph.nodes.watcher = (node) => this.log.willChange(node);
    try {
      this.stepNodes(graph, path, from, to, onnx);
    } finally {
      graph.nodes.watcher = undefined;
    }
  }

  private stepNodes(graph: Graph, path: string, from: number, to: number, onnx: OnnxBuilder): void {
    const late: Node[] = [];
    for (const node of graph.nodes) {
      for (const [inner, place] of subgraphPaths(node, path)) this.step(inner, place, from, to, onnx.within(inner));
      const newer = Math.max(from, to);
      if (onnxDomain(node.domain) !== this.domain || !hasNewVersion(node, newer)) continue;
      this.touched = true;
      if (this.refused.has(node)) continue;
      if (adapterFor(node.op, from, to, this.domain)?.last) late.push(node);
      else this.adaptOrRefuse(node, path, from, to, onnx);
    }
    for (const node of late.reverse()) this.adaptOrRefuse(node, path, from, to, onnx);
  }

  private adaptOrRefuse(node: Node, path: string, from: number, to: number, onnx: OnnxBuilder): void {
    try {
      this.log.startOver();
      this.adapt(node, path, from, to, onnx.from(node));
    } catch (error) {
      this.refused.add(node);
      this.problems.push(withRemoval(problemOf(error, node), node, from));
    }
  }

  private adapt(node: Node, path: string, from: number, to: number, onnx: OnnxBuilder): void {
    const newer = Math.max(from, to);
    // Rules rely on what the schema of the old opset promises.
    const schema = operatorSchema(this.domain, node.op, from);
    const [invalid] = schema ? checkNode(node, schema) : [];
    if (invalid) throw new Refusal(invalid);
    if (to < from && this.domain === '' && this.widen(node, path, from, to, onnx)) return;
    const rule = adapterFor(node.op, from, to, this.domain)?.rule;
    if (rule) {
      const reference = [...node.attributes].find(([, attribute]) => attribute.type === 'reference');
      if (reference) tooOld(node, from, `its attribute ${reference[0]} is given where the function is called`);
      const signature = attributesText(node);
      const result = rule(node, onnx);
      if (result) {
        const isNear = result instanceof Approximation;
        if (isNear) this.problems.push(approximated(node, from, to, result.error));
        replace(node, isNear ? result.values : Array.isArray(result) ? result : [result], onnx.built, onnx);
        this.record(path, from, to, node, onnx.built);
        for (const made of onnx.built) checkMade(made, this.opsetOf(made, to), from);
        return;
      }
      if (signature !== attributesText(node)) this.record(path, from, to, node, [node]);
    } else if (!meansTheSame(node.op, newer, this.domain)) {
      tooOld(node, from, `opset ${newer} changed or brought it, and no rule says it in opset ${to}`);
    }
    if (to < from && dropNewAttributes(node, newer)) this.record(path, from, to, node, [node]);
    checkFits(node, to, from);
  }

  /** Has a node computed in a wider type, where the older version does not take its own; then that one is adapted. */
  private widen(node: Node, path: string, from: number, to: number, onnx: OnnxBuilder): boolean {
    const widened = inWiderType(node, from, onnx);
    if (!widened) return false;
    const { values, built, wide } = widened;
    replace(node, values, built, onnx);
    this.record(path, from, to, node, built);
    this.adapt(wide, path, from, to, onnx.from(wide));
    return true;
  }

  /** The opset of a node that a step to `to` made. */
  private opsetOf(made: Node, to: number): number {
    return onnxDomain(made.domain) === this.domain ? to : (this.opset ?? to);
  }

  private record(path: string, from: number, to: number, before: Node, after: readonly Node[]): void {
    const step = opsetStep(from, to, this.domain);
    this.log.add(step, path, `${this.domain || 'opset'} ${to} says it in other words`, [before], after);
    if (this.log.reached) throw new Reached();
  }
}

/** What a rule made must fit its opset, graphs within included. */
function checkMade(made: Node, to: number, needed: number): void {
  checkFits(made, to, needed);
  for (const graph of made.subgraphs()) for (const inner of graph.allNodes()) checkFits(inner, to, needed);
}

/** Puts values in the place of a node's outputs; they take over the names, because graph outputs keep theirs. */
function replace(node: Node, values: readonly Value[], built: readonly Node[], onnx: OnnxBuilder): void {
  const made = new Set(built);
  node.outputs.forEach((output, index) => {
    const value = values[index];
    if (!value) {
      if (output.useCount > 0) throw new Error(`the adapter of ${node.operator} gives no output ${index}`);
      return;
    }
    // A value that was there before has a name of its own, and may be a graph input.
    const own = value.producer !== undefined && made.has(value.producer) && values.indexOf(value) === index;
    const stands = own || !output.isGraphOutput ? value : onnx.Identity(value);
    if (own || stands !== value) takeOver(stands, output);
    output.replaceAllUsesWith(stands);
  });
  const [only, ...others] = built;
  if (only && others.length === 0 && only.op === node.op) {
    only.name = node.name;
    only.doc = node.doc;
    for (const [key, text] of node.metadata) only.metadata.set(key, text);
    only.unknown = node.unknown;
  }
  node.graph?.nodes.remove(node);
}

function takeOver(value: Value, old: Value): void {
  value.name = old.name;
  value.doc = old.doc;
  for (const [key, text] of old.metadata) value.metadata.set(key, text);
  value.unknown = old.unknown;
  // What the file declared may say more than inference does.
  if (value.type === undefined || (value.type.kind === 'tensor' && value.type.shape === undefined)) {
    value.type = old.type ?? value.type;
  }
}

/** The problem that ended a rule; throws what is none. */
function problemOf(error: unknown, node: Node): Problem {
  if (error instanceof Refusal) return error.problem;
  if (error instanceof TypeNotKnown) return problem('type-unknown', node, { value: error.value });
  throw error;
}

function attributesText(node: Node): string {
  return [...node.attributes.keys(), node.inputCount].join(' ');
}
