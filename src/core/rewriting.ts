/** The passes on the way to a target: which run, where on the way, and what they tell together. */
import { opsetStepNamed } from './convert/opset/step.ts';
import type { CustomOperators } from './custom/definition.ts';
import { copyKept } from './dialects/onnx/infer/kept.ts';
import { restoreDeclared } from './dialects/onnx/infer.ts';
import { checkMl } from './dialects/onnx/ml-versions.ts';
import { nearestName, suggestionOf } from './dialects/onnx/spelling.ts';
import { cloneModel } from './ir/clone.ts';
import { InputError } from './ir/errors.ts';
import type { Model } from './ir/model.ts';
import { foldAllKnown, foldConstants } from './passes/fold/fold-constants.ts';
import { limitGrowth } from './passes/fold/growth.ts';
import { FUSIONS, fusionsNamed } from './passes/fusions/table.ts';
import { allGraphs } from './passes/graphs.ts';
import { inlineFunctions } from './passes/inline/functions.ts';
import type { Pass } from './passes/pass.ts';
import {
  type Detail,
  joined,
  type LogOptions,
  type PassRecord,
  type PassSummary,
  withRecords,
} from './passes/records.ts';
import { isNodeOf, type NearMiss, type NodeStory, type RunOptions, runPasses } from './passes/run.ts';
import { simplificationFor } from './passes/simplification.ts';
import type { Problem } from './problems/problem.ts';
import type { ConvertRequest, Simplified } from './request.ts';
import type { Target, TargetRequest } from './targets/target.ts';

/** What a request says about passes. */
export type Wishes = Pick<ConvertRequest, 'simplify' | 'foldLimit' | 'inline' | 'disabled' | 'explain' | 'why'> &
  Pick<TargetRequest, 'mlOpset'>;

/** All that a request says about passes. */
export function wishesOf(request: ConvertRequest): Wishes {
  return { ...request, mlOpset: request.target.mlOpset };
}

/**
 * Rewrites a model on its way to a target, in parts that count their steps together: what the request asks for, what the
 * target wants, and the way from opset to opset. `upTo` ends it after so many steps, and keeps the model before the last.
 */
export class Rewriting {
  private readonly passes: PassSummary[] = [];
  private readonly records: PassRecord[] = [];
  readonly problems: Problem[] = [];
  private readonly misses: NearMiss[] = [];
  private readonly fates: NodeStory[] = [];
  private readonly list: readonly Pass[];
  private readonly disabled: ReadonlySet<string>;
  private simplified: Omit<Simplified, 'why'> | undefined;
  private steps = 0;
  private beforeLast: Model | undefined;

  constructor(
    private readonly wishes: Wishes,
    private readonly custom: CustomOperators,
    target: Target,
    private readonly upTo?: number,
  ) {
    this.list = [...(wishes.inline ? [inlineFunctions] : []), ...custom.rules, ...simplificationFor(target)];
    this.disabled = new Set(wishes.disabled);
    if (wishes.simplify) this.checkDistinct();
    for (const name of this.disabled) this.checkOptional(name);
  }

  /** Whether a version of ai.onnx.ml was asked for. */
  get asksForMl(): boolean {
    return this.wishes.mlOpset !== undefined;
  }

  /** Whether as many steps are made as were asked for: nothing is to follow. */
  get reached(): boolean {
    return this.upTo !== undefined && this.steps >= this.upTo;
  }

  /** A copy of the model as it was just before the last step that was asked for; undefined where it did not get that far. */
  get modelBeforeLast(): Model | undefined {
    return this.beforeLast;
  }

  /** How much is kept of each step: nothing of one that is made again. */
  private get detail(): Detail {
    return this.wishes.explain && this.upTo === undefined ? 'text' : 'counts';
  }

  /** Small constants, on which the rules look that adapt operators to a target. */
  fold(model: Model): void {
    this.run(model, [foldConstants], {});
  }

  /** All that is known beforehand, for a target that has no constants beside weights; `doubts` as below. */
  foldAll(model: Model, doubts: boolean): void {
    this.run(model, [foldAllKnown], { doubts });
  }

  /**
   * What the user asks for, at the opset of the result; `doubts` says that declared sizes of values in between are not to be
   * believed. Throws InputError where nothing is named as `why` says.
   */
  async simplify(model: Model, doubts: boolean): Promise<void> {
    const { simplify, why, foldLimit } = this.wishes;
    if (!simplify || this.reached) return;
    if (foldLimit !== undefined) limitGrowth(model, foldLimit);
    if (why !== undefined && this.fates.length === 0) checkNode(model, why);
    const nodesBefore = nodeCount(model);
    const { rounds, settled } = this.run(model, this.list, { untilStable: true, doubts });
    if (this.custom.rules.length > 0) {
      const { addCustomFunctions } = await import('./custom/functions.ts');
      addCustomFunctions(model, this.custom);
    }
    this.simplified = { nodesBefore, nodesAfter: nodeCount(model), rounds, settled };
  }

  /** Takes the model to another opset, and returns what cannot go there. */
  async toOpset(model: Model, opset: number): Promise<readonly Problem[]> {
    if (this.reached) return [];
    if (this.wishes.mlOpset !== undefined) checkMl(this.wishes.mlOpset);
    const { convertOpset } = await import('./convert/opset/convert.ts');
    const result = convertOpset(model, opset, { ...this.log(model), ml: this.wishes.mlOpset });
    this.keep(result);
    const { custom } = this;
    return result.problems.filter(
      ({ code, details }) => code !== 'operator-kept' || !custom.named(details.operator ?? ''),
    );
  }

  /** Rewrites that a target wants before its operators are made, by the names of their rules. */
  fuse(model: Model, fusions: readonly string[]): void {
    if (!this.reached) this.run(model, fusionsNamed(fusions), {});
  }

  /** What a result says of it. */
  tell(): { readonly simplified?: Simplified } {
    if (!this.simplified) return {};
    const { why } = this.wishes;
    const told = why !== undefined && { why: { node: why, done: this.fates, missed: this.misses } };
    return { simplified: { ...this.simplified, ...told } };
  }

  /** The passes of all parts in the order in which they first did something, with their records where these were asked for. */
  summaries(): readonly PassSummary[] {
    const passes = joined(this.passes);
    return this.wishes.explain ? withRecords(passes, this.records) : passes;
  }

  private run(model: Model, list: readonly Pass[], options: Pick<RunOptions, 'untilStable' | 'doubts'>) {
    const { disabled } = this;
    const { why } = this.wishes;
    const result = runPasses(model, list, { disabled, ...options, why, ...this.log(model, options.doubts) });
    this.keep(result);
    this.problems.push(...result.problems);
    this.misses.push(...result.misses);
    this.fates.push(...result.fates);
    return result;
  }

  /** How the next part of the rewriting counts its steps, and what is kept of them. */
  private log(model: Model, doubts = false): LogOptions {
    const { detail, upTo, steps } = this;
    const atStep = (step: number) => {
      if (upTo === undefined || step !== upTo - 1 || this.beforeLast) return;
      this.beforeLast = cloneModel(model, copyKept);
      if (doubts) restoreDeclared(this.beforeLast);
    };
    atStep(steps);
    return { detail, upTo, firstStep: steps + 1, atStep };
  }

  private keep({ passes, records }: { passes: readonly PassSummary[]; records: readonly PassRecord[] }): void {
    this.steps += passes.reduce((sum, { applications }) => sum + applications, 0);
    this.passes.push(...passes);
    for (const record of records) this.records.push(record);
  }

  private checkDistinct(): void {
    const own = this.list.map(({ name }) => name);
    const twice = own.find((name, k) => own.indexOf(name) < k);
    if (twice !== undefined) {
      throw new InputError('bad-argument', `two rules are named "${twice}"`, undefined, 'Rename yours.');
    }
  }

  /** A rule that is spelled wrong, or cannot be left out, would be left on in silence. */
  private checkOptional(name: string): void {
    const known = [...this.list, foldConstants, inlineFunctions, ...FUSIONS];
    const found = known.find((pass) => pass.name === name) ?? opsetStepNamed(name);
    if (found?.required !== undefined) {
      const message = `"${name}" cannot be left out: ${found.required}`;
      throw new InputError('bad-argument', message, undefined, 'Leave out other rules.');
    }
    if (found) return;
    const near = suggestionOf(
      nearestName(
        name,
        known.map((pass) => pass.name),
      ),
    );
    const next = 'docs/simplification-rules.md lists them.';
    throw new InputError('bad-argument', `there is no rule "${name}"${near}`, undefined, next);
  }
}

function checkNode(model: Model, name: string): void {
  for (const graph of allGraphs(model)) for (const node of graph.nodes) if (isNodeOf(node, name)) return;
  const names = [...model.graph.nodes].flatMap((node) => [node.name, node.outputs[0]?.name]);
  const near = suggestionOf(
    nearestName(
      name,
      names.filter((each) => each !== undefined),
    ),
  );
  throw new InputError(
    'bad-argument',
    `no node and no value is named "${name}"${near}`,
    undefined,
    'graphwright text shows all names.',
  );
}

/** Of the graph, its subgraphs and functions. */
function nodeCount(model: Model): number {
  let count = 0;
  for (const graph of allGraphs(model)) count += graph.nodes.length;
  return count;
}
