/** What each target can express of a model: how many of its layers, and why not the others. */
import { copyKept } from './dialects/onnx/infer/kept.ts';
import { cloneModel } from './ir/clone.ts';
import { InputError } from './ir/errors.ts';
import type { Graph } from './ir/graph.ts';
import { type Given, isError, lower, type Middle, toOnnx } from './lowering.ts';
import { type OpenedModel, openModel } from './open.ts';
import { checkModel } from './pipeline.ts';
import type { Problem } from './problems/problem.ts';
import type { Progress } from './progress.ts';
import type { Target } from './targets/target.ts';

/** How much of a model a target takes. */
export interface Tally {
  /** The nodes of the model, those of its subgraphs among them. */
  readonly layers: number;
  /** Those of which no problem of severity error speaks. */
  readonly taken: number;
  /** Why not the others, the most frequent first; without what is wrong with the model itself. */
  readonly reasons: readonly Reason[];
}

/** Problems that differ in their place alone. */
export interface Reason {
  /** The words of the first. */
  readonly message: string;
  readonly count: number;
  readonly first: Problem;
  /** All of them, the first among them. */
  readonly all: readonly Problem[];
}

export interface Expressible extends Tally {
  readonly target: Target;
  readonly problems: readonly Problem[];
  /** Why nothing can be said: the target takes no model of this kind. */
  readonly failure?: string;
}

/** One row a target, in their order. */
export async function expressible(
  opened: OpenedModel,
  targets: readonly Target[],
  progress: Progress,
): Promise<readonly Expressible[]> {
  const rows: Expressible[] = [];
  const own = await checkModel(opened, undefined, progress);
  const isInvalid = opened.model.dialect === 'onnx' && own.some(isError);
  const lowered = isInvalid ? undefined : new Lowerings(await asRead(opened, progress), progress);
  for (const target of targets) {
    try {
      const problems = lowered ? await lowered.problems(target) : own;
      rows.push({ target, problems, ...tally(opened.model.graph, problems, own) });
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      rows.push({
        target,
        problems: [],
        layers: countOf(opened.model.graph),
        taken: 0,
        reasons: [],
        failure: error.message,
      });
    }
  }
  return rows;
}

/** Lowering begins with what stands in the file: `opened` may know more types by now. Its bytes are not read again. */
async function asRead(opened: OpenedModel, progress: Progress): Promise<OpenedModel> {
  if (opened.model.dialect === 'aten') return opened;
  const again = await openModel(opened.path, opened.reading, progress);
  again.close();
  return again;
}

/** Lowers one model to target after target: each gets a copy, of which nothing is read again. */
class Lowerings {
  private middle: Promise<Middle> | undefined;

  constructor(
    private readonly source: Given,
    private readonly progress: Progress,
  ) {}

  async problems(target: Target): Promise<readonly Problem[]> {
    const { problems } = await lower(await this.given(target), target, undefined, { simplify: false }, this.progress);
    return problems;
  }

  private async given(target: Target): Promise<Given> {
    const { dialect } = this.source.model;
    if (dialect === 'onnx' || (dialect === 'caffe' && target.kind === 'caffe')) return this.copy();
    this.middle ??= toOnnx(this.copy());
    const { model, problems } = await this.middle;
    return { ...this.source, middle: { model: cloneModel(model, copyKept), problems } };
  }

  private copy(): Given {
    return { ...this.source, model: cloneModel(this.source.model, copyKept) };
  }
}

/** Counts what a list of problems leaves of a graph. `own` are those of the model itself, which are no reasons of a target. */
export function tally(graph: Graph, problems: readonly Problem[], own: readonly Problem[] = []): Tally {
  const errors = problems.filter(({ severity }) => severity === 'error');
  const layers = countOf(graph);
  const named = errors.flatMap(({ node }) => (node ? [[node.name, ...node.outputs].join(' ')] : []));
  return { layers, taken: Math.max(0, layers - new Set(named).size), reasons: reasonsOf(errors, own) };
}

/** Errors by what they say, the most frequent first, without those of the model itself. */
export function reasonsOf(errors: readonly Problem[], own: readonly Problem[]): readonly Reason[] {
  const messages = new Set(own.map(({ message }) => message));
  const kinds = new Map<string, Problem[]>();
  for (const each of errors) {
    if (messages.has(each.message)) continue;
    const key = keyOf(each);
    kinds.set(key, [...(kinds.get(key) ?? []), each]);
  }
  const reasons = [...kinds.values()].flatMap((all) => {
    const [first] = all;
    return first ? [{ message: first.message, count: all.length, first, all }] : [];
  });
  return reasons.sort((a, b) => b.count - a.count);
}

/** What a problem says but for the names of nodes and values. */
function keyOf({ code, node, details }: Problem): string {
  return [code, node?.operator, details.attribute, details.field, details.dtype, details.reason].join(' ');
}

/** The nodes of a graph and of those within. */
export function countOf(graph: Graph): number {
  let count = 0;
  for (const node of graph.nodes) {
    count++;
    for (const inner of node.subgraphs()) count += countOf(inner);
  }
  return count;
}
