/** The passes on the way to a target: which run, where on the way, and what they tell together. */
import type { CustomOperators } from './custom/definition.ts';
import { addCustomFunctions } from './custom/functions.ts';
import { nearestName, suggestionOf } from './dialects/onnx/spelling.ts';
import { InputError } from './ir/errors.ts';
import type { Model } from './ir/model.ts';
import { foldConstants } from './passes/fold/fold-constants.ts';
import { FUSIONS } from './passes/fusions/table.ts';
import { allGraphs } from './passes/graphs.ts';
import { inlineFunctions } from './passes/inline/functions.ts';
import type { Pass } from './passes/pass.ts';
import { type PassRecord, type PassSummary, withRecords } from './passes/records.ts';
import { isNodeOf, type NearMiss, type NodeFate, type RunOptions, runPasses } from './passes/run.ts';
import { simplificationFor } from './passes/simplification.ts';
import type { Problem } from './problems/problem.ts';
import type { ConvertRequest, Simplified } from './request.ts';
import type { Target } from './targets/target.ts';

/** What a request says about passes. */
export type Wishes = Pick<ConvertRequest, 'simplify' | 'inline' | 'disabled' | 'explain' | 'why'>;

/** What one part of the way did. */
export interface Part {
  readonly passes: readonly PassSummary[];
  readonly records: readonly PassRecord[];
}

/** Runs the passes that a request asks for and its target wants. `upTo` ends it after so many applications. */
export class Rewriting {
  readonly parts: Part[] = [];
  readonly problems: Problem[] = [];
  private readonly misses: NearMiss[] = [];
  private readonly fates: NodeFate[] = [];
  private readonly list: readonly Pass[];
  private readonly disabled: ReadonlySet<string>;
  private simplified: Omit<Simplified, 'why'> | undefined;
  private steps = 0;

  constructor(
    private readonly wishes: Wishes,
    private readonly custom: CustomOperators,
    target: Target,
    private readonly upTo?: number,
  ) {
    this.list = [...(wishes.inline ? [inlineFunctions] : []), ...custom.rules, ...simplificationFor(target)];
    this.disabled = new Set(wishes.disabled);
    if (wishes.simplify) this.checkNames();
  }

  /** Whether as many steps are made as were asked for: nothing is to follow. */
  get reached(): boolean {
    return this.upTo !== undefined && this.steps >= this.upTo;
  }

  /** How much is kept of each application. */
  get detail() {
    return this.wishes.explain ? 'text' : this.upTo === undefined ? 'counts' : 'records';
  }

  /** Small constants, on which the rules look that adapt operators to a target. */
  fold(model: Model): void {
    this.run(model, [foldConstants], {});
  }

  /**
   * What the user asks for, at the opset of the result; `doubts` says that declared sizes of values in between are not to be
   * believed. Throws InputError where nothing is named as `why` says.
   */
  simplify(model: Model, doubts: boolean): void {
    const { simplify, why } = this.wishes;
    if (!simplify || this.reached) return;
    if (why !== undefined) checkNode(model, why);
    const nodesBefore = nodeCount(model);
    const { rounds, settled } = this.run(model, this.list, { untilStable: true, doubts });
    if (this.custom.rules.length > 0) addCustomFunctions(model, this.custom);
    this.simplified = { nodesBefore, nodesAfter: nodeCount(model), rounds, settled };
  }

  /** What a result says of it. */
  tell(): { readonly simplified?: Simplified } {
    if (!this.simplified) return {};
    const { why } = this.wishes;
    const told = why !== undefined && { why: { node: why, done: this.fates, missed: this.misses } };
    return { simplified: { ...this.simplified, ...told } };
  }

  /** The passes of all parts, with their records where these were asked for. */
  summaries(others: readonly Part[]): readonly PassSummary[] {
    const own = this.parts.map((part) => ({
      ...part,
      passes: part.passes.map((each) => ({ ...each, optional: true })),
    }));
    return [...own, ...others].flatMap(({ passes, records }) =>
      this.wishes.explain ? withRecords(passes, records) : passes,
    );
  }

  private run(model: Model, list: readonly Pass[], options: Pick<RunOptions, 'untilStable' | 'doubts'>) {
    const { disabled, upTo, detail, steps } = this;
    const { why } = this.wishes;
    const result = runPasses(model, list, {
      disabled,
      ...options,
      detail,
      why,
      firstStep: steps + 1,
      ...(upTo !== undefined && { upTo }),
    });
    this.steps += result.passes.reduce((sum, { applications }) => sum + applications, 0);
    this.parts.push(result);
    this.problems.push(...result.problems);
    this.misses.push(...result.misses);
    this.fates.push(...result.fates);
    return result;
  }

  /** A rule that is spelled wrong would be left on in silence. */
  private checkNames(): void {
    const own = this.list.map(({ name }) => name);
    const twice = own.find((name, k) => own.indexOf(name) < k);
    if (twice !== undefined) {
      throw new InputError('bad-argument', `two rules are named "${twice}"`, undefined, 'Rename yours.');
    }
    const known = [...own, ...FUSIONS.map(({ name }) => name)];
    for (const name of this.disabled) {
      if (known.includes(name) || name === foldConstants.name) continue;
      const next = 'docs/simplification-rules.md lists them.';
      throw new InputError(
        'bad-argument',
        `there is no rule "${name}"${suggestionOf(nearestName(name, known))}`,
        undefined,
        next,
      );
    }
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
