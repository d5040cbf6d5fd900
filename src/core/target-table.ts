/** Which targets can take a model: every opset of ONNX, every profile at each of its opsets, every backend of Caffe. */
import { copyKept } from './dialects/onnx/infer/kept.ts';
import { LATEST_OPSET } from './dialects/onnx/operators.ts';
import { countOf, type Expressible, expressible, reasonsOf, type Tally } from './expressible.ts';
import { cloneModel } from './ir/clone.ts';
import type { Model } from './ir/model.ts';
import { type Given, isError, lower, newsOf, toOnnx } from './lowering.ts';
import { type OpenedModel, openModel } from './open.ts';
import { checkModel } from './pipeline.ts';
import type { Problem } from './problems/problem.ts';
import { profileProblems } from './profile-problems.ts';
import type { Progress } from './progress.ts';
import { Rewriting } from './rewriting.ts';
import { ONNX_TARGET } from './targets/onnx.ts';
import type { CaffeTarget, OnnxTarget, Target } from './targets/target.ts';
import type { UnusableTarget } from './targets/user-profiles.ts';

/** What an opset of ai.onnx cannot hold of a model. */
export interface OpsetRow extends Tally {
  readonly opset: number;
  readonly problems: readonly Problem[];
  /** Why nothing can be said: no model is written at that opset. */
  readonly failure?: string;
}

/** What a target does not take; of a profile, at the best of its opsets. */
export interface TargetRow extends Omit<Expressible, 'target'> {
  readonly target: Target | UnusableTarget;
  /** The opset of this row, and all at which the target takes the whole model. */
  readonly opset?: number;
  readonly opsets?: readonly number[];
}

export interface TargetTable {
  /** What is wrong with the model itself. */
  readonly own: readonly Problem[];
  /** The opset that the file has; undefined where it is no ONNX. */
  readonly opset?: number;
  readonly opsets: readonly OpsetRow[];
  readonly targets: readonly TargetRow[];
  /** The oldest opset that holds the whole model. */
  readonly lowest?: number;
  /** The opset that most profiles take the whole model at; of several, the nearest to its own. */
  readonly best?: number;
}

const NO_WISHES = { simplify: false };

/** One row an opset of `opsets`, and one each of `targets` but ONNX itself, in their order; what is unusable says why. */
export async function targetTable(
  opened: OpenedModel,
  targets: readonly (Target | UnusableTarget)[],
  progress: Progress,
  opsets: readonly number[] = Array.from({ length: LATEST_OPSET }, (_, k) => k + 1),
): Promise<TargetTable> {
  const own = await checkModel(opened, undefined, progress);
  const isOnnx = opened.model.dialect === 'onnx';
  const opset = isOnnx ? opsetOf(opened.model) : undefined;
  const known = { own, ...(opset !== undefined && { opset }) };
  if (isOnnx && own.some(isError)) return { ...known, opsets: [], targets: [] };
  const work = new Table(opened, own, await Source.of(opened, progress), progress);
  const profiles = targets.filter(
    (target): target is OnnxTarget => target.kind === 'onnx' && target.id !== ONNX_TARGET.id,
  );
  for (const each of opsets) await work.opset(each, profiles);
  const others = await expressible(
    opened,
    targets.filter((target): target is CaffeTarget => target.kind === 'caffe'),
    progress,
  );
  const byTarget = new Map<Target, TargetRow>(others.map((row) => [row.target, row]));
  for (const profile of profiles) byTarget.set(profile, work.bestOf(profile));
  const rows = targets.flatMap((target) =>
    target.kind === 'unusable' ? work.nothingOf(target, target.failure) : (byTarget.get(target) ?? []),
  );
  return { ...known, opsets: work.rows, targets: rows, ...work.picks() };
}

function opsetOf(model: Model): number | undefined {
  return model.opsetImports.get('') ?? model.opsetImports.get('ai.onnx');
}

/** Copies of an ONNX graph: that of the file, or the one that is made of a model of another dialect. */
class Source {
  private constructor(
    private readonly given: Given,
    readonly opset: number | undefined,
  ) {}

  static async of(opened: OpenedModel, progress: Progress): Promise<Source> {
    // Lowering begins with what stands in the file: `opened` may know more types by now.
    const read = opened.model.dialect === 'aten' ? opened : await openModel(opened.path, opened.reading, progress);
    if (read !== opened) read.close();
    const { model, problems } = await toOnnx(read);
    if (read.model.dialect !== 'onnx') new Rewriting(NO_WISHES, read.custom, ONNX_TARGET).fold(model);
    return new Source(
      { ...read, model, problems: [...read.problems, ...newsOf(read.problems, problems)] },
      opsetOf(model),
    );
  }

  copy(): Given {
    return { ...this.given, model: cloneModel(this.given.model, copyKept) };
  }
}

class Table {
  readonly rows: OpsetRow[] = [];
  private readonly taken = new Map<OnnxTarget, TargetRow[]>();
  private readonly layers: number;

  constructor(
    private readonly opened: OpenedModel,
    private readonly own: readonly Problem[],
    private readonly source: Source,
    private readonly progress: Progress,
  ) {
    this.layers = countOf(opened.model.graph);
  }

  /** Takes the model to an opset once, for ONNX itself and all profiles that take that opset. */
  async opset(opset: number, profiles: readonly OnnxTarget[]): Promise<void> {
    const { lowest, highest } = ONNX_TARGET.opsets;
    if (opset !== this.source.opset && (opset < lowest || opset > highest)) {
      const failure = `no model is written at this opset: Graphwright writes ${lowest} to ${highest}`;
      this.rows.push({ opset, layers: this.layers, taken: 0, reasons: [], problems: [], failure });
      return;
    }
    await this.progress.step(`Checking opset ${opset}`);
    const { model, problems } = await lower(this.source.copy(), ONNX_TARGET, opset, NO_WISHES, this.progress);
    this.rows.push({ opset, problems, ...this.tally(problems) });
    const { irVersion } = model;
    for (const target of profiles) {
      const { profile, opsets } = target;
      if (!profile || opset < opsets.lowest || opset > opsets.highest) continue;
      model.irVersion = irVersion;
      const found = [...problems, ...profileProblems(model, profile, problems)];
      const row = { target, opset, problems: found, ...this.tally(found) };
      this.taken.set(target, [...(this.taken.get(target) ?? []), row]);
    }
  }

  /** Nodes are counted as the model has them: one may have become several on the way. */
  private tally(problems: readonly Problem[]): Tally {
    const errors = problems.filter(({ severity }) => severity === 'error');
    const named = new Set(errors.flatMap(({ node }) => node?.name ?? []));
    const taken = Math.max(0, this.layers - named.size);
    return { layers: this.layers, taken, reasons: reasonsOf(errors, this.own) };
  }

  /** The row of a profile with the fewest problems; of several the nearest to the model's own opset. */
  bestOf(target: OnnxTarget): TargetRow {
    const rows = this.taken.get(target) ?? [];
    const opsets = rows.filter(isWhole).flatMap(({ opset }) => opset ?? []);
    const [best] = [...rows].sort(
      (a, b) => b.taken - a.taken || a.reasons.length - b.reasons.length || this.distance(a, b),
    );
    if (best) return { ...best, opsets };
    const { lowest, highest } = target.opsets;
    return this.nothingOf(target, `no model is written at its opsets, ${lowest} to ${highest}`);
  }

  nothingOf(target: Target | UnusableTarget, failure: string): TargetRow {
    return { target, problems: [], layers: this.layers, taken: 0, reasons: [], failure };
  }

  /** A newer opset first, where both are as far. */
  private distance(a: { readonly opset?: number }, b: { readonly opset?: number }): number {
    const own = this.opened.model.dialect === 'onnx' ? this.source.opset : undefined;
    const wanted = own ?? ONNX_TARGET.opsets.usual;
    const far = ({ opset = 0 }: { readonly opset?: number }) => Math.abs(opset - wanted);
    return far(a) - far(b) || (b.opset ?? 0) - (a.opset ?? 0);
  }

  /** The lowest and the best opset that hold the whole model. */
  picks(): Pick<TargetTable, 'lowest' | 'best'> {
    const whole = this.rows.filter(isWhole);
    const takers = (opset: number) =>
      [...this.taken.values()].filter((rows) => rows.some((row) => row.opset === opset && isWhole(row))).length;
    const [lowest] = whole;
    const [best] = [...whole].sort((a, b) => takers(b.opset) - takers(a.opset) || this.distance(a, b));
    return { ...(lowest && { lowest: lowest.opset }), ...(best && { best: best.opset }) };
  }
}

/** Whether all of the model is taken. */
export function isWhole({ reasons, failure, taken, layers }: Tally & { readonly failure?: string }): boolean {
  return reasons.length === 0 && failure === undefined && taken === layers;
}
