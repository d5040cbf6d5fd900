/**
 * What the passes of the last conversions did, in pages. What each step did is found out when somebody first looks at it: to
 * keep it of every conversion would take up to half as long again.
 */
import { InputError } from '../core/ir/errors.ts';
import type { PassRecord, PassSummary } from '../core/passes/records.ts';
import type { Progress } from '../core/progress.ts';
import type { ConvertRequest } from '../core/request.ts';
import type { Step, StepNode, StepPage } from '../shared/conversion.ts';
import type { Page, StepsId } from '../shared/identifiers.ts';

/** So many conversions are remembered. */
const MOST_KEPT = 4;
/** So many nodes of a step are shown: one may take out thousands. */
const MOST_NODES = 200;
const MOST_NEAR = 8;

interface Kept {
  readonly request: ConvertRequest;
  readonly passes: readonly PassSummary[];
  /** The passes with their records, once somebody has looked at them. */
  records?: Promise<readonly PassSummary[]> | undefined;
}

/** Runs the passes of a conversion once more and keeps what each step did. */
export type ReadRecords = (request: ConvertRequest, progress: Progress) => Promise<readonly PassSummary[]>;

export class ConversionSteps {
  /** Oldest first. */
  private readonly kept = new Map<StepsId, Kept>();
  private count = 0;

  constructor(private readonly read: ReadRecords) {}

  /** Keeps how a conversion was asked for, and what it did; the oldest of several is forgotten. */
  keep(request: ConvertRequest, passes: readonly PassSummary[]): StepsId {
    const id = `s${++this.count}`;
    this.kept.set(id, { request, passes });
    for (const old of [...this.kept.keys()].slice(0, -MOST_KEPT)) this.kept.delete(old);
    return id;
  }

  /** Throws InputError `file-changed` where the passes no longer do what they did. */
  async page(id: StepsId, pass: string, { offset, limit }: Page, progress: Progress): Promise<StepPage> {
    const kept = this.of(id);
    kept.records ??= this.recordsOf(kept, progress);
    const records = (await kept.records).flatMap((each) => (each.pass === pass ? (each.records ?? []) : []));
    return { total: records.length, steps: records.slice(offset, offset + limit).map(stepOf) };
  }

  /** What was converted, as it was asked for. */
  requestOf(id: StepsId): ConvertRequest {
    return this.of(id).request;
  }

  private async recordsOf(kept: Kept, progress: Progress): Promise<readonly PassSummary[]> {
    try {
      const found = await this.read(kept.request, progress);
      if (countsOf(found) === countsOf(kept.passes)) return found;
      const place = { file: kept.request.input };
      const message = 'the model has changed since it was converted';
      throw new InputError('file-changed', message, place, 'Convert it again.');
    } catch (error) {
      // The next who looks tries again.
      kept.records = undefined;
      throw error;
    }
  }

  private of(id: StepsId): Kept {
    const kept = this.kept.get(id);
    if (kept) return kept;
    throw new InputError('bad-argument', 'these steps are not remembered any more', undefined, 'Convert again.');
  }
}

/** How often each pass did something: the same of the same model. */
function countsOf(passes: readonly PassSummary[]): string {
  return passes.map(({ pass, applications, removed, added }) => `${pass} ${applications} ${removed} ${added}`).join();
}

function stepOf({ step, pass, graph, reason, before, after, text, found }: PassRecord): Step {
  const nodes = (labels: readonly string[], texts: readonly string[] = [], names: readonly string[] = []) =>
    labels.slice(0, MOST_NODES).map((label, k): StepNode => ({ label, text: texts[k] ?? label, name: names[k] ?? '' }));
  return {
    step,
    pass,
    graph,
    reason,
    before: nodes(before, text?.before, found?.before),
    after: nodes(after, text?.after, found?.after),
    count: { before: before.length, after: after.length },
    near: (found?.near ?? []).slice(0, MOST_NEAR),
  };
}
