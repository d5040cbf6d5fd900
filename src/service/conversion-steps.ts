/** What the passes of the last conversions did: kept here, so that whoever looks at it asks for pages. */
import { InputError } from '../core/ir/errors.ts';
import type { PassRecord, PassSummary } from '../core/passes/records.ts';
import type { ConvertRequest } from '../core/request.ts';
import type { Page, PassData, Step, StepNode, StepPage, StepsId } from '../shared/engine.ts';

/** So many conversions are remembered. */
const MOST_KEPT = 4;
/** So many nodes of a step are shown: one may take out thousands. */
const MOST_NODES = 200;
const MOST_NEAR = 8;

interface Kept {
  readonly request: ConvertRequest;
  readonly passes: readonly PassSummary[];
}

export class ConversionSteps {
  /** Oldest first. */
  private readonly kept = new Map<StepsId, Kept>();
  private count = 0;

  /** Keeps what a conversion did; the oldest of several is forgotten. */
  keep(request: ConvertRequest, passes: readonly PassSummary[]): StepsId {
    const id = `s${++this.count}`;
    this.kept.set(id, { request, passes });
    for (const old of [...this.kept.keys()].slice(0, -MOST_KEPT)) this.kept.delete(old);
    return id;
  }

  page(id: StepsId, pass: string, { offset, limit }: Page): StepPage {
    const records = this.of(id).passes.flatMap((each) => (each.pass === pass ? (each.records ?? []) : []));
    return { total: records.length, steps: records.slice(offset, offset + limit).map(stepOf) };
  }

  /** What was converted, as it was asked for. */
  requestOf(id: StepsId): ConvertRequest {
    return this.of(id).request;
  }

  private of(id: StepsId): Kept {
    const kept = this.kept.get(id);
    if (kept) return kept;
    throw new InputError('bad-argument', 'these steps are not remembered any more', undefined, 'Convert again.');
  }
}

/** The passes of a result without what they did. */
export function countsOf(passes: readonly PassSummary[]): PassData[] {
  return passes.map(({ records: _, ...counts }) => counts);
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
